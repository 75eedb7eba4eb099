"""The action, used as a job uses it, with the program that PB_ASSIGN names: steps, outputs, pages and exit codes."""

import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tests.runner import ACTION, use

PROGRAM = os.environ["PB_ASSIGN"]


class InAFolder(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def desk(self, name="desk"):
        subprocess.run([PROGRAM, "init", name], cwd=self.folder, check=True, capture_output=True)
        return self.folder / name

    def edit(self, path, old, new):
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def fake(self, script):
        """A program that does as told, and says what it was asked."""
        path = self.folder / "fake-pb-assign"
        path.write_text(
            "#!/usr/bin/env bash\n"
            '[[ $1 == --version ]] && { echo "pb-assign 9.9.9"; exit; }\n'
            f'printf "%s\\n" "$@" >>{self.folder}/asked\n{script}\n'
        )
        path.chmod(0o755)
        return path


def tree(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


class Run(InAFolder):
    def test_a_run_publishes_and_says_where(self):
        self.desk()
        job = use(self.folder, {"config": "desk/desk.yaml", "binary": PROGRAM})
        self.assertEqual(job.code, 0, job.log)
        self.assertEqual((job.outputs["status"], job.outputs["reason"]), ("optimal", "proven"))
        self.assertEqual(job.outputs["exit-code"], "0")
        result = json.loads((self.folder / job.outputs["result"]).read_text())
        self.assertEqual(result["run_id"], job.outputs["run-id"])
        self.assertEqual(json.loads(job.outputs["summary"])["counts"]["assigned"], 8)
        self.assertTrue((self.folder / job.outputs["out"] / "assignments.csv").is_file())
        self.assertIn("## pb-assign: Optimal, proven\n", job.summary)
        self.assertIn("| Trades assigned | 8 of 8 |", job.summary)
        self.assertIn("Optimal, proven: 8 trades booked at 2 accounts", job.summary)

    def test_a_dry_run_writes_nothing(self):
        desk = self.desk()
        before = tree(desk)
        job = use(self.folder, {"config": "desk/desk.yaml", "binary": PROGRAM, "dry-run": "true"})
        self.assertEqual((job.code, job.outputs["out"], job.outputs["result"]), (0, "", ""), job.log)
        self.assertIn("(dry run)", job.summary)
        self.assertEqual(tree(desk), before)

    def test_refused_files_are_shown_at_their_lines(self):
        desk = self.desk()
        self.edit(desk / "trades.csv", ",10000000,99.50,", ',"10.000,00",99-16+,')
        job = use(self.folder, {"config": "desk/desk.yaml", "binary": PROGRAM})
        self.assertEqual((job.code, job.outputs["exit-code"], job.outputs["reason"]), (3, "3", "input_data"), job.log)
        self.assertIn("::error file=desk/trades.csv,line=2,title=pb-assign L003::", job.log)
        self.assertIn("| trades.csv:2 quantity | L003 |", job.summary)
        self.assertEqual(job.outputs["out"], "")

    def test_no_assignment_fails_the_job_unless_that_is_accepted(self):
        desk = self.desk()
        self.edit(desk / "desk.yaml", "margin:         { max: 6000000 }", "margin:         { max: 0.1 }")
        asked = {"config": "desk/desk.yaml", "binary": PROGRAM}
        job = use(self.folder, asked)
        self.assertEqual((job.code, job.outputs["status"], job.outputs["reason"]), (4, "failed", "infeasible"), job.log)
        self.assertIn("### Limits in conflict", job.summary)
        self.assertIn("| PB2 | margin | max | 0.1 |", job.summary)
        accepted = use(self.folder, {**asked, "accept-no-assignment": "true"})
        self.assertEqual((accepted.code, accepted.outputs["exit-code"]), (0, "4"))
        self.assertIn("::warning title=pb-assign::there is no assignment", accepted.log)

    def test_each_input_becomes_the_option_that_it_is_named_after(self):
        program = self.fake("""echo '{"status":"optimal","exit":0,"ledger":{"seq":3,"head":"abc"}}'""")
        options = {"as-of": "2026-11-20", "out": "o", "state": "s", "trades": "a b.csv", "positions": "p.csv"}
        job = use(self.folder, {"config": "x.yaml", "binary": program, "dry-run": "true", **options})
        self.assertEqual(job.code, 0, job.log)
        asked = (self.folder / "asked").read_text().splitlines()
        said = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.assertEqual(sorted(asked), sorted(["run", "--config", "x.yaml", "--dry-run", *said]))
        self.assertEqual(job.outputs["ledger-head"], "abc")

    def test_a_run_that_says_to_try_again_is_tried_again_and_no_other_is(self):
        program = self.fake('(($(grep -c run "$(dirname "$0")/asked") < 3)) && exit 75\necho \'{"status":"optimal"}\'')
        asked = {"config": "x.yaml", "binary": program, "wait-seconds": "0"}
        self.assertEqual(use(self.folder, asked).code, 0)
        self.assertEqual((self.folder / "asked").read_text().count("run"), 3)
        for code, attempts in [(75, 2), (70, 1), (3, 1)]:
            (self.folder / "asked").unlink()
            job = use(self.folder, {**asked, "binary": self.fake(f"exit {code}"), "attempts": "2"})
            self.assertEqual((job.code, job.outputs["status"]), (code, "failed"))
            self.assertEqual((self.folder / "asked").read_text().count("run"), attempts)

    def test_what_a_run_says_becomes_neither_markup_nor_another_output(self):
        problem = {"message": "a|b <img src=x> `c`\n## d"}
        said = {"status": "failed", "reason": "x\nstatus=optimal", "problems": [problem]}
        (self.folder / "said.json").write_text(json.dumps(said))
        program = self.fake(f"cat {self.folder}/said.json; echo '```' >&2; exit 3")
        job = use(self.folder, {"config": "x.yaml", "binary": program})
        self.assertEqual((job.code, job.outputs["status"], job.outputs["reason"]), (3, "failed", "x\nstatus=optimal"))
        self.assertNotIn("<img", job.summary)
        self.assertNotIn("\n## d", job.summary)
        self.assertIn("````\n```\n````", job.summary)
        self.assertIn("::error title=pb-assign::a|b <img src=x> `c`%0A## d", job.log)

    def test_an_input_that_is_neither_true_nor_false_is_refused(self):
        job = use(self.folder, {"config": "x.yaml", "binary": PROGRAM, "dry-run": "yes"})
        self.assertEqual(job.code, 2)
        self.assertIn("dry-run is true or false, not yes", job.log)

    def test_a_cancelled_job_ends_the_program(self):
        program = self.fake("echo $$ >pid; exec sleep 60")
        environment = {**os.environ, "PB_BINARY": str(program), "PB_CONFIG": "x.yaml"}
        environment.pop("GITHUB_OUTPUT", None), environment.pop("GITHUB_STEP_SUMMARY", None)
        command = ["python3", "-B", str(ACTION / "run.py")]
        with subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL) as job:
            pid = self.folder / "pid"
            while not (pid.is_file() and pid.read_text().strip()):
                time.sleep(0.01)
            job.send_signal(signal.SIGTERM)
            self.assertEqual(job.wait(), 143)
        with self.assertRaises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


class Compare(InAFolder):
    def compare(self):
        return use(self.folder, {"config": "head/desk.yaml", "compare-with": "base/desk.yaml", "binary": PROGRAM})

    def plan(self, name):
        out = self.folder / f"{name}-out"
        command = [PROGRAM, "run", "--config", f"{name}/desk.yaml", "--out", out, "--state", self.folder / f"{name}-state"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        result = json.loads((out / "result.json").read_text())
        return {each["trade_id"]: each["account"] for each in result["assignments"]}

    def test_the_page_shows_what_the_change_does_and_nothing_of_the_desk_is_written(self):
        base, head = self.desk("base"), self.desk("head")
        self.edit(head / "desk.yaml", "leverage:       { max: 5 }", "leverage:       { max: 1.3 }")
        before = tree(base), tree(head)
        job = self.compare()
        self.assertEqual((job.code, job.outputs["changed-limits"]), (0, "1"), job.log)
        self.assertEqual((tree(base), tree(head)), before)
        # The trades that the tighter limit moves are those that the two answers of the program differ in.
        plans = [self.plan(name) for name in ("base", "head")]
        moved = [trade for trade in plans[0] if plans[0][trade] != plans[1][trade]]
        self.assertTrue(moved)
        self.assertEqual(job.outputs["moved-trades"], str(len(moved)))
        for trade in moved:
            self.assertIn(f"| {trade} | {plans[0][trade]} | {plans[1][trade]} |", job.summary)
        self.assertRegex(job.summary, r"\| PB2 \| leverage \|  \| 5 → 1.3 \|")
        self.assertIn("+      leverage:       { max: 1.3 }", job.summary)
        self.assertEqual((job.outputs["out"], job.outputs["result"]), ("", ""))

    def test_nothing_changed_is_said_so(self):
        self.desk("base"), self.desk("head")
        job = self.compare()
        self.assertEqual((job.code, job.outputs["changed-limits"], job.outputs["moved-trades"]), (0, "0", "0"))
        self.assertIn("No limit differs.", job.summary)
        self.assertIn("No metric ends elsewhere.", job.summary)

    def test_a_head_without_an_assignment_fails_and_says_which_limits_conflict(self):
        self.desk("base")
        self.edit(self.desk("head") / "desk.yaml", "margin:         { max: 6000000 }", "margin:         { max: 0.1 }")
        job = self.compare()
        self.assertEqual((job.code, job.outputs["reason"]), (4, "infeasible"), job.log)
        self.assertIn("head: there is no assignment.", job.summary)
        self.assertIn("| PB2 | margin | max | 0.1 |", job.summary)
        self.assertRegex(job.summary, r"\| PB2 \| margin \|  \| 6,000,000 → 0.1 \|")

    def test_a_refused_base_is_no_fault_of_the_head(self):
        (self.desk("base") / "trades.csv").unlink()
        self.desk("head")
        job = self.compare()
        self.assertEqual((job.code, job.outputs["changed-limits"]), (0, "0"), job.log)
        self.assertIn("base: the input files were refused.", job.summary)

    def test_other_input_files_are_noticed(self):
        self.desk("base")
        self.edit(self.desk("head") / "trades.csv", ",10000000,", ",9000000,")
        self.assertIn("The input files differ too", self.compare().summary)


class Numbers(unittest.TestCase):
    def test_numbers_are_shown_as_people_read_them(self):
        from markdown import number, percent, signed

        shown = [number(text) for text in ("12051083.15", "5", "4.340629231972", "594.126", "-0.00012", "0", None)]
        self.assertEqual(shown, ["12,051,083", "5", "4.341", "594.13", "-0.00012", "0", None])
        self.assertEqual([signed("24.1"), signed("-24.1"), signed("0")], ["+24.1", "-24.1", "0"])
        self.assertEqual([percent("0.0000247"), percent("0")], ["0.0025 %", "0 %"])

    def test_a_place_without_a_file_is_no_annotation_of_one(self):
        import run

        self.assertEqual(list(run.located("nowhere.csv:3 price", Path("."))), [])
        self.assertEqual(re.sub(r"\d", "9", run.attribute("a:1,b\n")), "a%9A9%9Cb%9A")


if __name__ == "__main__":
    unittest.main()
