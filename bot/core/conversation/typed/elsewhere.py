"""Words that answer nothing on the open screen: for an earlier one, or in something that was not typed here.

A red flag in them counts. Beside that they only add: a line of a list, a fact that was not known; a change is asked about.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Acknowledge, Received, Typed
from bot.core.conversation.session import CHANGE, ENDED, Heard
from bot.core.conversation.turn import Making
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import Reading

from .answers import take_facts
from .changes import come_back
from .matching import Got, folded_words, read_answer
from .not_understood import express
from .which_screen import OtherScreen


def to_other_screen(
    m: Making, screen: OtherScreen, event: Typed, text: str, reading: Reading, word: str | None
) -> None:
    """Words for a screen that is not open. No emergency stands, and they carry no sign of their own."""
    if m.s.signs:
        m.again()
    elif m.s.at in ENDED:
        _after_the_end(m, screen, reading)
    elif screen.question is not None and _added(m, screen, screen.question, text, reading, word):
        return
    elif facts_beside(m, text, reading):
        m.again()
    elif express(m, reading):
        return
    else:
        _not_for_now(m, screen)


def facts_beside(m: Making, text: str, reading: Reading) -> bool:
    """Facts in words that answer nothing here, for questions that are not on screen. A bare figure or date is none: only a
    screen says what it counts."""
    told = tuple(f for f in reading.facts if folded_words(f.words) != folded_words(text))
    return take_facts(m, replace(reading, facts=told), None if m.question is None else m.question.ask)


def _after_the_end(m: Making, screen: OtherScreen, reading: Reading) -> None:
    """After the advice a change opens the emergency screens, whenever it was written."""
    if come_back(m, reading) or express(m, reading):
        return
    if screen.early:
        m.effects.append(Acknowledge())
    else:
        m.again()


def _not_for_now(m: Making, screen: OtherScreen) -> None:
    """They said nothing that can be kept. What was written too early is answered once: the question stands above."""
    if not screen.early:
        if screen.question is None:
            m.note("reply_to_what")
        else:
            m.note("reply_unread", question=screen.question.ask)
        m.again()
    elif any(key == "written_before" for key, _ in m.s.notes):
        m.effects.append(Acknowledge())
    else:
        m.note("written_before")
        m.again()


def _added(m: Making, screen: OtherScreen, question: Question, text: str, reading: Reading, word: str | None) -> bool:
    """What the words add to the answer of an earlier question. True if they said something to it."""
    lines: Collection[str] | None
    if screen.item is not None:
        said = word or reading.said
        if said is None:
            return False
        lines = (screen.item,) if said in (sc.YES, NOT_SURE) else ()
        value: Any = None
    else:
        got = read_answer(m.flow, m.s.lang, question, text, reading, m.today, m.when.date())
        if not isinstance(got, Got):
            return False
        value = got.value
        lines = got.ticks or (value.yes if isinstance(value, Many) else None)
    if lines is not None and question.kind is Kind.many:
        signs = tuple(o for o in question.option_ids if o in lines and o in m.flow.signs)
        new = tuple(o for o in signs if not _counts(m, question, o))
        if new:
            m.set(signs=(*m.s.signs, *(Heard(o, text, True) for o in new)))
            m.show_sign()
            return True
        value = m.with_lines(question, lines)
    return _change_or_keep(m, screen, question, value)


def _counts(m: Making, question: Question, option: str) -> bool:
    kept, heard = m.s.answers.get(question.ask), m.s.heard.get(question.ask)
    return (isinstance(kept, Many) and option in kept.yes) or (heard is not None and option in heard.yes)


def _change_or_keep(m: Making, screen: OtherScreen, question: Question, value: Any) -> bool:
    """Whether to change an answer is asked; the same once more changes nothing, and is passed over if it came too early."""
    kept = m.s.answers.get(question.ask)
    if kept is None or value is None or (value == NOT_SURE and not sc.offers_unsure(question)):
        return False
    if value != kept and m.s.at != CHANGE:
        m.set(proposal=(question.ask, value), misread=0)
        m.ask(CHANGE)
    elif screen.early:
        m.effects.append(Acknowledge())
    else:
        m.note("earlier_kept", question=question.ask)
        m.again()
    return True


def received(m: Making, event: Received, signs: bool) -> None:
    """Something that is no typed answer, whose words were looked through. `signs`: one of them is on screen now."""
    album, known = event.album, bool(event.album) and event.album == m.s.album
    m.set(album=album)
    if signs:
        return
    if known:
        m.effects.append(Acknowledge())
        return
    m.note("not_typed" if event.words.strip() else "cant_read")
    m.again()
