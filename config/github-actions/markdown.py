"""Text for a job's page: what comes from files and configurations is data, and never becomes markup."""

from decimal import Decimal, InvalidOperation

# A step's summary may have 1 MiB; what the program showed takes a part of it at most.
TALK_AT_MOST = 200_000
MARKUP = {ord(sign): f"&#{ord(sign)};" for sign in "&<>|`*_[]\\~#"}


def text(value):
    """A value as plain text on one line of Markdown."""
    return " ".join(str(value).split()).translate(MARKUP)


def table(header, rows):
    """A table; columns whose name ends with a blank have numbers and are set right."""
    rule = ["---:" if name.endswith(" ") else "---" for name in header]
    lines = [[name.strip() for name in header], rule, *[[cell(each) for each in row] for row in rows]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def cell(value):
    return "" if value is None else text(value)


def details(title, content, kind=""):
    """A block that is closed until somebody opens it, with text as it is."""
    if len(content) > TALK_AT_MOST:
        content = content[:TALK_AT_MOST] + "\n… (cut here; the log has all of it)\n"
    longest = max((len(run) for run in backticks(content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"<details><summary>{text(title)}</summary>\n\n{fence}{kind}\n{content.rstrip()}\n{fence}\n\n</details>\n\n"


def backticks(content):
    return "".join(sign if sign == "`" else " " for sign in content).split()


def number(value):
    """A decimal as people read it: thousands apart; two decimals for amounts, four digits for what is small."""
    if value is None:
        return None
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return str(value)
    if exact == exact.to_integral_value():
        return f"{exact:,.0f}"
    if abs(exact) >= 1_000:
        return f"{exact:,.0f}"
    return f"{exact:,.2f}" if abs(exact) >= 100 else f"{exact.normalize():,.4g}"


def signed(value):
    """A difference, with its sign."""
    shown = number(value)
    return f"+{shown}" if value is not None and Decimal(value) > 0 else shown


def percent(fraction):
    """A fraction as percent, four decimals at most."""
    if fraction is None:
        return None
    shown = f"{Decimal(fraction) * 100:.4f}".rstrip("0").rstrip(".")
    return f"{shown} %"
