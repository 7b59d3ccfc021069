"""A pooler in transaction mode before PostgreSQL, as PgBouncer with its default settings: nothing outlives its transaction."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import Connection, text

from bot.replay.double.server import TelegramDouble
from bot.store import Batch, ChatWrite, Outgoing, Store, StoreUnavailable, open_store
from tests.support.pooler import pooled
from tests.support.telegram_bot import UNCOMPLICATED, Patient, quiet, serving

OUTLIVES = re.compile(
    r"\b(LISTEN|UNLISTEN|PREPARE|DECLARE|CREATE\s+TEMP\w*|pg_advisory_lock|SET(?! LOCAL)\s+\w+\s*(=|TO\b))", re.I
)
"""Statements whose effect would stay with a session of the server."""


def said(statement: str) -> bool:
    words = statement.upper().split()
    return bool(OUTLIVES.search(statement)) and words[0] not in ("UPDATE", "INSERT")


@pytest.mark.parametrize(
    ("statement", "outlives"),
    [
        ("SET statement_timeout = 5", True),
        ("LISTEN news", True),
        ("SELECT pg_advisory_lock(1)", True),
        ("BEGIN; SET LOCAL statement_timeout = '30s'", False),
        ("SELECT pg_advisory_xact_lock(1)", False),
        ("UPDATE chats SET lang = 'en'", False),
    ],
)
def test_what_outlives_a_transaction_is_known(statement: str, outlives: bool) -> None:
    assert said(statement) is outlives


async def test_a_whole_conversation_leaves_nothing_behind_in_a_session_of_the_server(postgresql_url: str) -> None:
    async with TelegramDouble() as telegram:
        with pooled(postgresql_url) as pooler:
            async with serving(telegram, pooler.url) as bot:
                ann = Patient(telegram.user(1))
                await ann.start()
                await ann.walks(*UNCOMPLICATED)
                await quiet(bot, telegram)
                assert ann.last.text.startswith("Look after it yourself")
                await bot.channel.chores.retention()
                await bot.channel.chores.leases()
                await bot.channel.chores.withdrawn()
                assert [row.level for row in bot.store.sessions_of("telegram:1")] == ["self_care"]
        assert pooler.named == 0, "a statement was prepared under a name"
        assert [words for words in pooler.statements if said(words)] == []
        assert pooler.transactions > 50


def test_several_workers_share_its_sessions(postgresql_url: str) -> None:
    def work(store: Store, worker: int) -> None:
        for number in range(20):
            chat = f"telegram:{number % 4}"
            update = worker * 1000 + number + 1
            messages = (Outgoing(chat, "{}", 1.0),)
            store.commit(Batch(1.0, updates=(update,), chats=(ChatWrite(chat, None),), outbox=messages))

    with pooled(postgresql_url) as pooler, open_store(pooler.url) as one, open_store(pooler.url) as two:
        threads = [threading.Thread(target=work, args=pair) for pair in ((one, 1), (two, 2))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert one.waiting() == 40


def test_who_stands_still_in_a_transaction_is_ended_by_the_server(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.opening._BEGIN", "BEGIN; SET LOCAL statement_timeout = '50ms'")
    with (
        open_store(postgresql_url) as store,
        pytest.raises(StoreUnavailable, match="57014"),
        store._read() as connection,
    ):
        connection.execute(text("SELECT pg_sleep(5)"))


def stand_still(store: Store, connection: Connection) -> None:
    """Until the server has ended the session of this transaction; then go on."""
    mine = {"pid": connection.execute(text("SELECT pg_backend_pid()")).scalar_one()}
    store._statements.see_updates(connection, [{"update_id": n, "at": 1.0, "dated": None} for n in range(3)])
    with store._read() as other:
        for _ in range(200):
            if not other.execute(text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"), mine).scalar():
                break
            other.execute(text("SELECT pg_sleep(0.05), pg_stat_clear_snapshot()"))
        else:
            pytest.fail("it stands there still")
    connection.execute(text("SELECT 1"))


def test_who_stands_still_behind_many_rows_is_ended_too(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(
        postgresql_url
    ) as store:  # with the limit of every day: this process may stand still a little itself
        monkeypatch.setattr(
            "bot.store.opening._BEGIN", "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '200ms'"
        )
        with pytest.raises(StoreUnavailable), store._write() as connection:
            stand_still(store, connection)


def test_each_transaction_has_its_limits(postgresql_url: str) -> None:
    with open_store(postgresql_url) as store, store._read() as connection:
        for limit, seconds in (
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "15s"),
            ("transaction_timeout", "1min"),
        ):
            assert connection.execute(text(f"SHOW {limit}")).scalar() == seconds


@pytest.mark.parametrize("through_pooler", [False, True])
def test_statements_are_remembered_only_by_a_session_of_ones_own(postgresql_url: str, through_pooler: bool) -> None:
    with pooled(postgresql_url) as pooler, open_store(pooler.url if through_pooler else postgresql_url) as store:
        for _ in range(10):
            store.take_deliveries(1.0)
        with store._write() as connection:
            found = connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one()
        assert bool(found) is not through_pooler
