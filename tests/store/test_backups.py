"""A backup is made while the bot runs, and put back whole; what was erased since stays erased."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from bot.app import clock
from bot.cli import main
from bot.store import Batch, ChatWrite, Store, StoreError, open_store, put_back
from bot.store.sealing.erased import Erased
from tests.store.test_keys import keys_of
from tests.store.test_sealed import CHAT, MONTH, WORD, told
from tests.support.bytes_left import holding

BEN = "telegram:2"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "monday.db"


def with_two(file: Path) -> Store:
    store = open_store(f"sqlite:///{file}", now=1.0)
    store.commit(told())
    store.commit(told("s2", BEN))
    return store


def test_what_was_erased_since_stays_erased_and_nothing_else_goes(file: Path, backup: Path) -> None:
    with with_two(file) as store:
        store.back_up(backup)
        store.commit(Batch(now=20.0, erase=(CHAT,)))
        store.commit(Batch(now=30.0, chats=(ChatWrite("telegram:3", None),)))
    assert holding(backup.parent, WORD.encode(), CHAT.encode()) == []
    done = put_back(f"sqlite:///{file}", backup, None, 40.0)
    assert (done.erased, done.unreadable, done.aside) == (1, 0, file.with_name("bot.db.before-restore"))
    with open_store(f"sqlite:///{file}") as store:
        assert store.load([CHAT])[CHAT].seen == 0.0
        assert store.sessions_of(CHAT) == []
        assert [s.id for s in store.sessions_of(BEN)] == ["s2"]
        assert store.erase_chat(BEN, 50.0)
    with sqlite3.connect(done.aside) as aside:
        assert aside.execute("SELECT count(*) FROM sessions").fetchone() == (0,), "it was not erased there"
        assert aside.execute("SELECT count(*) FROM chats").fetchone() == (1,)


def test_who_came_back_after_erasing_is_not_erased_again_whatever_the_clock_said(file: Path, backup: Path) -> None:
    with with_two(file) as store:
        store.commit(Batch(now=10.0**9, erase=(CHAT,)))  # a clock years ahead
        store.commit(told("s3", seen=20.0))
        store.back_up(backup)
    assert put_back(f"sqlite:///{file}", backup, None, 40.0).erased == 0
    with open_store(f"sqlite:///{file}") as store:
        assert [s.id for s in store.sessions_of(CHAT)] == ["s3"]


def test_on_postgresql_too_what_comes_back_is_erased_at_the_start(postgresql_url: str) -> None:
    with open_store(postgresql_url, now=1.0) as store:
        store.commit(told())
        store.commit(told("s2", BEN))
        with store._writing.begin() as connection:
            for table in ("chats", "sessions", "outbox", "due"):
                connection.exec_driver_sql(f"CREATE TABLE dump_{table} AS TABLE {table}")
        store.erase_chat(CHAT, 20.0)
        with store._writing.begin() as connection:
            for table in ("chats", "sessions", "outbox", "due"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
                connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM dump_{table}")
        assert store.sessions_of(CHAT) != []
    with open_store(postgresql_url) as store:
        assert store.sessions_of(CHAT) == []
        assert [s.id for s in store.sessions_of(BEN)] == ["s2"]


def test_the_list_of_what_was_erased_ends_with_the_retention(file: Path) -> None:
    with with_two(file) as store:
        store.erase_chat(CHAT, 20.0)
        store.erase_chat(BEN, 20.0 + MONTH)
        erased = Erased(keys_of(f"sqlite:///{file}"))
        assert len(erased.all()) == 2
        store.change_keys(30.0 + MONTH, MONTH)
        assert list(erased.all().values()) == [20.0 + MONTH]


def test_a_wish_to_be_erased_does_not_wait_for_the_list(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with with_two(file) as store:
        Erased(keys_of(f"sqlite:///{file}")).path.mkdir()  # type: ignore[union-attr]
        store.commit(Batch(now=20.0, erase=(CHAT,)))
        assert store.sessions_of(CHAT) == []
    assert "erased, but not written down" in caplog.text


def test_a_backup_is_whole_while_others_write(file: Path, backup: Path) -> None:
    with with_two(file) as store:
        stop = threading.Event()

        def write() -> None:
            n = 0
            while not stop.is_set():
                n += 1
                store.commit(told(f"w{n}", f"telegram:w{n}"))

        writer = threading.Thread(target=write)
        writer.start()
        store.back_up(backup)
        stop.set()
        writer.join()
    with sqlite3.connect(backup) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        orphans = "SELECT count(*) FROM sessions LEFT JOIN chats USING (chat) WHERE chats.chat IS NULL"
        assert copy.execute(orphans).fetchone() == (0,)
    assert backup.stat().st_mode & 0o077 == 0
    with open_store(f"sqlite:///{file}") as store, pytest.raises(StoreError, match="is there already"):
        store.back_up(backup)


@pytest.mark.parametrize("what", ["missing", "no database", "in use", "other keys", "too old"])
def test_what_cannot_be_put_back_changes_nothing(file: Path, backup: Path, tmp_path: Path, what: str) -> None:
    url = f"sqlite:///{file}"
    held = with_two(file)
    held.back_up(backup)
    if what != "in use":
        held.close()
    if what == "missing":
        backup.unlink()
    elif what == "no database":
        backup.write_text("Dear Ann,")
    elif what == "other keys":
        other = with_two(tmp_path / "other.db")
        backup.unlink()
        other.back_up(backup)
        other.close()
    elif what == "too old":
        with open_store(url) as store:
            store.change_keys(8 * 86400.0, MONTH)
            store.change_keys(2.0 + MONTH, MONTH)
    with pytest.raises(StoreError) as caught:
        put_back(url, backup, None, 40.0)
    assert "\n" not in str(caught.value)
    held.close()
    assert [p.name for p in tmp_path.glob("bot.db.*") if "restor" in p.name] == []
    with open_store(url) as store:
        assert [s.id for s in store.sessions_of(BEN)] == ["s2"]


def test_the_commands(
    file: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    with open_store(f"sqlite:///{file}", now=clock()) as store:
        store.commit(told())
        store.commit(told("s2", BEN))
    assert main(["backup", str(backup)]) == 0
    assert "bot.db.key" in capsys.readouterr().out
    assert main(["backup", str(backup)]) == 2
    assert main(["erase", "--chat", "4915550017263"]) == 0
    assert main(["rotate-key"]) == 0
    assert "1 chat(s) got new keys" in capsys.readouterr().out
    assert main(["restore", str(backup)]) == 0
    out = capsys.readouterr().out
    assert "1 chat(s) that were erased since" in out
    assert main(["restore", str(backup)]) == 2
    assert "before-restore" in capsys.readouterr().err
    assert main(["stats"]) == 1
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:hunter2@db/name")
    assert main(["backup", str(backup)]) == 2
    assert main(["restore", str(backup)]) == 2
    err = capsys.readouterr().err
    assert "pg_dump --format=custom" in err
    assert "pg_restore" in err
    assert "hunter2" not in err
