"""The statements that every turn runs, built once per store so that SQLAlchemy compiles each of them once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Delete, Insert, Select, Update, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import schema as t

SESSION_COLUMNS = tuple(t.sessions.c)
CHAT_COLUMNS = tuple(t.chats.c)
DELIVERY_COLUMNS = tuple(
    t.outbox.c[name] for name in ("chat", "seq", "payload", "created", "priority", "ref", "attempts")
)
IN_ORDER = (t.outbox.c.chat, t.outbox.c.priority, t.outbox.c.seq)


@dataclass(frozen=True, slots=True)
class Statements:
    """See the names; `:many` parameters take lists."""

    load: Select[Any]
    lock: Select[Any]
    create_chats: Insert
    see_updates: Insert
    were_seen: Select[Any]
    put_sessions: Insert
    put_chats: Insert
    put_outbox: Insert
    put_due: Insert
    put_set_aside: Insert
    put_flow_version: Insert
    cancel_due: Delete
    done_due: Delete
    pending_of: Select[Any]
    mark_sent: Update
    mark_refused: Update
    count_attempt: Update
    release: Update


def statements(dialect: str) -> Statements:
    """The statements for "sqlite" or "postgresql"."""
    # Both dialects' inserts share this interface, but no base class declares it.
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert

    def upsert(table: Any) -> Any:
        keys = [column.name for column in table.primary_key]
        put = insert(table)
        changed = {column.name: put.excluded[column.name] for column in table.c if column.name not in keys}
        return put.on_conflict_do_update(index_elements=keys, set_=changed)

    in_chats = t.chats.c.chat.in_(bindparam("many", expanding=True))
    this_row = (t.outbox.c.chat == bindparam("b_chat")) & (t.outbox.c.seq == bindparam("b_seq"))
    return Statements(
        load=select(*CHAT_COLUMNS, *SESSION_COLUMNS)
        .select_from(t.chats.outerjoin(t.sessions, t.sessions.c.id == t.chats.c.session))
        .where(in_chats),
        lock=select(t.chats.c.chat).where(in_chats).order_by(t.chats.c.chat).with_for_update(),
        create_chats=insert(t.chats).on_conflict_do_nothing(),
        see_updates=insert(t.seen_updates).on_conflict_do_nothing(),
        were_seen=select(t.seen_updates.c.update_id).where(
            t.seen_updates.c.update_id.in_(bindparam("many", expanding=True))
        ),
        put_sessions=upsert(t.sessions),
        put_chats=upsert(t.chats),
        put_outbox=insert(t.outbox),
        put_due=upsert(t.due),
        put_set_aside=insert(t.set_aside).on_conflict_do_nothing(),
        put_flow_version=insert(t.flow_versions).on_conflict_do_nothing(),
        cancel_due=delete(t.due).where(t.due.c.chat.in_(bindparam("many", expanding=True))),
        done_due=delete(t.due).where(
            t.due.c.chat == bindparam("b_chat"), t.due.c.kind == bindparam("b_kind"), t.due.c.at == bindparam("b_at")
        ),
        pending_of=select(*DELIVERY_COLUMNS)
        .where(t.outbox.c.sent.is_(None), t.outbox.c.chat.in_(bindparam("many", expanding=True)))
        .order_by(*IN_ORDER),
        mark_sent=update(t.outbox)
        .where(this_row)
        .values(sent=bindparam("b_now"), message_id=bindparam("b_message"), payload=""),
        mark_refused=update(t.outbox)
        .where(this_row)
        .values(sent=bindparam("b_now"), refused=bindparam("b_reason"), payload=""),
        count_attempt=update(t.outbox).where(this_row).values(attempts=t.outbox.c.attempts + 1),
        release=update(t.chats)
        .where(
            t.chats.c.chat == bindparam("b_chat"),
            t.chats.c.fence == bindparam("b_fence"),
            t.chats.c.lease_owner == bindparam("b_owner"),
        )
        .values(lease_owner=None, lease_until=0.0, hold_until=bindparam("b_until")),
    )
