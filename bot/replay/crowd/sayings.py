"""What can be said to each question, with what it means there: words of the flow, of the word lists, and labelled phrases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bot.core.conversation import screens as sc
from bot.core.flow.answer_values import BadAnswer, read_value
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.understanding.language import FOLDER
from bot.understanding.lists.model import Lists
from bot.understanding.lists.reading import read_lists
from bot.understanding.scoring import Phrase, read_cases

TUNING = "tuning"
"""The half of labelled phrases that may be looked at; the other is only counted."""
DENIES = "deny_all"
"""The group of the word lists that denies a whole list; what is no pattern in it can be said as it stands."""
PLAIN = re.compile(r"[a-z][a-z' ]+")
OF_OPTIONS = ("flags", "possible", "movements")
"""Kinds of phrases that are labelled with the line of a list that they mean."""
LONGEST = 160
"""Characters of a labelled phrase that is said as an answer: longer ones are stories."""


class Saying(NamedTuple):
    """Words, and what they mean: an option, "yes", "no", or a number as an answer file writes it; None: none of the list."""

    text: str
    means: Any


@dataclass(frozen=True)
class Sayings:
    """Question -> what can be said to it."""

    sayings: Mapping[str, tuple[Saying, ...]]

    def of(self, question: str, means: Any) -> list[str]:
        """Texts that mean this; none if nobody has a word for it."""
        return [s.text for s in self.sayings.get(question, ()) if s.means == means]

    def within(self, question: str, low: float, high: float) -> list[Saying]:
        """Numbers that lie in this range."""
        found = self.sayings.get(question, ())
        return [s for s in found if isinstance(s.means, int | float) and low <= s.means <= high]


def all_sayings(flow: Flow, lang: str, phrases: Path | None) -> Sayings:
    """All words at hand. `phrases`: a folder of labelled phrases, of which the tuning half is used."""
    lists = read_lists(FOLDER / lang) if (FOLDER / lang).is_dir() else Lists()
    found: dict[str, list[Saying]] = {q: [] for q in flow.questions}
    for question in flow.interview.questions:
        found[question.ask] += _of_the_flow(flow, lang, question)
        found[question.ask] += _of_the_lists(flow, question, lists)
    for case in read_cases(phrases) if phrases is not None else ():
        if case.half == TUNING and len(case.text) <= LONGEST:
            for name, saying in (*_of_a_phrase(flow, case), *_of_yes_and_no(flow, case)):
                found[name].append(saying)
    return Sayings({q: tuple(dict.fromkeys(s)) for q, s in found.items()})


def _of_the_flow(flow: Flow, lang: str, question: Question) -> Iterator[Saying]:
    words = flow.text(lang).questions[question.ask]
    for option in question.option_ids:
        if option in words.options and question.kind in (Kind.one, Kind.many):
            for text in (words.options[option].label, *words.options[option].says):
                yield Saying(text, option)
    for text in words.none_says if question.kind is Kind.many else ():
        yield Saying(text, None)


def _of_the_lists(flow: Flow, question: Question, lists: Lists) -> Iterator[Saying]:
    if question.kind is Kind.yes_no:
        for answer in (sc.YES, sc.NO):
            yield from (Saying(text, answer) for text in _spelled(lists.positions.get(answer, ())))
    if question.kind is not Kind.many:
        return
    yield from (
        Saying(text, None) for text in (*_plain(lists.group(DENIES)), *_spelled(lists.positions.get(sc.NO, ())))
    )
    for names in lists.names.get(question.ask, {}).values():
        home = [option for option in names.means if flow.option_home.get(option) == question.ask]
        if not names.ask and len(home) == len(names.means) <= 1:
            yield from (Saying(text, home[0] if home else None) for text in names.names)


def _plain(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if PLAIN.fullmatch(text)]


def _spelled(texts: Iterable[str]) -> list[str]:
    """Words, without single letters: on a list the bot may well ask what one of these stands for."""
    return [text for text in texts if len(text) > 1]


def _of_a_phrase(flow: Flow, case: Phrase) -> Iterator[tuple[str, Saying]]:
    """A phrase as an answer to the one question that it is about."""
    label = case.label[0] if isinstance(case.label, list) and len(case.label) == 1 else case.label
    if case.kind in OF_OPTIONS and isinstance(label, str) and label in flow.option_home:
        yield flow.option_home[label], Saying(case.text, label)
    elif case.kind in flow.questions and isinstance(case.label, int | float):
        yield from _number(flow, case.kind, case.text, case.label)
    elif case.kind == "facts" and isinstance(case.label, dict) and len(case.label) == 1:
        ((name, value),) = case.label.items()
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        if name in flow.questions and one in flow.questions[name].option_ids:
            yield name, Saying(case.text, one)
        elif name in flow.questions and isinstance(one, int | float):
            yield from _number(flow, name, case.text, one)


def _of_yes_and_no(flow: Flow, case: Phrase) -> Iterator[tuple[str, Saying]]:
    if case.kind == "polarity" and case.label in (sc.YES, sc.NO):
        for question in flow.interview.questions:
            if question.kind is Kind.yes_no:
                yield question.ask, Saying(case.text, case.label)


def _number(flow: Flow, name: str, text: str, value: float) -> Iterator[tuple[str, Saying]]:
    try:
        if isinstance(read_value(flow.questions[name], value), Span):
            yield name, Saying(text, value)
    except BadAnswer:
        return
