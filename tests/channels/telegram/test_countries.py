"""The country in Telegram: the phone's language comes with every update, a tap changes the first screen in place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC
from functools import partial

import pytest

from bot.core.rendering.answer_words import Places
from bot.replay.double.server import TelegramDouble
from bot.service.service import Service
from bot.service.versions import Versions
from bot.service.what_changes import explain_changes
from bot.store import Store
from tests.support.talking import listening
from tests.support.telegram_bot import Clock, Patient, Running, eventually, quiet, serving


def made(places: Places, store: Store, clock: Clock) -> Service:
    flows = Versions({"back_spasm": listening()}, "back_spasm", lambda version: None)
    return Service(store, flows, places, UTC, clock, explain_changes)


ASKS = partial(made, Places())


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble(clock=clock) as double:
        yield double
        assert not double.refused, "Telegram refused a call"
        assert not double.unanswered_taps, "a spinner was left turning"


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, sqlite_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, sqlite_url, clock=clock, make=ASKS) as running:
        yield running
        await quiet(running, telegram)


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        ("en-GB", ["I'm in Great Britain"]), ("en-IN", ["I'm in India"]), ("pt-br", ["I'm in Portugal"]),
        ("de", ["I'm in Germany", "I'm in Austria", "I'm in Switzerland"]), ("<b>", ["I'm in Great Britain"]),
    ],
)  # fmt: skip
async def test_the_phone_says_what_is_offered(
    bot: Running, telegram: TelegramDouble, code: str, labels: list[str]
) -> None:
    ann = Patient(telegram.user(7, lang=code))
    first = await ann.start()
    assert [label for label in first.labels if "I'm in" in label][: len(labels)] == labels
    assert first.labels[-1] == "Another country"


async def test_a_tap_changes_the_first_screen_in_place(bot: Running, telegram: TelegramDouble) -> None:
    ann = Patient(telegram.user(7, lang="en-GB"))
    first = await ann.start()
    ann.person.tap("I'm in Great Britain")
    ann.person.tap_again()
    await eventually(lambda: "Call 999 or go" in first.text)
    await quiet(bot, telegram)
    assert len(ann.person.messages) == 1
    assert first.edits == 1
    assert first.labels[-1] == "Another country"
    assert (await ann.taps_on("Agree: it's for me")).text.endswith("Call 999 or go to an emergency department.")


async def test_a_name_may_be_typed_and_a_restart_forgets_nothing(
    telegram: TelegramDouble, clock: Clock, sqlite_url: str
) -> None:
    ann = Patient(telegram.user(7, lang="fr"))
    async with serving(telegram, sqlite_url, clock=clock, make=ASKS):
        await ann.start()
        assert "Call 144 or go" in (await ann.says("I'm in Switzerland")).text
    async with serving(telegram, sqlite_url, clock=clock, make=ASKS) as running:
        assert "Call 144 or go" in (await ann.start()).text
        assert "call 113" in (await ann.says("/country norway")).text.lower()
        assert "Which country" in (await ann.says("/country")).text
        assert "Call 112 or go" in (await ann.says("the Netherlands")).text
        await quiet(running, telegram)


@pytest.mark.parametrize("number", [None, "116"])
async def test_the_menu_has_the_command_where_it_does_something(
    telegram: TelegramDouble, clock: Clock, sqlite_url: str, number: str | None
) -> None:
    async with serving(telegram, sqlite_url, clock=clock, make=partial(made, Places(number))):
        await telegram.until(lambda: telegram.counts.get("getMyShortDescription", 0) >= 2)
        await telegram.settled()
    known = telegram.account.settings
    menu = next(value for (what, _, lang), value in known.items() if (what, lang) == ("commands", ""))
    assert ("country" in [c["command"] for c in menu]) == (number is None)
