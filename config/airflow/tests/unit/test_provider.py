"""That Airflow finds what the package says it has."""

from importlib.metadata import entry_points, version

from airflow.providers_manager import ProvidersManager
from airflow.sdk._shared.module_loading import import_string
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from pb_assign_airflow import __version__, get_provider_info


def test_the_entry_point_leads_to_the_description() -> None:
    (entry,) = [each for each in entry_points(group="apache_airflow_provider") if "pb_assign" in each.value]
    assert entry.load() is get_provider_info
    assert version("airflow-provider-pb-assign") == __version__


def test_airflow_finds_the_provider_its_connection_and_its_link() -> None:
    manager = ProvidersManager()
    assert manager.providers["airflow-provider-pb-assign"].version == __version__
    hook = ProvidersManagerTaskRuntime().hooks["pb_assign"]
    assert hook is not None
    assert hook.hook_class_name == "pb_assign_airflow.hook.PbAssignHook"
    assert "pb_assign_airflow.link.ResultLink" in manager.extra_links_class_names


def test_every_class_that_is_named_is_there() -> None:
    info = get_provider_info()
    names = [*info["extra-links"], *(each["hook-class-name"] for each in info["connection-types"])]
    assert all(import_string(name) for name in names)
    modules = [
        m
        for kind in ("operators", "sensors", "hooks", "triggers")
        for each in info[kind]
        for m in each["python-modules"]
    ]
    assert all(__import__(module) for module in modules)
