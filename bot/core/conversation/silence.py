"""What follows silence, and what of it waits for the morning (screens.md). Pure: times come in, times go out."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.model.files.parts import Level

from .events import Schedule
from .judgement import Judgement
from .session import ENDED, START, STOPPED

HELP_AFTER, SAME_DAY_AFTER, REMIND_AFTER = 20 * 60, 15 * 60, 2 * 3600
"""Seconds of silence: after an emergency, with a same-day sign standing, otherwise."""
HELP_IS_OLD = 6 * 3600
"""Seconds after its time when it makes no sense any more to ask whether help was reached."""
NIGHT_FROM, NIGHT_TO = 22, 8
"""Between these hours (local) only urgent messages go out of their own accord."""


def what_follows(judgement: Judgement) -> Schedule | None:
    """What is sent if the patient says nothing more: whether help was reached, what a same-day sign asks for, a reminder."""
    s = judgement.session
    if s.latch is not None and s.at != STOPPED:
        return help_question(judgement)
    if s.at in ENDED or s.at == START or not s.consented:
        return None
    if s.signs or judgement.rank_so_far >= max(Level.same_day.rank, s.rank_told + 1):
        return Schedule("same_day", SAME_DAY_AFTER, urgent=True)
    return Schedule("reminder", REMIND_AFTER)


def help_question(judgement: Judgement) -> Schedule | None:
    """Whether help was reached is asked once."""
    return None if judgement.session.help else Schedule("help", HELP_AFTER, urgent=True)


def by_day(local: datetime, urgent: bool) -> datetime:
    """The moment itself, or the next morning if it falls into the night and is not urgent. `local`: the patient's time."""
    if urgent or NIGHT_TO <= local.hour < NIGHT_FROM:
        return local
    morning = local.replace(hour=NIGHT_TO, minute=0, second=0, microsecond=0)
    return morning if local.hour < NIGHT_TO else morning + timedelta(days=1)
