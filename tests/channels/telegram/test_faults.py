"""What Telegram, the network and the database do to the bot, and what patients notice of it: nothing but a pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.core.conversation.events import Event, Typed
from bot.core.conversation.session import Session
from bot.replay.double.chats import DoubleMessage
from bot.replay.double.faults import Breakage, Fault, Faults
from bot.replay.double.server import DoubleCall, TelegramDouble
from bot.server.rate_limits import Limits
from bot.store import StoreUnavailable, Unstorable
from tests.support.telegram_bot import UNCOMPLICATED, Clock, Patient, Running, eventually, quiet, serving


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double
        refused = [call for call in double.refused if not _repeated(call)]
        assert not refused, "Telegram refused a call"


def _repeated(call: DoubleCall) -> bool:
    """Whether the call had taken effect before, and only its answer was lost."""
    return call.method == "answerCallbackQuery" or "not modified" in call.description


@pytest.fixture
async def bot(telegram: TelegramDouble, database_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, database_url) as running:
        yield running


def texts(ann: Patient) -> list[str]:
    return [m.text for m in ann.person.messages]


@pytest.mark.parametrize(
    "fault", [Fault("too_many", retry_after=1), Fault("server_error"), Fault("reset")], ids=lambda f: f.breakage
)
async def test_a_call_that_failed_is_made_again_and_order_is_kept(
    bot: Running, telegram: TelegramDouble, fault: Fault
) -> None:
    ann, bob = Patient(telegram.user(1)), Patient(telegram.user(2, name="Bob"))
    telegram.fail("sendMessage", fault, fault)
    ann.person.send("/start")
    ann.person.send("me")
    await bob.start()
    await ann.person.sees("Is any of these so?", 10)
    assert [("Who is this" in t, "Is any" in t) for t in texts(ann)] == [(True, False), (False, True)]


@pytest.mark.parametrize("breakage", ["reset_after", "silence_after"])
async def test_a_call_that_took_effect_without_an_answer_is_repeated_once_and_no_answer_counts_twice(
    bot: Running, telegram: TelegramDouble, breakage: Breakage
) -> None:
    bot.channel._request._times = bot.channel._request._times._replace(read=0.5)
    ann = Patient(telegram.user(1))
    telegram.fail("sendMessage", Fault(breakage))
    await ann.start()
    await quiet(bot, telegram)
    assert sum("Who is this" in t for t in texts(ann)) == 2
    telegram.fail("sendMessage", Fault(breakage))
    telegram.fail("editMessageText", Fault(breakage))
    telegram.fail("answerCallbackQuery", Fault(breakage))
    ann.person.tap("Me", ann.person.messages[0])
    await quiet(bot, telegram)
    assert sum("Is any of these so?" in t for t in texts(ann)) == 2
    session = bot.store.load(["telegram:1"])["telegram:1"].session
    assert session is not None
    assert len(Session.from_json(session.json).trail) == 1


async def test_a_person_who_blocked_the_bot_meanwhile_ends_their_deliveries(
    bot: Running, telegram: TelegramDouble
) -> None:
    ann = Patient(telegram.user(1))
    await ann.consents()
    await quiet(bot, telegram)
    ann.person.chat.blocked = True
    ann.person.send("/help")
    await quiet(bot, telegram)
    row = bot.store.load(["telegram:1"])["telegram:1"]
    assert row.blocked
    assert row.session is not None
    assert bot.store.waiting() == 0


async def test_a_message_that_telegram_refuses_does_not_hold_the_chat(
    bot: Running, telegram: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    ann = Patient(telegram.user(1))
    await ann.consents()
    telegram.fail("sendMessage", Fault("server_error", status=400))
    ann.person.send("/help")
    await eventually(lambda: "message refused" in caplog.text)
    await ann.says("/why")
    assert ann.last.text


async def test_an_update_that_comes_twice_counts_once(bot: Running, telegram: TelegramDouble) -> None:
    ann = Patient(telegram.user(1))
    await ann.consents()
    telegram.redeliver(_update(ann, {"text": "none of these", **_message(ann)}))
    telegram.redeliver(_update(ann, {"text": "none of these", **_message(ann)}))
    await ann.person.sees("And any of these?")
    await quiet(bot, telegram)
    assert sum("And any of these?" in t for t in texts(ann)) == 1


async def test_words_that_come_after_later_ones_answer_nothing(bot: Running, telegram: TelegramDouble) -> None:
    ann = Patient(telegram.user(1))
    await ann.consents()
    await ann.walks("None of these", "None of these")
    late = {"update_id": 5, "message": {**_message(ann), "text": "44", "date": int(bot.clock.now) - 60}}
    telegram.redeliver(late)
    await ann.person.until(lambda: len(texts(ann)) >= 5)
    assert "How old" in ann.last.text, "old words were taken for an answer"
    await ann.taps_on("16 to 54")


def _message(ann: Patient) -> dict[str, Any]:
    return {"message_id": 7777, "date": 0, "chat": ann.person.chat.body, "from": ann.person.body}


def _update(ann: Patient, message: dict[str, Any]) -> dict[str, Any]:
    return {"update_id": ann.person.last_update + 100, "message": message}


@pytest.mark.parametrize(
    "body",
    [
        {"message": {"text": "no chat"}},
        {"message": None, "callback_query": {}},
        {"message": "words"},
        {"something_new": {"chat": {"id": 1}}},
        {"edited_message": {"chat": {"id": "x", "type": "private"}, "text": "y"}},
        {"my_chat_member": {}},
        {},
    ],
)
async def test_an_update_that_cannot_be_read_hurts_nobody(
    bot: Running, telegram: TelegramDouble, body: dict[str, Any]
) -> None:
    ann = Patient(telegram.user(1))
    telegram.redeliver({"update_id": 3, **body})
    await ann.start()
    assert "Who is this" in ann.last.text


async def test_a_step_that_raises_is_set_aside_alone_and_the_patient_told(
    bot: Running, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    import bot.service.chat as service_chat

    real = service_chat.step

    def step(flow: Any, session: Any, event: Event, now: Any) -> Any:
        if isinstance(event, Typed) and event.text == "boom":
            raise KeyError("a marked secret")
        return real(flow, session, event, now)

    monkeypatch.setattr(service_chat, "step", step)
    ann, bob = Patient(telegram.user(1)), Patient(telegram.user(2))
    await ann.consents()
    ann.person.send("boom")
    bob.person.send("/start")
    await bob.person.sees("Who is this")
    await ann.person.sees("Error")
    await ann.taps_on("None of these")
    assert [aside.reason for aside in bot.store.set_aside()] == ["KeyError"]


async def test_a_value_that_the_database_cannot_hold_sets_only_its_own_update_aside(
    bot: Running, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store import transaction

    real = transaction.Transaction.commit

    def commit(self: Any, batch: Any) -> Any:
        if any(row.chat == "telegram:3" for row in batch.sessions):
            self._connection.rollback()
            raise Unstorable("a data error")
        return real(self, batch)

    monkeypatch.setattr(transaction.Transaction, "commit", commit)
    people = [Patient(telegram.user(n)) for n in range(1, 7)]
    for one in people:
        one.person.send("/start")
    for one in people:
        await one.person.sees("Error" if one.person.chat.id == 3 else "Who is this")
    assert len(bot.store.set_aside()) == 1


async def test_a_database_outage_sets_nothing_aside_and_loses_nothing(
    bot: Running, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store import transaction

    real, left = transaction.Transaction.commit, [3]

    def commit(self: Any, batch: Any) -> Any:
        if left[0] and batch.updates:
            left[0] -= 1
            self._connection.rollback()
            raise StoreUnavailable("an outage")
        return real(self, batch)

    monkeypatch.setattr(transaction.Transaction, "commit", commit)
    ann = Patient(telegram.user(1))
    ann.person.send("/start")
    await ann.person.sees("Who is this", 15)
    assert bot.store.set_aside() == []
    assert left == [0]


async def test_a_second_poller_is_survived(
    bot: Running, telegram: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    ann = Patient(telegram.user(1))
    await ann.start()
    telegram.second_poller()
    await eventually(lambda: "another process polls" in caplog.text)
    await ann.says("me")
    assert "Is any of these so?" in ann.last.text


async def test_one_conversation_under_every_fault_comes_to_the_same(telegram: TelegramDouble, sqlite_url: str) -> None:
    telegram.faults = Faults(
        seed=11,
        too_many=0.03,
        server_error=0.05,
        reset=0.05,
        reset_after=0.05,
        duplicate=0.2,
        reorder=0.2,
        retry_after=1,
    )
    async with serving(telegram, sqlite_url) as bot:
        people = [Patient(telegram.user(n)) for n in range(1, 6)]

        async def walk(one: Patient) -> None:
            one.person.send("/start")
            done: set[str] = set()
            for label in UNCOMPLICATED:
                await one.person.until(lambda label=label: _asks(one, label, done), 30)
                done.add(_screen(one.last))
                one.person.tap(label, one.last)
            await one.person.until(lambda: "Look after it" in one.last.text, 30)

        await asyncio.gather(*(walk(one) for one in people))
        telegram.faults = Faults()
        await quiet(bot, telegram)
        for row in bot.store.load([f"telegram:{n}" for n in range(1, 6)]).values():
            assert row.session is not None
            assert row.session.level == "self_care"


def _asks(one: Patient, label: str, done: set[str]) -> bool:
    """Whether the newest message is a question that was not answered yet (a fault may repeat one that was)."""
    newest = next(one.person.chat.from_bot(), None)
    return newest is not None and label in newest.labels and _screen(newest) not in done


def _screen(message: DoubleMessage) -> str:
    """Session and turn of the screen that a message shows."""
    data = next((b.data for row in message.buttons for b in row if b.data), None) or ""
    return ".".join(data.split(".")[:2])


async def test_messages_go_out_no_faster_than_allowed_but_urgent_ones_at_once(
    telegram: TelegramDouble, sqlite_url: str
) -> None:
    telegram.limit(overall=1000, per_chat=9)
    async with serving(telegram, sqlite_url, limits=Limits(1000, 4)) as bot:
        ann = Patient(telegram.user(1))
        for _ in range(12):
            ann.person.send("/help")
        await ann.person.until(lambda: len(ann.person.messages) >= 12, 10)
        await quiet(bot, telegram)
    assert not [c for c in telegram.calls if c.status == 429]


class Mute(Faults):
    """Nothing that the bot says gets through; it hears all the same."""

    def draw(self, method: str) -> Fault | None:
        return None if method == "getUpdates" else Fault("server_error")


async def test_a_restart_delivers_what_was_committed_and_nothing_twice(
    telegram: TelegramDouble, database_url: str
) -> None:
    ann = Patient(telegram.user(1))
    async with serving(telegram, database_url) as bot:
        await ann.consents()
        await quiet(bot, telegram)
        telegram.faults = Mute()
        ann.person.send("/help")
        await eventually(lambda: bot.store.waiting() > 0)
    telegram.faults = Faults()
    before = len(texts(ann))
    async with serving(telegram, database_url) as bot:
        await ann.person.sees("Help")
        await quiet(bot, telegram)
    assert len(texts(ann)) == before + 1


async def test_what_is_written_during_an_outage_and_is_urgent_says_when_it_was_written(
    telegram: TelegramDouble, sqlite_url: str
) -> None:
    clock = Clock()
    telegram.account.clock = clock
    ann = Patient(telegram.user(1))
    async with serving(telegram, sqlite_url, clock=clock) as bot:
        await ann.consents()
        await quiet(bot, telegram)
    ann.person.send("cold foot")
    clock.now += 600
    async with serving(telegram, sqlite_url, clock=clock):
        await ann.person.sees("Late 18:00")


async def test_two_workers_on_one_database_share_the_chats(telegram: TelegramDouble, postgresql_url: str) -> None:
    clock = telegram.account.clock = Clock()  # the same for all: whether words answer a screen is a matter of clocks
    async with (
        serving(telegram, postgresql_url, clock=clock, polls=False) as one,
        serving(telegram, postgresql_url, clock=clock, polls=False) as two,
    ):
        people = [Patient(telegram.user(n)) for n in range(1, 9)]

        async def walk(patient: Patient, workers: list[Running]) -> None:
            for number, words in enumerate(["/start", "me", "none of these", "none of these", "35"]):
                clock.now += 2
                update = {
                    "update_id": patient.person.chat.id * 1000 + number,
                    "message": {
                        **_message(patient),
                        "text": words,
                        "message_id": number + 1,
                        "date": int(clock.now),
                    },
                }
                before = len(patient.person.messages)
                await workers[number % 2].channel.handle_all([update])
                await patient.person.until(lambda before=before: len(patient.person.messages) > before)

        await asyncio.gather(*(walk(patient, [one, two]) for patient in people))
        for patient in people:
            assert "Do any of these apply?" in patient.last.text
            assert len(patient.person.messages) == 5
