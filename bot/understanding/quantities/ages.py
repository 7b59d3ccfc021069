"""The age of the one with the bad back, in years: "52", "in my 40s", "born in 1961", "16 in February"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import floor
from typing import NamedTuple

from bot.understanding.lists.model import Lists
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.words import SpokenWords

from .amounts import Amounts, Number
from .figures import Figure, Value, closed, neat
from .listed import Listed

_YEAR = 365 * 86400


_GROWN = 14
"""Years from which on a figure beside a sex is an age."""

_FEW = 9
"""Words of a message that tells an age in months."""


class Age(NamedTuple):
    """What one number says of the age: a figure or none. `sure`: no other number can say it better."""

    figure: Figure | None
    sure: bool = True


NO_AGE = Age(None)


class AgeReader:
    """Reads ages with the words of a language."""

    def __init__(self, parts: Lists, amounts: Amounts) -> None:
        age, pain = parts.age, parts.pain
        self._amounts = amounts
        self._me = Listed(age.me)
        self._old = Listed(age.old)
        self._sex = frozenset(age.sex)
        self._not_age = frozenset(age.not_age)
        self._whose = frozenset(age.whose)
        self._decades = age.decades
        self._decade_leads = frozenset(age.decade_leads)
        self._thirds = {
            **dict.fromkeys(age.early, (0, 3)),
            **dict.fromkeys(age.middle, (3, 7)),
            **dict.fromkeys(age.late, (6, 9)),
        }
        self._born = Listed(age.born)
        self._turning = Listed(age.turning)
        self._seems, self._cared_for = Listed(age.seems), Listed(age.cared_for)
        self._by_now, self._school = frozenset(age.by_now), Listed(age.school)
        self._not_young = frozenset(age.not_young)
        self._young = frozenset(age.young)
        self._to_come = frozenset(age.to_come)
        self._not_to_come = frozenset(age.not_to_come)
        self._not_yet, self._not = frozenset(age.not_yet), frozenset(parts.not_but)
        self._ordinal = frozenset(parts.ordinal_ends)
        self._since = frozenset(word for phrase in (*parts.since, *parts.to) for word in phrase.split())
        self._decade_after = Listed(age.decade_after)
        units = (word for unit in parts.units.values() for word in unit.words)
        self._waits_for = frozenset((*parts.month_numbers, *units, *age.birthday))
        self._month = parts.month_numbers
        self._before_a_year = frozenset((*parts.month_numbers, *age.decade_leads))
        self._years = frozenset(parts.units["year"].words if "year" in parts.units else ())
        self._out_of, self._about_pain = Listed(pain.out_of), Listed(pain.about_pain)
        self._says = frozenset(w for p in pain.says for w in p.split())

    def age(
        self, text: SpokenWords, numbers: list[Number], taken: set[int], opened: bool, today: date
    ) -> Figure | None:
        """The writer's own age in years. `opened`: the age was asked for, so a bare number is one."""
        words = text.words
        if opened and (dated := self._birthday(words, today)) is not None:
            return dated
        at_school = [n for n in numbers if n.least < _GROWN and self._school.before(words, n.span[0])]
        if at_school and len(at_school) == len(numbers):  # "he is in year 9": how old that is differs between schools
            return Figure(None, at_school[0].span) if opened else None
        numbers = [n for n in numbers if n not in at_school]
        if opened and len(numbers) > 1:  # "52 years old, one spasm lasts 1 day": the one that fits the question
            taken = taken | self._of_something_else(text, numbers)
        if opened and len(numbers) < 2 and (young := self._very_young(text)) is not None:
            return young
        weak = self._birth(text, today)
        ages = (
            {
                n.least
                for n in numbers
                if n.bare and n.least >= 1 and n.least == n.most <= 120 and n.span[0] not in taken
            }
            if opened
            else set()
        )
        if (
            len(ages) > 1
        ):  # "34, and I lift a 6 year old": a figure of somebody else's is none; else which of them is asked
            own = [
                n
                for n in numbers
                if n.bare
                and n.span[0] not in taken
                and not self._of_another(words, n.span)
                and not self._is_to_come(words, n.span)
                and not self._seems.before(words, n.span[0])
                and not self._ordinal & {*words[n.span[1] : n.span[1] + 1]}  # "the 69th is running"
            ]
            if (told := self._told_beside_another(words, numbers)) is not None:
                return Figure(int(told.least), told.span)
            if len(own) == 1 and self._two_grown_up(words, numbers, own[0]):
                return Figure(None, own[0].span)
            return Figure(int(own[0].least), own[0].span) if len(own) == 1 else Figure(None, numbers[0].span)
        for number in numbers:
            if opened and number.least % 1 and number.least == number.most:  # "4 and a half"
                number = replace(number, least=floor(number.least), most=floor(number.most))
            if number.span[0] in taken or number.most > 120 or not float(number.least).is_integer():
                continue
            found, sure = self._age_of(text, number, opened)
            if sure and found is not None:
                return found
            weak = weak or found
        for place, word in enumerate(words):
            if word in self._decades and not self._since & set(words[max(0, place - 2) : place]):
                low, high = self._decades[word]
                if weak is not None and _lies_within(weak.value, low, high):
                    return weak  # "pensioner, 81"; "in her eighties, 83 or 84"
                return self._decade(words, place, self._decades[word], (place, place + 1))
        return weak

    def _age_of(self, text: SpokenWords, number: Number, opened: bool) -> Age:
        """What the first reading says that has a view of this number."""
        for reading in _AGE_READINGS:
            found = reading(self, text, number, opened)
            if found is not None:
                return found
        return NO_AGE

    def _age_in_decades(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "in my 40s" """
        words, (begin, end) = text.words, number.span
        if words[end : end + 1] != ("s",) or not begin or words[begin - 1] not in self._decade_leads:
            return None
        if number.least % 10 or not 20 <= number.least < 100:
            return NO_AGE
        decade = (int(number.least), int(number.least) + 9)
        return Age(self._decade(words, begin, decade, (begin, end + 1)))

    def _age_in_words(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "52 years old", but not "my 9 year old" and "a 9 year old girl's" """
        words, (begin, end) = text.words, number.span
        old = self._old.at(words, end)
        if not old:
            return None
        owner = words[end + old] if end + old < len(words) else ""
        if (begin and words[begin - 1] == "my") or owner in self._whose:
            return NO_AGE
        return Age(Figure(neat(number.least, number.most), (begin, end + old)))

    def _age_or_else(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """What counts something else, unless years stand beside a sex ("52 years male") or alone."""
        words, (begin, end) = text.words, number.span
        following = words[end] if end < len(words) else ""
        in_years = following in self._years
        if not (following in self._not_age or self._out_of.at(words, end) or (in_years and not opened)):
            return None
        beside = {words[begin - 1] if begin else "", words[end + 1] if end + 1 < len(words) else ""}
        figure = Figure(neat(number.least, number.most), (begin, end + 1))
        if in_years and self._sex & beside and number.least >= _GROWN:
            return Age(figure)
        if in_years and closed(text, begin, end + 1) and number.least >= 16:
            return Age(figure, sure=False)
        return NO_AGE

    def _age_in_fraction(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """No age is a part of "7/10"; "f/52" is one."""
        words, (begin, end) = text.words, number.span
        if words[end : end + 1] == ("/",):
            return NO_AGE
        divided = begin and words[begin - 1] == "/" and words[begin - 2 : begin - 1] != ()
        return NO_AGE if divided and words[begin - 2] not in self._sex else None

    def _age_to_come(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "turning 40", where the age is asked for"""
        if not opened or number.least != number.most or number.least < 2:
            return None
        if not self._is_to_come(text.words, number.span):
            return None
        return Age(Figure(int(number.least) - 1, number.span))

    def _age_of_ten_years(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "Fifty odd"; and "the big 5-0", where the age is asked for."""
        words, (begin, end) = text.words, number.span
        if not opened or number.least != number.most:
            return None
        if number.least % 10 == 0 and 20 <= number.least < 100 and self._decade_after.at(words, end):
            return Age(Figure((int(number.least), int(number.least) + 9), (begin, end + 1)))
        rest = tuple(word for word in words[end : end + 2] if word != "-")[:1]
        if 2 <= number.least < 10 and rest in (("0",), ("o",), ("oh",)):
            return Age(Figure(int(number.least) * 10, (begin, min(end + 2, len(words)))))
        return None

    def _age_of_me(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "I am 52", but not "I am 52 kg" """
        words, (begin, end) = text.words, number.span
        following = words[end] if end < len(words) else ""
        if not self._me.before(words, begin) or number.least < 3 or following in ("-", "%", "°"):
            return None
        if self._amounts.unit_at(words, end, True) is not None and not (opened and following in self._years):
            return NO_AGE
        return Age(Figure(neat(number.least, number.most), (begin, end)))

    def _age_with_sex(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "52f", "male 52", "m/52" """
        words, (begin, end) = text.words, number.span
        follows = end < len(words) and words[end] in self._sex
        leads = bool(begin) and words[begin - 1] in self._sex
        parted = begin > 1 and words[begin - 2] in self._sex and words[begin - 1] in "/,"
        if not (follows or leads or parted) or number.least < _GROWN:
            return None
        return Age(Figure(neat(number.least, number.most), (begin, end + follows)))

    def _age_alone(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """A number that was asked for, or that stands alone."""
        begin, end = number.span
        told = number.bare and 16 <= number.least <= 105 and number.least == number.most
        if (opened and number.least <= 120) or (told and closed(text, begin, end)):
            return Age(Figure(neat(number.least, number.most), (begin, end)), sure=False)
        return None

    def _is_to_come(self, words: tuple[str, ...], span: WordSpan) -> bool:
        """Whether an age is still to come: "turning 40", "16 in February", "39 next week"."""
        begin, end = span
        if self._by_now & {*words[end : end + 1]}:
            return False
        if self._turning.before(words, begin) or (
            self._not & {*words[begin - 1 : begin]} and self._not_yet & {*words[end : end + 1]}
        ):
            return True
        if self._not_to_come & {*words[max(0, begin - 2) : begin], *words[end : end + 4]}:
            return False
        behind = words[end : end + 3]
        dated = any(word in self._waits_for for word in behind[1:])
        return bool(behind) and behind[0] in self._to_come and (dated or len(behind) == 1)

    def _of_something_else(self, text: SpokenWords, numbers: list[Number]) -> set[int]:
        """Where figures stand that are a score of pain or an amount of time, beside one that may be an age."""
        words = text.words
        found: set[int] = set()
        for number in numbers:
            begin, end = number.span
            says = begin
            while says and words[says - 1] in self._says and not self._about_pain.before(words, says):
                says -= 1
            unit = self._amounts.unit_at(words, end, words[begin][0].isdecimal())
            sexed = number.least >= _GROWN and words[end : end + 1] != () and words[end] in self._sex  # "34M 210lbs"
            timed = unit is not None and words[end] not in self._years and not sexed
            out_of = self._out_of.before(words, begin) and not self._turning.before(words, begin)  # "shy of 50"
            scored = out_of or self._about_pain.before(words, says)
            counts = words[begin] in self._amounts.articles and end == begin + 1  # "one spasm"
            if timed or scored or counts or self._out_of.at(words, end):
                found |= set(range(begin, end))
        left = [n for n in numbers if n.span[0] not in found]
        return found if left else set()

    def _of_another(self, words: tuple[str, ...], span: WordSpan) -> bool:
        """Whether a figure is of somebody else ("my daughter is 6"), or followed by "year old" or a unit that no age has."""
        begin, end = span
        if self._whose & set(words[max(0, begin - 3) : begin]):
            return True
        following = words[end] if end < len(words) else ""
        return bool(self._old.at(words, end)) or following in self._not_age

    def _told_beside_another(self, words: tuple[str, ...], numbers: list[Number]) -> Number | None:
        """The age that is meant, whoever's: of somebody who will be a year older, "dad is 79, he'll be 80 at christmas"; or of one
        in somebody's care with whom the message begins, "the resident is 78, I'm 34"."""
        bare = [n for n in numbers if n.bare and n.least == n.most]
        to_come = {n.least for n in bare if self._is_to_come(words, n.span)}
        now = [n for n in bare if n.least + 1 in to_come and not self._is_to_come(words, n.span)]
        led = self._cared_for.before(words, bare[0].span[0]) if bare else 0
        cared_for = bare[:1] if led and bare[0].span[0] - led <= 1 else []
        return next(iter(now or cared_for), None)

    def _two_grown_up(self, words: tuple[str, ...], numbers: list[Number], own: Number) -> bool:
        """Whether the age of another grown-up is told beside the writer's: "mum's 68 and I'm 41" may be of either."""
        told = [n for n in numbers if n is not own and n.bare and n.least >= _GROWN and n.span[0]]
        of_kin = any(self._whose & set(words[max(0, n.span[0] - 2) : n.span[0]]) for n in told)
        return of_kin and bool(self._me.before(words, own.span[0]))

    def _birthday(self, words: tuple[str, ...], today: date) -> Figure | None:
        """The age of one who answers with a date of birth, "12/03/1982", or with its year alone."""
        for place, word in enumerate(words):
            dated = (
                words[place - 4 : place : 2]
                if place >= 4 and set(words[place - 3 : place : 2]) <= {"/", "-", "."}
                else ()
            )
            if not word.isdecimal() or len(word) not in ((2, 4) if len(dated) == 2 else (4,)):
                continue
            year = _full_year(word, today.year)
            if not today.year - 110 <= year <= today.year:
                continue
            late_or_not = self._before_birthday(dated, today) if dated else self._before_named(words, place, today)
            ages = {today.year - year - late for late in late_or_not}
            return Figure(neat(max(min(ages), 0), max(ages)), (0, place + 1))
        return None

    @staticmethod
    def _before_birthday(dated: tuple[str, ...], today: date) -> set[bool]:
        """Whether this year's birthday is still to come, as the day and month allow it in either order."""
        if len(dated) != 2 or not all(part.isdecimal() for part in dated):
            return {True, False}
        first, second = map(int, dated)
        orders = [(d, m) for d, m in ((first, second), (second, first)) if 1 <= m <= 12 and 1 <= d <= 31]
        return {(m, d) > (today.month, today.day) for d, m in orders} or {True, False}

    def _before_named(self, words: tuple[str, ...], place: int, today: date) -> set[bool]:
        """The same for a month that stands by its name before the year, with or without its day: "14 feb 1990"."""
        before = words[max(0, place - 4) : place]
        month = next((self._month[word] for word in before if word in self._month), None)
        if month is None:
            return {True, False}
        day = next((int(word) for word in before if word.isdecimal() and 1 <= int(word) <= 31), None)
        if day is None and month == today.month:
            return {True, False}
        return {(month, day or 1) > (today.month, today.day)}

    def _very_young(self, text: SpokenWords) -> Figure | None:
        """An age in months or weeks: "18 months"."""
        if len(text.words) > _FEW or (self._years | self._not_young) & set(text.words):
            return None
        for duration in self._amounts.durations(text):
            counted = text.words[duration.span[0]][0].isdecimal() or self._amounts.number_at(
                text.words, duration.span[0]
            )
            if duration.unit in self._young and counted:
                least, most = int(duration.least // _YEAR), int(duration.most // _YEAR)
                return Figure(neat(least, most), duration.span)
        return None

    def _birth(self, text: SpokenWords, today: date) -> Figure | None:
        """The age of one who writes the year of his birth, "born in 1961": one of two years."""
        words = text.words
        for place, end in self._born.spans(words):
            if self._whose & set(words[max(0, place - 3) : place]):
                continue
            for year in range(end, min(end + 7, len(words))):
                if not words[year].isdecimal() or len(words[year]) not in (2, 4):
                    continue
                if len(words[year]) == 2 and words[year - 1] not in self._before_a_year:
                    continue  # "born 12 march 88": a day is no year
                age = today.year - _full_year(words[year], today.year)
                if 5 <= age <= 110:
                    ages = {age - late for late in self._before_named(words, year, today)}
                    return Figure(neat(min(ages), max(ages)), (place, year + 1))
        return None

    def _decade(self, words: tuple[str, ...], begin: int, decade: tuple[int, int], span: WordSpan) -> Figure:
        third = self._thirds.get(words[begin - 1]) if begin else None
        if third and decade[1] - decade[0] == 9:
            return Figure((decade[0] + third[0], decade[0] + third[1]), (begin - 1, span[1]))
        return Figure(decade, span)


def _full_year(word: str, this_year: int) -> int:
    """The year that two or four digits name: the last one that is not to come."""
    return int(word) if len(word) == 4 else int(word) + (1900 if int(word) > this_year % 100 else 2000)


_AGE_READINGS: tuple[Callable[[AgeReader, SpokenWords, Number, bool], Age | None], ...] = (
    AgeReader._age_in_decades,
    AgeReader._age_in_words,
    AgeReader._age_or_else,
    AgeReader._age_in_fraction,
    AgeReader._age_of_ten_years,
    AgeReader._age_to_come,
    AgeReader._age_of_me,
    AgeReader._age_with_sex,
    AgeReader._age_alone,
)
"""How a number may be an age, the first that has a view decides; None: it has none."""


def _lies_within(value: Value | None, low: int, high: int) -> bool:
    """Whether an age, or all ages that it may be, lie between these."""
    least, most = value if isinstance(value, tuple) else (value, value)
    return least is not None and most is not None and low <= least and most <= high
