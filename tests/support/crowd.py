"""Many patients at once: each goes by a plan of choices, answers as soon as a question stands in their chat, and begins anew
when they were told a level. They never answer the same question twice, as people do not, whatever is repeated to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.conversation import screens
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import Started, Tapped, Typed
from bot.core.conversation.session import ADVICE, EMERGENCY, ENDED, EXIT, Session
from bot.core.flow.answer_values import to_json
from bot.core.flow.compiled import Flow
from bot.replay.double.chats import Chat, DoubleMessage
from bot.replay.double.people import User
from bot.replay.double.server import TelegramDouble

Plan = Mapping[str, Sequence[str]]
"""Screen -> what is tapped on it, one after another; what begins with "=" is typed. Screens left out: the usual answer."""

SPRAIN: tuple[Plan, ...] = (
    {"age": ["adult"], "onset": ["days"], "pain": ["4"], "movements": ["walking", "twisting", "done"]},
    {"age": ["=35"], "onset": ["=2 days ago"], "pain": ["=7"], "movements": ["twisting", "walking", "walking", "done"]},
    {"danger": ["foot_wont_move"]},
    {"health": ["diabetes", "thin_bones", "thin_bones", "done"], "age": ["from_55"], "onset": ["weeks"], "course": ["worse"]},
    {"warning": ["crooked", "done"], "age": ["adult"], "movements": ["walking", "done"]},
    {"age": ["=19"], "times_before": ["often"], "swelling": ["yes"], "movements": ["no_movement"]},
)  # fmt: skip
"""Six patients of the small test flow, between them of every level."""


def planned(flow: Flow, plan: Plan, screen: str, done: int) -> str | None:
    """The next thing to do on a screen, of which `done` were done; None if nothing is left."""
    steps = plan.get(screen) or [usual(flow, screen)]
    return steps[done] if done < len(steps) else None


def usual(flow: Flow, screen: str) -> str:
    """What an uncomplicated patient taps."""
    question = flow.questions.get(screen)
    if question is None:
        return {EXIT: screens.MORE}.get(screen, screens.choices(flow, screen)[0])
    if question.none is not None:
        return question.none
    if question.usual is not None and str(question.usual) in screens.choices(flow, screen):
        return str(question.usual)
    return screens.choices(flow, screen)[0]


def in_memory(flow: Flow, plan: Plan, now: datetime) -> Session:
    """The session to which the plan leads when nothing goes wrong."""
    session = step(flow, start(flow, "0" * 12, "en", now), Started(), now).session
    done: dict[int, int] = {}
    for _ in range(100):
        if session.at in ENDED:
            return session
        action = planned(flow, plan, session.at, done.get(session.turn, 0))
        assert action is not None, f"the plan says nothing more on {session.at}"
        done[session.turn] = done.get(session.turn, 0) + 1
        ticked = action in session.ticks
        event = Typed(action[1:]) if action[0] == "=" else Tapped(session.id, session.turn, session.at, action, ticked)
        session = step(flow, session, event, now).session
    raise AssertionError(f"the plan comes to no end: {session.at}")


def answers(session: Session) -> dict[str, Any]:
    """The answers of a session, to be compared."""
    return {question: to_json(value) for question, value in session.answers.items()}


@dataclass
class Person:
    """One patient. `rounds`: how often they came to a level; `repeated`: messages that they had seen before;
    `seen`: (session, turn, screen) of what came; `labels`: the buttons as they were seen last."""

    user: User
    flow: Flow
    plan: Plan
    rounds: int = 0
    repeated: int = 0
    resting: bool = False
    turn: tuple[str, int] = ("", -1)
    done: int = 0
    labels: list[str] = field(default_factory=list)
    seen: set[tuple[str, int, str]] = field(default_factory=set)

    def begin(self) -> None:
        self.user.send("/start")

    def sees(self, message: DoubleMessage, keep_on: bool) -> None:
        """React to a message that came or was changed."""
        data = next((b.data for row in message.buttons for b in row if b.data), None)
        shown = None if data is None else screens.decode(self.flow, data)
        if shown is None or data is None:
            return
        key, screen = (shown.session, shown.turn), (shown.session, shown.turn, shown.screen)
        if message.edits == 0:
            if screen in self.seen:
                self.repeated += 1
                return
            self.seen.add(screen)
            if shown.screen in screens.OVERLAYS:
                return  # the list of the review: the last check, which is to be answered, comes behind it
            self.turn, self.done, self.labels = key, 0, message.labels
            if shown.screen in (ADVICE, EMERGENCY):
                self.rounds += 1
                self.resting = not keep_on
                if keep_on:
                    self.go_on(message, shown)
                return
        elif key != self.turn or message.labels == self.labels:
            return  # a picture that was sent once more looks as it did
        self.labels = message.labels
        self._acts(message, shown)

    def go_on(self, message: DoubleMessage, shown: Tapped) -> None:
        """Begin anew after a level."""
        if shown.screen == ADVICE:
            self.user.press(message, _data(self.flow, shown, screens.AGAIN, message))
        else:
            self.user.send("/restart")

    def _acts(self, message: DoubleMessage, shown: Tapped) -> None:
        action = planned(self.flow, self.plan, shown.screen, self.done)
        if action is None:
            return
        self.done += 1
        if action[0] == "=":
            self.user.send(action[1:])
        else:
            self.user.press(message, _data(self.flow, shown, action, message))


def _data(flow: Flow, shown: Tapped, choice: str, message: DoubleMessage) -> str:
    """The data of the button as it stands there: of one that is ticked it says so."""
    plain = screens.encode(flow, shown.session, shown.turn, shown.screen, choice)
    ticked = screens.encode(flow, shown.session, shown.turn, shown.screen, choice, ticked=True)
    return ticked if message.button(ticked) is not None else plain


class Crowd:
    """All patients of a double. `keep_on`: whether they begin anew after a level, or rest."""

    def __init__(self, double: TelegramDouble, flow: Flow, plans: Sequence[Plan], count: int) -> None:
        self.double, self.keep_on = double, True
        self.people = {n: Person(double.user(n), flow, plans[n % len(plans)]) for n in range(1, count + 1)}
        double.on_message = self._on_message

    def begin(self) -> None:
        """Everybody presses Start."""
        for person in self.people.values():
            person.begin()

    @property
    def resting(self) -> bool:
        """Whether everybody has come to a level and begins no more."""
        return all(person.resting for person in self.people.values())

    def _on_message(self, chat: Chat, message: DoubleMessage) -> None:
        person = self.people.get(chat.id)
        if person is not None:
            person.sees(message, self.keep_on)
