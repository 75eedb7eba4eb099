"""The operators: a day's assignment, and the check of a published one."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from pb_assign_airflow import day_files, link, summary
from pb_assign_airflow.exits import Ending, ending, meaning
from pb_assign_airflow.hook import Ended, PbAssignHook, ProgramMissingError

AS_OF = (
    "{{ logical_date.in_timezone(dag.timezone).to_date_string() if logical_date is defined and logical_date else '' }}"
)
"""The day of the logical date where the DAG lives. `ds` is the day in UTC, which is tomorrow in a New York evening."""

SUMMARY_KEY = "summary"
"""The XCom with the summary of a run that failed or was skipped; that of a good one is the task's return value."""


class PbAssignBase(BaseOperator):
    """What both operators share: the hook, the end of the process, and what an exit code makes of the task."""

    template_fields: Sequence[str] = ("conn_id", "environment")
    ui_color = "#d8e6f3"

    def __init__(
        self,
        *,
        conn_id: str = PbAssignHook.default_conn_name,
        environment: dict[str, str] | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """Takes what every operator of Airflow takes, too."""
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.environment = environment

    @cached_property
    def hook(self) -> PbAssignHook:
        """The one hook of this task: `on_kill` has to end what `execute` started."""
        return PbAssignHook(self.conn_id)

    def on_kill(self) -> None:
        """Ends the process when Airflow ends the task: cleared, marked by hand, timed out, or its pod removed."""
        self.hook.terminate()

    def run_program(self, arguments: list[str]) -> Ended:
        """Runs the program; where it is missing, another attempt would not find it either."""
        try:
            return self.hook.run(arguments, self.environment)
        except ProgramMissingError as error:
            raise AirflowFailException(str(error)) from error

    def concluded(self, ended: Ended, context: Context) -> dict[str, Any]:
        """The summary of a good ending; any other raises what Airflow understands."""
        kept = summary.small(ended.said, self.hook.folder)
        if ended.code == 0 and "exit" not in kept:
            raise AirflowFailException(f"{self.hook.program()} is not pb-assign: it ended without its line of JSON")
        if ended.code == 0:
            return kept
        context["ti"].xcom_push(key=SUMMARY_KEY, value=kept)
        text = f"exit {ended.code}: {meaning(ended.code)}"
        text = "\n".join([text, *kept.get("problems", [])])
        raise AirflowException(text) if ending(ended.code) is Ending.RETRY else AirflowFailException(text)


class PbAssignOperator(PbAssignBase):
    """Runs `pb-assign run` for a day and returns the summary of the run.

    Relative paths start at the folder of the connection. All fields but the flags are templates.

    Args:
        config: The desk's configuration.
        as_of: The day, YYYY-MM-DD; by default that of the logical date in the DAG's time zone. None for a desk whose
            paths have no date.
        out: The folder to publish to, instead of the configured one.
        state: The folder of ledger and history, instead of the configured one.
        trades: The day's trades, instead of the configured file.
        positions: The opening positions, instead of the configured file.
        dry_run: Compute and show everything in the log, write nothing anywhere.
        approved_run_id: The `run_id` of a dry run that somebody approved. The task fails when the run turns out to have
            had other inputs, so that nothing after it uses what nobody has seen.
        skip_when_no_trades: Skip the task, and with it what follows, after a day without trades. The run has been
            done and published.
        skip_when_no_input: Skip the task, without a run, when not one of the day's files is there: a holiday. When some
            are, the run is done, and refused.
        conn_id: The connection.
        environment: Variables for the program, over those of the connection and the worker.
        **kwargs: What every operator takes.
    """

    template_fields: Sequence[str] = (
        "config",
        "as_of",
        "out",
        "state",
        "trades",
        "positions",
        "approved_run_id",
        *PbAssignBase.template_fields,
    )
    operator_extra_links: Sequence[BaseOperatorLink] = (link.ResultLink(),)

    def __init__(
        self,
        *,
        config: str,
        as_of: str | None = AS_OF,
        out: str | None = None,
        state: str | None = None,
        trades: str | None = None,
        positions: str | None = None,
        dry_run: bool = False,
        approved_run_id: str | None = None,
        skip_when_no_trades: bool = False,
        skip_when_no_input: bool = False,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """See the class."""
        super().__init__(**kwargs)
        self.config = config
        self.as_of = as_of
        self.out = out
        self.state = state
        self.trades = trades
        self.positions = positions
        # `dry_run` is a method of every operator.
        self.is_dry_run = dry_run
        self.approved_run_id = approved_run_id
        self.skip_when_no_trades = skip_when_no_trades
        self.skip_when_no_input = skip_when_no_input

    def execute(self, context: Context) -> dict[str, Any]:
        """Runs the day."""
        arguments = self.arguments()
        if self.skip_when_no_input and not self.has_input():
            raise AirflowSkipException(f"none of the files of {self.as_of} is there")
        ended = self.run_program(arguments)
        kept = summary.small(ended.said, self.hook.folder)
        if kept.get("result"):
            served = link.address(Path(kept["result"]), self.hook.folder, self.hook.settings.get("result_url"))
            context["ti"].xcom_push(key=link.RESULT_KEY, value=served)
        kept = self.concluded(ended, context)
        self.check_approval(kept, context)
        if self.skip_when_no_trades and kept.get("counts", {}).get("trades") == 0:
            context["ti"].xcom_push(key=SUMMARY_KEY, value=kept)
            raise AirflowSkipException(f"{self.as_of or 'this run'} has no trades")
        return kept

    def arguments(self) -> list[str]:
        """The command line, without the program. What is not given is left to the configuration."""
        if self.as_of is not None and not self.as_of:
            raise AirflowFailException("this run has no logical date: give the operator an `as_of`")
        given = {
            "--as-of": self.as_of,
            "--out": self.out,
            "--state": self.state,
            "--trades": self.trades,
            "--positions": self.positions,
        }
        options = [word for option, value in given.items() if value for word in (option, value)]
        dry_run = ["--dry-run"] if self.is_dry_run else []
        return ["run", "--config", str(self.hook.path(self.config)), *options, *dry_run]

    def has_input(self) -> bool:
        """Whether any of the day's files is there."""
        given = {"trades": self.trades, "positions": self.positions}
        replaced = {key: self.hook.path(value) for key, value in given.items() if value}
        try:
            files = day_files.of_configuration(self.hook.path(self.config), self.as_of or "", replaced)
        except day_files.NoDayFilesError as error:
            raise AirflowFailException(str(error)) from error
        return any(file.exists() for file in files)

    def check_approval(self, kept: dict[str, Any], context: Context) -> None:
        """Fails where the run is not the one that was approved."""
        if self.approved_run_id and kept.get("run_id") != self.approved_run_id:
            context["ti"].xcom_push(key=SUMMARY_KEY, value=kept)
            raise AirflowFailException(
                f"run {self.approved_run_id} was approved and this is {kept.get('run_id')}: configuration or files "
                "have changed since; do not book it, and have a new dry run approved"
            )


class PbAssignVerifyOperator(PbAssignBase):
    """Runs `pb-assign verify`: recomputes a published answer from its inputs and fails where it does not follow.

    Args:
        out: The published folder, usually `{{ ti.xcom_pull(task_ids='assign')['out'] }}` (template).
        config: The configuration; by default the one that the run recorded (template).
        trades: The trades, if the run was given a file of its own (template).
        positions: The positions, if the run was given a file of its own (template).
        conn_id: The connection.
        environment: Variables for the program.
        **kwargs: What every operator takes.
    """

    template_fields: Sequence[str] = ("out", "config", "trades", "positions", *PbAssignBase.template_fields)

    def __init__(
        self,
        *,
        out: str,
        config: str | None = None,
        trades: str | None = None,
        positions: str | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """See the class."""
        super().__init__(**kwargs)
        self.out = out
        self.config = config
        self.trades = trades
        self.positions = positions

    def execute(self, context: Context) -> dict[str, Any]:
        """Verifies the folder."""
        given = {"--config": self.config, "--trades": self.trades, "--positions": self.positions}
        options = [word for option, value in given.items() if value for word in (option, str(self.hook.path(value)))]
        return self.concluded(self.run_program(["verify", *options, str(self.hook.path(self.out))]), context)
