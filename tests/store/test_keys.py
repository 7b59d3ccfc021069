"""The key file: made once, never over what is there, changed by itself, and old enough destroyed; without it nothing is touched."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.store import ChatRow, Store, StoreError, open_store
from bot.store.sealing.key_file import KeyFile
from bot.store.sealing.vault import Vault
from tests.store.test_sealed import CHAT, MONTH, WORD, told
from tests.support.bytes_left import holding, stored_keys

DAY = 86400.0


def keys_of(url: str) -> Path:
    """Where the keys lie if nothing else is said."""
    return Path(f"{url.removeprefix('sqlite:///')}.key" if url.startswith("sqlite") else "symptom-bot.key").absolute()


def made(url: str) -> Path:
    with open_store(url, now=1.0) as store:
        store.commit(told())
    return keys_of(url)


def refusal(url: str, keys: Path | None = None) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(url, keys=keys)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_first_start_makes_it_for_its_owner_alone_and_says_so(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        file = made(database_url)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Keep a copy of it, apart" in caplog.text
    caplog.clear()
    open_store(database_url).close()
    assert caplog.text == ""


def test_a_file_that_others_may_read_is_said_to_be_one(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    made(sqlite_url).chmod(0o644)
    open_store(sqlite_url).close()
    assert "chmod 600" in caplog.text


@pytest.mark.parametrize("what", ["missing", "damaged", "cut", "empty", "another's", "a folder"])
def test_without_its_keys_a_database_is_left_as_it_is(database_url: str, tmp_path: Path, what: str) -> None:
    file = made(database_url)
    right = file.read_bytes()
    if what == "missing":
        file.unlink()
    elif what == "a folder":
        file.unlink()
        file.mkdir()
    elif what == "another's":
        open_store(f"sqlite:///{tmp_path}/other.db").close()
        file.write_bytes((tmp_path / "other.db.key").read_bytes())
    else:
        file.write_bytes({"damaged": b"\0" + right[1:], "cut": right[: len(right) // 2], "empty": b""}[what])
    message = refusal(database_url)
    assert str(file) in message
    assert any(what in message for what in ("copy", "Let the bot's user"))
    assert file.exists() == (what != "missing"), "a key was made over existing data"
    if file.is_dir():
        file.rmdir()
    file.write_bytes(right)
    with open_store(database_url) as store:
        session = store.load([CHAT])[CHAT].session
        assert session is not None
        assert session.json == f'"{WORD}"'


def test_keys_that_belong_to_another_database_are_not_taken_for_a_new_one(sqlite_url: str, tmp_path: Path) -> None:
    file = made(sqlite_url)
    message = refusal(f"sqlite:///{tmp_path}/new.db", keys=file)
    assert "another database" in message
    assert "DATA_KEY_FILE" in message


def test_the_database_itself_or_a_folder_is_no_key_file(sqlite_url: str, tmp_path: Path) -> None:
    assert "the database itself" in refusal(sqlite_url, keys=tmp_path / "bot.db")
    assert "is a folder" in refusal(sqlite_url, keys=tmp_path)


def test_an_older_copy_of_the_keys_is_refused(database_url: str) -> None:
    file = made(database_url)
    older = file.read_bytes()
    with open_store(database_url) as store:
        store.change_keys(2.0, MONTH, at_once=True)
    newest = file.read_bytes()
    file.write_bytes(older)
    assert "Put back its newest copy" in refusal(database_url)
    file.write_bytes(newest)
    open_store(database_url).close()


def test_a_start_that_is_cut_off_between_keys_and_tables_goes_on(sqlite_url: str) -> None:
    KeyFile.make(keys_of(sqlite_url), 1.0)
    made(sqlite_url)
    assert json.loads(keys_of(sqlite_url).read_text())["bound"]


def test_workers_that_start_at_once_make_one(postgresql_url: str) -> None:
    found: list[Store] = []
    threads = [threading.Thread(target=lambda: found.append(open_store(postgresql_url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({store._vault.keys.keys.database for store in found}) == 1
    for store in found:
        store.close()


def test_keys_change_by_themselves_and_old_ones_are_destroyed(database_url: str) -> None:
    file = made(database_url)
    with open_store(database_url) as store:
        first = stored_keys(store)
        wrapping = json.loads(file.read_text())["wrapping"][0]["key"].encode()
        assert store.change_keys(6 * DAY, MONTH) == (False, 0, 0)
        assert store.change_keys(8 * DAY, MONTH) == (True, 1, 0)
        assert stored_keys(store).keys() == first.keys(), "chats keep their names"
        assert stored_keys(store) != first
        assert store.change_keys(9 * DAY, MONTH) == (False, 0, 0)
        assert wrapping in file.read_bytes()
        assert store.change_keys(1.0 + MONTH, MONTH) == (True, 1, 1)
        assert wrapping not in file.read_bytes()
        session = store.load([CHAT])[CHAT].session
        assert session is not None
        assert session.json == f'"{WORD}"'
        assert [m.waiting for m in _messages(store)] == [f"You wrote {WORD}."]
        assert [d.kind for d in store.due(999.0)] == ["help"]


def test_a_key_that_a_wrong_clock_made_lives_no_longer_for_that(sqlite_url: str) -> None:
    with open_store(sqlite_url, now=10.0**9) as store:
        store.commit(told())
        assert store.change_keys(DAY, MONTH).made
        assert store.change_keys(DAY + MONTH, MONTH).destroyed == 1
        assert store.change_keys(DAY + MONTH + 600, MONTH).destroyed == 1


def _messages(store: Store) -> list[object]:
    with store.transaction([CHAT]) as tx:
        return list(tx.messages_of(CHAT))  # type: ignore[return-value]


def test_a_copy_older_than_the_retention_is_read_by_nobody(sqlite_url: str, tmp_path: Path) -> None:
    made(sqlite_url)
    with open_store(sqlite_url) as store:
        old = tmp_path / "stolen.db"
        store.back_up(old)
        store.change_keys(8 * DAY, MONTH)
        store.change_keys(2.0 + MONTH, MONTH)
        assert holding(tmp_path, WORD.encode()) == []
    with open_store(f"sqlite:///{old}", keys=keys_of(sqlite_url)) as stolen:
        assert stolen.unreadable() == (1, 1)
        assert stolen.load([CHAT])[CHAT].session is None
        assert stolen.sessions_of(CHAT) == []
        assert stolen.due(999.0) == []
        assert stolen.take_deliveries(999.0) == []


def test_other_workers_take_up_a_change_at_once(postgresql_url: str) -> None:
    with open_store(postgresql_url, now=1.0) as one, open_store(postgresql_url) as two:
        one.commit(told())
        two.change_keys(2.0, MONTH, at_once=True)
        assert one.load([CHAT])[CHAT].session is not None
        one.commit(told("s2", "telegram:2"))
        assert two.load(["telegram:2"])["telegram:2"].session is not None
        assert two.change_keys(3.0, MONTH) == (False, 0, 0), "the new chat uses the new key"


def test_what_another_worker_is_writing_can_be_read_however_long_nobody_served(postgresql_url: str) -> None:
    """After a month without a bot, keys change with the first start, while another worker takes its first turns."""
    with open_store(postgresql_url, now=1.0) as one, open_store(postgresql_url) as two:
        with one.transaction([CHAT]) as tx:
            tx._write(told(), [])
            assert two.change_keys(2.0 + MONTH, MONTH) == (True, 0, 0)
            tx._connection.commit()
        assert two.change_keys(3.0 + MONTH, MONTH) == (False, 1, 0)
        assert two.load([CHAT])[CHAT].session is not None
        assert [due.kind for due in two.due(999.0)] == ["help"]
        assert two.change_keys(700.0 + MONTH, MONTH).destroyed == 1


def test_a_key_that_is_still_used_is_never_destroyed(sqlite_url: str) -> None:
    file = made(sqlite_url)
    with open_store(sqlite_url) as store:
        keys = KeyFile.open(file, "the test")
        keys.add(2.0, 2.0)
        assert keys.destroy(frozenset({keys.keys.newest.id}), 3.0) == 0, "the newest stays"
        assert store.change_keys(3.0 + MONTH, MONTH).destroyed >= 1
        assert store.load([CHAT])[CHAT].session is not None


def test_a_file_that_cannot_be_written_stops_no_reading(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made(sqlite_url)
    with open_store(sqlite_url) as store:

        def no_room(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("bot.store.sealing.key_file.write_privately", no_room)
        with pytest.raises(StoreError, match="No space left"):
            store.change_keys(MONTH, MONTH)
        monkeypatch.undo()
        assert store.load([CHAT])[CHAT].session is not None


KILLED = """
import sys
from pathlib import Path
from bot.store.sealing.key_file import KeyFile
file = KeyFile.open(Path(sys.argv[1]), "the test")
now = 10.0
print("go", flush=True)
while True:
    now += 1
    file.add(now, now)
    file.destroy(frozenset(k.id for k in file.keys.wrapping[:-3]), now)
"""


@pytest.mark.ci
def test_a_kill_while_it_changes_leaves_a_whole_file(sqlite_url: str) -> None:
    file = made(sqlite_url)
    for n in range(6):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(0.02 * n)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        assert len(KeyFile.open(file, "the test").keys.wrapping) >= 1


def test_names_of_chats_are_hashed_with_a_key() -> None:
    one, two = Vault(KeyFile.in_memory(1.0)), Vault(KeyFile.in_memory(1.0))
    assert one.row(CHAT) == one.row(CHAT)
    assert one.row(CHAT) != two.row(CHAT)
    assert one.row(CHAT) != one.row("telegram:1")
    assert CHAT not in repr(ChatRow(one.row(CHAT)))


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_a_change_keeps_the_file_s_rights(sqlite_url: str) -> None:
    file = made(sqlite_url)
    file.chmod(0o640)
    KeyFile.open(file, "the test").add(5.0, 5.0)
    assert file.stat().st_mode & 0o777 == 0o640
