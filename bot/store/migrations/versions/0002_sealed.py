"""What chats say is sealed, and they are named by a keyed hash; statistics are counters. Nothing readable is left behind.

On SQLite the tables that go are overwritten (`secure_delete`); the journal is truncated once this is committed.
"""

import secrets
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MANY = 500
INDEXES = ("sessions_chat", "sessions_version", "sessions_started", "sessions_finished", "outbox_pending", "due_at")


def upgrade() -> None:
    """New tables beside the old ones, row by row; then the old ones go."""
    for index in (*INDEXES, "outbox_update"):
        op.drop_index(index)
    for table in ("chats", "sessions", "outbox", "due"):
        op.rename_table(table, f"plain_{table}")
    _create()
    keys = _chats()
    _rows("sessions", ("started", "id"), lambda row: _session(keys[row["chat"]], row), keys)
    _rows("outbox", ("chat", "seq"), lambda row: _message(keys[row["chat"]], row), keys)
    _rows("due", ("chat", "kind"), lambda row: _due(keys[row["chat"]], row), keys)
    for table in ("chats", "sessions", "outbox", "due"):
        op.drop_table(f"plain_{table}")
    _indexes()
    op.bulk_insert(sa.table("sealed_with", sa.column("database", sa.Text)), [{"database": _vault().keys.keys.database}])


def _vault() -> Any:
    return context.config.attributes["vault"]


def _chats() -> dict[str, Any]:
    """Write the chats; returns chat -> its key. A chat of which only sessions are left gets a row too."""
    keys: dict[str, Any] = {}
    connection, vault = op.get_bind(), _vault()
    plain = _table("plain_chats")
    names = {row.chat for row in connection.execute(sa.select(plain.c.chat))}
    for table in ("plain_sessions", "plain_outbox", "plain_due"):
        names |= {row.chat for row in connection.execute(sa.select(_table(table).c.chat).distinct())}
    for name in sorted(names):
        keys[name] = vault.new_key(vault.row(name))
    rest = set(names)
    for many in _read("plain_chats", ("chat",)):
        rest -= {row["chat"] for row in many}
        _insert("chats", [_chat(keys[row["chat"]], row) for row in many])
    _insert("chats", [_chat(keys[name], {"chat": name, "lang": "", "state": ""}) for name in sorted(rest)])
    return keys


def _chat(key: Any, row: dict[str, Any]) -> dict[str, Any]:
    kept = {n: v for n, v in row.items() if n not in ("chat", "lang", "state")}
    usual = {"session": None, "last_update": 0, "blocked": False, "seen": 0.0, "next_seq": 1_000_000, "fence": 0}
    usual |= {"lease_owner": None, "lease_until": 0.0, "hold_until": 0.0}
    about = key.seal("chats", f"{row['lang']}\0{row['chat']}\0{row['state']}")
    return {
        **usual,
        **kept,
        "chat": key.row,
        "born": secrets.token_hex(8),
        "about": about,
        "key_by": key.by,
        "key": key.wrapped,
    }


def _session(key: Any, row: dict[str, Any]) -> dict[str, Any]:
    sealed = key.seal(f"sessions {row['id']}", f"{row['level'] or ''}\0{row['json']}")
    return {n: v for n, v in row.items() if n not in ("json", "level")} | {"chat": key.row, "sealed": sealed}


def _message(key: Any, row: dict[str, Any]) -> dict[str, Any]:
    sealed = key.seal(f"outbox {row['seq']}", row["payload"]) if row["payload"] else b""
    priority = row["priority"] if row["sent"] is None else 1
    kept = {n: v for n, v in row.items() if n != "update_id"}
    return kept | {"chat": key.row, "payload": sealed, "priority": priority}


def _due(key: Any, row: dict[str, Any]) -> dict[str, Any]:
    kind = _vault().kind(key.row, row["kind"])
    sealed = key.seal(f"due {kind}", f"{row['kind']}\0{row['session'] or ''}\0{'1' if row['urgent'] else ''}")
    return {"chat": key.row, "kind": kind, "at": row["at"], "sealed": sealed}


def _rows(table: str, order: tuple[str, ...], seal: Any, keys: dict[str, Any]) -> None:
    for many in _read(f"plain_{table}", order):
        _insert(table, [seal(row) for row in many])


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _read(name: str, order: tuple[str, ...]) -> Iterator[list[dict[str, Any]]]:
    """The rows, some at a time, each time from where the last ones ended."""
    table, after = _table(name), None
    columns = [table.c[column] for column in order]
    while True:
        asked = sa.select(table).order_by(*columns).limit(MANY)
        if after is not None:
            asked = asked.where(sa.tuple_(*columns) > sa.tuple_(*after))
        many = [dict(row._mapping) for row in op.get_bind().execute(asked)]
        if not many:
            return
        yield many
        after = tuple(many[-1][column] for column in order)


def _insert(name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(_table(name)), rows)


def _create() -> None:
    op.create_table(
        "chats",
        sa.Column("chat", sa.Text, primary_key=True),
        sa.Column("session", sa.Text),
        sa.Column("born", sa.Text),
        sa.Column("about", sa.LargeBinary),
        sa.Column("key_by", sa.Text),
        sa.Column("key", sa.LargeBinary),
        sa.Column("last_update", BIG, nullable=False, server_default="0"),
        sa.Column("blocked", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("seen", sa.Double, nullable=False, server_default="0"),
        sa.Column("next_seq", BIG, nullable=False, server_default="1"),
        sa.Column("fence", BIG, nullable=False, server_default="0"),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.Double, nullable=False, server_default="0"),
        sa.Column("hold_until", sa.Double, nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("schema", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("seen", sa.Double, nullable=False),
        sa.Column("finished", sa.Double),
    )
    op.create_table(
        "outbox",
        sa.Column("chat", sa.Text, primary_key=True),
        sa.Column("seq", BIG, primary_key=True, autoincrement=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sent", sa.Double),
        sa.Column("message_id", BIG),
        sa.Column("refused", sa.Text),
    )
    op.create_table(
        "due",
        sa.Column("chat", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table("sealed_with", sa.Column("database", sa.Text, primary_key=True))
    op.create_table(
        "statistics",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("question", sa.Text, primary_key=True),
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("times", BIG, nullable=False),
        sqlite_with_rowid=False,
    )


def _indexes() -> None:
    op.create_index("chats_key_by", "chats", ["key_by"])
    op.create_index("sessions_chat", "sessions", ["chat"])
    op.create_index("sessions_version", "sessions", ["version"])
    op.create_index("sessions_started", "sessions", ["started"])
    _partial("sessions_finished", "sessions", ["finished"], "finished IS NOT NULL")
    _partial("outbox_pending", "outbox", ["priority", "chat", "seq"], "sent IS NULL")
    op.create_index("due_at", "due", ["at"])


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
