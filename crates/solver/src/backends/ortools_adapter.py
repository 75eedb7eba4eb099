"""Solves one task of pb-assign with CP-SAT of Google OR-Tools. Speaks docs/solver-protocol.md; needs ortools.

CP-SAT knows whole numbers only. Every row and the objective are multiplied by a power of two, which changes no digit,
and their coefficients rounded; a continuous column is counted in small steps. Everything that rounding can be off by is
added to the side that lets more in:

    sum a[j] v[j] <= b,  f[j] = S a[j] / G[j],  c[j] = round(f[j]),  v[j] = (y[j] + d[j]) / G[j],  0 <= d[j] < 1
    gives  sum c[j] y[j] <= S b + sum over continuous j of max(-f[j], 0) + sum max(c[j] - f[j], 0) Y[j]

with Y[j] the largest y[j], and d[j] = 0 and G[j] = 1 for whole columns. So every point of the task has a counterpart
here. What CP-SAT finds may be off by that much, which the parent finds out when it checks each point exactly. That there
is no point, and a bound after the objective's own rounding is added to it, hold for the task as well.
"""

import sys

# With `python -c` the folder it runs in comes first on the path: a file ortools.py there is not what is meant.
sys.path = [folder for folder in sys.path if folder]

import array
import json
import math
import os
import threading
import time

BEGUN = time.monotonic()
# The protocol has standard output for itself: whatever a library prints goes where people read.
OUTPUT = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
TURN = threading.Lock()

STEPS = 24  # a power of two: so many steps take a continuous column from 0 to its largest value
# The finest scales, as powers of two. The largest coefficient of a row is about 1, that of the objective about 1024.
# What a coefficient of a continuous column is rounded by counts once for each step.
FINEST_ROW, FINEST_ROW_IN_STEPS = 30, 46
FINEST_OBJECTIVE, FINEST_OBJECTIVE_IN_STEPS = 20, 40
# What coefficients times largest values may add up to, as a power of two: CP-SAT counts to 2^63.
LARGEST = 58


def say(message):
    line = json.dumps(message, allow_nan=False, separators=(",", ":")).encode() + b"\n"
    with TURN:
        OUTPUT.write(line)
        OUTPUT.flush()


def read_array(kind, count):
    values = array.array(kind)
    data = sys.stdin.buffer.read(values.itemsize * count)
    if len(data) != values.itemsize * count:
        raise EOFError("the task ends early")
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def read_task():
    task = json.loads(sys.stdin.buffer.readline())
    columns, rows, terms = task["columns"], task["rows"], task["terms"]
    task["objective"] = read_array("d", columns)
    task["upper"] = read_array("d", columns)
    task["bounds"] = read_array("d", rows)
    task["values"] = read_array("d", terms)
    task["start"] = read_array("d", columns) if task["start"] else None
    task["lengths"] = read_array("I", rows)
    task["indices"] = read_array("I", terms)
    task["whole"] = sys.stdin.buffer.read(columns)
    task["signs"] = sys.stdin.buffer.read(rows).decode()
    return task


class Column:
    """How a column is counted: its value is `count / grid`, or up to one step more where it is continuous."""

    def __init__(self, upper, whole):
        self.whole = whole
        self.grid = 1.0 if whole or upper <= 0.0 else 2.0 ** (STEPS - math.ceil(math.log2(upper)))
        self.most = max(0, math.floor(upper * self.grid))


def rounded(values, columns, finest, finest_in_steps):
    """The scale, whole coefficients, and how far below and above the true sum theirs may lie, at that scale."""
    size = math.fsum(abs(value) * max(1.0, column.most / column.grid) for value, column in zip(values, columns))
    if not all(column.whole or value == 0.0 for value, column in zip(values, columns)):
        finest = finest_in_steps
    power = finest if size == 0.0 else min(finest, math.floor(LARGEST - math.log2(size)))
    scale = 2.0**power
    coefficients, below, above = [], [], []
    for value, column in zip(values, columns):
        factor = value * scale / column.grid
        coefficient = round(factor)
        error = (coefficient - factor) * column.most
        coefficients.append(coefficient)
        above.append(max(error, 0.0) + (0.0 if column.whole else max(-factor, 0.0)))
        below.append(max(-error, 0.0) + (0.0 if column.whole else max(factor, 0.0)))
    return scale, coefficients, math.fsum(below), math.fsum(above)


def build(cp_model, task):
    columns = [Column(upper, whole != 0) for upper, whole in zip(task["upper"], task["whole"])]
    model = cp_model.CpModel()
    variables = [model.new_int_var(0, column.most, "") for column in columns]
    begin = 0
    for length, bound, sign in zip(task["lengths"], task["bounds"], task["signs"]):
        indices, values = task["indices"][begin : begin + length], task["values"][begin : begin + length]
        begin += length
        of_row = [columns[index] for index in indices]
        scale, coefficients, below, above = rounded(values, of_row, FINEST_ROW, FINEST_ROW_IN_STEPS)
        divisor = math.gcd(*coefficients) or 1
        least, most = -(2**62), 2**62
        # The next whole number is further than a sum of floats is off in its last digit.
        if sign in "<=":
            most = (math.floor(bound * scale) + (math.ceil(above) + 1 if above else 0)) // divisor
        if sign in ">=":
            least = -(-(math.ceil(bound * scale) - (math.ceil(below) + 1 if below else 0)) // divisor)
        coefficients = [coefficient // divisor for coefficient in coefficients]
        chosen = [variables[index] for index in indices]
        if least == most == 1 and all(c == 1 for c in coefficients) and all(c.most == 1 for c in of_row):
            model.add_exactly_one(chosen)
        else:
            model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(chosen, coefficients), least, most)
    objective = rounded(task["objective"], columns, FINEST_OBJECTIVE, FINEST_OBJECTIVE_IN_STEPS)
    scale, coefficients, below, _ = objective
    offset = round(task["offset"] * scale)
    slack = below + abs(task["offset"] * scale - offset)
    if any(coefficients):
        model.maximize(cp_model.LinearExpr.weighted_sum(variables, coefficients) + offset)

    def true_bound(counted):
        if not math.isfinite(counted):
            return None
        if not any(coefficients):
            return task["offset"]
        # The count arrives as a float, and each sum is rounded: up, by more than they can be off.
        return (counted + slack + abs(counted) * 2.0**-50) / scale

    if task["start"] is not None:
        for variable, column, value in zip(variables, columns, task["start"]):
            model.add_hint(variable, min(column.most, max(0, round(value * column.grid))))
    return model, variables, columns, true_bound


def solve(cp_model, task):
    model, variables, columns, true_bound = build(cp_model, task)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = max(1, task["threads"])
    # All its strategies take turns, however many threads there are: the same path each time.
    solver.parameters.interleave_search = True
    solver.parameters.random_seed = task["seed"]
    solver.parameters.relative_gap_limit = task["gap_rel"]
    state = {"bound": None, "said": 0.0, "stop": False}

    class Points(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self):
            say({"point": [self.value(v) / column.grid for v, column in zip(variables, columns)]})
            if state["stop"]:
                self.stop_search()

    def bound_callback(counted):
        state["bound"] = true_bound(counted)
        if time.monotonic() >= state["said"] + 0.05:
            state["said"] = time.monotonic()
            say({"progress": {"bound": state["bound"], "nodes": 0}})

    def stop_when_told():
        while os.read(0, 4096):
            pass
        state["stop"] = True
        solver.stop_search()
        # Nobody waits for a search that goes on, and nobody may be left to end it.
        time.sleep(2.0)
        os._exit(1)

    threading.Thread(target=stop_when_told, daemon=True).start()
    solver.best_bound_callback = bound_callback
    solver.parameters.max_time_in_seconds = max(0.01, task["time_s"] - (time.monotonic() - BEGUN))
    status = solver.solve(model, Points())
    words = {cp_model.OPTIMAL: "finished", cp_model.INFEASIBLE: "infeasible"}
    if status == cp_model.MODEL_INVALID:
        return {"stop": "failed", "bound": None, "nodes": 0, "message": model.validate()}
    bound = true_bound(solver.best_objective_bound) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
    return {"stop": words.get(status, "limit"), "bound": state["bound"] if bound is None else bound, "nodes": solver.num_branches}


def main():
    from importlib import metadata

    try:
        version = metadata.version("ortools")
    except metadata.PackageNotFoundError:
        sys.exit(f"OR-Tools is missing: {sys.executable} -m pip install ortools")
    say({"hello": {"protocol": 1, "name": "OR-Tools CP-SAT", "version": version}})
    from ortools.sat.python import cp_model

    say({"end": solve(cp_model, read_task())})


main()
sys.stderr.flush()
# Past the threads that still wait for input.
os._exit(0)
