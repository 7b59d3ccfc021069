"""Pain from 0 to 10 out of words, the worst of today where that is asked for; and pain in words that name no number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from bot.understanding.lists.model import Lists
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import any_between
from bot.understanding.words import SpokenWords

from .amounts import Amounts, Number
from .figures import Figure, Value, closed, neat, whole
from .listed import Listed

_TEN = 10

_LEAD = 8
"""Words before a figure in which the time of it may stand."""

_OUT_OF_TEN = 3
"""Rank of a figure that says what it is out of."""


def _highest(figure: Figure) -> float:
    value = figure.value
    return value[1] if isinstance(value, tuple) else float(value or 0)


@dataclass(frozen=True, slots=True)
class _Around:
    """Places of words about pain, and of words that tell something else than "about" where they stand before a figure."""

    spoken: frozenset[int]
    telling_before: list[int]


_NOTHING_AROUND = _Around(frozenset(), [])


class PainReader:
    """Reads pain with the words of a language."""

    def __init__(self, parts: Lists, amounts: Amounts) -> None:
        pain = parts.pain
        self._amounts = amounts
        self._out_of = Listed(pain.out_of)
        self._loosely = Listed(parts.loose_after)
        self._frame = Listed(pain.frame)
        self._about_pain = Listed(pain.about_pain)
        self._now = Listed(pain.now)
        self._before = Listed(pain.before)
        self._says = frozenset(w for p in pain.says for w in p.split())
        self._when = frozenset(pain.when)
        self._beside = frozenset(pain.beside)
        self._today = Listed(pain.today)
        self._today_before = Listed(pain.today_before)
        self._clock_before = Listed(pain.clock_before)
        self._clock_day = Listed(pain.clock_day)
        self._clock_after = Listed(pain.clock_after)
        self._before_after = Listed(pain.before_after)
        self._zero = Listed(pain.zero)
        self._this = Listed(pain.this)
        self._zero_asked = Listed(pain.zero_asked)
        self._pointing = frozenset(pain.pointing)

    def pain(
        self, text: SpokenWords, match: Match, numbers: list[Number], taken: set[int], opened: bool, others_open: bool
    ) -> Figure | None:
        """Pain from 0 to 10, the worst of today; `value` None if only words speak of it."""
        words = text.words
        numbers = [n for n in numbers if not self._names_a_thing(words, n.span[0])]
        if opened and (worst := self._worst_of_today(text, match, numbers, taken)) is not None:
            return worst
        found: list[tuple[int, Figure]] = []
        around = self._around(text, match) if numbers and not others_open else _NOTHING_AROUND
        for number in numbers:
            begin, end = number.span
            framed = number.most == 10 and self._frame.before(words, begin)
            end_of_scale = number.most == _TEN and bool(self._out_of.before(words, begin))  # "a for out of ten"
            if (
                begin in taken
                or framed
                or end_of_scale
                or (number.most == 10 and number.least in (0, 1) and number.least != number.most)
            ):
                continue
            loosely = self._loosely.at(words, end)  # "7ish out of 10"
            out_of = loosely + self._out_of.at(words, end + loosely) if self._out_of.at(words, end + loosely) else 0
            scale = self._amounts.number_at(words, end + out_of) if out_of else None
            if scale is not None and scale[0] == 10:
                value = neat(number.least, number.most) if number.most <= 10 else None
                found.append((3, Figure(value, (begin, end + out_of + scale[1]))))
            elif (
                number.most > 10
                or (end < len(words) and words[end] in ("/", "%", ":", "-"))
                or self._clock(words, begin, end)
            ):
                continue
            elif self._named(words, begin):
                if self._amounts.unit_at(words, end, words[begin][0].isdecimal()) is None:
                    found.append(
                        (2, Figure(whole(number) if opened else neat(number.least, number.most), (begin, end)))
                    )
            elif not others_open and self._lone(text, around, begin, end):
                found.append((1, Figure(whole(number) if opened else neat(number.least, number.most), (begin, end))))
        if found:
            scores = {
                n.least
                for n in numbers
                if n.bare and n.most <= 10 and not self._amounts.unit_at(words, n.span[1], True)
            }
            return self._worst(text, found, opened, len(scores))
        if opened and numbers and not any(n.span[0] in taken for n in numbers[:1]):
            return Figure(None, numbers[0].span)  # "11", "100": which from 0 to 10 is asked
        zero = self._zero.spans(words) or (self._zero_asked.spans(words) if opened else [])
        if zero and (opened or closed(text, *zero[0])) and len(words) < 9:
            return Figure(0, zero[0])
        spoken = match.spans("pain_strong")
        if opened or len(words) <= 6:
            spoken = match.spans("pain_words")
        spoken = spoken or tuple(s for s in match.spans("pain_words") if closed(text, *s))
        return Figure(None, spoken[0]) if spoken else None

    def _names_a_thing(self, words: tuple[str, ...], place: int) -> bool:
        """Whether a "one" stands for a thing, "no drugs for that one"."""
        return place > 0 and words[place] in self._amounts.articles and words[place - 1] in self._pointing

    def _worst_of_today(self, text: SpokenWords, match: Match, numbers: list[Number], taken: set[int]) -> Figure | None:
        """Where the worst of today is asked for: the highest figure of today ("5 sitting still, 9 when it grabs"); None if a
        figure may count something else."""
        words = text.words
        found: list[Figure] = []
        for number in numbers:
            begin, end = number.span
            out_of = self._out_of.at(words, end)
            scale = self._amounts.number_at(words, end + out_of) if out_of else None
            if (
                begin in taken
                or (number.most == _TEN and self._frame.before(words, begin))
                or self._out_of.before(words, begin)
            ):
                continue  # no score: a time, the end of the scale
            if any(begin in range(*f.span) for f in found):
                continue  # the ten of "out of ten"
            if scale is not None and scale[0] == _TEN:
                value: Value = neat(min(number.least, _TEN), min(number.most, _TEN))
                found.append(Figure(value, (begin, end + out_of + scale[1])))
            elif scale is not None and number.least == number.most == scale[0] - 1:  # "7/8": one or the other
                found.append(Figure(neat(number.least, scale[0]), (begin, end + out_of + scale[1])))
            elif number.most > _TEN or scale is not None:
                return None
            elif self._clock(words, begin, end) or self._counts(text, match, begin, end):
                continue
            else:
                found.append(Figure(whole(number), (begin, end)))
        if not found:
            return None
        today = [figure for figure in found if self._of_today(text, figure) or not self._was(text, figure)]
        dated = bool(self._before_after.spans(words))
        worst = max(today, key=_highest, default=None)
        told = worst is not None and self._of_this(text, worst)  # "childbirth was a 10, this is a 9"
        if worst is None or (
            not (dated or told) and len(today) < len(found) and _highest(max(found, key=_highest)) > _highest(worst)
        ):
            return Figure(None, found[0].span)  # "was a 9, now 4": perhaps today, perhaps before
        return worst

    def _of_today(self, text: SpokenWords, figure: Figure) -> bool:
        """Whether words of today stand beside the figure in its clause: "a 9 this morning", "first thing it was a 7"."""
        (begin, end), words, clause = figure.span, text.words, text.clause
        lead = (place for place in range(max(begin - _LEAD, 0), begin) if clause[place] == clause[begin])
        return any(self._today_before.at(words, place) for place in lead) or any(
            self._today.at(words, place)
            for place in range(end, min(end + 3, len(words)))
            if clause[place] == clause[figure.span[0]]
        )

    def _of_this(self, text: SpokenWords, figure: Figure) -> bool:
        """Whether the figure is named as the one of this pain, beside one of another."""
        begin = figure.span[0]
        while begin and text.words[begin - 1] in self._amounts.articles:
            begin -= 1
        return bool(self._this.before(text.words, begin))

    def _counts(self, text: SpokenWords, match: Match, begin: int, end: int) -> bool:
        """Whether a figure may count something ("2 tablets"): it stands before a word that no score is followed by."""
        words = text.words
        if begin and text.ends[begin - 1] == text.begins[begin] and words[begin - 1].isalpha():
            return True  # "L5"
        if end >= len(words) or text.clause[end] != text.clause[begin] or not text.quote((end, end + 1))[:1].isalnum():
            return False
        spoken = any(span[0] <= end < span[1] for span in match.spans("pain_words"))
        return not (spoken or words[end] in self._when or words[end] in self._says or words[end] in self._beside)

    def _worst(self, text: SpokenWords, found: list[tuple[int, Figure]], opened: bool, scores: int) -> Figure:
        current = [(rank, f) for rank, f in found if not self._was(text, f)] or found
        best = max(rank for rank, _ in current)
        figures = [f for rank, f in current if rank == best]
        if opened and best < _OUT_OF_TEN and (len({f.value for _, f in found}) > 1 or scores > 1):
            return Figure(None, figures[0].span)  # "a 9 this morning, 4 now": which of them is asked
        return max(
            figures, key=lambda f: (f.value is not None, f.value[1] if isinstance(f.value, tuple) else f.value or 0)
        )

    def _was(self, text: SpokenWords, figure: Figure) -> bool:
        """Whether the figure is one of before ("it was a 9 yesterday")."""
        (begin, end), words, clause = figure.span, text.words, text.clause
        first = begin
        while first > 0 and begin - first < 4 and clause[first - 1] == clause[begin]:
            first -= 1
        if self._now.at(words, end):
            return False
        led = [p for p in range(first, begin) if self._before.at(words, p)]
        if led and not any(self._now.at(words, p) for p in range(led[-1], begin)):
            return True
        return any(
            self._before_after.at(words, p) for p in range(end, min(end + 2, len(words))) if clause[p] == clause[begin]
        )

    def _clock(self, words: tuple[str, ...], begin: int, end: int) -> bool:
        """Whether the number is a time of day: "at 8 this morning", "this morning at 6"."""
        lead = self._clock_before.before(words, begin)
        return bool(lead and (self._clock_after.at(words, end) or self._clock_day.before(words, begin - lead)))

    def _named(self, words: tuple[str, ...], begin: int) -> bool:
        """Whether "pain", "score" and the like lead up to the number."""
        place = begin
        for _ in range(9):
            if self._about_pain.before(words, place):
                return True
            if place and (words[place - 1] in self._says or words[place - 1] in ":=~"):
                place -= 1
                continue
            return False
        return False

    def _lone(self, text: SpokenWords, around: _Around, begin: int, end: int) -> bool:
        """Whether nothing but words like "about" or "I'd say" stands around the number in its clause."""
        words, clause = text.words, text.clause
        first, last = bisect_left(clause, clause[begin]), bisect_right(clause, clause[begin])
        if len(words) <= 10:
            first = max(first, begin - 3)
        if any_between(around.telling_before, first, begin):
            return False
        if end < last and words[end] in self._when:
            return True
        return all(
            words[p] in self._says or not words[p].isalnum() or p in around.spoken
            for p in range(end, min(last, end + 4))
        )

    def _around(self, text: SpokenWords, match: Match) -> _Around:
        words = text.words
        spoken = frozenset(place for span in match.spans("pain_words") for place in range(*span))
        telling = (p for p, w in enumerate(words) if w.isalnum() and w not in self._says and p not in spoken)
        before = [p for p in telling if words[p] not in self._when and not self._amounts.number_at(words, p)]
        return _Around(spoken, before)
