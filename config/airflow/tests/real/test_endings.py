"""What a scheduler makes of every ending, and that nothing outlives its task."""

import os
import signal
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from .conftest import SLOW, inbox
from .deployment import Deployment, Run


@pytest.fixture(scope="module")
def endings(airflow: Deployment, desks: Path) -> Run:
    """A run of the DAG with a task for every ending; the files of its sensors come late, the markers later still."""
    day = "2026-01-08"
    run = airflow.trigger("pb_assign_endings", datetime(2026, 1, 12, tzinfo=timezone.utc))
    run.wait_for("late_deferred", "deferred")
    run.wait_for("late_rescheduled", "up_for_reschedule")
    # A scheduler that hears of the first half's end when the second is queued takes that for a fault.
    run.wait_until_heard("late_deferred")
    place = inbox(desks, day)
    time.sleep(3)
    assert run.states()["late_deferred"] == "deferred"
    for name in ("trades.csv", "positions.csv"):
        (place / f"{name}.done").touch()
    assert run.finish(seconds=300) == "failed"
    return run


@pytest.mark.parametrize(
    ("task", "state", "tries"),
    [
        ("try_again_then_good", "success", 2),
        ("try_again_for_ever", "failed", 2),
        ("wrong_configuration", "failed", 1),
        ("refused_input", "failed", 1),
        ("infeasible", "failed", 1),
        ("no_program", "failed", 1),
        ("no_trades", "skipped", 1),
        ("after_no_trades", "skipped", 0),
        ("holiday", "skipped", 1),
        ("timed_out", "failed", 1),
        ("late_deferred", "success", 1),
        ("never_came", "failed", 1),
    ],
)
def test_each_ending_is_what_the_exit_code_says(endings: Run, task: str, state: str, tries: int) -> None:
    assert (endings.states()[task], endings.tries(task)) == (state, tries)


def test_a_wait_that_is_rescheduled_ends_with_the_files(endings: Run, desks: Path) -> None:
    place = desks / "inbox/2026-01-08"
    files = [str(place / "trades.csv"), str(place / "positions.csv")]
    assert endings.states()["late_rescheduled"] == "success"
    assert endings.xcom("late_rescheduled") == endings.xcom("late_deferred") == files


def test_a_failure_leaves_its_summary_and_reason(endings: Run, desks: Path) -> None:
    assert endings.xcom("try_again_for_ever", "summary")["exit"] == 75
    assert endings.xcom("wrong_configuration", "summary")["reason"] == "configuration"
    refused = endings.xcom("refused_input", "summary")
    assert refused["exit"] == 3
    assert refused["problems"][0].startswith("inbox/2026-01-06/trades.csv:2")
    assert refused["problems"][0] in endings.log("refused_input")
    infeasible = endings.xcom("infeasible", "summary")
    assert (infeasible["status"], infeasible["reason"]) == ("failed", "infeasible")
    assert endings.link("infeasible") == "https://files.example/desks/infeasible/result.json"
    assert endings.xcom("try_again_then_good")["out"] == str(desks / "again")
    assert endings.xcom("no_trades", "summary")["counts"]["trades"] == 0


def processes(word: str) -> set[int]:
    """The processes that have a word in their command line, and all that these have started."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state == "Z":
            continue
        parents[int(folder.name)] = int(parent)
        if word in command:
            found.add(int(folder.name))
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def running(pids: set[int]) -> set[int]:
    """Those that are still there."""
    return {pid for pid in pids if pid in processes("pb-assign")}


@pytest.mark.parametrize("button", ["failed", "success"])
def test_ending_a_task_by_hand_ends_its_processes(airflow: Deployment, desks: Path, button: str) -> None:
    """What the buttons "mark as failed" and "mark as success" do to a task that runs."""
    run = airflow.trigger("pb_assign_long", None)
    config = str(desks / SLOW / "desk.yaml")
    airflow.until(lambda: len(processes(config)) > 1, 60, "the run has started a solver of its own")
    pids = processes(config)
    run.set_state("assign", button)
    airflow.until(lambda: not running(pids), 30, f"{pids} have ended")
    assert run.finish() == button
    assert "Ending the process group" in run.log("assign")
    assert not (desks / "slow-out").exists()
    assert [path.name for path in desks.iterdir() if "slow-out" in path.name] == []


def test_clearing_a_task_ends_its_processes_and_starts_it_again(airflow: Deployment, desks: Path) -> None:
    run = airflow.trigger("pb_assign_long", None)
    config = str(desks / SLOW / "desk.yaml")
    airflow.until(lambda: len(processes(config)) > 1, 60, "the run has started a solver of its own")
    first = processes(config)
    run.clear("assign")
    airflow.until(lambda: not running(first), 30, f"{first} have ended")
    airflow.until(lambda: len(processes(config)) > 1, 60, "it has started again")
    run.set_state("assign", "failed")
    airflow.until(lambda: not processes(config), 30, "that has ended too")
    assert run.finish() == "failed"


def test_a_task_that_is_killed_leaves_nothing_behind(airflow: Deployment, desks: Path) -> None:
    """What happens when a machine is short of memory: the task's own process is gone without a last word."""
    run = airflow.trigger("pb_assign_long", None)
    config = str(desks / SLOW / "desk.yaml")
    airflow.until(lambda: len(processes(config)) > 1, 60, "the run has started a solver of its own")
    pids = processes(config)
    (leader,) = [pid for pid in pids if parent(pid) not in pids]
    os.kill(parent(leader), signal.SIGKILL)
    airflow.until(lambda: not running(pids), 10, f"{pids} have ended")
    assert run.finish() == "failed"


def parent(pid: int) -> int:
    """The process that started another."""
    return int((Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[1])


def test_a_time_out_ends_the_processes(endings: Run, desks: Path) -> None:
    assert endings.states()["timed_out"] == "failed"
    assert "Ending the process group" in endings.log("timed_out")
    assert processes("timed-out") == set()
    assert not (desks / "timed-out").exists()
