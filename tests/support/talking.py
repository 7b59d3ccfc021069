"""A person in tests: opens a chat of a flow and taps, types and waits, by ids; renders everything on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from bot.app import equip
from bot.core.conversation import screens
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import (
    Advise,
    Ask,
    Commanded,
    Effect,
    Elapsed,
    Event,
    Say,
    Started,
    Tapped,
    Turn,
    Typed,
)
from bot.core.conversation.session import ENDED, EXIT, REVIEW, Session
from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places
from bot.core.rendering.message import Message
from bot.core.rendering.render import render
from bot.library import load_flow
from tests.support.places import FLOWS, TESTS

EMERGENCY_BUTTONS = ["getting_help", "mistake", "cant_get_there", "for_my_clinician"]
"""What can be tapped once an emergency stands."""
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


@cache
def sprain() -> Flow:
    """The small test flow."""
    return load_flow(TESTS / "flows" / "sprain")


@cache
def back_spasm() -> Flow:
    """The shipped flow."""
    return load_flow(FLOWS / "back_spasm")


@cache
def listening() -> Flow:
    """The shipped flow with its reader of typed words."""
    return equip(back_spasm())


class Person:
    """One chat. `said`: all messages so far; `turn`: the last turn."""

    def __init__(self, flow: Flow, lang: str = "en") -> None:
        self.flow = flow
        self.now = NOW
        self.session: Session = start(flow, "abcdef123456", lang, NOW)
        self.messages: list[Message] = []
        self.latest: list[Message] = []
        self.turn: Turn = self.does(Started())

    def does(self, event: Event) -> Turn:
        """Handle an event; save and reload the session, render every effect."""
        self.turn = step(self.flow, self.session, event, self.now)
        self.session = Session.from_json(self.turn.session.to_json())
        assert self.session == self.turn.session
        assert self.turn.effects
        before = len(self.messages)
        for effect in self.turn.effects:
            messages = render(self.flow, self.session, effect, Places(), self.now)
            for message in messages:
                self.messages.append(message)
                for button in (b for row in message.rows for b in row):
                    if button.style == "copy":
                        assert 0 < len(button.data) <= 256
                        continue
                    assert len(button.data.encode()) <= 64
                    assert button.label.strip()
                    tap = screens.decode(self.flow, button.data)
                    assert tap is not None
                    assert tap.choice == button.choice
        self.latest = self.messages[before:]
        return self.turn

    def tap(self, *choices: str) -> Turn:
        """Tap choices of the screen that is open, one after the other."""
        for choice in choices:
            self.does(Tapped(self.session.id, self.session.turn, self.session.at, choice))
        return self.turn

    def types(self, text: str, message: int | None = None) -> Turn:
        """Type words."""
        return self.does(Typed(text, message))

    def commands(self, name: str, argument: str = "") -> Turn:
        """Give a command."""
        return self.does(Commanded(name, argument))

    def waits(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    def hears_nothing(self, due: str) -> Turn:
        """A scheduled moment comes."""
        return self.does(Elapsed(due))  # type: ignore[arg-type]

    @property
    def at(self) -> str:
        """The screen that is open."""
        return self.session.at

    @property
    def level(self) -> str | None:
        """The level that stands."""
        return self.turn.trace.level

    def effects(self, kind: type[Effect]) -> list[Effect]:
        """The effects of a kind in the last turn."""
        return [e for e in self.turn.effects if isinstance(e, kind)]

    @property
    def advised(self) -> Advise | None:
        """The advice of the last turn."""
        return next((e for e in self.turn.effects if isinstance(e, Advise)), None)

    @property
    def notes(self) -> list[str]:
        """Keys of the system texts that the last turn said."""
        keys = [k for e in self.turn.effects if isinstance(e, Ask) for k, _ in e.notes]
        return keys + [e.key for e in self.turn.effects if isinstance(e, Say)]

    @property
    def read(self) -> str:
        """The texts that the last turn showed, else the last that was shown."""
        shown = [m.plain() for m in self.latest if m.blocks and not m.edits]
        return "\n".join(shown) or next(m.plain() for m in reversed(self.messages) if m.blocks)


def converse(flow: Flow, taps: list[int]) -> Person:
    """A chat of taps chosen by numbers, to its end."""
    person = Person(flow)
    for n in range(400):
        if person.at in ENDED:
            return person
        question = screens.question_of(flow, person.at)
        known = [
            c
            for c in screens.choices(flow, person.at)
            if not c.startswith(screens.CHANGE_PREFIX) and c != screens.STOP_HERE
        ]
        if person.at in (REVIEW, EXIT):
            known = [screens.AS_USUAL if person.at == REVIEW else screens.MORE]
        elif question is not None and person.at == question.ask:
            declines = {o.id for o in question.options if o.declines}
            opened = [c for group in question.groups if group == person.session.opened for c in question.behind(group)]
            ends = [c for c in known if opened and c == screens.DONE]
            known = [*opened, *ends] or [c for c in known if c not in declines]
        choice = known[taps[n % len(taps)] % len(known)]
        if screens.DONE in known and (person.session.ticks or choice == screens.DONE):
            choice = screens.DONE if person.session.ticks else known[0]
        person.tap(choice)
    raise AssertionError("the chat does not end")
