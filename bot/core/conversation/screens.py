"""Screens and their choices: what can be tapped where, in an order that never changes within a flow version.

A button carries session id, turn, screen number and choice number, and whether its line is ticked (`encode`, `decode`): at
most 64 bytes, resolved in the session's pinned version (SEMANTICS 15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind

from .events import Tapped
from .machine import alone, which
from .session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, START, STOPPED

YES, NO, NOT_SURE, DONE, ALL = "yes", "no", "not_sure", "done", "all_of_them"
STOP_HERE, TELL, MORE = "stop_what_do_i_do", "tell_me_now", "some_more"
AS_USUAL, DIFFERENT, CHANGE_PREFIX = "as_usual", "different", "change:"
HELPED, BY_MISTAKE, CANT_GET_THERE = "getting_help", "mistake", "cant_get_there"
WHY, WHAT_CHANGES, AGAIN, FORGET = "why", "what_changes", "again", "erase"
NOTE, MORE_THERE = "for_my_clinician", "more_there"
CHECKS, CHECK_ON_ME, ALL_DAYS, NO_CHECKS = "CHECKS", "check_on_me", "all_days", "no_checks"
DAY_PREFIX, HOUR_PREFIX, PAIN_PREFIX = "day:", "hour:", "pain:"
NOTHING_NEW, SOMETHING_NEW, STOP_CHECKS = "nothing_new", "something_new", "stop_checks"
MANAGING = ("managing_as_usual", "managing_some", "managing_hardly")
ACTED = ("did_home", "did_pharmacist", "did_clinician", "did_emergency")
FEEDBACK, FELT_WRONG, SHARE_ANSWERS, WITHOUT_ANSWERS = "FEEDBACK", "felt_wrong", "share_answers", "without_answers"
FELT = ("felt_too_careful", "felt_too_careless", "felt_misread", "felt_else")
CHANGE_IT, LEAVE_IT = "change_it", "leave_it"
CRISIS, CARRY_ON, STOP = "CRISIS", "carry_on", "stop"
FORGETTING, DO_FORGET, KEEP = "FORGETTING", "forget_button", "keep_button"
LANGUAGE = "LANGUAGE"
REASONS, MORE_REASONS = "REASONS", "more_reasons"
LINES, OPEN_LINES = "LINES", "change_something"
TOPICS, ASK, ALL_TOPICS, GROUP_PREFIX = "TOPICS", "ask_something", "all_topics", "group:"
COUNTRY, COUNTRY_LIST, OTHER_COUNTRY = "COUNTRY", "country_list", "other_country"
OVERLAYS = frozenset({CRISIS, FORGETTING, LANGUAGE, REASONS, LINES, COUNTRY, TOPICS, CHECKS, FEEDBACK})
"""Screens that may stand over any other; a tap on them is never stale."""

LONGEST_DATA = 64
"""Characters that a button's data can have."""

_THREE = (YES, NO, NOT_SURE)
_FIXED: dict[str, tuple[str, ...]] = {
    START: (),
    SIGN: _THREE,
    EXIT: (TELL, MORE),
    EMERGENCY: (HELPED, BY_MISTAKE, CANT_GET_THERE, NOTE),
    MISTAKE: _THREE,
    CHANGE: (CHANGE_IT, LEAVE_IT),
    ADVICE: (WHY, WHAT_CHANGES, AGAIN, FORGET, ASK, NOTE, MORE_THERE, CHECK_ON_ME, FELT_WRONG),
    STOPPED: (AGAIN,),
    CRISIS: (CARRY_ON, STOP),
    FORGETTING: (DO_FORGET, KEEP),
}
_LATER: dict[str, tuple[str, ...]] = {
    REASONS: (MORE_REASONS,),
    LINES: (OPEN_LINES,),
    COUNTRY: (COUNTRY_LIST, OTHER_COUNTRY),
    TOPICS: (ALL_TOPICS,),
    CHECKS: (ALL_DAYS, NO_CHECKS, NOTHING_NEW, SOMETHING_NEW, STOP_CHECKS, *MANAGING, *ACTED),
    FEEDBACK: (*FELT, SHARE_ANSWERS, WITHOUT_ANSWERS),
}
"""Screens of later releases: they stand last, so that the numbers on older buttons stay true."""


def question_of(flow: Flow, screen: str) -> Question | None:
    """The question that a screen belongs to, if it belongs to one."""
    return flow.questions.get(screen.partition("/")[0])


def offers_unsure(question: Question) -> bool:
    """Whether "Not sure" is among the answers."""
    if question.kind in (Kind.many, Kind.yes_no):
        return question.unsure
    return question.unsure and question.unsure_as is not None


def answers_of(question: Question) -> tuple[str, ...]:
    """The answers of a question that can be tapped, in order, without what every screen has."""
    if question.kind is Kind.yes_no:
        return (YES, NO)
    if question.kind is Kind.scale:
        return tuple(str(n) for n in range(11))
    return question.option_ids


class _Tables(NamedTuple):
    """What a flow version's buttons need, worked out once: a keyboard is drawn in every turn."""

    screens: tuple[str, ...]
    choices: dict[str, tuple[str, ...]]
    numbers: dict[str, dict[str, str]]
    """Screen -> choice -> both numbers as they stand in a button's data."""


@per_flow
def _tables(flow: Flow) -> _Tables:
    names = _screens(flow)
    each = {name: _choices(flow, name) for name in names}
    numbers = {name: {c: f"{i}.{j}" for j, c in enumerate(each[name])} for i, name in enumerate(names)}
    return _Tables(names, each, numbers)


def choices(flow: Flow, screen: str) -> tuple[str, ...]:
    """Everything that can ever be tapped on a screen, in a fixed order; () for an unknown screen."""
    return _tables(flow).choices.get(screen, ())


def _choices(flow: Flow, screen: str) -> tuple[str, ...]:
    if screen == REVIEW:
        return (AS_USUAL, DIFFERENT, NOT_SURE, *(CHANGE_PREFIX + q for q in flow.questions))
    if screen == COUNTRY:
        return (*_LATER[COUNTRY], *flow.countries)
    if screen == TOPICS:
        return (*_LATER[TOPICS], *(GROUP_PREFIX + g for g in flow.topic_groups), *flow.topics)
    if screen == CHECKS:
        plan = flow.advice.check_in
        days, hours = ((), ()) if plan is None else (plan.days, plan.hours)
        scale = (f"{PAIN_PREFIX}{n}" for n in range(11))
        return (*_LATER[CHECKS], *scale, *(f"{DAY_PREFIX}{n}" for n in days), *(f"{HOUR_PREFIX}{n}" for n in hours))
    if screen == ADVICE:
        missing = ({ASK} if not flow.topics else set()) | ({CHECK_ON_ME} if flow.advice.check_in is None else set())
        return tuple(c for c in _FIXED[ADVICE] if c not in missing)
    if screen in _FIXED or screen in _LATER:
        return _FIXED.get(screen) or _LATER.get(screen, ())
    if screen == LANGUAGE:
        return tuple(flow.texts)
    question = question_of(flow, screen)
    if question is None:
        return ()
    if screen == which(question.ask):
        return (*question.option_ids, ALL, DONE, *question.groups)
    if screen == alone(question.ask):
        return _THREE
    ends = (
        (question.none, bool(question.none)),
        (NOT_SURE, offers_unsure(question)),
        (DONE, toggles(question)),
        (STOP_HERE, may_stop(flow, question)),
    )
    return (
        *answers_of(question),
        *question.groups,
        *(choice for choice, there in ends if there and choice is not None),
    )


def screens(flow: Flow) -> tuple[str, ...]:
    """All screens, in a fixed order."""
    return _tables(flow).screens


def _screens(flow: Flow) -> tuple[str, ...]:
    lists = [q.ask for q in flow.interview.questions if q.kind is Kind.many]
    # Only the end may grow: buttons that stand in chats carry a screen's number.
    return (*_FIXED, REVIEW, *flow.questions, *(s for q in lists for s in (which(q), alone(q))), LANGUAGE, *_LATER)


def toggles(question: Question) -> bool:
    """Whether a tap on an option ticks it (and Done answers), rather than answering at once."""
    return question.kind is Kind.many and question.tap == "done"


def may_stop(flow: Flow, question: Question) -> bool:
    """Whether the way out may stand on it: not on a follow-up, whose answer may make it more urgent."""
    return question.ask in flow.stoppable


def has_signs(question: Question) -> bool:
    """Whether some option is a red flag."""
    return any(o.sign for o in question.options)


def is_numeric(question: Question) -> bool:
    """Whether the answer is a number, a length or a time."""
    return question.kind in NUMERIC


def encode(flow: Flow, session: str, turn: int, screen: str, choice: str, ticked: bool = False) -> str:
    """The data of a button, e.g. `3f2a9c0d1e4b.12.7.3`, with `.1` behind it if its line is shown ticked."""
    return encoder(flow, session, turn, screen)(choice, ticked)


def encoder(flow: Flow, session: str, turn: int, screen: str) -> Callable[[str, bool], str]:
    """`encode` for all buttons of one screen."""
    numbers, beginning = _tables(flow).numbers[screen], f"{session}.{turn}."

    def data(choice: str, ticked: bool) -> str:
        return f"{beginning}{numbers[choice]}.1" if ticked else beginning + numbers[choice]

    return data


def decode(flow: Flow, data: str) -> Tapped | None:
    """The tap that a button's data stands for in this flow version; None if it stands for none."""
    parts = data.split(".")
    if len(data) > LONGEST_DATA or len(parts) not in (4, 5) or not all(p.isdecimal() for p in parts[1:]):
        return None
    session, turn, screen_number, choice_number = parts[0], *(int(p) for p in parts[1:4])
    names = screens(flow)
    if screen_number >= len(names):
        return None
    known = choices(flow, names[screen_number])
    if choice_number >= len(known):
        return None
    return Tapped(session, turn, names[screen_number], known[choice_number], len(parts) == 5)


def session_of(data: str) -> str:
    """The session id that a button's data names; empty if it names none."""
    named = data.split(".", 1)[0]
    return named if named.isascii() and named.isalnum() else ""
