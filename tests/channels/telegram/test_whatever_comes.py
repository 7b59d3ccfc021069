"""Whatever arrives, however absurd: it is set aside alone, the rest goes on, and no log repeats it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.replay.double.server import TelegramDouble
from bot.service.service import Service
from tests.support.telegram_bot import Clock, Patient, Running, eventually, quiet, serving
from tests.support.webhook_bot import HEADER, server

SECRET = "marked-words"
ANN: dict[str, Any] = {"id": 1, "type": "private"}
HUGE = 10**400


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, sqlite_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, sqlite_url, clock=clock) as running:
        yield running


def message(**more: Any) -> dict[str, Any]:
    return {"message": {"message_id": 9, "date": 1, "chat": ANN, "from": {"id": 1}, "text": SECRET, **more}}


ABSURD = [
    {"update_id": 5, **message(date=HUGE)},
    {"update_id": 5, **message(date=2**62)},
    {"update_id": 5, **message(date="1e999")},
    {"update_id": 5, **message(date=-(10**30))},
    {"update_id": 5, **message(message_id=HUGE)},
    {"update_id": 5, **message(message_id=[1])},
    {"update_id": 5, **message(chat={"id": HUGE, "type": "private"})},
    {"update_id": 5, **message(chat={"id": 2**63, "type": "private"})},
    {"update_id": 5, **message(**{"from": {"id": 1, "language_code": "e\0n\0"}})},
    {"update_id": 5, **message(reply_to_message={"reply_markup": {"inline_keyboard": [[]]}, "message_id": HUGE})},
    {"update_id": 5, **message(reply_to_message={"reply_markup": {"inline_keyboard": {"a": 1}}})},
    {"update_id": 5, "edited_message": message(edit_date=HUGE)["message"]},
    {"update_id": 5, "edited_message": message(edit_date=2**40, message_id=HUGE)["message"]},
    {"update_id": 5, "callback_query": {"id": "t", "from": {"id": HUGE}, "data": SECRET}},
    {"update_id": 5, "callback_query": {"id": "t", "from": {"id": 1}, "data": SECRET, "message": {"message_id": HUGE}}},
    {"update_id": HUGE, **message()},
    {"update_id": 2**63, **message()},
    {"update_id": -(2**70), **message()},
    {"update_id": 1.5, **message()},
    {"update_id": SECRET, **message()},
    {"update_id": None, **message()},
    message(),
]


@pytest.mark.parametrize("update", ABSURD, ids=range(len(ABSURD)))
async def test_an_absurd_update_stops_nobody(
    bot: Running, telegram: TelegramDouble, caplog: pytest.LogCaptureFixture, update: dict[str, Any]
) -> None:
    await Patient(telegram.user(1)).start()
    bob = Patient(telegram.user(2))
    telegram.redeliver(update)
    await bob.consents()
    await quiet(bot, telegram)
    assert "Is any of these so?" in bob.last.text
    assert SECRET not in caplog.text
    assert not any(record.levelname == "ERROR" and "not committed" in record.message for record in caplog.records)


@pytest.mark.parametrize("update", ABSURD[:2] + ABSURD[-7:], ids=range(9))
async def test_an_absurd_update_is_taken_off_the_webhook(
    telegram: TelegramDouble, sqlite_url: str, update: dict[str, Any]
) -> None:
    async with (
        server(telegram, sqlite_url, register=False) as web,
        ClientSession(headers=HEADER) as client,
        client.post(web.hook, json=update) as answer,
    ):
        if isinstance(update.get("update_id"), int):
            assert answer.status == 200, "Telegram would post it again and again, and nothing else"
        else:
            assert answer.status in (200, 400)


async def test_what_raises_outside_the_step_is_set_aside_alone(
    bot: Running, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours that an update finds, whatever it is, must not be met for ever."""
    real = Service._batch

    def broken(self: Service, states: Any, handled: Any, *rest: Any) -> Any:
        if any(getattr(h.incoming.event, "text", "") == SECRET for h in handled):
            raise KeyError(SECRET)
        return real(self, states, handled, *rest)

    monkeypatch.setattr(Service, "_batch", broken)
    ann, bob = Patient(telegram.user(1)), Patient(telegram.user(2))
    ann.person.send(SECRET)
    await bob.consents()
    await ann.start()
    assert "Is any of these so?" in bob.last.text


async def test_handles_that_are_used_up_set_nothing_aside(
    bot: Running, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What our surroundings lack is no fault of the patient: the same is tried again."""
    real, failures = Service._batch, [OSError(24, "Too many open files"), MemoryError()]

    def broken(self: Service, *all: Any) -> Any:
        if failures:
            raise failures.pop()
        return real(self, *all)

    monkeypatch.setattr(Service, "_batch", broken)
    ann = Patient(telegram.user(1))
    await ann.consents()
    assert "Is any of these so?" in ann.last.text
    assert not failures
    assert not bot.store.set_aside()


@pytest.mark.parametrize("number", [1, 500, 1_000])
async def test_ids_that_begin_anew_after_a_quiet_week_are_heard(
    bot: Running, telegram: TelegramDouble, number: int
) -> None:
    """The Bot API: if there are no new updates for at least a week, the next id is chosen randomly."""
    ann = Patient(telegram.user(1))
    await ann.consents()
    await quiet(bot, telegram)
    await eventually(lambda: bot.channel._tasks != [])
    bot.clock.now += 8 * 86400
    telegram.updates.number_from(number)
    await ann.says("/start")
    await quiet(bot, telegram)
    before = len(ann.person.messages)
    await ann.says("/help")
    assert len(ann.person.messages) > before
