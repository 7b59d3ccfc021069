"""A store opens fast, says plainly why it cannot, and never harms a database that it does not know."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import create_engine, inspect

import bot.store.opening as opening
import bot.store.schema as schema
from bot.store import Batch, ChatWrite, SessionRow, Store, StoreError, StoreUnavailable, open_store
from bot.store.place.address import address_of
from bot.store.schema import VERSION_TABLE

NEWEST = schema.known_revisions()[-1]
NEXT = f"{int(NEWEST) + 1:04}"

HOLD = """
import sys
from bot.store import open_store
store = open_store(sys.argv[1], purpose="symptom-bot run")
print("open", flush=True)
sys.stdin.read()
"""


def refusal(url: str, access: opening.Access = "owner") -> str:
    with pytest.raises(StoreError) as caught:
        open_store(url, access=access)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear Ann,\n" * 50)
    assert "is not a database" in refusal(f"sqlite:///{file}")
    assert file.read_text() == "Dear Ann,\n" * 50


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    file.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    assert "damaged" in refusal(str(file))


def test_another_program_s_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "accounts.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    assert "belongs to another program" in refusal(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("accounts",)]


def test_a_postgresql_database_with_a_table_of_our_name_is_refused(postgresql_url: str) -> None:
    import psycopg

    with psycopg.connect(postgresql_url) as connection:
        connection.execute("CREATE TABLE sessions (id INTEGER)")
    assert "belongs to another program" in refusal(postgresql_url)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refusal(f"sqlite:///{tmp_path}")


def test_a_missing_folder_is_made_and_the_file_is_private(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/var/lib/bot.db"):
        assert (tmp_path / "var/lib/bot.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite:/x:/y://", "postgresql://host:port/name"])
def test_an_unusable_url_is_refused_with_what_to_write(url: str) -> None:
    assert "DATABASE_URL" in refusal(url)


def test_a_database_as_it_is_is_neither_made_nor_migrated(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> str:
        with pytest.raises(StoreError) as caught:
            open_store(database_url, access="guest", as_it_is=True)
        return f"{type(caught.value).__name__}: {caught.value}"

    before = sorted(tmp_path.rglob("*"))
    assert "NoDatabase: There is no database yet" in found()
    assert "NoDatabase" in found()  # the first look left nothing behind
    assert sorted(tmp_path.rglob("*")) == before
    open_store(database_url).close()
    with open_store(database_url, access="guest", as_it_is=True) as store:
        assert store.listed_versions() == []
    with monkeypatch.context() as newer:
        newer.setattr(opening, "known_revisions", lambda: (*schema.known_revisions(), NEXT))
        assert "was written by an older symptom-bot" in found()
    open_store(database_url, access="guest", as_it_is=True).close()


def test_a_plain_file_name_is_a_sqlite_file(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "bot.db")) as store:
        assert store.where == str(tmp_path / "bot.db")


def test_a_store_in_memory_works_from_several_threads() -> None:
    with open_store("sqlite://") as store:
        store.commit(Batch(now=1.0, updates=(1,)))
        found: list[bool] = []
        thread = threading.Thread(target=lambda: found.append(store.waiting() == 0))
        thread.start()
        thread.join()
        assert found == [True]


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_database_that_may_not_be_written_is_refused(tmp_path: Path, what: str) -> None:
    home = Path("/tmp") / f"symptom-bot-{os.getpid()}-{what}" if os.geteuid() == 0 else tmp_path / what
    home.mkdir(mode=0o755)
    try:
        file = home / "bot.db"
        if what == "file":
            open_store(str(file)).close()
            for path in home.iterdir():
                path.chmod(0o444)
        home.chmod(0o555)
        message = _refusal_of_somebody_who_is_not_root(str(file))
        assert "Cannot write" in message
        assert "DATABASE_URL" in message
        assert "\n" not in message
    finally:
        home.chmod(0o755)
        shutil.rmtree(home)


def test_a_server_that_cannot_be_reached_is_said_so_without_the_password() -> None:
    message = refusal("postgresql://bot:hunter2@127.0.0.1:9/bot")
    assert "did not answer" in message
    assert "127.0.0.1:9/bot" in message
    assert "hunter2" not in message


def test_a_database_of_a_newer_release_is_refused(database_url: str) -> None:
    with open_store(database_url) as store:
        store.commit(Batch(now=1.0, updates=(1,)))
    _say_version(database_url, "9999")
    assert "newer symptom-bot" in refusal(database_url)


def test_an_older_database_is_migrated_after_a_backup_copy(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(database_url) as store:
        store.commit(
            Batch(now=1.0, chats=(ChatWrite("a", "s"),), sessions=(SessionRow("s", "a", "f", "v", "old", 1.0, 1.0),))
        )
    newer = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, newer, ignore=shutil.ignore_patterns("__pycache__"))
    (newer / "versions" / f"{NEXT}_mood.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{NEXT}"\ndown_revision = "{NEWEST}"\n'
        'def upgrade():\n    op.add_column("chats", sa.Column("mood", sa.Text))\n'
    )
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", newer)
        patch.setattr(opening, "MIGRATIONS", newer)
        for _ in range(2):
            with open_store(database_url) as store:
                session = store.load(["a"])["a"].session
                assert session is not None
                assert session.json == "old"
    assert "newer symptom-bot" in refusal(database_url)
    copies = sorted(path.name for path in tmp_path.glob("*.before-*"))
    if database_url.startswith("sqlite"):
        assert copies == [f"bot.db.before-migration-from-{NEWEST}"]
        with open_store(str(tmp_path / copies[0]), keys=tmp_path / "bot.db.key") as store:
            assert store.load(["a"])["a"].session == session
    else:
        assert copies == []
        engine = create_engine(address_of(database_url))
        with engine.connect() as connection:
            schemas = [name for name in inspect(connection).get_schema_names() if name.startswith("before_")]
            assert schemas == [copied := f"before_{NEWEST}"]
            assert connection.exec_driver_sql(f"SELECT id FROM {copied}.sessions").all() == [("s",)]
            assert connection.exec_driver_sql(f"SELECT * FROM {copied}.{VERSION_TABLE}").all() == [(NEWEST,)]
            assert "mood" not in {c["name"] for c in inspect(connection).get_columns("chats", schema=copied)}
        engine.dispose()


def test_a_read_only_database_is_said_to_be_one(postgresql_url: str) -> None:
    engine = create_engine(address_of(postgresql_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine.dispose()
    assert "It is read-only" in refusal(postgresql_url)


def test_a_migration_that_fails_leaves_neither_change_nor_copy(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(postgresql_url).close()
    newer = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, newer, ignore=shutil.ignore_patterns("__pycache__"))
    (newer / "versions" / f"{NEXT}_fails.py").write_text(
        f'from alembic import op\nrevision = "{NEXT}"\ndown_revision = "{NEWEST}"\n'
        'def upgrade():\n    op.execute("ALTER TABLE nothing_of_the_kind ADD COLUMN x int")\n'
    )
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", newer)
        patch.setattr(opening, "MIGRATIONS", newer)
        refusal(postgresql_url)
    with open_store(postgresql_url) as store, store._engine.connect() as connection:
        assert not [name for name in inspect(connection).get_schema_names() if name.startswith("before_")]


def test_the_tables_of_the_code_are_those_of_the_migrations(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    open_store(database_url).close()
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_a_second_process_on_one_file_is_told_who_has_it(sqlite_url: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD, sqlite_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "open\n"
    message = refusal(sqlite_url)
    assert f"in use by symptom-bot run (process {owner.pid})" in message
    with open_store(sqlite_url, access="guest") as guest:
        guest.commit(Batch(now=1.0, updates=(1,)))
        assert not guest.erase_chat("telegram:1")
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    open_store(sqlite_url).close()


def test_a_guest_waits_for_the_owner_s_turn_to_end(sqlite_url: str) -> None:
    with open_store(sqlite_url) as owner, open_store(sqlite_url, access="guest") as guest:
        session = SessionRow("s", "a", "f", "v", "", 1.0, 1.0)
        owner.commit(Batch(now=1.0, chats=(ChatWrite("a", "s"),), sessions=(session,)))
        with owner.transaction(["a"]) as tx:
            thread = threading.Thread(target=guest.erase_chat, args=("a",))
            thread.start()
            thread.join(0.2)
            assert thread.is_alive()
            tx.commit(Batch(now=2.0, sessions=(session,)))
        thread.join()
        assert owner.sessions_of("a") == []


def test_a_guest_does_not_migrate_under_an_owner(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with open_store(sqlite_url):
        newer = tmp_path / "migrations"
        shutil.copytree(schema.MIGRATIONS, newer, ignore=shutil.ignore_patterns("__pycache__"))
        (newer / "versions" / f"{NEXT}_mood.py").write_text(
            f'revision = "{NEXT}"\ndown_revision = "{NEWEST}"\ndef upgrade(): pass\n'
        )
        monkeypatch.setattr(schema, "MIGRATIONS", newer)
        monkeypatch.setattr(opening, "MIGRATIONS", newer)
        assert "in use by" in refusal(sqlite_url, access="guest")
    open_store(sqlite_url, access="guest").close()
    open_store(sqlite_url).close()


def test_several_workers_may_start_at_once_on_an_empty_database(postgresql_url: str) -> None:
    stores: list[Store] = []
    threads = [threading.Thread(target=lambda: stores.append(open_store(postgresql_url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 4
    for store in stores:
        assert store.waiting() == 0
        store.close()


def test_an_outage_is_unavailable_and_ends_by_itself(postgresql_server: str, postgresql_url: str) -> None:
    import psycopg

    name = postgresql_url.split("/")[3].split("?")[0]
    with open_store(postgresql_url) as store:
        store.commit(Batch(now=1.0, updates=(1,)))
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        with pytest.raises(StoreUnavailable, match="did not answer"):
            store.commit(Batch(now=1.0, updates=(2,)))
        store.commit(Batch(now=1.0, updates=(2,)))


def test_a_missing_table_is_an_outage_and_no_fault_of_the_data(database_url: str) -> None:
    with open_store(database_url) as store:
        with store._writing.begin() as connection:
            connection.exec_driver_sql("DROP TABLE seen_updates")
        with pytest.raises(StoreUnavailable):
            store.commit(Batch(now=1.0, updates=(1,)))


def test_a_disk_file_locked_by_another_program_is_unavailable(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.1)
    with open_store(sqlite_url) as store:
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="close that program"):
            store.commit(Batch(now=1.0, updates=(1,)))
        other.execute("ROLLBACK")
        other.close()
        store.commit(Batch(now=1.0, updates=(1,)))


def test_sqlite_is_set_to_lose_nothing(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store, store._engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2}


def test_opening_an_existing_database_loads_no_migration_tool(database_url: str) -> None:
    open_store(database_url).close()
    code = (
        "import sys; from bot.store import open_store; open_store(sys.argv[1]).close(); "
        "print([m for m in ('alembic', 'mako') if m in sys.modules])"
    )
    begin = perf_counter()
    run = subprocess.run([sys.executable, "-c", code, database_url], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
    assert perf_counter() - begin < 5.0


def _refusal_of_somebody_who_is_not_root(url: str) -> str:
    """Root may write everywhere, so that a child which is somebody else has to try."""
    if os.geteuid() != 0:
        return refusal(url)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(65534)
            os.setuid(65534)
            open_store(url)
            os.write(writing, b"it opened")
        except BaseException as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as answer:
        return answer.read().decode()


def _say_version(url: str, version: str) -> None:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = ?", [version])
    else:
        import psycopg

        with psycopg.connect(url) as connection:
            connection.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = %s", [version])  # type: ignore[arg-type]


def test_a_migration_only_adds_so_that_older_workers_serve_on_while_others_are_upgraded() -> None:
    """Held since 0003; what must take away or rename something takes two releases: the first one stops using it."""
    for file in sorted((schema.MIGRATIONS / "versions").glob("[0-9]*.py"))[2:]:
        text = file.read_text(encoding="utf-8")
        assert set(re.findall(r"\bop\.(\w+)", text)) <= {"add_column", "create_table", "create_index"}, file.name
        for column in re.findall(r"op\.add_column\(.*", text):
            assert "nullable=False" not in column or "server_default" in column, file.name
