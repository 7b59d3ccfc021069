"""Another key for a chat: everything that it keeps is sealed anew, so that the old key opens only what lies in old copies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, update

import bot.store.schema as t
from bot.store.statements import KEY_COLUMNS

from .loading import OpenedChat, about, due_row, opened
from .vault import ChatKey, Unreadable, Vault

DAY = 86400.0


class KeyChange(NamedTuple):
    """What changing keys came to: whether a wrapping key was made, how many chats got a new key, how many wrapping keys
    were destroyed."""

    made: bool = False
    chats: int = 0
    destroyed: int = 0


def key_life(keep: float) -> float:
    """Seconds after which a wrapping key is replaced: a week, or a quarter of how long chats are kept, if that is less."""
    return min(7 * DAY, keep / 4)


def wrapped_by_others(connection: Connection, newest: str, limit: int) -> list[str]:
    """Rows of chats whose keys are not wrapped by the newest wrapping key."""
    return list(connection.execute(select(t.chats.c.chat).where(t.chats.c.key_by != newest).limit(limit)).scalars())


def wrapping_keys_in_use(connection: Connection) -> frozenset[str]:
    """The wrapping keys that keys of chats are wrapped by."""
    found = connection.execute(select(t.chats.c.key_by).where(t.chats.c.key_by.is_not(None)).distinct())
    return frozenset(found.scalars())


def count_wrapped_by(connection: Connection, wrapping: Collection[str] | None) -> int:
    """How many chats have keys that are wrapped by these; None: by any."""
    asked = select(func.count()).select_from(t.chats)
    these = t.chats.c.key_by.is_not(None) if wrapping is None else t.chats.c.key_by.in_(wrapping)
    return connection.execute(asked.where(these)).scalar_one()


def give_new_keys(
    connection: Connection, vault: Vault, rows: Collection[str], without: frozenset[str] = frozenset()
) -> int:
    """New keys, wrapped by the newest wrapping key, for the chats in these rows, which are locked here. `without`: due
    messages of these sessions are left out. What cannot be opened any more goes. Returns the number of chats."""
    found = connection.execute(
        select(*KEY_COLUMNS).where(t.chats.c.chat.in_(rows)).order_by(t.chats.c.chat).with_for_update()
    ).all()
    for row in found:
        _renew(connection, vault, opened(vault, *row), row[0], without)
    return len(found)


def _renew(connection: Connection, vault: Vault, chat: OpenedChat, row: str, without: frozenset[str]) -> None:
    old, new = chat.key, vault.new_key(row)
    this = t.chats.c.chat == row
    if old is None:
        connection.execute(update(t.chats).where(this).values(about=None, key_by=None, key=None, session=None))
        for table in (t.sessions, t.outbox, t.due, t.feedback):
            connection.execute(delete(table).where(table.c.chat == row))
        return
    connection.execute(update(t.chats).where(this).values(about=about(new, chat), key_by=new.by, key=new.wrapped))
    _reseal(connection, t.sessions, "id", "sealed", old, new)
    _reseal(connection, t.outbox, "seq", "payload", old, new)
    _reseal(connection, t.feedback, "id", "sealed", old, new)
    for kind, at, sealed in connection.execute(
        select(t.due.c.kind, t.due.c.at, t.due.c.sealed).where(t.due.c.chat == row)
    ).all():
        due, this_due = due_row(chat, kind, at, sealed), (t.due.c.chat == row) & (t.due.c.kind == kind)
        if due is None or due.session in without:
            connection.execute(delete(t.due).where(this_due))
        else:
            again = new.seal(f"due {kind}", old.open(f"due {kind}", sealed))
            connection.execute(update(t.due).where(this_due).values(sealed=again))


def _reseal(connection: Connection, table: Any, name: str, column: str, old: ChatKey, new: ChatKey) -> None:
    """Seal a column of a chat's rows in a table anew."""
    names, column_ = table.c[name], table.c[column]
    stored: Sequence[Any] = connection.execute(
        select(names, column_).where(table.c.chat == old.row, column_ != b"")
    ).all()
    fresh = []
    for id_, sealed in stored:
        place = f"{table.name} {id_}"
        with suppress(Unreadable):  # what is damaged stays so
            fresh.append({"b_name": id_, "b_sealed": new.seal(place, old.open(place, sealed))})
    if fresh:
        connection.execute(
            update(table)
            .where(table.c.chat == old.row, names == bindparam("b_name"))
            .values({column: bindparam("b_sealed")}),
            fresh,
        )
