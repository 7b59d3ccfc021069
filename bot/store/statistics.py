"""Counters, written in the transaction of what they count: whose it was cannot be told from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from . import schema as t
from .rows import Tallied

PARTS = 8
"""Rows for each counter; a worker adds to one of them, so that two seldom wait for the same row until the other has committed."""


def tally_values(counts: Mapping[Tallied, int], owner: str) -> list[dict[str, Any]]:
    """Parameters of `count`, in an order that is the same for every worker. `owner`: the worker's name."""
    part = sum(owner.encode()) % PARTS
    return [
        {"flow": c.flow, "version": c.version, "question": c.question, "what": c.what, "part": part, "times": times}
        for c, times in sorted(counts.items())
    ]


def all_tallies(connection: Connection) -> dict[Tallied, int]:
    """See `Store.statistics`."""
    columns = t.statistics.c
    names = (columns.flow, columns.version, columns.question, columns.what)
    rows = connection.execute(select(*names, func.sum(columns.times)).group_by(*names).order_by(*names))
    return {Tallied(*row[:4]): int(row[4]) for row in rows}
