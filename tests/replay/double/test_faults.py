"""How the double breaks when it is told to: pauses, resets, silence, updates twice and out of order."""

from __future__ import annotations

import asyncio

import pytest
from telegram import (
    Bot,
)
from telegram.error import (
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.replay.double.faults import Fault, Faults
from bot.replay.double.server import TelegramDouble
from tests.support.double_calls import Hook, bot_of, updates


async def test_planned_faults_happen_once_and_as_named(telegram: TelegramDouble) -> None:
    ann = telegram.user(1)
    async with bot_of(telegram, read_timeout=0.2) as bot:
        telegram.fail(
            "sendMessage",
            Fault("too_many", retry_after=3),
            Fault("server_error", status=502),
            Fault("reset"),
            Fault("reset_after"),
            Fault("silence_after"),
        )
        with pytest.raises(RetryAfter):
            await bot.send_message(1, "never 1")
        with pytest.raises(NetworkError):
            await bot.send_message(1, "never 2")
        with pytest.raises(NetworkError):
            await bot.send_message(1, "never 3")
        with pytest.raises(NetworkError):
            await bot.send_message(1, "took effect 1")
        with pytest.raises(TimedOut):
            await bot.send_message(1, "took effect 2")
        await bot.send_message(1, "fine")
    assert [message.text for message in ann.messages] == ["took effect 1", "took effect 2", "fine"]


async def test_a_lost_answer_to_get_updates_loses_no_update(telegram: TelegramDouble, bot: Bot) -> None:
    telegram.user(1).send("hi")
    telegram.fail("getUpdates", Fault("reset_after"))
    with pytest.raises(NetworkError):
        await updates(bot)
    assert len(await updates(bot)) == 1


async def test_faults_come_at_their_rate_and_the_same_for_a_seed(telegram: TelegramDouble, bot: Bot) -> None:
    telegram.user(1)
    outcomes = []
    for seed in (5, 5, 6):
        telegram.faults = Faults(seed=seed, too_many=0.2, server_error=0.2, latency=(0.0, 0.001))
        one = []
        for number in range(60):
            try:
                await bot.send_message(1, str(number))
                one.append("ok")
            except RetryAfter:
                one.append("429")
            except NetworkError:
                one.append("500")
        outcomes.append(one)
    assert outcomes[0] == outcomes[1] != outcomes[2]
    assert 15 < 60 - outcomes[0].count("ok") < 35
    telegram.faults = Faults()
    assert (await bot.get_me()).username == "back_spasm_bot"


async def test_updates_come_twice_or_interleaved_anew_when_told_to(telegram: TelegramDouble, bot: Bot) -> None:
    people = [telegram.user(number) for number in (1, 2, 3)]
    for word in "abc":
        for person in people:
            person.send(word)
    telegram.faults = Faults(seed=1, reorder=1.0, duplicate=1.0)
    batch = await updates(bot)
    ids = [u.update_id for u in batch]
    assert ids != sorted(ids)
    for person in people:
        own = [
            u.message.text for u in batch if u.message and u.effective_chat and u.effective_chat.id == person.chat.id
        ]
        assert own == ["a", "b", "c"]
    again = await updates(bot, offset=max(ids) + 1)
    assert sorted(u.update_id for u in again) == sorted(ids)
    telegram.faults = Faults()
    assert await updates(bot, offset=max(ids) + 1) == ()


async def test_duplicates_reach_a_webhook_too(telegram: TelegramDouble, bot: Bot, hook: Hook) -> None:
    telegram.faults = Faults(duplicate=1.0)
    await bot.set_webhook(hook.url)
    telegram.user(1).send("hi")
    await telegram.settled()
    assert hook.texts == ["hi", "hi"]
    telegram.redeliver(hook.got[0])
    await telegram.settled()
    assert len(hook.got) == 4


async def test_more_messages_than_the_limits_allow_are_told_to_wait(telegram: TelegramDouble) -> None:
    now = 1000.0
    async with TelegramDouble(clock=lambda: now) as double, bot_of(double) as bot:
        for number in range(1, 5):
            double.user(number)
        double.limit(overall=3, per_chat=1)
        await bot.send_message(1, "a")
        with pytest.raises(RetryAfter):
            await bot.send_message(1, "b")
        await bot.send_message(2, "a")
        await bot.send_message(3, "a")
        with pytest.raises(RetryAfter):
            await bot.send_message(4, "a")
        now += 1.01
        await bot.send_message(1, "b")


async def test_answers_take_as_long_as_they_are_told_to_and_do_not_wait_for_each_other(
    telegram: TelegramDouble,
) -> None:
    telegram.user(1)
    loop = asyncio.get_running_loop()
    async with bot_of(telegram) as bot:
        telegram.faults = Faults(latency=(0.1, 0.1))
        begin = loop.time()
        await asyncio.gather(*(bot.send_message(1, str(number)) for number in range(20)))
        assert 0.1 <= loop.time() - begin < 1.0


async def test_chats_survive_a_stop_of_the_server(telegram: TelegramDouble) -> None:
    ann = telegram.user(1)
    async with bot_of(telegram) as bot:
        await bot.send_message(1, "before")
    await telegram.stop()
    ann.send("while it was away")
    await telegram.start()
    async with bot_of(telegram) as bot:
        assert len(await updates(bot)) == 1
        await bot.send_message(1, "after")
    assert [message.text for message in ann.messages] == ["before", "after"]


async def test_a_webhook_survives_a_stop_and_one_that_never_answers_is_asked_again(hook: Hook) -> None:
    silent = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    async with TelegramDouble(webhook_patience=0.1) as double, bot_of(double) as bot:
        await bot.set_webhook(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        ann = double.user(1)
        ann.send("hi")
        await silent.wait()
        await double.until(lambda: "TimeoutError" in str(double.updates.webhook and double.updates.webhook.last_error))
        await bot.set_webhook(hook.url)
        await double.settled()
        await double.stop()
        ann.send("while it was away")
        await double.start()
        await double.settled()
    server.close()
    assert hook.texts == ["hi", "while it was away"]


async def test_long_runs_may_keep_little(telegram: TelegramDouble) -> None:
    reacted: list[str] = []
    async with TelegramDouble(keep=3, record=0) as double, bot_of(double) as bot:
        ann = double.user(1)
        double.on_message = lambda chat, message: reacted.append(message.text)
        for number in range(10):
            await bot.send_message(1, str(number))
        assert [message.text for message in ann.messages] == ["7", "8", "9"]
        assert len(double.calls) == 0
        assert double.counts["sendMessage"] == 10
    assert reacted == [str(number) for number in range(10)]
