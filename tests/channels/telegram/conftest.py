"""One clock for the bot and Telegram, Telegram's double, and a patient."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.replay.double.server import TelegramDouble
from tests.support.telegram_bot import Clock, Patient


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble(clock=clock) as double:
        yield double


@pytest.fixture
def ann(telegram: TelegramDouble) -> Patient:
    return Patient(telegram.user(1))
