"""Which files a day has, and when they are complete."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException, AirflowSensorTimeout, AirflowSkipException, TaskDeferred

from pb_assign_airflow import day_files, trigger
from pb_assign_airflow.sensor import PbAssignInputSensor
from pb_assign_airflow.trigger import DayFilesTrigger

from .conftest import Desk

DAY = "2026-03-24"


def arrive(desk: Desk, *names: str) -> list[Path]:
    """Puts files of the day there."""
    inbox = desk.folder / "inbox" / DAY
    inbox.mkdir(parents=True, exist_ok=True)
    for name in names:
        (inbox / name).write_text("a row\n")
    return [inbox / name for name in names]


def sensor(**options: Any) -> PbAssignInputSensor:  # noqa: ANN401
    """A sensor that does not take long."""
    quick = {"config": "desk.yaml", "as_of": DAY, "settle_s": 0.05, "poke_interval": 0.05, "timeout": 0.3}
    return PbAssignInputSensor(task_id="files", **{**quick, **options})


def test_the_files_of_a_day_are_those_with_the_date_in_their_path(desk: Desk) -> None:
    inbox = desk.folder / "inbox" / DAY
    assert day_files.of_configuration(desk.folder / "desk.yaml", DAY) == [inbox / "trades.csv", inbox / "positions.csv"]


def test_a_file_given_to_the_run_is_waited_for_instead(desk: Desk) -> None:
    late = desk.folder / "late.csv"
    files = day_files.of_configuration(desk.folder / "desk.yaml", DAY, {"trades": late})
    assert files == [late, desk.folder / "inbox" / DAY / "positions.csv"]


def test_a_last_plan_of_the_day_is_one_of_its_files(tmp_path: Path) -> None:
    config = tmp_path / "desk.json"
    keep = {"objective": {"keep": {"plan": {"path": "plans/{as_of}.csv"}}}, "inputs": {"trades": "t.csv"}}
    config.write_text(json.dumps(keep))
    assert day_files.of_configuration(config, DAY) == [tmp_path / "plans/2026-03-24.csv"]


@pytest.mark.parametrize("text", ["inputs: { trades: t.csv }", "inputs: [", "a text", ""])
def test_a_configuration_without_files_of_a_day_is_refused(desk: Desk, context: Context, text: str) -> None:
    (desk.folder / "desk.yaml").write_text(text)
    with pytest.raises(AirflowFailException, match=r"desk\.yaml"):
        sensor().execute(context)


@pytest.mark.usefixtures("desk")
def test_a_sensor_without_a_date_says_what_to_do(context: Context) -> None:
    with pytest.raises(AirflowFailException, match="no logical date"):
        sensor(as_of="").execute(context)


def test_the_wait_ends_when_every_file_is_there(desk: Desk, context: Context) -> None:
    arrive(desk, "trades.csv")
    with pytest.raises(AirflowSensorTimeout):
        sensor().execute(context)
    with pytest.raises(AirflowSkipException):
        sensor(soft_fail=True).execute(context)
    arrive(desk, "positions.csv")
    expected = [str(desk.folder / "inbox" / DAY / name) for name in ("trades.csv", "positions.csv")]
    assert sensor().execute(context) == expected


def test_a_folder_is_no_file(desk: Desk, context: Context) -> None:
    arrive(desk, "positions.csv")
    (desk.folder / "inbox" / DAY / "trades.csv").mkdir()
    assert not sensor().poke(context)


def test_a_file_that_grows_between_two_looks_is_not_complete(
    desk: Desk, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    trades, _ = arrive(desk, "trades.csv", "positions.csv")

    def write_more(_: float) -> None:
        with trades.open("a") as file:
            file.write("another row\n")

    monkeypatch.setattr(time, "sleep", write_more)
    assert not sensor().poke(context)


def test_a_file_written_again_at_the_same_size_is_not_complete(
    desk: Desk, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    trades, _ = arrive(desk, "trades.csv", "positions.csv")
    monkeypatch.setattr(time, "sleep", lambda _: os.utime(trades, ns=(1, 1)))
    assert not sensor().poke(context)


@pytest.mark.parametrize(
    ("pattern", "markers"), [("{name}.done", ["trades.csv.done", "positions.csv.done"]), ("_SUCCESS", ["_SUCCESS"])]
)
def test_a_marker_says_when_a_file_is_complete(desk: Desk, context: Context, pattern: str, markers: list[str]) -> None:
    arrive(desk, "trades.csv", "positions.csv")
    assert not sensor(done_marker=pattern).poke(context)
    arrive(desk, *markers)
    assert sensor(done_marker=pattern).poke(context)


def test_a_deferred_wait_is_handed_to_the_trigger(desk: Desk, context: Context) -> None:
    with pytest.raises(TaskDeferred) as deferred:
        sensor(deferrable=True, done_marker="_SUCCESS").execute(context)
    files = [str(desk.folder / "inbox" / DAY / name) for name in ("trades.csv", "positions.csv")]
    path, arguments = deferred.value.trigger.serialize()
    assert path == f"{DayFilesTrigger.__module__}.{DayFilesTrigger.__qualname__}"
    assert arguments == {"files": files, "done_marker": "_SUCCESS", "settle_s": 0.05, "poke_interval_s": 0.05}
    assert DayFilesTrigger(**arguments).serialize() == (path, arguments)
    assert sensor().execute_complete(context, event=files) == files


def test_the_trigger_fires_once_the_files_have_settled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    files: list[Path] = []

    async def meanwhile(seconds: float) -> None:
        """Nothing there, then one file, then both, then one of them grows, then nothing more happens."""
        waits.append(seconds)
        if len(waits) in (1, 2):
            files.extend(arrive(desk, ("trades.csv", "positions.csv")[len(waits) - 1]))
        if len(waits) == 3:
            files[0].write_text("a row\nand another\n")

    monkeypatch.setattr(trigger.asyncio, "sleep", meanwhile)
    wanted = [str(desk.folder / "inbox" / DAY / name) for name in ("trades.csv", "positions.csv")]

    async def first() -> list[str]:
        fired = await anext(aiter(DayFilesTrigger(wanted, None, settle_s=2, poke_interval_s=60).run()))
        payload: list[str] = fired.payload
        return payload

    assert asyncio.run(first()) == wanted
    assert waits == [60, 60, 2, 2]
