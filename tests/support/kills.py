"""Patients who chat while workers are struck down: no answer is lost, none counts twice, every chat ends as in memory."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from bot.app import equip
from bot.core.conversation.session import Session
from bot.library import load_flow
from bot.replay.double.faults import Fault, Faults
from bot.replay.double.server import TelegramDouble
from bot.store import Store, open_store, schema
from tests.support.crowd import SPRAIN, Crowd, answers, in_memory
from tests.support.several import Workers
from tests.support.telegram_bot import FLOWS, eventually

PEOPLE = 50
HANGS = 180.0
"""Seconds after which what does not come counts as something that never will; the machine may be busy."""


class Counted(Faults):
    """Faults that count the messages that were sent although the bot heard of a failure: it has to send them again."""

    unheard = 0

    def draw(self, method: str) -> Fault | None:
        fault = super().draw(method)
        self.unheard += fault is not None and fault.after and method in ("sendMessage", "sendPhoto")
        return fault


@dataclass
class Report:
    """What a run of kills came to. `in_flight`: messages that had reached their chat at a kill, but were not recorded."""

    kills: int = 0
    in_flight: int = 0
    unheard: int = 0
    repeated: int = 0
    answered: int = 0
    rounds: int = 0


@contextlib.asynccontextmanager
async def chatting(
    url: str, seed: int, workers: int = 1, mode: str = "webhook", **environment: str
) -> AsyncIterator[tuple[Workers, Crowd, Report]]:
    """50 patients chat with so many workers while the block goes on; at its end all of them come to a level, every worker ends
    in good order, and what was kept is what the patients said."""
    flow = load_flow(FLOWS / "sprain", equip)
    report = Report()
    faults = Counted(
        seed=seed, too_many=0.005, server_error=0.01, reset=0.01, reset_after=0.01, duplicate=0.05, reorder=0.05
    )
    double = TelegramDouble(record=0, webhook_retry=0.25)
    async with double, Workers(double, url, workers, mode, **environment) as bots:
        double.faults = faults
        crowd = Crowd(double, flow, SPRAIN, PEOPLE)
        crowd.begin()
        yield bots, crowd, report
        crowd.keep_on = False
        double.faults = Faults()
        await double.until(lambda: crowd.resting, HANGS)
        await double.settled(HANGS)
        with open_store(url, access="guest") as store:
            await eventually(lambda: not store.waiting(), HANGS)
        for name in list(bots.running):
            code, said = await bots.end(name)
            assert code == 0, said
        assert double.counts.get("sendPhoto"), "nobody came to a picture"
        report.repeated = sum(p.repeated for p in crowd.people.values())
        report.unheard = faults.unheard
        report.rounds = sum(p.rounds for p in crowd.people.values())
        _compare(url, crowd, report)
        assert report.answered > 0
        assert report.repeated <= report.in_flight + report.unheard, report


async def in_the_middle(double: TelegramDouble, rng: random.Random) -> None:
    """Until patients are answered, and then until any moment."""
    before = double.counts.get("sendMessage", 0)
    await double.until(lambda: double.counts.get("sendMessage", 0) > before, HANGS)
    await asyncio.sleep(rng.uniform(0.0, 0.25))  # the moment of the blow, not a wait for anything


async def kill_at_random(url: str, kills: int, seed: int, workers: int = 1, mode: str = "webhook") -> Report:
    """Let 50 patients chat while one worker after another is killed, any of them, and another one started."""
    rng = random.Random(seed)
    async with chatting(url, seed, workers, mode) as (bots, crowd, report):
        for _ in range(kills):
            await in_the_middle(bots.double, rng)
            await bots.kill(rng.choice(sorted(bots.running)))
            report.kills += 1
            count_in_flight(url, crowd, report)
            await bots.add()
    return report


def count_in_flight(url: str, crowd: Crowd, report: Report) -> None:
    """Messages that reached their chat and are not recorded: these may come twice."""
    with open_store(url, access="guest") as store:
        report.in_flight += _in_flight(store, crowd)


def _in_flight(store: Store, crowd: Crowd) -> int:
    """How many messages have reached their chat and are not recorded as sent."""
    refs = {f"{session}.{turn}" for person in crowd.people.values() for session, turn, _ in person.seen}
    outbox = schema.outbox.c
    with store._read() as connection:
        waiting = connection.execute(select(outbox.ref).where(outbox.sent.is_(None))).scalars()
        return sum(ref in refs for ref in waiting)


def _compare(url: str, crowd: Crowd, report: Report) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the day that "2 days ago" is counted from
    expected = [in_memory(crowd.people[1].flow, plan, now) for plan in SPRAIN]
    with open_store(url) as store:
        assert store.set_aside() == []
        assert store.waiting() == 0
        for number, person in crowd.people.items():
            mine = expected[number % len(SPRAIN)]
            rows = store.sessions_of(f"telegram:{number}")
            assert len(rows) == person.rounds, "a level was told twice, or never"
            for row in rows:
                session = Session.from_json(row.json)
                assert session.at == mine.at
                assert answers(session) == answers(mine), f"chat {number} answered otherwise than in memory"
                assert (session.latch is None) == (mine.latch is None)
                report.answered += len(session.trail)
