"""SIGKILL while check-ins are due and notes are on their way: none is lost, none comes twice but what was in flight, and nothing
comes to who wanted no more of it."""

from __future__ import annotations

import asyncio
import json
import random
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app import open_service
from bot.core.conversation.events import Commanded, Started
from bot.core.conversation.session import Session
from bot.replay.double.server import TelegramDouble
from bot.service.service import Service
from bot.store import open_store
from tests.support.kills import HANGS
from tests.support.service_chat import Chat
from tests.support.several import Workers
from tests.support.telegram_bot import UNCOMPLICATED, Clock, eventually, settings

WANT, ENDED, ERASED = 8, 3, 3
"""How many want to be asked; of the others some ended it, and some had everything erased."""
HOUR = 9


def where_it_is_nine(now: float) -> str:
    """A zone in which the hour of the check-in has begun."""
    behind = (HOUR - datetime.fromtimestamp(now, UTC).hour) % 24
    name = f"Etc/GMT{-behind:+d}" if behind <= 12 else f"Etc/GMT{24 - behind:+d}"
    assert datetime.fromtimestamp(now, ZoneInfo(name)).hour == HOUR
    return name


def yesterday(url: str, zone: str, now: float) -> None:
    """What was said a day ago: the check-ins of today are agreed, and a note for a clinician waits to be sent."""
    clock = Clock()
    clock.now = now - timedelta(days=1).total_seconds()
    with open_store(url, purpose="test") as store:
        service = open_service(settings(timezone=zone), store, clock)
        for number in range(1, WANT + ENDED + ERASED + 1):
            _agrees(service, number)


def _agrees(service: Service, number: int) -> None:
    chat = Chat(service, f"telegram:{number}")
    chat.number = 100 * number
    turn = chat.does(Started())
    for label in UNCOMPLICATED:
        turn = chat.taps(turn, label)
    advice = turn
    chat.taps(chat.taps(chat.taps(advice, "Check on me"), "Checks day 1"), "Checks at 9")
    chat.taps(advice, "For my clinician")
    if number > WANT + ENDED:
        chat.taps(chat.does(Commanded("forget")), "Forget button")
    elif number > WANT:
        chat.does(Commanded("stop"))


def asked(double: TelegramDouble, number: int) -> int:
    """How often somebody was asked how it goes."""
    return sum(message.text == "Check new" for message in double.user(number).messages if message.by_bot)


def notes(double: TelegramDouble, number: int) -> int:
    """How often somebody got the note for a clinician."""
    files = [message.file for message in double.user(number).messages if message.file is not None]
    return sum(name.startswith("note-for-clinician") for name, _ in files)


def reached_but_not_recorded(url: str, double: TelegramDouble) -> int:
    """Messages that stand in their chats and still wait in the database: these may come twice."""
    found = 0
    with open_store(url, access="guest") as store:
        for number in range(1, WANT + 1):
            chat = f"telegram:{number}"
            with store.transaction([chat]) as tx:
                waiting = [json.loads(message.waiting) for message in tx.messages_of(chat) if message.waiting]
            found += sum(bool(notes(double, number) if "paper" in one else asked(double, number)) for one in waiting)
    return found


@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize("mode", ["polling", "webhook"])
@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
async def test_check_ins_and_notes_survive_kills_and_come_to_nobody_else(
    database_url: str, mode: str, kills: int
) -> None:
    now = time.time()  # noqa: TID251 - the workers' own clock
    zone, rng = where_it_is_nine(now), random.Random(mode)
    yesterday(database_url, zone, now)
    everybody = range(1, WANT + ENDED + ERASED + 1)
    in_flight = 0
    async with TelegramDouble(record=0) as double:
        for number in everybody:
            double.user(number)
        async with Workers(double, database_url, 1, mode, TIMEZONE=zone) as bots:
            for _ in range(kills):
                before = double.counts.get("sendMessage", 0) + double.counts.get("sendDocument", 0)
                await double.until(
                    lambda n=before: (
                        double.counts.get("sendMessage", 0) + double.counts.get("sendDocument", 0) > n
                        or all(asked(double, number) and notes(double, number) for number in range(1, WANT + 1))
                    ),
                    HANGS,
                )
                await asyncio.sleep(rng.uniform(0.0, 0.05))  # the moment of the blow, not a wait for anything
                await bots.kill(next(iter(bots.running)))
                in_flight += reached_but_not_recorded(database_url, double)
                await bots.add()
            await double.until(lambda: all(asked(double, n) and notes(double, n) for n in range(1, WANT + 1)), HANGS)
            await double.settled(HANGS)
            with open_store(database_url, access="guest") as store:
                await eventually(lambda: not store.waiting(), HANGS)
            code, said = await bots.end(next(iter(bots.running)))
            assert code == 0, said
        more = sum(asked(double, n) - 1 + notes(double, n) - 1 for n in range(1, WANT + 1))
        assert more <= in_flight, [(asked(double, n), notes(double, n)) for n in range(1, WANT + 1)]
        assert [n for n in everybody if n > WANT and asked(double, n)] == [], "asked although it was ended"
        assert [n for n in everybody if n > WANT + ENDED and notes(double, n)] == [], (
            "a note came after everything was erased"
        )
    with open_store(database_url) as store:
        assert store.waiting() == 0
        assert store.set_aside() == []
        for number in range(1, WANT + 1):
            (row,) = store.sessions_of(f"telegram:{number}")
            checks = Session.from_json(row.json).checks
            assert checks is not None
            assert (checks.days, checks.asking) == ((), "new"), "asked twice, or never"
