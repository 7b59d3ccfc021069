"""The laws of the engine as properties: whatever a person does, in whatever order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.conversation import screens
from bot.core.conversation.events import Commanded, Edited, Elapsed, Event, Received, Started, Tapped, Typed
from bot.core.conversation.machine import Cursor, machine_of
from bot.core.conversation.session import ENDED, SIGN, START, STOPPED, Session
from bot.core.conversation.triage import fold, triage
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import Level
from bot.core.model.system_texts import COMMANDS
from bot.core.rendering.message import Message
from tests.support.talking import Person, back_spasm, converse, listening, sprain

Move = tuple[str, object]

words = st.one_of(
    st.sampled_from(
        [
            "i cant pee",
            "no numbness down there",
            "both legs gone to jelly",
            "my dad had cancer",
            "I want to die",
            "since tuesday",
            "abt 2 wks",
            "8/10",
            "nope all fine",
            "picking up my kid",
            "44 and on atorvastatin",
            "I'm 44, moved house on Saturday, lower back locks up for a minute when I bend, otherwise fine",
            "had a fever of 39 last night",
            "foot drags",
            "{answer} {0} {",
            "%s %(x)s",
            "<b>bold</b> & co",
        ]
    ),
    st.sampled_from(["yes", "no", "not sure", "1", "2 and 3", "0", "?", "back", "stop", "3 days", "44", "7/10", ""]),
    st.text(max_size=40),
    st.text(alphabet="\u202e\u200b\ud800\x00aé😀 ", max_size=20),
)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("tap"), st.integers(0, 40)),
        st.tuples(st.just("tap"), st.integers(0, 8)),
        st.tuples(st.just("old"), st.tuples(st.integers(0, 80), st.integers(0, 12), st.integers(0, 3))),
        st.tuples(st.just("type"), words),
        st.tuples(st.just("edit"), words),
        st.tuples(st.just("command"), st.sampled_from(sorted({*COMMANDS, "nonsense"}))),
        st.tuples(st.just("wait"), st.floats(0.1, 80)),
        st.tuples(st.just("elapsed"), st.sampled_from(["help", "same_day", "reminder"])),
        st.tuples(st.just("send"), st.just("sticker")),
        st.tuples(st.just("start"), st.none()),
    ),
    max_size=40,
)


def event_of(person: Person, kind: str, value: object) -> Event | None:
    flow, session = person.flow, person.session
    if kind == "tap":
        known = screens.choices(flow, session.at)
        if not known:
            return None
        return Tapped(session.id, session.turn, session.at, known[int(str(value)) % len(known)])
    if kind == "old":
        assert isinstance(value, tuple)
        names = screens.screens(flow)
        screen = names[value[0] % len(names)]
        known = screens.choices(flow, screen)
        if not known:
            return None
        return Tapped(session.id, session.turn - value[2], screen, known[value[1] % len(known)])
    if kind == "wait":
        person.waits(hours=float(str(value)))
        return None
    table: dict[str, Callable[[], Event]] = {
        "type": lambda: Typed(str(value), 1),
        "edit": lambda: Edited(str(value), 1),
        "command": lambda: Commanded(str(value)),
        "elapsed": lambda: Elapsed(value),  # type: ignore[arg-type]
        "send": lambda: Received(str(value)),
        "start": Started,
    }
    return table[kind]()


def live(flow: Flow, moves: list[Move]) -> None:
    person = Person(flow)
    for kind, value in moves:
        event = event_of(person, kind, value)
        if event is None:
            continue
        before, said = person.session, len(person.messages)
        turn = person.does(event)
        after = person.session
        says_words(person.messages[said:])
        keeps_signs_that_wait(before, event, after)
        keeps_the_latch(before, after, turn.trace.level)
        tells_every_rule(person, turn.trace.fired)
        advises_no_less_than_the_rules(person)
        walks_and_replays_alike(person, after)


def keeps_the_latch(before: Session, after: Session, level: Level | None) -> None:
    if before.latch is not None and after.id == before.id:
        assert after.latch == before.latch
        assert level is Level.emergency


def says_words(messages: list[Message]) -> None:
    """No message is without words, unless it only takes the buttons from an old one."""
    for message in messages:
        assert message.plain().strip() or message.edits


def keeps_signs_that_wait(before: Session, event: Event, after: Session) -> None:
    """A sign read from words waits until it is answered itself: yes, no or not sure (SEMANTICS 2), or consent is refused."""
    answered = before.at == SIGN and isinstance(event, Tapped | Typed) and len(after.signs) == len(before.signs) - 1
    gone = [s for s in before.signs[1 if answered else 0 :] if s not in after.signs]
    assert not gone or (after.at == STOPPED and not after.consented)
    if after.signs and after.consented and after.latch is None:
        assert after.at in (SIGN, STOPPED) or after.first is not None


def tells_every_rule(person: Person, fired: tuple[str, ...]) -> None:
    env = fold(person.flow, person.session.answers, person.now.date(), person.session.heard).env
    assert set(fired) == {r.rule.rule for r in person.flow.rules if r.check(env) is True}


def advises_no_less_than_the_rules(person: Person) -> None:
    advised = person.advised
    if advised is not None:
        env = fold(person.flow, person.session.answers, person.now.date(), person.session.heard).env
        assert advised.level.rank >= triage(person.flow, env).rank


def walks_and_replays_alike(person: Person, session: Session) -> None:
    """A question that was reached by going forward is the one that a walk from the start comes to (SEMANTICS 20)."""
    if session.at not in person.flow.questions or session.at in session.answers or session.first or session.doubt:
        return
    if person.turn.trace.path[-1] != session.at or not person.turn.trace.answered:
        return
    env = fold(person.flow, session.answers, person.now.date(), session.heard).env
    cursor = Cursor(START, env, session.answers, enough=session.enough)
    assert machine_of(person.flow).forward(cursor) == session.at


@pytest.mark.parametrize("flow", [sprain, back_spasm, listening])
@given(moves=moves)
def test_the_laws_hold_whatever_a_person_does(flow: Callable[[], Flow], moves: list[Move]) -> None:
    live(flow(), moves)


@pytest.mark.slow
@pytest.mark.parametrize("flow", [sprain, back_spasm, listening])
@settings(max_examples=5000)
@given(moves=moves)
def test_the_laws_hold_in_thousands_of_chats(flow: Callable[[], Flow], moves: list[Move]) -> None:
    live(flow(), moves)


@pytest.mark.parametrize("flow", [sprain, back_spasm])
@given(taps=st.lists(st.integers(0, 12), min_size=1, max_size=12))
def test_every_conversation_of_taps_ends_in_advice(flow: Callable[[], Flow], taps: list[int]) -> None:
    """Any answers, tapped in turn: within the flow's stated length there is advice."""
    person = converse(flow(), taps)
    assert person.at in ENDED
    assert person.turn.trace.level is not None or person.session.unplaced
