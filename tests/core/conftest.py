"""Somebody with a twisted ankle, who has just said that it is about themselves."""

from __future__ import annotations

import pytest

from bot.core.flow.compiled import Flow
from tests.support.ankle import reader
from tests.support.talking import Person, sprain


@pytest.fixture
def flow() -> Flow:
    return sprain().with_reader(reader)


@pytest.fixture
def person(flow: Flow) -> Person:
    someone = Person(flow)
    someone.tap("for_me")
    return someone
