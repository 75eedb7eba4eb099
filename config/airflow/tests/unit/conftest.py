"""A desk's folder with a fake program in it, and a task context that keeps what is pushed."""

import json
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Context

FAKE = """#!/bin/sh
# Says what it was started with, then what it was told to say, and ends as it was told to.
{{ printf '%s ' "$@"; echo; pwd; }} > started.txt
printf 'loading\\n50 %% solved, é\\n' >&2
{before}
cat <<'LINES'
{stdout}
LINES
exit {code}
"""


@dataclass
class Desk:
    """A folder with a configuration, and a program that does what a test wants."""

    folder: Path

    def program(self, said: object, code: int = 0, before: str = "") -> None:
        """Puts a program there that ends stdout with a line of JSON, or with a text."""
        line = said if isinstance(said, str) else json.dumps(said)
        path = self.folder / "pb-assign"
        path.write_text(FAKE.format(stdout=f"not this line\n{line}", code=code, before=before), encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    @property
    def started(self) -> list[str]:
        """The words that the program was started with, and the folder it was started in."""
        words, folder = (self.folder / "started.txt").read_text().splitlines()
        return [*words.split(), folder]

    @property
    def has_started(self) -> bool:
        """Whether the program was started at all."""
        return (self.folder / "started.txt").exists()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk under the folder of the default connection."""
    (tmp_path / "desk.yaml").write_text(
        "version: 1\n"
        "inputs:\n"
        "  trades: inbox/{as_of}/trades.csv\n"
        "  positions: { path: 'inbox/{as_of}/positions.csv', columns: { security: ISIN } }\n"
        "  coefficients: coefficients.csv\n"
    )
    extra = {
        "folder": str(tmp_path),
        "program": str(tmp_path / "pb-assign"),
        "result_url": "https://files.example/desks/",
        "environment": {"WEBHOOK": "from the connection"},
    }
    connection = {"conn_type": "pb_assign", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_PB_ASSIGN_DEFAULT", json.dumps(connection))
    return Desk(tmp_path)


@dataclass
class FakeTaskInstance:
    """Keeps what a task pushes."""

    pushed: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: object) -> None:
        """As Airflow's."""
        self.pushed[key] = value


@pytest.fixture
def ti() -> FakeTaskInstance:
    """The task instance of the context."""
    return FakeTaskInstance()


@pytest.fixture
def context(ti: FakeTaskInstance) -> Context:
    """What Airflow gives a task."""
    return Context(ti=ti)  # type: ignore[typeddict-item]
