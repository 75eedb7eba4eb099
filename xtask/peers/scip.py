"""SCIP, through PySCIPOpt.

It searches with one thread: its concurrent mode does not tell when its copies found their plans.
"""

import time

from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, Model

import common


class Improved(Eventhdlr):
    """Hears of every plan that is better than those before."""

    def __init__(self, bookings, start):
        super().__init__()
        self.bookings = bookings
        self.start = start

    def eventinit(self):
        self.model.catchEvent(SCIP_EVENTTYPE.BESTSOLFOUND, self)

    def eventexit(self):
        self.model.dropEvent(SCIP_EVENTTYPE.BESTSOLFOUND, self)

    def eventexec(self, event):
        best = self.model.getBestSol()
        common.plan(
            time.monotonic() - self.start,
            self.model.getSolObjVal(best),
            self.model.getDualbound(),
            ones(self.model, self.bookings, best),
        )


def ones(model, bookings, point):
    return [name for name, column in bookings if model.getSolVal(point, column) > 0.5]


def solve(asked):
    model = Model()
    model.hideOutput()
    model.readProblem(asked.model)
    model.setParam("limits/time", asked.time_limit)
    model.setParam("limits/gap", asked.gap)
    # The wall clock, as for everybody else; SCIP's own is that of the processor.
    model.setParam("timing/clocktype", 2)
    bookings = [(column.name, column) for column in model.getVars() if column.name.startswith(common.BOOKING)]
    common.ready(f"{model.version()}", "one thread")
    start = time.monotonic()
    model.includeEventhdlr(Improved(bookings, start), "improved", "tells of better plans")
    model.optimize()
    seconds = time.monotonic() - start
    status = model.getStatus()
    has_plan = model.getNSols() > 0
    if status == "infeasible":
        word = "infeasible"
    elif not has_plan:
        word = "unknown"
    else:
        word = "optimal" if status in ("optimal", "gaplimit") else "feasible"
    best = model.getBestSol() if has_plan else None
    objective = model.getSolObjVal(best) if has_plan else None
    named = ones(model, bookings, best) if has_plan else None
    common.end(word, seconds, objective, model.getDualbound(), named)


common.run(solve)
