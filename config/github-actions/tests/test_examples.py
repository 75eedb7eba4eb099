"""The example workflows: they use the action as it is, and the scripts in them do what they are for."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

from tests.runner import ACTION

EXAMPLES = sorted((ACTION / "examples").glob("*.yml"))
TOLD = yaml.safe_load((ACTION / "action.yml").read_text())


def steps(path):
    return [step for job in yaml.safe_load(path.read_text())["jobs"].values() for step in job["steps"]]


class Examples(unittest.TestCase):
    def test_each_uses_the_action_with_inputs_that_it_has(self):
        self.assertEqual([path.name for path in EXAMPLES], ["limits-change.yml", "nightly.yml"])
        for path in EXAMPLES:
            uses = [step for step in steps(path) if "config/github-actions@" in step.get("uses", "")]
            self.assertEqual(len(uses), 1, path)
            given, known = set(uses[0]["with"]), TOLD["inputs"]
            self.assertLessEqual(given, set(known), path)
            self.assertGreaterEqual(given, {name for name in known if known[name].get("required")}, path)

    def test_each_reads_outputs_that_the_action_has(self):
        for path in EXAMPLES:
            text = path.read_text()
            read = {part.split(" ")[0].split("}")[0] for part in text.split("steps.assign.outputs.")[1:]}
            self.assertLessEqual(read, set(TOLD["outputs"]), path)


class State(unittest.TestCase):
    """The nightly example's branch, with a repository of its own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.git("init", "--quiet", "--bare", "origin.git")
        self.git("clone", "--quiet", "origin.git", "state")
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        self.git("-C", "state", *identity, "commit", "--quiet", "--allow-empty", "--message", "Begin")
        self.git("-C", "state", "push", "--quiet", "origin", "HEAD:pb-assign-state")

    def git(self, *arguments):
        ended = subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return ended.stdout

    def keep(self):
        nightly = {step.get("name"): step for step in steps(ACTION / "examples/nightly.yml")}
        script = nightly["Keep the state"]["run"]
        said = {"AS_OF": "2026-11-20", "RUN": "b244f7c3", "STATUS": "optimal", "HEAD": "abc", "HOME": str(self.folder)}
        command = ["bash", "-eo", "pipefail", "-c", script]
        environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", **said}
        subprocess.run(command, cwd=self.folder / "state", env=environment, check=True, capture_output=True)
        return self.git("-C", "origin.git", "log", "--format=%B", "pb-assign-state").split("\n")

    def test_what_a_run_wrote_is_kept_with_the_head_of_its_ledger(self):
        (self.folder / "state/ledger.jsonl").write_text("{}\n")
        (self.folder / "state/objects").mkdir()
        (self.folder / "state/objects/ab").write_bytes(bytes(3))
        log = self.keep()
        self.assertEqual(log[:3], ["2026-11-20: optimal", "", "run b244f7c3, ledger head abc"])
        kept = self.git("-C", "origin.git", "ls-tree", "-r", "--name-only", "pb-assign-state").split()
        self.assertEqual(kept, ["ledger.jsonl", "objects/ab"])
        self.assertEqual(self.keep(), log, "a rerun that changes nothing is no commit")


if __name__ == "__main__":
    unittest.main()
