"""Waiting for a day's files in the triggerer, where a wait costs no worker."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from pb_assign_airflow import day_files


class DayFilesTrigger(BaseTrigger):
    """Fires once, when two looks at the files `settle_s` apart find all of them, and find them the same.

    Args:
        files: Absolute paths.
        done_marker: The name of the file that says that one is complete, or None.
        settle_s: Seconds between the two looks.
        poke_interval_s: Seconds between looks as long as something is missing.
    """

    def __init__(self, files: list[str], done_marker: str | None, settle_s: float, poke_interval_s: float) -> None:
        """See the class."""
        super().__init__()
        self.files = files
        self.done_marker = done_marker
        self.settle_s = settle_s
        self.poke_interval_s = poke_interval_s

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How the triggerer makes this object again."""
        return (
            "pb_assign_airflow.trigger.DayFilesTrigger",
            {
                "files": self.files,
                "done_marker": self.done_marker,
                "settle_s": self.settle_s,
                "poke_interval_s": self.poke_interval_s,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Waits."""
        files = [Path(file) for file in self.files]
        seen = await asyncio.to_thread(day_files.look, files, self.done_marker)
        while True:
            is_here = None not in seen
            await asyncio.sleep(self.settle_s if is_here else self.poke_interval_s)
            again = await asyncio.to_thread(day_files.look, files, self.done_marker)
            if is_here and again == seen:
                yield TriggerEvent(self.files)
                return
            seen = again
