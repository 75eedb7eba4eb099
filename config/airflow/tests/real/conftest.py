"""The desks, and one Airflow for all tests of a session."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from .deployment import Deployment

ROOT = Path(__file__).parents[2]
SAMPLE = "parts/sample"
SLOW = "parts/slow"
FIRST_DAY = date(2026, 1, 12)
"""The first of the sixty weekdays that are run again."""
HOLIDAYS = (date(2026, 1, 19), date(2026, 2, 16))
DAYS = tuple(
    day for ahead in range(84) if (day := FIRST_DAY + timedelta(days=ahead)).weekday() < 5 and day not in HOLIDAYS
)

BUSY = """#!/bin/sh
# Another run has the lock: always, or the first time only.
if [ -e "{marker}" ]; then exec "{program}" "$@"; fi
{mark}
echo '{{"status": "failed", "reason": "try_again", "exit": 75}}'
exit 75
"""


def given(variable: str) -> Path:
    """A path that `cargo xtask test` states."""
    value = os.environ.get(variable)
    if not value:
        raise pytest.UsageError(f"{variable} is not set: run `cargo xtask test`, or state it by hand")
    return Path(value).absolute()


@pytest.fixture(scope="session")
def program() -> Path:
    """The program itself."""
    return given("PB_ASSIGN_PROGRAM")


@pytest.fixture(scope="session")
def desks(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the connection: a desk with sixty days, three in folders of their own, a slow one deeper down."""
    folder = tmp_path_factory.mktemp("desks")
    desk = folder / "desk.yaml"
    sample = folder / SAMPLE
    subprocess.run([program, "init", sample], check=True, capture_output=True)
    text = (sample / "desk.yaml").read_text()
    for name in ("trades", "positions"):
        text = text.replace(f"{name}: {name}.csv", f"{name}: inbox/{{as_of}}/{name}.csv")
    assert text.count("{as_of}") >= 2
    desk.write_text(text)
    shutil.copy(sample / "coefficients.csv", folder)
    for day in DAYS:
        inbox(folder, day.isoformat())
    # Refused: a quantity that is no number. Without trades: the header alone.
    trades = inbox(folder, "2026-01-06") / "trades.csv"
    trades.write_text(trades.read_text().replace("10000000", "10m"))
    trades = inbox(folder, "2026-01-07") / "trades.csv"
    trades.write_text(trades.read_text().splitlines()[0] + "\n")
    infeasible = (sample / "desk.yaml").read_text().replace("leverage:       { max: 5 }", "leverage: { max: 0.5 }")
    assert "max: 0.5" in infeasible
    for name in ("trades.csv", "positions.csv"):
        infeasible = infeasible.replace(f": {name}", f": {SAMPLE}/{name}")
    (folder / "infeasible.yaml").write_text(infeasible)
    (folder / "wrong.yaml").write_text(text.replace("metrics:", "metrix:", 1))
    shutil.copytree(given("PB_ASSIGN_SLOW_DESK"), folder / SLOW)
    for name in ("credit", "govies", "rates"):
        shutil.copytree(sample, folder / name)
    (folder / "govies" / "positions.csv").unlink()
    return folder


def inbox(folder: Path, day: str) -> Path:
    """A day's files, complete."""
    place = folder / "inbox" / day
    place.mkdir(parents=True)
    for name in ("trades.csv", "positions.csv"):
        shutil.copy(folder / SAMPLE / name, place)
    return place


def script(path: Path, text: str) -> str:
    """A program made of shell."""
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def connection(folder: Path, program: str) -> str:
    """A connection, as an environment variable has it."""
    extra = {"folder": str(folder), "program": program, "result_url": "https://files.example/desks"}
    return json.dumps({"conn_type": "pb_assign", "extra": extra})


@pytest.fixture(scope="session")
def airflow(desks: Path, program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Airflow with the examples as they are shipped, and the DAGs of these tests."""
    home = tmp_path_factory.mktemp("airflow")
    dags = home / "dags"
    shutil.copytree(ROOT / "dags", dags)
    for path in (ROOT / "tests/real/dags").glob("*.py"):
        shutil.copy(path, dags)
    (home / "config").mkdir()
    shutil.copy(ROOT / "tests/real/airflow_local_settings.py", home / "config")
    marker = home / "was-busy"
    once = script(home / "busy-once", BUSY.format(marker=marker, program=program, mark=f"touch '{marker}'"))
    always = script(home / "busy", BUSY.format(marker=home / "never", program=program, mark=":"))
    (home / "bin").mkdir()
    (home / "bin" / "pb-assign").symlink_to(program)
    variables = {
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW_CONN_PB_ASSIGN_DEFAULT": connection(desks, str(program)),
        "AIRFLOW_CONN_PB_ASSIGN_BUSY_ONCE": connection(desks, once),
        "AIRFLOW_CONN_PB_ASSIGN_BUSY": connection(desks, always),
        "AIRFLOW_CONN_PB_ASSIGN_NOWHERE": connection(desks, str(home / "nowhere")),
    }
    deployment = Deployment(home, dags, variables)
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.stop()
