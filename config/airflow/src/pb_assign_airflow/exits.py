"""What an exit code of `pb-assign` means for the task that ran it. The codes are the program's contract."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Ending(Enum):
    """What becomes of a task."""

    SUCCESS = "success"
    FAIL = "fail without retry"
    RETRY = "retry"


EXITS: Mapping[int, tuple[Ending, str]] = MappingProxyType(
    {
        0: (Ending.SUCCESS, "there is an assignment, or what was asked for was done"),
        2: (Ending.FAIL, "the command line or the configuration is wrong"),
        3: (Ending.FAIL, "the input data was refused; nothing was assigned"),
        4: (
            Ending.FAIL,
            "no assignment keeps the limits or none was found, or a published answer or the ledger does not hold",
        ),
        70: (Ending.FAIL, "a fault of the program; nothing was published"),
        75: (Ending.RETRY, "the machine was short of something, or another run has the lock"),
        130: (Ending.RETRY, "the run was told to end (SIGINT); nothing was published"),
        143: (Ending.RETRY, "the run was told to end (SIGTERM); nothing was published"),
    }
)


def ending(code: int) -> Ending:
    """What becomes of the task. A code that is not in the table, or a signal, is the machine's doing: worth a retry."""
    return EXITS[code][0] if code in EXITS else Ending.RETRY


def meaning(code: int) -> str:
    """The code in words. Negative codes are signals, as Python counts them; above 128, as shells do."""
    if code in EXITS:
        return EXITS[code][1]
    signal = -code if code < 0 else code - 128
    return f"ended by signal {signal}" if 0 < signal < 65 else "an exit code that pb-assign does not have"
