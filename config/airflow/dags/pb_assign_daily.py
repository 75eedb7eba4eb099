"""A desk's evening: wait for the day's files, assign, verify what was published.

Copy this file into your DAG folder and edit the constants. Relative paths start at the folder of the connection
`pb_assign_default`.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable

from pb_assign_airflow.operators import PbAssignOperator, PbAssignVerifyOperator
from pb_assign_airflow.sensor import PbAssignInputSensor

DESK = "desk.yaml"
TIMEZONE = "America/New_York"

with DAG(
    dag_id="pb_assign_daily",
    description="Waits for the day's files, books the trades, verifies the answer.",
    # The date of a run is the day on which it starts, in this time zone.
    schedule=CronTriggerTimetable("30 18 * * 1-5", timezone=TIMEZONE),
    start_date=pendulum.datetime(2026, 1, 1, tz=TIMEZONE),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    tags=["pb-assign"],
):
    files = PbAssignInputSensor(
        task_id="files",
        config=DESK,
        deferrable=True,
        poke_interval=60,
        timeout=timedelta(hours=4),
    )
    assign = PbAssignOperator(task_id="assign", config=DESK, execution_timeout=timedelta(minutes=15))
    verify = PbAssignVerifyOperator(task_id="verify", out="{{ ti.xcom_pull(task_ids='assign')['out'] }}")
    files >> assign >> verify
