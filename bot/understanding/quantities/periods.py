"""Periods in words: "the weekend", "last month", "since the summer", "the day before yesterday", "day 4".

Values are whole days before the patient's own date; a month or a season is a range.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.understanding.lists.model import Lists
from bot.understanding.patterns.spans import WordSpan

from .amounts import Amounts
from .listed import Listed

Days = int | tuple[int, int]

BEGINNINGS = (
    "day_words",
    "week_before_last",
    "last_week",
    "this_week",
    "weekend",
    "last_month",
    "month_start",
    "this_month",
    "last_year",
    "this_year",
)
"""Lists of phrases with which a period begins."""

_FEW = 3
"""Words of an answer that may be nothing but a year."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One reading of some words as a time ago. `days` None: vague, or one of `candidates` (label, days)."""

    span: WordSpan
    days: Days | None
    candidates: tuple[tuple[str, Any], ...] = ()
    weight: float = 1
    plain_duration: bool = False
    elsewhere: bool = False
    """The words around it speak of a warning sign rather than of the complaint."""


class PeriodReader:
    """Reads periods and phrases of time with the date words of a language."""

    def __init__(self, parts: Lists, amounts: Amounts) -> None:
        self.amounts = amounts
        self._weekday = {w: n for n, names in enumerate(parts.weekdays) for w in names}
        self._many_weekdays = {names[-1]: n for n, names in enumerate(parts.weekdays) if len(names) > 1}
        self._month = parts.month_numbers
        self._weekday_names = [names[0].capitalize() for names in parts.weekdays]
        self._month_names = [names[0].capitalize() for names in parts.months]
        self._shy = frozenset(parts.shy_months)
        self._shy_days = frozenset(parts.shy_weekdays)
        self._ordinals = {k: v for k, v in parts.ordinals.items() if v > 0}
        self._date_ordinals = {**self._ordinals, **parts.date_ordinals}
        self._day_shift = parts.day_shift
        self._clock = frozenset(parts.clock)
        self._day_first = parts.day_first
        self._ordinal = frozenset(parts.ordinal_ends)
        self._relative = {tuple(k.split()): v for k, v in parts.relative.items()}
        self._relative_list = Listed(parts.relative)
        self._seasons = parts.seasons
        self._holidays = {tuple(k.split()): v for k, v in parts.holidays.items()}
        self._holiday_list = Listed(parts.holidays)
        self._beside_a_day = {tuple(k.split()): v for k, v in parts.beside_a_day.items()}
        self._beside_list = Listed(parts.beside_a_day)
        self._labels = parts.date_labels
        self._in_year = Listed(parts.group("in_year"))
        self.lists: defaultdict[str, Listed] = defaultdict(Listed)
        for name, listed in parts.flat():
            self.lists[name] = Listed(listed)

    def which(self, readings: list[date], today: date, span: WordSpan) -> Guess:
        labelled = tuple((self.name(d), (today - d).days) for d in sorted(readings, reverse=True))
        return Guess(span, None, labelled, weight=2)

    def name(self, day: date) -> str:
        form = self._labels.get("day", "{weekday} {day} {month}")
        return form.format(
            weekday=self._weekday_names[day.weekday()],
            day=day.day,
            month=self._month_names[day.month - 1],
            year=day.year,
        )

    def onemake_date(self, day: date | None, today: date, span: WordSpan, weight: float = 3) -> Guess | None:
        if day is None or day > today:
            return None
        return Guess(span, (today - day).days, weight=weight)

    def _nth_day(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        """ "The third day", "day 4"; and a time of day ("since 6am")."""
        number = self._ordinals.get(words[place])
        if number is not None and self.lists["day_words"].at(words, place + 1):
            return Guess((place, place + 2), (number - 1, number), weight=2)
        if self.lists["day_words"].at(words, place) and place + 1 < len(words) and words[place + 1].isdecimal():
            count = int(words[place + 1])
            if 1 < count < 60 and (place + 2 >= len(words) or words[place + 2] not in self._month):
                return Guess((place, place + 2), (count - 1, count), weight=2)
        if (
            words[place].isdecimal()
            and place + 1 < len(words)
            and words[place + 1] in self._clock
            and int(words[place]) < 25
        ):
            return Guess((place, place + 2), 0, weight=1)
        return None

    def _phrase(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        length = self._relative_list.at(words, place)
        if length:
            value = self._relative[words[place : place + length]]
            span = (place, place + length)
            weight = 0.5 if self.lists["waking_only_if_alone"].at(words, place) else 3
            if value == "vague":
                return Guess(span, None, weight=1)
            if isinstance(value, tuple):
                return Guess(span, value, weight=weight)
            return Guess(span, int(value), weight=weight)
        length = self._holiday_list.at(words, place)
        if length:
            month, day, *weekday = self._holidays[words[place : place + length]]
            if told := self._year_behind(words, place + length, today):
                return self.onemake_date(make_date(told, month, day, *weekday), today, (place, place + length + 1), 2)
            return self.onemake_date(latest(month, day, today, *weekday), today, (place, place + length), 2)
        return None

    def _weeks(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        since_monday = today.weekday()
        if length := self.lists["week_before_last"].at(words, place):
            return Guess((place, place + length), (since_monday + 8, since_monday + 14), weight=3)
        if length := self.lists["last_week"].at(words, place):
            week = (since_monday + 1, since_monday + 7)
            labels = (
                (self._labels.get("last_seven", "7"), (1, 7)),
                (
                    self._labels.get("that_week", "{monday}").format(monday=self.name(today - timedelta(days=week[1]))),
                    week,
                ),
            )
            return Guess((place, place + length), None, labels, weight=2)
        if length := self.lists["this_week"].at(words, place):
            return Guess((place, place + length), (0, since_monday) if since_monday else 0, weight=2)
        if length := self.lists["weekend"].at(words, place):
            sunday = (today.weekday() - 6) % 7
            was_last = bool(self.lists["last"].before(words, place))
            if sunday == 6:  # Saturday: "the weekend" has begun
                near: Days = 0 if not was_last else (6, 7)
            elif sunday == 0:
                near = (0, 1) if not was_last else (7, 8)
            else:
                near = (sunday, sunday + 1)
            if before_last := self.lists["before_last"].at(words, place + length):
                far = (near, near) if isinstance(near, int) else near
                weeks = 14 if sunday == 6 and not was_last else 7
                return Guess((place, place + length + before_last), (far[0] + weeks, far[1] + weeks), weight=3)
            return Guess((place, place + length), near, weight=3)
        if length := self.lists["last_month"].at(words, place):
            year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
            return Guess((place, place + length), _month_range(year, month, today), weight=2)
        if length := self.lists["month_start"].at(words, place):
            return Guess(
                (place, place + length), (max(0, today.day - 6), today.day - 1) if today.day > 1 else 0, weight=2
            )
        if length := self.lists["this_month"].at(words, place):
            return Guess((place, place + length), (0, today.day - 1) if today.day > 1 else 0, weight=2)
        if length := self.lists["last_year"].at(words, place):
            last = (today - date(today.year - 1, 12, 31)).days
            return Guess((place, place + length), (last, last + 364), weight=1)
        if length := self.lists["this_year"].at(words, place):
            return Guess((place, place + length), (0, (today - date(today.year, 1, 1)).days), weight=1)
        return None

    def _month_at(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        month = self._month.get(words[place])
        if month is None:
            return None
        if words[place] in self._shy and not self.lists["beside_months"].before(words, place):
            return None
        year = today.year if month <= today.month else today.year - 1
        end = place + 1
        if end < len(words) and len(words[end]) == 4 and words[end].isdecimal():
            year, end = int(words[end]), end + 1
        days = _month_range(year, month, today)
        if days is None:
            return None
        least, most = days
        last_day = calendar.monthrange(year, month)[1]
        if self.lists["early"].before(words, place):
            least = max(0, most - 9)
        elif self.lists["middle"].before(words, place):
            least, most = max(0, most - 20), max(0, most - 9)
        elif self.lists["late"].before(words, place):
            most = max(0, most - (last_day - 10))
        return Guess((place, end), (least, most), weight=2)

    def _season(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        season = self._seasons.get(words[place])
        if season is not None and (told := self._year_behind(words, place + 1, today)):
            return _season_of(told, season, today, (place, place + 2))
        if season is None or not (self.lists["beside_seasons"].before(words, place) or len(words) <= 2):
            return None
        first, last = season
        for year in (today.year, today.year - 1, today.year - 2):
            begin = date(year, first, 1)
            end_year = year + (last < first)
            end = date(end_year, last, calendar.monthrange(end_year, last)[1])
            if begin <= today:
                return Guess((place, place + 1), (max(0, (today - end).days), (today - begin).days), weight=2)
        return None

    def _year(self, words: tuple[str, ...], place: int, today: date, dates_open: bool) -> Guess | None:
        year = self._year_behind(words, place, today)
        asked = dates_open and (len(words) <= _FEW or self._in_year.before(words, place))
        if not year or not (asked or self.lists["since"].before(words, place)):
            return None
        first, last = date(year, 1, 1), min(date(year, 12, 31), today)
        return Guess((place, place + 1), ((today - last).days, (today - first).days), weight=2)

    @staticmethod
    def _year_behind(words: tuple[str, ...], place: int, today: date) -> int:
        """The year that stands there; 0 if none does."""
        word = words[place] if place < len(words) else ""
        return int(word) if len(word) == 4 and word.isdecimal() and 1950 <= int(word) <= today.year else 0


def _season_of(year: int, season: tuple[int, int], today: date, span: WordSpan) -> Guess | None:
    first, last = season
    begin, end_year = date(year, first, 1), year + (last < first)
    end = date(end_year, last, calendar.monthrange(end_year, last)[1])
    return Guess(span, (max(0, (today - end).days), (today - begin).days), weight=2) if begin <= today else None


def make_date(year: int, month: int, day: int, weekday: int | None = None) -> date | None:
    """That day, or the first such weekday from it on (the second Sunday of November is the first from the 8th on)."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if weekday is None else found + timedelta(days=(weekday - found.weekday()) % 7)


def latest(month: int, day: int, today: date, weekday: int | None = None) -> date | None:
    """The latest such day that is not in the future."""
    for year in range(today.year, today.year - 9, -1):
        found = make_date(year, month, day, weekday)
        if found is not None and found <= today:
            return found
    return None


def _month_range(year: int, month: int, today: date) -> tuple[int, int] | None:
    first = make_date(year, month, 1)
    if first is None or first > today:
        return None
    last = date(year, month, calendar.monthrange(year, month)[1])
    return max(0, (today - last).days), (today - first).days
