"""What a change of a configuration does: both are run on the same day and files, and their answers compared.

Both are published to a scratch folder, with a scratch state, since only a published answer has every number. Nothing of
the desk is written.
"""

import difflib
import json
from collections import namedtuple
from decimal import Decimal
from pathlib import Path

import page
import program
from markdown import details, number, percent, signed, table, text

# A run of one configuration; result is None where nothing was published.
Side = namedtuple("Side", "config ended result")
Both = namedtuple("Both", "base head")

ROWS_AT_MOST = 50


def run(binary, base, head, options, scratch):
    sides = [run_side(binary, name, config, options, scratch) for name, config in (("base", base), ("head", head))]
    return Both(*sides)


def run_side(binary, name, config, options, scratch):
    # Neither side is a run of the desk: its ledger stays as it is, and nobody is told.
    folders = ["--out", str(scratch / name), "--state", str(scratch / f"{name}-state"), "--no-monitoring"]
    print(f"::group::{name}: {config}", flush=True)
    ended = program.run_once([binary, "run", "--config", config, *options, *folders])
    print("::endgroup::", flush=True)
    path = ended.said.get("result")
    result = json.loads(Path(path).read_text(encoding="utf-8")) if path and Path(path).is_file() else None
    return Side(Path(config), ended, result)


def render(both):
    """Markdown of what differs."""
    return "".join(part(both) for part in (outcome, notes, limits_table, cost_and_metrics, moves_table, texts, talks))


def limits(both):
    """Limits that are not the same, as (account, metric, base, head); a side without the metric has None."""
    base, head = metrics(both.base), metrics(both.head)
    keys = [*head, *(key for key in base if key not in head)] if base and head else []
    pairs = [(key, base.get(key), head.get(key)) for key in keys]
    return [(*key, old, new) for key, old, new in pairs if bounds(old) != bounds(new)]


def bounds(metric):
    return (decimal(metric.get("min")), decimal(metric.get("max"))) if metric else (None, None)


def moves(both):
    """Trades that are booked elsewhere, as (trade, account of base, account of head)."""
    base, head = plan(both.base), plan(both.head)
    if not base or not head:
        return []
    trades = [*head, *(trade for trade in base if trade not in head)]
    return [(trade, base.get(trade), head.get(trade)) for trade in trades if base.get(trade) != head.get(trade)]


def metrics(side):
    return {(metric["account"], metric["metric"]): metric for metric in (side.result or {}).get("metrics", [])}


def plan(side):
    return {each["trade_id"]: each["account"] for each in (side.result or {}).get("assignments") or []}


def decimal(value):
    return None if value is None else Decimal(value)


def outcome(both):
    counts = len(limits(both)), len(moves(both))
    title = f"## pb-assign: {counts[0]} limits changed, {counts[1]} trades booked elsewhere\n\n"
    rows = [side_row(name, side) for name, side in (("base", both.base), ("head", both.head))]
    header = ["", "Status", "Reason", "Exit code ", "Assigned ", "Limits broken ", "Objective ", "Gap "]
    return title + table(header, rows)


def side_row(name, side):
    said = side.ended.said
    counts, objective = said.get("counts") or {}, said.get("objective") or {}
    state = [name, said.get("status", "failed"), said.get("reason"), side.ended.code]
    numbers = [number(counts.get("assigned")), number(counts.get("breaches")), number(objective.get("value"))]
    return state + numbers + [percent(objective.get("gap"))]


def notes(both):
    found = []
    for name, side in (("base", both.base), ("head", both.head)):
        if side.ended.code != 0:
            found.append(f"{name}: {program.meaning(side.ended.code)}.")
        elif side.ended.said.get("status") == "feasible":
            found.append(f"{name} has the best plan found, not a proven one: a part of the difference may be chance.")
    base, head = digests(both.base), digests(both.head)
    if base and head and base != head:
        found.append("The input files differ too, so that not every difference comes from the configuration.")
    refused = page.problems(both.head.ended) + page.conflict(both.head.result)
    return "".join(f"- {text(note)}\n" for note in found) + ("\n" if found else "") + refused


def digests(side):
    return sorted(each["sha256"] for each in (side.result or {}).get("inputs", []))


def limits_table(both):
    changed = limits(both)
    if not changed:
        return "No limit differs.\n\n" if both.base.result and both.head.result else ""
    header = ["Account", "Metric", "Min ", "Max ", "After, base ", "After, head ", "Headroom, head ", "Breach, head"]
    rows = [limit_row(*each) for each in changed[:ROWS_AT_MOST]]
    return f"### Limits\n\n{table(header, rows)}{left_out(changed)}"


def limit_row(account, metric, old, new):
    old, new = old or {}, new or {}
    reached = [number(side.get("final")) for side in (old, new)]
    breach = "metric is gone" if not new else new["breach"]
    bounds = [from_to(old.get(bound), new.get(bound)) for bound in ("min", "max")]
    return [account, metric, *bounds, *reached, number(new.get("headroom")), breach]


def from_to(old, new):
    if decimal(old) == decimal(new):
        return number(new)
    return f"{number(old) or 'none'} → {number(new) or 'none'}"


def cost_and_metrics(both):
    """How far the objective and each metric move."""
    values = [(side.ended.said.get("objective") or {}).get("value") for side in both]
    base, head = metrics(both.base), metrics(both.head)
    rows = []
    if None not in values and values[0] is not None:
        rows.append(["", "objective (more is better)", *moved(*values)])
    for key in head:
        pair = (base.get(key) or {}).get("final"), head[key].get("final")
        if None not in pair and Decimal(pair[0]) != Decimal(pair[1]):
            rows.append([*key, *moved(*pair)])
    if not rows or all(row[-1] == "0" for row in rows):
        return "No metric ends elsewhere.\n\n" if both.base.result and both.head.result else ""
    header = ["Account", "Metric", "After, base ", "After, head ", "Difference "]
    return f"### Cost and metrics\n\n{table(header, rows[:ROWS_AT_MOST])}{left_out(rows)}"


def moved(old, new):
    return number(old), number(new), signed(str(Decimal(new) - Decimal(old)))


def moves_table(both):
    changed = moves(both)
    if not changed:
        return ""
    rows = [[trade, old or "none", new or "none"] for trade, old, new in changed[:ROWS_AT_MOST]]
    return f"### Trades\n\n{table(['Trade', 'Base', 'Head'], rows)}{left_out(changed)}"


def texts(both):
    """The change as it was written: coefficients, priorities and breach rules are no limits, and matter as much."""
    lines = [read_lines(side.config) for side in both]
    differences = list(difflib.unified_diff(*lines, "base", "head", n=2))
    return details("The configuration's lines", "".join(differences), "diff") if differences else ""


def read_lines(path):
    """A file's lines; a missing one has none, and the program has said so."""
    if not path.is_file():
        return []
    return [line + "\n" for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]


def talks(both):
    named = (("base", both.base), ("head", both.head))
    return "".join(details(f"What the program showed for {name}", side.ended.talk) for name, side in named)


def left_out(rows):
    left = len(rows) - ROWS_AT_MOST
    return f"{left} more.\n\n" if left > 0 else ""
