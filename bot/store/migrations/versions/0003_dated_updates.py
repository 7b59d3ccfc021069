"""Seen updates are kept with their own date: Telegram's numbers may begin anew, and the same one is another update then."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One more column; of the updates seen before, the date is not known."""
    op.add_column("seen_updates", sa.Column("dated", sa.Double()))
