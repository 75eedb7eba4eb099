"""The packing scripts' own tests: they need the standard library alone."""

import io
import json
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

import audit
import pack

SHOWN = 'x.whl is consistent with\nthe following platform tag: "manylinux_2_35_x86_64".\n'
HIGHS_SYS = "registry+https://example.org/index#highs-sys@1.15.0"


class Archive(unittest.TestCase):
    FILES = [("pb-assign", b"program", 0o755), ("README.md", b"text", 0o644)]

    def test_it_unpacks_into_one_folder_with_a_program_that_can_be_run(self):
        packed = pack.archive("pb-assign-1", self.FILES, 1_000)
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            entries = [(entry.name, entry.mode, entry.mtime, entry.uname) for entry in tar]
            self.assertEqual(tar.extractfile("pb-assign-1/pb-assign").read(), b"program")
        readme, program = ("pb-assign-1/README.md", 0o644, 1_000, ""), ("pb-assign-1/pb-assign", 0o755, 1_000, "")
        self.assertEqual(entries, [readme, program])

    def test_the_same_files_give_the_same_bytes_in_any_order(self):
        backwards = pack.archive("a", self.FILES[::-1], 0)
        self.assertEqual(pack.archive("a", self.FILES, 0), backwards)
        self.assertEqual(backwards[4:8], bytes(4), "gzip's own time")


class Bill(unittest.TestCase):
    MADE = {
        "specVersion": "1.5",
        "metadata": {"component": {"name": "orchestrator", "bom-ref": "path+file:///a/b/crates/orchestrator#0.1.0"}},
        "components": [{"bom-ref": HIGHS_SYS}],
        "dependencies": [
            {"ref": "path+file:///a/b/crates/solver#0.1.0", "dependsOn": [HIGHS_SYS]},
            {"ref": HIGHS_SYS},
        ],
    }

    def test_it_names_the_program_and_highs_and_no_folder_of_this_machine(self):
        highs = {"package": "highs-sys", "name": "HiGHS", "version": "1.15.0", "license": "MIT"}
        carried = [{**highs, "purl": "pkg:github/ERGO-Code/HiGHS@v1.15.0"}]
        bill = pack.complete(self.MADE, "0.1.0", carried)
        program = bill["metadata"]["component"]
        self.assertEqual((program["name"], program["type"]), ("pb-assign", "application"))
        self.assertEqual(bill["components"][-1]["purl"], "pkg:github/ERGO-Code/HiGHS@v1.15.0")
        needs = {each["ref"]: each.get("dependsOn") for each in bill["dependencies"]}
        self.assertEqual(needs[HIGHS_SYS], ["pkg:github/ERGO-Code/HiGHS@v1.15.0"])
        self.assertEqual(needs["path+file:///solver#0.1.0"], [HIGHS_SYS])
        self.assertNotIn("/a/b", json.dumps(bill))


class Wheel(unittest.TestCase):
    def test_a_file_that_is_missing_or_there_twice_is_named(self):
        with tempfile.TemporaryFile() as file, zipfile.ZipFile(file, "w") as wheel:
            wheel.writestr("a.data/scripts/pb-assign", "x")
            wheel.writestr("a.dist-info/RECORD", "")
            self.assertEqual(pack.read(wheel, r"scripts/pb-assign$"), b"x")
            with self.assertRaisesRegex(SystemExit, "0 files like sboms"):
                pack.read(wheel, "sboms")

    def test_a_tag_may_promise_less_than_it_could_and_never_more(self):
        self.assertIsNone(audit.broken_promise("x-manylinux_2_35_x86_64.whl", SHOWN))
        self.assertIsNone(audit.broken_promise("x-manylinux_2_36_x86_64.whl", SHOWN))
        self.assertIn("needs 2.35", audit.broken_promise("x-manylinux_2_28_x86_64.whl", SHOWN))
        self.assertIn("no oldest system", audit.broken_promise("x-linux_x86_64.whl", SHOWN))
        self.assertIn("finds no tag", audit.broken_promise("x-manylinux_2_35_x86_64.whl", "nothing"))


class Checksums(unittest.TestCase):
    def test_they_are_in_the_form_that_sha256sum_reads(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "a"
            file.write_bytes(b"")
            empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            self.assertEqual(pack.checksums([file]), f"{empty}  a\n")


if __name__ == "__main__":
    unittest.main()
