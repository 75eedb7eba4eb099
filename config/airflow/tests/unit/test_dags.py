"""What the example DAGs decide by themselves; that they run is shown by the tests with a scheduler."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from airflow.sdk.exceptions import AirflowFailException

DAGS = Path(__file__).parents[2] / "dags"


def example(name: str) -> ModuleType:
    """An example as Airflow reads it."""
    spec = importlib.util.spec_from_file_location(name, DAGS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def weekdays(first_day: str | None, last_day: str | None) -> list[str]:
    """The days of the backfill for what somebody filled in."""
    days: list[str] = example("pb_assign_backfill").weekdays.function({"first_day": first_day, "last_day": last_day})
    return days


def test_a_backfill_has_the_weekdays_between_two_days() -> None:
    # The 6th of March 2026 is a Friday.
    assert weekdays("2026-03-06", "2026-03-10") == ["2026-03-06", "2026-03-09", "2026-03-10"]
    assert weekdays("2026-03-07", "2026-03-08") == []


def test_a_backfill_without_a_first_day_has_sixty() -> None:
    days = weekdays(None, "2026-03-08")
    assert (len(days), days[-1], days) == (60, "2026-03-06", sorted(days))
    assert all(date.fromisoformat(day).weekday() < 5 for day in days)
    # Twelve weeks before Friday the 6th, and the Monday after.
    assert days[0] == "2025-12-15"


def test_a_backfill_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(AirflowFailException, match="2026-03-10, is after the last, 2026-03-06"):
        weekdays("2026-03-10", "2026-03-06")


def test_a_backfill_ends_yesterday_where_nothing_is_said() -> None:
    days = weekdays(None, None)
    assert len(days) == 60
    assert 0 < (date.today() - date.fromisoformat(days[-1])).days <= 4
