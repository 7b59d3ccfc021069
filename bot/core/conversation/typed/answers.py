"""Typed words on a question: its answer, facts for other questions, a correction of earlier ones, or not understood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Typed, Understood
from bot.core.conversation.machine import which
from bot.core.conversation.session import CHANGE, SIGN, Told
from bot.core.conversation.taps import answer, tap
from bot.core.conversation.turn import Making
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.flow_files import Kind, Level, Question
from bot.core.model.readings import Reading

from .matching import Got, Which, folded_words, kept_answer, labels, read_answer, read_items

MOST_WORDS_OF_CONSENT, WORDS_BESIDE_CONSENT = 8, 2
MOST_TOLD = 20
"""Messages that named lines of a list which a session remembers."""


def on_question(m: Making, question: Question, text: str, reading: Reading, event: Typed) -> None:
    """Words on the screen of a question: its answer, facts for others, a correction, or not understood."""
    if m.s.at == which(question.ask):
        items = read_items(m.flow, m.s.lang, m.s.at, text, reading)
        if items is None:
            unread(m, reading)
            return
        for item in items[:-1]:
            if item not in m.s.ticks:
                tap(m, item)
        tap(m, items[-1])
        return
    if question.consent:
        _consent(m, question, text, reading)
        return
    if sc.toggles(question) and folded_words(text) == folded_words(m.flow.text(m.s.lang).system["done"]):
        tap(m, sc.DONE)
        return
    got = read_answer(m.flow, m.s.lang, question, text, reading, m.today)
    named = folded_words(text) in labels(m.flow, m.s.lang, question)
    others = False if named else take_facts(m, reading, question.ask)
    if reading.greeting and not named:
        unread(m, reading)
    elif isinstance(got, Got) and got.ticks:
        _ticked(m, question, got.ticks, event)
    elif isinstance(got, Got):
        if got.value == NOT_SURE and not sc.offers_unsure(question):
            unread(m, reading)
            return
        if got.value == Many(frozenset()) and m.s.ticks and m.s.at == question.ask:
            tap(m, sc.DONE)  # "no" after "I ticked: ..." means no others; what was ticked is not taken back
            return
        if sc.toggles(question) and m.s.at == question.ask and isinstance(got.value, Many) and got.value.yes:
            _tick(m, question, tuple(o for o in question.option_ids if o in got.value.yes), event)
            return  # lines by their numbers: a slip of the finger is seen before it counts
        if m.s.at == question.ask:
            m.settled()
        if isinstance(got.value, Many):
            _remember(m, question, got.value.yes, event.message)
        answer(m, question, got.value, event.message)
    elif got == NOT_SURE:
        tap(m, NOT_SURE)
    elif isinstance(got, Which):
        m.note("unclear", words=got.words, candidates=_named(got.candidates))
        m.again()
    elif others:
        m.set(misread=0)
        m.again()
    elif not _correction(m, reading, question.ask):
        unread(m, reading)


def _named(candidates: tuple[tuple[str, Any], ...]) -> tuple[str, ...]:
    return tuple(label for label, _ in candidates)


def _correction(m: Making, reading: Reading, open_question: str) -> bool:
    """Words about what was answered already: whether to change it is asked, never done unasked."""
    for fact in reading.facts:
        question = m.flow.questions.get(fact.question)
        if question is None or question.consent or not fact.sure or question.ask == open_question:
            continue
        value = _corrected(m, question, fact.value) if question.ask in m.s.answers else None
        if value is not None:
            m.set(proposal=(question.ask, value), misread=0)
            m.ask(CHANGE)
            return True
    for unclear in reading.unclear:
        if unclear.candidates and unclear.question in m.s.answers and unclear.question != open_question:
            m.set(misread=0)
            m.note("unclear", words=unclear.words, candidates=_named(unclear.candidates))
            m.ask(unclear.question)
            return True
    return False


def _corrected(m: Making, question: Question, raw: Any) -> Any:
    """The answer after the correction; None if it would be the same. On a list lines are only added."""
    kept = m.s.answers[question.ask]
    if isinstance(kept, Many):
        named = frozenset(o for o in raw if o in question.option_ids)
        return m.with_lines(question, named) if named - kept.yes else None
    got = kept_answer(m.flow, question, raw, "", m.today)
    return got.value if isinstance(got, Got) and got.value != kept else None


def _consent(m: Making, question: Question, text: str, reading: Reading) -> None:
    """Consent is said on purpose: in few words, or as on a button. A story told before it is not kept, and says so."""
    system, said = m.flow.text(m.s.lang).system, folded_words(text)
    named = labels(m.flow, m.s.lang, question).get(said)
    if named is None and (
        len(said.split()) > MOST_WORDS_OF_CONSENT or any(f.question != question.ask for f in reading.facts)
    ):
        m.set(misread=1)
        m.note("agree_first")
        m.again()
        return
    got = read_answer(m.flow, m.s.lang, question, text, reading, m.today)
    fact = next((f for f in reading.facts if f.question == question.ask), None)
    for_oneself = named is None and fact is not None and fact.value == question.option_ids[0]
    if for_oneself and fact is not None and len(said.split()) > len(fact.words.split()) + WORDS_BESIDE_CONSENT:
        got = None  # "I agree, it is for my mother" is not for oneself
    if isinstance(got, Got) and isinstance(got.value, str) and got.value != NOT_SURE:
        tap(m, got.value)
    elif reading.polarity == "yes":
        tap(m, question.option_ids[0])
    elif said == folded_words(system["no"]):
        declining = [o.id for o in question.options if o.declines]
        tap(m, declining[0]) if declining else unread(m, reading)
    else:
        unread(m, reading)


def _ticked(m: Making, question: Question, ticks: tuple[str, ...], event: Typed) -> None:
    """Options named in words. The others are not taken as absent where they count: the list stays open."""
    if sc.toggles(question) and not question.describes and m.s.at == question.ask:
        _tick(m, question, ticks, event)
        return
    _remember(m, question, ticks, event.message)
    m.settled()
    answer(m, question, Many(frozenset((*m.s.ticks, *ticks))), event.message)


def _tick(m: Making, question: Question, ticks: tuple[str, ...], event: Typed) -> None:
    """Ticked as by taps: the list stays open, with what is ticked above it."""
    _remember(m, question, ticks, event.message)
    m.set(ticks=tuple(dict.fromkeys((*m.s.ticks, *ticks))), misread=0)
    m.note("ticked", question=question.ask, options=m.s.ticks)
    m.again()


def _remember(m: Making, question: Question, lines: Iterable[str], message: int | None) -> None:
    """Which lines this message named."""
    if message is not None:
        others = [t for t in m.s.told if t.message != message]
        named = tuple(o for o in question.option_ids if o in set(lines))
        m.set(told=(*others[1 - MOST_TOLD :], Told(message, question.ask, named)))


def lines_told_anew(m: Making, question: Question, told: Told, lines: frozenset[str]) -> None:
    """The message that named lines of a list was edited and names these instead: those of before go, unless another
    message named them too. Without any the open list is answered: none of these."""
    elsewhere = {o for t in m.s.told if t.question == told.question and t.message != told.message for o in t.lines}
    gone = set(told.lines) - elsewhere - lines
    _remember(m, question, lines, told.message)
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


def take_facts(m: Making, reading: Reading, open_question: str | None) -> bool:
    """Facts for other questions: kept where nothing was answered yet, and shown. A fact not mentioned stays unknown."""
    if not m.s.consented:
        return False
    taken: list[str] = []
    for fact in reading.facts:
        question = m.flow.questions.get(fact.question)
        if question is None or not fact.sure or question.consent or fact.question == open_question:
            continue
        if fact.question in m.s.answers:
            continue
        if question.kind is Kind.many:
            if _hear_options(m, question, fact.value):
                taken.append(question.ask)
            continue
        got = kept_answer(m.flow, question, fact.value, fact.words, m.today)
        if isinstance(got, Got):
            m.set(answers={**m.s.answers, question.ask: got.value}, checked=False)
            taken.append(question.ask)
    if taken:
        m.effects.append(Understood(tuple(taken)))
    return bool(taken)


def _hear_options(m: Making, question: Question, options: Any) -> bool:
    signs = m.flow.signs
    known = m.s.heard.get(question.ask, Many(frozenset(), frozenset(), True))
    new = frozenset(o for o in options if o in question.option_ids and o not in signs) - known.yes
    if not new:
        return False
    m.set(heard={**m.s.heard, question.ask: Many(known.yes | new, known.not_sure, True)}, checked=False)
    return True


def unread(m: Making, reading: Reading) -> None:
    """No answer: again with an example, then with the choices spelled out, then the safe advice. The first time a greeting is
    greeted, and who seems to say "none" to a list is told how to: it asks for more than was said ("ever", "in the past")."""
    if m.resumed and m.question is not None:
        m.again()
        return
    tries = m.s.misread + 1
    m.set(misread=tries)
    question = m.question
    if tries >= 3 and m.s.at != SIGN and m.s.consented:
        m.remark = "unplaced"
        m.s = m.unfinished()
        level = m.judged()[1].level
        m.advise(unplaced=level is not Level.emergency)
        return
    if tries == 1 and reading.greeting:
        m.note("greeting")
        m.again()
    elif tries == 1 and question is not None and m.s.at == question.ask and reading.none_said:
        m.note("none_said", question=question.ask)
        m.again()
    elif tries == 1 and question is not None:
        m.note("unreadable_example", question=question.ask)
        m.again()
    else:
        m.note("unreadable_choices")
        m.again(spell_out=True)
