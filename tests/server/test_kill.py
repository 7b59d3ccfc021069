"""SIGKILL at any moment, under load and faults: no answer is lost, none counts twice, every chat ends as in memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.app import equip
from bot.core.conversation.session import Session
from bot.library import load_flow
from bot.replay.double.faults import Fault, Faults
from bot.replay.double.server import TelegramDouble
from bot.store import Store, open_store, schema
from tests.support.crowd import SPRAIN, Crowd, answers, in_memory
from tests.support.telegram_bot import FLOWS, by_webhook, start_process

PEOPLE = 50


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


async def kill_at_random(url: str, kills: int, seed: int, **environment: str) -> Report:
    """Let 50 patients chat while the bot is killed and started again."""
    rng = random.Random(seed)
    flow = load_flow(FLOWS / "sprain", equip)
    report = Report()
    faults = Counted(
        seed=seed, too_many=0.005, server_error=0.01, reset=0.01, reset_after=0.01, duplicate=0.05, reorder=0.05
    )
    async with TelegramDouble(record=0) as double:
        double.faults = faults
        crowd = Crowd(double, flow, SPRAIN, PEOPLE)
        crowd.begin()
        for _ in range(kills):
            before = double.counts.get("sendMessage", 0)
            bot = await start_process(double, url, LOG_LEVEL="ERROR", **environment)
            await double.until(lambda before=before: double.counts.get("sendMessage", 0) > before, 60)
            await asyncio.sleep(rng.uniform(0.0, 0.25))  # the moment of the kill, not a wait for anything
            bot.kill()
            await bot.wait()
            report.kills += 1
            with open_store(url, access="guest") as store:
                report.in_flight += _in_flight(store, crowd)
        crowd.keep_on = False
        double.faults = Faults()
        bot = await start_process(double, url, LOG_LEVEL="ERROR", **environment)
        await double.until(lambda: crowd.resting, 60)
        await double.settled()
        bot.terminate()
        _out, err = await asyncio.wait_for(bot.communicate(), 5)
        assert bot.returncode == 0, err.decode()
        assert double.counts.get("sendPhoto"), "nobody came to a picture"
        report.repeated = sum(p.repeated for p in crowd.people.values())
        report.unheard = faults.unheard
        report.rounds = sum(p.rounds for p in crowd.people.values())
        _compare(url, crowd, report)
    return report


def _in_flight(store: Store, crowd: Crowd) -> int:
    """How many messages have reached their chat and are not recorded as sent."""
    refs = {f"{session}.{turn}" for person in crowd.people.values() for session, turn in person.seen}
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


@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize(
    ("mode", "kills"),
    [
        ("polling", 2),
        ("webhook", 2),
        pytest.param("polling", 3, marks=pytest.mark.slow),
        pytest.param("webhook", 3, marks=pytest.mark.slow),
        pytest.param("polling", 5, marks=pytest.mark.slow),
        pytest.param("webhook", 5, marks=pytest.mark.slow),
        pytest.param("polling", 100, marks=pytest.mark.slow),
        pytest.param("webhook", 100, marks=pytest.mark.slow),
    ],
)
async def test_no_answer_is_lost_and_none_counts_twice(
    database_url: str, mode: str, kills: int, record_property: Callable[[str, object], None]
) -> None:
    report = await kill_at_random(database_url, kills, kills, **by_webhook() if mode == "webhook" else {})
    record_property("report", str(report))
    assert report.kills == kills
    assert report.answered > 0
    assert report.repeated <= report.in_flight + report.unheard, report
