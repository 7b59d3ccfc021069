"""Numbers and amounts of time in words: "2-3 wks", "a minute and a half", "a couple of days", "under ten secs", "38"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.understanding.lists.model import Lists
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.words import SpokenWords

from .listed import Listed

_MOST_NUMBERS = 200
_TOPS = 2 / 3
"""What share of it is meant at least where an amount is called the longest: "half a minute tops"."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number or a range in words. `bare`: a digit or a number word, not "a" or "few"."""

    least: float
    most: float
    span: WordSpan
    bare: bool = True


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of time in seconds. `unit` is the name of its unit; `vague`: the unit alone ("weeks")."""

    least: float
    most: float
    unit: str
    span: WordSpan
    vague: bool = False


_Found = TypeVar("_Found", Number, Duration)


def _one_after_the_other(
    words: tuple[str, ...], begins: frozenset[str], find: Callable[[tuple[str, ...], int], _Found | None]
) -> list[_Found]:
    """What `find` finds from left to right, each behind the one before; at figures and at the words that `begins` has."""
    out: list[_Found] = []
    end = 0
    for place, word in enumerate(words):
        if place < end or not (word in begins or word[0].isdecimal()):
            continue
        if (found := find(words, place)) is not None:
            out.append(found)
            end = found.span[1]
            if len(out) == _MOST_NUMBERS:
                break
    return out


class Amounts:
    """Reads numbers and durations with the number words and units of a language."""

    def __init__(self, parts: Lists) -> None:
        self._numbers = parts.numbers
        self._loose = parts.loose_numbers
        self.articles = frozenset(parts.articles)
        self._half = frozenset(parts.half)
        self._quarter = frozenset(parts.quarter)
        self._shares = {
            **self._loose,
            **dict.fromkeys(self._quarter, (0.25, 0.25)),
            **dict.fromkeys(self._half, (0.5, 0.5)),
        }
        self._and = frozenset(parts.and_)
        self._of = frozenset(parts.of)
        self._point = frozenset(parts.point)
        self._to = frozenset(parts.to)
        self._between = frozenset(parts.between)
        self._about = Listed(parts.approximately)
        self._more = Listed(parts.more_than)
        self._less = Listed(parts.less_than)
        self._little_more = Listed(parts.little_more_than)
        self._little_more_after = Listed(parts.little_more_after)
        self._longest = Listed(parts.at_most)
        self._least_after = Listed(parts.at_least_after)
        self._one_past = Listed(parts.one_past)
        self._one_or_so = Listed(parts.one_or_so)
        self._singular = frozenset(unit.words[0] for unit in parts.units.values() if unit.words)
        self._loose_after = Listed(parts.loose_after)
        self._corrects = Listed(parts.corrects)
        self._not_but = frozenset(parts.not_but)
        self._whole = frozenset(k for k, v in parts.units.items() if v.whole)
        self._seconds = {name: unit.seconds for name, unit in parts.units.items()}
        self._unit_of: dict[str, tuple[str, float]] = {}
        self._short: dict[str, tuple[str, float]] = {}
        for name, unit in parts.units.items():
            for word in unit.words:
                self._unit_of[word] = (name, unit.seconds)
            for word in unit.short:
                self._short[word] = (name, unit.seconds)
        self._begins_number = frozenset(self._numbers)
        self._begins_amount = self._begins_number | self.articles | frozenset(self._shares) | frozenset(self._unit_of)

    def number_at(self, words: tuple[str, ...], place: int) -> tuple[float, int] | None:
        """A plain number at `place` and how many words it takes: "38", "thirty eight", "one point five"."""
        if place >= len(words):
            return None
        word = words[place]
        if word[0].isdecimal():
            if not word.isascii() or len(word) > 12 or word.count(".") > 1:
                return None
            return float(word), 1
        value = self._numbers.get(word)
        if value is None:
            return None
        taken = 1
        following = words[place + taken] if place + taken < len(words) else ""
        if following == "-" and 20 <= value < 100:
            following = words[place + 2] if place + 2 < len(words) else ""
            if 1 <= self._numbers.get(following, 0) < 10:
                return value + self._numbers[following], 3
            following = "-"
        small = float(following) if len(following) == 1 and following.isdecimal() else self._numbers.get(following, 0)
        if 20 <= value < 100 and value % 10 == 0 and 1 <= small < 10:
            value, taken = value + small, 2
        elif following == "hundred":
            value, taken = value * 100, 2
        value, taken = self._and_more(words, place, value, taken)
        behind = words[place + taken : place + taken + 2]
        if len(behind) == 2 and behind[0] in self._point and behind[1] in self._numbers:
            value, taken = value + self._numbers[behind[1]] / 10, taken + 2
        return value, taken

    def _and_more(self, words: tuple[str, ...], place: int, value: float, taken: int) -> tuple[float, int]:
        """ "A hundred and one": what stands behind a full hundred; and "forty and three years" behind full tens."""
        behind = words[place + taken : place + taken + 3]
        if len(behind) < 2 or behind[0] not in self._and:
            return value, taken
        more = self._numbers.get(behind[1], 0)
        tens = 20 <= value < 100 and value % 10 == 0 and len(behind) == 3 and behind[2] in self._unit_of
        if tens and 1 <= more < 10:
            return value + more, taken + 2
        if value != 100:
            return value, taken
        return (value + more, taken + 2) if 1 <= more < 20 else (value, taken)

    def numbers(self, text: SpokenWords) -> list[Number]:
        """All numbers and ranges, in order, not overlapping."""
        words = text.words
        out = _one_after_the_other(words, self._begins_number, self._number)
        taken_back = max((span[0] for span in self._corrects.spans(words)), default=-1)
        last = out[-1].span[0] if out else -1
        meant = [n for n in out if not self._denied(words, n.span[0]) and not (n.span[0] < taken_back < last)]
        return meant or out

    def _denied(self, words: tuple[str, ...], place: int) -> bool:
        """Whether a figure is named as one that is not meant: "not 10, more like 6"."""
        return any(word in self._not_but for word in words[max(0, place - 2) : place])

    def _number(self, words: tuple[str, ...], place: int) -> Number | None:
        first = self.number_at(words, place)
        if first is None:
            return None
        value, taken = first
        end = place + taken
        link = words[end] if end < len(words) else ""
        rest = words[end : end + 3]
        if len(rest) == 3 and rest[0] in self._and and rest[1] in self.articles and rest[2] in self._half:
            return Number(value + 0.5, value + 0.5, (place, end + 3))
        if link in self._to or (link in self._and and place and words[place - 1] in self._between):
            if (
                link.isalpha()
                and end + 1 < len(words)
                and words[end + 1] in self.articles
                and words[end + 1] not in self._numbers
            ):
                end += 1  # "a 7 or an 8"
            second = self.number_at(words, end + 1)
            if second is not None and second[0] >= value and not (link == "-" and second[0] > 31 > value and value < 1):
                return Number(value, second[0], (place, end + 1 + second[1]))
        return Number(value, value, (place, end))

    def durations(self, text: SpokenWords) -> list[Duration]:
        """All amounts of time, in order, not overlapping."""
        found = _one_after_the_other(text.words, self._begins_amount, self._duration)
        return self._spans_of_two(text.words, found)

    def _spans_of_two(self, words: tuple[str, ...], found: list[Duration]) -> list[Duration]:
        """ "5 minutes to an hour": two amounts with a "to" between them are one range; "4 hours and 20 minutes" are one amount."""
        out: list[Duration] = []
        for duration in found:
            last = out[-1] if out else None
            if last is not None and self._goes_on(words, last, duration):
                least, most = last.least + duration.least, last.most + duration.most
                out[-1] = Duration(least, most, last.unit, (last.span[0], duration.span[1]))
                continue
            joined = last is not None and duration.span[0] == last.span[1] + 1 and words[last.span[1]] in self._to
            if last is not None and joined and duration.most > last.least and not last.vague:
                out[-1] = Duration(last.least, duration.most, duration.unit, (last.span[0], duration.span[1]))
            else:
                out.append(duration)
        return out

    def _goes_on(self, words: tuple[str, ...], last: Duration, duration: Duration) -> bool:
        """Whether an amount goes on in the next smaller unit, with an "and" between them or nothing."""
        between = words[last.span[1] : duration.span[0]]
        beside = not between or (len(between) == 1 and between[0] in self._and)
        exact = last.least == last.most and duration.least == duration.most and not (last.vague or duration.vague)
        return beside and exact and self._seconds[duration.unit] < self._seconds[last.unit] > duration.most

    def unit_at(self, words: tuple[str, ...], place: int, short: bool = False) -> tuple[str, float] | None:
        """The unit of time at `place` (its name, its seconds); `short`: "d" and "s" are units too."""
        if place >= len(words):
            return None
        return self._unit_of.get(words[place]) or (self._short.get(words[place]) if short else None)

    def _duration(self, words: tuple[str, ...], place: int) -> Duration | None:
        amount = self._amount(words, place)
        if amount is None:
            return self._unit_alone(words, place)
        least, most, end, digits = amount
        unit = self.unit_at(words, end, digits)
        if unit is None:
            return None
        name, seconds = unit
        end += 1
        rest = words[end : end + 3]
        if half := self._and_a_half(rest):
            least, most, end = least + 0.5, most + 0.5, end + half
        elif rest and rest[0] in self._to and rest[0].isalpha():
            second = self.number_at(words, end + 1)
            if second is not None and second[0] >= most and self.unit_at(words, end + 1 + second[1], True) is None:
                most, end = second[0], end + 1 + second[1]
        least, most, span = self._hedged(words, least, most, (place, end))
        return Duration(least * seconds, most * seconds, name, span)

    def _unit_alone(self, words: tuple[str, ...], place: int) -> Duration | None:
        """A unit without an amount: "minute or two", "hour and a half", "fortnight", "weeks"."""
        unit = self.unit_at(words, place)
        if unit is None or words[place] in self._short:
            return None
        name, seconds = unit
        if place + 2 < len(words) and words[place + 1] in self._to and words[place + 1].isalpha():
            second = self.number_at(words, place + 2)
            if second is not None and second[0] > 1:  # "minute or two"
                return Duration(seconds, second[0] * seconds, name, (place, place + 2 + second[1]))
        if half := self._and_a_half(words[place + 1 : place + 4]):
            return Duration(seconds * 1.5, seconds * 1.5, name, (place, place + 1 + half))
        one = self._one_past.before(words, place) or name in self._whole  # "fortnight" names an amount by itself
        loose = self._one_or_so.at(words, place + 1) if words[place] in self._singular else 0
        if loose:  # "month or so"
            return Duration(seconds, seconds, name, (place, place + 1 + loose))
        return Duration(seconds, seconds, name, (place, place + 1), vague=not one)

    def _and_a_half(self, rest: tuple[str, ...]) -> int:
        """How many of these three words say "and a half", "and half"; not "and half an hour", "and half the night"."""
        if len(rest) < 2 or rest[0] not in self._and:
            return 0
        if rest[1] in self._half:
            return 0 if rest[2:] and rest[2] in self.articles | self._of else 2
        return 3 if len(rest) == 3 and rest[1] in self.articles and rest[2] in self._half else 0

    def _hedged(
        self, words: tuple[str, ...], least: float, most: float, span: WordSpan
    ) -> tuple[float, float, WordSpan]:
        """The amount with what stands around it: "about", "under", "a little over", "at most"."""
        begin, end = span
        loose = self._loose_after.at(words, end)
        if loose and self.number_at(words, end + loose) is not None:  # "lasts 5 minutes about 10 days ago"
            loose = 0
        longest, more = self._longest.at(words, end), self._least_after.at(words, end)
        while (skip := self._about.before(words, begin)) and begin - skip >= 0:
            begin -= skip
        bit = self._little_more_after.at(words, end)
        if (front := self._little_more.before(words, begin)) or bit:
            most, begin, end = most * 1.4, begin - front, end + bit
        elif (front := self._longest.before(words, begin)) or longest:
            least, begin, end = (most * _TOPS if least == most else least), begin - front, end + longest
        elif front := self._less.before(words, begin):
            least, begin = (0 if least == most else least), begin - front
        elif (front := self._more.before(words, begin)) or more:
            most, begin, end = most * 2, begin - front, end + more
        return least, most, (begin, end + loose)

    def _amount(self, words: tuple[str, ...], place: int) -> tuple[float, float, int, bool] | None:
        """Least, most, where the amount ends, and whether it is in digits (so that "3d" may be short)."""
        found = self._number(words, place)
        return self._worded(words, place) if found is None else self._counted(words, found)

    def _counted(self, words: tuple[str, ...], found: Number) -> tuple[float, float, int, bool]:
        """An amount that begins with a number: "3", "two and a half", "three quarters of an", "5+"."""
        place, end = found.span
        least, most = found.least, found.most
        rest = words[end : end + 3]
        if half := self._and_a_half(rest):
            return least + 0.5, most + 0.5, end + half, False
        if rest and (rest[0] in self._quarter or rest[0].rstrip("s") in self._quarter):
            return least * 0.25, most * 0.25, self._skip_of(words, end + 1), False
        if rest and rest[0] in self._half:
            return least + 0.5, most + 0.5, end + 1, False
        if (loose := self._loose_after.at(words, end)) and self.unit_at(words, end + loose):
            end += loose
        end = self._past_about(words, end)
        digits = words[place][0].isdecimal()
        if words[end : end + 1] == ("+",):
            return least, most * 2, end + 1, digits
        return least, most, end, digits

    def _worded(self, words: tuple[str, ...], place: int) -> tuple[float, float, int, bool] | None:
        """An amount without a number: "an", "half an", "a quarter of an", "a couple of"."""
        end = place
        if words[place] in self.articles:
            end += 1
            if end >= len(words):
                return None
            if words[end] not in self._half | self._quarter and words[end] not in self._loose:
                return 1, 1, self._past_about(words, end), False
        share = self._shares.get(words[end])
        return None if share is None else (*share, self._skip_of(words, end + 1), False)

    def _past_about(self, words: tuple[str, ...], place: int) -> int:
        while place < len(words) and self._about.at(words, place) and words[place] not in self._unit_of:
            place += 1
        return place

    def _skip_of(self, words: tuple[str, ...], place: int) -> int:
        for _ in range(2):
            if place < len(words) and (words[place] in self._of or words[place] in self.articles):
                place += 1
        return place
