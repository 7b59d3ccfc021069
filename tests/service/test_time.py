"""The service over time: new versions and withdrawn ones, links to other flows, silence, order, and what is kept."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from bot.app import equip
from bot.core.conversation.events import Commanded, Received, Started, Typed
from bot.core.flow.compiled import Flow
from bot.core.flow.reading import read_flow
from bot.core.model.readings import Reading, Sign
from bot.service.incoming import Incoming
from bot.service.payload import Payload
from bot.service.service import Service
from bot.store import AlreadySeen, Batch, Committed, Unstorable, transaction
from tests.support.flow_edits import SPRAIN, edited, edited_files
from tests.support.service_chat import ANN, BOB, Chat, words
from tests.support.telegram_bot import Clock

# --- versions and links -----------------------------------------------------------------------------------------------


def with_another(service: Service) -> Flow:
    """A corrected version of the flow, taken into use while chats run; returns the version before it."""
    old = service.flows.current["sprain"]
    new = edited(SPRAIN, ("texts.en.yaml", "Who is this about?", "Who is it about now?"))
    service.flows.replace({"sprain": equip(new)})
    return old


@pytest.mark.parametrize(
    ("events", "said"), [([Commanded("restart")], "Restarted"), ([Commanded("stop"), Started()], "")]
)
def test_a_new_session_begins_with_the_current_version(service: Service, events: list[Any], said: str) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    with_another(service)
    assert "Who is it about now?" not in words(ann.does(Commanded("help"))), "a running session keeps its version"
    heard = words([ann.does(event) for event in events][-1])
    assert said in heard
    assert "Who is it about now?" in heard
    assert ann.session is not None
    assert ann.session.version == service.flows.current["sprain"].version
    assert not ann.session.answers


def test_start_again_after_an_emergency_keeps_its_words_and_begins_with_the_current_version(service: Service) -> None:
    ann = Chat(service)
    ann.taps(ann.taps(ann.does(Started()), "Me"), "Cold foot")
    with_another(service)
    said = words(ann.does(Started()))
    assert said.index("a cold or pale foot") < said.index("Who is it about now?")


def test_a_mistaken_emergency_is_asked_afresh_in_the_current_version(service: Service) -> None:
    ann = Chat(service)
    shown = ann.taps(ann.taps(ann.does(Started()), "Me"), "Cold foot")
    old = with_another(service)
    ann.taps(ann.taps(shown, "Mistake"), "No")
    session = ann.session
    assert session is not None
    assert session.version != old.version
    assert session.latch is None


def test_a_withdrawn_current_version_asks_nobody_anything(service: Service, clock: Clock) -> None:
    ann, bob = Chat(service), Chat(service, BOB)
    ann.taps(ann.does(Started()), "Me")
    bad = service.flows.current["sprain"]
    service.flows.withdrawn = frozenset({bad.version})
    bob.number = 100
    for chat in (ann, bob):
        handled = chat.does(Typed("hello", 5))
        assert words(handled) == "Paused"
        assert all(m.urgent for m in handled.messages)
    assert bob.session is None
    clock.now += 3 * 3600
    assert [words(h) for h in service.handle(service.due())[0]] == [""], "a reminder of an unsafe version is not sent"
    with_another(service)
    ann.does(Typed("hello", 6))
    bob.does(Typed("hello", 6))
    good = service.flows.current["sprain"].version
    assert [s.version for s in (ann.session, bob.session) if s is not None] == [good, good]


def test_a_new_session_does_not_begin_with_a_withdrawn_version(service: Service) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    old = with_another(service)
    service.flows.withdrawn = frozenset({service.flows.current["sprain"].version})
    ann.does(Commanded("restart"))
    assert ann.session is not None
    assert ann.session.version == old.version


@pytest.fixture
def two_flows(service: Service) -> Service:
    wrist = read_flow("wrist", edited_files(SPRAIN, ("interview.yaml", "flow: sprain", "flow: wrist")))
    service.flows.replace({"wrist": equip(wrist)})
    return service


def test_a_link_to_another_flow_begins_it(two_flows: Service) -> None:
    ann = Chat(two_flows)
    ann.taps(ann.does(Started()), "Me")
    ann.does(Started(), flow="wrist")
    assert ann.session is not None
    assert ann.session.flow == "wrist"


def test_a_link_to_another_flow_says_a_standing_emergency_again_and_asks_about_help(
    two_flows: Service, clock: Clock
) -> None:
    ann = Chat(two_flows)
    ann.taps(ann.taps(ann.does(Started()), "Me"), "Cold foot")
    handled = ann.does(Started(), flow="wrist")
    assert "a cold or pale foot" in words(handled)
    assert "Who is this about?" in words(handled)
    assert ann.session is not None
    assert (ann.session.flow, ann.session.latch) == ("wrist", None)
    clock.now += 21 * 60
    asked, _ = two_flows.handle(two_flows.due())
    assert [words(h) for h in asked] == ["Silence help"]
    assert ann.session.flow == "wrist", "the chat goes on where it was"


def a_sign(text: str, now: datetime, lang: str, question: str | None) -> Reading:
    return Reading(signs=(Sign("cold_pale_foot", text),)) if text == "cold foot" else Reading()


@pytest.mark.parametrize("stopped", [False, True])
def test_a_link_to_another_flow_waits_for_a_sign(two_flows: Service, stopped: bool) -> None:
    two_flows.flows.replace({"sprain": two_flows.flows.current["sprain"].with_reader(a_sign)})
    ann = Chat(two_flows)
    handled = ann.taps(ann.taps(ann.does(Started()), "Me"), "None of these")
    ann.does(Typed("cold foot", 3))
    if stopped:
        ann.does(Commanded("stop"))
    handled = ann.does(Started(), flow="wrist")
    assert "a cold or pale foot" in words(handled)
    assert ann.session is not None
    assert ann.session.flow == "sprain"
    if stopped:
        handled = ann.taps(handled, "Me")
    ann.taps(handled, "No")
    ann.does(Started(), flow="wrist")
    assert ann.session is not None
    assert ann.session.flow == "wrist"


# --- what is said of its own accord -----------------------------------------------------------------------------------


def test_after_a_pause_of_the_bot_no_reminder_goes_out_at_night(service: Service, clock: Clock) -> None:
    clock.now += 1.5 * 3600  # 19:30
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    clock.now += 4 * 3600  # 23:30: the bot was away at 21:30
    assert [words(h) for h in service.handle(service.due())[0]] == [""]
    clock.now += 8 * 3600  # 7:30
    assert service.due() == []
    clock.now += 3600
    assert [words(h) for h in service.handle(service.due())[0]] == ["Silence reminder"]
    assert service.due() == []


def test_nobody_is_asked_many_hours_late_whether_help_came(service: Service, clock: Clock) -> None:
    ann, bob = Chat(service), Chat(service, BOB)
    bob.number = 100
    ann.taps(ann.taps(ann.does(Started()), "Me"), "Cold foot")
    clock.now += 9 * 3600
    bob.taps(bob.taps(bob.does(Started()), "Me"), "Cold foot")
    clock.now += 25 * 60  # 3:25: an emergency is asked about at night as well
    handled, _ = service.handle(service.due())
    assert {h.incoming.chat: words(h) for h in handled} == {ANN: "", BOB: "Silence help"}
    assert service.due() == []


def test_a_word_in_the_same_batch_breaks_a_silence(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    ann.taps(ann.does(Started()), "Me")
    clock.now += 3 * 3600
    handled, _ = service.handle([Incoming(ANN, Typed("hello", 9), update=90), *service.due()])
    assert words(handled[1]) == ""


# --- delivery and poison ----------------------------------------------------------------------------------------------


def test_a_turns_messages_come_in_the_order_in_which_they_were_said(service: Service) -> None:
    ann = Chat(service)
    ann.taps(ann.taps(ann.does(Started()), "Me"), "Cold foot")
    ann.number += 1
    handled, committed = service.handle([Incoming(ANN, Received("sticker"), update=ann.number)])
    said = [m.plain() for m in handled[0].messages if not m.edits]
    assert len(said) > 1
    sent = [Payload.from_json(d.payload) for d in committed.deliveries]
    assert [p.plain() for p in sent if not p.edits] == said


def test_a_repeated_update_beside_one_that_cannot_be_stored(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    Chat(service).does(Started(), update=5)
    service.store.erase_chat(ANN)  # so that only the commit finds out that update 5 counted before
    real = transaction.Transaction.commit

    def commit(self: Any, batch: Batch) -> Committed:
        done = real(self, batch) if not any(row.chat == BOB for row in batch.sessions) else None
        if done is None:
            if set(batch.updates) & set(self.were_seen(batch.updates)):
                self._connection.rollback()
                raise AlreadySeen(batch.updates)
            self._connection.rollback()
            raise Unstorable("a data error")
        return done

    monkeypatch.setattr(transaction.Transaction, "commit", commit)
    handled, _ = service.handle([Incoming(ANN, Started(), update=5), Incoming(BOB, Started(), update=6)])
    assert [h.why for h in handled] == ["seen", "poison"]
    assert [a.update for a in service.store.set_aside()] == [6]


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_my_data_is_all_that_is_kept_of_the_person(service: Service, clock: Clock) -> None:
    ann, bob = Chat(service), Chat(service, BOB)
    bob.number = 100
    bob.taps(bob.does(Started()), "Me")
    ann.taps(ann.taps(ann.does(Started()), "Me"), "Cold foot")
    first = ann.session
    assert first is not None
    clock.now += 60
    ann.taps(ann.does(Commanded("restart")), "Me")
    handled = ann.does(Commanded("mydata"))
    second = ann.session
    assert second is not None
    text = next(m.file[1] for m in handled.messages if m.file is not None)
    stored = service.store.sessions_of(ANN)
    assert [row.id for row in stored] == [first.id, second.id]
    assert all(row.json in text for row in stored), "a stored session is missing, or is not as it is stored"
    assert "Emergency" in text.partition(first.to_json())[0], "the level in words"
    assert "a cold or pale foot" in text.partition(first.to_json())[0], "the answers in words"
    rest = json.loads(text[text.rindex("\n{\n") :])
    assert (rest["chat"], rest["language"]) == (ANN, "en")
    due = service.store.due(1e12)
    mine = [d for d in due if d.chat == ANN]
    assert [(d["kind"], d["at"]) for d in rest["scheduled"]] == [
        (d.kind, f"{service.local(d.at):%Y-%m-%d %H:%M:%S}") for d in mine
    ]
    assert mine
    assert len(rest["messages"]) >= 4
    assert BOB not in text
