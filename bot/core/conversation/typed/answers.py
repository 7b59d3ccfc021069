"""Typed words on a question: its answer, facts for other questions, a correction of earlier ones, or not understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Typed, Understood
from bot.core.conversation.machine import which
from bot.core.conversation.session import CHANGE, Told
from bot.core.conversation.taps import answer, tap
from bot.core.conversation.turn import Making
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind, Level
from bot.core.model.readings import Reading

from .matching import Got, Which, folded_words, kept_answer, labels, numbered, read_answer, read_items
from .not_understood import about_the_list, unread

MOST_WORDS_OF_CONSENT, WORDS_BESIDE_CONSENT = 8, 2
MOST_TOLD = 20
"""Messages that named lines of a list which a session remembers."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Words on the screen of a question. `named`: they are one of its labels; `others`: they answered other questions too."""

    question: Question
    reading: Reading
    event: Typed
    got: Got | Which | str | None
    named: bool
    others: bool


def on_question(m: Making, question: Question, text: str, reading: Reading, event: Typed) -> None:
    """Words on the screen of a question: its answer, facts for others, a correction, or not understood."""
    if m.hidden.intersection(numbered(question, folded_words(text)) or ()):
        unread(m, reading)  # the number of a line that is not on this person's screen
        return
    if m.s.at == which(question.ask):
        _which_lines(m, text, reading)
    elif question.consent:
        _consent(m, question, text, reading)
    elif sc.toggles(question) and folded_words(text) == folded_words(m.flow.text(m.s.lang).system["done"]):
        tap(m, sc.DONE)
    elif (group := _group_named(m, question, folded_words(text))) is not None:
        m.set(opened=group, misread=0)
        m.again()
    elif reading.request == "question_back":
        unread(m, reading)
    else:
        got = read_answer(m.flow, m.s.lang, question, text, reading, m.today, m.when.date())
        named = folded_words(text) in labels(m.flow, m.s.lang, question)
        others = False if named else take_facts(m, reading, question.ask)
        words = _Words(question, reading, event, got, named, others)
        next(step for step in _STEPS if step(m, words))


def _group_named(m: Making, question: Question, said: str) -> str | None:
    """The group of choices whose button says just that."""
    groups = m.flow.text(m.s.lang).questions[question.ask].groups
    return next((group for group, label in groups.items() if said == folded_words(label)), None)


def _which_lines(m: Making, text: str, reading: Reading) -> None:
    """On "which ones?": the lines that the words name."""
    items = read_items(m.flow, m.s.lang, m.s.at, text, reading)
    if items is None:
        unread(m, reading)
        return
    for item in items[:-1]:
        if item not in m.s.ticks:
            tap(m, item)
    tap(m, items[-1])


def _greeted(m: Making, words: _Words) -> bool:
    if not words.reading.greeting or words.named:
        return False
    unread(m, words.reading)
    return True


def _about_the_list(m: Making, words: _Words) -> bool:
    return words.got is None and about_the_list(m, words.question, words.reading)


def _lines_named(m: Making, words: _Words) -> bool:
    if not isinstance(words.got, Got) or not words.got.ticks:
        return False
    _ticked(m, words.question, words.got.ticks, words.event)
    return True


def _closed(m: Making, words: _Words) -> bool:
    """ "That's it", where something is ticked: no more."""
    heard = m.s.heard.get(words.question.ask)
    something = bool(m.s.ticks) or (heard is not None and bool(heard.yes))
    if words.got is not None or not words.reading.reply.closes or not something or not sc.toggles(words.question):
        return False
    tap(m, sc.DONE)
    return True


def _answered(m: Making, words: _Words) -> bool:
    question, got, message = words.question, words.got, words.event.message
    if not isinstance(got, Got):
        return False
    on_it = m.s.at == question.ask
    if got.value == NOT_SURE and not sc.offers_unsure(question):
        unread(m, words.reading)
    elif got.value == Many(frozenset()) and m.s.ticks and on_it:
        tap(m, sc.DONE)  # "no" after "I ticked: ..." means no others; what was ticked is not taken back
    elif sc.toggles(question) and on_it and isinstance(got.value, Many) and got.value.yes:
        # lines by their numbers: a slip of the finger is seen before it counts
        _tick(m, question, tuple(o for o in question.option_ids if o in got.value.yes), words.event)
    else:
        if on_it:
            m.settled()
        if isinstance(got.value, Many):
            remember(m, question, got.value.yes, message)
        answer(m, question, got.value, message)
    return True


def _not_sure(m: Making, words: _Words) -> bool:
    if words.got != NOT_SURE:
        return False
    tap(m, NOT_SURE)
    return True


def _which_one(m: Making, words: _Words) -> bool:
    if not isinstance(words.got, Which):
        return False
    m.note("unclear", words=words.got.words, candidates=_named(words.got.candidates), question=words.question.ask)
    m.again()
    return True


def _answered_others(m: Making, words: _Words) -> bool:
    if not words.others:
        return False
    m.set(misread=0)
    if m.s.latch is None and m.judgement.verdict.level is Level.emergency:  # what was said together makes it one
        m.onward()
    else:
        m.again()
    return True


def _corrected_one(m: Making, words: _Words) -> bool:
    return _correction(m, words.reading, words.question.ask)


def _not_read(m: Making, words: _Words) -> bool:
    unread(m, words.reading)
    return True


_STEPS: tuple[Callable[[Making, _Words], bool], ...] = (
    _greeted,
    _closed,
    _about_the_list,
    _lines_named,
    _answered,
    _not_sure,
    _which_one,
    _answered_others,
    _corrected_one,
    _not_read,
)
"""Tried in this order; each says whether the words are dealt with. The last one always is."""


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
            m.set(proposal=(question.ask, value), proposed_choice="", misread=0)
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
    got = kept_answer(m.flow, question, raw, "", m.today, m.when.date())
    return got.value if isinstance(got, Got) and got.value != kept else None


def _consent(m: Making, question: Question, text: str, reading: Reading) -> None:
    """Consent is said on purpose: in few words, or as on a button. A story told before it is not kept, and says so."""
    system, said = m.flow.text(m.s.lang).system, folded_words(text)
    named = labels(m.flow, m.s.lang, question).get(said)
    chosen = reading.reply.yes[0] if len(reading.reply.yes) == 1 else None
    fact = next((f for f in reading.facts if f.question == question.ask), None)
    begins = any(a.about == chosen for a in reading.account[:3]) or (fact is not None and fact.places[0] < 3)
    if chosen is not None and (chosen != question.option_ids[0] or begins):
        tap(m, chosen)
        return
    if reading.reply.perhaps:
        m.note("unclear", words=text.strip(), candidates=reading.reply.perhaps, question=question.ask)
        m.again()
        return
    if named is None and (
        len(said.split()) > MOST_WORDS_OF_CONSENT or any(f.question != question.ask for f in reading.facts)
    ):
        m.set(misread=1)
        m.note("agree_first")
        m.again()
        return
    got = read_answer(m.flow, m.s.lang, question, text, reading, m.today, m.when.date())
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
    remember(m, question, ticks, event.message)
    m.settled()
    answer(m, question, Many(frozenset((*m.s.ticks, *ticks))), event.message)


def _tick(m: Making, question: Question, ticks: tuple[str, ...], event: Typed) -> None:
    """Ticked as by taps: the list stays open, with what is ticked above it."""
    remember(m, question, ticks, event.message)
    m.set(ticks=tuple(dict.fromkeys((*m.s.ticks, *ticks))), misread=0)
    m.note("ticked", question=question.ask, options=m.s.ticks)
    m.again()


def remember(m: Making, question: Question, lines: Iterable[str], message: int | None) -> None:
    """Which lines this message named."""
    if message is not None:
        others = [t for t in m.s.told if t.message != message]
        named = tuple(o for o in question.option_ids if o in set(lines))
        m.set(told=(*others[1 - MOST_TOLD :], Told(message, question.ask, named)))


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
        got = kept_answer(m.flow, question, fact.value, fact.words, m.today, m.when.date())
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
