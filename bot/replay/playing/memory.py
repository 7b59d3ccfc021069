"""The driver in memory: `step` and `render`, nothing else; optionally the session is saved and read again before every turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot.core.conversation import screens as sc
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import (
    Commanded,
    Compute,
    Edited,
    Effect,
    Elapsed,
    Erase,
    Event,
    Export,
    Received,
    Schedule,
    Started,
    Turn,
    Typed,
)
from bot.core.conversation.session import Session
from bot.core.conversation.silence import by_day
from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places, words_for
from bot.core.rendering.message import Block, Message
from bot.core.rendering.render import render
from bot.service.versions import begun_anew
from bot.service.what_changes import explain_changes

from .acts import Act, Key, Open, Order, Press, Replace, Restart, Rewrite, Send, Shown, Wait, Write


class MemoryTurn(NamedTuple):
    """One event handled in memory: what coverage and the laws look at."""

    flow: Flow
    before: Session
    event: Event
    turn: Turn
    places: Places
    now: datetime


def drawn(flow: Flow, session: Session, effect: Effect, places: Places, now: datetime) -> tuple[Message, ...]:
    """The messages of any effect, also of those that are made outside the core."""
    if isinstance(effect, Compute):
        return (Message(explain_changes(flow, session, places, now)),)
    if isinstance(effect, Export | Erase):
        key = "mydata_caption" if isinstance(effect, Export) else "forgotten"
        return (Message((Block("text", words_for(flow, session.lang, places.at(session.country)).system(key)),)),)
    return render(flow, session, effect, places, now)


class _Due(NamedTuple):
    at: datetime
    kind: str
    session: Session


class NotTheSame(AssertionError):
    """A session that was saved and read again is not what it was."""


class MemoryDriver:
    """A chat in memory. `reload`: save and read the session before every turn; `turns`: everything that happened."""

    def __init__(
        self, flow: Flow, lang: str, now: datetime, places: Places, reload: bool = False, phone: str = ""
    ) -> None:
        self.flow, self.lang, self.now, self.places, self.reload = flow, lang, now, places, reload
        self.phone = phone
        self.s = start(flow, "0" * 11 + "1", lang, now, phone)
        self.versions = {flow.version: flow}
        self.turns: list[MemoryTurn] = []
        self._due: tuple[_Due, ...] = ()
        self._messages = 0
        self._of_turn: dict[tuple[str, int], int] = {}

    async def session(self) -> Session | None:
        """See `Driver`."""
        return self.s

    async def close(self) -> None:
        """See `Driver`."""

    async def do(self, act: Act) -> tuple[Shown, ...]:
        """See `Driver`."""
        return _ACTS[type(act)](self, act)

    # --- acts ---------------------------------------------------------------------------------------------------------

    def _open(self, act: Open) -> tuple[Shown, ...]:
        return self._handle(Started())

    def _press(self, act: Press) -> tuple[Shown, ...]:
        for flow in self.versions.values():
            tapped = sc.decode(flow, act.data)
            if tapped is not None and (tapped.session != self.s.id or flow.version == self.s.version):
                return self._handle(tapped)
        return ()

    def _write(self, act: Write) -> tuple[Shown, ...]:
        return self._handle(Typed(act.text, act.number))

    def _rewrite(self, act: Rewrite) -> tuple[Shown, ...]:
        return self._handle(Edited(act.text, act.number))

    def _order(self, act: Order) -> tuple[Shown, ...]:
        return self._handle(Started() if act.name == "start" else Commanded(act.name, act.argument))

    def _send(self, act: Send) -> tuple[Shown, ...]:
        return self._handle(Received(act.kind))

    def _wait(self, act: Wait) -> tuple[Shown, ...]:
        """Time passes; what is due on the way comes at its own moment."""
        end = self.now + timedelta(seconds=act.seconds)
        shown: list[Shown] = []
        while self._due and (first := min(self._due, key=lambda d: d.at)).at <= end:
            self._due = tuple(d for d in self._due if d != first)
            self.now = max(self.now, first.at)
            shown.extend(self._handle(Elapsed(first.kind), first.session))  # type: ignore[arg-type]
        self.now = end
        return tuple(shown)

    def _restart(self, act: Restart) -> tuple[Shown, ...]:
        """All that survives is what is stored: the session as text, and what is due."""
        self.s = self._reloaded(self.s)
        return ()

    def _replace(self, act: Replace) -> tuple[Shown, ...]:
        """Running sessions keep their version; a new one begins with the new."""
        self.versions[act.flow.version] = act.flow
        self.flow = act.flow
        return ()

    # --- turns --------------------------------------------------------------------------------------------------------

    def _handle(self, event: Event, silent: Session | None = None) -> tuple[Shown, ...]:
        """`silent`: the session whose silence is followed up: after an emergency was left for a new one, that one."""
        current, shown = self.s, list[Shown]()
        before = current if silent is None or silent.id == current.id else silent
        left = before is not current
        before = self._reloaded(before) if self.reload else before
        flow = self.versions[before.version]
        turn = step(flow, before, event, self.now)
        self.turns.append(MemoryTurn(flow, before, event, turn, self.places, self.now))
        parts: tuple[tuple[Flow, Turn], ...] = ((flow, turn),)
        if turn.session.id != before.id and self.flow.version != flow.version:
            parts = begun_anew(turn, flow, self.flow, self.now)
        if silent is None:
            self._due = ()
        for flow, turn in parts:
            self.s = turn.session
            shown.extend(self._said(flow, before, turn))
        if left:
            self.s = current
        return tuple(shown)

    def _said(self, flow: Flow, before: Session, turn: Turn) -> Iterator[Shown]:
        for effect in turn.effects:
            if isinstance(effect, Schedule):
                self._schedule(effect, before)
            elif isinstance(effect, Erase):
                yield self._forgotten()
            else:
                for message in drawn(flow, self.s, effect, self.places, self.now):
                    yield self._show(message, before.id)

    def _reloaded(self, session: Session) -> Session:
        again = Session.from_json(session.to_json())
        if again != session:
            raise NotTheSame(f"saved and read again, the session differs:\n{session}\n{again}")
        return again

    def _schedule(self, effect: Schedule, before: Session) -> None:
        at = by_day(self.now + timedelta(seconds=effect.seconds), effect.urgent)
        session = before if effect.due == "help" and self.s.latch is None else self.s
        self._due = (*(d for d in self._due if d.kind != effect.due), _Due(at, effect.due, session))

    def _show(self, message: Message, drawn_by: str) -> Shown:
        taps = [tuple(Key(b.label, b.data) for b in row if b.style != "copy") for row in message.rows]
        rows = tuple(row for row in taps if row)
        if message.edits and message.turn is not None:
            return Shown(self._of_turn.get((drawn_by, message.turn), self._messages), message.plain(), rows, True)
        self._messages += 1
        if message.turn is not None:
            self._of_turn[self.s.id, message.turn] = self._messages
        return Shown(self._messages, message.plain(), rows)

    def _forgotten(self) -> Shown:
        """Everything is erased: what comes next begins a new chat, in the flow's current version."""
        (message,) = drawn(self.flow, self.s, Erase(), self.places, self.now)
        self.s = start(self.flow, self.s.child_id(), self.lang, self.now, self.phone)
        self._due = ()
        self._messages += 1
        return Shown(self._messages, message.plain())


_ACTS: dict[type, Callable[[MemoryDriver, Any], tuple[Shown, ...]]] = {
    Open: MemoryDriver._open,
    Press: MemoryDriver._press,
    Write: MemoryDriver._write,
    Rewrite: MemoryDriver._rewrite,
    Order: MemoryDriver._order,
    Send: MemoryDriver._send,
    Wait: MemoryDriver._wait,
    Restart: MemoryDriver._restart,
    Replace: MemoryDriver._replace,
}
