"""What commands do in any state, whether given as one, typed as a word or tapped at the end."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.model.files.parts import Level

from .countries import country
from .events import Explain, Export
from .session import ADVICE, EMERGENCY, ENDED, REVIEW, START, STOPPED, Session, new_session
from .turn import Making


def started(m: Making, argument: str = "") -> None:
    """The chat was opened, or opened again."""
    if m.s.at == START:
        m.begin()
    elif m.s.at in ENDED:
        afresh(m)
    elif not _resume(m):
        m.again()
        m.remind()


def _resume(m: Making) -> bool:
    """After a long silence the emergency screens come first again. True if one is now on screen."""
    if not m.resumed or m.s.signs:
        return False
    m.path.append(START)
    m.set(at=START)
    m.onward(replay=True)
    return True


def afresh(m: Making) -> None:
    """A new session. An emergency of the old one is said once more; a sign that waits for its yes or no waits on."""
    old = m.s
    if old.latch is not None:
        m.emergency_stands()
    m.s = fresh_session(m).but(signs=old.signs)
    for sign in old.signs:
        m.note_sign(sign)
    m.path.append(START)
    m.begin()


def fresh_session(m: Making) -> Session:
    """The session that follows from this one, with nothing in it but the chat's language and country, and when it is
    asked how it goes."""
    new = new_session(m.s.child_id(), m.flow.name, m.flow.version, m.s.lang, m.now, m.flow.unsafe)
    checks = None if m.s.checks is None else m.s.checks._replace(asking="")
    return new.but(phone=m.s.phone, country=m.s.country, checks=checks)


def command(m: Making, name: str, argument: str = "") -> None:
    """A command, given as one or typed as a word; an unknown one is answered with what can be done."""
    _COMMANDS.get(name, _help)(m, argument)


def _back(m: Making, argument: str) -> None:
    question = m.question
    if m.s.latch is not None or m.s.at in ENDED:
        m.again()
    elif question is not None and m.s.at != question.ask:
        m.set(queue=(), ticks=(), found=None)
        m.ask(question.ask)
    elif m.s.signs:
        m.again()
    else:
        trail = m.s.trail
        if question is not None and trail and trail[-1].question == question.ask:
            trail = trail[:-1]
        earlier = [t for t in trail if not m.flow.questions[t.question].consent]
        if not earlier:
            m.again()
            return
        m.set(ticks=(), trail=tuple(t for t in trail if t != earlier[-1]), enough=False, checked=False)
        m.ask(earlier[-1].question)


def _review(m: Making, argument: str) -> None:
    if m.s.latch is not None or not m.s.consented or m.s.signs or m.s.at == STOPPED:
        m.again()
    elif m.s.at == ADVICE and m.resume(ended=True):
        m.onward(replay=True)
    else:
        m.set(checked=False, ticks=(), queue=(), found=None)
        m.ask(REVIEW)


def _restart(m: Making, argument: str) -> None:
    m.note("restarted")
    afresh(m)


def stop(m: Making, argument: str = "") -> None:
    """The end, with what stands so far; an emergency is said again instead."""
    if m.s.latch is not None:
        m.emergency()
        return
    m.path.append(STOPPED)
    m.s = m.judgement.unfinished().but(checks=None)
    level = m.judgement.verdict.level
    if m.s.signs:
        m.say("sign_stands", urgent=True, answer=m.s.signs[0].option)
    if level is not None and level.rank >= Level.same_day.rank and m.s.at not in ENDED:
        m.advise_so_far(m.judgement)
    m.set(at=STOPPED, turn=m.s.turn + 1, ticks=(), queue=(), found=None, notes=(), since=m.s.turn + 1)
    m.say("stopped")


def forget(m: Making, argument: str = "") -> None:
    """Erase, after a question."""
    m.set(forgetting=True)
    m.say("forget_confirm")


def _help(m: Making, argument: str) -> None:
    m.note("help")
    m.again()


def why(m: Making, argument: str = "", more: bool = False) -> None:
    """Why this advice, or why this question."""
    if m.s.at in (ADVICE, EMERGENCY):
        advice = m.judgement.advice(unplaced=m.s.unplaced)
        m.effects.append(Explain(m.s.at, advice.rules, advice.lines, more))
    elif m.question is not None:
        m.effects.append(Explain(m.s.at))
    else:
        m.say("why_nothing")


def language(m: Making, argument: str = "") -> None:
    """Go on in another language; without one that the flow has, ask which."""
    if argument in m.flow.texts:
        m.set(lang=argument)
        if m.s.at == EMERGENCY:
            m.say("language_changed")
            m.emergency()
        else:
            m.note("language_changed")
            m.again()
    else:
        m.say("language_ask", languages=tuple(m.flow.texts))


_COMMANDS: dict[str, Callable[[Making, str], None]] = {
    "start": started,
    "back": _back,
    "review": _review,
    "restart": _restart,
    "stop": stop,
    "help": _help,
    "why": why,
    "language": language,
    "country": country,
    "mydata": lambda m, a: m.effects.append(Export()),
    "forget": forget,
    "privacy": lambda m, a: m.say("privacy"),
}
