"""Looking for bytes in everything that a database leaves on the disk: the strictest reader there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.store import Store


def holding(folder: Path, *sought: bytes) -> list[str]:
    """The files under a folder, key files aside, in which one of these byte strings stands."""
    return sorted(
        file.name for file in folder.rglob("*") if file.is_file() and ".key" not in file.name and _any_in(file, sought)
    )


def _any_in(file: Path, sought: tuple[bytes, ...]) -> bool:
    try:
        content = file.read_bytes()
    except FileNotFoundError:  # a journal that ended meanwhile
        return False
    return any(one in content for one in sought)


def folder_of(store: Store) -> Path:
    """Where the database's own files lie: rows, journal and all else."""
    if not store.shared:
        return Path(store.where).parent
    with store._writing.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("CHECKPOINT")
        return Path(str(connection.exec_driver_sql("SHOW data_directory").scalar()))


def stored_keys(store: Store) -> dict[str, bytes]:
    """Row -> the wrapped key of its chat, as it stands in the database."""
    return {row: bytes(key) for row, key in _rows(store, "SELECT chat, key FROM chats WHERE key IS NOT NULL")}


def _rows(store: Store, sql: str) -> list[Any]:
    with store._read() as connection:
        return list(connection.exec_driver_sql(sql).all())
