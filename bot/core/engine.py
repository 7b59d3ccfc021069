"""`step`: the bot as one pure function. An event comes in; the session after it, the effects and the reason come out.

Laws: nothing is discarded before the red-flag look; a level never falls by a later message; once an emergency, always one;
every turn has an effect. Handlers stand in the table at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from . import screens as sc
from .compiled import Flow
from .evaluation import Many
from .events import (
    Acknowledge,
    Commanded,
    Compute,
    Edited,
    Elapsed,
    Erase,
    Event,
    Explain,
    Export,
    Received,
    Redraw,
    Schedule,
    Started,
    Tapped,
    Turn,
    Typed,
)  # fmt: skip
from .flow import Kind, Level, Question
from .machine import alone, which
from .making import Making
from .session import (
    ADVICE,
    CHANGE,
    EMERGENCY,
    ENDED,
    EXIT,
    MISTAKE,
    REVIEW,
    SIGN,
    START,
    STOPPED,
    Heard,
    Latch,
    Session,
    new_session,
)  # fmt: skip
from .triage import lines_for
from .typing_in import edited, typed
from .values import NOT_SURE, keep, read_value


def step(flow: Flow, session: Session, event: Event, now: datetime) -> Turn:
    """Handle one event. Pure; `now` is the patient's local time, aware of its zone; raises only on our own bugs."""
    m = Making(flow, session if not session.forgetting else session.but(forgetting=False), now)
    m.before = session
    if not isinstance(event, Elapsed):
        m.resumed = m.resume()
    _EVENTS[type(event)](m, event)
    if not m.effects:
        m.effects.append(Acknowledge())
    if not isinstance(event, Elapsed) and not any(isinstance(e, Schedule | Erase) for e in m.effects):
        m.remind()  # whatever the patient did last, silence after it is followed up
    return m.finish()


def start(flow: Flow, id: str, lang: str, now: datetime) -> Session:
    """A new session of this flow, before its first event."""
    return new_session(id, flow.name, flow.version, lang, now, flow.unsafe)


# --- events -----------------------------------------------------------------------------------------------------------


def _started(m: Making, event: Started) -> None:
    if m.s.at == START:
        m.begin()
    elif m.s.at in ENDED:
        _afresh(m)
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


def _afresh(m: Making) -> None:
    """A new session. An emergency of the old one is said once more; a sign that waits for its yes or no waits on."""
    old = m.s
    if old.latch is not None:
        m.say("emergency_stands", urgent=True, answer=old.latch.option, question=old.latch.question)
    m.s = _fresh(m).but(signs=old.signs)
    for sign in old.signs:
        m.note_sign(sign)
    m.path.append(START)
    m.begin()


def _fresh(m: Making) -> Session:
    return new_session(m.s.child_id(), m.flow.name, m.flow.version, m.s.lang, m.now, m.flow.unsafe)


def _tapped(m: Making, event: Tapped) -> None:
    fresh = event.session == m.s.id and event.turn == m.s.turn
    if event.screen in sc.OVERLAYS and event.session == m.s.id:
        _overlay_tapped(m, event.choice)
        return
    if _changes_a_line(m, event):
        m.set(ticks=(), queue=(), found=None, checked=False)
        m.ask(event.choice.removeprefix(sc.CHANGE_PREFIX))
        return
    if not fresh or event.screen != m.s.at:
        _stale(m, event)
        return
    if event.choice not in sc.choices(m.flow, event.screen):
        m.effects.append(Acknowledge("stale_tap"))
        m.again()
        return
    if _twice(m, event):
        m.effects.append(Redraw(m.s.at, m.s.turn))
        return
    if m.s.misread:
        m.set(misread=0)
    if m.resumed:
        m.set(first=None)
        if event.screen in (REVIEW, EXIT):
            m.onward(replay=True)
            return
    tap(m, event.choice)


def _twice(m: Making, event: Tapped) -> bool:
    """A second tap on a line of a list before its tick was seen: it was meant once."""
    question = m.question
    if question is None or event.ticked is None or event.choice not in question.option_ids:
        return False
    ticking = m.s.at == which(question.ask) or (m.s.at == question.ask and sc.toggles(question))
    return ticking and event.ticked != (event.choice in m.s.ticks)


def _changes_a_line(m: Making, event: Tapped) -> bool:
    """A line of a review, or of "I understood", may be tapped as long as the interview goes on."""
    if event.session != m.s.id or event.screen != REVIEW or not event.choice.startswith(sc.CHANGE_PREFIX):
        return False
    name = event.choice.removeprefix(sc.CHANGE_PREFIX)
    known = name in m.s.answers or name in m.s.heard
    return known and name in m.flow.questions and not m.s.signs and m.s.latch is None and m.s.at not in ENDED


def tap(m: Making, choice: str) -> None:
    """A choice on the screen that is open (by button, or by words that say the same)."""
    handler = _SCREENS.get(m.s.at)
    if handler is not None:
        handler(m, choice)
        return
    question = m.question
    if question is None:
        m.again()
    elif m.s.at == which(question.ask):
        _which_tapped(m, question, choice)
    elif m.s.at == alone(question.ask):
        _alone_tapped(m, question, choice)
    else:
        _question_tapped(m, question, choice)


def _question_tapped(m: Making, question: Question, choice: str) -> None:
    if choice == sc.STOP_HERE and m.judged()[1].rank < Level.same_day.rank:
        m.again()
    elif choice == sc.STOP_HERE:
        m.settled(choice)
        m.set(enough=True, exit_offered=True)
        m.onward()
    elif question.kind is Kind.many:
        _list_tapped(m, question, choice)
    elif question.consent:
        _consented(m, question, choice)
    else:
        m.settled(choice)
        answer(
            m, question, keep(question, read_value(question, _tapped_value(question, choice)), m.today), choice=choice
        )


def _tapped_value(question: Question, choice: str) -> Any:
    return int(choice) if question.kind is Kind.scale and choice.isdecimal() else choice


def answer(m: Making, question: Question, value: Any, message: int | None = None, choice: str = "") -> None:
    """An answer to a question: into the session, then onward."""
    revisited = question.ask in m.s.answers
    doubted = m.s.doubt and value == Many(frozenset()) and sc.has_signs(question)
    m.give(question.ask, value, message)
    m.give_also(question, choice)
    if doubted:
        m.set(doubt=False)
        _ask_signs_alone(m)
        return
    m.onward(replay=revisited)


def _consented(m: Making, question: Question, choice: str) -> None:
    option = next(o for o in question.options if o.id == choice)
    m.settled(choice)
    if option.declines:
        m.set(answers={}, heard={}, signs=(), at=STOPPED, turn=m.s.turn + 1)
        m.path.append(STOPPED)
        m.say("declined")
        return
    m.set(consented=True)
    answer(m, question, choice)


def _list_tapped(m: Making, question: Question, choice: str) -> None:
    if choice == question.none:
        if m.s.ticks:
            m.set(ticks=())
            m.effects.append(Redraw(m.s.at, m.s.turn))
            return
        m.settled(choice)
        answer(m, question, Many(frozenset()))
    elif choice == NOT_SURE:
        m.settled(choice)
        m.clear_up(question)
    elif choice == sc.DONE:
        heard = m.s.heard.get(question.ask)
        if not m.s.ticks and (heard is None or not heard.yes):
            m.note("which_none")
            m.again()
            return
        m.settled(choice)
        answer(m, question, Many(frozenset(m.s.ticks)))
    elif sc.toggles(question):
        ticks = tuple(t for t in m.s.ticks if t != choice) if choice in m.s.ticks else (*m.s.ticks, choice)
        m.set(ticks=ticks)
        m.effects.append(Redraw(m.s.at, m.s.turn))
    else:
        m.settled(choice)
        known = m.s.answers.get(question.ask)
        if m.s.doubt and isinstance(known, Many):  # "something differs" adds to what was said before
            answer(m, question, Many(known.yes | {choice}, known.not_sure - {choice}))
        else:
            answer(m, question, Many(frozenset({choice})))


def _which_tapped(m: Making, question: Question, choice: str) -> None:
    if choice == sc.ALL or (choice == sc.DONE and not m.s.ticks):
        found = m.s.found or Many(frozenset())
        m.settled(choice)
        items = tuple(o for o in question.option_ids if o not in found.yes)
        if items:
            m.ask_alone(question, items, found)
        else:  # everything was ticked before "not sure": nothing is left to be unsure of
            answer(m, question, found)
    elif choice == sc.DONE:
        m.settled(choice)
        m.ask_alone(question, m.s.ticks, m.s.found or Many(frozenset()))
    else:
        ticks = tuple(t for t in m.s.ticks if t != choice) if choice in m.s.ticks else (*m.s.ticks, choice)
        m.set(ticks=ticks)
        m.effects.append(Redraw(m.s.at, m.s.turn))


def _alone_tapped(m: Making, question: Question, choice: str) -> None:
    item, rest = m.s.queue[0], m.s.queue[1:]
    before = m.s.found or Many(frozenset())
    found = Many(before.yes - {item}, before.not_sure - {item})  # the answer to the item alone decides about it
    if choice == sc.YES:
        found = Many(found.yes | {item}, found.not_sure)
    elif choice == sc.NOT_SURE:
        found = Many(found.yes, found.not_sure | {item})
    m.settled(choice)
    if choice != sc.NO:
        partial = Many(found.yes, found.not_sure, True)
        trial = Making(m.flow, m.s.but(answers={q: a for q, a in m.s.answers.items() if q != question.ask},
                                       heard={**m.s.heard, question.ask: partial}), m.now)  # fmt: skip
        if trial.judged()[1].level is Level.emergency:
            rest = ()
    if rest:
        m.set(queue=rest, found=found)
        m.ask(alone(question.ask))
        return
    m.set(doubt=False, heard={q: h for q, h in m.s.heard.items() if q != question.ask})  # it is in `found`
    answer(m, question, found)


# --- other screens ----------------------------------------------------------------------------------------------------


def _exit_tapped(m: Making, choice: str) -> None:
    m.settled(choice)
    m.set(enough=choice == sc.TELL)
    m.onward()


def _review_tapped(m: Making, choice: str) -> None:
    m.settled(choice)
    if choice == sc.AS_USUAL:
        m.set(checked=True)
        m.onward()
    elif choice == sc.DIFFERENT:
        m.set(doubt=True)
        m.ask(_signs_home(m).ask)
    elif choice == NOT_SURE:
        _ask_signs_alone(m)
    else:
        m.ask(choice.removeprefix(sc.CHANGE_PREFIX))


def _signs_home(m: Making) -> Question:
    signs = m.flow.interview.emergency_signs
    return m.flow.questions[m.flow.option_home[signs[0]]] if signs else m.flow.interview.questions[0]


def _ask_signs_alone(m: Making) -> None:
    home = _signs_home(m)
    items = tuple(s for s in m.flow.interview.emergency_signs if m.flow.option_home[s] == home.ask)
    known = m.s.answers.get(home.ask)
    m.ask_alone(home, items or home.option_ids, known if isinstance(known, Many) else Many(frozenset()))


def _sign_tapped(m: Making, choice: str) -> None:
    sign, rest = m.s.signs[0], m.s.signs[1:]
    m.settled(choice)
    m.set(signs=rest)
    if choice == sc.NO:
        m.note("sign_removed")
    else:
        m.hear(sign.option)
        if m.flow.signs.get(sign.option) == "emergency" and m.s.latch is None:
            rules = tuple(r.rule.rule for r in m.judged()[1].fired if r.rule.level is Level.emergency)
            home = m.flow.option_home[sign.option]
            m.set(latch=Latch(home, sign.option, rules, choice == NOT_SURE))
    if m.s.latch is None and not rest and m.s.queue:  # a list was being asked item by item
        m.ask(alone(m.flow.option_home[m.s.queue[0]]))
        return
    m.onward(replay=True)


def _emergency_tapped(m: Making, choice: str) -> None:
    if choice == sc.BY_MISTAKE and m.s.latch is not None:
        m.settled(choice)
        m.ask(MISTAKE)
    elif choice == sc.HELPED:
        m.say("getting_help_text")
    else:
        m.say("cant_get_there_text", urgent=True)
        m.watch()


def _mistake_tapped(m: Making, choice: str) -> None:
    m.settled(choice)
    latch = m.s.latch
    if choice != sc.NO or latch is None:
        m.emergency()
        return
    old = m.s
    asked_afresh = {q.ask for q in m.flow.interview.questions if q.tap == "first" or q.expires is not None}
    asked_afresh.add(latch.question)
    kept = {q: a for q, a in old.answers.items() if q not in asked_afresh}
    heard = {q: h for q, h in old.heard.items() if q not in asked_afresh}
    m.s = _fresh(m).but(
        answers=kept, heard=heard, consented=old.consented, first=latch.question, signs=old.signs
    )  # fmt: skip
    m.path.append(START)
    m.note("mistake_new")
    m.begin()


def _change_tapped(m: Making, choice: str) -> None:
    proposal, ticks = m.s.proposal, m.s.ticks
    m.settled(choice)
    m.set(proposal=None)
    if choice == sc.CHANGE_IT and proposal is not None:
        m.give(proposal[0], proposal[1])
    m.onward(replay=True)
    if m.question is not None and m.s.at == m.question.ask and set(ticks) <= set(m.question.option_ids):
        m.set(ticks=ticks)


def _advice_tapped(m: Making, choice: str) -> None:
    if choice == sc.WHY:
        _why(m)
    elif choice == sc.WHAT_CHANGES:
        m.effects.append(Compute())
    elif choice == sc.AGAIN:
        _afresh(m)
    else:
        _forget(m)


def _forget(m: Making, argument: str = "") -> None:
    m.set(forgetting=True)
    m.say("forget_confirm")


def _stopped_tapped(m: Making, choice: str) -> None:
    _afresh(m)


def _overlay_tapped(m: Making, choice: str) -> None:
    """Crisis and erasing stand over whatever is on screen: what was asked stays asked."""
    if choice == sc.STOP:
        _stop(m)
    elif choice == sc.DO_FORGET:
        m.effects.append(Erase())
    elif m.s.at == START:
        m.begin()
    else:
        m.again()


def _stale(m: Making, event: Tapped) -> None:
    """A tap on an old keyboard: a double tap does nothing, a red flag counts, a change is asked about."""
    question = sc.question_of(m.flow, event.screen)
    sign = _tapped_sign(m, event, question)
    if sign is not None and m.s.latch is None and not _already(m, sign):
        heard = Heard(sign, sign, True)
        if m.s.consented:
            m.set(signs=(*m.s.signs, heard))
            m.show_sign()
        else:
            m.note_sign(heard)
            m.begin()
        return
    if event.session == m.s.id and question is not None and event.screen == question.ask and m.s.at not in ENDED:
        value = _stale_value(m, question, event.choice)
        kept = m.s.answers.get(question.ask)
        if kept is not None and value is not None and value != kept and m.s.at != CHANGE and not m.s.signs:
            m.set(proposal=(question.ask, value))
            m.ask(CHANGE)
            return
        if kept is not None and value == kept:
            m.effects.append(Acknowledge())
            return
    m.effects.append(Acknowledge("stale_tap"))
    if event.session != m.s.id:
        m.again()


def _tapped_sign(m: Making, event: Tapped, question: Question | None) -> str | None:
    """The red flag that the tap says yes to, or is unsure of, if it is one."""
    if question is not None and event.screen == question.ask:
        return event.choice if event.choice in m.flow.signs else None
    if event.session != m.s.id or event.choice not in (sc.YES, NOT_SURE):
        return None
    if event.screen != SIGN and (question is None or event.screen != alone(question.ask)):
        return None
    return next((item for turn, item in m.s.asked if turn == event.turn and item in m.flow.signs), None)


def _already(m: Making, option: str) -> bool:
    """Whether this sign is ticked already, or waits for its yes or no."""
    home = m.flow.option_home[option]
    value = m.s.answers.get(home)
    heard = m.s.heard.get(home)
    ticked = (isinstance(value, Many) and option in value.yes) or value == option or option in m.s.ticks
    return ticked or (heard is not None and option in heard.yes) or any(x.option == option for x in m.s.signs)


def _stale_value(m: Making, question: Question, choice: str) -> Any:
    if question.kind is Kind.many:
        if choice == question.none:
            return Many(frozenset())
        if choice in question.option_ids and not sc.toggles(question):
            return Many(frozenset({choice}))
        return None
    if choice not in sc.answers_of(question):
        return None
    return keep(question, read_value(question, _tapped_value(question, choice)), m.today)


# --- words, commands, silence -----------------------------------------------------------------------------------------


def _typed(m: Making, event: Typed) -> None:
    typed(m, event, tap=tap, answer=answer)


def _edited(m: Making, event: Edited) -> None:
    edited(m, event, typed=_typed)


def _received(m: Making, event: Received) -> None:
    m.note("cant_read")
    if m.s.at == START:
        m.begin()
    else:
        m.again()
        m.remind()


def _elapsed(m: Making, event: Elapsed) -> None:
    if event.due == "help" and m.s.latch is not None:
        m.say("silence_help", urgent=True)
    elif event.due == "same_day" and m.s.at not in ENDED:
        if m.s.signs:
            m.say("sign_stands", urgent=True, answer=m.s.signs[0].option)
        else:
            m.say("silence_same_day", urgent=True)
            kept, m.s = m.s, m.unfinished()
            m.advise(so_far=True)
            m.s = kept
    elif event.due == "reminder" and m.s.at not in ENDED:
        m.say("silence_reminder")
    m.silent = True


def command(m: Making, name: str, argument: str = "") -> None:
    """A command, given as one or typed as a word."""
    _commanded(m, Commanded(name, argument))


def _commanded(m: Making, event: Commanded) -> None:
    handler = _COMMANDS.get(event.name)
    if handler is None:
        m.note("help")
        if m.s.at == START:
            m.begin()
        else:
            m.again()
        return
    handler(m, event.argument)


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
    _afresh(m)


def _stop(m: Making, argument: str = "") -> None:
    if m.s.latch is not None:
        m.emergency()
        return
    m.path.append(STOPPED)
    m.s = m.unfinished()
    level = m.judged()[1].level
    if m.s.signs:
        m.say("sign_stands", urgent=True, answer=m.s.signs[0].option)
    if level is not None and level.rank >= Level.same_day.rank and m.s.at not in ENDED:
        m.advise(so_far=True)
    m.set(at=STOPPED, turn=m.s.turn + 1, ticks=(), queue=(), found=None)
    m.say("stopped")


def _help(m: Making, argument: str) -> None:
    m.note("help")
    if m.s.at == START:
        m.begin()
    else:
        m.again()


def _why(m: Making, argument: str = "") -> None:
    if m.s.at in (ADVICE, EMERGENCY):
        level = m.level_to_say(m.s.unplaced)[0]
        deciding = m.deciding(level)
        lines = lines_for(m.flow, m.judged()[0].env, level, deciding)
        m.effects.append(Explain(m.s.at, tuple(r.rule.rule for r in deciding), lines))
    elif m.question is not None:
        m.effects.append(Explain(m.s.at))
    else:
        m.say("why_nothing")


def _language(m: Making, argument: str) -> None:
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
    "start": lambda m, a: _started(m, Started()),
    "back": _back,
    "review": _review,
    "restart": _restart,
    "stop": _stop,
    "help": _help,
    "why": _why,
    "language": _language,
    "mydata": lambda m, a: m.effects.append(Export()),
    "forget": _forget,
    "privacy": lambda m, a: m.say("privacy"),
}

_SCREENS: dict[str, Callable[[Making, str], None]] = {
    SIGN: _sign_tapped,
    EXIT: _exit_tapped,
    REVIEW: _review_tapped,
    EMERGENCY: _emergency_tapped,
    MISTAKE: _mistake_tapped,
    CHANGE: _change_tapped,
    ADVICE: _advice_tapped,
    STOPPED: _stopped_tapped,
}

_EVENTS: dict[type, Callable[[Making, Any], None]] = {
    Started: _started,
    Tapped: _tapped,
    Typed: _typed,
    Edited: _edited,
    Commanded: _commanded,
    Received: _received,
    Elapsed: _elapsed,
}
