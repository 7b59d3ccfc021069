"""Who takes the database, its journal, a copy or a backup, reads nothing; what is erased, nobody reads with all keys left."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from bot.app import open_service
from bot.core.conversation.events import Commanded, Started, Typed
from bot.store import Batch, ChatWrite, Due, Outgoing, SessionRow, Store, open_store, opening, schema
from bot.store.place.address import address_of
from bot.store.place.copies import copied_files
from tests.support.bytes_left import folder_of, holding, stored_keys
from tests.support.service_chat import Chat
from tests.support.telegram_bot import UNCOMPLICATED, Clock, settings

NUMBER = "4915550017263"
CHAT = f"telegram:{NUMBER}"
WORD = "quetzalcoatlus"
MONTH = 30 * 86400.0


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url, now=1.0) as store:
        yield store


def told(session: str = "s1", chat: str = CHAT, seen: float = 10.0, finished: float | None = None) -> Batch:
    """What a turn leaves of somebody who used the word."""
    return Batch(
        now=seen,
        chats=(ChatWrite(chat, session, 1, "en", f"state {WORD}", seen),),
        sessions=(SessionRow(session, chat, "f", "v", f'"{WORD}"', seen, seen, level="emergency", finished=finished),),
        outbox=(Outgoing(chat, f"You wrote {WORD}.", seen, 0, f"{session}.1"),),
        due=(Due(chat, "help", seen + 60, session, urgent=True),),
    )


def sought() -> tuple[bytes, ...]:
    return (WORD.encode(), NUMBER.encode(), WORD.encode("utf-16-le"), b"emergency")


@pytest.mark.ci
def test_a_whole_chat_leaves_no_word_and_no_number_on_the_disk(database_url: str) -> None:
    """Number and word are of this test alone: the server's journal holds what others write into its other databases, and those
    of before the encryption hold them in the clear."""
    clock, drawn = Clock(), uuid4()
    number, word = f"49{drawn.int % 10**13:013}", "q" + "".join(chr(ord("a") + int(x, 16)) for x in drawn.hex)
    mine, sought = f"telegram:{number}", (number.encode(), word.encode())
    chosen = (b"cold_pale_foot", b"Is the foot colder", b"for_whom", b"consented")
    with open_store(database_url, now=clock()) as store:
        ann = Chat(open_service(settings(), store, clock), mine)
        ann.taps(ann.does(Started()), UNCOMPLICATED[0])
        ann.does(Typed(f"hm, {word}", 3))
        with store.transaction([mine]) as tx:
            kept = [s.json for s in tx.sessions_of(mine)] + [m.waiting for m in tx.messages_of(mine)]
        assert all(any(one.decode() in text for text in kept) for one in chosen), "the words are kept"
        row = store._vault.row(mine)
        folder = folder_of(store)
        assert holding(folder, row.encode()), "the search itself finds what is there"
        assert holding(folder, *sought, *chosen[:2], *chosen[3:]) == []
        if not store.shared:
            store.back_up(folder / "backup")
        ann.does(Commanded("forget"))
        assert holding(folder, *sought, *chosen[:2], *chosen[3:]) == []


def test_rows_come_back_as_they_were_given(store: Store) -> None:
    store.commit(told())
    row = store.load([CHAT])[CHAT]
    assert (row.chat, row.lang, row.state) == (CHAT, "en", f"state {WORD}")
    assert row.session == store.session("s1") == store.sessions_of(CHAT)[0]
    assert (row.session.json, row.session.level) == (f'"{WORD}"', "emergency")
    assert store.due(99.0) == [Due(CHAT, "help", 70.0, "s1", urgent=True)]
    assert [(d.chat, d.payload, d.priority) for d in store.take_deliveries(10.0)] == []  # leased by the commit
    with store.transaction([CHAT]) as tx:
        assert tx.waiting([CHAT]) == {CHAT}
        assert [m.waiting for m in tx.messages_of(CHAT)] == [f"You wrote {WORD}."]


def test_a_row_that_was_moved_to_another_chat_says_nothing_there(store: Store) -> None:
    store.commit(told())
    store.commit(told("s2", "telegram:2"))
    ann, ben = store._vault.row(CHAT), store._vault.row("telegram:2")
    with store._writing.begin() as connection:
        connection.execute(
            text("UPDATE chats SET key = (SELECT key FROM chats WHERE chat = :a), about = "
                 "(SELECT about FROM chats WHERE chat = :a) WHERE chat = :b"), {"a": ann, "b": ben}
        )  # fmt: skip
        connection.execute(text("UPDATE sessions SET sealed = :x WHERE id = 's1'"), {"x": b"x" * 60})
    assert store.load(["telegram:2"])["telegram:2"].session is None
    session = store.load([CHAT])[CHAT].session
    assert session is not None
    assert session.json == ""


@pytest.mark.parametrize("how", ["forget", "erase", "retention"])
def test_what_is_erased_is_gone_with_its_key(sqlite_url: str, how: str) -> None:
    with open_store(sqlite_url, now=1.0) as store:
        store.commit(told(finished=10.0))
        store.commit(told("s2", "telegram:2", seen=90.0))
        row = store._vault.row(CHAT)
        key = stored_keys(store)[row]
        assert holding(folder_of(store), key)
        if how == "forget":
            store.commit(Batch(now=20.0, erase=(CHAT,)))
        elif how == "erase":
            assert store.erase_chat(CHAT, 20.0)
        else:
            assert store.erase_finished(50.0) == 1
        assert holding(folder_of(store), key, row.encode()) == []
        assert store.load(["telegram:2"])["telegram:2"].session is not None


def test_on_postgresql_the_rows_go_with_the_key(postgresql_url: str) -> None:
    with open_store(postgresql_url, now=1.0) as store:
        store.commit(told())
        store.commit(Batch(now=20.0, erase=(CHAT,)))
        assert stored_keys(store) == {}
        with store._read() as connection:
            for table in ("chats", "sessions", "outbox", "due"):
                assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_a_chat_that_goes_on_gets_a_key_that_opens_nothing_of_what_went(store: Store) -> None:
    store.commit(told("old", seen=10.0, finished=10.0))
    store.commit(told("new", seen=90.0))
    before = stored_keys(store)
    assert store.erase_finished(50.0) == 1
    assert stored_keys(store).keys() == before.keys()
    assert stored_keys(store) != before
    assert [s.json for s in store.sessions_of(CHAT)] == [f'"{WORD}"']
    assert store.due(200.0) == [Due(CHAT, "help", 150.0, "new", urgent=True)]
    with store.transaction([CHAT]) as tx:
        assert [m.waiting for m in tx.messages_of(CHAT)] == [f"You wrote {WORD}."] * 2


def test_what_was_sent_keeps_neither_words_nor_that_it_was_urgent(store: Store) -> None:
    from bot.store import Sent

    store.commit(told())
    store.settle([Sent(CHAT, 1, 77)], 11.0)
    with store._read() as connection:
        assert connection.exec_driver_sql("SELECT length(payload), priority FROM outbox").all() == [(0, 1)]


def test_copies_of_before_a_migration_lose_what_is_erased(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(database_url, now=1.0) as store:
        store.commit(told())
        store.commit(told("s2", "telegram:2"))
        row = store._vault.row(CHAT)
        key = stored_keys(store)[row]
    newest = schema.known_revisions()[-1]
    newer = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, newer, ignore=shutil.ignore_patterns("__pycache__"))
    (newer / "versions" / "9000_none.py").write_text(
        f'revision = "9000"\ndown_revision = "{newest}"\ndef upgrade(): pass\n'
    )
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    monkeypatch.setattr(opening, "MIGRATIONS", newer)
    with open_store(database_url, now=1.0) as store:
        copied = "main" if not store.shared else f"before_{newest}"
        assert store.erase_chat(CHAT, 20.0)
        if store.shared:
            with store._read() as connection:
                for table in ("chats", "sessions", "outbox", "due"):
                    left = connection.exec_driver_sql(f"SELECT chat FROM {copied}.{table}").scalars().all()
                    assert left == [store._vault.row("telegram:2")]
        else:
            file = Path(store.where)
            assert len(copied_files(file)) == 1
            assert holding(file.parent, key, row.encode(), *sought()) == []
        store.change_keys(1.0 + MONTH, MONTH, at_once=True)
        store.change_keys(700.0 + MONTH, MONTH)
        if store.shared:
            with store._read() as connection:
                found = connection.exec_driver_sql("SELECT nspname FROM pg_namespace").scalars().all()
            assert copied not in found, "a copy that nobody can read was kept"
        else:
            assert copied_files(file) == [], "a copy that nobody can read was kept"


def test_a_database_of_before_is_migrated_and_leaves_nothing_in_the_clear(database_url: str) -> None:
    _made_by_the_first_release(database_url)
    with open_store(database_url, now=50.0) as store:
        row = store.load([CHAT])[CHAT]
        assert (row.chat, row.lang, row.state, row.last_update, row.next_seq) == (CHAT, "en", f"at {WORD}", 7, 3)
        assert row.session == SessionRow("s1", CHAT, "f", "v", f'"{WORD}"', 1.0, 2.0, 1, "running", "emergency", None)
        assert [s.chat for s in store.sessions_of("telegram:alone")] == ["telegram:alone"]
        assert store.due(99.0) == [Due(CHAT, "help", 9.0, "s1", urgent=True)]
        assert [(d.seq, d.payload, d.priority, d.ref) for d in store.take_deliveries(60.0)] == [
            (2, f"You wrote {WORD}.", 0, "s1.2")
        ]
        assert store.message_ids([(CHAT, "s1.1")]) == {(CHAT, "s1.1"): 41}
        with store.transaction([]) as tx:
            assert tx.were_seen([7, 8]) == {7}
        if not store.shared:
            assert holding(folder_of(store), *sought()) == []
            assert copied_files(Path(store.where)) == []
    with open_store(database_url) as store:
        assert store.load([CHAT])[CHAT].session is not None
        store.commit(told(seen=60.0))


def test_a_database_of_before_that_is_large_is_migrated_whole(sqlite_url: str) -> None:
    _made_by_the_first_release(sqlite_url, more=1203)
    with open_store(sqlite_url) as store:
        names = [f"telegram:m{n}" for n in range(1203)]
        rows = store.load(names)
        assert all(rows[n].session.json == f'"{n}"' for n in names)  # type: ignore[union-attr]


def _made_by_the_first_release(url: str, more: int = 0) -> None:
    """A database as the release before encryption left it."""
    from alembic import command
    from alembic.config import Config

    engine = create_engine(address_of(url))
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        session = "INSERT INTO sessions VALUES (:id, :chat, 'f', 'v', 1, :json, 'running', :level, 1.0, 2.0, NULL)"
        chat = (
            "INSERT INTO chats (chat, session, lang, state, last_update, seen, next_seq) "
            "VALUES (:chat, :id, 'en', :state, 7, 2.0, 3)"
        )
        message = (
            "INSERT INTO outbox (chat, seq, priority, payload, ref, created, sent, message_id) "
            "VALUES (:chat, :seq, 0, :payload, :ref, 2.0, :sent, :number)"
        )
        add = lambda sql, **values: connection.execute(text(sql), values)  # noqa: E731
        add(chat, chat=CHAT, id="s1", state=f"at {WORD}")
        add(session, id="s1", chat=CHAT, json=f'"{WORD}"', level="emergency")
        add(session, id="s9", chat="telegram:alone", json="{}", level=None)
        add(message, chat=CHAT, seq=1, payload="", ref="s1.1", sent=2.0, number=41)
        add(message, chat=CHAT, seq=2, payload=f"You wrote {WORD}.", ref="s1.2", sent=None, number=None)
        add("INSERT INTO due VALUES (:chat, 'help', 's1', 9.0, true)", chat=CHAT)
        add("INSERT INTO seen_updates VALUES (7, 2.0)")
        for n in range(more):
            add(chat, chat=f"telegram:m{n}", id=f"m{n}", state="")
            add(session, id=f"m{n}", chat=f"telegram:m{n}", json=f'"telegram:m{n}"', level=None)
        connection.commit()
    engine.dispose()


def test_the_journal_is_empty_after_an_erasure(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        store.commit(told())
        store.commit(Batch(now=20.0, erase=(CHAT,)))
        assert Path(f"{store.where}-wal").stat().st_size == 0
        with sqlite3.connect(store.where) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
