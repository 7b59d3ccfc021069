"""The statements that every turn runs, built once per store, so that each of them is compiled once.

What writes many rows is compiled to text here (`ManyRows`): SQLAlchemy would build the parameters of each row anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Delete,
    Dialect,
    Double,
    Insert,
    Select,
    Update,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from . import schema as t
from .rows import ORDINARY, REPEATS

SESSION_COLUMNS = tuple(t.sessions.c)
CHAT_COLUMNS = tuple(t.chats.c)
DELIVERY_COLUMNS = tuple(
    t.outbox.c[name] for name in ("chat", "seq", "payload", "created", "priority", "ref", "attempts")
)
KEY_COLUMNS = (t.chats.c.chat, t.chats.c.key_by, t.chats.c.key, t.chats.c.about)
"""What `loading.opened` opens a chat with."""
IN_ORDER = (t.outbox.c.chat, t.outbox.c.priority, t.outbox.c.seq)


def database_clock(dialect: Dialect) -> ColumnElement[float]:
    """Seconds by the clock of the database, by which leases are measured: workers' clocks may differ, or be set. A SQLite
    file has one worker, who measures none."""
    if dialect.name != "postgresql":
        return literal_column("0.0", Double())
    return cast(func.extract("epoch", func.clock_timestamp()), Double())


class ManyRows:
    """A statement that is run for many rows of plain values: text, numbers, truth values, null.

    `names`: the columns that an insert fills. The values reach the driver as they are, without SQLAlchemy's types.
    """

    __slots__ = ("_parameters", "_text")

    def __init__(self, statement: Insert | Update, dialect: Dialect, *names: str) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names) or None)
        self._text = str(compiled)
        order = compiled.positiontup if compiled.positional else None
        self._parameters = None if order is None else itemgetter(*order)

    def __call__(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Run it for each row, in one call of the driver."""
        parameters: Any = list(rows) if self._parameters is None else [self._parameters(row) for row in rows]
        return connection.exec_driver_sql(self._text, parameters)


@dataclass(frozen=True, slots=True)
class Statements:
    """See the names; `:many` parameters take lists."""

    load: Select[Any]
    lock: Select[Any]
    create_chats: Insert
    see_updates: ManyRows
    were_seen: Select[Any]
    put_sessions: ManyRows
    put_chats: ManyRows
    put_outbox: ManyRows
    put_due: ManyRows
    count: ManyRows
    put_set_aside: Insert
    put_flow_version: Insert
    cancel_due: Delete
    done_due: Delete
    pending_of: Select[Any]
    mark_sent: ManyRows
    mark_refused: Update
    count_attempt: Update
    release: Update


def statements(dialect: Dialect) -> Statements:
    """The statements for SQLite or PostgreSQL."""
    # Both dialects' inserts share this interface, but no base class declares it.
    insert: Any = postgresql.insert if dialect.name == "postgresql" else sqlite.insert

    clock = database_clock(dialect)

    def upsert(table: Any) -> Any:
        keys = [column.name for column in table.primary_key]
        put = insert(table)
        changed = {column.name: put.excluded[column.name] for column in table.c if column.name not in keys}
        if table is t.chats:
            put = put.values(lease_until=clock + bindparam("lease_left"))
            changed = {column.name: put.excluded[column.name] for column in table.c if column.name not in keys}
            # it is drawn once
            changed["born"] = func.coalesce(t.chats.c.born, put.excluded.born)
        return put.on_conflict_do_update(index_elements=keys, set_=changed)

    see, seen = insert(t.seen_updates), t.seen_updates.c
    see = see.on_conflict_do_update(  # the number of an update that is another one by now counts again
        index_elements=["update_id"],
        set_={"at": see.excluded.at, "dated": see.excluded.dated},
        where=(seen.at < see.excluded.at - literal_column(str(REPEATS))) | (seen.dated != see.excluded.dated),
    )
    counting = insert(t.statistics)
    counting = counting.on_conflict_do_update(
        index_elements=[column.name for column in t.statistics.primary_key],
        set_={"times": t.statistics.c.times + counting.excluded.times},
    )
    left = (t.chats.c.lease_until - clock).label("lease_left")
    loaded = [left if column is t.chats.c.lease_until else column for column in CHAT_COLUMNS]
    using = insert(t.flow_versions)
    in_chats = t.chats.c.chat.in_(bindparam("many", expanding=True))
    # Of a message that is done with, neither its words nor whether it was an emergency is kept.
    over: dict[str, Any] = {
        "payload": literal_column("''::bytea" if dialect.name == "postgresql" else "x''"),
        "priority": literal_column(str(ORDINARY)),
    }
    this_row = (t.outbox.c.chat == bindparam("b_chat")) & (t.outbox.c.seq == bindparam("b_seq"))
    return Statements(
        load=select(*loaded, *SESSION_COLUMNS)
        .select_from(t.chats.outerjoin(t.sessions, t.sessions.c.id == t.chats.c.session))
        .where(in_chats),
        lock=select(t.chats.c.chat).where(in_chats).order_by(t.chats.c.chat).with_for_update(),
        create_chats=insert(t.chats).on_conflict_do_nothing(),
        see_updates=ManyRows(see, dialect, "update_id", "at", "dated"),
        were_seen=select(*t.seen_updates.c).where(t.seen_updates.c.update_id.in_(bindparam("many", expanding=True))),
        put_sessions=ManyRows(upsert(t.sessions), dialect, *(column.name for column in SESSION_COLUMNS)),
        put_chats=ManyRows(upsert(t.chats), dialect, *(c.name for c in CHAT_COLUMNS if c is not t.chats.c.lease_until)),
        put_outbox=ManyRows(
            insert(t.outbox), dialect, "chat", "seq", "priority", "payload", "ref", "created", "attempts"
        ),
        put_due=ManyRows(upsert(t.due), dialect, *(column.name for column in t.due.c)),
        count=ManyRows(counting, dialect, *(column.name for column in t.statistics.c)),
        put_set_aside=insert(t.set_aside).on_conflict_do_nothing(),
        put_flow_version=using.on_conflict_do_update(
            index_elements=["version"], set_={"stored": using.excluded.stored}
        ),
        cancel_due=delete(t.due).where(t.due.c.chat.in_(bindparam("many", expanding=True)), t.due.c.at >= 0),
        done_due=delete(t.due).where(
            t.due.c.chat == bindparam("b_chat"), t.due.c.kind == bindparam("b_kind"), t.due.c.at == bindparam("b_at")
        ),
        pending_of=select(*DELIVERY_COLUMNS)
        .where(t.outbox.c.sent.is_(None), t.outbox.c.chat.in_(bindparam("many", expanding=True)))
        .order_by(*IN_ORDER),
        mark_sent=ManyRows(
            update(t.outbox).where(this_row).values(sent=bindparam("b_now"), message_id=bindparam("b_message"), **over),
            dialect,
        ),
        mark_refused=update(t.outbox)
        .where(this_row)
        .values(sent=bindparam("b_now"), refused=bindparam("b_reason"), **over),
        count_attempt=update(t.outbox).where(this_row).values(attempts=t.outbox.c.attempts + 1),
        release=update(t.chats)
        .where(
            t.chats.c.chat == bindparam("b_chat"),
            t.chats.c.fence == bindparam("b_fence"),
            t.chats.c.lease_owner == bindparam("b_owner"),
        )
        .values(lease_owner=None, lease_until=0.0, hold_until=bindparam("b_until")),
    )
