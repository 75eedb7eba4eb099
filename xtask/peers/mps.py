"""Reads the free MPS files of `pb-assign model`, with every number as the decimal that is written there."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Column:
    name: str
    whole: bool
    lower: Decimal = Decimal(0)
    upper: Decimal | None = None


@dataclass
class Row:
    name: str
    kind: str  # L, G or E
    bound: Decimal = Decimal(0)
    terms: list = field(default_factory=list)  # of (column, Decimal)


@dataclass
class Program:
    """A program to be maximised."""

    columns: dict
    rows: dict
    objective: list  # of (column, Decimal)


def read(lines):
    """The program in the lines of a file."""
    columns, rows, objective = {}, {}, []
    section, whole, goal = "", False, None
    for line in lines:
        if line.startswith("*") or not line.strip():
            continue
        words = line.split()
        if not line[0].isspace():
            section = words[0]
            continue
        if section == "OBJSENSE" and words[0] != "MAX":
            raise ValueError(f"the objective is to be maximised, not {words[0]}")
        elif section == "ROWS":
            if words[0] == "N":
                goal = words[1]
            else:
                rows[words[1]] = Row(words[1], words[0])
        elif section == "COLUMNS":
            if words[1] == "'MARKER'":
                whole = words[2] == "'INTORG'"
                continue
            name, row, number = words
            column = columns.setdefault(name, Column(name, whole))
            (objective if row == goal else rows[row].terms).append((column, Decimal(number)))
        elif section == "RHS":
            rows[words[1]].bound = Decimal(words[2])
        elif section == "BOUNDS":
            kind, _, name, number = words
            column = columns[name]
            if kind not in ("FX", "UP"):
                raise ValueError(f"a bound of kind {kind}, which these files do not have")
            column.upper = Decimal(number)
            if kind == "FX":
                column.lower = column.upper
    return Program(columns, rows, objective)
