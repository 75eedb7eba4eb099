"""The page of one run: what came of it, what is broken or close, what was wrong with the files."""

from markdown import details, number, percent, table, text
from program import meaning

BREACHES = {
    "inherited": "broken before and after",
    "cured": "broken before, kept now",
    "caused": "broken by this plan (report_only)",
}
ROWS_AT_MOST = 100


def render(ended, result):
    """Markdown of an ending, with the published answer where there is one."""
    return headline(ended) + figures(ended) + problems(ended) + conflict(result) + limits(result) + talk(ended)


def headline(ended):
    said = ended.said
    words = [said.get("status", "failed"), (said.get("reason") or "").replace("_", " ")]
    state = ", ".join(filter(None, words)).capitalize()
    day = f" for {text(said['as_of'])}" if said.get("as_of") else ""
    notes = [name for name, is_so in [("dry run", said.get("dry_run")), ("rerun", said.get("rerun"))] if is_so]
    noted = f" ({', '.join(notes)})" if notes else ""
    return f"## pb-assign{day}: {text(state)}{noted}\n\nExit code {ended.code}: {meaning(ended.code)}.\n\n"


def figures(ended):
    said = ended.said
    counts, objective = said.get("counts") or {}, said.get("objective") or {}
    assigned = f"{number(counts['assigned'])} of {number(counts['trades'])}" if "trades" in counts else None
    rows = [
        ("Trades assigned", assigned),
        ("Accounts", number(counts.get("accounts"))),
        ("Limits broken", number(counts.get("breaches"))),
        ("Changes from the last plan", number(counts.get("changes"))),
        ("Warnings", number(counts.get("warnings"))),
        ("Objective", number(objective.get("value"))),
        ("No assignment exceeds", number(objective.get("bound"))),
        ("Gap", percent(objective.get("gap"))),
        ("Certified gap", percent(objective.get("certified_gap"))),
        ("Run", said.get("run_id")),
        ("Ledger head", (said.get("ledger") or {}).get("head")),
    ]
    shown = [row for row in rows if row[1] is not None]
    return table(["", " "], shown) if shown else ""


def problems(ended):
    found = ended.said.get("problems") or []
    if not found:
        return ""
    keys = ("place", "code", "message", "hint")
    rows = [[problem.get(key) for key in keys] for problem in found[:ROWS_AT_MOST]]
    return f"### Problems\n\n{table(['Place', 'Code', 'Problem', 'Remedy'], rows)}{cut(found)}"


def conflict(result):
    """The limits that the nearest assignment breaks, where there is none that keeps them all."""
    found = ((result or {}).get("diagnostics") or {}).get("conflict") or []
    if not found:
        return ""
    header = ["Account", "Metric", "Bound", "Limit ", "Reached ", "Short by ", "Source", "Owner"]
    rows = [
        [each.get("account"), each.get("metric"), each.get("bound")]
        + [number(each.get(key)) for key in ("limit", "reached", "shortfall")]
        + [each.get("source"), each.get("owner")]
        for each in found[:ROWS_AT_MOST]
    ]
    return f"### Limits in conflict\n\n{table(header, rows)}{cut(found)}"


def limits(result):
    """Every limit that was or is broken."""
    broken = [metric for metric in (result or {}).get("metrics", []) if metric["breach"] != "none"]
    if not broken:
        return ""
    header = ["Account", "Metric", "Before ", "After ", "Min ", "Max ", "Headroom ", "Breach"]
    rows = [
        [metric["account"], metric["metric"]]
        + [number(metric.get(key)) for key in ("initial", "final", "min", "max", "headroom")]
        + [f"{metric['breach']}: {BREACHES.get(metric['breach'], '')}"]
        for metric in broken[:ROWS_AT_MOST]
    ]
    return f"### Limits broken\n\n{table(header, rows)}{cut(broken)}"


def cut(rows):
    left = len(rows) - ROWS_AT_MOST
    return f"{left} more.\n\n" if left > 0 else ""


def talk(ended):
    return details("What the program showed", ended.talk) if ended.talk.strip() else ""
