"""Whether the platform tag of a wheel promises no more than its program needs, by the tables of auditwheel."""

import re
import subprocess
import sys


def main():
    wheel = sys.argv[1]
    shown = subprocess.run(
        [sys.executable, "-m", "auditwheel", "show", wheel], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    problem = broken_promise(wheel, shown)
    if problem:
        raise SystemExit(f"error: {problem}\n{shown}")


def broken_promise(wheel, shown):
    """What is wrong with the tag in a wheel's name, given what `auditwheel show` says of it."""
    promised = re.search(r"manylinux_(\d+)_(\d+)_\w+(?=\.whl$)", wheel)
    found = re.search(r"consistent with\s+the following platform tag:\s+\"manylinux_(\d+)_(\d+)_\w+\"", shown)
    if not promised:
        return f"{wheel} names no oldest system that it runs on"
    if not found:
        return f"auditwheel finds no tag that {wheel} fulfils"
    if tuple(map(int, promised.groups())) < tuple(map(int, found.groups())):
        return f"{wheel} promises {promised.group()}, and needs {found.group(1)}.{found.group(2)}"
    return None


if __name__ == "__main__":
    main()
