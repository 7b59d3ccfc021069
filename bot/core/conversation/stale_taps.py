"""Taps that are late, double, or on a keyboard that stands over or above the screen that is open. None is dropped unseen."""

from __future__ import annotations

from typing import Any

from bot.core.flow.answer_values import keep, read_value
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind

from . import screens as sc
from .afterwards.check_ins import choose_check
from .afterwards.feedback import choose_feedback
from .afterwards.topics import choose_topic
from .chat_commands import language, stop, why
from .countries import ask_country, choose
from .events import Acknowledge, Erase, Lines, Tapped
from .machine import alone, which
from .session import CHANGE, ENDED, REVIEW, SIGN, START, Heard
from .taps import tapped_value
from .turn import Making


def twice(m: Making, event: Tapped) -> bool:
    """A second tap on a line of a list, or on its Done, before what the first one did was seen: it was meant once."""
    question = m.question
    if event.choice == sc.DONE and event.turn < m.s.turn and any(key == "which_none" for key, _ in m.s.notes):
        return True
    if question is None or event.ticked is None or event.choice not in (*question.option_ids, *question.groups):
        return False
    toggles = sc.toggles(question) or event.choice in question.groups
    ticking = m.s.at == which(question.ask) or (m.s.at == question.ask and toggles)
    return ticking and event.ticked != (event.choice in (*m.s.ticks, m.s.opened))


def changes_a_line(m: Making, event: Tapped) -> bool:
    """A line of a review, or of "I understood", may be tapped as long as the interview goes on."""
    if event.screen != REVIEW or not event.choice.startswith(sc.CHANGE_PREFIX):
        return False
    name = event.choice.removeprefix(sc.CHANGE_PREFIX)
    known = name in m.s.answers or name in m.s.heard
    return known and name in m.flow.questions and _may_change(m, event)


def _may_change(m: Making, event: Tapped) -> bool:
    """Whether answers of this interview can be changed now, by a button of it."""
    return event.session == m.s.id and not m.s.signs and m.s.latch is None and m.s.at not in ENDED


def overlay_tapped(m: Making, event: Tapped) -> None:
    """Crisis, erasing, reasons and the languages stand over whatever is on screen: what was asked stays asked."""
    if event.screen == sc.LANGUAGE:
        language(m, event.choice)
    elif event.screen == sc.COUNTRY:
        choose(m, event.choice, tapped=True)
    elif event.screen == sc.TOPICS:
        choose_topic(m, event.choice)
    elif event.screen == sc.CHECKS:
        choose_check(m, event.choice)
    elif event.screen == sc.FEEDBACK:
        choose_feedback(m, event.choice)
    elif event.choice == sc.STOP:
        stop(m)
    elif event.choice == sc.DO_FORGET:
        m.effects.append(Erase())
    elif event.choice == sc.MORE_REASONS:
        why(m, more=True)
    elif event.choice == sc.OPEN_LINES and _may_change(m, event):
        m.effects.append(Lines())
    elif m.s.at == START:
        m.begin()
    else:
        m.again()


def late_tap(m: Making, event: Tapped) -> None:
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
        changes = value != kept or m.adds(question, event.choice)
        if kept is not None and value is not None and changes and m.s.at != CHANGE and not m.s.signs:
            m.set(proposal=(question.ask, value), proposed_choice=event.choice)
            m.ask(CHANGE)
            return
        if kept is not None and value is not None and not changes:
            m.effects.append(Acknowledge())
            return
    m.effects.append(Acknowledge("stale_tap"))
    if event.screen == sc.COUNTRY:  # of an earlier session, whose countries may have stood in another order
        ask_country(m)
    elif event.session != m.s.id:
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
        if choice not in question.option_ids:
            return None
        if not sc.toggles(question):
            return Many(frozenset({choice}))
        kept = m.s.answers.get(question.ask)
        return kept if isinstance(kept, Many) and choice in kept.yes else m.with_lines(question, {choice})
    if choice not in sc.answers_of(question):
        return None
    return keep(question, read_value(question, tapped_value(question, choice)), m.today)
