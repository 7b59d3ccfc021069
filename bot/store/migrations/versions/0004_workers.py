"""Workers that serve one database write down that they live, so that each knows how many there are."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """One more table: a row for each worker, by the random name that it has on leases."""
    op.create_table(
        "workers",
        sa.Column("owner", sa.Text(), primary_key=True),
        sa.Column("seen", sa.Double(), nullable=False),
    )
