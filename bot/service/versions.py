"""The flows that new chats begin with, the versions that running ones began with, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.conversation.engine import step
from bot.core.conversation.events import Ask, Effect, Say, Schedule, Started, Turn
from bot.core.conversation.screens import OTHER_COUNTRY
from bot.core.conversation.session import EMERGENCY, START, STOPPED, Session
from bot.core.flow.compiled import Flow


class Versions:
    """`current`: name -> flow; `stored`: a version from the database; `withdrawn`: versions that are unsafe; `unproved`: those
    that nobody may be asked anything by, since they are not proved; `behind`: name -> why not what is in its folder is served."""

    def __init__(self, current: Mapping[str, Flow], default: str, stored: Callable[[str], Flow | None]) -> None:
        self.current = dict(current)
        self.default = default
        self._stored = stored
        self._versions: dict[str, Flow] = {f.version: f for f in current.values()}
        self.withdrawn: frozenset[str] = frozenset()
        self.unproved: frozenset[str] = frozenset()
        self.behind: dict[str, str] = {}

    def named(self, name: str | None) -> Flow:
        """The current flow of a name; the default one for an unknown name."""
        return self.current.get(name or self.default) or self.current[self.default]

    def version(self, version: str) -> Flow | None:
        """A version by its content hash, from memory or the database; None if it is gone."""
        found = self._versions.get(version)
        if found is None:
            found = self._stored(version)
            if found is not None:
                self._versions[version] = found
        return found

    def replace(self, current: Mapping[str, Flow]) -> None:
        """Take edited flows into use; running chats keep theirs."""
        self.current.update(current)
        self._versions.update({f.version: f for f in current.values()})
        for name in current:
            self.behind.pop(name, None)
        self.unproved -= {flow.version for flow in current.values()}

    def unusable(self, version: str) -> bool:
        """Whether nobody may be asked anything by this version."""
        return version in self.withdrawn or version in self.unproved

    def running(self, session: Session) -> tuple[Session, Flow] | None:
        """The session with its flow: of its own version, or moved if that is gone or withdrawn. None: no such flow."""
        flow = self.version(session.version)
        current = self.current.get(session.flow)
        if current is not None and current is not flow and (flow is None or self.unusable(session.version)):
            return moved(session, flow, current), current
        return None if flow is None else (session, flow)

    def newest(self, flow: Flow) -> Flow:
        """The version of this flow that a new session begins with: the current one, unless it is gone or withdrawn."""
        current = self.current.get(flow.name, flow)
        return flow if self.unusable(current.version) else current


def behind(serves: Flow, why: str) -> str:
    """For whoever runs the bot: not what is in the flow's folder is served, but this version."""
    return (
        f"flow {serves.name}: what is in its folder is not served ({why}), but its last good version {serves.version}; "
        f"symptom-bot check {serves.name} says more"
    )


def begun_anew(turn: Turn, old: Flow, new: Flow, now: datetime) -> tuple[tuple[Flow, Turn], ...]:
    """A turn of `old` in which a new session began, as that session begins in `new`: another version, or another flow.

    The parts of the turn, each with the flow whose words it is said in; the last one has the session. What was said
    about the old session stays as it is; an emergency that is one already stays where it was found.
    """
    if turn.session.latch is not None:
        return ((old, turn),)
    said: list[Effect] = []
    for effect in turn.effects:
        if isinstance(effect, Ask):
            said.extend(Say(key, params, effect.urgent) for key, params in effect.notes)
        elif not isinstance(effect, Schedule) or effect.urgent:
            said.append(effect)
    first = turn.session.first
    session = moved(turn.session, old if old.name == new.name else None, new)
    begun = step(new, session.but(first=first if first in new.questions else None), Started(), now)
    path = (*turn.trace.path, *begun.trace.path)
    return (
        (old, replace(turn, effects=tuple(said))),
        (new, replace(begun, trace=replace(begun.trace, path=path))),
    )


def moved(session: Session, old: Flow | None, new: Flow) -> Session:
    """The session on another version of its flow: unchanged questions keep their answers, others are asked, the latch stays.

    A question whose words changed is another question. Advice of the old version no longer stands: the chat goes on.
    """
    kept: dict[str, Any] = {q: a for q, a in session.answers.items() if _unchanged(q, session.lang, old, new)}
    heard = {q: h for q, h in session.heard.items() if _unchanged(q, session.lang, old, new)}
    return session.but(
        flow=new.name, version=new.version, lang=session.lang if session.lang in new.texts else next(iter(new.texts)),
        country=country_in(new, session), placing=False,
        answers=kept, heard=heard, at=session.at if session.at in (EMERGENCY, STOPPED) else START,
        ticks=(), opened="", queue=(),
        found=None, proposal=None, proposed_choice="", checked=False, enough=False, exit_offered=False,
        first=None, doubt=False, misread=0, unplaced=False, asked=(), unsafe=new.unsafe, notes=(), since=None, shown=None, anew=(),
        trail=tuple(t for t in session.trail if t.question in kept),
        signs=tuple(x for x in session.signs if x.option in new.option_home),
    )  # fmt: skip


def country_in(flow: Flow, session: Session) -> str:
    """The country of a session as it is kept in another flow, or another version: "" if that does not know its numbers."""
    return session.country if session.country == OTHER_COUNTRY or session.country in flow.countries else ""


def _unchanged(question: str, lang: str, old: Flow | None, new: Flow) -> bool:
    if old is None or question not in new.questions or new.questions[question] != old.questions.get(question):
        return False
    return new.text(lang).questions.get(question) == old.text(lang).questions.get(question)
