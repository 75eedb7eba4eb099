"""The link from a task to its result."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink
from airflow.sdk.execution_time.xcom import XCom

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

RESULT_KEY = "result_address"
"""The XCom of a task that has published something."""


class ResultLink(BaseOperatorLink):
    """Opens `result.json`, where the task has published one."""

    name = "Result"

    def get_link(self, operator: "BaseOperator", *, ti_key: "TaskInstanceKey") -> str:  # noqa: ARG002
        """The address; empty where nothing was published, as after a dry run."""
        address: Any = XCom.get_value(ti_key=ti_key, key=RESULT_KEY)
        return address or ""


def address(result: Path, folder: Path, result_url: str | None) -> str:
    """Where a result is served, or its `file:` address where no server is known or it lies outside the folder."""
    if result_url and result.is_relative_to(folder):
        return f"{result_url.rstrip('/')}/{quote(result.relative_to(folder).as_posix())}"
    return result.as_uri()
