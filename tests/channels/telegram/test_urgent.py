"""An emergency never ends in silence: what is refused is said more plainly, and a 403 that means something else drops nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from bot.replay.double.faults import Fault, Faults
from bot.replay.double.methods import METHODS
from bot.replay.double.parameters import bad_request
from bot.replay.double.server import TelegramDouble
from bot.server import delivery
from bot.store import EMERGENCY, Batch, Outgoing
from tests.support.telegram_bot import Clock, Patient, Running, eventually, quiet, serving

Values = Mapping[str, Any]


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, sqlite_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, sqlite_url, clock=clock) as running:
        yield running
        await quiet(running, telegram)


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Values], bool]], None]:
    """Lets Telegram refuse every message of a kind."""
    real = METHODS["sendMessage"]

    def refuse(of_this_kind: Callable[[Values], bool]) -> None:
        def send(account: Any, values: Values, files: Any) -> Any:
            if of_this_kind(values):
                raise bad_request("something that nobody has heard of")
            return real(account, values, files)

        monkeypatch.setitem(METHODS, "sendMessage", send)  # type: ignore[index]

    return refuse


def said_after(ann: Patient, before: int) -> list[str]:
    return [m.text for m in ann.person.messages[before:]]


Refusing = Callable[[Callable[[Values], bool]], None]


async def at_the_signs(bot: Running, ann: Patient, telegram: TelegramDouble) -> int:
    """Ann is asked for the signs. How many messages she has by then."""
    await ann.consents()
    await quiet(bot, telegram)
    return len(ann.person.messages)


async def said_of_a_wound(
    bot: Running, ann: Patient, telegram: TelegramDouble, refusing: Refusing, of_this_kind: Callable[[Values], bool]
) -> list[str]:
    """What reaches Ann of the emergency, while messages of this kind are refused."""
    before = await at_the_signs(bot, ann, telegram)
    refusing(of_this_kind)
    ann.person.tap("Open wound")
    await quiet(bot, telegram)
    return said_after(ann, before)


async def test_an_emergency_whose_html_is_refused_comes_as_plain_text_with_its_buttons(
    bot: Running, ann: Patient, refusing: Refusing
) -> None:
    await ann.consents()
    refusing(lambda values: "parse_mode" in values)
    message = await ann.taps_on("Open wound")
    assert message.text.startswith("Emergency")
    assert "<b>" not in message.text
    refusing(lambda values: False)
    await ann.taps_on("Getting help")


@pytest.mark.parametrize(
    "of_this_kind",
    [lambda values: "reply_markup" in values, lambda values: len(values["text"]) > 80],
    ids=["buttons", "length"],
)
async def test_an_emergency_that_is_refused_whole_comes_in_pieces(
    bot: Running, ann: Patient, telegram: TelegramDouble, refusing: Refusing, of_this_kind: Callable[[Values], bool]
) -> None:
    said = await said_of_a_wound(bot, ann, telegram, refusing, of_this_kind)
    assert said[0] == "Emergency"
    assert any("Go to an emergency department now" in words for words in said)
    assert "Cut short" not in said


async def test_what_is_left_of_an_emergency_is_the_fixed_text(
    bot: Running, ann: Patient, telegram: TelegramDouble, refusing: Refusing
) -> None:
    said = await said_of_a_wound(
        bot, ann, telegram, refusing,
        lambda values: "Go to an emergency department" in values["text"] or "parse_mode" in values,
    )  # fmt: skip
    assert said[0] == "Emergency", "what can be said of it is said"
    assert said[-1] == "Cut short"


async def test_when_everything_but_the_fixed_text_is_refused_that_comes(
    bot: Running, ann: Patient, telegram: TelegramDouble, refusing: Refusing
) -> None:
    said = await said_of_a_wound(
        bot, ann, telegram, refusing, lambda values: not values["text"].startswith("Cut short")
    )  # fmt: skip
    assert said == ["Cut short"]


async def test_an_urgent_message_refused_in_every_way_is_tried_again_a_minute_later(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, refusing: Refusing
) -> None:
    before = await at_the_signs(bot, ann, telegram)
    refusing(lambda values: True)
    ann.person.tap("Open wound")
    await eventually(lambda: bot.store.load(["telegram:1"])["telegram:1"].hold_until > clock.now)
    assert said_after(ann, before) == []
    refusing(lambda values: False)
    clock.now += 61
    await ann.person.sees("Emergency")


async def test_a_fault_in_between_doubles_and_loses_no_piece(
    bot: Running, ann: Patient, telegram: TelegramDouble, refusing: Refusing
) -> None:
    before = await at_the_signs(bot, ann, telegram)
    refusing(lambda values: "parse_mode" in values or "reply_markup" in values)
    sent = telegram.counts["sendMessage"]

    class Interrupting(Faults):
        """The fifth call, which is the third piece, is cut off."""

        def draw(self, method: str) -> Fault | None:
            third = method == "sendMessage" and telegram.counts["sendMessage"] == sent + 4 and not self.seed
            self.seed += third
            return Fault("reset") if third else None

    telegram.faults = Interrupting()
    ann.person.tap("Open wound")
    await quiet(bot, telegram)
    said = said_after(ann, before)
    assert telegram.faults.seed
    assert said[0] == "Emergency"
    assert len(said) == len(set(said)) == 5


@pytest.mark.parametrize(("words", "fixed"), [("I have a fever", "Cut short today"), ("cold foot", "Cut short")])
async def test_what_may_wait_until_later_today_is_cut_short_as_that(
    bot: Running, ann: Patient, telegram: TelegramDouble, refusing: Refusing, words: str, fixed: str
) -> None:
    before = await at_the_signs(bot, ann, telegram)
    refusing(lambda values: not values["text"].startswith("Cut short"))
    ann.person.send(words)
    await ann.person.until(lambda: len(ann.person.messages) > before, 20)
    assert said_after(ann, before)[0] == fixed


async def test_something_urgent_that_can_no_longer_be_read_is_answered_by_the_fixed_text(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await ann.consents()
    await quiet(bot, telegram)
    bot.store.commit(Batch(clock.now, outbox=(Outgoing("telegram:1", '{"blocks": 7}', clock.now, EMERGENCY),)))
    with bot.store._write() as connection:  # as after a crash: nobody has it in memory
        connection.exec_driver_sql("UPDATE chats SET lease_owner = 'another'")
    await ann.person.sees("Cut short")


@pytest.mark.parametrize(
    "description",
    ["Forbidden: bot can't initiate conversation with a user", "Forbidden: user is deactivated", ""],
    ids=["initiate", "deactivated", "unknown"],
)
async def test_a_403_that_does_not_mean_blocked_drops_nothing(
    bot: Running, ann: Patient, telegram: TelegramDouble, description: str
) -> None:
    await ann.consents()
    await quiet(bot, telegram)
    telegram.fail("sendMessage", Fault("server_error", status=403, description=description))
    await ann.taps_on("Open wound")
    assert ann.last.text.startswith("Emergency")
    assert not bot.store.load(["telegram:1"])["telegram:1"].blocked


async def test_a_403_that_lasts_is_asked_again_once_a_minute_and_nothing_else_is_forgotten(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FIRST_RETRY", delivery.LONGEST_HOLD * 2)  # the usual pauses before are left out
    await ann.consents()
    await quiet(bot, telegram)

    def held() -> float:
        return bot.store.load(["telegram:1"])["telegram:1"].hold_until - clock.now

    telegram.faults = Forbidding()
    ann.person.tap("Open wound")
    await eventually(lambda: held() > 0)
    clock.now += held()
    await eventually(lambda: held() == 60)
    telegram.faults = Faults()
    clock.now += 60
    await ann.person.sees("Emergency")
    await quiet(bot, telegram)
    await bot.wait(3600)
    await ann.person.sees("Silence help")


async def test_a_403_that_lasts_for_more_than_a_week_is_given_up(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FIRST_RETRY", delivery.LONGEST_HOLD * 2)
    await ann.consents()
    await quiet(bot, telegram)
    telegram.faults = Forbidding()
    ann.person.send("/help")
    await eventually(lambda: bot.store.load(["telegram:1"])["telegram:1"].hold_until > clock.now)
    clock.now += 8 * 86400
    await eventually(lambda: not bot.store.waiting())


class Forbidding(Faults):
    """No message may go anywhere, and nobody says why."""

    def draw(self, method: str) -> Fault | None:
        return Fault("server_error", status=403) if method == "sendMessage" else None


async def test_who_did_block_the_bot_is_still_left_alone(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    await ann.consents()
    await quiet(bot, telegram)
    ann.person.chat.blocked = True
    ann.person.send("/help")
    await quiet(bot, telegram)
    assert bot.store.load(["telegram:1"])["telegram:1"].blocked
