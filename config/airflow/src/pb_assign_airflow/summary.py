"""The last line of standard output, as the small dictionary that goes to XCom."""

import json
from pathlib import Path
from typing import Any

KEPT = (
    "status",
    "reason",
    "exit",
    "run_id",
    "run_status",
    "as_of",
    "dry_run",
    "rerun",
    "out",
    "result",
    "objective",
    "counts",
    "ledger",
    "duration_ms",
    "alerts",
)
"""What is kept of the line. Everything else it may have, now or later, stays in the published files."""

PROBLEMS_AT_MOST = 5
"""A refused run may list a problem for each row of its files; the task log has them all."""


def parse(stdout: str) -> dict[str, Any]:
    """The JSON object of the last line that is not blank; empty where there is none."""
    lines = [line for line in stdout.splitlines() if line.strip()]
    if not lines:
        return {}
    try:
        said = json.loads(lines[-1])
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def small(said: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What is kept, with absolute paths: where the program ran is nothing that a later task knows."""
    kept = {key: said[key] for key in KEPT if key in said}
    for key in ("out", "result"):
        if kept.get(key):
            kept[key] = str(folder / kept[key])
    problems = said.get("problems") or []
    if problems:
        kept["problems"] = [in_words(problem) for problem in problems[:PROBLEMS_AT_MOST]]
    return kept


def in_words(problem: dict[str, Any]) -> str:
    """A problem as the program shows it: `trades.csv:2 quantity: L003: "10.000,00" could be 10 or 10000`."""
    parts = (problem.get("place"), problem.get("code"), problem.get("message"))
    return ": ".join(str(part) for part in parts if part)
