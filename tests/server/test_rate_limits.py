"""The rate to all together holds over all workers, whoever comes or goes; with one worker it is the plain rate."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from bot.server.rate_limits import Limits, Pace


def test_a_pace_lets_a_burst_pass_and_then_holds_the_rate() -> None:
    pace, now, waits = Pace(2.0, 3), 100.0, []
    for _ in range(6):
        waits.append(pace.wait(now))
        pace.take(now)
    assert waits == [0.0, 0.0, 0.0, 0.5, 1.0, 1.5]
    assert pace.wait(now + 3.0) == 0.0


def test_what_is_urgent_waits_for_no_rate_but_for_a_pause() -> None:
    limits = Limits(1.0, 0.1)
    assert [limits.wait(limits.reserve("a", True, 0.0), 0.0) for _ in range(9)] == [0.0] * 9
    limits.pause(5.0)
    assert limits.wait(limits.reserve("b", True, 1.0), 1.0) == 4.0


_chats = itertools.count()


def times(limits: Limits, count: int, now: float) -> list[float]:
    """When so many messages to different chats may go, all asked for now."""
    return [now + limits.wait(limits.reserve(f"c{next(_chats)}", False, now), now) for _ in range(count)]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_shares_of_all_workers_make_the_rate(workers: int) -> None:
    all_ = [Limits(30.0, 1.0) for _ in range(workers)]
    for limits in all_:
        limits.share(workers, 0.0)
    gone = sorted(itertools.chain.from_iterable(times(limits, 200, 100.0) for limits in all_))
    assert sum(at < 100.5 for at in gone) <= 30 + 15, "a second's worth at once, for all of them together"
    for second in range(101, 104):
        assert 29 <= sum(second <= at < second + 1 for at in gone) <= 31


def test_who_comes_slows_the_others_down_at_once_and_who_goes_lets_them_be_faster() -> None:
    limits, now = Limits(10.0, 1.0), 50.0
    places = [limits.reserve(f"c{n}", False, now) for n in range(60)]
    alone = [limits.wait(place, now) for place in places]
    assert alone[-1] == pytest.approx(5.0)
    assert limits.share(2, now)
    assert not limits.share(2, now)
    assert limits.wait(places[-1], now) == pytest.approx(10.0), "what is reserved already moves too"
    assert limits.share(1, now + 4.0)
    assert limits.wait(places[-1], now + 4.0) == pytest.approx(3.0), "the places move back"


def test_who_is_new_waits_until_the_others_know() -> None:
    limits = Limits(10.0, 1.0)
    limits.share(2, 50.0, known_in=2.0)
    assert times(limits, 1, 50.0) == [pytest.approx(52.0)]
    assert limits.wait(limits.reserve("u", True, 50.0), 50.0) == 0.0, "what is urgent does not"


def test_nothing_changes_for_a_worker_that_is_alone() -> None:
    limits, plain = Limits(30.0, 1000.0), Pace(30.0, 30.0)

    def expected() -> Iterator[float]:
        for _ in range(90):
            yield 7.0 + plain.wait(7.0)
            plain.take(7.0)

    assert times(limits, 90, 7.0) == list(expected())
