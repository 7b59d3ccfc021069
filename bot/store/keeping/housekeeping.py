"""Long chores of the store, in pieces: each piece is a transaction or two, and turns may be taken between two pieces."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import AbstractContextManager
from typing import TypeVar

from sqlalchemy import Connection

from bot.store.place.erasure import Erasure
from bot.store.sealing import rekeying
from bot.store.sealing.rekeying import KeyChange, key_life
from bot.store.sealing.vault import Vault

from . import retention

T = TypeVar("T")

Pieces = Generator[None, None, T]
"""A chore that stops after each of its pieces."""

SESSIONS, CHATS, ROWS = 100, 25, 1000
"""What one piece takes: sessions that are erased, chats that get another key, rows of the bookkeeping that go."""

UNDER_WAY = 600.0
"""Seconds after which no worker is still at what it began to write with a key before that was replaced."""

_Open = Callable[[], AbstractContextManager[Connection]]


def all_pieces(pieces: Pieces[T]) -> T:
    """All pieces of a chore, one after the other."""
    while True:
        try:
            next(pieces)
        except StopIteration as ended:
            result: T = ended.value
            return result


class Housekeeping:
    """`read`, `write`: connections of the store."""

    def __init__(self, vault: Vault, erasing: Erasure, read: _Open, write: _Open) -> None:
        self._vault, self._erasing = vault, erasing
        self._read, self._write = read, write

    def erase_finished(self, before: float) -> Pieces[int]:
        """See `Store.erase_finished`."""
        total = 0
        while True:
            with self._write() as connection:
                gone, rows = retention.erase_old(connection, self._vault, before, SESSIONS)
                self._erasing.in_copies(connection, rows, gone)
            if not gone:
                return total
            total += len(gone)
            self._erasing.ended(rows, gone)
            yield

    def change_keys(self, now: float, keep: float, at_once: bool = False) -> Pieces[KeyChange]:
        """See `Store.change_keys`."""
        file, change = self._vault.keys, KeyChange()
        file.refresh()
        made = file.add(now, now if at_once else now - key_life(keep))
        while True:
            with self._write() as connection:
                many = rekeying.wrapped_by_others(connection, file.keys.newest.id, CHATS)
                if not many:
                    break
                change = change._replace(chats=change.chats + rekeying.give_new_keys(connection, self._vault, many))
            yield
        with self._read() as connection:
            used = rekeying.wrapping_keys_in_use(connection)
        old = file.keys.replaced(made=now - keep, replaced=now - UNDER_WAY)
        destroyed = file.destroy(old - used, now) if old - used else 0
        if change.chats or destroyed:
            self._erasing.ended([])
        if destroyed:
            with self._write() as connection:
                self._erasing.drop_copies(connection, frozenset(key.id for key in file.keys.wrapping))
        self._erasing.list.forget(now - keep)
        return change._replace(made=made, destroyed=destroyed)

    def tidy(self, before: float, keep: Collection[str] = ()) -> Pieces[int]:
        """See `Store.tidy`."""
        total = 0
        self._erasing.finish()
        for sweep in retention.SWEEPS:
            while True:
                with self._read() as connection:
                    keys = sweep.find(connection, before, keep, ROWS)
                if not keys:
                    break
                with self._write() as connection:
                    total += sweep.delete(connection, keys, before, keep)
                yield
        return total
