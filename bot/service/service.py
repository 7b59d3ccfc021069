"""`handle(batch)`: the I/O around `step`. One load, the pure steps, one transaction; delivery is the channel's.

Laws: nothing is confirmed before it is committed; an update counts once; a step that raises affects its own update only.
A value that the database cannot hold halves the batch until its culprit stands alone; an outage sets nothing aside.

`work` is the same as `handle`, with each call of the database yielded instead of made: an event loop makes those in another
thread and takes the steps itself, so that a slow disk holds up nobody and two threads do not compete for the interpreter.
"""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from bot.core.conversation.engine import start, step
from bot.core.conversation.events import Elapsed, Erase, Event, Schedule, Tapped, Turn, Typed
from bot.core.conversation.screens import decode, session_of
from bot.core.conversation.session import ENDED, Session
from bot.core.conversation.session import SCHEMA as SESSION_SCHEMA
from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places
from bot.store import (
    EMERGENCY,
    ORDINARY,
    AlreadySeen,
    Batch,
    Blocked,
    ChatRow,
    ChatWrite,
    Committed,
    Due,
    Outcome,
    Outgoing,
    Refused,
    Sent,
    SessionRow,
    SetAside,
    Store,
    Transaction,
    Unstorable,
)

from .export import export_text
from .incoming import NO_SCREEN, Handled, Incoming, MakeEvent, Pressed
from .payload import Payload
from .replies import Replies, WhatChanges
from .versions import Flows, begun_anew, moved

__all__ = ["Flows", "Handled", "Incoming", "MakeEvent", "Payload", "Pressed", "Service", "moved"]

log = logging.getLogger("symptom_bot.service")

Done = tuple[tuple[Handled, ...], Committed]
Work = Generator[Callable[[], Any], Any, Done]

HELP_IS_OLD = 6 * 3600.0
"""Seconds after its time when it makes no sense any more to ask whether help was reached."""


@dataclass
class _Chat:
    row: ChatRow
    session: Session | None
    flow: Flow | None
    state: str
    was_moved: bool = False
    erase: bool = False
    gone: bool = False
    written: dict[str, SessionRow] = field(default_factory=dict)
    due: dict[str, Due] = field(default_factory=dict)
    cancel: bool = False
    last_update: int = 0


class Service:
    """What every channel calls. `clock`: seconds UTC, given by app.py; `on_handled`: told of each event once committed."""

    def __init__(
        self,
        store: Store,
        flows: Flows,
        places: Places,
        zone: tzinfo,
        clock: Callable[[], float],
        what_changes: WhatChanges,
        new_id: Callable[[], str] = lambda: secrets.token_hex(6),
    ) -> None:
        self.store, self.flows, self.places, self.zone = store, flows, places, zone
        self.clock, self._new_id = clock, new_id
        self._replies = Replies(places, zone, what_changes)
        self.on_handled: Callable[[Handled], None] = lambda handled: None
        self._sessions = _Sessions()

    def local(self, seconds: float) -> datetime:
        """Seconds UTC as the patients' local time."""
        return self._replies.local(seconds)

    def handle(self, batch: Sequence[Incoming], outcomes: Sequence[Outcome] = ()) -> Done:
        """Handle a batch: load, step, commit. Returns what became of each event and what may be delivered.

        `outcomes`: how earlier deliveries went, recorded in the same transaction.
        Raises StoreUnavailable; then nothing was changed and the same batch may be handed in again.
        """
        work = self.work(batch, outcomes)
        try:
            call = next(work)
            while True:
                try:
                    found = call()
                except Exception as error:
                    call = work.throw(error)
                else:
                    call = work.send(found)
        except StopIteration as done:
            value: Done = done.value
            return value

    def work(self, batch: Sequence[Incoming], outcomes: Sequence[Outcome] = ()) -> Work:
        """`handle` as a generator: run each call that it yields, one at a time, and send back its result or its error.
        Its calls and `close` must be made by one thread at a time."""
        try:
            handled, committed = yield from self._once(batch, outcomes)
        except Unstorable:
            if len(batch) == 1:
                handled, committed = yield from self._aside(batch[0], outcomes)
            else:
                middle = len(batch) // 2
                first = yield from self.work(batch[:middle], outcomes)
                second = yield from self.work(batch[middle:])
                return (*first[0], *second[0]), _joined(first[1], second[1])
        for one in handled:
            self.on_handled(one)
        return handled, committed

    def due(self, limit: int = 100) -> list[Incoming]:
        """What silence has made due by now, ready to be handled."""
        rows = self.store.due(self.clock(), limit)
        return [Incoming(row.chat, Elapsed(row.kind), due=row) for row in rows]  # type: ignore[arg-type]

    def forget_if_quiet(self, chat: str) -> None:
        """After "everything is erased" was delivered: the chat's own row goes too, unless it has begun anew."""
        with self.store.transaction([chat]) as tx:
            if tx.rows[chat].session is None and not tx.waiting([chat]):
                tx.commit(Batch(self.clock(), erase=(chat,)))

    # --- a batch ------------------------------------------------------------------------------------------------------

    def _once(self, batch: Sequence[Incoming], outcomes: Sequence[Outcome]) -> Work:
        """The batch as one, without those of its updates that turn out to have counted before."""
        try:
            return (yield from self._together(batch, outcomes))
        except AlreadySeen:
            return (yield from self._together(batch, outcomes, doubt=True))

    def _together(self, batch: Sequence[Incoming], outcomes: Sequence[Outcome], doubt: bool = False) -> Work:
        now = self.clock()
        chats = {i.chat for i in batch if i.chat}
        tx, seen, alive = yield partial(self._begin, batch, chats | _chats_of(outcomes), doubt)
        try:
            states = {chat: self._open(tx.rows[chat]) for chat in chats}
            handled: list[Handled] = []
            aside: list[SetAside] = []
            outbox: list[Outgoing] = []
            for incoming in batch:
                number = incoming.update
                if (number in seen) if number is not None else (incoming.due is not None and incoming.due not in alive):
                    handled.append(Handled(incoming, why="seen"))
                    continue
                if number is not None:
                    seen.add(number)
                one = self._one(tx, states, incoming, now, aside)
                if one.messages:
                    one = one._replace(stored=tuple([p.to_json() for p in one.messages]))
                    outbox.extend(_outgoing(incoming.chat, now, one.messages, one.stored))
                handled.append(one)
            gone = tuple(Blocked(name) for name, chat in states.items() if chat.gone)
            committed = yield partial(_finish, tx, self._batch(states, handled, outbox, aside, (*outcomes, *gone), now))
        finally:
            tx.close()
        return tuple(handled), committed

    def _begin(
        self, batch: Sequence[Incoming], chats: set[str], doubt: bool
    ) -> tuple[Transaction, set[int], frozenset[Due]]:
        """Lock and load: the transaction, which updates counted before, and which due messages still are."""
        tx = self.store.begin(chats)
        try:
            dues = [i.due for i in batch if i.due is not None]
            return tx, self._seen(tx, batch, doubt), tx.still_due(dues) if dues else frozenset()
        except BaseException:
            tx.close()
            raise

    def _seen(self, tx: Transaction, batch: Sequence[Incoming], doubt: bool) -> set[int]:
        """Which updates counted before. One above its chat's last never did, so mostly there is nothing to look up."""
        asked = [
            i.update
            for i in batch
            if i.update is not None and (doubt or not i.chat or i.update <= tx.rows[i.chat].last_update)
        ]
        return set(tx.were_seen(asked)) if asked else set()

    def _aside(self, incoming: Incoming, outcomes: Sequence[Outcome]) -> Work:
        """The one event whose turn the database cannot hold: set aside without content, the patient told."""
        if incoming.update is None and incoming.due is None:
            raise Unstorable("The database cannot hold this turn.")
        log.error("update set aside", extra={"reason": "Unstorable"})
        now = self.clock()
        tx = yield partial(self.store.begin, {incoming.chat} - {""} | _chats_of(outcomes))
        try:
            number = () if incoming.update is None else (incoming.update,)
            chats: tuple[ChatWrite, ...] = ()
            messages: tuple[Payload, ...] = ()
            if incoming.chat:
                row = tx.rows[incoming.chat]
                session = None if row.session is None else row.session.id
                chats = (ChatWrite(row.chat, session, max((row.last_update, *number)), row.lang, row.state, now),)
                messages = self._replies.sorry(self.flows.named(None), row.lang)
            stored = tuple(p.to_json() for p in messages)
            changes = Batch(
                now,
                updates=number,
                chats=chats,
                outbox=tuple(_outgoing(incoming.chat, now, messages, stored)),
                done_due=() if incoming.due is None else (incoming.due,),
                set_aside=tuple(SetAside(n, "Unstorable", now) for n in number),
                outcomes=tuple(outcomes),
            )
            committed = yield partial(_finish, tx, changes)
        finally:
            tx.close()
        return (Handled(incoming, None, messages, "poison", stored=stored),), committed

    # --- one event ----------------------------------------------------------------------------------------------------

    def _open(self, row: ChatRow) -> _Chat:
        chat = _Chat(row, None, None, row.state, last_update=row.last_update)
        if row.session is None:
            return chat
        try:
            kept = self._sessions.read(row.session)
            running = self.flows.running(kept)
        except Exception as error:
            log.error("session cannot be read, a new one begins", extra={"reason": type(error).__name__})
            return chat
        if running is not None:
            chat.session, chat.flow = running
            chat.was_moved = chat.session is not kept
        return chat

    def _one(
        self, tx: Transaction, states: Mapping[str, _Chat], incoming: Incoming, now: float, aside: list[SetAside]
    ) -> Handled:
        if not incoming.chat:
            if incoming.update is not None:
                aside.append(SetAside(incoming.update, "Unreadable", now))
            return Handled(incoming, why="poison")
        chat = states[incoming.chat]
        if incoming.notice:
            return self._refuse(chat, incoming)
        if incoming.gone:
            chat.gone, chat.state = True, ""
            return Handled(incoming, why="nothing")
        if incoming.event is None and not incoming.unreadable:
            return Handled(incoming, why="nothing")
        chat.gone = False
        if incoming.due is not None:
            return self._follow_up(tx, chat, incoming, incoming.due, now)
        local = self.local(now)
        try:
            if incoming.unreadable:
                raise ValueError
            elsewhere = self._elsewhere(chat, incoming)
            if chat.session is None or chat.flow is None or (elsewhere is not None and _is_free(chat.session)):
                flow = self.flows.named(incoming.flow)
                if flow.version in self.flows.withdrawn:
                    return self._pause(incoming, flow, incoming.lang)
                lang = incoming.lang if incoming.lang in flow.texts else next(iter(flow.texts))
                chat.flow, chat.session = flow, start(flow, self._new_id(), lang, local)
            elif chat.flow.version in self.flows.withdrawn:
                return self._pause(incoming, chat.flow, chat.session.lang)
            flow, before = chat.flow, chat.session
            event = self._event(tx, chat, incoming, local)
            if event is None:
                return Handled(incoming, why="nothing")
            turn = step(flow, before, event, local)
            export = partial(self._export, tx, chat, now)
            if turn.session.id == before.id:
                messages = self._replies.messages(flow, incoming, turn, now, export)
            else:
                flow, turn, messages = self._begin_anew(incoming, flow, turn, elsewhere, now, export)
            ack = self._replies.acknowledgement(flow, turn)
        except Exception as error:
            return self._set_aside(chat, incoming, error, now, aside)
        chat.flow = flow
        self._keep(chat, before, turn, now)
        return Handled(incoming, turn, messages, "", ack, flow)

    def _begin_anew(
        self,
        incoming: Incoming,
        flow: Flow,
        turn: Turn,
        elsewhere: Flow | None,
        now: float,
        export: Callable[[Turn], str],
    ) -> tuple[Flow, Turn, tuple[Payload, ...]]:
        """A turn in which a new session began: with the newest version of its flow, or in the flow that a link named
        (SEMANTICS 13: only a running session keeps its version). A sign that waits is asked where it was read."""
        new = elsewhere if elsewhere is not None and not turn.session.signs else self.flows.newest(flow)
        same = (new.name, new.version) == (flow.name, flow.version)
        parts = ((flow, turn),) if same else begun_anew(turn, flow, new, self.local(now))
        said = [m for words, part in parts for m in self._replies.messages(words, incoming, part, now, export)]
        flow, last = parts[-1]
        effects = tuple(effect for _, part in parts for effect in part.effects)
        return flow, replace(last, effects=effects), tuple(said)

    def _follow_up(self, tx: Transaction, chat: _Chat, incoming: Incoming, due: Due, now: float) -> Handled:
        """What a silence has made due; unless the patient spoke meanwhile, it has become night, or it is far too late."""
        nothing = Handled(incoming, why="nothing")
        if (
            chat.cancel
            or not isinstance(incoming.event, Elapsed)
            or (due.kind == "help" and now - due.at > HELP_IS_OLD)
        ):
            return nothing
        at = self._replies.by_day(now, due.urgent)
        if at > now:
            chat.due[due.kind] = replace(due, at=at)
            return nothing
        try:
            found = self._silent(tx, chat, due)
            if found is None:
                return nothing
            session, flow = found
            if flow.version in self.flows.withdrawn:
                return self._pause(incoming, flow, session.lang) if due.urgent else nothing
            turn = step(flow, session, incoming.event, self.local(now))
            messages = self._replies.messages(flow, incoming, turn, now, partial(self._export, tx, chat, now))
        except Exception as error:
            return self._set_aside(chat, incoming, error, now, [])
        if chat.session is session:
            self._keep(chat, session, turn, now, by_patient=False)
        else:
            chat.written[session.id] = self._row(chat.row.chat, turn, now)
        return Handled(incoming, turn, messages, "", "", flow)

    def _silent(self, tx: Transaction, chat: _Chat, due: Due) -> tuple[Session, Flow] | None:
        """The session that fell silent: the chat's own, or, after an emergency was left for a new one, that one."""
        if chat.session is not None and chat.flow is not None and due.session in (None, chat.session.id):
            return chat.session, chat.flow
        row = tx.session(due.session) if due.session is not None else None
        return None if row is None or row.chat != chat.row.chat else self.flows.running(self._sessions.read(row))

    def _set_aside(
        self, chat: _Chat, incoming: Incoming, error: Exception, now: float, aside: list[SetAside]
    ) -> Handled:
        log.error("update set aside", extra={"reason": type(error).__name__, "place": _place(error)})
        if incoming.update is not None:
            aside.append(SetAside(incoming.update, type(error).__name__, now))
        lang = chat.session.lang if chat.session is not None else incoming.lang
        sorry = self._replies.sorry(chat.flow or self.flows.named(None), lang)
        return Handled(incoming, None, sorry, "poison", flow=chat.flow)

    def _pause(self, incoming: Incoming, flow: Flow, lang: str) -> Handled:
        """There is no version that may be used: the patient is told so, with the emergencies; the chat stays as it is."""
        return Handled(incoming, None, self._replies.paused(flow, lang), "nothing", flow=flow)

    def _keep(self, chat: _Chat, before: Session, turn: Turn, now: float, by_patient: bool = True) -> None:
        """Take the turn's session and its due messages into what will be written."""
        name = chat.row.chat
        chat.session = turn.session
        chat.state, chat.was_moved = "", False
        chat.written[turn.session.id] = self._row(name, turn, now)
        if by_patient:
            chat.cancel = True
            chat.due.clear()
        for effect in turn.effects:
            if isinstance(effect, Schedule):
                chat.due[effect.due] = self._due(name, before, turn, effect, now)
            elif isinstance(effect, Erase):
                chat.erase = True
                for session in (*chat.written, turn.session.id):
                    self._sessions.drop(session)
                chat.written.clear()
                chat.due.clear()
                chat.session = None

    def _due(self, chat: str, before: Session, turn: Turn, effect: Schedule, now: float) -> Due:
        """When silence is followed up, and in which session: whether help came is asked in the one of the emergency."""
        session = before if effect.due == "help" and turn.session.latch is None else turn.session
        at = self._replies.by_day(now + effect.seconds, effect.urgent)
        return Due(chat, effect.due, at, session.id, effect.urgent)

    def _export(self, tx: Transaction, chat: _Chat, now: float, turn: Turn) -> str:
        """All that is kept of the person once this turn is."""
        name = chat.row.chat
        rows = {row.id: row for row in tx.sessions_of(name)} | chat.written
        rows[turn.session.id] = self._row(name, turn, now)
        due = [self._due(name, turn.session, turn, e, now) for e in turn.effects if isinstance(e, Schedule)]
        sessions = sorted(rows.values(), key=lambda row: (row.started, row.id))
        about = ChatWrite(name, turn.session.id, chat.last_update, turn.session.lang, "", now)
        return export_text(about, sessions, due, tx.messages_of(name), self.flows.version, self.places, self.local)

    def _event(self, tx: Transaction, chat: _Chat, incoming: Incoming, local: datetime) -> Event | None:
        assert chat.session is not None
        assert chat.flow is not None
        event = incoming.event
        if isinstance(event, Pressed):
            tapped = self._tap(tx, chat, event.data)
            return replace(tapped, session="") if chat.was_moved and tapped.session == chat.session.id else tapped
        if callable(event):
            event = event(chat.session, chat.flow)
        if isinstance(event, Typed) and incoming.update is not None and incoming.update < chat.last_update:
            # Older than what was handled already: it cannot answer what is asked now, but it may carry a red flag.
            reading = chat.flow.reader(event.text, local, chat.session.lang, None)
            if not reading.signs and not reading.crisis:
                return NO_SCREEN
        return event

    def _tap(self, tx: Transaction, chat: _Chat, data: str) -> Tapped:
        """The tap behind a button's data, read with the flow version of the session that drew it."""
        assert chat.session is not None
        assert chat.flow is not None
        drawn_by = session_of(data)
        flow = chat.flow
        if drawn_by != chat.session.id:
            row = tx.session(drawn_by) if drawn_by else None
            if row is not None and row.chat == chat.row.chat:
                flow = self.flows.version(row.version) or flow
        return decode(flow, data) or NO_SCREEN

    def _elsewhere(self, chat: _Chat, incoming: Incoming) -> Flow | None:
        """The flow that the patient asks for by a link, if it is another one than theirs and may be begun."""
        if incoming.flow is None or chat.session is None or incoming.flow == chat.session.flow:
            return None
        flow = self.flows.current.get(incoming.flow)
        return None if flow is None or flow.version in self.flows.withdrawn else flow

    def _refuse(self, chat: _Chat, incoming: Incoming) -> Handled:
        """Say the notice once and leave; nothing else is ever said there."""
        if chat.state == "refused":
            return Handled(incoming, why="nothing")
        chat.state = "refused"
        refusal = self._replies.refusal(self.flows.named(None), incoming.lang, incoming.notice)
        return Handled(incoming, None, refusal, "nothing")

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _row(self, chat: str, turn: Turn, now: float) -> SessionRow:
        s = turn.session
        ended = s.at in ENDED
        level = turn.trace.level.value if turn.trace.level is not None else None
        return SessionRow(
            s.id, chat, s.flow, s.version, self._sessions.write(s), s.started.timestamp(), now, SESSION_SCHEMA,
            "finished" if ended else "running", level, now if ended else None,
        )  # fmt: skip

    def _batch(
        self,
        states: Mapping[str, _Chat],
        handled: Sequence[Handled],
        outbox: Sequence[Outgoing],
        aside: Sequence[SetAside],
        outcomes: Sequence[Outcome],
        now: float,
    ) -> Batch:
        new = [h.incoming for h in handled if h.why != "seen"]
        for incoming in new:
            if incoming.update is not None and incoming.chat:
                chat = states[incoming.chat]
                chat.last_update = max(chat.last_update, incoming.update)
        touched = {i.chat for i in new}
        return Batch(
            now=now,
            updates=tuple(i.update for i in new if i.update is not None),
            chats=tuple(
                ChatWrite(
                    name,
                    chat.session.id if chat.session is not None else None,
                    chat.last_update,
                    chat.session.lang if chat.session is not None else chat.row.lang,
                    chat.state,
                    now,
                    chat.gone,
                )
                for name, chat in states.items()
                if name in touched
            ),
            sessions=tuple(row for chat in states.values() for row in chat.written.values()),
            outbox=tuple(outbox),
            due=tuple(due for chat in states.values() for due in chat.due.values()),
            cancel_due=tuple(name for name, chat in states.items() if chat.cancel),
            done_due=tuple(i.due for i in new if i.due is not None),
            set_aside=tuple(aside),
            erase=tuple(name for name, chat in states.items() if chat.erase),
            outcomes=tuple(outcomes),
        )


class _Sessions:
    """Running sessions as they were last written, with the hash of their text (64 bits, the text itself would be half of
    the memory), so that a chat that goes on need not be read from its text again."""

    def __init__(self, most: int = 4096) -> None:
        self._known: OrderedDict[str, tuple[int, Session]] = OrderedDict()
        self._most = most

    def read(self, row: SessionRow) -> Session:
        known = self._known.get(row.id)
        return known[1] if known is not None and known[0] == hash(row.json) else Session.from_json(row.json)

    def write(self, session: Session) -> str:
        text = session.to_json()
        if session.at in ENDED:  # a few taps more at most: not worth its memory
            self.drop(session.id)
            return text
        self._known[session.id] = (hash(text), session)
        self._known.move_to_end(session.id)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return text

    def drop(self, session: str) -> None:
        self._known.pop(session, None)


def _outgoing(chat: str, now: float, messages: Sequence[Payload], stored: Sequence[str]) -> Iterator[Outgoing]:
    """A turn's messages for the outbox. All take the priority of the most urgent one, so that they come in the order in
    which they were said; the edits of earlier ones stay ordinary, or they would overtake what they edit."""
    urgent = any(p.urgent for p in messages)
    for payload, text in zip(messages, stored, strict=True):
        if payload.edits:
            yield Outgoing(chat, text, now, ORDINARY)
        else:
            yield Outgoing(chat, text, now, EMERGENCY if urgent else ORDINARY, payload.ref)


def _is_free(session: Session) -> bool:
    """Whether the session may be left without a word: no emergency stands, and no sign waits for its yes or no."""
    return session.latch is None and not session.signs


def _chats_of(outcomes: Sequence[Outcome]) -> set[str]:
    """The chats whose rows these outcomes change."""
    return {o.chat for o in outcomes if not isinstance(o, Sent | Refused)}


def _finish(tx: Transaction, changes: Batch) -> Committed:
    try:
        return tx.commit(changes)
    finally:
        tx.close()


def _joined(first: Committed, second: Committed) -> Committed:
    return Committed(
        (*first.deliveries, *second.deliveries), {**first.leases, **second.leases}, first.lost | second.lost
    )


def _place(error: BaseException) -> str:
    """Where an error was raised, e.g. "engine.py:120": no words of it, for they may quote a patient."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
