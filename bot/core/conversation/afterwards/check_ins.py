"""Being asked how it goes: wished for by the patient, on days and at an hour of their choice, ended by one tap.

Three short screens: anything new, pain, managing. Something new, or worse than before, opens the emergency screens; a level may
rise by it or by the time that has passed, never fall; an emergency ends it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

from bot.core.conversation import screens as sc
from bot.core.conversation.events import CheckedIn, Schedule
from bot.core.conversation.session import ADVICE, ENDED, START, CheckIn, Checks, Session
from bot.core.conversation.turn import Making
from bot.core.conversation.typed.matching import folded_words
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Span
from bot.core.model.files.parts import Kind
from bot.core.model.readings import Reading

from .coming_back import opened_anew

TOO_LATE = timedelta(hours=18)
"""A check-in that comes later than this, since the bot was away, is left out."""
WORSE_BY = 2
"""Points of pain more than before that open the emergency screens."""
NEW, PAIN, HOW, DID = "new", "pain", "managing", "did"
"""What is asked, one after the other."""
CHECK_IN = "check_in_"
CAME, BETTER, SAME, WORSE, SOMETHING = "came", "better", "same", "worse", "something_new"
"""What a turn's trace notes of a check-in, behind CHECK_IN: it was asked; how it goes, held against the time before; or something
is new, so that how it goes was not asked."""
_BUTTONS: dict[str, tuple[str, ...]] = {
    NEW: (sc.NOTHING_NEW, sc.SOMETHING_NEW, sc.STOP_CHECKS),
    PAIN: (),
    HOW: sc.MANAGING,
    DID: sc.ACTED,
}
_OF_TEN = re.compile(r"(?<![\d.,])(\d{1,2})(?!\d)(?:\s*(?:/|out of|of)\s*10)?(?![\d.,]*\d)")


def next_time(checks: Checks | None, now: datetime) -> datetime | None:
    """When it is asked next, in the zone of `now`; None if it is not."""
    if checks is None or checks.hour is None or not checks.days:
        return None
    begun = datetime.fromtimestamp(checks.begun, now.tzinfo).date()
    return datetime.combine(begun + timedelta(days=checks.days[0]), time(checks.hour), now.tzinfo)


def last_check(session: Session, now: datetime) -> float:
    """When it is asked for the last time (seconds, UTC; 0 if it is not): until then what was said is kept."""
    checks, first = session.checks, next_time(session.checks, now)
    if checks is None or first is None:
        return 0.0
    return (first + timedelta(days=checks.days[-1] - checks.days[0])).timestamp()


def schedule(session: Session, now: datetime) -> Schedule | None:
    """The next check-in, whatever is said until then."""
    at = next_time(session.checks, now)
    return None if at is None else Schedule("check_in", max(0, int(at.timestamp() - now.timestamp())))


def offer_checks(m: Making) -> None:
    """Which days; or, where it is agreed already, when it comes."""
    if next_time(m.s.checks, m.now) is not None:
        m.say("checks_running")
    elif m.flow.advice.check_in is not None:
        m.say("checks_offer")


def choose_check(m: Making, choice: str) -> None:
    """A button of a check-in, whichever: one that is not asked for any more is answered with what is on screen."""
    for prefix, choose in _CHOOSES.items():
        if choice.startswith(prefix) and choose(m, choice.removeprefix(prefix)):
            return
    m.again()


def _days(m: Making, choice: str) -> bool:
    plan = m.flow.advice.check_in
    if plan is None or m.s.at != ADVICE:
        return False
    days = tuple(plan.days) if not choice else (int(choice),)
    rank = m.judgement.level_to_say(m.s.unplaced)[0].rank
    m.set(checks=Checks(m.now.timestamp(), days, rank=rank))
    m.say("checks_hour")
    return True


def _hour(m: Making, choice: str) -> bool:
    if m.s.checks is None or not m.s.checks.days:
        return False
    m.set(checks=m.s.checks._replace(hour=int(choice)))
    m.say("checks_set")
    return True


def _none(m: Making, choice: str) -> bool:
    m.set(checks=None)
    m.again()
    return True


def end_checks(m: Making, choice: str = "") -> bool:
    """No more of it."""
    if m.s.checks is None:
        return False
    m.set(checks=None)
    m.say("checks_stopped")
    return True


def check_in_due(m: Making) -> None:
    """Its hour has come: asked, unless it is too late, an emergency stands, or an interview is under way."""
    checks, at = m.s.checks, next_time(m.s.checks, m.now)
    if checks is None or at is None or m.now < at - timedelta(hours=1):
        return
    rest = checks._replace(days=checks.days[1:], day=checks.days[0], asking="")
    if m.s.latch is not None:
        m.set(checks=None)
    elif m.s.at not in ENDED or m.now - at > TOO_LATE:
        m.set(checks=rest)
    else:
        m.set(checks=rest._replace(asking=NEW))
        m.remark = f"{CHECK_IN}{CAME}"
        m.say("check_new")


def said_to_check(m: Making, text: str, word: str | None, reading: Reading) -> bool:
    """Words to what a check-in asks: yes and no, a number, or what stands on a button. True if they answered it."""
    checks = m.s.checks
    if checks is None or not checks.asking or _asks(m, checks.asking) is None:
        return False
    if checks.asking == NEW:
        said = word or reading.said
        choice = sc.NOTHING_NEW if said == "no" else sc.SOMETHING_NEW if said == "yes" else None
    elif checks.asking == PAIN:
        found = _OF_TEN.findall(text)
        choice = f"{sc.PAIN_PREFIX}{found[0]}" if len(found) == 1 and int(found[0]) <= 10 else None
    else:
        choice = None
    system, folded = m.flow.text(m.s.lang).system, folded_words(text)
    named = (c for c in _BUTTONS[checks.asking] if folded == folded_words(system[c]))
    choice = choice or next(named, None)
    if choice is None:
        return False
    choose_check(m, choice)
    return True


def _asks(m: Making, what: str) -> Checks | None:
    checks = m.s.checks
    return checks if checks is not None and checks.asking == what and m.s.at in ENDED and m.s.latch is None else None


def _while_asked(what: str, then: Callable[[Making, Checks, str], None]) -> Callable[[Making, str], bool]:
    """An answer that counts only while this is asked: False where it is not."""

    def choose(m: Making, choice: str) -> bool:
        checks = _asks(m, what)
        if checks is None:
            return False
        then(m, checks, choice)
        return True

    return choose


def _nothing_new(m: Making, checks: Checks, choice: str) -> None:
    m.set(checks=checks._replace(asking=PAIN))
    m.say("check_pain")


def _something_new(m: Making, checks: Checks, choice: str) -> None:
    m.remark = f"{CHECK_IN}{SOMETHING}"
    _open_again(m, "coming_back")


def _pain(m: Making, checks: Checks, choice: str) -> None:
    m.set(checks=checks._replace(asking=HOW, done=(*checks.done, CheckIn(checks.day, int(choice)))))
    m.say("check_managing")


def _managing(m: Making, checks: Checks, choice: str) -> None:
    done = (*checks.done[:-1], checks.done[-1]._replace(managing=f"managing{choice}"))
    m.set(checks=checks._replace(asking="" if checks.acted else DID, done=done))
    went = _went(m, done)
    m.remark = f"{CHECK_IN}{went}"
    if went == WORSE:
        _open_again(m, "check_worse")
    elif checks.acted:
        _answered(m)
    else:
        m.say("check_did")


def _did(m: Making, checks: Checks, choice: str) -> None:
    m.set(checks=checks._replace(asking="", acted=f"did{choice}"))
    _answered(m)


def first_pain(flow: Flow, session: Session) -> int | None:
    """The pain that was told in the interview, 0 to 10."""
    told = (a for q, a in session.answers.items() if flow.questions[q].kind is Kind.scale)
    return next((int(a.low) for a in told if isinstance(a, Span)), None)


def _went(m: Making, done: tuple[CheckIn, ...]) -> str:
    """Worse: more pain than the time before, by so much, or a day that is managed worse. Better: the other way round, and
    neither of them worse. Same: neither, also where there is nothing to hold it against."""
    now, earlier = done[-1], done[:-1]
    before = earlier[-1].pain if earlier else first_pain(m.flow, m.s)
    pain = 0 if before is None else now.pain - before
    managed = sc.MANAGING.index(now.managing) - sc.MANAGING.index(earlier[-1].managing) if earlier else 0
    if pain >= WORSE_BY or managed > 0:
        return WORSE
    return BETTER if pain <= -WORSE_BY or managed < 0 else SAME


def _open_again(m: Making, note: str) -> None:
    """The emergency screens first, then what may have changed: the same as when a change is told in words."""
    if m.s.checks is not None:
        m.set(checks=m.s.checks._replace(asking=""))
    m.s = opened_anew(m.flow, m.s)
    m.path.append(START)
    m.note(note)
    m.onward(replay=True)


def _answered(m: Making) -> None:
    """Thanks; and the advice anew where the time that has passed makes it another one: what surely holds by now, not what new
    questions would have to be asked for. A level only rises."""
    checks, level = m.s.checks, m.judgement.verdict.level
    m.effects.append(CheckedIn())
    if checks is not None and m.s.at == ADVICE and level is not None and level.rank > checks.rank:
        m.set(checks=checks._replace(rank=level.rank))
        m.say("check_longer")
        m.advise()


_CHOOSES: dict[str, Callable[[Making, str], bool]] = {
    sc.ALL_DAYS: _days,
    sc.DAY_PREFIX: _days,
    sc.HOUR_PREFIX: _hour,
    sc.NO_CHECKS: _none,
    sc.STOP_CHECKS: end_checks,
    sc.NOTHING_NEW: _while_asked(NEW, _nothing_new),
    sc.SOMETHING_NEW: _while_asked(NEW, _something_new),
    sc.PAIN_PREFIX: _while_asked(PAIN, _pain),
    "managing": _while_asked(HOW, _managing),
    "did": _while_asked(DID, _did),
}
"""How a choice begins -> what it does with the rest; False if it is not asked for."""
