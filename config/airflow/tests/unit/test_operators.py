"""What the operators start, return, push and raise."""

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from pb_assign_airflow.link import RESULT_KEY
from pb_assign_airflow.operators import SUMMARY_KEY, PbAssignOperator, PbAssignVerifyOperator

from .conftest import Desk, FakeTaskInstance

DAY = "2026-03-24"
GOOD: dict[str, Any] = {
    "status": "optimal",
    "reason": "proven",
    "exit": 0,
    "run_id": "2cf4",
    "as_of": DAY,
    "dry_run": False,
    "out": "out/2026-03-24",
    "result": "out/2026-03-24/result.json",
    "objective": {"value": "-3518.86669578", "bound": "-3518.86669578", "gap": "0"},
    "counts": {"trades": 8, "accounts": 2, "assigned": 8, "breaches": 0, "warnings": 0, "changes": 0},
    "ledger": {"seq": 12, "head": "ab"},
    "rerun": False,
    "duration_ms": 80,
    "alerts": {"fired": 0, "sent": 0, "kept": 0},
    "something_new": ["a long list"],
}


def assign(**options: Any) -> PbAssignOperator:  # noqa: ANN401
    """An operator for the desk, its templates filled in."""
    return PbAssignOperator(task_id="assign", **{"config": "desk.yaml", "as_of": DAY, **options})


def test_a_good_run_returns_a_small_dictionary_with_absolute_paths(
    desk: Desk, context: Context, ti: FakeTaskInstance
) -> None:
    desk.program(GOOD)
    out = str(desk.folder / "out/2026-03-24")
    expected = {**GOOD, "out": out, "result": f"{out}/result.json"}
    del expected["something_new"]
    assert assign().execute(context) == expected
    assert ti.pushed == {RESULT_KEY: "https://files.example/desks/out/2026-03-24/result.json"}


def test_only_what_is_given_is_on_the_command_line(desk: Desk, context: Context) -> None:
    desk.program(GOOD)
    config, folder = str(desk.folder / "desk.yaml"), str(desk.folder)
    assign().execute(context)
    assert desk.started == ["run", "--config", config, "--as-of", DAY, folder]
    assign(as_of=None, out="o", state="s", trades="t.csv", positions="p.csv", dry_run=True).execute(context)
    given = ["--out", "o", "--state", "s", "--trades", "t.csv", "--positions", "p.csv", "--dry-run"]
    assert desk.started == ["run", "--config", config, *given, folder]


def test_a_run_without_a_date_says_what_to_do(desk: Desk, context: Context) -> None:
    desk.program(GOOD)
    with pytest.raises(AirflowFailException, match="no logical date"):
        assign(as_of="").execute(context)
    assert not desk.has_started


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (2, AirflowFailException),
        (3, AirflowFailException),
        (4, AirflowFailException),
        (70, AirflowFailException),
        (75, AirflowException),
        (1, AirflowException),
        (143, AirflowException),
    ],
)
def test_each_exit_code_raises_its_kind(
    desk: Desk, context: Context, ti: FakeTaskInstance, code: int, expected: type[Exception]
) -> None:
    place = {"place": "trades.csv:2 quantity", "code": "L003", "message": "two readings", "hint": "state it"}
    desk.program({"status": "failed", "reason": "input_data", "exit": code, "problems": [place] * 9}, code=code)
    with pytest.raises(AirflowException, match=rf"^exit {code}: .*\ntrades.csv:2 quantity: L003: two") as raised:
        assign().execute(context)
    # A class of its own decides on the retry, so a subclass would be another answer.
    assert type(raised.value) is expected
    assert ti.pushed[SUMMARY_KEY]["exit"] == code
    assert len(ti.pushed[SUMMARY_KEY]["problems"]) == 5


def test_a_signal_is_worth_a_retry(desk: Desk, context: Context) -> None:
    desk.program(GOOD, before="kill -9 $$")
    with pytest.raises(AirflowException, match="signal 9") as raised:
        assign().execute(context)
    assert type(raised.value) is AirflowException


def test_a_failed_run_that_published_has_its_link(desk: Desk, context: Context, ti: FakeTaskInstance) -> None:
    desk.program({**GOOD, "status": "failed", "reason": "infeasible", "exit": 4}, code=4)
    with pytest.raises(AirflowFailException):
        assign().execute(context)
    assert ti.pushed[RESULT_KEY].endswith("/out/2026-03-24/result.json")


def test_a_dry_run_has_no_link(desk: Desk, context: Context, ti: FakeTaskInstance) -> None:
    desk.program({**GOOD, "dry_run": True, "out": None, "result": None})
    assert assign(dry_run=True).execute(context)["result"] is None
    assert ti.pushed == {}


def test_a_result_outside_the_folder_is_a_file(desk: Desk, context: Context, ti: FakeTaskInstance) -> None:
    desk.program({**GOOD, "result": "/srv/elsewhere/a b/result.json"})
    assign().execute(context)
    assert ti.pushed == {RESULT_KEY: "file:///srv/elsewhere/a%20b/result.json"}


def test_a_program_that_says_nothing_is_not_believed(desk: Desk, context: Context) -> None:
    desk.program("hello")
    with pytest.raises(AirflowFailException, match="is not pb-assign"):
        assign().execute(context)


@pytest.mark.usefixtures("desk")
def test_a_missing_program_fails_without_retry(context: Context) -> None:
    with pytest.raises(AirflowFailException, match="this worker has no"):
        assign().execute(context)


def test_a_day_without_trades_is_skipped_where_that_is_asked_for(
    desk: Desk, context: Context, ti: FakeTaskInstance
) -> None:
    desk.program({**GOOD, "counts": {"trades": 0}})
    assert assign().execute(context)["counts"] == {"trades": 0}
    with pytest.raises(AirflowSkipException, match="no trades"):
        assign(skip_when_no_trades=True).execute(context)
    assert ti.pushed[SUMMARY_KEY]["status"] == "optimal"
    desk.program(GOOD)
    assert assign(skip_when_no_trades=True).execute(context)["counts"]["trades"] == 8


def test_a_holiday_is_skipped_without_a_run_where_that_is_asked_for(desk: Desk, context: Context) -> None:
    desk.program(GOOD)
    with pytest.raises(AirflowSkipException, match="none of the files of 2026-03-24"):
        assign(skip_when_no_input=True).execute(context)
    assert not desk.has_started
    # One file of two is no holiday: the program refuses it, and says why.
    (desk.folder / "inbox" / DAY).mkdir(parents=True)
    (desk.folder / "inbox" / DAY / "trades.csv").touch()
    assign(skip_when_no_input=True).execute(context)
    assert desk.has_started


def test_only_the_run_that_was_approved_goes_on(desk: Desk, context: Context, ti: FakeTaskInstance) -> None:
    desk.program(GOOD)
    assert assign(approved_run_id="2cf4").execute(context)["run_id"] == "2cf4"
    with pytest.raises(AirflowFailException, match="run 9999 was approved and this is 2cf4"):
        assign(approved_run_id="9999").execute(context)
    assert ti.pushed[SUMMARY_KEY]["run_id"] == "2cf4"


def test_verify_recomputes_a_folder(desk: Desk, context: Context) -> None:
    desk.program({"status": "verified", "exit": 0, "run_id": "2cf4", "counts": {"metrics": 12}})
    verify = PbAssignVerifyOperator(task_id="verify", out="out/latest", trades="late.csv")
    assert verify.execute(context)["status"] == "verified"
    folder = desk.folder
    assert desk.started == ["verify", "--trades", str(folder / "late.csv"), str(folder / "out/latest"), str(folder)]


def test_an_answer_that_does_not_hold_fails_without_retry(desk: Desk, context: Context) -> None:
    desk.program({"status": "failed", "reason": "verification", "exit": 4}, code=4)
    with pytest.raises(AirflowFailException, match="does not hold"):
        PbAssignVerifyOperator(task_id="verify", out="out/latest").execute(context)


def test_every_path_is_a_template() -> None:
    assert {"config", "as_of", "out", "state", "trades", "positions"} <= set(PbAssignOperator.template_fields)
    assert {"out", "config"} <= set(PbAssignVerifyOperator.template_fields)
    for operator in (assign(), PbAssignVerifyOperator(task_id="verify", out=Path("o").name)):
        assert all(hasattr(operator, name) for name in operator.template_fields)
