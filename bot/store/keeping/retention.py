"""What is kept for how long, and how it goes: sessions by age, chats by wish, the bookkeeping by a daily sweep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, exists, or_, select, tuple_, update

import bot.store.schema as t
from bot.store.rows import FeedbackRow, KeptMessage, SessionRow, SetAside
from bot.store.sealing.loading import feedback_row, kept_message, opened, session_row
from bot.store.sealing.rekeying import give_new_keys
from bot.store.sealing.vault import Vault
from bot.store.statements import KEY_COLUMNS, SESSION_COLUMNS


def session(connection: Connection, vault: Vault, session_id: str) -> SessionRow | None:
    """See `Store.session`."""
    found = connection.execute(
        select(*KEY_COLUMNS, *SESSION_COLUMNS)
        .join(t.sessions, t.sessions.c.chat == t.chats.c.chat)
        .where(t.sessions.c.id == session_id)
    ).first()
    if found is None:
        return None
    chat = opened(vault, *found[:4])
    return session_row(chat.key, chat.chat, found[4:]) if chat.key is not None else None


def sessions_of(connection: Connection, vault: Vault, chat: str, newest: int | None = None) -> list[SessionRow]:
    """See `Store.sessions_of`."""
    rows = connection.execute(
        select(*KEY_COLUMNS, *SESSION_COLUMNS)
        .join(t.sessions, t.sessions.c.chat == t.chats.c.chat)
        .where(t.sessions.c.chat == vault.row(chat))
        .order_by(t.sessions.c.started.desc(), t.sessions.c.id.desc())
        .limit(newest)
    ).all()[::-1]
    key = opened(vault, *rows[0][:4]).key if rows else None
    return [] if key is None else [session_row(key, chat, row[4:]) for row in rows]


def messages_of(connection: Connection, vault: Vault, chat: str, newest: int | None = None) -> list[KeptMessage]:
    """See `Transaction.messages_of`."""
    columns = t.outbox.c
    rows = connection.execute(
        select(*KEY_COLUMNS, columns.seq, columns.created, columns.sent, columns.message_id, columns.payload)
        .join(t.outbox, columns.chat == t.chats.c.chat)
        .where(columns.chat == vault.row(chat))
        .order_by(columns.seq.desc())
        .limit(newest)
    ).all()[::-1]
    key = opened(vault, *rows[0][:4]).key if rows else None
    return [] if key is None else [kept_message(key, *row[4:]) for row in rows]


def feedback(connection: Connection, vault: Vault, chat: str | None = None) -> list[FeedbackRow]:
    """See `Store.feedback`; of one chat, see `Transaction.feedback_of`."""
    columns = t.feedback.c
    asked = select(*KEY_COLUMNS, columns.id, columns.at, columns.sealed).join(
        t.feedback, columns.chat == t.chats.c.chat
    )
    if chat is not None:
        asked = asked.where(columns.chat == vault.row(chat))
    rows = connection.execute(asked.order_by(columns.at, columns.id)).all()
    found = (feedback_row(opened(vault, *row[:4]), *row[4:]) for row in rows)
    return [row for row in found if row is not None]


def erase_chats(connection: Connection, rows: Collection[str]) -> int:
    """Remove every row about these chats (named by their rows), their keys first of all. The ids of handled updates stay:
    they name nobody, and without them a redelivered update would count again. Returns the number of chats that were known."""
    known = connection.execute(select(t.chats.c.chat).where(t.chats.c.chat.in_(rows))).all()
    for table in (t.chats, t.sessions, t.outbox, t.due, t.feedback):
        connection.execute(delete(table).where(table.c.chat.in_(rows)))
    return len(known)


def erase_old(connection: Connection, vault: Vault, before: float, chunk: int) -> tuple[list[str], list[str]]:
    """Remove up to `chunk` sessions that were finished, or left and last touched, before a time, and chats that have
    no session left. A chat that goes on gets another key, so that its old one opens no copy of what went. Returns the
    sessions that went, and the rows of the chats."""
    columns = t.sessions.c
    connection.execute(delete(t.feedback).where(t.feedback.c.at < before))
    old = connection.execute(
        select(columns.id, columns.chat)
        .where(
            or_(
                columns.finished < before,
                and_(columns.started < before, columns.finished.is_(None), columns.seen < before),
            )
        )
        .limit(chunk)
    ).all()
    if not old:
        return [], []
    gone = [row[0] for row in old]
    chats = sorted({row[1] for row in old})
    connection.execute(delete(t.sessions).where(columns.id.in_(gone)))
    connection.execute(
        update(t.chats).where(t.chats.c.chat.in_(chats), t.chats.c.session.in_(gone)).values(session=None)
    )
    kept = set(connection.execute(select(columns.chat).where(columns.chat.in_(chats)).distinct()).scalars())
    erased = [chat for chat in chats if chat not in kept]
    erase_chats(connection, erased)
    give_new_keys(connection, vault, sorted(kept), without=frozenset(gone))
    return gone, erased


def set_aside(connection: Connection) -> list[SetAside]:
    """See `Store.set_aside`."""
    return [SetAside(*row) for row in connection.execute(select(t.set_aside).order_by(t.set_aside.c.update_id))]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows of `table` that nobody needs after a time: `old` says which. Found by reading, removed in small pieces,
    so that turns never wait long for a sweep."""

    table: Table
    old: Callable[[float, Collection[str]], Any]

    def find(self, connection: Connection, before: float, keep: Collection[str], limit: int) -> Sequence[Any]:
        """The keys of what is too old, up to `limit` of them."""
        return connection.execute(select(*self.table.primary_key).where(self.old(before, keep)).limit(limit)).all()

    def delete(self, connection: Connection, keys: Sequence[Any], before: float, keep: Collection[str]) -> int:
        """Remove the rows with these keys, if they are still too old: a chat may have begun anew meanwhile."""
        columns = list(self.table.primary_key)
        these = (
            columns[0].in_([key[0] for key in keys])
            if len(columns) == 1
            else tuple_(*columns).in_([tuple(key) for key in keys])
        )
        return connection.execute(delete(self.table).where(these, self.old(before, keep))).rowcount


SWEEPS = (
    Sweep(t.seen_updates, lambda before, keep: t.seen_updates.c.at < before),
    Sweep(t.outbox, lambda before, keep: t.outbox.c.sent < before),
    Sweep(
        t.chats,  # of people who erased everything, and never took the farewell; 0: it is just being made
        lambda before, keep: and_(
            t.chats.c.session.is_(None),
            t.chats.c.seen > 0.0,
            t.chats.c.seen < before,
            ~exists().where(t.outbox.c.chat == t.chats.c.chat),
            ~exists().where(t.due.c.chat == t.chats.c.chat),
            ~exists().where(t.sessions.c.chat == t.chats.c.chat),
        ),
    ),
    Sweep(t.set_aside, lambda before, keep: t.set_aside.c.at < before),
    Sweep(
        t.flow_versions,
        lambda before, keep: and_(
            t.flow_versions.c.stored < before,
            t.flow_versions.c.withdrawn.is_(False),
            t.flow_versions.c.version.not_in(keep),
            ~exists().where(t.sessions.c.version == t.flow_versions.c.version),
        ),
    ),
)
