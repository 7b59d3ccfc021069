"""What waits for the morning is decided once, by a pure function; the service and replay in memory both ask it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation.silence import NIGHT_FROM, NIGHT_TO, by_day
from tests.support.places import ROOT

ZONE = ZoneInfo("Europe/London")
FIRST, LAST = datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2026-11-20T21:59", "2026-11-20T21:59"),
        ("2026-11-20T22:00", "2026-11-21T08:00"),
        ("2026-11-21T07:59", "2026-11-21T08:00"),
        ("2026-11-21T08:00", "2026-11-21T08:00"),
        ("2026-12-31T23:30", "2027-01-01T08:00"),
        ("2026-10-24T23:30", "2026-10-25T08:00"),  # the night on which the clocks go back
    ],
)
def test_what_is_not_urgent_waits_for_the_morning(at: str, then: str) -> None:
    local = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    assert by_day(local, urgent=False) == datetime.fromisoformat(then).replace(tzinfo=ZONE)
    assert by_day(local, urgent=True) == local


@given(st.datetimes(FIRST, LAST, timezones=st.just(ZONE)))
def test_it_comes_by_day_never_earlier_and_at_most_a_night_later(local: datetime) -> None:
    then = by_day(local, urgent=False)
    assert NIGHT_TO <= then.hour < NIGHT_FROM
    assert timedelta() <= then.replace(tzinfo=None) - local.replace(tzinfo=None) <= timedelta(hours=10)
    assert by_day(then, urgent=False) == then


def test_the_night_is_told_in_one_place() -> None:
    told = [p.name for p in (ROOT / "bot").rglob("*.py") if "NIGHT" in p.read_text(encoding="utf-8")]
    assert told == ["silence.py"]
