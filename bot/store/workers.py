"""How many workers serve one database: each beats, by the database's clock; who has not beaten for a lease counts no more."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from . import schema as t
from .statements import database_clock


def beat(connection: Connection, owner: str, lease: float) -> int:
    """See `Store.beat`. Rows of workers that ended without a word are removed; one that another worker holds can wait."""
    clock, columns = database_clock(connection.dialect), t.workers.c
    mine = insert(t.workers).values(owner=owner, seen=clock)
    connection.execute(mine.on_conflict_do_update(index_elements=["owner"], set_={"seen": mine.excluded.seen}))
    gone = or_(columns.seen < clock - lease, columns.seen > clock + lease)
    free = select(columns.owner).where(gone, columns.owner != owner).with_for_update(skip_locked=True)
    connection.execute(delete(t.workers).where(columns.owner.in_(free)))
    return connection.execute(select(func.count()).where(~gone | (columns.owner == owner))).scalar_one()


def leave(connection: Connection, owner: str) -> None:
    """This worker ends: the others need not wait until they miss it."""
    connection.execute(delete(t.workers).where(t.workers.c.owner == owner))
