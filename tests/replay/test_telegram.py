"""The shipped scripts through the whole bot: Telegram double, channel, service, store; by polling, by webhook, under faults.

One in 25 of them here, chosen by the commit; in the slow lane all of them, each under four of 20 seeds.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.app import telegram_way, webhook_way
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import failure, run_all, versions_of
from bot.replay.playing.ways import known_ways
from bot.replay.script.reading import Scripts, read_scripts
from bot.replay.telegram.way import TelegramWay
from tests.support.places import ROOT, TESTS
from tests.support.scripts import FLOW_FOLDERS


def commit() -> str:
    """The commit that is tested; the same everywhere it is tested."""
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "no commit"


def shipped(share: float = 1.0, salt: str = "") -> Scripts:
    """The shipped scripts, or a share of them chosen by the commit."""
    scripts = read_scripts([TESTS / "conversations"], FLOW_FOLDERS)
    assert not scripts.findings, [str(f) for f in scripts.findings]
    if share < 1.0:
        chosen = random.Random(commit() + salt).sample(scripts.cases, round(len(scripts.cases) * share))
        scripts.cases = [c for c in scripts.cases if c in chosen]
    return scripts


def failures(outcomes: Sequence[Played]) -> str:
    """What a tester needs to see of those that failed."""
    return "\n\n".join(failure(o) for o in outcomes if not o.passed)


@pytest.mark.ci
@pytest.mark.parametrize("way", [telegram_way(), webhook_way()], ids=["polling", "webhook"])
def test_scripts_come_to_the_same_through_telegram(way: TelegramWay) -> None:
    outcomes = list(run_all(shipped(0.04, way.name), [way]))
    assert not failures(outcomes), failures(outcomes)
    assert len(outcomes) > 20


@pytest.mark.ci
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_scripts_come_to_the_same_under_faults(seed: int) -> None:
    outcomes = list(run_all(shipped(0.04, f"faults {seed}"), [telegram_way()], [seed]))
    assert not failures(outcomes), failures(outcomes)


@pytest.mark.slow
@pytest.mark.parametrize("way", [telegram_way(), webhook_way()], ids=["polling", "webhook"])
def test_every_script_comes_to_the_same_through_telegram(way: TelegramWay) -> None:
    outcomes = list(run_all(shipped(), [way]))
    assert not failures(outcomes), failures(outcomes)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 21))
def test_every_script_comes_to_the_same_under_four_of_twenty_seeds(seed: int) -> None:
    way, scripts = telegram_way() if seed % 2 else webhook_way(), shipped()
    scripts.cases = scripts.cases[seed % 5 :: 5]
    outcomes = list(run_all(scripts, [way], [seed]))
    assert not failures(outcomes), failures(outcomes)


def test_a_script_that_deviates_deviates_through_telegram_too(tmp_path: Path) -> None:
    place = tmp_path / "sprain"
    place.mkdir()
    (place / "a.yaml").write_text(
        "title: Cold foot\nchat:\n  - tap: cold_pale_foot\n  - bot: {ask: emergency, says: go_now}\n"
        "  - later: 21 minutes\n  - bot: silence_help\n  - restart: true\n  - tap: mistake\n  - bot: age\n"
        "expect: {level: emergency}\n"
    )
    scripts = read_scripts([place], FLOW_FOLDERS)
    (outcome,) = run_all(scripts, [telegram_way()])
    assert not outcome.passed
    assert outcome.deviations[0].expected == "the bot's age"
    assert "mistake" in outcome.deviations[0].came


def test_the_ways_are_registered_so_that_replay_need_not_know_the_app() -> None:
    assert list(known_ways()) == ["memory", "reload", "telegram", "webhook"]


@pytest.mark.slow
def test_load_plays_scripts_by_many_people_and_measures() -> None:
    scripts = shipped(0.1, "load")
    cases = [(c, scripts.flow(c), versions_of(scripts, c)) for c in scripts.cases if "back_spasm" in c.file]
    load = asyncio.run(telegram_way().load(cases, 20))
    assert not load.failed
    assert load.turns > 200
    assert "turns/s" in str(load)
