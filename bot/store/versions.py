"""The flow versions that chats began with: their files, compressed, under their content hash."""

from __future__ import annotations

import json
import zlib

from sqlalchemy import Connection, func, select, update

from . import schema as t
from .rows import FlowVersion, ListedVersion
from .statements import Statements


def put(connection: Connection, statements: Statements, version: FlowVersion) -> None:
    """See `Store.store_flow_version`."""
    files = zlib.compress(json.dumps(dict(version.files), ensure_ascii=False).encode(), 6)
    connection.execute(
        statements.put_flow_version,
        {
            "version": version.version,
            "flow": version.flow,
            "schema": version.schema,
            "files": files,
            "withdrawn": version.withdrawn,
            "stored": version.stored,
        },
    )


def get(connection: Connection, version: str) -> FlowVersion | None:
    """See `Store.flow_version`."""
    columns = t.flow_versions.c
    row = connection.execute(
        select(columns.flow, columns.files, columns.stored, columns.schema, columns.withdrawn).where(
            columns.version == version
        )
    ).first()
    if row is None:
        return None
    flow, files, stored, schema, withdrawn_ = row
    return FlowVersion(version, flow, json.loads(zlib.decompress(files)), stored, schema, withdrawn_)


def of_flow(connection: Connection, flow: str, most: int) -> list[str]:
    """See `Store.versions_of`."""
    columns = t.flow_versions.c
    asked = select(columns.version).where(columns.flow == flow, columns.withdrawn.is_(False))
    return list(connection.execute(asked.order_by(columns.stored.desc(), columns.version).limit(most)).scalars())


def listed(connection: Connection) -> list[ListedVersion]:
    """See `Store.listed_versions`."""
    columns, running = t.flow_versions.c, t.sessions.c
    chats = (
        select(func.count())
        .select_from(t.sessions)
        .where(running.version == columns.version, running.finished.is_(None))
        .scalar_subquery()
    )
    last = select(func.max(running.seen)).where(running.version == columns.version).scalar_subquery()
    asked = select(columns.flow, columns.version, columns.stored, last, chats, columns.withdrawn)
    rows = connection.execute(asked.order_by(columns.flow, columns.stored.desc(), columns.version))
    return [ListedVersion(*row) for row in rows]


def withdraw(connection: Connection, version: str, withdrawn: bool) -> bool:
    """See `Store.withdraw`."""
    named = update(t.flow_versions).where(t.flow_versions.c.version == version)
    return connection.execute(named.values(withdrawn=withdrawn)).rowcount == 1


def withdrawn(connection: Connection) -> frozenset[str]:
    """See `Store.withdrawn`."""
    found = connection.execute(select(t.flow_versions.c.version).where(t.flow_versions.c.withdrawn.is_(True)))
    return frozenset(found.scalars())
