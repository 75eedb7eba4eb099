"""OR-Tools CP-SAT.

CP-SAT knows whole numbers only, so the program is put into whole numbers first:

- A short size is counted in units of the last decimal place of its position's values. It need only be the larger
  of 0 and minus the position, which is a whole number of these: nothing is lost.
- Each row is multiplied by the power of ten that makes all its numbers whole. Where that would pass what 64 bits hold
  (limits on ratios, whose products have many digits), it is multiplied by a smaller one, and coefficients are rounded
  up and the limit down: what CP-SAT finds keeps the real limit; the loss is below a hundredth of a currency unit.
- The objective is rounded to nearest where it has to be, and its bound is moved out by what that can come to.

Every plan is checked exactly by whoever reads it, so that a mistake here would show.
"""

import math
import time
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, getcontext

import common
import mps

# The largest sum of the absolute values of a row's terms; CP-SAT asks for less than 2^63.
LARGEST = Decimal(2) ** 60
getcontext().prec = 120


def decimals(number):
    """Decimal places that a number has: 2 for 1.50, written 1.5 or not."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent)


def grids(program):
    """Decimal places in which each continuous column is counted."""
    found = {}
    for row in program.rows.values():
        if row.name.startswith("short_at_least_"):
            sizes = [column for column, _ in row.terms if not column.whole]
            places = max(decimals(number) for number in [row.bound, *(number for _, number in row.terms)])
            for column in sizes:
                found[column.name] = max(places, found.get(column.name, 0))
    for column in program.columns.values():
        if not column.whole and column.lower != column.upper and column.name not in found:
            raise ValueError(f"the column {column.name} is continuous and not a short size")
    return found


def counted(terms, grid):
    """Terms of whole columns: a coefficient for each unit that its column is counted in."""
    return [(column, number.scaleb(-grid.get(column.name, 0))) for column, number in terms]


def places_within(terms, grid, numbers):
    """The places that make all numbers whole, and those that 64 bits leave room for."""
    wanted = max((decimals(number) for number in numbers), default=0)
    largest = sum(abs(number) * column.upper.scaleb(grid.get(column.name, 0)) for column, number in terms)
    largest = max([largest, *(abs(number) for number in numbers)])
    room = wanted
    while room > -30 and largest.scaleb(room) > LARGEST:
        room -= 1
    return wanted, room


def whole(number, places, rounding):
    return int(number.scaleb(places).to_integral_value(rounding=rounding))


def whole_row(row, grid):
    """A row's whole terms and bound, and whether they had to be rounded to the safe side."""
    terms = counted(row.terms, grid)
    wanted, places = places_within(terms, grid, [row.bound, *(number for _, number in terms)])
    if row.kind == "E" and places < wanted:
        raise ValueError(f"the equation {row.name} does not fit into 64 bits")
    # Columns are not negative: larger terms and a smaller bound are safe for `at most`.
    of_terms, of_bound = (ROUND_CEILING, ROUND_FLOOR) if row.kind == "L" else (ROUND_FLOOR, ROUND_CEILING)
    scaled = [(column, whole(number, places, of_terms)) for column, number in terms]
    return scaled, whole(row.bound, places, of_bound), places < wanted


def build(program):
    """The model in whole numbers: its columns by name, its objective's places, what rounding it may hide."""
    from ortools.sat.python import cp_model

    grid = grids(program)
    model = cp_model.CpModel()
    made = {}
    for column in program.columns.values():
        places = 0 if column.whole else grid.get(column.name, 0)
        low = whole(column.lower, places, ROUND_CEILING)
        made[column.name] = model.new_int_var(low, whole(column.upper, places, ROUND_FLOOR), column.name)
    rounded = 0
    for row in program.rows.values():
        terms, bound, is_rounded = whole_row(row, grid)
        rounded += is_rounded
        left = cp_model.LinearExpr.weighted_sum([made[c.name] for c, _ in terms], [number for _, number in terms])
        model.add(left <= bound if row.kind == "L" else left >= bound if row.kind == "G" else left == bound)
    goal = counted(program.objective, grid)
    wanted, places = places_within(goal, grid, [number for _, number in goal])
    terms = [(column, whole(number, places, ROUND_HALF_EVEN)) for column, number in goal]
    model.maximize(cp_model.LinearExpr.weighted_sum([made[c.name] for c, _ in terms], [n for _, n in terms]))
    hidden = 0.0
    if places < wanted:
        units = sum(column.upper.scaleb(grid.get(column.name, 0)) for column, _ in goal)
        hidden = float((units / 2).scaleb(-places))
    return model, made, places, hidden, rounded


def solve(asked):
    import ortools
    from ortools.sat.python import cp_model

    with open(asked.model, encoding="utf-8") as file:
        program = mps.read(file)
    model, made, places, hidden, rounded = build(program)
    bookings = [(name, column) for name, column in made.items() if name.startswith(common.BOOKING)]

    def size(number):
        return number / 10.0**places

    def bound(number):
        return size(number) + hidden if math.isfinite(number) else None

    class Improved(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self):
            ones = [name for name, column in bookings if self.value(column)]
            spent = time.monotonic() - start
            common.plan(spent, size(self.objective_value), bound(self.best_objective_bound), ones)

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = asked.threads
    solver.parameters.max_time_in_seconds = asked.time_limit
    solver.parameters.relative_gap_limit = asked.gap
    common.ready(ortools.__version__, f"{rounded} rows rounded to the safe side")
    start = time.monotonic()
    status = solver.solve(model, Improved())
    seconds = time.monotonic() - start
    words = {cp_model.OPTIMAL: "optimal", cp_model.FEASIBLE: "feasible", cp_model.INFEASIBLE: "infeasible"}
    if status == cp_model.MODEL_INVALID:
        raise ValueError(f"CP-SAT refuses the model: {model.validate()}")
    word = words.get(status, "unknown")
    has_plan = word in ("optimal", "feasible")
    ones = [name for name, column in bookings if solver.value(column)] if has_plan else None
    objective = size(solver.objective_value) if has_plan else None
    # Before the first bound, CP-SAT reports 0.
    known = has_plan or solver.best_objective_bound != 0
    common.end(word, seconds, objective, bound(solver.best_objective_bound) if known else None, ones)


if __name__ == "__main__":
    common.run(solve)
