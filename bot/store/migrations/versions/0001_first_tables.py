"""The first tables: chats, sessions, seen updates, outbox, due messages, flow versions, updates set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create them all."""
    _chats_and_sessions()
    _what_comes_in_and_goes_out()
    _flow_versions_and_set_aside()


def _chats_and_sessions() -> None:
    op.create_table(
        "chats",
        sa.Column("chat", sa.Text, primary_key=True),
        sa.Column("session", sa.Text),
        sa.Column("lang", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.Text, nullable=False, server_default=""),
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
        sa.Column("json", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("level", sa.Text),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("seen", sa.Double, nullable=False),
        sa.Column("finished", sa.Double),
    )
    op.create_index("sessions_chat", "sessions", ["chat"])
    op.create_index("sessions_version", "sessions", ["version"])
    op.create_index("sessions_started", "sessions", ["started"])
    _partial("sessions_finished", "sessions", ["finished"], "finished IS NOT NULL")


def _what_comes_in_and_goes_out() -> None:
    op.create_table(
        "seen_updates",
        sa.Column("update_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("chat", sa.Text, primary_key=True),
        sa.Column("seq", BIG, primary_key=True, autoincrement=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("update_id", BIG),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sent", sa.Double),
        sa.Column("message_id", BIG),
        sa.Column("refused", sa.Text),
    )
    _partial("outbox_pending", "outbox", ["priority", "chat", "seq"], "sent IS NULL")
    _partial("outbox_update", "outbox", ["update_id"], "update_id IS NOT NULL")
    op.create_table(
        "due",
        sa.Column("chat", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("session", sa.Text),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("due_at", "due", ["at"])


def _flow_versions_and_set_aside() -> None:
    op.create_table(
        "flow_versions",
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("schema", sa.Integer, nullable=False),
        sa.Column("files", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("stored", sa.Double, nullable=False),
    )
    op.create_table(
        "set_aside",
        sa.Column("update_id", BIG, primary_key=True, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
