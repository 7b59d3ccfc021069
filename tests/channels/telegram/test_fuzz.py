"""Whatever arrives: updates made of real ones with parts lost, doubled and replaced, words of every kind, callback data, beside
somebody who goes on talking. Nothing crashes, only what is no update any more is set aside, and the bystander is answered.

Over a thousand here; some hundred times as many in the slow lane, about an hour, where the bystander's times have a bound.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.replay.double.server import TelegramDouble
from tests.support.made_updates import Maker, p99, slowest
from tests.support.telegram_bot import Clock, Patient, make_readers, serving

TURN_EVERY = 25
HANGS = 60.0


@pytest.mark.parametrize(("many", "seed"), [(1_500, 1), pytest.param(500_000, 2, marks=pytest.mark.slow)])
async def test_whatever_arrives_is_survived_and_a_bystander_is_answered(
    many: int, seed: int, tmp_path: Path, telegram: TelegramDouble, clock: Clock
) -> None:
    bystander, waited = Patient(telegram.user(1)), []

    maker = Maker(seed, [Patient(telegram.user(number)) for number in range(2, 42)], clock)
    async with serving(
        telegram, f"sqlite:///{tmp_path}/bot.db", clock, flow="back_spasm", flows_dir=Path("flows")
    ) as running:
        make_readers(running.service)
        for number in range(many):
            for kind, body in maker.update().items():
                telegram.updates.add(kind, body)
            if number % TURN_EVERY == 0:
                begun = time.perf_counter()
                answered = len(bystander.person.messages)
                bystander.person.send("/start")
                await telegram.settled(HANGS)  # whatever was written before them is dealt with first
                await bystander.person.until(lambda n=answered: len(bystander.person.messages) > n, HANGS)
                waited.append(time.perf_counter() - begun)
                clock.now += 1
        await telegram.settled(HANGS)
        assert not running.task.done(), "polling has ended"
        reasons = {aside.reason for aside in running.store.set_aside()}
        assert reasons <= {"Unreadable", "UnreadableUpdate"}, "an update that can be read was set aside"
    print(slowest(waited))
    if many > 10_000:
        assert p99(waited) < 1.0, slowest(waited)
