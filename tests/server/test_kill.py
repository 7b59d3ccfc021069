"""SIGKILL at any moment, under load and faults, of one worker or of one of several: nothing is lost, nothing counts twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.kills import kill_at_random


@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.slow)])
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_no_answer_is_lost_and_none_counts_twice(
    database_url: str, mode: str, kills: int, record_property: Callable[[str, object], None]
) -> None:
    report = await kill_at_random(database_url, kills, kills, mode=mode)
    record_property("report", str(report))
    assert report.kills == kills


@pytest.mark.usefixtures("bot_process")
@pytest.mark.parametrize("kills", [2, pytest.param(25, marks=pytest.mark.slow)])
@pytest.mark.parametrize("workers", [2, pytest.param(3, marks=pytest.mark.slow)])
async def test_none_is_lost_and_none_counts_twice_when_one_of_several_workers_is_killed(
    postgresql_url: str, workers: int, kills: int, record_property: Callable[[str, object], None]
) -> None:
    report = await kill_at_random(postgresql_url, kills, kills + workers, workers)
    record_property("report", str(report))
    assert report.kills == kills
