"""Many days of one desk at once: sixty by default, several at a time, holidays skipped.

Trigger it with the first and the last day, or with none for the sixty weekdays before today. Days may run in any order
and at the same time: each publishes a folder of its own, and a day that has been run before comes out the same.
"""

from datetime import date, timedelta

import pendulum
from airflow.sdk import DAG, Param, task
from airflow.sdk.exceptions import AirflowFailException

from pb_assign_airflow.operators import PbAssignOperator

DESK = "desk.yaml"
TIMEZONE = "America/New_York"
DAYS = 60
AT_ONCE = 4

with DAG(
    dag_id="pb_assign_backfill",
    description="Runs many days of one desk, several at a time.",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz=TIMEZONE),
    params={
        "first_day": Param(None, type=["null", "string"], format="date", description="YYYY-MM-DD"),
        "last_day": Param(None, type=["null", "string"], format="date", description="YYYY-MM-DD, included"),
    },
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    tags=["pb-assign"],
):

    @task
    def weekdays(params: dict[str, str | None]) -> list[str]:
        """The days to run, oldest first."""
        last = date.fromisoformat(params["last_day"] or pendulum.yesterday(TIMEZONE).to_date_string())
        if params["first_day"] is None:
            days = [day for day in (last - timedelta(days=back) for back in range(2 * DAYS)) if day.weekday() < 5]
            return [day.isoformat() for day in reversed(days[:DAYS])]
        first = date.fromisoformat(params["first_day"])
        if first > last:
            raise AirflowFailException(f"the first day, {first}, is after the last, {last}")
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        return [day.isoformat() for day in days if day.weekday() < 5]

    PbAssignOperator.partial(
        task_id="assign",
        config=DESK,
        skip_when_no_input=True,
        max_active_tis_per_dagrun=AT_ONCE,
        map_index_template="{{ task.as_of }}",
    ).expand(as_of=weekdays())
