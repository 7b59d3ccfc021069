"""Backups of a SQLite database: a whole copy while it is used, and putting one back. PostgreSQL has programs of its own."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from bot.store.errors import StoreError
from bot.store.schema import VERSION_TABLE, known_revisions

from .address import address_of
from .copies import UNSEALED, copied_files, copy_online
from .ownership import take_ownership


def back_up(database: Path | None, target: Path) -> None:
    """Copy a SQLite database into a new file. Raises StoreError."""
    if database is None:
        raise StoreError("This database lies in no file that could be copied.")
    try:
        copy_online(database, target)
    except FileExistsError:
        raise StoreError(f"{target} is there already. Name a new file.") from None
    except OSError as error:
        raise StoreError(
            f"Cannot write {target} ({error.strerror}). Name a file in a folder that you may write to."
        ) from None
    except sqlite3.Error:
        target.unlink(missing_ok=True)
        raise StoreError(f"{database} could not be copied to {target}. Check that there is room on the disk.") from None


def programs_of_postgresql(url: str, file: str) -> tuple[str, str] | None:
    """The commands that copy a PostgreSQL database to a file and put it back, without its password; None for SQLite."""
    address = address_of(url)
    if address.get_backend_name() != "postgresql":
        return None
    plain = _without_password(address)
    name = shlex.quote(file)
    return (
        f"pg_dump --format=custom --file={name} {plain}",
        f"pg_restore --clean --if-exists --single-transaction --dbname={plain} {name}",
    )


def _without_password(address: URL) -> str:
    query = {name: value for name, value in address.query.items() if name in ("host", "port", "sslmode", "user")}
    bare = address.set(drivername="postgresql", password=None).set(query=query)
    return shlex.quote(bare.render_as_string(hide_password=True))


@contextmanager
def prepared(path: Path, backup: Path) -> Iterator[Path]:
    """A copy of a backup beside the SQLite database at `path`, which nobody else may use meanwhile; it takes its place when the
    block ends well. What stood there is kept as NAME.before-restore. Raises StoreError; then nothing was changed."""
    _look_at(backup)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside, fresh = aside_of(path), path.with_name(f"{path.name}.restoring")
    owned = take_ownership(path, "symptom-bot restore")
    try:
        if aside.exists():
            raise StoreError(
                f"{aside} is there from an earlier restore. Look whether it is still needed, and remove it."
            )
        _remove(fresh)
        copy_online(backup, fresh)
        yield fresh
        if path.exists():
            with closing(sqlite3.connect(path)) as old:  # what its journal holds belongs to it
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            os.replace(path, aside)
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        os.replace(fresh, path)
    except (OSError, sqlite3.Error):
        raise StoreError(
            f"{backup} could not be put in the place of {path}. Check rights and room on the disk."
        ) from None
    finally:
        _remove(fresh)
        owned.release()


def aside_of(path: Path) -> Path:
    """Where what stood in the place of a restored database is kept."""
    return path.with_name(f"{path.name}.before-restore")


def _remove(file: Path) -> None:
    """A copy that was to take the database's place, and what opening it left beside it."""
    for one in (*(file.with_name(file.name + end) for end in ("", "-wal", "-shm", ".lock")), *copied_files(file)):
        one.unlink(missing_ok=True)


def _look_at(backup: Path) -> None:
    """Whether it is a whole backup of a release that is not newer. Raises StoreError."""
    if not backup.is_file():
        raise StoreError(f"There is no file {backup}.")
    try:
        with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            whole = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            found = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()[0]
    except (sqlite3.Error, TypeError):
        raise StoreError(f"{backup} is no backup of symptom-bot.") from None
    if not whole:
        raise StoreError(f"{backup} is damaged. Take another one.")
    if found not in known_revisions():
        raise StoreError(f"{backup} was made by a newer symptom-bot. Update this one first.")
    if found == UNSEALED:
        raise StoreError(
            f"{backup} is of a release that encrypted nothing. Let DATABASE_URL name it, and it is encrypted at the start."
        )
