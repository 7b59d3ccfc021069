"""Numbers and amounts of time in words: "2-3 wks", "a minute and a half", "a couple of days", "under ten secs", "38"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .patterns import Span
from .words import Words

_MOST_NUMBERS = 200


@dataclass(frozen=True, slots=True)
class Number:
    """A number or a range in words. `bare`: a digit or a number word, not "a" or "few"."""

    least: float
    most: float
    span: Span
    bare: bool = True


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of time in seconds. `unit` is the name of its unit; `vague`: the unit alone ("weeks")."""

    least: float
    most: float
    unit: str
    span: Span
    vague: bool = False


def phrases(listed: Iterable[Any]) -> tuple[tuple[str, ...], ...]:
    """Listed phrases as tuples of words, longest first."""
    return tuple(sorted((tuple(str(p).split()) for p in listed), key=len, reverse=True))


def at(words: tuple[str, ...], place: int, listed: tuple[tuple[str, ...], ...]) -> int:
    """How many words of a listed phrase stand at `place`; 0 if none does."""
    for phrase in listed:
        if words[place : place + len(phrase)] == phrase:
            return len(phrase)
    return 0


def before(words: tuple[str, ...], place: int, listed: tuple[tuple[str, ...], ...]) -> int:
    """How many words of a listed phrase end right before `place`; 0 if none does."""
    for phrase in listed:
        first = place - len(phrase)
        if first >= 0 and words[first:place] == phrase:
            return len(phrase)
    return 0


class Amounts:
    """Reads numbers and durations with the number words and units of a language."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self._numbers = {str(k): float(v) for k, v in (parts.get("numbers") or {}).items()}
        self._loose = {str(k): (float(v[0]), float(v[1])) for k, v in (parts.get("loose_numbers") or {}).items()}
        self.articles = frozenset(map(str, parts.get("articles") or ()))
        self._half = frozenset(map(str, parts.get("half") or ()))
        self._quarter = frozenset(map(str, parts.get("quarter") or ()))
        self._and = frozenset(map(str, parts.get("and") or ()))
        self._of = frozenset(map(str, parts.get("of") or ()))
        self._point = frozenset(map(str, parts.get("point") or ()))
        self._to = frozenset(map(str, parts.get("to") or ()))
        self._between = frozenset(map(str, parts.get("between") or ()))
        self._about = phrases(parts.get("approximately") or ())
        self._more = phrases(parts.get("more_than") or ())
        self._less = phrases(parts.get("less_than") or ())
        self._little_more = phrases(parts.get("little_more_than") or ())
        self._little_more_after = phrases(parts.get("little_more_after") or ())
        self._most_after = phrases(parts.get("at_most_after") or ())
        self._least_after = phrases(parts.get("at_least_after") or ())
        self._one_past = phrases(parts.get("one_past") or ())
        self._loose_after = phrases(parts.get("loose_after") or ())
        self._whole = frozenset(str(k) for k, v in (parts.get("units") or {}).items() if "whole" in v)
        self._unit_of: dict[str, tuple[str, float]] = {}
        self._short: dict[str, tuple[str, float]] = {}
        for name, unit in (parts.get("units") or {}).items():
            for word in unit["words"]:
                self._unit_of[str(word)] = (str(name), float(unit["seconds"]))
            for word in unit.get("short") or ():
                self._short[str(word)] = (str(name), float(unit["seconds"]))

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
        small = self._numbers.get(following, 0)
        if 20 <= value < 100 and value % 10 == 0 and 1 <= small < 10:
            value, taken = value + small, 2
        elif following in self._point and place + 2 < len(words) and words[place + 2] in self._numbers:
            return value + self._numbers[words[place + 2]] / 10, 3
        elif following == "hundred":
            value, taken = value * 100, 2
        return value, taken

    def numbers(self, text: Words) -> list[Number]:
        """All numbers and ranges, in order, not overlapping."""
        words = text.words
        out: list[Number] = []
        place = 0
        while place < len(words) and len(out) < _MOST_NUMBERS:
            found = self._number(words, place)
            if found is None:
                place += 1
                continue
            out.append(found)
            place = found.span[1]
        return out

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

    def durations(self, text: Words) -> list[Duration]:
        """All amounts of time, in order, not overlapping."""
        words = text.words
        out: list[Duration] = []
        place = 0
        while place < len(words) and len(out) < _MOST_NUMBERS:
            found = self._duration(words, place)
            if found is None:
                place += 1
                continue
            out.append(found)
            place = found.span[1]
        return out

    def unit_at(self, words: tuple[str, ...], place: int, short: bool = False) -> tuple[str, float] | None:
        """The unit of time at `place` (its name, its seconds); `short`: "d" and "s" are units too."""
        if place >= len(words):
            return None
        return self._unit_of.get(words[place]) or (self._short.get(words[place]) if short else None)

    def _duration(self, words: tuple[str, ...], place: int) -> Duration | None:
        amount = self._amount(words, place)
        if amount is None:
            unit = self.unit_at(words, place)
            if unit is None or words[place] in self._short:
                return None
            if place + 2 < len(words) and words[place + 1] in self._to and words[place + 1].isalpha():
                second = self.number_at(words, place + 2)
                if second is not None and second[0] > 1:  # "minute or two"
                    return Duration(unit[1], second[0] * unit[1], unit[0], (place, place + 2 + second[1]))
            rest = words[place + 1 : place + 4]
            if len(rest) == 3 and rest[0] in self._and and rest[1] in self.articles and rest[2] in self._half:
                return Duration(unit[1] * 1.5, unit[1] * 1.5, unit[0], (place, place + 4))
            if before(words, place, self._one_past) or unit[0] in self._whole:  # "fortnight" names an amount by itself
                return Duration(unit[1], unit[1], unit[0], (place, place + 1))
            return Duration(unit[1], unit[1], unit[0], (place, place + 1), vague=True)
        least, most, end, digits = amount
        unit = self.unit_at(words, end, digits)
        if unit is None:
            return None
        name, seconds = unit
        end += 1
        rest = words[end : end + 3]
        if len(rest) == 3 and rest[0] in self._and and rest[1] in self.articles and rest[2] in self._half:
            least, most, end = least + 0.5, most + 0.5, end + 3
        elif rest and rest[0] in self._to and rest[0].isalpha():
            second = self.number_at(words, end + 1)
            if second is not None and second[0] >= most and self.unit_at(words, end + 1 + second[1], True) is None:
                most, end = second[0], end + 1 + second[1]
        loose = at(words, end, self._loose_after)
        if loose and self.number_at(words, end + loose) is not None:  # "lasts 5 minutes about 10 days ago"
            loose = 0
        begin = place
        less, more = at(words, end, self._most_after), at(words, end, self._least_after)
        while (skip := before(words, begin, self._about)) and begin - skip >= 0:
            begin -= skip
        bit = at(words, end, self._little_more_after)
        if (front := before(words, begin, self._little_more)) or bit:
            most, begin, end = most * 1.4, begin - front, end + bit
        elif (front := before(words, begin, self._less)) or less:
            least, begin, end = 0, begin - front, end + less
        elif (front := before(words, begin, self._more)) or more:
            most, begin, end = most * 2, begin - front, end + more
        return Duration(least * seconds, most * seconds, name, (place if begin > place else begin, end + loose))

    def _amount(self, words: tuple[str, ...], place: int) -> tuple[float, float, int, bool] | None:
        """Least, most, where the amount ends, and whether it is in digits (so that "3d" may be short)."""
        word = words[place]
        found = self._number(words, place)
        if found is not None:
            end = found.span[1]
            least, most = found.least, found.most
            rest = words[end : end + 3]
            if len(rest) >= 2 and rest[0] in self._and and rest[1] in self._half:
                return least + 0.5, most + 0.5, end + 2, False
            if len(rest) >= 3 and rest[0] in self._and and rest[1] in self.articles and rest[2] in self._half:
                return least + 0.5, most + 0.5, end + 3, False
            if (rest and rest[0] in self._quarter) or (len(rest) > 0 and rest[0].rstrip("s") in self._quarter):
                skip = self._skip_of(words, end + 1)
                return least * 0.25, most * 0.25, skip, False
            if rest and rest[0] in self._half:
                return least + 0.5, most + 0.5, end + 1, False
            if (loose := at(words, end, self._loose_after)) and self.unit_at(words, end + loose):
                end += loose
            while end < len(words) and at(words, end, self._about) and words[end] not in self._unit_of:
                end += 1
            if end < len(words) and words[end] in ("+",):
                return least, most * 2, end + 1, word[0].isdecimal()
            return least, most, end, word[0].isdecimal()
        end = place
        if word in self.articles:
            end += 1
            if end >= len(words):
                return None
            if words[end] not in self._half | self._quarter and words[end] not in self._loose:
                while end < len(words) and at(words, end, self._about) and words[end] not in self._unit_of:
                    end += 1
                return 1, 1, end, False
        if end < len(words) and words[end] in self._half:
            return 0.5, 0.5, self._skip_of(words, end + 1), False
        if end < len(words) and words[end] in self._quarter:
            return 0.25, 0.25, self._skip_of(words, end + 1), False
        if end < len(words) and words[end] in self._loose:
            least, most = self._loose[words[end]]
            return least, most, self._skip_of(words, end + 1), False
        return None

    def _skip_of(self, words: tuple[str, ...], place: int) -> int:
        for _ in range(2):
            if place < len(words) and (words[place] in self._of or words[place] in self.articles):
                place += 1
        return place
