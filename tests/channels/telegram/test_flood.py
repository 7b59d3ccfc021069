"""A red flag in a flood of one chat's messages: what waits in line is not what may be an emergency. Looking for it costs little."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest

import bot.service.chat as service_chat
from bot.core.conversation.events import Received, Typed
from bot.core.model.readings import Reading, Sign
from bot.replay.double.faults import Fault
from bot.replay.double.server import TelegramDouble
from bot.server.metrics import Metrics
from bot.service.ahead import COST, MOST, Lookout
from bot.service.incoming import Incoming
from bot.service.open_chat import SHARE
from tests.support.talking import NOW, sprain
from tests.support.telegram_bot import Clock, Patient, Running, eventually, quiet
from tests.support.written import begun, listening_bot, session

BEFORE, BEHIND = 60, 40
SIGN = "numb between my legs"
AHEAD_OF_IT = 1 + 3 * SHARE
"""Messages that may be handled before it: the first poll may bring one, then come a share and what else there is time for."""
PHOTO = [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}]
TELLS: dict[str, Callable[[Patient], object]] = {
    "words": lambda ann: ann.person.send(SIGN),
    "words behind a command": lambda ann: ann.person.send(f"/help {SIGN}"),
    "caption": lambda ann: ann.person.sends(photo=PHOTO, caption=SIGN),
    "quote": lambda ann: ann.person.send("this", quote={"text": SIGN, "position": 0}, external_reply={}),
    "edit": lambda ann: ann.person.edit(SIGN, ann.person.send("hello")),
    "forwarded": lambda ann: ann.person.send(SIGN, forward_origin={"type": "user", "date": 1}),
}


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, database_url: str) -> AsyncIterator[Running]:
    async with listening_bot(telegram, database_url, clock) as running:
        yield running


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Words in the order in which they are handled."""
    real, order = service_chat.step, []

    def step(flow: Any, before: Any, event: Any, now: Any) -> Any:
        order.append(event.text if isinstance(event, Typed) else event.words if isinstance(event, Received) else "")
        return real(flow, before, event, now)

    monkeypatch.setattr(service_chat, "step", step)
    return order


def place(said: list[str]) -> int:
    """Where the sign stands among what was handled."""
    return next(number for number, words in enumerate(said) if SIGN in words)


@pytest.mark.parametrize("how", TELLS)
async def test_a_sign_does_not_wait_in_line(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, said: list[str], how: str
) -> None:
    await begun(ann, clock)
    said.clear()
    for number in range(BEFORE):
        ann.person.send(f"hello {number}")
    TELLS[how](ann)
    for number in range(BEHIND):
        ann.person.send(f"hello {BEFORE + number}")
    await eventually(lambda: f"hello {BEFORE + BEHIND - 1}" in said, 20)
    assert place(said) <= AHEAD_OF_IT
    in_line = [words for words in said if words.startswith("hello ")]
    assert in_line == [f"hello {number}" for number in range(BEFORE + BEHIND)], "the others in order, each once"
    now = session(bot)
    assert now.signs or now.latch
    assert bot.store.set_aside() == []


async def test_what_goes_ahead_answers_no_screen(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, said: list[str]
) -> None:
    """The words that wait before it were said first, and may answer the screen; its sign counts."""
    await begun(ann, clock)
    for number in range(2 * SHARE):
        ann.person.send(f"hello {number}")
    ann.person.send("none of these, but I fainted")
    await eventually(lambda: len(said) > 2 * SHARE, 20)
    await quiet(bot, telegram)
    now = session(bot)
    assert set(now.answers) == {"for_whom", "age"}
    assert [sign.option for sign in now.signs] == ["collapse_or_fainting"]


async def test_what_waits_and_what_does_not_is_counted(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, said: list[str]
) -> None:
    metrics = Metrics(clock, lambda: 0, lambda: 0)
    bot.service.on_handled = metrics.handled
    await begun(ann, clock)
    for number in range(5 * SHARE):
        ann.person.send(f"hello {number}")
    ann.person.send(SIGN)
    await eventually(lambda: f"hello {5 * SHARE - 1}" in said, 20)
    told = dict(line.split() for line in metrics.text().decode().splitlines() if " " in line and line[0] != "#")
    assert float(told["symptom_bot_updates_ahead_total"]) == 1
    assert float(told["symptom_bot_updates_put_off_total"]) >= SHARE


async def test_to_whom_nothing_can_be_sent_just_now_one_sign_goes_ahead(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    """As long as its warning is on its way the next sign waits like everything else: or a flood of signs would have no bound."""
    monkeypatch.setattr("bot.server.delivery.CROWDED", 2)
    await begun(ann, clock)
    telegram.fail("sendMessage", *[Fault("too_many", retry_after=2)] * 2)
    for _ in range(2 * SHARE):
        ann.person.send("/privacy")
    await eventually(lambda: bot.channel.deliverer.crowded("telegram:1"))
    ann.person.send(SIGN)
    await eventually(lambda: bot.channel.deliverer.warned("telegram:1"))
    ann.person.send("chest pain now")
    await telegram.settled()
    assert SIGN in said
    assert "chest pain now" not in said
    await eventually(lambda: "chest pain now" in said, 10)


# --- the look itself ----------------------------------------------------------------------------------------------------


def looked(texts: list[str], **more: Any) -> tuple[list[str], int]:
    """Which of these go ahead, and how many characters were read to find that out."""
    read: list[str] = []

    def reader(text: str, now: datetime, lang: str, ask: str | None) -> Reading:
        read.append(text)
        return Reading(signs=(Sign("open_wound", text),) if "wound" in text else ())

    lookout, flow = Lookout(), sprain().with_reader(reader)
    found = [t for t in texts if lookout.event(Incoming("c", Typed(t), **more), flow, "en", NOW) is not None]
    return found, sum(map(len, read))


@pytest.mark.parametrize("texts", [["a" * 4096] * 100, ["a"] * 10**4, ["a" * 50, "b" * 4000] * 50, [""] * 10**4])
def test_looking_costs_little_whatever_is_sent(texts: list[str]) -> None:
    found, cost = looked(texts)
    assert found == []
    assert cost <= COST


@pytest.mark.parametrize("before", [["hello my friend"] * 60, ["a" * 4096] * 100, ["a " * 40] * 20])
def test_a_sign_is_found_behind_much(before: list[str]) -> None:
    assert looked([*before, "open wound"])[0] == ["open wound"]


def test_a_long_message_is_looked_at_where_it_begins() -> None:
    long = "open wound " + "and so on " * 300
    assert looked(["hello"] * 10 + [long])[0] == [long]
    assert looked([long[::-1]])[0] == [], "its end waits its turn"


def test_a_flood_of_signs_has_its_share_too() -> None:
    assert looked(["wound"] * 100)[0] == ["wound"] * MOST
    assert looked(["wound"] * 100, warned=True) == ([], 0), "the warning is on its way"
