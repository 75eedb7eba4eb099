"""The process: how it is started, what is heard of it, and that it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowNotFoundException

from pb_assign_airflow import hook as hook_module
from pb_assign_airflow.hook import PbAssignHook, ProgramMissingError

from .conftest import Desk


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def until(path: Path) -> str:
    """The text of a file, once it has one."""
    for _ in range(3000):
        with suppress(FileNotFoundError):
            if (text := path.read_text()).endswith("\n"):
                return text
        time.sleep(0.01)
    raise AssertionError(f"{path} never came")


def test_the_last_line_of_stdout_and_the_exit_code_come_back(desk: Desk) -> None:
    desk.program({"status": "failed"}, code=4)
    ended = PbAssignHook().run(["run", "--config", "x"])
    assert (ended.code, ended.said) == (4, {"status": "failed"})
    assert desk.started == ["run", "--config", "x", str(desk.folder)]


def test_a_last_line_that_is_not_json_is_no_summary(desk: Desk) -> None:
    for said in ("done", "[1]", ""):
        desk.program(said)
        assert PbAssignHook().run([]).said == {}


def test_stderr_goes_to_the_task_log_line_by_line(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.program({})
    PbAssignHook().run([])
    logged = [line for line in capsys.readouterr().out.splitlines() if "[info" in line]
    assert [
        text for text in ("Running", "loading", "50 % solved, é", "Ended with 0") for line in logged if text in line
    ] == [
        "Running",
        "loading",
        "50 % solved, é",
        "Ended with 0",
    ]


def test_variables_of_the_operator_win_over_those_of_the_connection(desk: Desk) -> None:
    desk.program({}, before='echo "$WEBHOOK" > webhook.txt')
    PbAssignHook().run([])
    assert (desk.folder / "webhook.txt").read_text() == "from the connection\n"
    PbAssignHook().run([], {"WEBHOOK": "from the operator"})
    assert (desk.folder / "webhook.txt").read_text() == "from the operator\n"


def test_the_program_leads_a_process_group_of_its_own(desk: Desk) -> None:
    desk.program({}, before="ps -o pgid= -p $$ > group.txt; echo $$ > pid.txt")
    PbAssignHook().run([])
    group, pid = (int((desk.folder / name).read_text()) for name in ("group.txt", "pid.txt"))
    assert group == pid != os.getpgid(0)


def test_terminate_ends_the_program_and_its_children(desk: Desk) -> None:
    desk.program({}, before="sleep 60 & echo $$ $! > pids.txt; wait")
    hook = PbAssignHook()
    codes: list[int] = []
    runs = threading.Thread(target=lambda: codes.append(hook.run([]).code))
    runs.start()
    pids = [int(pid) for pid in until(desk.folder / "pids.txt").split()]
    assert all(is_alive(pid) for pid in pids)
    hook.terminate()
    runs.join(timeout=5)
    assert codes == [-signal.SIGTERM]
    assert not any(is_alive(pid) for pid in pids)


def test_what_does_not_hear_sigterm_is_killed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_module, "GRACE_S", 0.2)
    desk.program({}, before="trap '' TERM; echo $$ > pids.txt; while :; do sleep 1; done")
    hook = PbAssignHook()
    codes: list[int] = []
    runs = threading.Thread(target=lambda: codes.append(hook.run([]).code))
    runs.start()
    pid = int(until(desk.folder / "pids.txt"))
    hook.terminate()
    runs.join(timeout=5)
    assert codes == [-signal.SIGKILL]
    assert not is_alive(pid)


def test_a_time_out_of_the_task_ends_the_program(desk: Desk) -> None:
    class TimeOut(BaseException):
        """As Airflow's own: no ordinary exception."""

    def on_alarm(*_: object) -> None:
        raise TimeOut

    desk.program({}, before="echo $$ > pids.txt; sleep 60")
    before = signal.signal(signal.SIGALRM, on_alarm)
    try:
        signal.setitimer(signal.ITIMER_REAL, 1)
        with pytest.raises(TimeOut):
            PbAssignHook().run([])
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not is_alive(int((desk.folder / "pids.txt").read_text()))


def test_a_signal_handler_may_end_the_program(desk: Desk) -> None:
    """As in a task: Airflow's handler calls `on_kill` while `execute` waits, in the same thread."""
    desk.program({}, before="echo $$ > pids.txt; sleep 60")
    hook = PbAssignHook()
    before = signal.signal(signal.SIGALRM, lambda *_: hook.terminate())
    try:
        signal.setitimer(signal.ITIMER_REAL, 1)
        assert hook.run([]).code == -signal.SIGTERM
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_the_program_ends_with_a_task_that_was_killed(desk: Desk) -> None:
    desk.program({}, before="echo $$ > pids.txt; exec sleep 60")
    task = subprocess.Popen([sys.executable, "-c", "from pb_assign_airflow.hook import *; PbAssignHook().run([])"])
    pid = int(until(desk.folder / "pids.txt"))
    assert is_alive(pid)
    task.kill()
    task.wait()
    for _ in range(200):
        if not is_alive(pid):
            return
        time.sleep(0.01)
    raise AssertionError(f"{pid} outlived its task")


def test_a_task_that_was_ended_starts_nothing_that_lasts(desk: Desk) -> None:
    desk.program({}, before="sleep 60")
    hook = PbAssignHook()
    hook.terminate()
    assert hook.run([]).code == -signal.SIGTERM


def test_a_program_that_is_not_there_is_named(desk: Desk) -> None:
    with pytest.raises(ProgramMissingError, match=str(desk.folder / "pb-assign")):
        PbAssignHook().run([])
    assert PbAssignHook().test_connection()[0] is False


def test_without_a_connection_the_program_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PbAssignHook, "get_connection", classmethod(not_found))
    Desk(tmp_path).program("pb-assign 9.9")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(hook_module.sys, "executable", str(tmp_path / "venv/bin/python"))
    assert PbAssignHook().program() == str(tmp_path / "pb-assign")
    beside = tmp_path / "venv/bin"
    beside.mkdir(parents=True)
    Desk(beside).program("pb-assign 9.9")
    assert PbAssignHook().program() == str(beside / "pb-assign")
    monkeypatch.chdir(tmp_path)
    assert PbAssignHook().folder == tmp_path
    assert PbAssignHook().test_connection() == (True, "not this line\npb-assign 9.9")


def test_another_connection_than_the_default_one_has_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PbAssignHook, "get_connection", classmethod(not_found))
    with pytest.raises(AirflowNotFoundException):
        PbAssignHook("rates_desk").program()


def not_found(_: type[PbAssignHook], conn_id: str) -> None:
    """Airflow's answer for a connection that nobody made."""
    raise AirflowNotFoundException(f"The conn_id `{conn_id}` isn't defined")
