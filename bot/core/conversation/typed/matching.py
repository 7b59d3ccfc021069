"""Typed words -> an answer to the screen that is open, or what they might mean, or that they were not understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from bot.core.conversation.screens import ALL, DONE, NOT_SURE, answers_of, offers_unsure, question_of
from bot.core.flow.answer_values import BadAnswer, keep, read_value
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.answers import Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import NO_REPLY, Reading, Reply

_SEPARATORS = re.compile(r"[\s,;&+]+|\band\b")


class Got(NamedTuple):
    """An answer: `value` as kept. `ticks`: options that the words name without closing the list."""

    value: Any = None
    ticks: tuple[str, ...] = ()


class Which(NamedTuple):
    """The words allow several values: `candidates` are (label, value as in answer files); empty = only vague."""

    words: str
    candidates: tuple[tuple[str, Any], ...]


def clean(text: str) -> str:
    """Text made safe on entry: no lone surrogates, no control characters, composed letters (SEMANTICS 16)."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\ufffd", " ")
    text = unicodedata.normalize("NFC", text)
    return "".join(c if c >= " " or c in "\n\t" else " " for c in text)


def folded_words(text: str) -> str:
    """For comparison: case, punctuation at the ends and white space folded; invisible characters left out."""
    if not text.isascii():
        text = "".join(c for c in text if unicodedata.category(c) != "Cf").replace("\u2019", "'")
    return " ".join(text.casefold().split()).strip(" .!,;:")


def labels(flow: Flow, lang: str, question: Question) -> Mapping[str, str]:
    """Folded words -> answer of this question: labels, full wordings and ids."""
    return _labels(flow, lang, question.ask)


@per_flow
def _labels(flow: Flow, lang: str, ask: str) -> Mapping[str, str]:
    question, texts = flow.questions[ask], flow.text(lang)
    words = texts.questions[ask]
    known: dict[str, str] = {}
    for option in answers_of(question):
        known[folded_words(option)] = option
        entry = words.options.get(option)
        if entry is not None:
            for said in (entry.label, entry.text, entry.answer, *entry.says):
                if said:
                    known.setdefault(folded_words(said), option)
    if question.kind is Kind.yes_no:
        known[folded_words(texts.system["yes"])], known[folded_words(texts.system["no"])] = "yes", "no"
    if question.none:
        known[question.none] = question.none
        for said in (words.none, texts.system["none_of_these"]):
            if said:
                known[folded_words(said)] = question.none
    for said in (words.unsure, texts.system["not_sure"], "?"):
        if said:
            known.setdefault(folded_words(said), NOT_SURE)
    return known


def plain_word(flow: Flow, lang: str, text: str, reading: Reading) -> str | None:
    """ "yes", "no" or "not_sure" if the whole text says just that."""
    system = flow.text(lang).system
    said = folded_words(text)
    for word in ("yes", "no", NOT_SURE):
        if said == folded_words(system[word]) or said == word:
            return word
    if said == "?":
        return NOT_SURE
    return reading.polarity


def read_answer(
    flow: Flow, lang: str, question: Question, text: str, reading: Reading, today: date, written: date
) -> Got | Which | str | None:
    """The answer that the words give to the question: `Got`, `Which`, the word "not_sure" (to be cleared up), or None.
    `written`: the day from which they count."""
    known = labels(flow, lang, question)
    said = folded_words(text)
    if not said:
        return None
    if question.kind in (Kind.one, Kind.many, Kind.yes_no):
        return _choice(flow, question, text, said, known, reading)
    return _number(flow, question, said, known, reading, today, written)


def _choice(
    flow: Flow, question: Question, text: str, said: str, known: Mapping[str, str], reading: Reading
) -> Got | Which | str | None:
    by_number = numbered(question, said)
    if by_number is not None:
        if question.kind is Kind.many:
            return Got(Many(frozenset(by_number)))
        return Got(by_number[0]) if len(by_number) == 1 else None
    if said in known:
        return _named(question, known[said])
    replied = _replied(question, text, reading)
    if replied is not None:
        return replied
    fact = next((f for f in reading.facts if f.question == question.ask), None)
    if fact is not None and reading.reply == NO_REPLY and question.kind is not Kind.yes_no:
        if question.kind is Kind.many:
            options = tuple(o for o in fact.value if o in question.option_ids)
            if options:
                return Got(ticks=options)
        elif fact.value in (*answers_of(question), NOT_SURE):
            return _named(question, str(fact.value))
    for unclear in reading.unclear:
        if unclear.question == question.ask:
            return Which(unclear.words, unclear.candidates)
    if reading.polarity == "no" and question.kind is Kind.many and reading.reply == NO_REPLY:
        return Got(Many(frozenset()))
    if reading.polarity in ("yes", "no") and question.kind is Kind.yes_no:
        return Got(reading.polarity)
    if reading.polarity == NOT_SURE and offers_unsure(question):
        return _named(question, NOT_SURE)
    return None


def _replied(question: Question, text: str, reading: Reading) -> Got | Which | str | None:
    """What the reader found that the message says to this screen."""
    reply = reading.reply
    if question.kind is Kind.yes_no:
        if reading.said == NOT_SURE:
            return Got(NOT_SURE) if offers_unsure(question) else None
        if reading.said is None:
            return Which(text.strip(), ()) if reply.perhaps else None
        return Got(reading.said)
    if question.kind is Kind.one:
        if len(reply.yes) == 1:
            return Got(reply.yes[0])
        if reply.perhaps:
            return Which(text.strip(), tuple((o, o) for o in reply.perhaps))
        return Got(NOT_SURE) if reply.unsure and offers_unsure(question) else None
    ticks = (*reply.yes, *(o for o in reply.perhaps if toggled(question, o)))
    if ticks:
        return Got(ticks=ticks)
    if reply.none or (reply.closes and reading.names and not any(n.means or n.ask for n in reading.names)):
        return Got(Many(frozenset()))
    return NOT_SURE if reply.unsure and offers_unsure(question) else None


def said_of_the_patient(question: Question, reading: Reading) -> Reading:
    """A list that seems denied beside a line of it that is said of somebody else, where that one may be the patient ("wife is 30
    weeks gone, nothing else"): perhaps that line."""
    said = {r.about for r in reading.rejected if r.why == "other_person"}
    lines = tuple(option for option in question.option_ids if option in said)
    return replace(reading, reply=Reply(perhaps=lines)) if lines and reading.reply.none else reading


def toggled(question: Question, option: str) -> bool:
    """Whether an option that was perhaps meant can be ticked, where a tick is seen before it counts: no sign."""
    return question.tap == "done" and not any(o.id == option and o.sign for o in question.options)


def _named(question: Question, answer: str) -> Got | str:
    if answer == NOT_SURE:
        return NOT_SURE if question.kind is Kind.many else Got(NOT_SURE)
    if question.kind is Kind.many:
        return Got(Many(frozenset())) if answer == question.none else Got(ticks=(answer,))
    return Got(answer)


def numbered(question: Question, said: str) -> tuple[str, ...] | None:
    """ "2 and 4" as the second and fourth option; "0" as none of these."""
    parts = [p for p in _SEPARATORS.split(said) if p]
    if not parts or len(parts) > 12 or not all(p.isdecimal() and len(p) < 3 for p in parts):
        return None
    numbers = [int(p) for p in parts]
    if numbers == [0] and question.kind is Kind.many:
        return ()
    options = answers_of(question)
    if all(1 <= n <= len(options) for n in numbers):
        return tuple(options[n - 1] for n in numbers)
    return None


def _number(
    flow: Flow, question: Question, said: str, known: Mapping[str, str], reading: Reading, today: date, written: date
) -> Got | Which | str | None:
    if said in known:
        if known[said] == NOT_SURE:
            return Got(NOT_SURE) if offers_unsure(question) else None
        return kept_answer(flow, question, known[said], said, today, written)
    fact = next((f for f in reading.facts if f.question == question.ask), None)
    if fact is not None:
        return kept_answer(flow, question, fact.value, fact.words, today, written)
    for unclear in reading.unclear:
        if unclear.question == question.ask:
            return Which(unclear.words, unclear.candidates)
    if reading.polarity == NOT_SURE and offers_unsure(question):
        return Got(NOT_SURE)
    if question.kind in (Kind.ago, Kind.length) and said.isdecimal():
        return Which(said, ())  # days, weeks, the fifth line ...: it is not for us to choose
    return kept_answer(flow, question, said.removesuffix("/10"), said, today, written)


def kept_answer(flow: Flow, question: Question, raw: Any, words: str, today: date, written: date) -> Got | Which | None:
    """A value as in answer files as an answer to keep; `Which` if some condition tells its ends apart, None if it is none.
    "Two days ago" counts from the day on which it was `written`; what that means is judged as of `today`."""
    try:
        value = read_value(question, raw)
    except BadAnswer:
        return None
    answer = keep(question, value, written)
    span = flow.span_of(question.ask, answer, today)  # as conditions read it: half a day ago is yesterday or today
    if span is None or not flow.separates(question.ask, span):
        return Got(answer)
    if question.kind is Kind.scale and question.worry == "rising" and 0 < span.high - span.low <= 1:
        return kept_answer(flow, question, span.high, words, today, written)  # "6 or 7" at its worst: 7
    return Which(words, ())


def read_items(flow: Flow, lang: str, screen: str, text: str, reading: Reading) -> tuple[str, ...] | None:
    """On a "which ones?" screen: the options that the words name, `all_of_them`, `done`; None if not understood."""
    question = question_of(flow, screen)
    if question is None:
        return None
    system = flow.text(lang).system
    said = folded_words(text)
    if said == folded_words(system[ALL]) or said == "all":
        return (ALL,)
    if said == folded_words(system[DONE]):
        return (DONE,)
    by_number = numbered(question, said)
    if by_number:
        return (*by_number, DONE)
    got = _choice(flow, question, text, said, labels(flow, lang, question), reading)
    if got == NOT_SURE:
        return (ALL,)
    return (*got.ticks, DONE) if isinstance(got, Got) and got.ticks else None
