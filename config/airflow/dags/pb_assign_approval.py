"""A dry run, a person who approves it, and only then the run.

The request stands under "Required Actions" in Airflow, with the numbers of the dry run; its log has every metric before
and after. On "Reject" the run is skipped. A run whose files or configuration are no longer those that were approved
fails.
"""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, CronTriggerTimetable

from pb_assign_airflow.operators import PbAssignOperator, PbAssignVerifyOperator

DESK = "desk.yaml"
TIMEZONE = "America/New_York"

with DAG(
    dag_id="pb_assign_approval",
    description="Dry run, approval by a person, run, verification.",
    schedule=CronTriggerTimetable("30 18 * * 1-5", timezone=TIMEZONE),
    start_date=pendulum.datetime(2026, 1, 1, tz=TIMEZONE),
    catchup=False,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=2)},
    tags=["pb-assign"],
):
    dry_run = PbAssignOperator(task_id="dry_run", config=DESK, dry_run=True)
    approval = ApprovalOperator(
        task_id="approval",
        subject="Book {{ ti.xcom_pull(task_ids='dry_run')['counts']['assigned'] }} trades of "
        "{{ ti.xcom_pull(task_ids='dry_run')['as_of'] }}?",
        body="""{% set run = ti.xcom_pull(task_ids='dry_run') %}
| | |
| --- | --- |
| status | {{ run['status'] }}, {{ run['reason'] }} |
| objective | {{ run['objective']['value'] }} |
| bound | {{ run['objective']['bound'] }} |
| limits broken | {{ run['counts']['breaches'] }} |
| warnings | {{ run['counts']['warnings'] }} |
| run | {{ run['run_id'] }} |
""",
        response_timeout=timedelta(hours=12),
    )
    assign = PbAssignOperator(
        task_id="assign",
        config=DESK,
        approved_run_id="{{ ti.xcom_pull(task_ids='dry_run')['run_id'] }}",
    )
    verify = PbAssignVerifyOperator(task_id="verify", out="{{ ti.xcom_pull(task_ids='assign')['out'] }}")
    dry_run >> approval >> assign >> verify
