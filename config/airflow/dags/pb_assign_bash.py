"""The program in one line, without this package: every exit code but 0 fails the task."""

import json

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    dag_id="pb_assign_bash",
    description="pb-assign as one BashOperator.",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    tags=["pb-assign"],
):
    BashOperator(
        task_id="assign",
        bash_command="pb-assign run --config {{ conn.pb_assign_default.extra_dejson.folder }}/desk.yaml "
        "--as-of {{ ds }}",
        output_processor=json.loads,
    )
