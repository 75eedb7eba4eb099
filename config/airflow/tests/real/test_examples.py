"""Every example DAG, run to its end by a scheduler and its workers."""

import json
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path

from .conftest import DAYS, HOLIDAYS, inbox
from .deployment import Deployment, Run

UTC = timezone.utc
COUNTS = {"trades": 8, "accounts": 2, "assigned": 8, "breaches": 0}


def has_counts(summary: dict[str, dict[str, int]]) -> bool:
    """Whether a run of the sample desk came to what it always comes to."""
    return {key: summary["counts"][key] for key in COUNTS} == COUNTS


def test_daily_waits_assigns_and_verifies(airflow: Deployment, desks: Path) -> None:
    inbox(desks, "2026-04-15")
    # 21:30 on the 15th in New York, where the DAG lives, is the 16th in UTC.
    run = airflow.trigger("pb_assign_daily", datetime(2026, 4, 16, 1, 30, tzinfo=UTC))
    assert run.finish() == "success", run.states()
    folder = desks / "out/2026-04-15"
    assert run.xcom("files") == [str(desks / "inbox/2026-04-15" / name) for name in ("trades.csv", "positions.csv")]
    summary = run.xcom("assign")
    assert (summary["status"], summary["reason"], summary["exit"]) == ("optimal", "proven", 0)
    assert (summary["as_of"], summary["out"]) == ("2026-04-15", str(folder))
    assert has_counts(summary)
    assert len(json.dumps(summary)) < 2000
    result = json.loads((folder / "result.json").read_text())
    assert result["run_id"] == summary["run_id"]
    assert run.link("assign") == "https://files.example/desks/out/2026-04-15/result.json"
    verified = run.xcom("verify")
    assert (verified["status"], verified["run_id"]) == ("verified", summary["run_id"])
    log = run.log("assign")
    assert "Optimal, proven: 8 trades booked at 2 accounts; every limit holds." in log
    assert log.index("Bookings, USD") < log.index("Ended with 0")


def test_sixty_days_run_again_in_parallel(airflow: Deployment, desks: Path) -> None:
    first, last = DAYS[0].isoformat(), DAYS[-1].isoformat()
    run = airflow.trigger("pb_assign_backfill", datetime(2026, 4, 10, tzinfo=UTC), first_day=first, last_day=last)
    assert run.finish(seconds=600) == "success", run.states()
    days = run.xcom("weekdays")
    tasks = {days[index]: task for (name, index), task in run.tasks().items() if name == "assign"}
    assert len(tasks) == len(DAYS) + len(HOLIDAYS) == 60
    assert [day for day in days if tasks[day]["state"] == "skipped"] == [day.isoformat() for day in HOLIDAYS]
    assert all(tasks[day.isoformat()]["state"] == "success" for day in DAYS)
    assert all(tasks[day]["rendered_map_index"] == day for day in days)
    # Several at a time: some task had started before the one that started before it was over.
    spans = sorted((task["start_date"], task["end_date"]) for task in tasks.values())
    assert any(later[0] < earlier[1] for earlier, later in pairwise(spans))
    # The days have the same files, so each has the same answer, and only the date and the run's name differ.
    results = [json.loads((desks / f"out/{day}/result.json").read_text()) for day in DAYS]
    assert [result["as_of"] for result in results] == [day.isoformat() for day in DAYS]
    assert len({result["run_id"] for result in results}) == len(DAYS)
    answers = {json.dumps([result[key] for key in ("assignments", "metrics", "objective")]) for result in results}
    assert len(answers) == 1


def test_airflow_s_own_backfill_runs_the_daily_dag_day_by_day(airflow: Deployment, desks: Path) -> None:
    for day in ("2026-04-07", "2026-04-08", "2026-04-09"):
        inbox(desks, day)
    dates = ["--from-date", "2026-04-07", "--to-date", "2026-04-10"]
    airflow.command("backfill", "create", "--dag-id", "pb_assign_daily", *dates, "--max-active-runs", "3")

    def states() -> list[str]:
        runs = airflow.call("GET", "dags/pb_assign_daily/dagRuns?run_type=backfill")["dag_runs"]
        return [run["state"] for run in runs]

    airflow.until(lambda: states() == ["success"] * 3, 180, f"three days are done; {states()}")
    for day in ("2026-04-07", "2026-04-08", "2026-04-09"):
        assert json.loads((desks / f"out/{day}/result.json").read_text())["as_of"] == day


def dry_run(airflow: Deployment, desks: Path, day: int) -> Run:
    """The approval DAG of a day, up to the question."""
    inbox(desks, f"2026-04-{day}")
    run = airflow.trigger("pb_assign_approval", datetime(2026, 4, day, 22, 30, tzinfo=UTC))
    run.wait_for("approval", "awaiting_input", "failed", "upstream_failed")
    assert run.states() == {"dry_run": "success", "approval": "awaiting_input", "assign": None, "verify": None}
    assert not (desks / f"out/2026-04-{day}").exists()
    return run


def test_what_a_person_approves_is_run(airflow: Deployment, desks: Path) -> None:
    run = dry_run(airflow, desks, 20)
    shown = run.request("approval")
    proposed = run.xcom("dry_run")
    assert shown["subject"] == "Book 8 trades of 2026-04-20?"
    assert f"| objective | {proposed['objective']['value']} |" in shown["body"]
    assert run.link("dry_run") is None
    run.answer("approval", "Approve")
    assert run.finish() == "success", run.states()
    done = run.xcom("assign")
    assert (done["run_id"], done["dry_run"], proposed["dry_run"]) == (proposed["run_id"], False, True)
    assert done["objective"] == proposed["objective"]
    assert run.xcom("verify")["status"] == "verified"


def test_what_a_person_rejects_is_not_run(airflow: Deployment, desks: Path) -> None:
    run = dry_run(airflow, desks, 21)
    run.answer("approval", "Reject")
    assert run.finish() == "success"
    assert run.states() == {"dry_run": "success", "approval": "success", "assign": "skipped", "verify": "skipped"}
    assert not (desks / "out/2026-04-21").exists()


def test_files_that_change_after_the_approval_stop_the_run(airflow: Deployment, desks: Path) -> None:
    run = dry_run(airflow, desks, 22)
    trades = desks / "inbox/2026-04-22/trades.csv"
    trades.write_text("\n".join(trades.read_text().splitlines()[:-1]) + "\n")
    run.answer("approval", "Approve")
    assert run.finish() == "failed"
    assert run.states()["verify"] == "upstream_failed"
    assert (run.states()["assign"], run.tries("assign")) == ("failed", 1)
    assert "was approved and this is" in run.log("assign")


def test_one_desk_of_many_fails_alone(airflow: Deployment) -> None:
    run = airflow.trigger("pb_assign_many_desks", datetime(2026, 4, 20, 22, 30, tzinfo=UTC))
    assert run.finish() == "failed"
    found = run.xcom("desks")
    assert found == [f"{name}/desk.yaml" for name in ("credit", "govies", "rates")]
    states = {
        found[index].split("/")[0]: (task["state"], run.tasks()["desk.verify", index]["state"])
        for (name, index), task in run.tasks().items()
        if name == "desk.assign"
    }
    assert states == {
        "credit": ("success", "success"),
        "govies": ("failed", "upstream_failed"),
        "rates": ("success", "success"),
    }
    assert run.xcom("desk.verify", map_index=2)["status"] == "verified"
    assert run.xcom("desk.assign", "summary", map_index=1)["problems"][0].startswith("positions.csv: L001")


def test_one_line_of_bash_does_it_too(airflow: Deployment, desks: Path) -> None:
    inbox(desks, "2026-04-23")
    run = airflow.trigger("pb_assign_bash", datetime(2026, 4, 23, tzinfo=UTC))
    assert run.finish() == "success"
    summary = run.xcom("assign")
    assert has_counts(summary)
    assert summary["out"] == str(desks / "out/2026-04-23")
