"""One batch of turns in the store: its chats as they were loaded, and the commit that writes all of it or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import Connection, select, tuple_

from . import deliveries
from . import schema as t
from .errors import AlreadySeen, in_plain_words
from .keeping import retention
from .rows import (
    REPEATS,
    Batch,
    Blocked,
    ChatRow,
    Committed,
    Delivery,
    Due,
    FeedbackRow,
    Held,
    KeptMessage,
    Outgoing,
    Released,
    SessionRow,
)
from .sealing.loading import (
    OpenedChat,
    chat_values,
    delivery,
    due_values,
    feedback_values,
    outbox_values,
    session_values,
    unchanged,
)
from .sealing.vault import ChatKey, Vault
from .statements import Statements
from .statistics import tally_values

NO_DATES: Mapping[int, float] = {}


class Erasing(Protocol):
    """What else is done where chats are erased: `begins` before it is committed, `ended` after. Chats are named by row."""

    def begins(self, connection: Connection, rows: Sequence[str], now: float) -> None: ...

    def ended(self, rows: Sequence[str]) -> None: ...


class Transaction:
    """Open until `close`; what was not committed by then is undone. `rows`: chat -> ChatRow, as locked; `keys`: chat -> its
    key, if it has one; `erasing`: what else is done when chats are erased."""

    def __init__(
        self,
        connection: Connection,
        statements: Statements,
        vault: Vault,
        rows: Mapping[str, ChatRow],
        keys: Mapping[str, ChatKey],
        owner: str,
        lease: float,
        where: str,
        alone: bool,
        erasing: Erasing,
    ) -> None:
        self.rows = rows
        self._keys = dict(keys)
        self._vault = vault
        self._erasing = erasing
        self._connection = connection
        self._statements = statements
        self._owner = owner
        self._lease = lease
        self._where = where
        self._alone = alone

    def close(self) -> None:
        """Undo what was not committed and let go of the locks; a second call does nothing."""
        self._connection.close()

    def were_seen(
        self, updates: Collection[int], now: float = 0.0, dates: Mapping[int, float] = NO_DATES
    ) -> frozenset[int]:
        """Which of these updates were committed before. An id above its chat's `last_update` never was; nor was one whose
        number was last seen long ago, or with another date than `dates` names."""
        if not updates:
            return frozenset()
        with in_plain_words(self._where):
            found = self._connection.execute(self._statements.were_seen, {"many": list(updates)})
            return frozenset(
                update
                for update, at, dated in found
                if at >= now - REPEATS and (dated is None or dated == dates.get(update, dated))
            )

    def waiting(self, chats: Collection[str]) -> frozenset[str]:
        """Which of these chats have messages waiting."""
        if not chats:
            return frozenset()
        with in_plain_words(self._where):
            asked = {self._vault.row(chat): chat for chat in chats}
            found = self._connection.execute(self._statements.pending_of, {"many": list(asked)})
            return frozenset(asked[row[0]] for row in found)

    def session(self, session: str) -> SessionRow | None:
        """One session by its id, current or not: a tap on an old keyboard names it."""
        with in_plain_words(self._where):
            return retention.session(self._connection, self._vault, session)

    def sessions_of(self, chat: str, newest: int | None = None) -> list[SessionRow]:
        """All sessions of a chat, or so many of the newest, oldest first."""
        with in_plain_words(self._where):
            return retention.sessions_of(self._connection, self._vault, chat, newest)

    def messages_of(self, chat: str, newest: int | None = None) -> list[KeptMessage]:
        """What is kept of the messages to a chat, or of so many of the newest, oldest first."""
        with in_plain_words(self._where):
            return retention.messages_of(self._connection, self._vault, chat, newest)

    def feedback_of(self, chat: str) -> list[FeedbackRow]:
        """What a chat said that felt wrong, oldest first."""
        with in_plain_words(self._where):
            return retention.feedback(self._connection, self._vault, chat)

    def still_due(self, rows: Collection[Due]) -> frozenset[Due]:
        """Which of these due rows still stand: not cancelled, not carried out by another worker."""
        if not rows:
            return frozenset()
        names = {row: self._due_name(row) for row in rows}
        with in_plain_words(self._where):
            found = self._connection.execute(
                select(t.due.c.chat, t.due.c.kind, t.due.c.at).where(
                    tuple_(t.due.c.chat, t.due.c.kind).in_(list(names.values()))
                )
            )
            standing = {(chat, kind, at) for chat, kind, at in found}
        return frozenset(row for row, name in names.items() if (*name, row.at) in standing)

    def later_of(self, chat: str, limit: int) -> list[Due]:
        """What was put off for the next turns of a chat, first things first."""
        with in_plain_words(self._where):
            known = OpenedChat(self._keys.get(chat), chat)
            return deliveries.later_of(self._connection, known, self._vault.row(chat), limit)[0]

    def _due_name(self, due: Due) -> tuple[str, str]:
        row = self._vault.row(due.chat)
        return row, self._vault.kind(row, due.kind)

    def commit(self, batch: Batch) -> Committed:
        """Write the batch and make it durable.

        Raises AlreadySeen (some of `batch.updates` were committed before), Unstorable (a value that the database
        cannot hold) or StoreUnavailable; in each case nothing was written and the locks are gone: open a new
        transaction to try again.
        """
        erased = [self._vault.row(chat) for chat in batch.erase]
        with in_plain_words(self._where):
            try:
                if erased:
                    self._erasing.begins(self._connection, erased, batch.now)
                committed = self._write(batch, erased)
                self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise
        if erased:
            self.close()
            self._erasing.ended(erased)
        return committed

    def _write(self, batch: Batch, erased: Sequence[str]) -> Committed:
        execute, do, vault = self._connection.execute, self._statements, self._vault
        self._see(batch)
        if batch.set_aside:
            rows = [{"update_id": row.update, "reason": row.reason, "at": row.at} for row in batch.set_aside]
            execute(do.put_set_aside, rows)
        if erased:
            retention.erase_chats(self._connection, erased)
            for chat in batch.erase:
                self._keys.pop(chat, None)
        if batch.outcomes:
            deliveries.record(self._connection, do, vault, batch.outcomes, batch.now)
        if batch.sessions:
            do.put_sessions(self._connection, [session_values(self._key(row.chat), row) for row in batch.sessions])
        if batch.cancel_due:
            execute(do.cancel_due, {"many": [vault.row(chat) for chat in batch.cancel_due]})
        if batch.done_due:
            names = [(*self._due_name(due), due.at) for due in batch.done_due]
            execute(do.done_due, [{"b_chat": row, "b_kind": kind, "b_at": at} for row, kind, at in names])
        if batch.due:
            do.put_due(self._connection, [due_values(vault, self._key(row.chat), row) for row in batch.due])
        if batch.feedback:
            execute(t.feedback.insert(), [feedback_values(self._key(row.chat), row) for row in batch.feedback])
        committed = self._write_chats(batch)
        if batch.counts:  # last, since workers wait for each other here
            do.count(self._connection, tally_values(batch.counts, self._owner))
        return committed

    def _key(self, chat: str) -> ChatKey:
        """The chat's key; a new one if it has none that can be used."""
        key = self._keys.get(chat)
        if key is None:
            _locked(self.rows, chat)
            key = self._keys[chat] = self._vault.new_key(self._vault.row(chat))
        return key

    def _see(self, batch: Batch) -> None:
        updates = batch.updates
        if not updates:
            return
        rows = [{"update_id": update, "at": batch.now, "dated": batch.dates.get(update)} for update in updates]
        added = self._statements.see_updates(self._connection, rows).rowcount
        if added != len(rows):
            self._connection.rollback()
            raise AlreadySeen(
                self.were_seen(updates, batch.now, batch.dates) or {u for u in updates if updates.count(u) > 1}
            )

    def _write_chats(self, batch: Batch) -> Committed:
        """Write chats and outbox; lease the chats that have something to send, unless another worker serves them."""
        writes = {write.chat: write for write in batch.chats}
        queued: dict[str, list[Outgoing]] = {}
        for message in batch.outbox:
            queued.setdefault(message.chat, []).append(message)
        rows, settled, lost = self._after(batch)
        values: list[dict[str, Any]] = []
        stored: list[dict[str, Any]] = []
        leases: dict[str, int] = {}
        new: list[Delivery] = []
        behind: set[str] = set()
        spoken_of = {*(s.chat for s in batch.sessions), *(d.chat for d in batch.due), *(f.chat for f in batch.feedback)}
        for chat in sorted({*writes, *queued, *settled, *spoken_of}):
            row = _locked(rows, chat)
            key = self._key(chat)
            write = writes.get(chat) or unchanged(row)
            messages = queued.get(chat, ())
            if not write.blocked and not row.held(batch.now) and messages:
                fence = row.fence
                row = self._leased(row)
                if row.lease_owner == self._owner:
                    leases[chat] = row.fence
                    if row.fence != fence and row.next_seq > 1:
                        behind.add(chat)
            for seq, message in enumerate(messages, row.next_seq):
                stored.append(outbox_values(key, message, seq))
                if chat in leases and chat not in behind:
                    new.append(delivery(message, seq, row.fence))
            values.append(chat_values(key, write, row, row.next_seq + len(messages)))
        if values:
            self._statements.put_chats(self._connection, values)
        if stored:
            self._statements.put_outbox(self._connection, stored)
        if behind:  # a chat leased afresh may have messages waiting from before: they go out too, in order
            chats = {self._vault.row(chat): OpenedChat(self._key(chat), chat) for chat in sorted(behind)}
            found = self._connection.execute(self._statements.pending_of, {"many": list(chats)})
            new.extend(
                deliveries.stored_deliveries(chats, found, {row: leases[chat.chat] for row, chat in chats.items()})[0]
            )
        new.sort(key=lambda one: (one.priority, one.created, one.seq))
        return Committed(tuple(new), leases, lost)

    def _after(self, batch: Batch) -> tuple[dict[str, ChatRow], set[str], frozenset[str]]:
        """The chats as erasures and outcomes leave them, which of them changed, and which leases are lost."""
        rows = dict(self.rows)
        changed: set[str] = set()
        lost: set[str] = set()
        for chat in batch.erase:
            rows[chat] = ChatRow(chat)
        for outcome in batch.outcomes:
            chat = outcome.chat
            if isinstance(outcome, Blocked):
                rows[chat] = replace(_locked(rows, chat), blocked=True, lease_owner=None, lease_left=0.0)
                changed.add(chat)
            elif isinstance(outcome, Held | Released):
                row = _locked(rows, chat)
                if row.lease_owner != self._owner or row.fence != outcome.fence:
                    lost.add(chat)
                    continue
                until = deliveries.hold_of(outcome, batch.now)
                rows[chat] = replace(row, lease_owner=None, lease_left=0.0, hold_until=until)
                changed.add(chat)
        return rows, changed - set(batch.erase), frozenset(lost)

    def _leased(self, row: ChatRow) -> ChatRow:
        """The chat with a lease of this process that lasts from now, or unchanged if another worker serves it."""
        if row.lease_owner == self._owner:
            return row if self._alone else replace(row, lease_left=self._lease)
        if self._alone or not row.leased:
            return replace(row, lease_owner=self._owner, lease_left=self._lease, fence=row.fence + 1)
        return row


def _locked(rows: Mapping[str, ChatRow], chat: str) -> ChatRow:
    try:
        return rows[chat]
    except KeyError:
        raise ValueError("a batch may only touch chats that its transaction was opened for") from None
