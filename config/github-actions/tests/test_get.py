"""Where the action gets the program from. A stand-in for gh hands out a release that the tests make up."""

import hashlib
import io
import os
import tarfile
import tempfile
import unittest
from pathlib import Path

from tests.runner import use

PROGRAM = os.environ["PB_ASSIGN"]
PLATFORMS = {"Linux x86_64": "x86_64-unknown-linux-gnu", "Linux aarch64": "aarch64-unknown-linux-gnu"}
PLATFORM = PLATFORMS.get(f"{os.uname().sysname} {os.uname().machine}", "aarch64-apple-darwin")
NAME = f"pb-assign-1.2.3-{PLATFORM}"
RELEASED = b'#!/bin/sh\n[ "$1" = --version ] && echo "pb-assign 1.2.3" || echo \'{"status":"optimal"}\'\n'


class Get(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        (self.folder / "bin").mkdir()
        (self.folder / "release").mkdir()
        self.install("gh", f'echo "$@ $GH_TOKEN" >>{self.folder}/asked\nwhile [ "$1" != --dir ]; do shift; done\n'
                           f'cp {self.folder}/release/* "$2"')
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            entry = tarfile.TarInfo(f"{NAME}/pb-assign")
            entry.size, entry.mode = len(RELEASED), 0o755
            tar.addfile(entry, io.BytesIO(RELEASED))
        self.release(packed.getvalue(), hashlib.sha256(packed.getvalue()).hexdigest())

    def install(self, name, script):
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def release(self, content, digest):
        (self.folder / "release" / f"{NAME}.tar.gz").write_bytes(content)
        others = f"{'0' * 64}  pb-assign-1.2.3-other.tar.gz\n"
        (self.folder / "release" / "SHA256SUMS").write_text(f"{others}{digest}  {NAME}.tar.gz\n")

    def use(self, **inputs):
        path = {"PATH": f"{self.folder}/bin:/usr/bin:/bin:{os.environ['PATH']}"}
        return use(self.folder, {"config": "x.yaml", **inputs}, path)

    def test_a_version_is_downloaded_checked_and_kept(self):
        job = self.use(version="1.2.3", repository="a/b")
        self.assertEqual((job.code, job.outputs["status"]), (0, "optimal"), job.log)
        asked = (self.folder / "asked").read_text()
        self.assertIn("release download v1.2.3 --repo a/b", asked)
        self.assertTrue(asked.endswith(" a-token\n"))
        self.assertTrue((self.folder / "tool-cache/pb-assign/1.2.3" / PLATFORM / "pb-assign").is_file())
        self.assertEqual(self.use(version="1.2.3", repository="a/b").code, 0)
        self.assertEqual((self.folder / "asked").read_text(), asked, "the second time it is there")

    def test_an_archive_with_another_checksum_is_not_used(self):
        self.release(b"something else", hashlib.sha256(b"").hexdigest())
        job = self.use(version="1.2.3", repository="a/b")
        self.assertEqual(job.code, 2)
        self.assertIn("is not what SHA256SUMS of version 1.2.3 says", job.log)
        self.assertFalse((self.folder / "tool-cache").exists())

    def test_a_release_without_our_platform_is_refused(self):
        (self.folder / "release" / "SHA256SUMS").write_text("")
        self.assertIn(f"does not have {NAME}.tar.gz", self.use(version="1.2.3", repository="a/b").log)
        self.install("gh", "exit 1")
        self.assertIn("is not among the releases of a/b", self.use(version="1.2.3", repository="a/b").log)

    def test_what_cannot_be_meant_is_refused(self):
        refused = {
            "needs `repository`": {"version": "1.2.3"},
            "is a version such as 0.1.0": {"version": "../x", "repository": "a/b"},
            "there is no program /nowhere/pb-assign": {"binary": "/nowhere/pb-assign"},
        }
        for message, inputs in refused.items():
            job = self.use(**inputs)
            self.assertEqual(job.code, 2, message)
            self.assertIn(message, job.log)

    def test_without_a_word_it_is_the_one_on_the_search_path(self):
        self.install("pb-assign", f'exec "{PROGRAM}" "$@"')
        job = self.use()
        self.assertEqual((job.code, job.outputs["reason"]), (2, "configuration"), job.log)
        self.assertIn("x.yaml: C004", job.log)


if __name__ == "__main__":
    unittest.main()
