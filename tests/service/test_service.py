"""`Service.handle`: one load, the pure steps, one transaction; what counts once, what is set aside, what is told."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.conversation.events import Commanded, Edited, Elapsed, Received, Started, Tapped, Typed
from bot.core.conversation.session import Session
from bot.service.incoming import NO_SCREEN, Incoming, Pressed
from bot.service.service import Service
from bot.store import Batch, ChatWrite, Committed, Sent, SessionRow, Unstorable, transaction
from tests.support.service_chat import ANN, BOB, Chat, words
from tests.support.telegram_bot import Clock


def test_a_batch_is_one_load_and_one_commit(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[Batch] = []
    real = transaction.Transaction.commit

    def commit(self: Any, batch: Batch) -> Committed:
        commits.append(batch)
        return real(self, batch)

    monkeypatch.setattr(transaction.Transaction, "commit", commit)
    batch = [Incoming(f"telegram:{n % 10}", Typed("hello", n), update=n) for n in range(1, 31)]
    handled, committed = service.handle(batch)
    assert len(commits) == 1
    assert [h.incoming.update for h in handled] == list(range(1, 31))
    # Each "hello" brings the question once more, and those before it lose their buttons.
    assert len(committed.deliveries) == 30 + 20
    order = [d.seq for d in committed.deliveries if d.chat == "telegram:3"]
    assert order == sorted(order)


def test_an_update_counts_once_in_a_batch_and_across_batches(service: Service) -> None:
    same = Incoming(ANN, Started(), update=5)
    handled, _ = service.handle([same, same])
    assert [h.why for h in handled] == ["", "seen"]
    handled, committed = service.handle([same])
    assert handled[0].why == "seen"
    assert committed.deliveries == ()


def test_an_update_of_a_chat_that_was_erased_meanwhile_still_counts_once(service: Service) -> None:
    ann = Chat(service)
    ann.does(Started())
    service.store.erase_chat(ANN)
    handled, _ = service.handle([Incoming(ANN, Started(), update=1), Incoming(BOB, Started(), update=2)])
    assert [h.why for h in handled] == ["seen", ""]


def test_a_tap_on_a_keyboard_of_another_chat_is_not_that_chats_tap(service: Service) -> None:
    ann, bob = Chat(service), Chat(service, BOB)
    first = ann.does(Started())
    ann.taps(first, "Me")
    bob.number = 100
    bob.does(Started())
    bob.does(Pressed(ann.button(first, "Me")))
    session = bob.session
    assert session is not None
    assert not session.consented


def test_the_tapped_message_is_the_one_that_is_edited(service: Service) -> None:
    ann = Chat(service)
    handled = ann.taps(ann.does(Started()), "Me")
    assert [(m.edits, m.known) for m in handled.messages] == [(False, None), (True, 77)]


def test_urgent_answers_carry_when_they_were_asked_for(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    handled = ann.does(Typed("cold foot", 3), sent=clock.now - 600)
    urgent = [m for m in handled.messages if m.urgent]
    assert urgent
    assert all(m.late == "Late 17:50" and m.written == clock.now - 600 for m in urgent)


def test_old_words_with_a_red_flag_are_never_passed_over(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    ann.number = 50
    ann.taps(ann.does(Started()), "Me")
    assert "Is any of these so?" in words(ann.does(Typed("none of these", 1, clock.now - 60)))
    session = ann.session
    assert session is not None
    assert "danger" not in session.answers


def test_update_numbers_that_begin_anew_leave_nobody_unheard(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    ann.number = 5000
    ann.taps(ann.does(Started()), "Me")
    ann.does(Typed("none of these", 1, clock.now + 20), update=10)
    assert ann.session is not None
    assert "danger" in ann.session.answers


def test_a_session_that_cannot_be_read_gives_way_to_a_new_one(service: Service) -> None:
    broken = SessionRow("s1", ANN, "sprain", "v", "{", 1.0, 1.0)
    service.store.commit(Batch(1.0, chats=(ChatWrite(ANN, "s1"),), sessions=(broken,)))
    handled = Chat(service).does(Typed("hello", 1))
    assert "Who is this about?" in words(handled)
    assert service.store.session("s1") is not None


def test_what_raises_is_set_aside_without_its_words_and_the_rest_goes_on(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    def bad(session: Session, flow: Any) -> Any:
        raise RuntimeError("marked words")

    handled, committed = service.handle(
        [Incoming(ANN, Started(), update=1), Incoming(ANN, bad, update=2), Incoming(BOB, Started(), update=3)]
    )
    assert [h.why for h in handled] == ["", "poison", ""]
    assert words(handled[1]) == "Error"
    assert [(a.update, a.reason) for a in service.store.set_aside()] == [(2, "RuntimeError")]
    assert "marked words" not in caplog.text
    assert len(committed.deliveries) == 3


def test_what_the_database_cannot_hold_is_found_by_halving(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    real = transaction.Transaction.commit

    def commit(self: Any, batch: Batch) -> Committed:
        if any(row.chat == "telegram:7" for row in batch.sessions):
            self._connection.rollback()
            raise Unstorable("a data error")
        return real(self, batch)

    monkeypatch.setattr(transaction.Transaction, "commit", commit)
    handled, committed = service.handle([Incoming(f"telegram:{n}", Started(), update=n) for n in range(1, 21)])
    assert [h.why for h in handled].count("poison") == 1
    assert handled[6].why == "poison"
    assert {d.chat for d in committed.deliveries} == {f"telegram:{n}" for n in range(1, 21)}
    assert [a.update for a in service.store.set_aside()] == [7]


def test_erasing_leaves_nothing_once_the_farewell_is_delivered(service: Service) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    ann.taps(ann.does(Commanded("forget")), "Forget button")
    assert service.store.sessions_of(ANN) == []
    with service.store.transaction([ANN]) as tx:
        assert tx.waiting([ANN])
    service.forget_if_quiet(ANN)
    assert service.store.load([ANN])[ANN].seen, "the farewell still waits"
    for delivery in service.store.take_deliveries(0.0):
        service.store.settle([Sent(delivery.chat, delivery.seq)], 1.0)
    with service.store.transaction([ANN]) as tx:
        seqs = range(1, tx.rows[ANN].next_seq)
    service.store.settle([Sent(ANN, seq) for seq in seqs], 1.0)
    service.forget_if_quiet(ANN)
    assert not service.store.erase_chat(ANN)


def test_a_chat_that_began_anew_is_not_forgotten(service: Service) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    ann.taps(ann.does(Commanded("forget")), "Forget button")
    ann.does(Started())
    service.forget_if_quiet(ANN)
    assert ann.session is not None


def test_a_due_message_is_sent_once_whoever_finds_it(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    clock.now += 3 * 3600
    found = service.due()
    assert [i.event for i in found] == [Elapsed("reminder")]
    first, _ = service.handle([*found, *found])
    second, _ = service.handle(found)
    assert words(first[0]) == "Silence reminder"
    assert [one.why for one in (first[1], *second)] == ["seen", "seen"]
    assert service.due() == []


def test_silence_that_was_broken_meanwhile_is_none(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    first = ann.taps(ann.does(Started()), "Me")
    clock.now += 3 * 3600
    found = service.due()
    ann.taps(first, "None of these")
    handled, _ = service.handle(found)
    assert handled[0].why == "seen"


@pytest.mark.parametrize(
    "event",
    [Received("voice"), Edited("words", 99), NO_SCREEN, Tapped("x", 1, "danger", "nothing"), Commanded("nonsense")],
)
def test_every_event_is_answered_even_before_the_first_screen(service: Service, event: Any) -> None:
    assert Chat(service).does(event).messages


def test_a_chat_that_is_none_of_ours_is_told_once(service: Service) -> None:
    group = [Incoming("telegram:-5", None, update=n, notice="group_refused") for n in (1, 2)]
    handled, committed = service.handle(group)
    assert [len(h.messages) for h in handled] == [1, 0]
    assert len(committed.deliveries) == 1
    assert service.handle([Incoming("telegram:-5", None, update=3, notice="group_refused")])[1].deliveries == ()


def test_who_blocked_the_bot_is_owed_nothing_more(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    ann.does(None, gone=True)
    assert service.store.waiting() == 0
    assert service.store.load([ANN])[ANN].blocked
    clock.now += 3 * 3600
    assert service.due() == [], "a due message is kept for somebody who blocked the bot"


def test_nobody_needs_words_to_be_stored_that_a_database_cannot_hold(service: Service) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    for text in ("\ud800 lone", "nul \x00 nul", "\U0001f600" * 5000, "a" * 100_000, ""):
        handled = ann.does(Typed(text, 5))
        assert handled.why == ""
        assert handled.messages


@pytest.mark.parametrize("data", ["\ud800", "\x00", "\ud800.1.0.0", "a" * 4096, "", "é.1.0.0"])
def test_a_button_whose_data_no_database_can_hold_is_an_old_button(service: Service, data: str) -> None:
    ann = Chat(service)
    ann.does(Started())
    handled = ann.does(Pressed(data, 5))
    assert handled.why == ""
    assert service.store.set_aside() == []
