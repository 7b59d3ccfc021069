"""Ages, pain from 0 to 10 and the length of one spasm, out of words; and pain or length in words that name no number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor
from typing import NamedTuple

from bot.understanding.lists.model import Lists
from bot.understanding.patterns import Match, WordSpan
from bot.understanding.words import SpokenWords

from .amounts import Amounts, Duration, Number, at, before, phrases
from .onset import vague_spans

_TEN = 10

_OUT_OF_TEN = 3
"""Rank of a figure that says what it is out of."""

_YEAR = 365 * 86400

Value = float | int | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure found in words; `value` None: words without a number."""

    value: Value | None
    span: WordSpan
    sure: bool = True


def neat(least: float, most: float) -> Value:
    """A number without needless decimals, or a range of two."""
    low, high = (int(x) if float(x).is_integer() else x for x in (least, most))
    return low if low == high else (low, high)


def _highest(figure: Figure) -> float:
    value = figure.value
    return value[1] if isinstance(value, tuple) else float(value or 0)


class Age(NamedTuple):
    """What one number says of the age: a figure or none. `sure`: no other number can say it better."""

    figure: Figure | None
    sure: bool = True


NO_AGE = Age(None)


def _whole(number: Number) -> Value:
    """A figure in whole numbers: "six and a half" is 6 to 7."""
    return neat(floor(number.least), ceil(number.most))


class FigureReader:
    """Reads ages, pain and lengths with the words of a language."""

    def __init__(self, parts: Lists, amounts: Amounts) -> None:
        self._amounts = amounts
        age, pain = parts.age, parts.pain
        self._me = phrases(age.me)
        self._old = phrases(age.old)
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
        self._born = phrases(age.born)
        self._turning = phrases(age.turning)
        self._not_young = frozenset(age.not_young)
        self._young = frozenset(age.young)
        self._to_come = frozenset(age.to_come)
        self._not_to_come = frozenset(age.not_to_come)
        self._decade_after = phrases(age.decade_after)
        self._months_and_units = frozenset(
            (*(w for names in parts.months for w in names), *(w for unit in parts.units.values() for w in unit.words))
        )
        self._years = frozenset(parts.units["year"].words if "year" in parts.units else ())
        self._out_of = phrases(pain.out_of)
        self._loosely = phrases(parts.loose_after)
        self._frame = phrases(pain.frame)
        self._about_pain = phrases(pain.about_pain)
        self._now = phrases(pain.now)
        self._before = phrases(pain.before)
        self._says = frozenset(w for p in pain.says for w in p.split())
        self._when = frozenset(pain.when)
        self._beside = frozenset(pain.beside)
        self._today = phrases(pain.today)
        self._clock_before = phrases(pain.clock_before)
        self._clock_day = phrases(pain.clock_day)
        self._clock_after = phrases(pain.clock_after)
        self._before_after = phrases(pain.before_after)
        self._zero = phrases(pain.zero)
        self._zero_asked = phrases(pain.zero_asked)
        self._per_spasm = phrases(parts.per_spasm)
        self._instants = {tuple(k.split()): v for k, v in parts.duration_words.items()}
        self._instant_list = phrases(parts.duration_words)
        self._vague_length = phrases(parts.vague_length)
        self._ago = phrases(parts.ago_words)
        self._since = phrases(parts.since)

    # --- age

    def age(
        self, text: SpokenWords, numbers: list[Number], taken: set[int], opened: bool, today: date
    ) -> Figure | None:
        """The writer's own age in years. `opened`: the age was asked for, so a bare number is one."""
        words = text.words
        if opened and (dated := self._birthday(words, today)) is not None:
            return dated
        if opened and len(numbers) < 2 and (young := self._very_young(text)) is not None:
            return young
        weak = self._birth(text, today.year)
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
                if n.bare and not self._of_another(words, n.span) and not self._is_to_come(words, n.span)
            ]
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
            if word in self._decades:
                low, high = self._decades[word]
                if weak is not None and isinstance(weak.value, int) and low <= weak.value <= high:
                    return weak  # "pensioner, 81"
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
        old = at(words, end, self._old)
        if not old:
            return None
        owner = words[end + old] if end + old < len(words) else ""
        if (begin and before(words, begin, (("my",),))) or owner in self._whose:
            return NO_AGE
        return Age(Figure(neat(number.least, number.most), (begin, end + old)))

    def _age_or_else(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """What counts something else, unless years stand beside a sex ("52 years male") or alone."""
        words, (begin, end) = text.words, number.span
        following = words[end] if end < len(words) else ""
        in_years = following in self._years
        if not (following in self._not_age or at(words, end, self._out_of) or (in_years and not opened)):
            return None
        beside = {words[begin - 1] if begin else "", words[end + 1] if end + 1 < len(words) else ""}
        figure = Figure(neat(number.least, number.most), (begin, end + 1))
        if in_years and self._sex & beside and number.least >= 14:
            return Age(figure)
        if in_years and self._closed(text, begin, end + 1) and number.least >= 16:
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
        led = before(text.words, number.span[0], self._turning)
        if not led and not self._is_to_come(text.words, number.span):
            return None
        return Age(Figure(int(number.least) - 1, number.span))

    def _age_of_ten_years(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "Fifty odd"; and "the big 5-0", where the age is asked for."""
        words, (begin, end) = text.words, number.span
        if not opened or number.least != number.most:
            return None
        if number.least % 10 == 0 and 20 <= number.least < 100 and at(words, end, self._decade_after):
            return Age(Figure((int(number.least), int(number.least) + 9), (begin, end + 1)))
        rest = tuple(word for word in words[end : end + 2] if word != "-")[:1]
        if 2 <= number.least < 10 and rest in (("0",), ("o",), ("oh",)):
            return Age(Figure(int(number.least) * 10, (begin, min(end + 2, len(words)))))
        return None

    def _age_of_me(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "I am 52", but not "I am 52 kg" """
        words, (begin, end) = text.words, number.span
        following = words[end] if end < len(words) else ""
        if not before(words, begin, self._me) or number.least < 3 or following in ("-", "%", "°"):
            return None
        if self._amounts.unit_at(words, end, True) is not None:
            return NO_AGE
        return Age(Figure(neat(number.least, number.most), (begin, end)))

    def _age_with_sex(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """ "52f", "male 52", "m/52" """
        words, (begin, end) = text.words, number.span
        follows = end < len(words) and words[end] in self._sex
        leads = bool(begin) and words[begin - 1] in self._sex
        parted = begin > 1 and words[begin - 2] in self._sex and words[begin - 1] in "/,"
        if not (follows or leads or parted) or number.least < 14:
            return None
        return Age(Figure(neat(number.least, number.most), (begin, end + follows)))

    def _age_alone(self, text: SpokenWords, number: Number, opened: bool) -> Age | None:
        """A number that was asked for, or that stands alone."""
        begin, end = number.span
        told = number.bare and 16 <= number.least <= 105 and number.least == number.most
        if (opened and number.least <= 120) or (told and self._closed(text, begin, end)):
            return Age(Figure(neat(number.least, number.most), (begin, end)), sure=False)
        return None

    def _is_to_come(self, words: tuple[str, ...], span: WordSpan) -> bool:
        """Whether an age is still to come: "16 in February", "39 next week"."""
        begin, end = span
        if self._not_to_come & set(words[max(0, begin - 2) : begin]):
            return False
        behind = words[end : end + 3]
        dated = any(word in self._months_and_units for word in behind[1:])
        return bool(behind) and behind[0] in self._to_come and (dated or len(behind) == 1)

    def _of_another(self, words: tuple[str, ...], span: WordSpan) -> bool:
        """Whether a figure is of somebody else ("my daughter is 6"), or followed by "year old" or a unit that no age has."""
        begin, end = span
        if self._whose & set(words[max(0, begin - 3) : begin]):
            return True
        following = words[end] if end < len(words) else ""
        return bool(at(words, end, self._old)) or following in self._not_age

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
            year = int(word) if len(word) == 4 else int(word) + (1900 if int(word) > today.year % 100 else 2000)
            if not today.year - 110 <= year <= today.year:
                continue
            ages = {today.year - year - late for late in self._before_birthday(dated, today)}
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

    def _very_young(self, text: SpokenWords) -> Figure | None:
        """An age in months or weeks: "18 months"."""
        if (self._years | self._not_young) & set(text.words):
            return None
        for duration in self._amounts.durations(text):
            counted = text.words[duration.span[0]][0].isdecimal() or self._amounts.number_at(
                text.words, duration.span[0]
            )
            if duration.unit in self._young and counted and len(text.words) <= 6:
                least, most = int(duration.least // _YEAR), int(duration.most // _YEAR)
                return Figure(neat(least, most), duration.span)
        return None

    def _birth(self, text: SpokenWords, this_year: int) -> Figure | None:
        """The age of one who writes the year of his birth, "born in 1961": one of two years."""
        words = text.words
        for place in range(len(words)):
            length = at(words, place, self._born)
            if not length or self._whose & set(words[max(0, place - 3) : place]):
                continue
            for year in range(place + length, min(place + length + 7, len(words))):
                if (
                    len(words[year]) == 4
                    and words[year].isdecimal()
                    and this_year - 110 <= int(words[year]) <= this_year - 5
                ):
                    age = this_year - int(words[year])
                    return Figure((age - 1, age), (place, year + 1))
        return None

    def _decade(self, words: tuple[str, ...], begin: int, decade: tuple[int, int], span: WordSpan) -> Figure:
        third = self._thirds.get(words[begin - 1]) if begin else None
        if third and decade[1] - decade[0] == 9:
            return Figure((decade[0] + third[0], decade[0] + third[1]), (begin - 1, span[1]))
        return Figure(decade, span)

    def _closed(self, text: SpokenWords, begin: int, end: int) -> bool:
        """Whether the words stand alone between marks or at the edges of the text."""
        words, clause = text.words, text.clause
        starts = begin == 0 or clause[begin - 1] != clause[begin] or not words[begin - 1].isalnum()
        ends = end >= len(words) or clause[end] != clause[begin] or not words[end].isalnum()
        return starts and ends

    # --- pain

    def pain(
        self, text: SpokenWords, match: Match, numbers: list[Number], taken: set[int], opened: bool, others_open: bool
    ) -> Figure | None:
        """Pain from 0 to 10, the worst of today; `value` None if only words speak of it."""
        words = text.words
        if opened and (worst := self._worst_of_today(text, match, numbers, taken)) is not None:
            return worst
        found: list[tuple[int, Figure]] = []
        for number in numbers:
            begin, end = number.span
            framed = number.most == 10 and before(words, begin, self._frame)
            if (
                begin in taken
                or framed
                or (number.most == 10 and number.least in (0, 1) and number.least != number.most)
            ):
                continue
            loosely = at(words, end, self._loosely)  # "7ish out of 10"
            out_of = loosely + at(words, end + loosely, self._out_of) if at(words, end + loosely, self._out_of) else 0
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
                        (2, Figure(_whole(number) if opened else neat(number.least, number.most), (begin, end)))
                    )
            elif self._lone(text, match, begin, end) and not others_open:
                found.append((1, Figure(_whole(number) if opened else neat(number.least, number.most), (begin, end))))
        if found:
            scores = {
                n.least
                for n in numbers
                if n.bare and n.most <= 10 and not self._amounts.unit_at(words, n.span[1], True)
            }
            return self._worst(text, found, opened, len(scores))
        if opened and numbers and not any(n.span[0] in taken for n in numbers[:1]):
            return Figure(None, numbers[0].span)  # "11", "100": which from 0 to 10 is asked
        zero = list(vague_spans(text, self._zero)) or (list(vague_spans(text, self._zero_asked)) if opened else [])
        if zero and (opened or self._closed(text, *zero[0])) and len(words) < 9:
            return Figure(0, zero[0])
        spoken = match.spans("pain_strong")
        if opened or len(words) <= 6:
            spoken = match.spans("pain_words")
        spoken = spoken or tuple(s for s in match.spans("pain_words") if self._closed(text, *s))
        return Figure(None, spoken[0]) if spoken else None

    def _worst_of_today(self, text: SpokenWords, match: Match, numbers: list[Number], taken: set[int]) -> Figure | None:
        """Where the worst of today is asked for: the highest figure of today ("5 sitting still, 9 when it grabs"); None if a
        figure may count something else."""
        words = text.words
        found: list[Figure] = []
        for number in numbers:
            begin, end = number.span
            out_of = at(words, end, self._out_of)
            scale = self._amounts.number_at(words, end + out_of) if out_of else None
            if (
                begin in taken
                or (number.most == _TEN and before(words, begin, self._frame))
                or words[begin - 1 : begin] == ("/",)
            ):
                continue  # no score: a time, the end of the scale
            if any(begin in range(*f.span) for f in found):
                continue  # the ten of "out of ten"
            if scale is not None and scale[0] == _TEN:
                value: Value = neat(min(number.least, _TEN), min(number.most, _TEN))
                found.append(Figure(value, (begin, end + out_of + scale[1])))
            elif number.most > _TEN or out_of:
                return None
            elif self._clock(words, begin, end) or self._counts(text, match, begin, end):
                continue
            else:
                found.append(Figure(_whole(number), (begin, end)))
        if not found:
            return None
        today = [figure for figure in found if self._of_today(text, figure) or not self._was(text, figure)]
        dated = any(at(words, place, self._before_after) for place in range(len(words)))
        worst = max(today, key=_highest, default=None)
        if worst is None or (
            not dated and len(today) < len(found) and _highest(max(found, key=_highest)) > _highest(worst)
        ):
            return Figure(None, found[0].span)  # "was a 9, now 4": perhaps today, perhaps before
        return worst

    def _of_today(self, text: SpokenWords, figure: Figure) -> bool:
        """Whether words of today stand behind the figure in its clause: "a 9 this morning"."""
        end, words, clause = figure.span[1], text.words, text.clause
        return any(
            at(words, place, self._today)
            for place in range(end, min(end + 3, len(words)))
            if clause[place] == clause[figure.span[0]]
        )

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
        if at(words, end, self._now):
            return False
        led = [p for p in range(first, begin) if at(words, p, self._before)]
        if led and not any(at(words, p, self._now) for p in range(led[-1], begin)):
            return True
        return any(
            at(words, p, self._before_after) for p in range(end, min(end + 2, len(words))) if clause[p] == clause[begin]
        )

    def _clock(self, words: tuple[str, ...], begin: int, end: int) -> bool:
        """Whether the number is a time of day: "at 8 this morning", "this morning at 6"."""
        lead = before(words, begin, self._clock_before)
        return bool(lead and (at(words, end, self._clock_after) or before(words, begin - lead, self._clock_day)))

    def _named(self, words: tuple[str, ...], begin: int) -> bool:
        """Whether "pain", "score" and the like lead up to the number."""
        place = begin
        for _ in range(9):
            if before(words, place, self._about_pain):
                return True
            if place and (words[place - 1] in self._says or words[place - 1] in ":=~"):
                place -= 1
                continue
            return False
        return False

    def _lone(self, text: SpokenWords, match: Match, begin: int, end: int) -> bool:
        """Whether nothing but words like "about" or "I'd say" stands around the number in its clause."""
        words, clause = text.words, text.clause
        first, last = begin, end
        spoken = {place for span in match.spans("pain_words") for place in range(*span)}
        while first > 0 and clause[first - 1] == clause[begin]:
            first -= 1
        while last < len(words) and clause[last] == clause[begin]:
            last += 1
        if len(words) <= 10:
            first = max(first, begin - 3)
        small = {p for p in range(first, begin) if words[p] in self._when or self._amounts.number_at(words, p)}
        if not all(
            words[p] in self._says or not words[p].isalnum() or p in spoken or p in small for p in range(first, begin)
        ):
            return False
        if end < last and words[end] in self._when:
            return True
        return all(
            words[p] in self._says or not words[p].isalnum() or p in spoken for p in range(end, min(last, end + 4))
        )

    # --- how long one spasm lasts

    def spasm_length(
        self,
        text: SpokenWords,
        match: Match,
        durations: list[Duration],
        taken: set[int],
        opened: bool,
        onset_opened: bool,
    ) -> Figure | None:
        """The length of one spasm in seconds; `value` None if only words speak of it."""
        words = text.words
        per_spasm = match.spans("time.per_spasm")
        instants = vague_spans(text, self._instant_list)
        if instants and (
            opened or len(words) <= 5 or any(text.sentence[p[0]] == text.sentence[instants[0][0]] for p in per_spasm)
        ):
            begin, end = instants[0]
            return Figure(neat(*self._instants[words[begin:end]]), instants[0])
        for duration in durations:
            begin, end = duration.span
            if begin in taken:
                continue
            ruled_out = match.spans("time.not_one_spasm")
            if any(0 <= begin - o[1] <= 1 and text.clause[o[0]] == text.clause[begin] for o in ruled_out):
                continue
            short = duration.unit in ("second", "minute") or duration.most <= 1800
            if at(words, end, self._ago) or (before(words, begin, self._since) and duration.least == duration.most):
                continue
            said = any(text.sentence[p[0]] == text.sentence[begin] and abs(p[0] - begin) < 7 for p in per_spasm)
            if duration.vague:
                if duration.unit == "second" and (opened or said or len(words) <= 4):
                    return Figure((1, 59), duration.span)
                continue
            if (
                opened
                or (short and not onset_opened)
                or (
                    duration.unit == "hour"
                    and (said or (len(words) <= 6 and not onset_opened and duration.most < 43200))
                )
            ):
                return Figure(neat(round(duration.least, 3), round(duration.most, 3)), duration.span)
        timed = {place for d in durations for place in range(*d.span) if not d.vague}
        spoken = [
            s for s in vague_spans(text, self._vague_length) if s[0] not in timed and not at(words, s[1], self._ago)
        ]
        if spoken and (opened or (len(words) <= 5 and not onset_opened)):
            return Figure(None, spoken[0])
        endless = match.spans("endless_spasm")
        return Figure(None, endless[0]) if endless else None


_AGE_READINGS: tuple[Callable[[FigureReader, SpokenWords, Number, bool], Age | None], ...] = (
    FigureReader._age_in_decades,
    FigureReader._age_in_words,
    FigureReader._age_or_else,
    FigureReader._age_in_fraction,
    FigureReader._age_of_ten_years,
    FigureReader._age_to_come,
    FigureReader._age_of_me,
    FigureReader._age_with_sex,
    FigureReader._age_alone,
)
"""How a number may be an age, the first that has a view decides; None: it has none."""
