"""The running bot explored by itself: `step` is called on every screen with everything that can be done there.

Two sessions count as one if the same screen is open and every condition that is left reads the same from there on; so a
finite walk covers endlessly many conversations. Lists are followed with up to `ticks` ticks; that, and the number of
sessions, are limits, and the result says which of them was reached.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.check.answers.player import NOON
from bot.check.counting.reaching import Reaching, reaching
from bot.core.conversation import screens
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import Commanded, Edited, Elapsed, Event, Received, Started, Tapped, Turn, Typed
from bot.core.conversation.machine import which
from bot.core.conversation.session import ADVICE, EMERGENCY, EXIT, REVIEW, STOPPED, Session
from bot.core.conversation.triage import fold
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_ASKED
from bot.core.model.files.parts import Level
from bot.core.model.system_texts import COMMANDS

TEXTS = ("no", "yes", "not sure", "none of these", "0", "3", "it was a mistake", "zxqv", "/restart", "")
"""What a patient may type at any moment: answers, denials, numbers, nonsense, nothing."""

TWICE = 2
"""Emergencies after which every pair of events is tried."""


@dataclass
class Explored:
    """`sessions`: different ones met; `turns`: calls of `step`; `limits`: what was not followed; `broken`: laws broken, in
    words; `levels`: at which conversations ended; `asked`: screens met."""

    sessions: int = 0
    turns: int = 0
    limits: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)
    screens: set[str] = field(default_factory=set)


class _Walk:
    def __init__(self, flow: Flow, most: int, ticks: int, now: datetime) -> None:
        self.flow, self.most, self.ticks, self.now = flow, most, ticks, now
        self.reaching: Reaching = reaching(flow)
        self.found = Explored()
        self.onward: dict[Any, set[Any]] = {}
        self.latched: dict[Any, Session] = {}

    def run(self) -> Explored:
        """Breadth first from the first screen."""
        first = self.turn(start(self.flow, "0123456789ab", next(iter(self.flow.texts)), self.now), Started())
        if first is None:
            return self.found
        waiting = deque([first.session])
        seen = {self.key(first.session)}
        cut = False
        while waiting:
            session = waiting.popleft()
            here = self.key(session)
            self.onward.setdefault(here, set())
            self.found.screens.add(session.at)
            if session.at in (ADVICE, EMERGENCY, STOPPED):
                continue
            for event in self.events(session):
                turn = self.turn(session, event)
                if turn is None:
                    continue
                there = self.key(turn.session)
                self.onward[here].add(there)
                self.ended(turn)
                if there not in seen:
                    if len(seen) >= self.most:
                        cut = True
                        continue
                    seen.add(there)
                    waiting.append(turn.session)
        self.found.sessions = len(seen)
        if cut:
            self.found.limits.append(f"stopped at {self.most:,} different sessions; others were not followed")
        else:
            self.no_dead_ends()
        if any(len(q.options) > self.ticks for q in self.flow.interview.questions if screens.toggles(q)):
            self.found.limits.append(f"lists were followed with at most {self.ticks} ticks at once")
        self.latch_holds()
        return self.found

    def turn(self, session: Session, event: Event) -> Turn | None:
        """One call of `step`; a law that it breaks is kept."""
        self.found.turns += 1
        try:
            turn = step(self.flow, session, event, self.now)
        except Exception as error:  # the law is that no event raises, whatever it is
            self.broke(f"step raises {type(error).__name__}: {error} at {session.at} on {event}")
            return None
        if not turn.effects:
            self.broke(f"a turn without effect at {session.at} on {event}")
        stands = turn.session.latch is not None and turn.trace.level is Level.emergency
        if session.latch is not None and turn.session.id == session.id and not stands:
            self.broke(f"the emergency was lowered at {session.at} by {event}")
        return turn

    def broke(self, words: str) -> None:
        """Keep a broken law (the first hundred)."""
        if len(self.found.broken) < 100:
            self.found.broken.append(words)

    def events(self, session: Session) -> Iterator[Event]:
        """Everything that can be tapped on the open screen, and words that mean nothing."""
        for choice in screens.choices(self.flow, session.at):
            if session.at in (REVIEW, EXIT) and choice not in (
                screens.AS_USUAL,
                screens.DIFFERENT,
                screens.NOT_SURE,
                screens.TELL,
                screens.MORE,
            ):
                continue
            question = screens.question_of(self.flow, session.at)
            if question is not None and choice in question.option_ids and choice not in session.ticks:
                toggling = screens.toggles(question) and session.at == question.ask
                if (toggling or session.at == which(question.ask)) and len(session.ticks) >= self.ticks:
                    continue
            yield Tapped(session.id, session.turn, session.at, choice)
        if session.misread < 3:
            yield Typed("zxqv")

    def key(self, session: Session) -> Any:
        """What the rest of the conversation can depend on."""
        if session.at in (ADVICE, EMERGENCY, STOPPED):
            return (session.at, session.latch is not None)
        env = fold(self.flow, session.answers, self.now.date(), session.heard).env
        states = self.reaching.remainder(
            {q: v for q, v in env.items() if v is not NOT_ASKED and not getattr(v, "partial", False)}
        )
        return (
            session.at, states, session.latch is not None, frozenset(session.ticks), session.queue, session.found, session.misread,
            session.exit_offered, session.enough, session.checked, session.doubt, session.same_day_said, session.first,
            session.consented, session.signs,
        )  # fmt: skip

    def ended(self, turn: Turn) -> None:
        """Count the ends, and keep one session for each emergency."""
        session = turn.session
        if session.at in (ADVICE, EMERGENCY):
            name = turn.trace.level.value if turn.trace.level is not None else "none"
            self.found.levels[name] = self.found.levels.get(name, 0) + 1
        if session.latch is not None:
            self.latched.setdefault((session.latch.rules, session.latch.option), session)

    def no_dead_ends(self) -> None:
        """From every session met some way leads to an end."""
        back: dict[Any, set[Any]] = {}
        for here, targets in self.onward.items():
            for there in targets:
                back.setdefault(there, set()).add(here)
        ends = [k for k in {*self.onward, *back} if k[0] in (ADVICE, EMERGENCY, STOPPED)]
        reached, waiting = set(ends), deque(ends)
        while waiting:
            for before in back.get(waiting.popleft(), ()):
                if before not in reached:
                    reached.add(before)
                    waiting.append(before)
        for lost in set(self.onward) - reached:
            self.broke(f"no way leads on from {lost[0]}")

    # --- the latch ----------------------------------------------------------------------------------------------------

    def latch_holds(self) -> None:
        """Once an emergency, whatever comes next in that session: taps, words, commands, edits, silence, old buttons.

        One event after each emergency met, two after the first of them (the state that follows an event is the same).
        """
        for number, session in enumerate(self.latched.values()):
            for event in self.anything(session):
                turn = self.turn(session, event)
                if turn is not None and number < TWICE and turn.session.id == session.id:
                    for second in self.anything(turn.session):
                        self.turn(turn.session, second)

    def anything(self, session: Session) -> Iterator[Event]:
        """All that can come in."""
        for screen in screens.screens(self.flow):
            choices = screens.choices(self.flow, screen)
            yield from (
                Tapped(session.id, session.turn, screen, c) for c in (choices if screen == session.at else choices[-2:])
            )
        yield from (Typed(text) for text in TEXTS)
        yield from (Commanded(name) for name in COMMANDS)
        yield from (Edited(text, 1) for text in TEXTS[:4])
        yield from (Received("photo"), Elapsed("help"), Elapsed("same_day"), Elapsed("reminder"), Started())


def explore(flow: Flow, most: int = 20_000, ticks: int = 2, now: datetime = NOON) -> Explored:
    """Explore `step` on a flow. `most`: different sessions at most; `ticks`: ticks of a list that are followed at once."""
    return _Walk(flow, most, ticks, now).run()
