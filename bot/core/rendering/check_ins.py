"""The screens of being asked how it goes: their buttons, dates in words, and the trend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.afterwards.check_ins import first_pain, next_time
from bot.core.conversation.events import CheckedIn
from bot.core.conversation.judgement import Judgement
from bot.core.model.answers import Since
from bot.core.model.files.advice import Section
from bot.core.model.files.parts import LEVELS

from .advice import line_params
from .answer_words import LIST
from .drawing import Drawing
from .message import Button, Message, Picture, PictureMark
from .questions import columns

Rows = list[tuple[Button, ...]]
TREND, BOUT = "trend", "bout"
"""The name of the picture that shows how it went, and its zone for the day on which the bout began; a day with this zone alone
is one on which nothing was asked."""


def _offer(d: Drawing) -> Rows:
    plan = d.flow.advice.check_in
    if plan is None:
        return []
    every = d.button(sc.CHECKS, sc.ALL_DAYS, d.words.system("checks_all", days=", ".join(map(str, plan.days))))
    days = [d.button(sc.CHECKS, f"{sc.DAY_PREFIX}{n}", d.words.system("checks_day", n=n)) for n in plan.days]
    alone = columns(days) if len(days) > 1 else []
    return [(every,), *alone, (d.system_button(sc.CHECKS, sc.NO_CHECKS),)]


def _hours(d: Drawing) -> Rows:
    plan = d.flow.advice.check_in
    hours = () if plan is None else plan.hours
    return [tuple(d.button(sc.CHECKS, f"{sc.HOUR_PREFIX}{h}", d.words.system("checks_at", hour=h)) for h in hours)]


def _stop(d: Drawing) -> Rows:
    return [(d.system_button(sc.CHECKS, sc.STOP_CHECKS),)]


def _new(d: Drawing) -> Rows:
    asked = columns([d.system_button(sc.CHECKS, c) for c in (sc.NOTHING_NEW, sc.SOMETHING_NEW)])
    return [*asked, *_stop(d)]


def _pain(d: Drawing) -> Rows:
    scale = [d.button(sc.CHECKS, f"{sc.PAIN_PREFIX}{n}", str(n)) for n in range(11)]
    return [tuple(scale[i : i + 4]) for i in range(0, len(scale), 4)]


def _managing(d: Drawing) -> Rows:
    return [(d.system_button(sc.CHECKS, c),) for c in sc.MANAGING]


def _did(d: Drawing) -> Rows:
    return columns([d.system_button(sc.CHECKS, c) for c in sc.ACTED])


CHECK_ROWS: Mapping[str, Callable[[Drawing], Rows]] = {
    "checks_offer": _offer,
    "checks_hour": _hours,
    "checks_set": _stop,
    "checks_running": _stop,
    "check_new": _new,
    "check_pain": _pain,
    "check_managing": _managing,
    "check_did": _did,
}
"""System text -> the buttons under it."""


def check_dates(key: str) -> Callable[[Drawing, dict[str, Any]], tuple[str, dict[str, Any]]]:
    """The text with the days on which it is asked, and the hour."""

    def dates(d: Drawing, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        checks, first = d.s.checks, next_time(d.s.checks, d.now)
        if checks is None or first is None:
            return key, {"dates": "", "hour": "", "date": ""}
        days = [first + timedelta(days=n - checks.days[0]) for n in checks.days]
        return key, {"dates": LIST.join(map(d.day, days)), "hour": checks.hour, "date": d.day(first)}

    return dates


def trend_of(d: Drawing) -> Picture | None:
    """Pain and managing over the days, once there are two of them, and the day on which it began; its words say the same."""
    checks, before, began = d.s.checks, first_pain(d.flow, d.s), _began(d)
    if checks is None or not checks.done:
        return None
    days: dict[int, list[str]] = {}
    if began is not None:
        days[(began - datetime.fromtimestamp(checks.begun, d.now.tzinfo).date()).days] = [BOUT]
    if before is not None:
        days.setdefault(0, []).append(f"pain:{before}")
    for one in checks.done:
        days.setdefault(one.day, []).extend([f"pain:{one.pain}", *([one.managing] if one.managing else [])])
    marks = tuple(PictureMark(str(day), tuple(zones), False) for day, zones in sorted(days.items()))
    words = [d.words.system("trend", points=trend_points(d)), *trend_bout(d)]
    return Picture(TREND, marks, " ".join(words)) if len(checks.done) + (before is not None) > 1 else None


def trend_bout(d: Drawing) -> list[str]:
    """The day on which it began, if it is known, in words."""
    began = _began(d)
    return [] if began is None else [d.words.system("trend_bout", date=d.words.past_day(began, d.now.date()))]


def _began(d: Drawing) -> date | None:
    """When the bout began: the earliest day that was told, of the question from which looking again is counted."""
    told = (d.s.answers.get(name) for name in d.flow.advice.recheck_from.values())
    return next((one.first or one.last for one in told if isinstance(one, Since)), None)


def trend_points(d: Drawing, short: bool = False) -> str:
    """How it went, day by day, in words. `short`: the pain alone."""
    checks, before = d.s.checks, first_pain(d.flow, d.s)
    said = [] if before is None else [d.words.system("trend_first", pain=before)]
    for one in () if checks is None else checks.done:
        managing = d.words.system(one.managing).lower() if one.managing else ""
        key = "trend_day" if managing and not short else "trend_short"
        said.append(d.words.system(key, day=one.day, pain=one.pain, managing=managing))
    return LIST.join(said)


def draw_checked_in(d: Drawing, effect: CheckedIn) -> Message:
    """Thanks, how it went so far, and when it is asked again; at the end when to look again by oneself."""
    picture, at = trend_of(d), next_time(d.s.checks, d.now)
    d.put("title", d.words.system("check_thanks"))
    if picture is not None:
        d.say("trend", points=trend_points(d, short=True))
        d.put("note", " ".join([d.words.system("trend_key"), *trend_bout(d)]))
    if at is not None:
        d.say("check_next", date=d.day(at))
    else:
        d.say("check_last")
        _look_again(d)
    return d.message(_stop(d) if at is not None else [], picture=picture)


def _look_again(d: Drawing) -> None:
    """The lines of the advice that say when to look again."""
    checks = d.s.checks
    if checks is None or checks.rank < 0:
        return
    advice = Judgement(d.flow, d.s, d.now.date()).advice_at(LEVELS[checks.rank])
    lines = {x.line: x for x in d.flow.advice.lines}
    params = line_params(d, advice)
    again = [name for name in advice.lines if lines[name].section is Section.again]
    for name in again[-1:]:  # the furthest: nearer days are over
        d.put("text", d.words.fill(d.words.texts.advice[name], **params))
