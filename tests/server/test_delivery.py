"""The deliverer by itself: what is dropped for something urgent, and what happens after the farewell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.server import delivery
from bot.server.delivery import Deliverer, DeliveryResult, Gone, Later, Never, Taken
from bot.server.rate_limits import Limits
from bot.service.payload import Payload
from bot.store import EMERGENCY, ORDINARY, Delivery, Refused

CHAT = "telegram:1"


def message(seq: int, words: str, priority: int = ORDINARY, **more: object) -> Delivery:
    payload = Payload((("text", words),), **more)  # type: ignore[arg-type]
    return Delivery(CHAT, seq, payload.to_json(), 1.0, priority, payload.ref, 0, 1)


class Outside:
    """The other side: says what happens to each try, in order; then takes everything. `seen`: the words it took."""

    def __init__(self, *results: DeliveryResult) -> None:
        self._results = list(results)
        self.seen: list[str] = []
        self.idle = asyncio.Event()
        self.limits = Limits(1000.0, 1000.0)
        self.deliverer = Deliverer(self._send, self.limits, lambda: 1.0, lease=5.0, changed=self._changed)

    async def _send(self, delivery: Delivery, payload: Payload) -> DeliveryResult:
        result = self._results.pop(0) if self._results else Taken(7)
        if isinstance(result, Taken):
            self.seen.append(payload.plain())
        return result

    def _changed(self) -> None:
        if not self.deliverer.waiting:
            self.idle.set()

    async def delivers(self, *batches: Sequence[Delivery]) -> list[str]:
        for batch in batches:
            self.deliverer.take(batch)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            while self.deliverer.waiting:
                await self.idle.wait()
                self.idle.clear()
        return self.seen


QUESTION = message(1, "How old are you?", ref="s.3")
HELP = message(2, "Get help now", EMERGENCY, ref="s.4")


async def test_a_question_that_waits_is_dropped_for_the_emergency_that_follows_it() -> None:
    outside = Outside(Later("too_many", 0.05))
    assert await outside.delivers([QUESTION], [HELP]) == ["Get help now"]
    assert Refused(CHAT, 1, "superseded") in outside.deliverer.take_outcomes()


async def test_the_same_after_a_restart_when_both_come_from_the_database() -> None:
    assert await Outside().delivers([HELP, QUESTION]) == ["Get help now"]


async def test_words_that_are_no_question_are_not_dropped() -> None:
    words = message(1, "It is about when to be seen.")
    outside = Outside(Later("too_many", 0.05))
    assert await outside.delivers([words], [HELP]) == ["Get help now", "It is about when to be seen."]


async def test_the_question_on_screen_survives_advice_that_goes_out_in_between() -> None:
    advice = message(2, "You should be seen today", EMERGENCY, ref="s.3")
    outside = Outside(Later("too_many", 0.05))
    assert await outside.delivers([QUESTION], [advice]) == ["You should be seen today", "How old are you?"]


async def test_what_is_asked_after_the_emergency_comes() -> None:
    after = message(3, "Is help there?", ref="s.5")
    outside = Outside(Later("too_many", 0.05))
    assert await outside.delivers([QUESTION], [HELP, after]) == ["Get help now", "Is help there?"]


@pytest.mark.parametrize("result", [Taken(7), Never("bad_request"), Gone()])
async def test_the_farewell_is_the_last_word_whatever_becomes_of_it(result: DeliveryResult) -> None:
    outside = Outside(Taken(6), result)
    await outside.delivers([QUESTION, message(2, "Erased", last=True)])
    assert outside.deliverer.farewells(outside.deliverer.take_outcomes()) == [CHAT]


async def test_somebody_who_is_gone_before_the_farewell_is_forgotten_too() -> None:
    outside = Outside(Gone())
    await outside.delivers([QUESTION, message(2, "Erased", last=True)])
    assert outside.deliverer.farewells(outside.deliverer.take_outcomes()) == [CHAT]


async def test_an_earlier_message_that_is_recorded_is_not_the_farewell() -> None:
    outside = Outside()
    await outside.delivers([QUESTION])
    earlier = outside.deliverer.take_outcomes()
    await outside.delivers([message(2, "Erased", last=True)])
    assert outside.deliverer.farewells(earlier) == []
    assert outside.deliverer.farewells(outside.deliverer.take_outcomes()) == [CHAT]


async def held(deliverer: Deliverer, *messages: Delivery, lease_over: bool = True) -> None:
    """Messages taken over under a lease that began long ago."""
    deliverer.take(messages, since=asyncio.get_running_loop().time() - 6.0 * lease_over)
    await turns()


async def turns() -> None:
    """Let the loop go round a few times: whatever can be begun is."""
    for _ in range(8):
        await asyncio.sleep(0)


async def test_nothing_is_begun_under_a_lease_that_may_be_over() -> None:
    """A worker that stood still: another one may have sent all of it."""
    outside = Outside()
    await held(outside.deliverer, QUESTION)
    assert outside.seen == []
    outside.deliverer.drop(CHAT)  # the lease was another's by then
    await held(outside.deliverer, QUESTION)
    outside.deliverer.renewed([CHAT], asyncio.get_running_loop().time())
    assert await outside.delivers() == ["How old are you?"]


async def test_what_is_urgent_goes_while_the_database_can_tell_nobody_whose_lease_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outside = Outside()
    await held(outside.deliverer, HELP, message(3, "Later", ref="s.5"))
    outside.deliverer.cannot_renew()
    await turns()
    assert outside.seen == [], "a call that failed may be one that was under way when this process was stopped"
    monkeypatch.setattr(delivery, "SURE", 0.0)
    outside.deliverer.cannot_renew()
    await turns()
    assert outside.seen == ["Get help now"]
    outside.deliverer.renewed([CHAT], asyncio.get_running_loop().time())
    assert await outside.delivers() == ["Get help now", "Later"]


async def test_what_was_sent_is_recorded_again_when_it_comes_back_and_not_sent_again() -> None:
    outside = Outside()
    await outside.delivers([QUESTION])
    sent = outside.deliverer.take_outcomes()
    assert await outside.delivers([QUESTION]) == ["How old are you?"], "its record was lost: it comes once more"
    assert outside.deliverer.take_outcomes() == sent
    anew = message(1, "Who is this about?", ref="t.0")._replace(created=2.0)
    assert await outside.delivers([anew]) == ["How old are you?", "Who is this about?"], "of a chat that began anew"
