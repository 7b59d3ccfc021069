"""What a batch commits is there afterwards, whole or not at all; what is erased is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.store import (
    AlreadySeen,
    Batch,
    ChatRow,
    ChatWrite,
    Due,
    FlowVersion,
    Outgoing,
    Sent,
    SessionRow,
    SetAside,
    Store,
    Unstorable,
    open_store,
)
from bot.store.keeping import retention

ANN, BEN = "telegram:1", "telegram:2"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with open_store(database_url) as store:
        yield store


def interview(chat: str, name: str = "s1", json: str = "{}", **more: object) -> SessionRow:
    return SessionRow(name, chat, "back_spasm", "0123456789abcdef", json, started=100.0, seen=101.0, **more)  # type: ignore[arg-type]


def turn(chat: str, session: str = "s1", json: str = "{}", update: int = 1, now: float = 101.0) -> Batch:
    """A batch as one ordinary turn makes it."""
    return Batch(
        now=now,
        updates=(update,),
        chats=(ChatWrite(chat, session, update, "en", "consented", now),),
        sessions=(interview(chat, session, json),),
        outbox=(Outgoing(chat, f"reply to {update}", now),),
    )


def test_what_was_committed_is_there_after_reopening(database_url: str) -> None:
    with open_store(database_url) as store:
        store.commit(turn(ANN, json='{"pain": "4 – môže byť 😀"}'))
    with open_store(database_url) as store:
        row = store.load([ANN])[ANN]
    assert row.session == interview(ANN, json='{"pain": "4 – môže byť 😀"}')
    assert (row.lang, row.state, row.last_update, row.seen, row.blocked) == ("en", "consented", 1, 101.0, False)


def test_an_unknown_chat_loads_as_a_fresh_row(store: Store) -> None:
    assert store.load([ANN, BEN]) == {ANN: ChatRow(ANN), BEN: ChatRow(BEN)}
    with store.transaction([BEN, ANN, ANN]) as tx:
        assert tx.rows == {ANN: ChatRow(ANN), BEN: ChatRow(BEN)}
    assert store.load([]) == {}


def test_a_later_turn_replaces_the_session_and_numbers_go_on(store: Store) -> None:
    store.commit(turn(ANN, json="old", update=1))
    store.commit(turn(ANN, json="new", update=2))
    row = store.load([ANN])[ANN]
    assert row.session is not None
    assert row.session.json == "new"
    assert (row.last_update, row.next_seq) == (2, 3)


def test_an_older_update_does_not_turn_the_chat_back(store: Store) -> None:
    store.commit(turn(ANN, update=9))
    store.commit(turn(ANN, update=4))
    assert store.load([ANN])[ANN].last_update == 9


def test_a_turn_that_fails_before_its_commit_changes_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction([ANN]):
        _ = 1 / 0
    with store.transaction([ANN]):
        pass
    assert store.load([ANN])[ANN].session is None
    assert store.waiting() == 0


def test_a_caller_s_own_error_is_not_taken_for_the_store_s(store: Store) -> None:
    with pytest.raises(UnicodeError), store.transaction([ANN]):
        "\ud800".encode()


def test_an_update_counts_once(store: Store) -> None:
    store.commit(turn(ANN, json="first", update=7))
    with pytest.raises(AlreadySeen) as caught:
        store.commit(Batch(now=1.0, updates=(7, 8), sessions=(interview(BEN, "s2"),), chats=(ChatWrite(BEN, "s2"),)))
    assert caught.value.updates == {7}
    assert store.load([BEN])[BEN].session is None
    with store.transaction([BEN]) as tx:
        assert tx.were_seen([7, 8]) == {7}
        tx.commit(Batch(now=1.0, updates=(8,)))
    with store.transaction([]) as tx:
        assert tx.were_seen([7, 8, 9]) == {7, 8}
        assert tx.were_seen([]) == frozenset()


def test_the_same_update_twice_in_one_batch_is_refused(store: Store) -> None:
    with pytest.raises(AlreadySeen) as caught:
        store.commit(Batch(now=1.0, updates=(5, 5)))
    assert caught.value.updates == {5}
    store.commit(Batch(now=1.0, updates=(5,)))


def test_what_cannot_be_stored_leaves_nothing_behind_and_is_not_quoted(store: Store) -> None:
    secret = "numb between the legs"
    with pytest.raises(Unstorable) as caught:
        store.commit(
            Batch(
                now=1.0,
                updates=(1, 2),
                chats=(ChatWrite(ANN, "s1", 1), ChatWrite(BEN, "s2", 2)),
                sessions=(interview(ANN), interview(BEN, "s2", f"{secret} \ud800")),
            )
        )
    assert secret not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert store.load([ANN])[ANN].session is None
    store.commit(turn(ANN))
    with store.transaction([]) as tx:
        assert tx.were_seen([1, 2]) == {1}


def test_a_number_out_of_range_is_unstorable(store: Store) -> None:
    with pytest.raises(Unstorable):
        store.commit(Batch(now=1.0, updates=(2**70,)))


def test_a_chat_that_was_not_locked_cannot_be_written(store: Store) -> None:
    with store.transaction([ANN]) as tx, pytest.raises(ValueError, match="opened for"):
        tx.commit(turn(BEN))
    assert store.load([BEN])[BEN].session is None


def test_sessions_can_be_looked_up_by_id_and_by_chat(store: Store) -> None:
    store.commit(turn(ANN, "s1"))
    store.commit(turn(ANN, "s2", update=2))
    assert [session.id for session in store.sessions_of(ANN)] == ["s1", "s2"]
    assert store.session("s1") == interview(ANN)
    assert store.session("s9") is None
    with store.transaction([ANN]) as tx:
        assert tx.session("s1") == interview(ANN)
        current = tx.rows[ANN].session
    assert current is not None
    assert current.id == "s2"


def test_due_rows_wait_are_replaced_and_are_cancelled_by_the_next_word(store: Store) -> None:
    reminder = Due(ANN, "reminder", 7200.0, "s1")
    check = Due(BEN, "was_help_reached", 7300.0, "s2", urgent=True)
    store.commit(Batch(now=1.0, due=(reminder, check)))
    assert store.due(7000.0) == []
    assert store.due(8000.0) == [check, reminder]
    assert store.due(8000.0, limit=1) == [check]
    later = Due(ANN, "reminder", 9000.0, "s1")
    store.commit(Batch(now=2.0, due=(later,)))
    assert store.due(8000.0) == [check]
    store.commit(Batch(now=3.0, cancel_due=(ANN, BEN), due=(reminder,)))
    assert store.due(9999.0) == [reminder]


def test_a_due_row_is_carried_out_once(store: Store) -> None:
    reminder = Due(ANN, "reminder", 10.0)
    moved = Due(ANN, "reminder", 20.0)
    store.commit(Batch(now=1.0, due=(reminder,)))
    with store.transaction([ANN]) as tx:
        assert tx.still_due([reminder, moved]) == {reminder}
        tx.commit(Batch(now=10.0, done_due=(reminder,)))
    with store.transaction([ANN]) as tx:
        assert tx.still_due([reminder]) == frozenset()
        assert tx.still_due([]) == frozenset()
    store.commit(Batch(now=1.0, due=(moved,)))
    store.commit(Batch(now=1.0, done_due=(reminder,)))
    assert store.due(99.0) == [moved], "a row that was moved meanwhile stays"


def test_a_person_who_forgets_everything_still_gets_the_answer_that_it_was_done(store: Store) -> None:
    store.commit(turn(ANN, json="secret", update=1))
    store.commit(turn(BEN, "s2", update=2))
    store.commit(
        Batch(
            now=9.0,
            updates=(3,),
            erase=(ANN,),
            chats=(ChatWrite(ANN, None, 3),),
            outbox=(Outgoing(ANN, "All is erased.", 9.0),),
        )
    )
    row = store.load([ANN])[ANN]
    assert (row.session, row.state, row.last_update, row.next_seq) == (None, "", 3, 2)
    assert store.sessions_of(ANN) == []
    assert store.waiting() == 2  # Ben's question and Ann's confirmation
    assert [session.id for session in store.sessions_of(BEN)] == ["s2"]
    with store.transaction([]) as tx:
        assert tx.were_seen([1, 2, 3]) == {1, 2, 3}, "what was handled stays handled"


def test_erasing_a_chat_takes_everything_of_it_and_nothing_else(store: Store) -> None:
    store.commit(turn(ANN, update=1))
    store.commit(Batch(now=1.0, due=(Due(ANN, "reminder", 5.0),)))
    store.commit(turn(BEN, "s2", update=2))
    assert store.erase_chat(ANN)
    assert not store.erase_chat(ANN)
    assert store.load([ANN])[ANN] == ChatRow(ANN)
    assert store.sessions_of(ANN) == []
    assert store.due(99.0) == []
    assert store.waiting() == 1
    assert store.load([BEN])[BEN].session is not None


def test_retention_erases_what_was_finished_or_left_long_ago(store: Store) -> None:
    store.commit(
        Batch(
            now=1.0,
            chats=(ChatWrite(ANN, "new"), ChatWrite(BEN, "left"), ChatWrite("telegram:3", "done")),
            sessions=(
                SessionRow("old", ANN, "f", "v", "{}", 1.0, 2.0, finished=3.0, status="done"),
                SessionRow("new", ANN, "f", "v", "{}", 1.0, 90.0),
                SessionRow("left", BEN, "f", "v", "{}", 1.0, 40.0),
                SessionRow("done", "telegram:3", "f", "v", "{}", 1.0, 60.0, finished=60.0, status="done"),
            ),
            due=(Due(BEN, "reminder", 5.0, "left"), Due(ANN, "reminder", 5.0, "new")),
        )
    )
    assert store.erase_finished(50.0) == 2
    assert store.erase_finished(50.0) == 0
    assert [session.id for session in store.sessions_of(ANN)] == ["new"]
    assert store.load([BEN])[BEN] == ChatRow(BEN)
    assert store.due(99.0) == [Due(ANN, "reminder", 5.0, "new")]
    current = store.load([ANN])[ANN].session
    assert current is not None
    assert current.id == "new"
    assert store.session("done") is not None


def test_retention_keeps_a_chat_whose_current_session_went_but_which_has_others(store: Store) -> None:
    store.commit(
        Batch(
            now=1.0,
            chats=(ChatWrite(ANN, "old"),),
            sessions=(
                SessionRow("old", ANN, "f", "v", "{}", 1.0, 2.0, finished=3.0),
                SessionRow("fresh", ANN, "f", "v", "{}", 1.0, 90.0, finished=90.0),
            ),
        )
    )
    assert store.erase_finished(50.0) == 1
    assert store.load([ANN])[ANN] == ChatRow(ANN)
    assert [session.id for session in store.sessions_of(ANN)] == ["fresh"]


def test_a_long_retention_run_goes_in_pieces(store: Store) -> None:
    names = [f"telegram:{number}" for number in range(1200)]
    store.commit(
        Batch(
            now=1.0,
            chats=tuple(ChatWrite(name, f"s{name}") for name in names),
            sessions=tuple(SessionRow(f"s{name}", name, "f", "v", "{}", 1.0, 1.0, finished=1.0) for name in names),
        )
    )
    assert store.erase_finished(50.0) == 1200


def test_flow_versions_are_kept_as_they_were_and_can_be_withdrawn(store: Store) -> None:
    version = FlowVersion("abc", "back_spasm", {"interview.yaml": "- ask: pain\n", "texts.sk.yaml": "bolesť"}, 5.0)
    store.store_flow_version(version)
    store.store_flow_version(FlowVersion("abc", "back_spasm", {"other": ""}, 9.0))
    assert store.flow_version("abc") == replace(version, stored=9.0)
    store.store_flow_version(FlowVersion("def", "back_spasm", {}, 8.0))
    store.store_flow_version(FlowVersion("ghi", "sprain", {}, 8.0))
    assert store.versions_of("back_spasm", 5) == ["abc", "def"]
    assert store.flow_version("nope") is None
    assert store.withdrawn() == frozenset()
    assert store.withdraw("abc")
    assert not store.withdraw("nope")
    assert store.withdrawn() == {"abc"}
    assert store.versions_of("back_spasm", 5) == ["def"]
    stored = store.flow_version("abc")
    assert stored is not None
    assert stored.withdrawn


def test_tidying_forgets_bookkeeping_that_nobody_needs(store: Store) -> None:
    for version in ("used", "unused", "current", "withdrawn"):
        store.store_flow_version(FlowVersion(version, "f", {}, 1.0))
    store.withdraw("withdrawn")
    store.commit(
        Batch(
            now=10.0,
            updates=(1,),
            chats=(ChatWrite(ANN, "s1", 1),),
            sessions=(SessionRow("s1", ANN, "f", "used", "{}", 1.0, 2.0),),
            outbox=(Outgoing(ANN, "sent", 10.0), Outgoing(ANN, "waits", 10.0)),
            set_aside=(SetAside(3, "KeyError", 10.0),),
        )
    )
    store.settle([Sent(ANN, 1)], 11.0)
    store.commit(Batch(now=60.0, updates=(2,)))
    assert (
        store.tidy(50.0, keep=["current"]) == 4
    )  # update 1, the message that was sent, the update set aside, "unused"
    with store.transaction([]) as tx:
        assert tx.were_seen([1, 2]) == {2}
    assert store.waiting() == 1
    assert [v for v in ("used", "unused", "current", "withdrawn") if store.flow_version(v)] == [
        "used",
        "current",
        "withdrawn",
    ]
    assert store.set_aside() == []


def test_tidying_forgets_chats_of_which_nothing_is_left(store: Store) -> None:
    session = SessionRow("s1", BEN, "f", "v", "{}", 1.0, 1.0)
    store.commit(Batch(now=1.0, chats=(ChatWrite(ANN, None, 1, seen=1.0),)))
    store.commit(Batch(now=1.0, chats=(ChatWrite(BEN, "s1", 2, seen=1.0),), sessions=(session,)))
    store.commit(
        Batch(
            now=1.0, chats=(ChatWrite("telegram:3", None, 3, seen=1.0),), outbox=(Outgoing("telegram:3", "bye", 1.0),)
        )
    )
    store.commit(Batch(now=60.0, chats=(ChatWrite("telegram:4", None, 4, seen=60.0),)))
    store.tidy(50.0)
    kept = [chat for chat, row in store.load([ANN, BEN, "telegram:3", "telegram:4"]).items() if row.seen]
    assert kept == [BEN, "telegram:3", "telegram:4"]


def test_a_chat_that_begins_anew_while_the_sweep_looks_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.commit(Batch(now=1.0, chats=(ChatWrite(ANN, None, 1, seen=1.0),)))
    session = SessionRow("s1", ANN, "f", "v", "{}", 60.0, 60.0)
    real = retention.Sweep.find

    def find(sweep: retention.Sweep, connection: Any, before: float, keep: Any, limit: int) -> Any:
        found = real(sweep, connection, before, keep, limit)
        if found and not store.load([ANN])[ANN].session:
            store.commit(Batch(now=60.0, chats=(ChatWrite(ANN, "s1", 2, seen=60.0),), sessions=(session,)))
        return found

    monkeypatch.setattr(retention.Sweep, "find", find)
    store.tidy(50.0)
    assert store.load([ANN])[ANN].session == session


def test_an_update_set_aside_leaves_its_id_and_a_code(store: Store) -> None:
    aside = SetAside(66, "ZeroDivisionError", 5.0)
    store.commit(Batch(now=5.0, updates=(66,), set_aside=(aside,)))
    assert store.set_aside() == [aside]
    with pytest.raises(AlreadySeen):
        store.commit(Batch(now=6.0, updates=(66,)))
