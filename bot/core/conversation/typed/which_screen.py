"""Which screen a message answers: by when it was written and what it replies to (SEMANTICS 5e).

A message answers only a screen that was shown before it was written, and a reply the screen that it replies to.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Replied, Typed
from bot.core.conversation.machine import which
from bot.core.conversation.session import Session
from bot.core.conversation.turn import Making
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.interview import Question

from .matching import folded_words

SHORTEST_TITLE = 8
"""Characters that the words of a screen must have to be told from others by them."""
WRONG_CLOCK = 60.0
"""Seconds by which a screen may seem to have been shown in the future."""


class OtherScreen(NamedTuple):
    """Words are not for the screen that is open: they are for this question, or this item of it, or nobody can tell (None).
    `early`: they were written before the open screen was shown, and reply to none."""

    question: Question | None = None
    item: str | None = None
    early: bool = False


def screen_of(m: Making, event: Typed) -> OtherScreen | None:
    """The other screen that the words are for; None: the one that is open."""
    if event.unseen:
        return OtherScreen(early=True)
    if event.reply_to is not None:
        return _replied(m, event.reply_to)
    if event.written is None or m.s.shown is None or event.written >= m.s.shown:
        return None
    if m.s.shown > m.now.timestamp() + WRONG_CLOCK:  # it was shown by a clock that has been put right since
        return None
    before = m.s.trail[-1].question if m.s.trail else None
    question = m.flow.questions.get(before or "")
    usable = question is not None and not question.consent and question is not m.question
    return OtherScreen(question if usable else None, early=True)


def _replied(m: Making, to: Replied) -> OtherScreen | None:
    """The screen that a message replies to. Who has agreed to nothing yet has one screen only."""
    if not m.s.consented:
        return None
    if to.own:
        answered = {t.message: t.question for t in m.s.trail} | {t.message: t.question for t in m.s.told}
        name = None if to.message is None else answered.get(to.message)
        question, item = m.flow.questions.get(name or ""), None
    else:
        screen, question, item = _shown_by(m, to)
        if screen == m.s.at and question is None:
            return None  # a screen that is no question
    if question is None or question.consent:
        return OtherScreen()
    return None if _is_open(m, question, item) else OtherScreen(question, item)


def _is_open(m: Making, question: Question, item: str | None) -> bool:
    if item is not None:
        return m.judgement.asked_for == item
    return m.s.at in (question.ask, which(question.ask))


def _shown_by(m: Making, to: Replied) -> tuple[str | None, Question | None, str | None]:
    """The screen, its question and its item, by a button that stands under the message, else by its words."""
    tap = sc.decode(m.flow, to.data) if to.data else None
    if tap is not None:
        if tap.session != m.s.id:
            return None, None, None
        question = sc.question_of(m.flow, tap.screen)
        item = next((item for turn, item in m.s.asked if turn == tap.turn), None)
        if item is not None:
            return tap.screen, m.flow.questions[m.flow.option_home[item]], item
        return tap.screen, question, None
    found = _by_words(m.flow, m.s, folded_words(to.words))
    return (None, None, None) if found is None else (None, m.flow.questions[found[0]], found[1])


def _by_words(flow: Flow, session: Session, said: str) -> tuple[str, str | None] | None:
    """The question, and its item if it was asked alone, whose words stand in a message; of several the longest ones."""
    for title, question, item in _titles(flow, session.lang):
        if title in said:
            return question, item
    return None


@per_flow
def _titles(flow: Flow, lang: str) -> tuple[tuple[str, str, str | None], ...]:
    """What each screen says, for everybody and for each audience; the longest first."""
    found: dict[str, tuple[str, str | None]] = {}
    for audience in ((), *((name,) for name, _, _ in flow.audiences)):
        texts = flow.text(lang, audience)
        for name, words in texts.questions.items():
            found.setdefault(_title(words.text), (name, None))
            for option, entry in words.options.items():
                asked = entry.alone or texts.system["alone"].replace("{item}", entry.text or entry.label)
                found.setdefault(_title(asked), (name, option))
    return tuple((t, *found[t]) for t in sorted(found, key=len, reverse=True) if len(t) >= SHORTEST_TITLE)


def _title(words: str) -> str:
    return folded_words(words.partition("{")[0])
