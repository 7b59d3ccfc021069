"""A quantity in typed words that answers a question of yes or no: "ten months ago" to "less than 2 years ago?".

Which quantity, and from where on it means yes, is declared by the flow (`typed:` of the question).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.model.files.interview import Question, TypedAnswer
from bot.core.model.files.parts import Kind
from bot.core.model.quantities import read_quantity
from bot.understanding.lists.model import Lists
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.words import SpokenWords

from .amounts import Amounts, Number
from .periods import Guess

_BODY = (34.0, 43.0)
"""Temperatures that a body has, in °C; others are none."""
_SHORT = 4
"""Words of an answer in which a whole number is a temperature by itself."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Yes or no, and the words that say it."""

    word: str
    span: WordSpan


class TypedAnswerReader:
    """Reads such quantities with the words of a language."""

    def __init__(self, parts: Lists, amounts: Amounts) -> None:
        self._amounts = amounts
        self._temperature = frozenset(parts.group("temperature_word"))

    def read(
        self, question: Question | None, text: SpokenWords, numbers: Iterable[Number], guesses: Iterable[Guess]
    ) -> Answered | None:
        """What the quantities of a text answer; None if there is none, or if it may be either."""
        if question is None or question.typed is None:
            return None
        times = question.typed.what == "ago"
        found = self._latest(guesses) if times else self._hottest(text, numbers)
        if found is None:
            return None
        low, high, span = found
        word = self._word(question.typed, low, high)
        return None if word is None else Answered(word, span)

    @staticmethod
    def _word(typed: TypedAnswer, low: float, high: float) -> str | None:
        unit = Kind.ago if typed.what == "ago" else Kind.number
        below = None if typed.below is None else read_quantity(unit, typed.below)
        least = None if typed.least is None else read_quantity(unit, typed.least)
        if (below is not None and low < high <= below) or (below is not None and high < below):
            return "yes"
        if least is not None and low >= least:
            return "yes"
        other = (below is not None and low >= below and (low, high) != (below, below)) or (
            least is not None and high < least
        )
        return typed.otherwise if other else None

    @staticmethod
    def _latest(guesses: Iterable[Guess]) -> tuple[float, float, WordSpan] | None:
        """The latest time ago; amounts of time that are none ("a course of 6 months") only if there is no other."""
        found = []
        for guess in guesses:
            days = [guess.days] if guess.days is not None else [value for _, value in guess.candidates]
            ends = [end for d in days for end in (d if isinstance(d, tuple) else (d, d))]
            if ends:
                found.append((guess.plain_duration, min(ends), max(ends), guess.span))
        if not found:
            return None
        _, low, high, span = min(found)
        return low, high, span

    def _hottest(self, text: SpokenWords, numbers: Iterable[Number]) -> tuple[float, float, WordSpan] | None:
        """The highest temperature in °C: a figure with a decimal, one beside a word of temperature, or one that stands alone."""
        found = []
        told = bool(self._temperature & set(text.words)) or len(text.words) <= _SHORT
        for number in numbers:
            low, high = (x if x < _BODY[1] else (x - 32) / 1.8 for x in (number.least, number.most))
            whole = float(number.least).is_integer()
            end = number.span[1]
            if not _BODY[0] <= low <= high <= _BODY[1] or (whole and not told):
                continue
            if self._amounts.unit_at(text.words, end, True) is None:
                found.append((high, low, number.span))
        if not found:
            return None
        high, low, span = max(found)
        return low, high, span
