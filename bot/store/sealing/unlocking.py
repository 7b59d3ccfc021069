"""Which keys a database is opened with. Law: keys are made only where nothing is sealed yet; in doubt nothing is changed."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.engine import URL

from bot.store.errors import StoreError
from bot.store.place.address import sqlite_file
from bot.store.schema import chats, sealed_with

from .key_file import KeyFile
from .vault import Vault

log = logging.getLogger("symptom_bot.store")


def key_file_of(address: URL, chosen: Path | None) -> Path | None:
    """Where the keys of a database lie: where was chosen, else beside the SQLite file, else in the working folder. None: in
    memory, like the database. Raises StoreError."""
    path = sqlite_file(address)
    if address.get_backend_name() == "sqlite" and path is None:
        return None
    if chosen is not None:
        chosen = chosen.absolute()
        if chosen.is_dir():
            raise StoreError(
                f"DATA_KEY_FILE={chosen} is a folder. Write a file in it, such as {chosen}/symptom-bot.key."
            )
        if path is not None and chosen == path.absolute():
            raise StoreError("DATA_KEY_FILE is the database itself. Set it to another file.")
        return chosen
    return path.with_name(f"{path.name}.key").absolute() if path is not None else Path("symptom-bot.key").absolute()


def new_vault(where: str, path: Path | None, now: float) -> Vault:
    """For a database in which nothing is sealed yet: its keys are made. Raises StoreError."""
    if path is None:
        return Vault(KeyFile.in_memory(now))
    made = not path.exists()
    file = KeyFile.make(path, now)
    if file.keys.bound:
        raise StoreError(
            f"{path} holds the keys of another database than {where}, in which nothing is sealed yet. If that one is gone for "
            "good, remove the file; otherwise set DATA_KEY_FILE to another one."
        )
    if made:
        log.warning(
            f"key file made: {path}. Keep a copy of it, apart from the database and its backups; without it nothing can be read"
        )
    return Vault(file)


def vault_of(connection: Connection, where: str, path: Path | None) -> Vault:
    """For a database that holds what is sealed. Raises StoreError if its keys are not there, or too old."""
    id_ = connection.execute(select(sealed_with.c.database)).scalar()
    if path is None:
        raise StoreError(f"{where} is sealed, and has no key file.")
    file = KeyFile.open(path, where)
    if file.keys.database != id_:
        raise StoreError(
            f"{path} holds the keys of another database than {where}. Set DATA_KEY_FILE to its own, or put that back from your "
            "copy. Nothing was changed."
        )
    used = connection.execute(select(chats.c.key_by).where(chats.c.key_by.is_not(None)).distinct()).scalars()
    if any(file.wrapping(by) is None and by not in file.keys.destroyed for by in used.all()):
        raise StoreError(
            f"{path} is older than {where}: it lacks keys that were made since. Put back its newest copy. Nothing was changed."
        )
    file.bind()
    if file.open_to_others:
        log.warning(f"others may read the key file: chmod 600 {path}")
    return Vault(file)
