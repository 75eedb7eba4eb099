"""What every peer speaks: its arguments, and one JSON object a line on standard output.

    {"event": "ready", "version": "1.15.1", "note": ""}
    {"event": "plan", "seconds": 0.2, "objective": -5.0, "bound": -4.0, "ones": ["x_T1_PB1"]}
    {"event": "end", "status": "optimal", "seconds": 1.5, "objective": -5.0, "bound": -5.0, "ones": ["x_T1_PB1"]}
    {"event": "error", "what": "..."}

`ones` names the booking columns that are 1. `seconds` count from the moment the model is in memory: importing a
package and reading the file are not held against a peer. `status` is optimal (proven within the gap), feasible,
infeasible or unknown. A number that there is none of is null.
"""

import argparse
import json
import math
import sys
import traceback

BOOKING = "x_"


def arguments():
    """What xtask asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model", help="a free MPS file as `pb-assign model --format mps` writes it")
    parser.add_argument("--time-limit", type=float, required=True, help="seconds")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--gap", type=float, required=True, help="relative gap that counts as proof")
    return parser.parse_args()


def finite(number):
    """A number that JSON has: infinities and their like are null. Solvers write 1e20 and more for infinity."""
    if number is None or not math.isfinite(number) or abs(number) >= 1e20:
        return None
    return float(number)


def say(event, **fields):
    """One message, at once."""
    print(json.dumps({"event": event, **fields}), flush=True)


def ready(version, note=""):
    say("ready", version=version, note=note)


def plan(seconds, objective, bound, ones):
    say("plan", seconds=seconds, objective=finite(objective), bound=finite(bound), ones=ones)


def end(status, seconds, objective, bound, ones):
    say("end", status=status, seconds=seconds, objective=finite(objective), bound=finite(bound), ones=ones)


def run(solve):
    """Runs a peer; whatever goes wrong becomes a message."""
    try:
        solve(arguments())
    except Exception as error:  # The other side has to hear of any failure.
        traceback.print_exc(file=sys.stderr)
        say("error", what=f"{type(error).__name__}: {error}")
        sys.exit(1)
