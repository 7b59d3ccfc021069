"""An edited message corrects the answer that it gave; which lines of a list a message named is remembered for that."""

from __future__ import annotations

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Edited, Typed
from bot.core.conversation.session import ADVICE, STOPPED, Told
from bot.core.conversation.taps import answer
from bot.core.conversation.turn import Making
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question

from .answers import remember
from .matching import Got, clean, read_answer
from .words import signs_in, typed


def edited(m: Making, event: Edited) -> None:
    """An edited message corrects the answer that it gave; one that gave none is read like a new one.

    It answers no question about a red flag: a sign that waits, or an emergency, is kept (SEMANTICS 2).
    """
    m.written(event.edited)
    told = next((t for t in m.s.told if t.message == event.message), None)
    given = told or next((t for t in m.s.trail if t.message == event.message), None)
    question = None if given is None else m.flow.questions.get(given.question)
    if told is not None and m.s.at != told.question and told.question not in m.s.answers:
        question = None  # what it had ticked was left behind
    kept = m.s.latch is not None or bool(m.s.signs)
    if not kept and (question is None or m.s.at in (STOPPED, ADVICE)):
        typed(m, Typed(event.text, event.message, event.written))
        return
    text = clean(event.text)
    reading = m.flow.reader(text, m.when, m.s.lang, None if question is None else question.ask)
    if reading.crisis:
        m.say("crisis", urgent=True)
    if signs_in(m, reading, question) or reading.crisis:
        return
    if kept or question is None:
        m.again()
        return
    got = read_answer(m.flow, m.s.lang, question, text, reading, m.today, m.when.date())
    unsure = got == NOT_SURE or (isinstance(got, Got) and got.value == NOT_SURE)
    if unsure and not sc.offers_unsure(question):
        got = None
    if got == NOT_SURE:
        m.note("edit_noted", question=question.ask)
        m.set(ticks=())
        m.clear_up(question)
    elif isinstance(got, Got) and (got.value is not None or got.ticks):
        value = got.value if got.value is not None else Many(frozenset(got.ticks))
        if told is not None and isinstance(value, Many):
            _lines_told_anew(m, question, told, value.yes)
        else:
            m.give(question.ask, value, event.message)
            m.note("edit_noted", question=question.ask)
            m.onward(replay=True)
    else:
        m.note("unreadable_example", question=question.ask)
        m.again()


def _lines_told_anew(m: Making, question: Question, told: Told, lines: frozenset[str]) -> None:
    """The message that named lines of a list was edited and names these instead: those of before go, unless another
    message named them too. Without any the open list is answered: none of these."""
    elsewhere = {o for t in m.s.told if t.question == told.question and t.message != told.message for o in t.lines}
    gone = set(told.lines) - elsewhere - lines
    remember(m, question, lines, told.message)
    if m.s.at == question.ask:
        ticks = tuple(dict.fromkeys(o for o in (*m.s.ticks, *sorted(lines)) if o not in gone))
        m.set(ticks=ticks, misread=0)
        if ticks:
            m.note("ticked", question=question.ask, options=ticks)
            m.again()
        else:
            m.settled()
            answer(m, question, Many(frozenset()), told.message)
        return
    kept, at, ticks = m.s.answers[question.ask], m.s.at, m.s.ticks
    if isinstance(kept, Many):
        m.give(question.ask, Many((kept.yes - gone) | lines, kept.not_sure - gone - lines), told.message)
    m.note("edit_noted", question=question.ask)
    m.onward(replay=True)
    if m.s.at == at:
        m.set(ticks=ticks)
