"""While the database is out, whoever writes gets the fixed emergency list, once an hour; what they wrote is answered later."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram import outage, polling
from bot.replay.double.faults import Fault
from bot.replay.double.server import TelegramDouble
from bot.store import thread
from tests.support.hanging import hanging
from tests.support.telegram_bot import Clock, Patient, Running, eventually, quiet, serving
from tests.support.webhook_bot import server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same in a tenth of the time."""
    monkeypatch.setattr(outage, "AFTER", 0.1)
    monkeypatch.setattr(polling, "DATABASE_AGAIN", 0.05)
    monkeypatch.setattr(thread, "PATIENCE", 0.3)
    monkeypatch.setattr("bot.server.group_commit.PATIENCE", 0.3)
    monkeypatch.setattr("bot.server.group_commit.LOOK", 0.05)


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, database_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, database_url, clock=clock) as running:
        yield running


def lists(ann: Patient) -> int:
    return sum(m.text == "Outage" for m in ann.person.messages)


async def test_who_writes_gets_the_list_and_later_the_answer(
    bot: Running, ann: Patient, telegram: TelegramDouble, database_url: str
) -> None:
    bob = Patient(telegram.user(2))
    await ann.consents()
    await quiet(bot, telegram)
    with hanging(database_url):
        ann.person.send("/help")
        await ann.person.sees("Outage", 10)
        bob.person.send("/start")  # while the words of another are tried again and again
        await bob.person.sees("Outage", 10)
        ann.person.send("/why")
        failures = bot.channel.turns.out_for
        await eventually(lambda: bot.channel.turns.out_for > failures + 0.5)
    await ann.person.sees("Help", 10)
    await bob.person.sees("Who is this", 10)
    await quiet(bot, telegram)
    assert (lists(ann), lists(bob)) == (1, 1)
    assert bot.store.set_aside() == []
    assert not bot.channel.turns.trouble


async def test_it_comes_again_after_an_hour(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, database_url: str
) -> None:
    await ann.consents()
    await quiet(bot, telegram)
    with hanging(database_url):
        ann.person.send("/help")
        await ann.person.until(lambda: lists(ann) == 1, 10)
        clock.now += 3601
        await ann.person.until(lambda: lists(ann) == 2, 10)


async def test_a_list_that_telegram_did_not_take_is_tried_again(
    bot: Running, ann: Patient, telegram: TelegramDouble, database_url: str
) -> None:
    await ann.consents()
    await quiet(bot, telegram)
    telegram.fail("sendMessage", Fault("too_many"), Fault("server_error"))
    with hanging(database_url):
        ann.person.send("/help")
        await ann.person.sees("Outage", 10)


async def test_a_pause_is_no_outage(
    bot: Running, ann: Patient, telegram: TelegramDouble, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "AFTER", 60.0)
    await ann.consents()
    await quiet(bot, telegram)
    with hanging(database_url):
        ann.person.send("/help")
        await eventually(lambda: bot.channel.turns.out_for > 0.3)
    await ann.person.sees("Help", 10)
    assert lists(ann) == 0


async def test_groups_and_what_nobody_wrote_get_no_list(
    bot: Running, ann: Patient, telegram: TelegramDouble, database_url: str
) -> None:
    group = telegram.user(1, chat=-5)
    await ann.consents()
    await quiet(bot, telegram)
    with hanging(database_url):
        group.send("hello")
        ann.person.block()
        ann.person.unblock()
        await eventually(lambda: bot.channel.turns.out_for > 0.5)
    await telegram.until(lambda: group.chat.left, 10)
    assert (lists(ann), [m.text for m in group.messages]) == (0, ["Group refused"])


async def test_by_webhook_too(telegram: TelegramDouble, clock: Clock, ann: Patient, database_url: str) -> None:
    async with server(telegram, database_url, clock):
        await telegram.until(lambda: telegram.updates.webhook is not None)
        await ann.consents()
        await telegram.settled()
        with hanging(database_url):
            ann.person.send("/help")
            await ann.person.sees("Outage", 10)
        await ann.person.sees("Help", 10)
        assert lists(ann) == 1
