"""Buttons: what they carry, in 64 bytes, and what they stand for when they are tapped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Tapped
from bot.core.conversation.session import REVIEW
from bot.core.flow.compiled import Flow
from tests.support.talking import back_spasm, sprain

FLOWS = [sprain, back_spasm]


@pytest.mark.parametrize("flow", FLOWS)
def test_every_choice_of_every_screen_has_its_own_data(flow: Callable[[], Flow]) -> None:
    seen: dict[str, tuple[str, str]] = {}
    for screen in sc.screens(flow()):
        for choice in sc.choices(flow(), screen):
            data = sc.encode(flow(), "abcdef123456", 9_999, screen, choice)
            assert seen.setdefault(data, (screen, choice)) == (screen, choice)
            assert len(f"{data}.1".encode()) <= 64
            assert sc.decode(flow(), data) == Tapped("abcdef123456", 9_999, screen, choice)
            assert sc.session_of(data) == "abcdef123456"


def test_a_line_that_is_ticked_carries_that_it_is() -> None:
    for ticked in (False, True):
        tapped = sc.decode(sprain(), sc.encode(sprain(), "abc", 1, "warning", "fever", ticked))
        assert tapped is not None
        assert tapped.ticked is ticked


@pytest.mark.parametrize(
    "data",
    [
        "",
        "x",
        "a.1.2",
        "a.1.2.3.4.5",
        "a.b.c.d",
        "a.1.9999.0",
        "a.1.0.9999",
        "a.-1.0.0",
        f"a.{'9' * 5000}.0.0",
        "a.1.1.",
        "a..1.1",
    ],
)
def test_data_that_stands_for_nothing_is_no_tap(data: str) -> None:
    assert sc.decode(sprain(), data) is None


@given(st.text(max_size=70))
def test_no_data_raises(data: str) -> None:
    sc.decode(sprain(), data)


@pytest.mark.parametrize("flow", FLOWS)
def test_no_screen_offers_one_choice_twice(flow: Callable[[], Flow]) -> None:
    for screen in sc.screens(flow()):
        known = sc.choices(flow(), screen)
        assert len(set(known)) == len(known)


def test_the_review_offers_to_change_every_question() -> None:
    assert sc.CHANGE_PREFIX + "age" in sc.choices(sprain(), REVIEW)


def test_an_unknown_screen_has_no_choices() -> None:
    assert sc.choices(sprain(), "nowhere") == ()
    assert sc.question_of(sprain(), "nowhere") is None
