"""Every way a task can end, one task for each: what the examples do not show."""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

from pb_assign_airflow.operators import PbAssignOperator
from pb_assign_airflow.sensor import PbAssignInputSensor

with DAG(
    dag_id="pb_assign_endings",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    default_args={"retries": 1, "retry_delay": timedelta(seconds=1)},
):
    PbAssignOperator(task_id="try_again_then_good", config="desk.yaml", out="again", conn_id="pb_assign_busy_once")
    PbAssignOperator(task_id="try_again_for_ever", config="desk.yaml", conn_id="pb_assign_busy")
    PbAssignOperator(task_id="wrong_configuration", config="wrong.yaml")
    PbAssignOperator(task_id="refused_input", config="desk.yaml", as_of="2026-01-06")
    PbAssignOperator(task_id="infeasible", config="infeasible.yaml", out="infeasible")
    PbAssignOperator(task_id="no_program", config="desk.yaml", conn_id="pb_assign_nowhere")
    no_trades = PbAssignOperator(task_id="no_trades", config="desk.yaml", as_of="2026-01-07", skip_when_no_trades=True)
    no_trades >> EmptyOperator(task_id="after_no_trades")
    PbAssignOperator(task_id="holiday", config="desk.yaml", as_of="2026-01-01", skip_when_no_input=True)
    PbAssignOperator(
        task_id="timed_out",
        config="parts/slow/desk.yaml",
        out="timed-out",
        execution_timeout=timedelta(seconds=5),
        retries=0,
    )
    quick = {"config": "desk.yaml", "as_of": "2026-01-08", "done_marker": "{name}.done", "settle_s": 0.5}
    PbAssignInputSensor(task_id="late_deferred", deferrable=True, poke_interval=1, timeout=300, **quick)
    PbAssignInputSensor(task_id="late_rescheduled", mode="reschedule", poke_interval=1, timeout=300, **quick)
    PbAssignInputSensor(task_id="never_came", config="desk.yaml", as_of="2026-01-01", poke_interval=1, timeout=2)
