"""Runs pb-assign: its arguments, its last line, another try where it asks for one."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple

# code: the exit code. said: the last line of standard output, decoded. talk: what it wrote for people.
Ended = namedtuple("Ended", "code said talk")

TRY_AGAIN = 75
NO_ASSIGNMENT = 4

# What each exit code means to somebody who reads a job's page. docs/operations and the program's manual say more.
MEANINGS = {
    0: "there is an assignment",
    2: "the configuration or the command line was refused",
    3: "the input files were refused",
    4: "there is no assignment",
    70: "a fault of the program; please report it",
    75: "a lock, the disk or memory was not to be had; try again",
}


def meaning(code):
    if code < 0 or code > 128:
        return f"the run was ended by signal {-code if code < 0 else code - 128}"
    return MEANINGS.get(code, f"unknown exit code {code}")


def run(arguments, attempts=1, wait_s=0.0):
    """Runs the program until it ends with something else than 75, or the attempts are used up."""
    for attempt in range(1, attempts + 1):
        ended = run_once(arguments)
        if ended.code != TRY_AGAIN or attempt == attempts:
            return ended
        print(f"attempt {attempt} of {attempts}: {meaning(ended.code)} in {wait_s:g} s", file=sys.stderr, flush=True)
        time.sleep(wait_s)
    raise ValueError("at least one attempt is needed")


def run_once(arguments):
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    # A job that is cancelled gets a signal, which the program has to hear: it leaves nothing half written.
    before = {
        number: signal.signal(number, lambda *_: child.terminate()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    talk = []
    listener = threading.Thread(target=pass_on, args=(child.stderr, talk))
    listener.start()
    stdout = child.stdout.read()
    listener.join()
    code = child.wait()
    for number, handler in before.items():
        signal.signal(number, handler)
    sys.stdout.write(stdout)
    sys.stdout.flush()
    return Ended(code, last_line(stdout), "".join(talk))


def pass_on(stream, talk):
    """Shows lines as they come, and keeps them."""
    for line in stream:
        talk.append(line)
        sys.stderr.write(line)
        sys.stderr.flush()


def last_line(stdout):
    lines = stdout.strip().splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
    except ValueError:
        said = {}
    return said if isinstance(said, dict) else {}
