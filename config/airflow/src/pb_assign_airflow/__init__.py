"""`pb-assign` in Apache Airflow: runs as tasks, and nothing of the engine itself.

This package starts the program, reads its exit code and the last line of its standard output, and says to Airflow what
that means. It never reads or changes a result. Start with `operators`; `exits` is the table of what an exit code means.
"""

from typing import Any

__version__ = "0.1.0"


def get_provider_info() -> dict[str, Any]:
    """What Airflow's provider manager asks of a provider package."""
    integration = "pb-assign"
    return {
        "package-name": "airflow-provider-pb-assign",
        "name": "pb-assign",
        "description": "Books a day's bond trades at prime broker accounts within their limits.",
        "versions": [__version__],
        "integrations": [{"integration-name": integration, "tags": ["software"]}],
        "operators": [{"integration-name": integration, "python-modules": ["pb_assign_airflow.operators"]}],
        "sensors": [{"integration-name": integration, "python-modules": ["pb_assign_airflow.sensor"]}],
        "hooks": [{"integration-name": integration, "python-modules": ["pb_assign_airflow.hook"]}],
        "triggers": [{"integration-name": integration, "python-modules": ["pb_assign_airflow.trigger"]}],
        "extra-links": ["pb_assign_airflow.link.ResultLink"],
        "connection-types": [
            {
                "connection-type": "pb_assign",
                "hook-class-name": "pb_assign_airflow.hook.PbAssignHook",
                "hook-name": "pb-assign",
                "ui-field-behaviour": {"hidden-fields": ["host", "schema", "login", "password", "port"]},
                "conn-fields": {
                    "folder": _text_field("Folder of the desks"),
                    "program": _text_field("Program (default: found on the worker)"),
                    "result_url": _text_field("Address under which the folder is served"),
                },
            }
        ],
    }


def _text_field(label: str) -> dict[str, Any]:
    return {"label": label, "schema": {"type": ["string", "null"]}}
