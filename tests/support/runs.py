"""Runs of `symptom-bot run` that cannot start: how they end, and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.replay.double.server import TelegramDouble
from tests.support.telegram_bot import start_process


async def ends(
    double: TelegramDouble, database: str, before: Callable[[], None] | None = None, **environment: str
) -> tuple[int | None, str]:
    """Exit code and standard error of a run that cannot start. `before`: called in its process first."""
    started = await start_process(double, database, before, **environment)
    _, err = await asyncio.wait_for(started.communicate(), 60)
    return started.returncode, err.decode()


def one_line(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, text
    assert lines[0].startswith("symptom-bot: ")
    return lines[0]
