"""What becomes of a task for each exit code."""

import pytest

from pb_assign_airflow.exits import EXITS, Ending, ending, meaning


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0, Ending.SUCCESS),
        (2, Ending.FAIL),
        (3, Ending.FAIL),
        (4, Ending.FAIL),
        (70, Ending.FAIL),
        (75, Ending.RETRY),
        (1, Ending.RETRY),
        (101, Ending.RETRY),
        (130, Ending.RETRY),
        (137, Ending.RETRY),
        (143, Ending.RETRY),
        (-9, Ending.RETRY),
    ],
)
def test_every_code_has_one_ending(code: int, expected: Ending) -> None:
    assert ending(code) is expected


def test_a_code_is_said_in_words() -> None:
    assert meaning(75) == EXITS[75][1]
    assert meaning(-9) == "ended by signal 9"
    assert meaning(143) == EXITS[143][1]
    assert meaning(137) == "ended by signal 9"
    assert meaning(1) == "an exit code that pb-assign does not have"
