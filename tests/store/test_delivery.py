"""What waits in the outbox goes out once, in order within a chat, emergencies first, through one worker at a time."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator

import pytest

from bot.store import (
    EMERGENCY,
    Batch,
    Blocked,
    ChatWrite,
    Committed,
    Due,
    Held,
    Outgoing,
    Refused,
    Released,
    Sent,
    SessionRow,
    Store,
    open_store,
)

ANN, BEN, EVE = "telegram:1", "telegram:2", "telegram:3"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url) as store:
        yield store


@pytest.fixture
def workers(postgresql_url: str) -> Iterator[tuple[Store, Store]]:
    """Two workers on one PostgreSQL database; leases last 15 s."""
    with open_store(postgresql_url) as one, open_store(postgresql_url) as two:
        yield one, two


def say(store: Store, chat: str, *texts: str, now: float = 1.0, priority: int = 1) -> Committed:
    return store.commit(Batch(now=now, outbox=tuple(Outgoing(chat, text, now, priority) for text in texts)))


def goes_by(store: Store, seconds: float) -> None:
    """So much time of the database, as far as its leases are concerned."""
    with store._write() as connection:
        connection.exec_driver_sql(f"UPDATE chats SET lease_until = lease_until - {seconds}")


def texts(deliveries: object) -> list[str]:
    return [delivery.payload for delivery in deliveries]  # type: ignore[attr-defined]


def test_a_commit_hands_back_what_may_be_sent_now(store: Store) -> None:
    done = say(store, ANN, "one", "two")
    assert texts(done.deliveries) == ["one", "two"]
    assert [delivery.seq for delivery in done.deliveries] == [1, 2]
    assert done.leases == {ANN: 1}
    assert store.take_deliveries(2.0) == [], "the chat is leased here already"
    assert texts(say(store, ANN, "three", now=2.0).deliveries) == ["three"]
    assert store.waiting() == 3


def test_what_was_sent_is_not_sent_again_and_its_message_can_be_found(store: Store) -> None:
    done = store.commit(Batch(now=1.0, outbox=(Outgoing(ANN, "Pain?", 1.0, ref="s1:4"), Outgoing(BEN, "Hi", 1.0))))
    lost = store.settle([Sent(ANN, 1, 77), Sent(BEN, 1), *(Released(c, f) for c, f in done.leases.items())], 2.0)
    assert lost == frozenset()
    assert store.waiting() == 0
    assert store.take_deliveries(99.0) == []
    assert store.message_ids([(ANN, "s1:4"), (BEN, "s1:4"), (ANN, "nope")]) == {(ANN, "s1:4"): 77}
    assert store.message_ids([]) == {}


def test_the_latest_message_of_a_name_is_the_one_that_counts(store: Store) -> None:
    store.commit(Batch(now=1.0, outbox=(Outgoing(ANN, "a", 1.0, ref="q"), Outgoing(ANN, "b", 1.0, ref="q"))))
    store.settle([Sent(ANN, 1, 70), Sent(ANN, 2, 71)], 2.0)
    assert store.message_ids([(ANN, "q")]) == {(ANN, "q"): 71}


def test_outcomes_can_ride_in_the_next_commit(store: Store) -> None:
    fence = say(store, ANN, "one").leases[ANN]
    done = store.commit(
        Batch(now=2.0, outcomes=(Sent(ANN, 1, 5), Released(ANN, fence)), outbox=(Outgoing(ANN, "two", 2.0),))
    )
    assert texts(done.deliveries) == ["two"]
    assert store.waiting() == 1


def test_after_a_crash_what_was_committed_is_delivered(database_url: str) -> None:
    with open_store(database_url) as store:
        say(store, ANN, "one", "two")
        say(store, BEN, "help", now=2.0, priority=EMERGENCY)
        store.settle([Sent(ANN, 1)], 3.0)
    with open_store(database_url) as store:
        goes_by(store, 16.0)  # another worker cannot know that the first died before its lease ends
        assert texts(store.take_deliveries(3.0)) == ["help", "two"]
        assert store.take_deliveries(3.0) == []


def test_a_chat_s_older_messages_go_out_before_a_new_one(database_url: str) -> None:
    with open_store(database_url) as store:
        say(store, ANN, "one")
    with open_store(database_url) as store:
        goes_by(store, 16.0)
        done = say(store, ANN, "two", now=100.0)
        assert texts(done.deliveries) == ["one", "two"]
        assert {delivery.fence for delivery in done.deliveries} == {2}


def test_emergencies_go_first_then_the_longest_waiting(database_url: str) -> None:
    with open_store(database_url) as store:
        say(store, ANN, "question", now=1.0)
        say(store, BEN, "question", now=2.0)
        say(store, EVE, "question", now=3.0)
        say(store, EVE, "call 112", now=4.0, priority=EMERGENCY)
    with open_store(database_url) as store:
        goes_by(store, 16.0)
        found = store.take_deliveries(100.0)
        assert [(d.chat, d.payload) for d in found] == [
            (EVE, "call 112"),
            (ANN, "question"),
            (BEN, "question"),
            (EVE, "question"),
        ]
    with open_store(database_url) as store:
        goes_by(store, 16.0)
        assert {d.chat for d in store.take_deliveries(200.0, limit=1)} == {EVE}
        assert {d.chat for d in store.take_deliveries(200.0, limit=1)} == {ANN}


def test_a_retry_makes_its_chat_wait_and_no_other(store: Store) -> None:
    fence = say(store, ANN, "one").leases[ANN]
    say(store, BEN, "one")
    store.settle([Held(ANN, 1, fence, until=50.0)], 2.0)
    assert say(store, ANN, "two", now=3.0).deliveries == ()
    assert store.take_deliveries(49.0) == []
    found = store.take_deliveries(50.0)
    assert texts(found) == ["one", "two"]
    assert [delivery.attempts for delivery in found] == [1, 0]


def test_a_retry_in_a_commit_makes_its_chat_wait_too(store: Store) -> None:
    fence = say(store, ANN, "one").leases[ANN]
    done = store.commit(
        Batch(now=2.0, outcomes=(Held(ANN, 1, fence, until=50.0),), outbox=(Outgoing(ANN, "two", 2.0),))
    )
    assert done.deliveries == ()
    assert store.take_deliveries(49.0) == []
    assert texts(store.take_deliveries(51.0)) == ["one", "two"]


def test_a_refused_message_does_not_stop_its_chat(store: Store) -> None:
    say(store, ANN, "broken", "fine")
    store.settle([Refused(ANN, 1, "bad_request")], 2.0)
    assert store.waiting() == 1
    assert texts(say(store, ANN, "next", now=3.0).deliveries) == ["next"]


@pytest.mark.parametrize("how", ["settle", "commit"])
def test_a_person_who_blocked_the_bot_gets_nothing_more_but_keeps_their_answers(store: Store, how: str) -> None:
    session = SessionRow("s1", ANN, "f", "v", '{"pain": 4}', 1.0, 1.0)
    store.commit(
        Batch(
            now=1.0,
            chats=(ChatWrite(ANN, "s1", 1),),
            sessions=(session,),
            outbox=(Outgoing(ANN, "one", 1.0), Outgoing(ANN, "two", 1.0)),
            due=(Due(ANN, "reminder", 5.0),),
        )
    )
    match how:
        case "settle":
            store.settle([Blocked(ANN)], 2.0)
        case "commit":
            store.commit(Batch(now=2.0, outcomes=(Blocked(ANN),)))
    row = store.load([ANN])[ANN]
    assert row.blocked
    assert row.session == session
    assert store.waiting() == 0
    assert store.due(99.0) == []
    done = store.commit(Batch(now=3.0, chats=(ChatWrite(ANN, "s1", 2),), outbox=(Outgoing(ANN, "welcome back", 3.0),)))
    assert texts(done.deliveries) == ["welcome back"], "writing again ends the block"


def test_a_transaction_says_whose_messages_wait(store: Store) -> None:
    say(store, ANN, "one")
    with store.transaction([ANN, BEN]) as tx:
        assert tx.waiting([ANN, BEN]) == {ANN}
        assert tx.waiting([]) == frozenset()


def test_nothing_to_settle_or_renew_costs_nothing(store: Store) -> None:
    assert store.settle([], 1.0) == frozenset()
    assert store.renew({}) == frozenset()


def test_a_chat_that_another_worker_serves_is_left_to_it(workers: tuple[Store, Store]) -> None:
    one, two = workers
    fence = say(one, ANN, "from one").leases[ANN]
    done = say(two, ANN, "from two", now=2.0)
    assert (done.deliveries, done.leases) == ((), {})
    assert two.take_deliveries(3.0) == []
    assert one.settle([Sent(ANN, 1), Released(ANN, fence)], 4.0) == frozenset()
    assert texts(two.take_deliveries(5.0)) == ["from two"]


def test_a_worker_that_lost_its_lease_is_told_and_changes_nothing(workers: tuple[Store, Store]) -> None:
    one, two = workers
    fence = say(one, ANN, "one").leases[ANN]
    goes_by(one, 16.0)
    assert texts(two.take_deliveries(20.0)) == ["one"], "after 15 s the lease has ended"
    assert one.renew({ANN: fence}) == {ANN}
    assert one.settle([Held(ANN, 1, fence, until=900.0)], 21.0) == {ANN}
    assert one.commit(Batch(now=21.0, outcomes=(Released(ANN, fence),))).lost == {ANN}
    row = two.load([ANN])[ANN]
    assert (row.lease_owner, row.hold_until) == (two.owner, 0.0)
    one.settle([Sent(ANN, 1, 5)], 22.0)
    assert two.waiting() == 0, "that it was sent is a fact, whoever says so"


def test_a_renewed_lease_lasts(workers: tuple[Store, Store]) -> None:
    one, two = workers
    fence = say(one, ANN, "one").leases[ANN]
    goes_by(one, 14.0)
    assert one.renew({ANN: fence, BEN: 1}) == {BEN}
    goes_by(one, 14.0)
    assert two.take_deliveries(20.0) == []
    goes_by(one, 2.0)
    assert texts(two.take_deliveries(30.0)) == ["one"]


def test_two_workers_never_interleave_a_chat(workers: tuple[Store, Store]) -> None:
    """Each turn adds one to a counter that it read; chats overlap and come in any order."""
    chats = [f"telegram:{number}" for number in range(6)]
    turns = 40
    problems: list[BaseException] = []

    def work(store: Store, seed: int) -> None:
        rng = random.Random(seed)
        try:
            for number in range(turns):
                mine = rng.sample(chats, 4)
                with store.transaction(mine) as tx:
                    sessions = []
                    for chat in mine:
                        row = tx.rows[chat].session
                        count = json.loads(row.json) if row else 0
                        sessions.append(SessionRow(f"s-{chat}", chat, "f", "v", json.dumps(count + 1), 1.0, 1.0))
                    tx.commit(
                        Batch(
                            now=1.0,
                            updates=(seed * 1000 + number,),
                            chats=tuple(ChatWrite(chat, f"s-{chat}") for chat in mine),
                            sessions=tuple(sessions),
                            outbox=tuple(Outgoing(chat, "x", 1.0) for chat in mine),
                        )
                    )
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(workers[seed % 2], seed)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    rows = workers[0].load(chats)
    counts = {chat: json.loads(row.session.json) if row.session else 0 for chat, row in rows.items()}
    assert sum(counts.values()) == 4 * turns * 4
    assert {chat: row.next_seq - 1 for chat, row in rows.items()} == counts


def test_a_turn_that_waited_for_another_worker_sees_what_it_wrote(workers: tuple[Store, Store]) -> None:
    one, two = workers
    old, new = (SessionRow("s1", ANN, "f", "v", word, 1.0, 1.0) for word in ("old", "new"))
    one.commit(Batch(now=1.0, chats=(ChatWrite(ANN, "s1"),), sessions=(old,)))
    seen: list[str] = []

    def second() -> None:
        with two.transaction([ANN]) as tx:
            session = tx.rows[ANN].session
            seen.append(session.json if session else "")

    with one.transaction([ANN]) as tx:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "the second worker waits for the chat"
        tx.commit(Batch(now=1.0, sessions=(new,)))
    thread.join()
    assert seen == ["new"]


DAY = 86400.0


@pytest.mark.parametrize("how", ["settle", "commit"])
def test_a_hold_written_by_a_clock_a_day_ahead_silences_nobody(store: Store, how: str) -> None:
    fence = say(store, ANN, "one").leases[ANN]
    held = Held(ANN, 1, fence, until=DAY + 60.0)
    if how == "settle":
        store.settle([held], DAY)
    else:
        store.commit(Batch(now=DAY, outcomes=(held,)))
    assert texts(say(store, ANN, "two", now=5.0).deliveries) == ["one", "two"]


def test_a_hold_written_by_a_clock_a_day_ahead_is_found_without_a_word_of_the_patient(store: Store) -> None:
    fence = say(store, ANN, "one").leases[ANN]
    store.settle([Held(ANN, 1, fence, until=DAY + 60.0)], DAY)
    assert texts(store.take_deliveries(5.0)) == ["one"]


def test_nobody_is_held_longer_than_a_minute(store: Store) -> None:
    fence = say(store, ANN, "one").leases[ANN]
    store.settle([Held(ANN, 1, fence, until=40_000.0)], 2.0)
    assert store.take_deliveries(61.0) == []
    assert texts(store.take_deliveries(62.0)) == ["one"]


def test_workers_whose_clocks_are_apart_keep_each_others_leases(workers: tuple[Store, Store]) -> None:
    one, two = workers
    say(one, ANN, "from one", now=1.0)
    assert say(two, ANN, "from two", now=DAY).deliveries == ()
    assert two.take_deliveries(DAY) == []


@pytest.mark.parametrize("how", ["take", "commit"])
def test_a_lease_that_lies_a_day_ahead_silences_nobody(workers: tuple[Store, Store], how: str) -> None:
    """The clock of the database was wrong, or an earlier release wrote the lease by a clock that was."""
    one, two = workers
    say(one, ANN, "one")
    goes_by(one, -DAY)
    found = two.take_deliveries(5.0) if how == "take" else say(two, ANN, "two", now=5.0).deliveries
    assert texts(found)[0] == "one"


def test_workers_count_each_other_by_the_clock_of_the_database(workers: tuple[Store, Store]) -> None:
    one, two = workers
    assert [one.beat(), two.beat(), one.beat()] == [1, 2, 2]
    with one._write() as connection:
        connection.exec_driver_sql("UPDATE workers SET seen = seen - 16")
    assert two.beat() == 1, "who has not beaten for a lease counts no more"
    assert _rows_of_workers(two) == 1, "nor is it kept"
    assert one.beat() == 2
    with one._write() as connection:
        connection.exec_driver_sql("UPDATE workers SET seen = seen + 86400")  # the clock of the database was set
    assert [two.beat(), one.beat()] == [1, 2]
    one.close()
    assert two.beat() == 1, "who ends says so"


def _rows_of_workers(store: Store) -> int:
    with store._read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM workers").scalar() or 0)


def test_on_sqlite_one_worker_is_one_and_nothing_is_written(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        assert store.beat() == 1
        assert _rows_of_workers(store) == 0


def test_a_commit_whose_answer_was_lost_is_delivered_once_its_lease_is_over(workers: tuple[Store, Store]) -> None:
    """The database ended between the commit and its answer: this process holds a lease of which it knows nothing."""
    one, _ = workers
    say(one, ANN, "lost")
    assert one.take_deliveries(1.0) == []
    goes_by(one, 16.0)
    assert texts(one.take_deliveries(2.0)) == ["lost"]
