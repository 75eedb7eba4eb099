"""The action's second step: runs pb-assign as the inputs say, and writes the job's outputs, page and annotations.

In:  PB_* (the inputs of action.yml), RUNNER_TEMP
Out: GITHUB_OUTPUT, GITHUB_STEP_SUMMARY; the exit code of the program
"""

import json
import os
import re
import sys
import tempfile
import uuid
from pathlib import Path

import change
import page
import program

ANNOTATIONS_AT_MOST = 10


def main(given):
    inputs = Inputs(given)
    options = inputs.options("AS_OF", "TRADES", "POSITIONS")
    base = inputs.text("COMPARE_WITH")
    if base:
        with tempfile.TemporaryDirectory(dir=given.get("RUNNER_TEMP")) as scratch:
            both = change.run(inputs.text("BINARY"), base, inputs.text("CONFIG"), options, Path(scratch))
        ended, summary = both.head.ended, change.render(both)
        outputs = {"changed-limits": len(change.limits(both)), "moved-trades": len(change.moves(both))}
    else:
        options += inputs.options("OUT", "STATE") + (["--dry-run"] if inputs.truth("DRY_RUN") else [])
        arguments = [inputs.text("BINARY"), "run", "--config", inputs.text("CONFIG"), *options]
        ended = program.run(arguments, inputs.count("ATTEMPTS"), inputs.count("WAIT_SECONDS", 0))
        summary, outputs = page.render(ended, read_result(ended)), {}
    append(given.get("GITHUB_STEP_SUMMARY"), summary)
    append(given.get("GITHUB_OUTPUT"), "".join(map(output, {**outputs_of(ended, bool(base)), **outputs}.items())))
    is_accepted = ended.code == program.NO_ASSIGNMENT and inputs.truth("ACCEPT_NO_ASSIGNMENT")
    if ended.code != 0:
        for line in annotations(ended, Path(inputs.text("CONFIG")).parent, "warning" if is_accepted else "error"):
            print(line)
    sys.stdout.flush()
    return 0 if is_accepted else exit_code(ended)


class Inputs:
    """The action's inputs: all are text, and what is not said is empty."""

    def __init__(self, given):
        self.given = given

    def text(self, name):
        return self.given.get(f"PB_{name}", "").strip()

    def options(self, *names):
        """The options of the program for inputs that say something."""
        said = [(name, self.text(name)) for name in names]
        return [word for name, text in said if text for word in ("--" + name.lower().replace("_", "-"), text)]

    def truth(self, name):
        said = self.text(name).lower()
        if said not in ("", "true", "false"):
            refuse(f"{name.lower().replace('_', '-')} is true or false, not {said}")
        return said == "true"

    def count(self, name, at_least=1):
        said = self.text(name) or "1"
        if not said.isdecimal() or int(said) < at_least:
            refuse(f"{name.lower().replace('_', '-')} is a whole number from {at_least}, not {said}")
        return int(said)


def refuse(reason):
    print(f"::error title=pb-assign::{data(reason)}")
    raise SystemExit(2)


def read_result(ended):
    """The published answer, where there is one: not after a dry run, nor where the input was refused."""
    path = ended.said.get("result")
    return json.loads(Path(path).read_text(encoding="utf-8")) if path and Path(path).is_file() else None


def exit_code(ended):
    """The program's own; a shell's number where a signal ended it."""
    return ended.code if ended.code >= 0 else 128 - ended.code


def outputs_of(ended, is_scratch):
    # A scratch folder is gone when somebody reads this.
    said = {**ended.said, "out": None, "result": None} if is_scratch else ended.said
    # A dry run's impact has every booking of the day, and outputs have a size that they must keep.
    said = {key: value for key, value in said.items() if key != "impact"}
    return {
        "status": said.get("status", "failed"),
        "reason": said.get("reason", ""),
        "exit-code": exit_code(ended),
        "run-id": said.get("run_id"),
        "out": said.get("out"),
        "result": said.get("result"),
        "ledger-head": (said.get("ledger") or {}).get("head"),
        "summary": json.dumps(said, separators=(",", ":")),
    }


def output(item):
    """An output in the form that takes any text: between two lines that nobody can foresee."""
    name, value = item
    mark = uuid.uuid4().hex
    return f"{name}<<{mark}\n{'' if value is None else value}\n{mark}\n"


def annotations(ended, folder, level):
    """What is wrong, each at its file and line where it has one."""
    problems = ended.said.get("problems") or []
    for problem in problems[:ANNOTATIONS_AT_MOST]:
        hint = f"\n{problem['hint']}" if problem.get("hint") else ""
        title = " ".join(filter(None, ["pb-assign", problem.get("code")]))
        place = problem.get("place", "")
        where = "".join(f"{key}={attribute(value)}," for key, value in located(place, folder))
        named = place if place and not where else ""
        message = f"{named + ': ' if named else ''}{problem.get('message', '')}{hint}"
        yield f"::{level} {where}title={attribute(title)}::{data(message)}"
    left = len(problems) - ANNOTATIONS_AT_MOST
    more = f"; {left} more problems are in the summary" if left > 0 else ""
    yield f"::{level} title=pb-assign::{data(program.meaning(ended.code) + more)}"


def located(place, folder):
    """File and line of `trades.csv:14 quantity`, where the file is found beside the configuration or as it is."""
    match = re.match(r"(?P<file>[^:]+):(?P<line>\d+)", place)
    if not match:
        return
    for path in (Path(match["file"]), folder / match["file"]):
        if path.is_file():
            yield "file", path
            yield "line", match["line"]
            return


def data(value):
    return str(value).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def attribute(value):
    return data(value).replace(":", "%3A").replace(",", "%2C")


def append(path, content):
    """To a file that a runner reads; without one, as on somebody's own machine, to standard output."""
    if not path:
        print(content)
        return
    with open(path, "a", encoding="utf-8") as file:
        file.write(content)


if __name__ == "__main__":
    sys.exit(main(os.environ))
