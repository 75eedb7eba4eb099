"""HiGHS, through highspy."""

import time

import highspy

import common


def solve(asked):
    highs = highspy.Highs()
    for option, value in [
        ("output_flag", False),
        ("threads", asked.threads),
        ("mip_rel_gap", asked.gap),
        ("mip_abs_gap", 0.0),
        ("time_limit", asked.time_limit),
    ]:
        if highs.setOptionValue(option, value) != highspy.HighsStatus.kOk:
            raise RuntimeError(f"HiGHS does not take {option} = {value}")
    if highs.readModel(asked.model) == highspy.HighsStatus.kError:
        raise RuntimeError(f"HiGHS cannot read {asked.model}")
    names = list(highs.getLp().col_names_)
    bookings = [(index, name) for index, name in enumerate(names) if name.startswith(common.BOOKING)]

    def ones(values):
        return [name for index, name in bookings if values[index] > 0.5]

    start = time.monotonic()

    def improved(event):
        data = event.data_out
        values = data.mip_solution
        common.plan(time.monotonic() - start, data.objective_function_value, data.mip_dual_bound, ones(values))

    highs.cbMipImprovingSolution += improved
    common.ready(highs.version())
    start = time.monotonic()
    highs.run()
    seconds = time.monotonic() - start
    info = highs.getInfo()
    has_plan = info.primal_solution_status == 2
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        word = "infeasible"
    elif not has_plan:
        word = "unknown"
    elif status == highspy.HighsModelStatus.kOptimal and info.mip_gap <= asked.gap * 1.001 + 1e-12:
        # HiGHS also says optimal where a looser limit of its own stopped it.
        word = "optimal"
    else:
        word = "feasible"
    objective = info.objective_function_value if has_plan else None
    values = highs.getSolution().col_value if has_plan else None
    common.end(word, seconds, objective, info.mip_dual_bound, ones(values) if has_plan else None)


common.run(solve)
