"""A service over each database, on a clock that a test moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.app import open_service
from bot.service.service import Service
from bot.store import open_store
from tests.support.telegram_bot import Clock, settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(database_url: str, clock: Clock) -> Iterator[Service]:
    with open_store(database_url) as store:
        yield open_service(settings(), store, clock)
