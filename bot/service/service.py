"""`handle(batch)`: the I/O around `step`. One load, the pure steps, one transaction; delivery is the channel's.

Laws: nothing is confirmed before it is committed; an update counts once; a step that raises affects its own update only.
What cannot be stored, or raises, halves the batch until its culprit stands alone; an outage, a full disk or memory, or handles
that are used up set nothing aside.

`work` is the same as `handle`, with each call of the database yielded instead of made: an event loop makes those in another
thread and takes the steps itself, so that a slow disk holds up nobody and two threads do not compete for the interpreter.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from bot.core.conversation.events import Elapsed
from bot.core.rendering.answer_words import Places
from bot.store import (
    EMERGENCY,
    ORDINARY,
    AlreadySeen,
    Batch,
    Blocked,
    ChatWrite,
    Committed,
    DeliveryOutcome,
    Due,
    Outgoing,
    Refused,
    Sent,
    SetAside,
    Store,
    Transaction,
    Unstorable,
)

from .chat import Chats
from .counting import counted_in
from .error_place import place_of
from .incoming import Handled, Incoming
from .open_chat import LATER, SHARE, OpenChat
from .payload import Payload
from .replies import Replies, WhatChanges
from .versions import Versions

log = logging.getLogger("symptom_bot.service")

POISON = (
    Unstorable,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""What an update may raise; everything else is a matter of our surroundings, and is tried again."""

Done = tuple[tuple[Handled, ...], Committed]
Work = Generator[Callable[[], Any], Any, Done]


class Service:
    """What every channel calls. `clock`: seconds UTC, given by app.py; `on_handled`: told of each event once committed;
    `read_again`: the channel's way to read what it gave as `Incoming.raw`."""

    def __init__(
        self,
        store: Store,
        flows: Versions,
        places: Places,
        zone: tzinfo,
        clock: Callable[[], float],
        what_changes: WhatChanges,
        new_id: Callable[[], str] = lambda: secrets.token_hex(6),
    ) -> None:
        self.store, self.flows, self.places, self.zone = store, flows, places, zone
        self.clock = clock
        self._replies = Replies(places, zone, what_changes)
        self.read_again: Callable[[str], Incoming] = lambda text: Incoming("", None, unreadable=True)
        self._last_served = ""
        self.on_handled: Callable[[Handled], None] = lambda handled: None
        self._chats = Chats(flows, self._replies, new_id)

    def local(self, seconds: float) -> datetime:
        """Seconds UTC as the patients' local time."""
        return self._replies.local(seconds)

    def outage(self, lang: str) -> Payload:
        """What is said to somebody whose words cannot be kept just now."""
        return self._replies.outage(self.flows.named(None), lang)

    def cut_short(self) -> str:
        """What is said instead of something urgent that can no longer be read, in nobody knows which language."""
        return self._replies.cut_short(self.flows.named(None), "")

    def handle(self, batch: Sequence[Incoming], outcomes: Sequence[DeliveryOutcome] = ()) -> Done:
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

    def work(self, batch: Sequence[Incoming], outcomes: Sequence[DeliveryOutcome] = ()) -> Work:
        """`handle` as a generator: run each call that it yields, one at a time, and send back its result or its error.
        Its calls and `close` must be made by one thread at a time."""
        try:
            handled, committed = yield from self._once(batch, outcomes)
        except POISON as error:
            if not batch:
                raise
            if len(batch) == 1:
                handled, committed = yield from self._aside(batch[0], outcomes, error)
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

    def later(self, most: int = SHARE) -> list[Incoming]:
        """What was put off, of the chat whose turn it is; nothing if nothing waits."""
        self._last_served, rows = self.store.later(self._last_served, most)
        return [self._read_again(row) for row in rows]

    def _read_again(self, row: Due) -> Incoming:
        try:
            return self.read_again(row.session or "")._replace(chat=row.chat, update=None, due=row, raw=None)
        except POISON as error:
            log.error("update set aside", extra={"reason": type(error).__name__, "place": place_of(error)})
            return Incoming(row.chat, None, due=row, unreadable=True)

    def forget_if_quiet(self, chat: str) -> None:
        """After "everything is erased" was delivered: the chat's own row goes too, unless it has begun anew."""
        with self.store.transaction([chat]) as tx:
            if tx.rows[chat].session is None and tx.rows[chat].state != LATER and not tx.waiting([chat]):
                tx.commit(Batch(self.clock(), erase=(chat,)))

    # --- a batch ------------------------------------------------------------------------------------------------------

    def _once(self, batch: Sequence[Incoming], outcomes: Sequence[DeliveryOutcome]) -> Work:
        """The batch as one, without those of its updates that turn out to have counted before."""
        try:
            return (yield from self._together(batch, outcomes))
        except AlreadySeen:
            return (yield from self._together(batch, outcomes, doubt=True))

    def _together(self, batch: Sequence[Incoming], outcomes: Sequence[DeliveryOutcome], doubt: bool = False) -> Work:
        now = self.clock()
        chats = {i.chat for i in batch if i.chat}
        tx, seen, alive = yield partial(self._begin, batch, chats | _chats_of(outcomes), now, doubt)
        try:
            states = {chat: self._chats.open(tx.rows[chat]) for chat in chats}
            for outcome in outcomes:
                if isinstance(outcome, Blocked) and outcome.chat in states:  # it is found out just now
                    states[outcome.chat].gone = True
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
                elif incoming.due is not None:  # handed in twice, as after an outage, it is done by the second time
                    alive.discard(incoming.due)
                if incoming.chat and states[incoming.chat].has_to_wait(incoming):
                    urgent = self._chats.ahead(states[incoming.chat], incoming, now)
                    if urgent is None:
                        states[incoming.chat].put_off_to_later(incoming)
                        handled.append(Handled(incoming, why="later"))
                        continue
                    incoming = urgent
                one = self._one(tx, states, incoming, now, aside)
                if one.messages:
                    messages = tuple([p.within_limits() for p in one.messages])
                    one = one._replace(messages=messages, stored=tuple([p.to_json() for p in messages]))
                    outbox.extend(_outgoing(incoming.chat, now, one.messages, one.stored))
                handled.append(one)
            done = {i.due for i in batch if i.due is not None and i.due.at < 0}
            for name, chat in states.items():
                if chat.later and (chat.erase or any(due.chat == name for due in done)):
                    chat.wait_on(tx, done)
            gone = tuple(Blocked(name) for name, chat in states.items() if chat.gone and not chat.row.blocked)
            committed = yield partial(_finish, tx, self._batch(states, handled, outbox, aside, (*outcomes, *gone), now))
        finally:
            tx.close()
        return tuple(handled), committed

    def _begin(
        self, batch: Sequence[Incoming], chats: set[str], now: float, doubt: bool
    ) -> tuple[Transaction, set[int], set[Due]]:
        """Lock and load: the transaction, which updates counted before, and which due messages still are."""
        tx = self.store.begin(chats)
        try:
            dues = [i.due for i in batch if i.due is not None]
            return tx, self._seen(tx, batch, now, doubt), set(tx.still_due(dues)) if dues else set()
        except BaseException:
            tx.close()
            raise

    def _seen(self, tx: Transaction, batch: Sequence[Incoming], now: float, doubt: bool) -> set[int]:
        """Which updates counted before. One above its chat's last never did, so mostly there is nothing to look up."""
        asked = [
            i.update
            for i in batch
            if i.update is not None and (doubt or not i.chat or i.update <= tx.rows[i.chat].last_update)
        ]
        return set(tx.were_seen(asked, now, _dates(batch))) if asked else set()

    def _one(
        self, tx: Transaction, states: Mapping[str, OpenChat], incoming: Incoming, now: float, aside: list[SetAside]
    ) -> Handled:
        if incoming.chat:
            return self._chats.handle(tx, states[incoming.chat], incoming, now, aside)
        if incoming.update is not None:
            aside.append(SetAside(incoming.update, "Unreadable", now))
        return Handled(incoming, why="poison")

    def _aside(self, incoming: Incoming, outcomes: Sequence[DeliveryOutcome], error: Exception) -> Work:
        """The one event whose turn raises, or that the database cannot hold: set aside without content, the patient told."""
        if incoming.update is None and incoming.due is None:
            raise error
        reason = type(error).__name__
        log.error("update set aside", extra={"reason": reason, "place": place_of(error)})
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
                dates=_dates([incoming]),
                chats=chats,
                outbox=tuple(_outgoing(incoming.chat, now, messages, stored)),
                done_due=() if incoming.due is None else (incoming.due,),
                set_aside=tuple(SetAside(n, reason, now) for n in number),
                outcomes=tuple(outcomes),
            )
            committed = yield partial(_finish, tx, changes)
        finally:
            tx.close()
        return (Handled(incoming, None, messages, "poison", stored=stored),), committed

    def _batch(
        self,
        states: Mapping[str, OpenChat],
        handled: Sequence[Handled],
        outbox: Sequence[Outgoing],
        aside: Sequence[SetAside],
        outcomes: Sequence[DeliveryOutcome],
        now: float,
    ) -> Batch:
        new_ones = [h for h in handled if h.why != "seen"]
        new = [h.incoming for h in new_ones]
        for incoming in new:
            if incoming.update is not None and incoming.chat:
                chat = states[incoming.chat]
                chat.last_update = max(chat.last_update, incoming.update)
        touched = {i.chat for i in new}
        return Batch(
            now=now,
            updates=tuple(i.update for i in new if i.update is not None),
            dates=_dates(new),
            chats=tuple(chat.as_row(now) for name, chat in states.items() if name in touched),
            sessions=tuple(row for chat in states.values() for row in chat.written.values()),
            outbox=tuple(outbox),
            due=tuple(due for chat in states.values() for due in (*chat.due.values(), *chat.put_off)),
            cancel_due=tuple(name for name, chat in states.items() if chat.cancel),
            done_due=tuple(i.due for i in new if i.due is not None),
            set_aside=tuple(aside),
            erase=tuple(name for name, chat in states.items() if chat.erase),
            outcomes=tuple(outcomes),
            counts=counted_in(new_ones),
            feedback=tuple(row for chat in states.values() for row in chat.feedback),
        )


def _outgoing(chat: str, now: float, messages: Sequence[Payload], stored: Sequence[str]) -> Iterator[Outgoing]:
    """A turn's messages for the outbox. All take the priority of the most urgent one, so that they come in the order in
    which they were said; the edits of earlier ones stay ordinary, or they would overtake what they edit."""
    urgent = any(p.urgent for p in messages)
    for payload, text in zip(messages, stored, strict=True):
        if payload.edits:
            yield Outgoing(chat, text, now, ORDINARY)
        else:
            yield Outgoing(chat, text, now, EMERGENCY if urgent else ORDINARY, payload.ref)


def _dates(batch: Sequence[Incoming]) -> dict[int, float]:
    """The dates of those updates that have one."""
    return {i.update: i.sent for i in batch if i.update is not None and i.sent is not None}


def _chats_of(outcomes: Sequence[DeliveryOutcome]) -> set[str]:
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
