"""The tables, as the newest migration leaves them (a test compares the two).

A chat is named by a keyed hash (`sealing/vault.py`). What it says is sealed with the chat's own key: `about` is its language,
name and state, `sealed` of a session its level and answers, `payload` a message, `sealed` of a due message what is due, of
feedback what was said. In the clear stands what the statements choose by: times, numbers, random names, the version of the flow.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

VERSION_TABLE = "symptom_bot_version"
MIGRATIONS = Path(__file__).parent / "migrations"
BIG = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

chats = Table(
    "chats",
    metadata,
    Column("chat", Text, primary_key=True),
    Column("session", Text),
    Column(
        "born", Text
    ),  # random, drawn when the chat began: it tells a chat that came back from the one that was erased
    Column("about", LargeBinary),
    Column("key_by", Text),  # the wrapping key
    Column("key", LargeBinary),
    Column("last_update", BIG, nullable=False, server_default="0"),
    Column("blocked", Boolean, nullable=False, server_default=text("false")),
    Column("seen", Double, nullable=False, server_default="0"),
    Column("next_seq", BIG, nullable=False, server_default="1"),
    Column("fence", BIG, nullable=False, server_default="0"),
    Column("lease_owner", Text),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("hold_until", Double, nullable=False, server_default="0"),
    Index("chats_key_by", "key_by"),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("chat", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("status", Text, nullable=False),
    Column("started", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Column("finished", Double),
    Index("sessions_chat", "chat"),
    Index("sessions_version", "version"),
    Index("sessions_started", "started"),
    Index(
        "sessions_finished",
        "finished",
        sqlite_where=text("finished IS NOT NULL"),
        postgresql_where=text("finished IS NOT NULL"),
    ),
)

seen_updates = Table(
    "seen_updates",
    metadata,
    Column("update_id", BIG, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("dated", Double),  # the update's own date: numbers may begin anew
)

outbox = Table(
    "outbox",
    metadata,
    Column("chat", Text, primary_key=True),
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("priority", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("ref", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent", Double),
    Column("message_id", BIG),
    Column("refused", Text),
    Index(
        "outbox_pending",
        "priority",
        "chat",
        "seq",
        sqlite_where=text("sent IS NULL"),
        postgresql_where=text("sent IS NULL"),
    ),
)

due = Table(
    "due",
    metadata,
    Column("chat", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("due_at", "at"),
    sqlite_with_rowid=False,
)

flow_versions = Table(
    "flow_versions",
    metadata,
    Column("version", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("files", LargeBinary, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    Column("stored", Double, nullable=False),
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("update_id", BIG, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("at", Double, nullable=False),
)

sealed_with = Table(
    "sealed_with",
    metadata,
    Column("database", Text, primary_key=True),  # one row: the id in the key file that belongs to this database
)

statistics = Table(
    "statistics",
    metadata,
    Column("version", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),  # so that workers need not wait for each other
    Column("flow", Text, nullable=False),
    Column("times", BIG, nullable=False),
    sqlite_with_rowid=False,
)

workers = Table(
    "workers",
    metadata,
    Column("owner", Text, primary_key=True),  # as on leases
    Column("seen", Double, nullable=False),  # by the database's clock
)


feedback = Table(
    "feedback",
    metadata,
    Column("id", Text, primary_key=True),  # random
    Column("chat", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("feedback_chat", "chat"),
)


def known_revisions() -> tuple[str, ...]:
    """Names of all migrations that this release knows, oldest first; the last is the one it works with."""
    return tuple(sorted(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py")))
