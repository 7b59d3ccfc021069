"""Copies of before a migration or a restore, and what is erased in them: as much as in the database itself."""

from __future__ import annotations

import glob
import logging
import os
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.store.schema import VERSION_TABLE, metadata

log = logging.getLogger("symptom_bot.store")

UNSEALED = "0001"
"""The last revision whose tables can be read without a key: no copy is made of it. Its migration is one transaction."""
_COPIES = (
    "SELECT table_schema FROM information_schema.columns "
    "WHERE table_schema LIKE 'before\\_%' AND table_name = 'chats' AND column_name = 'key_by'"
)
"""Schemas that are copies of ours."""
_LEFT = "what was erased could not be erased from a copy, remove it:"
_OF_A_CHAT = ("chats", "sessions", "outbox", "due", "feedback")
"""Tables with rows of chats; copies of earlier releases lack some."""


def copy_file(path: Path, old: str) -> Path:
    """Copy a SQLite database, with what its journal holds, to NAME.before-migration-from-OLD."""
    copy = path.with_name(f"{path.name}.before-migration-from-{old}")
    number = 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.before-migration-from-{old}-{number}")
    copy_online(path, copy)
    return copy


def copy_online(path: Path, copy: Path) -> None:
    """Copy a SQLite database into one new file, which its owner alone can read, while others may write to it."""
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE").fetchall()


def copied_files(path: Path) -> list[Path]:
    """The copies of a SQLite database that lie beside it."""
    beside = path.parent.glob(f"{glob.escape(path.name)}.before-*")
    return sorted(p for p in beside if not p.name.endswith(("-journal", "-wal", "-shm")))


def erase_in_files(path: Path, rows: Collection[str], sessions: Collection[str] = ()) -> None:
    """Erase chats, named by their rows, and sessions from the copies of a SQLite database."""
    for copy in copied_files(path):
        try:
            with closing(sqlite3.connect(copy, timeout=5.0)) as connection, connection:
                connection.execute("PRAGMA secure_delete=ON")
                there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
                for table in there.intersection(_OF_A_CHAT):
                    connection.executemany(f"DELETE FROM {table} WHERE chat = ?", [(row,) for row in rows])
                connection.executemany("DELETE FROM sessions WHERE id = ?", [(name,) for name in sessions])
        except sqlite3.Error as error:
            log.error(f"{_LEFT} {copy}", extra={"reason": error.sqlite_errorname})


def copy_tables(connection: Connection, old: str) -> None:
    """Copy the tables of a PostgreSQL database, in the transaction of the migration itself, into the schema before_OLD."""
    if old == UNSEALED:
        return
    inspector = inspect(connection)
    taken, name, number = set(inspector.get_schema_names()), f"before_{old}", 1
    while name in taken:
        number += 1
        name = f"before_{old}_{number}"
    ours = {*metadata.tables, VERSION_TABLE} & set(inspector.get_table_names())
    connection.exec_driver_sql(f'CREATE SCHEMA "{name}"')
    for table in sorted(ours):
        connection.exec_driver_sql(f'CREATE TABLE "{name}"."{table}" AS TABLE "{table}"')


def erase_in_schemas(connection: Connection, rows: Sequence[str], sessions: Sequence[str] = ()) -> None:
    """Erase chats, named by their rows, and sessions from the copies in a PostgreSQL database."""
    for (schema,) in connection.execute(text(_COPIES)).all():
        asked = text("SELECT table_name FROM information_schema.tables WHERE table_schema = :schema")
        there = set(connection.execute(asked, {"schema": schema}).scalars())
        for table in there.intersection(_OF_A_CHAT):
            connection.execute(text(f'DELETE FROM "{schema}"."{table}" WHERE chat = ANY(:rows)'), {"rows": list(rows)})
        if sessions:
            connection.execute(text(f'DELETE FROM "{schema}".sessions WHERE id = ANY(:ids)'), {"ids": list(sessions)})


def drop_files(path: Path, wrapping: Collection[str]) -> None:
    """Remove copies of a SQLite database in which no chat's key is wrapped by one of these keys."""
    for copy in copied_files(path):
        try:
            with closing(sqlite3.connect(copy)) as connection:
                used = {row[0] for row in connection.execute("SELECT DISTINCT key_by FROM chats")}
            if not used & set(wrapping):
                copy.unlink()
        except (sqlite3.Error, OSError) as error:
            log.error(f"{_LEFT} {copy}", extra={"reason": type(error).__name__})


def drop_schemas(connection: Connection, wrapping: Collection[str]) -> None:
    """The same for copies in a PostgreSQL database."""
    for (schema,) in connection.execute(text(_COPIES)).all():
        used = set(connection.execute(text(f'SELECT DISTINCT key_by FROM "{schema}".chats')).scalars())
        if not used & set(wrapping):
            connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
