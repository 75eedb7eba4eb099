"""Starting and ending the program on a worker."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from pb_assign_airflow import summary

PROGRAM = "pb-assign"
GRACE_S = 2.0
"""Seconds between SIGTERM and SIGKILL. A run ends well within it, and Airflow kills the task itself after 5."""
POLL_S = 0.02

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


class ProgramMissingError(Exception):
    """There is no program on this worker."""


@dataclass(frozen=True)
class Ended:
    """How the program ended."""

    code: int
    """The exit code; a signal is negative."""
    said: dict[str, Any]
    """The whole last line of standard output; empty where it was not one JSON object."""


class PbAssignHook(BaseHook):
    """Runs `pb-assign` in a process group of its own.

    The connection is optional. Its extra fields, all of which may be left out:

    - `folder`: where the desks lie. Relative paths of operators start here, and the program runs here.
    - `program`: the path of the program. Without it: `pb-assign` beside the worker's Python, then on the search path.
    - `result_url`: the address under which `folder` is served, for the link to a result.
    - `environment`: variables for the program, such as the secrets of alert channels.

    Args:
        conn_id: The connection. The default one may be absent, any other may not.
    """

    conn_name_attr = "conn_id"
    default_conn_name = "pb_assign_default"
    conn_type = "pb_assign"
    hook_name = "pb-assign"

    def __init__(self, conn_id: str = default_conn_name) -> None:
        """Nothing is looked up before it is needed."""
        super().__init__()
        self.conn_id = conn_id
        self._process: subprocess.Popen[str] | None = None
        self._is_ending = False

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The extra fields of the connection."""
        try:
            return dict(self.get_connection(self.conn_id).extra_dejson)
        except AirflowNotFoundException:
            if self.conn_id != self.default_conn_name:
                raise
            return {}

    @cached_property
    def folder(self) -> Path:
        """Where relative paths start."""
        return Path(self.settings.get("folder") or Path.cwd()).absolute()

    def path(self, given: str) -> Path:
        """A path of an operator, absolute."""
        return self.folder / given

    def program(self) -> str:
        """The program on this worker."""
        stated = self.settings.get("program")
        beside = Path(sys.executable).with_name(PROGRAM)
        found = shutil.which(stated or str(beside)) or (None if stated else shutil.which(PROGRAM))
        if found is None:
            where = stated or f"{PROGRAM}, neither beside {sys.executable} nor on the search path"
            raise ProgramMissingError(f"this worker has no {where}")
        return found

    def run(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
        """Runs the program to its end. What it says to people goes to the task's log, line by line.

        Whatever makes this stop waiting, such as a time-out of the task, ends the program too.
        """
        command = [self.program(), *arguments]
        variables = {**os.environ, **(self.settings.get("environment") or {}), **(environment or {})}
        self.log.info("Running %s in %s", command, self.folder)
        with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace") as stdout:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                preexec_fn=_die_with_parent if _LIBC else None,
            )
            try:
                # The task may have been ended while the process was being made.
                if self._is_ending:
                    self.terminate()
                code = self._wait(self._process)
            except BaseException:
                self.terminate()
                raise
            finally:
                self._process = None
            stdout.seek(0)
            said = summary.parse(stdout.read())
        self.log.info("Ended with %s", code)
        return Ended(code, said)

    def terminate(self) -> None:
        """Ends the program and all that it started: SIGTERM, and SIGKILL for what is left after the grace."""
        self._is_ending = True
        process = self._process
        if process is None:
            return
        self.log.info("Ending the process group %s", process.pid)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(POLL_S)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def test_connection(self) -> tuple[bool, str]:
        """What the button "Test" of the connection shows."""
        try:
            done = subprocess.run([self.program(), "--version"], capture_output=True, text=True, check=True, timeout=10)
        except (ProgramMissingError, OSError, subprocess.SubprocessError) as error:
            return False, str(error)
        return True, done.stdout.strip()

    def _wait(self, process: "subprocess.Popen[str]") -> int:
        """Logs standard error until its end, then waits.

        A signal handler may interrupt this at any point and call `terminate`, which asks the same process for its end.
        `poll` allows that, and `wait` without a time-out would hold a lock meanwhile.
        """
        if process.stderr is not None:
            with process.stderr as lines:
                for line in lines:
                    self.log.info("%s", line.rstrip())
        while (code := process.poll()) is None:
            time.sleep(POLL_S)
        return code


def _die_with_parent() -> None:
    """Asks the kernel for SIGTERM when the task's process is gone: a SIGKILL (out of memory) leaves it no last word.

    It runs between fork and exec, so it does nothing but call what has been loaded before.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
