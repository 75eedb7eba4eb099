"""The linear relaxation, through highspy: no competitor, but a bound that every bound of ours is held against."""

import time

import highspy

import common


def solve(asked):
    highs = highspy.Highs()
    # Without its tolerances in the way: a bound that is too good by one of them is not one.
    for option, value in [("output_flag", False), ("threads", asked.threads), ("time_limit", asked.time_limit)]:
        if highs.setOptionValue(option, value) != highspy.HighsStatus.kOk:
            raise RuntimeError(f"HiGHS does not take {option} = {value}")
    if highs.readModel(asked.model) == highspy.HighsStatus.kError:
        raise RuntimeError(f"HiGHS cannot read {asked.model}")
    model = highs.getLp()
    model.integrality_ = [highspy.HighsVarType.kContinuous] * model.num_col_
    if highs.passModel(model) == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS does not take the model without its whole numbers")
    common.ready(highs.version(), "linear relaxation")
    start = time.monotonic()
    highs.run()
    seconds = time.monotonic() - start
    is_solved = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    common.end("unknown", seconds, None, highs.getInfo().objective_function_value if is_solved else None, None)


common.run(solve)
