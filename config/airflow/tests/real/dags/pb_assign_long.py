"""A run that lasts, to be ended by somebody."""

import pendulum
from airflow.sdk import DAG

from pb_assign_airflow.operators import PbAssignOperator

with DAG(dag_id="pb_assign_long", schedule=None, start_date=pendulum.datetime(2026, 1, 1, tz="UTC")):
    PbAssignOperator(task_id="assign", config="parts/slow/desk.yaml", out="slow-out", as_of=None)
