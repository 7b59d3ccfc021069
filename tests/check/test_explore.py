"""`step` explored by itself: no screen without a way on, no turn without effect, and an emergency that nothing lowers."""

from __future__ import annotations

import pytest

from tests.support.explore import explore
from tests.support.flow_edits import BACK_SPASM, SPRAIN, flow_at


@pytest.mark.slow
def test_the_small_flow_is_explored_whole() -> None:
    found = explore(flow_at(SPRAIN), most=60_000, ticks=1)
    assert found.broken == []
    assert set(flow_at(SPRAIN).questions) <= found.screens
    assert {"self_care", "see_soon", "same_day", "emergency"} <= set(found.levels)
    assert found.limits == ["lists were followed with at most 1 ticks at once"]


def test_a_limit_that_is_reached_is_admitted() -> None:
    found = explore(flow_at(SPRAIN), most=50, ticks=1)
    assert found.sessions == 50
    assert any("stopped at 50" in limit for limit in found.limits)


@pytest.mark.slow
def test_the_shipped_flow_as_far_as_a_few_seconds_go() -> None:
    found = explore(flow_at(BACK_SPASM), most=300, ticks=1)
    assert found.broken == []
    assert found.levels["emergency"] > 0


@pytest.mark.slow
def test_the_shipped_flow_further() -> None:
    found = explore(flow_at(BACK_SPASM), most=60_000, ticks=1)
    assert found.broken == []


@pytest.mark.slow
def test_the_small_flow_with_two_ticks_at_once() -> None:
    found = explore(flow_at(SPRAIN), most=200_000, ticks=2)
    assert found.broken == []
