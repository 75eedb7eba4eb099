"""Waiting for a day's files."""

import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import BaseSensorOperator, Context, PokeReturnValue, conf
from airflow.sdk.exceptions import AirflowFailException

from pb_assign_airflow import day_files
from pb_assign_airflow.hook import PbAssignHook
from pb_assign_airflow.operators import AS_OF
from pb_assign_airflow.trigger import DayFilesTrigger


class PbAssignInputSensor(BaseSensorOperator):
    """Waits until every file of a day is complete, and returns their paths.

    The files are those inputs of the configuration whose path holds `{as_of}`. They are complete when two looks, some
    seconds apart, find all of them and find them the same, each beside its marker where one is asked for.

    With `timeout` the wait ends in failure, without a retry; with `soft_fail=True`, in a skip.

    Args:
        config: The desk's configuration (template).
        as_of: The day, YYYY-MM-DD; by default that of the logical date in the DAG's time zone (template).
        trades: The file that the run is given instead of the configured trades; it is waited for too (template).
        positions: The same for positions (template).
        done_marker: The name of a file in the same folder that the sender writes last. `{name}` is the name of the
            file that it is about: `{name}.done`, or `_SUCCESS` for one a folder.
        settle_s: Seconds between the two looks.
        deferrable: Wait in the triggerer, which takes no worker.
        conn_id: The connection (template).
        **kwargs: What every sensor takes: `poke_interval`, `timeout`, `mode`, `soft_fail`.
    """

    template_fields: Sequence[str] = ("config", "as_of", "trades", "positions", "conn_id")
    ui_color = "#e9eff5"

    def __init__(
        self,
        *,
        config: str,
        as_of: str = AS_OF,
        trades: str | None = None,
        positions: str | None = None,
        done_marker: str | None = None,
        settle_s: float = 10.0,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        conn_id: str = PbAssignHook.default_conn_name,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """See the class."""
        super().__init__(**kwargs)
        self.config = config
        self.as_of = as_of
        self.trades = trades
        self.positions = positions
        self.done_marker = done_marker
        self.settle_s = settle_s
        self.deferrable = deferrable
        self.conn_id = conn_id

    def execute(self, context: Context) -> list[str]:
        """Waits here, or hands the wait to the triggerer."""
        if not self.deferrable:
            found: list[str] = super().execute(context)
            return found
        files = [str(file) for file in self.files()]
        self.log.info("Waiting for %s", files)
        trigger = DayFilesTrigger(files, self.done_marker, self.settle_s, self.poke_interval)
        self.defer(trigger=trigger, method_name="execute_complete", timeout=timedelta(seconds=self.timeout))
        raise AssertionError("a deferred task goes on in execute_complete")

    def execute_complete(self, context: Context, event: list[str]) -> list[str]:  # noqa: ARG002
        """What the triggerer found."""
        self.log.info("Complete: %s", event)
        return event

    def poke(self, context: Context) -> PokeReturnValue:  # noqa: ARG002
        """Two looks."""
        files = self.files()
        seen = day_files.look(files, self.done_marker)
        if absent := day_files.missing(files, seen):
            self.log.info("Not there yet: %s", [str(file) for file in absent])
            return PokeReturnValue(is_done=False)
        time.sleep(self.settle_s)
        if day_files.look(files, self.done_marker) != seen:
            self.log.info("Still being written")
            return PokeReturnValue(is_done=False)
        return PokeReturnValue(is_done=True, xcom_value=[str(file) for file in files])

    def files(self) -> list[Path]:
        """The files that are waited for."""
        if not self.as_of:
            raise AirflowFailException("this run has no logical date: give the sensor an `as_of`")
        hook = PbAssignHook(self.conn_id)
        given = {"trades": self.trades, "positions": self.positions}
        replaced = {key: hook.path(value) for key, value in given.items() if value}
        try:
            return day_files.of_configuration(hook.path(self.config), self.as_of, replaced)
        except day_files.NoDayFilesError as error:
            raise AirflowFailException(str(error)) from error
