"""Disk, handles, memory, the database: what fails there sets nothing of a patient's aside. It is tried again."""

from __future__ import annotations

import errno
import sqlite3
from typing import Any

import pytest
from psycopg import errors as pg
from sqlalchemy import exc

from bot.app import open_service
from bot.core.conversation.events import Elapsed, Started, Typed
from bot.core.conversation.session import Session
from bot.service.incoming import Incoming, Pressed
from bot.service.service import Service
from bot.store import Store, StoreUnavailable, Transaction, Unstorable, of_surroundings
from bot.store.errors import in_plain_words
from tests.support.service_chat import ANN, BOB, Chat
from tests.support.telegram_bot import Clock, settings

OURS = [
    OSError(errno.EMFILE, "Too many open files"),
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EIO, "Input/output error"),
    MemoryError(),
    ImportError("a module that is gone"),
    StoreUnavailable("the database did not answer"),
]
NOT_OURS = [
    ValueError(),
    RuntimeError(),
    RecursionError(),
    KeyError(),
    OSError(errno.EOVERFLOW, "a date"),
    OverflowError(),
]


@pytest.mark.parametrize("error", OURS, ids=repr)
def test_a_step_that_our_surroundings_break_is_taken_again(service: Service, error: Exception) -> None:
    def breaks(session: Session, flow: Any) -> Any:
        raise error

    batch = [Incoming(ANN, Started(), update=1), Incoming(ANN, breaks, update=2), Incoming(BOB, Started(), update=3)]
    with pytest.raises(type(error)):
        service.handle(batch)
    assert service.store.set_aside() == []
    assert not service.store.waiting()
    batch[1] = batch[1]._replace(event=Typed("hello", 2))
    assert [h.why for h in service.handle(batch)[0]] == ["", "", ""]


@pytest.mark.parametrize("error", NOT_OURS, ids=repr)
def test_what_words_can_cause_is_set_aside_alone(service: Service, error: Exception) -> None:
    def breaks(session: Session, flow: Any) -> Any:
        raise error

    handled, _ = service.handle([Incoming(ANN, breaks, update=2), Incoming(BOB, Started(), update=3)])
    assert [h.why for h in handled] == ["poison", ""]


def test_a_tap_whose_screen_cannot_be_looked_up_just_now_counts_later(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Chat(service)
    ann.does(Started())
    with monkeypatch.context() as patch:

        def session(self: Any, name: str) -> Any:
            raise StoreUnavailable("the database did not answer")

        patch.setattr(Transaction, "session", session)
        with pytest.raises(StoreUnavailable):
            ann.does(Pressed("old.1.0.0", 5))
    assert service.store.set_aside() == []


def test_a_chat_whose_version_cannot_be_fetched_just_now_loses_nothing(
    service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Chat(service)
    ann.does(Started())
    before = ann.session
    anew = open_service(settings(), service.store, clock)
    anew.flows._versions.clear()
    with monkeypatch.context() as patch:

        def version(self: Any, name: str) -> Any:
            raise StoreUnavailable("unable to open database file: no handle is left")

        patch.setattr(Store, "flow_version", version)
        with pytest.raises(StoreUnavailable):
            anew.handle([Incoming(ANN, Typed("hello", 9), update=9)])
    assert ann.session == before


def test_a_silence_that_cannot_be_followed_up_just_now_stays_due(
    service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    clock.now += 86_400
    found = service.due()
    assert found
    assert isinstance(found[0].event, Elapsed)
    with monkeypatch.context() as patch:

        def step(*_: Any) -> Any:
            raise OSError(errno.EMFILE, "Too many open files")

        patch.setattr("bot.service.chat.step", step)
        with pytest.raises(OSError, match="Too many"):
            service.handle(found)
    assert service.due() == found
    assert [h.why for h in service.handle(found)[0]] == [""]


@pytest.mark.parametrize(
    "raised",
    [
        exc.OperationalError("", {}, sqlite3.OperationalError("database or disk is full")),
        exc.OperationalError("", {}, pg.DiskFull()),
        exc.NotSupportedError("", {}, pg.FeatureNotSupported("cached plan must not change result type")),
        exc.ProgrammingError("", {}, sqlite3.ProgrammingError("Cannot operate on a closed database.")),
        exc.InternalError("", {}, pg.InFailedSqlTransaction()),
        exc.DatabaseError("", {}, sqlite3.DatabaseError("database disk image is malformed")),
        OSError(errno.EMFILE, "Too many open files"),
        MemoryError(),
    ],
    ids=repr,
)
def test_what_befalls_the_database_is_no_fault_of_the_data(raised: Exception) -> None:
    with pytest.raises(StoreUnavailable), in_plain_words("The database"):
        raise raised


@pytest.mark.parametrize(
    "raised",
    [
        exc.DataError("", {}, pg.NumericValueOutOfRange()),
        exc.IntegrityError("", {}, sqlite3.IntegrityError("NOT NULL constraint failed")),
        OverflowError(),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"),
    ],
    ids=repr,
)
def test_what_the_data_cause_is_a_fault_of_the_data(raised: Exception) -> None:
    with pytest.raises(Unstorable), in_plain_words("The database"):
        raise raised


def test_the_two_kinds_are_told_apart() -> None:
    assert all(of_surroundings(error) for error in OURS)
    assert not any(of_surroundings(error) for error in (*NOT_OURS, Unstorable("a data error")))
