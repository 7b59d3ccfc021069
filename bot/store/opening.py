"""Opening a store: the URL, who owns the file, whether the database is ours and of which version, and migration."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool, StaticPool

from .errors import NoDatabase, StoreError, in_plain_words
from .place.address import address_of, address_shown, sqlite_file
from .place.backups import aside_of, prepared
from .place.copies import UNSEALED, copy_file, copy_tables
from .place.ownership import Ownership, take_ownership
from .schema import MIGRATIONS, VERSION_TABLE, known_revisions, metadata
from .sealing.unlocking import key_file_of, new_vault, vault_of
from .sealing.vault import Vault
from .store import Store

Access = Literal["owner", "guest"]
BUSY_SECONDS = 5.0
OWNER_BUSY_SECONDS = 1.0
"""Who serves patients tries again rather than waits: the thread that waits cannot be called back when the bot stops."""
CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 30
_IDLE_SECONDS = 15
_TRANSACTION_SECONDS = 60
_LINE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""When a line to PostgreSQL counts as cut: without these, after hours."""
_MIGRATION_LOCK = 0x53594D50  # any number that no other program on the same server is likely to choose


def open_store(
    url: str,
    *,
    purpose: str = "symptom-bot",
    access: Access = "owner",
    lease: float = 15.0,
    keys: Path | None = None,
    now: float = 0.0,
    as_it_is: bool = False,
) -> Store:
    """Open the database at `url` (sqlite:///file, a file name, sqlite:// for memory, postgresql://...), making or
    migrating its tables.

    `access`: an "owner" of a SQLite file is its only one, for the life of the process (`purpose` is what a second one
    is told); a "guest" may read and write beside the owner, a whole transaction at a time, for errands such as
    erasing a chat. On PostgreSQL they are the same. `lease`: seconds for which a worker serves a chat's queue.
    `keys`: the key file (else see `key_file_of`), made where nothing is sealed yet; `now`: its age then, in seconds UTC (as
    it stands so old that its wrapping key is replaced in the first round of retention). `as_it_is`: nothing is made and nothing
    migrated; where there is no database, NoDatabase is raised.
    Raises StoreError with one line that says what to do.
    """
    target = address_of(url)
    file = key_file_of(target, keys)
    store = (
        _open_postgresql(target, lease, file, now, as_it_is)
        if target.get_backend_name() == "postgresql"
        else _open_sqlite(target, purpose, access, lease, file, now, as_it_is)
    )
    try:
        store.erase_again()
    except BaseException:
        store.close()
        raise
    return store


class Restored(NamedTuple):
    """What putting a backup back came to. `aside`: where what stood there is kept, if anything did; `erased`: chats that were
    erased since it was made, and are again; `unreadable`: chats whose keys are destroyed by now."""

    aside: Path | None
    erased: int
    unreadable: int


def put_back(url: str, backup: Path, keys: Path | None, now: float) -> Restored:
    """Put a backup in the place of the SQLite database at `url`, which nobody may be using. Raises StoreError; then nothing
    was changed."""
    target = address_of(url)
    path, file = sqlite_file(target), key_file_of(target, keys)
    if path is None:
        raise StoreError("DATABASE_URL names no SQLite file.")
    there = path.exists()
    with (
        prepared(path, backup) as fresh,
        _open_sqlite(target.set(database=str(fresh)), "symptom-bot restore", "owner", 15.0, file, now) as store,
    ):
        unreadable, all_ = store.unreadable()
        if all_ and unreadable == all_:
            raise StoreError(f"{backup} is so old that its keys are destroyed: nobody can read it any more.")
        erased = store.erase_again()
    return Restored(aside_of(path) if there else None, erased, unreadable)


# SQLite


def _open_sqlite(
    url: URL, purpose: str, access: Access, lease: float, keys: Path | None, now: float, as_it_is: bool = False
) -> Store:
    path = sqlite_file(url)
    held: Ownership | None = None
    if as_it_is and (path is None or not path.exists()):
        raise NoDatabase(str(path or "in memory"))
    if path is not None:
        _prepare_file(path)
        held = take_ownership(path, purpose) if access == "owner" else None
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool if path else StaticPool,
        connect_args={
            "timeout": BUSY_SECONDS if access == "guest" else min(OWNER_BUSY_SECONDS, BUSY_SECONDS),
            "check_same_thread": False,
        },
    )
    _use_sqlite_well(engine)
    where = str(path) if path else "The database in memory"

    def before_migrating(old: str | None) -> None:
        nonlocal held
        if as_it_is:
            _refuse_to_change(where, old)
        if path is not None:
            held = held or take_ownership(path, purpose)
            if old is not None and old != UNSEALED:
                copy_file(path, old)

    try:
        vault = _bring_up_to_date(engine, where, keys, now, before_migrating)
    except BaseException:
        engine.dispose()
        if held:
            held.release()
        raise
    if held and access == "guest":
        held.release()
        held = None
    release = held.release if held else None
    return Store(engine, where, uuid.uuid4().hex, vault, lease=lease, file=path, on_close=release)


def _prepare_file(path: Path) -> None:
    """Make the folder and, readable by its owner alone, the file; refuse what is plainly no database."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with path.open("rb") as file:
            head = file.read(16)
    except IsADirectoryError:
        raise StoreError(f"{path} is a folder. Set DATABASE_URL to a file.") from None
    except OSError as error:
        raise StoreError(
            f"Cannot write {path} ({error.strerror}). Make the file and its folder writable, "
            "or set DATABASE_URL to another place."
        ) from None
    if head and head != b"SQLite format 3\0":
        raise StoreError(f"{path} is not a database. Set DATABASE_URL to another file, or move this one away.")


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "cache_size=-6000",  # KiB: the pages that some thousand chats touch in turn
)


def _use_sqlite_well(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the file's lock before it reads, so that nothing changes between its load and its commit.
        writes = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# PostgreSQL


def _open_postgresql(url: URL, lease: float, keys: Path | None, now: float, as_it_is: bool) -> Store:
    where = f"The database at {address_shown(url)}"
    ours = {"connect_timeout": CONNECT_SECONDS, "application_name": "symptom-bot", **_LINE}
    ours |= {"prepare_threshold": None, "autocommit": True}  # we say BEGIN ourselves, below
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=5,
        max_overflow=5,
        pool_timeout=BUSY_SECONDS,
        connect_args={name: value for name, value in ours.items() if name not in url.query},
    )
    _use_postgresql_well(engine)
    try:
        vault = _bring_up_to_date(
            engine, where, keys, now, lambda old: _refuse_to_change(where, old) if as_it_is else None
        )
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, where, uuid.uuid4().hex, vault, lease=lease)


_BEGIN = (
    f"BEGIN; SET LOCAL statement_timeout = '{_STATEMENT_SECONDS}s'; "
    f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'"
)
"""A worker that stands still in a transaction holds up the others, who wait for its chats, for no longer than this. Behind a
pooler such as PgBouncer each transaction may have another session of the server, so nothing is set, locked or listened to for
longer than one."""
_WHOLE = f"; SET LOCAL transaction_timeout = '{_TRANSACTION_SECONDS}s'"
"""The same for who stands still within what the driver sends; PostgreSQL 17 and later know it."""

PREPARED_AFTER = 5
"""How often a statement is made before the server is told to remember it: a batch takes half as long then."""


def _counts_transactions(connection: Connection) -> bool:
    """Whether this PostgreSQL knows `transaction_timeout`."""
    return (connection.dialect.server_version_info or ()) >= (17,)


def _use_postgresql_well(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        # A pooler gives out numbers of its own. What one session remembers, the next one does not know.
        number = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
        connection.prepare_threshold = PREPARED_AFTER if number == connection.info.backend_pid else None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(_BEGIN + _WHOLE if _counts_transactions(connection) else _BEGIN)

    @event.listens_for(engine, "after_cursor_execute")
    def counts_again(
        connection: Connection, cursor: Any, statement: str, values: Any, context: Any, many: bool
    ) -> None:
        """psycopg ends what is run for many rows with a Flush behind the Sync. PostgreSQL counts the time that a session stands
        idle in its transaction from the Sync, and stops counting at any message: who then stood still held up the others for
        ever. The answer to one more statement makes it count again."""
        if many:
            cursor.connection.execute("SELECT 1")


# Both


def _bring_up_to_date(
    engine: Engine, where: str, keys: Path | None, now: float, before_migrating: Callable[[str | None], None]
) -> Vault:
    """Make or migrate the tables; refuse a database that is not ours or newer than this release, or whose keys are not
    there. Returns what its rows are sealed with."""
    known = known_revisions()
    with in_plain_words(where), engine.connect() as connection:
        found = _revision(connection, where, known)
        if found is not None and found != UNSEALED:
            vault = vault_of(connection, where, keys)
            if found == known[-1]:
                return vault
    before_migrating(found)
    writing = engine.execution_options(write=True)
    with in_plain_words(where), writing.connect() as connection:
        if engine.dialect.name == "postgresql":  # several workers may start at once
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            if _counts_transactions(connection):
                connection.execute(text("SET LOCAL transaction_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        found = _revision(connection, where, known)
        if found == known[-1]:
            return vault_of(connection, where, keys)
        if found is not None and engine.dialect.name == "postgresql":
            copy_tables(connection, found)
        plain = found is None or found == UNSEALED
        vault = new_vault(where, keys, now) if plain else vault_of(connection, where, keys)
        _migrate(connection, vault)
        connection.commit()
    vault.keys.bind()
    if found == UNSEALED and engine.dialect.name == "sqlite":
        _leave_nothing_in_the_clear(engine, where)
    return vault


def _refuse_to_change(where: str, found: str | None) -> None:
    if found is None:
        raise NoDatabase(where)
    raise StoreError(f"{where} was written by an older symptom-bot; `symptom-bot run` brings it up to date.")


def _leave_nothing_in_the_clear(engine: Engine, where: str) -> None:
    """What stood in the tables before they were sealed is still in the journal, and in pages that are free now."""
    with in_plain_words(where), engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("VACUUM")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _revision(connection: Connection, where: str, known: tuple[str, ...]) -> str | None:
    """The migration that a database stands at; None if it is empty."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        ours = tables & set(metadata.tables)
        if ours or (tables and connection.dialect.name == "sqlite"):
            raise StoreError(f"{where} belongs to another program. Set DATABASE_URL to a database of its own.")
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if found is not None and found not in known:
        raise StoreError(
            f"{where} was written by a newer symptom-bot (its tables are {found}, this release knows {known[-1]}). "
            "Update symptom-bot, or set DATABASE_URL to another database."
        )
    return found


def _migrate(connection: Connection, vault: Vault) -> None:
    from alembic import command  # only here: most starts find nothing to migrate and need not wait for it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["vault"] = vault
    command.upgrade(config, "head")
