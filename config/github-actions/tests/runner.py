"""As much of a GitHub runner as the action needs: its steps are run in order, with inputs and outputs put where
action.yml says, so that a name that is misspelt there shows. What this does not know, it refuses."""

import os
import re
import subprocess
from collections import namedtuple
from pathlib import Path

import yaml

ACTION = Path(__file__).resolve().parent.parent

# code: of the first step that failed, or 0. log: what the steps printed.
Job = namedtuple("Job", "code outputs summary log")


def use(folder, inputs, variables=None):
    """Uses the action in a folder, as `uses:` with `with:` does."""
    action = yaml.safe_load((ACTION / "action.yml").read_text())
    unknown = set(inputs) - set(action["inputs"])
    missing = {name for name, told in action["inputs"].items() if told.get("required")} - set(inputs)
    if unknown or missing:
        raise ValueError(f"inputs unknown: {unknown}, missing: {missing}")
    defaults = {name: told.get("default", "") for name, told in action["inputs"].items()}
    context = {f"inputs.{name}": str(value) for name, value in {**defaults, **inputs}.items()}
    context["inputs.token"] = "a-token"
    temp, summary = folder / "runner-temp", folder / "summary.md"
    temp.mkdir(exist_ok=True)
    summary.write_text("")
    log, code = "", 0
    for number, step in enumerate(action["runs"]["steps"]):
        output = folder / f"output-{number}"
        output.write_text("")
        runner = {
            "GITHUB_ACTION_PATH": ACTION,
            "GITHUB_OUTPUT": output,
            "GITHUB_STEP_SUMMARY": summary,
            "RUNNER_TEMP": temp,
            "RUNNER_TOOL_CACHE": folder / "tool-cache",
        }
        runner.update(variables or {})
        own = {name: resolve(text, context) for name, text in step["env"].items()}
        environment = {**os.environ, **{name: str(value) for name, value in runner.items()}, **own}
        arguments = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        ended = subprocess.run(arguments, cwd=folder, env=environment, text=True, check=False, **pipe)
        log += ended.stdout
        for name, value in outputs_in(output.read_text()).items():
            context[f"steps.{step['id']}.outputs.{name}"] = value
        if ended.returncode != 0:
            code = ended.returncode
            break
    outputs = {name: resolve(told["value"], {**empty(action), **context}) for name, told in action["outputs"].items()}
    return Job(code, outputs, summary.read_text(), log)


def empty(action):
    """What an expression about a step that did not come so far says."""
    expressions = [told["value"] for told in action["outputs"].values()]
    return {name: "" for expression in expressions for name in re.findall(r"\$\{\{ (.*?) \}\}", expression)}


def resolve(text, context):
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: context[match[1]], text)


def outputs_in(text):
    """The outputs in a GITHUB_OUTPUT file, in both of its forms."""
    outputs, lines = {}, iter(text.splitlines())
    for line in lines:
        if match := re.fullmatch(r"([\w-]+)<<(.+)", line):
            value = []
            for inner in lines:
                if inner == match[2]:
                    break
                value.append(inner)
            else:
                raise ValueError(f"{match[1]} has no end")
            outputs[match[1]] = "\n".join(value)
        elif match := re.fullmatch(r"([\w-]+)=(.*)", line):
            outputs[match[1]] = match[2]
        else:
            raise ValueError(f"not an output: {line}")
    return outputs
