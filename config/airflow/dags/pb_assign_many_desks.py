"""Every desk of a folder, each on its own: a desk that fails keeps none of the others.

A desk is a folder with a `desk.yaml` below the folder of the connection. New ones are found at the next run. How many
run at once is for the executor to say: Celery or Kubernetes workers, each with the program and the folder.
"""

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, task, task_group

from pb_assign_airflow.hook import PbAssignHook
from pb_assign_airflow.operators import PbAssignOperator, PbAssignVerifyOperator

TIMEZONE = "America/New_York"

with DAG(
    dag_id="pb_assign_many_desks",
    description="Books the trades of every desk in a folder.",
    schedule=CronTriggerTimetable("30 18 * * 1-5", timezone=TIMEZONE),
    start_date=pendulum.datetime(2026, 1, 1, tz=TIMEZONE),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    tags=["pb-assign"],
):

    @task
    def desks() -> list[str]:
        """The configurations, relative to the folder of the connection."""
        folder = PbAssignHook().folder
        return sorted(found.relative_to(folder).as_posix() for found in folder.glob("*/desk.yaml"))

    @task_group
    def desk(config: str) -> None:
        """One desk."""
        assign = PbAssignOperator(task_id="assign", config=config, map_index_template="{{ task.config }}")
        verify = PbAssignVerifyOperator(
            task_id="verify",
            out="{{ ti.xcom_pull(task_ids='desk.assign', map_indexes=ti.map_index)['out'] }}",
            map_index_template="{{ task.out }}",
        )
        assign >> verify

    desk.expand(config=desks())
