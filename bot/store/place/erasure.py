"""What else goes when chats are erased: what SQLite keeps in its journal, copies of before a migration; and the list of what
was erased, so that it stays so. Chats are named by their rows."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, exc, select

import bot.store.schema as t
from bot.store.errors import StoreError
from bot.store.sealing.erased import Erased

from .copies import drop_files, drop_schemas, erase_in_files, erase_in_schemas

log = logging.getLogger("symptom_bot.store")


class Erasure:
    """`keys`: the key file; `file`: the SQLite file, if it is one. `list`: what was erased."""

    def __init__(self, engine: Engine, keys: Path | None, file: Path | None) -> None:
        self.list = Erased(keys)
        self.file = file
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        self._unfinished = False

    def begins(self, connection: Connection, rows: Sequence[str], now: float) -> None:
        """Before the commit that erases chats: a list that cannot be written holds up nobody's wish."""
        born = connection.execute(select(t.chats.c.born).where(t.chats.c.chat.in_(rows), t.chats.c.born.is_not(None)))
        try:
            self.list.add(born.scalars().all(), now)
        except StoreError as error:
            log.error(f"erased, but not written down: {error}")
        self.in_copies(connection, rows)

    def in_copies(self, connection: Connection, rows: Sequence[str], sessions: Sequence[str] = ()) -> None:
        """The same from copies that lie in the database."""
        if not self._sqlite and (rows or sessions):
            erase_in_schemas(connection, rows, sessions)

    def ended(self, rows: Sequence[str], sessions: Sequence[str] = ()) -> None:
        """After the commit: out of SQLite's journal and the copies beside it."""
        if not self._sqlite:
            return
        if self.file is not None and (rows or sessions):
            erase_in_files(self.file, rows, sessions)
        self._unfinished = True
        with suppress(sqlite3.Error, exc.SQLAlchemyError), self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            self._unfinished = bool(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])

    def finish(self) -> None:
        """Once more, if somebody was reading then."""
        if self._unfinished:
            self.ended([])

    def came_back(self, connection: Connection, lock: bool = False) -> list[str]:
        """Rows of chats that were erased: an older backup was put back. Who began anew since has another `born`."""
        erased = sorted(self.list.all())
        back: list[str] = []
        for start in range(0, len(erased), 500):
            some = erased[start : start + 500]
            asked = select(t.chats.c.chat).where(t.chats.c.born.in_(some)).order_by(t.chats.c.chat)
            back.extend(connection.execute(asked.with_for_update() if lock else asked).scalars())
        return back

    def drop_copies(self, connection: Connection, wrapping: frozenset[str]) -> None:
        """Remove copies that nobody can read any more: none of these wrapping keys opens anything in them."""
        if not self._sqlite:
            drop_schemas(connection, wrapping)
        elif self.file is not None:
            drop_files(self.file, wrapping)
