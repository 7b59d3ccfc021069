"""Messages: what stands on every screen, and what must never stand there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.conversation import screens
from bot.core.conversation.events import Advise, Ask, Redraw, Say, Settled
from bot.core.conversation.session import CHANGE, EMERGENCY, MISTAKE, SIGN, START, Heard, Latch, Session
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many, Since
from bot.core.model.files.parts import Level
from bot.core.model.system_texts import SYSTEM
from bot.core.rendering.advice import recheck
from bot.core.rendering.answer_words import Places
from bot.core.rendering.message import Message
from bot.core.rendering.render import render
from tests.support.places import ROOT
from tests.support.talking import Person, back_spasm, sprain

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def session(flow: Flow) -> Session:
    return Person(flow).session.but(consented=True)


def drawn(flow: Flow, at: Session, effect: Ask | Redraw | Say | Settled | Advise) -> Message:
    *_, message = render(flow, at, effect, Places(), NOW)
    return message


def screen(flow: Flow, name: str) -> Message:
    """The screen, with a session that can be on it."""
    at = session(flow).but(at=name)
    question = screens.question_of(flow, name)
    if question is not None and name != question.ask:
        at = at.but(queue=question.option_ids[:1])
    sign = next(iter(flow.signs))
    latch = Latch(flow.option_home[sign], sign, ())
    extra: dict[str, dict[str, Any]] = {
        SIGN: {"signs": (Heard(sign, "x", True),)},
        CHANGE: {"proposal": ("age", "not_sure")},
        MISTAKE: {"latch": latch},
    }
    return drawn(flow, at.but(**extra.get(name, {})), Ask(name))


@pytest.mark.parametrize("flow", [sprain, back_spasm])
def test_every_screen_has_words_and_every_choice_a_button(flow: Callable[[], Flow]) -> None:
    for name in screens.screens(flow()):
        if name in (START, *screens.OVERLAYS):
            continue
        message = screen(flow(), name)
        labels = [b.label for row in message.rows for b in row]
        assert all(labels)
        assert len(set(labels)) == len(labels), name
        taps = [screens.decode(flow(), b.data) for row in message.rows for b in row]
        offered = {t.choice for t in taps if t is not None and t.screen == name}  # beside it may stand the countries
        lines = {
            c for c in screens.choices(flow(), name) if c == screens.STOP_HERE or c.startswith(screens.CHANGE_PREFIX)
        }
        question = screens.question_of(flow(), name)
        behind = set(question.group_of) if question is not None else set()
        behind |= {screens.AGAIN, screens.FORGET, screens.FELT_WRONG} if name == "ADVICE" else set()  # behind "More"
        assert offered - lines == set(screens.choices(flow(), name)) - lines - behind, name
        if name not in (EMERGENCY, "ADVICE"):  # these two stand under an advice
            assert message.plain().strip(), name


@pytest.mark.parametrize("flow", [sprain, back_spasm])
def test_every_system_text_fills_its_placeholders(flow: Callable[[], Flow]) -> None:
    of_a_sign = {"answer": next(iter(flow().signs))}
    for key, names in SYSTEM.items():
        known = key in ("sign_stands", "emergency_stands", "sign_plain", "sign_possible")
        params = dict.fromkeys(names, "x") | (of_a_sign if known else {})
        assert "{" not in drawn(flow(), session(flow()), Say(key, params)).plain(), key


def test_ticks_are_shown_in_the_text_and_on_the_button() -> None:
    at = session(sprain()).but(at="warning", ticks=("fever",))
    message = drawn(sprain(), at, Redraw("warning", at.turn))
    assert message.edits
    assert message.turn == at.turn
    assert "1. \u2713 38 degrees or more" in message.plain()
    assert next(b.label for row in message.rows for b in row) == "\u2713 Fever"


def test_the_answered_screen_keeps_its_question_and_shows_the_answer() -> None:
    before = session(sprain()).but(at="warning", turn=4)
    after = before.but(at="age", turn=5, answers={"warning": Many(frozenset({"fever"}))})
    message = drawn(sprain(), after, Settled(before, "done"))
    lines = message.plain().splitlines()
    assert lines[0] == "And any of these?"
    assert "1. \u2713 38 degrees or more" in lines
    assert "3. Crooked shape" in lines
    assert lines[-1] == "Answered Fever"
    assert not message.rows
    assert message.turn == 4


def test_an_emergency_message_is_urgent_and_offers_no_way_past_it() -> None:
    at = session(sprain()).but(at=EMERGENCY, latch=Latch("danger", "cold_pale_foot", ("danger_sign",)))
    message = drawn(sprain(), at, Advise(Level.emergency, ("danger_sign",), ("go_now",), urgent=True))
    assert message.urgent
    assert "a cold or pale foot" in message.plain()
    assert {b.choice for row in message.rows for b in row} == {
        screens.HELPED,
        screens.BY_MISTAKE,
        screens.NOTE,
        screens.CANT_GET_THERE,
    }


def test_items_stand_below_each_other_and_paragraphs_apart() -> None:
    text = screen(sprain(), "warning").plain()
    assert "\n1. " in text
    assert "\n\n2. " not in text


def test_long_words_of_a_patient_are_cut_in_what_is_said_back() -> None:
    note = ("sign_plain", {"words": "my foot " * 60, "answer": "cold_pale_foot"})
    at = session(sprain()).but(at=SIGN, signs=(Heard("cold_pale_foot", "x", True),))
    text = drawn(sprain(), at, Ask(SIGN, (note,))).plain()
    assert "my foot my foot" in text
    assert "\u2026" in text
    assert len(text) < 300


def test_looking_again_is_counted_from_the_beginning_but_never_falls_before_tomorrow() -> None:
    flow, at = sprain(), session(sprain())
    began = NOW.date() - timedelta(days=10)
    assert recheck(flow, at.but(answers={"onset": Since(began, began)}), Level.self_care, NOW) == NOW + timedelta(
        days=32
    )
    long_ago = NOW.date() - timedelta(days=100)
    later = recheck(flow, at.but(answers={"onset": Since(long_ago, long_ago)}), Level.self_care, NOW)
    assert later == NOW + timedelta(days=1)
    assert recheck(flow, at, Level.see_soon, NOW) == NOW + timedelta(days=14)
    assert recheck(flow, at, Level.emergency, NOW) is None


def test_the_flow_says_what_looking_again_is_counted_from() -> None:
    flow, began = sprain(), NOW.date() - timedelta(days=10)
    at = session(flow).but(answers={"onset": Since(began, began)})
    from_now = replace(flow, advice=flow.advice.model_copy(update={"recheck_from": {}}))
    soon = replace(flow, advice=flow.advice.model_copy(update={"recheck_from": {Level.see_soon: "onset"}}))
    assert recheck(from_now, at, Level.self_care, NOW) == NOW + timedelta(days=42)
    assert recheck(soon, at, Level.see_soon, NOW) == NOW + timedelta(days=4)
    assert {
        q for q in flow.questions if f'"{q}"' in (ROOT / "bot/core/rendering/render.py").read_text("utf-8")
    } == set()
