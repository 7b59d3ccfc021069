"""Dates in words: "12 November", "3/11", "the 15th", "last tuesday".

A weekday alone is ambiguous (this one or the one before?), and so is 3/11. What a library of dates does with the same
words is measured by `symptom-bot understand --score`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from bot.understanding.lists.model import Lists
from bot.understanding.patterns.spans import WordSpan

from .amounts import Amounts
from .periods import BEGINNINGS, Guess, PeriodReader, latest, make_date


class DateReader(PeriodReader):
    """Reads dates and periods with the date words of a language."""

    def __init__(self, parts: Lists, amounts: Amounts) -> None:
        super().__init__(parts, amounts)
        self._forms: tuple[Callable[[tuple[str, ...], int, date, bool], Guess | None], ...] = (
            self._numeric,
            self._day_and_month,
            self._day_of_month,
            self._weekday_at,
            self._nth_day,
            self._phrase,
            self._weeks,
            self._month_at,
            self._season,
            self._year,
            self._beside_day,
        )
        self._begins = self._words_that_begin()

    def _words_that_begin(self) -> frozenset[str]:
        """The words with which the forms begin, but for figures."""
        single = (self._month, self._weekday, self._date_ordinals, self._seasons)
        listed = (self._relative_list, self._holiday_list, self._beside_list, *map(self.lists.__getitem__, BEGINNINGS))
        return frozenset(word for words in single for word in words).union(*(each.first_words for each in listed))

    def date_at(self, words: tuple[str, ...], place: int, today: date, dates_open: bool) -> Guess | None:
        """The date, weekday, season or phrase of time that begins at `place`."""
        if not (words[place] in self._begins or words[place][0].isdecimal()):
            return None
        for read in self._forms:
            guess = read(words, place, today, dates_open)
            if guess is not None:
                return guess
        return None

    def _beside_day(self, words: tuple[str, ...], place: int, today: date, dates_open: bool) -> Guess | None:
        """ "The day after bonfire night": a day beside one that has a name."""
        length = self._beside_list.at(words, place)
        if not length:
            return None
        begin = place + length + self.lists["the"].at(words, place + length)
        guess = self.date_at(words, begin, today, dates_open) if begin < len(words) else None
        if guess is None or not isinstance(guess.days, int):
            return None
        days = guess.days + self._beside_a_day[words[place : place + length]]
        return replace(guess, span=(place, guess.span[1]), days=days) if days >= 0 else None

    # --- dates

    def _numeric(self, words: tuple[str, ...], place: int, today: date, dates_open: bool) -> Guess | None:
        parts = words[place : place + 5]
        if (
            len(parts) >= 3
            and parts[1] == "."
            and parts[0].count(".") == 1
            and parts[2].isdecimal()
            and len(parts[2]) in (2, 4)
        ):
            day, _dot, month = parts[0].partition(".")  # 15.11.2026: read as one number, a point and another
            parts = (day, ".", month, ".", parts[2])
            found = self._either(int(day or 0), int(month or 0), int(parts[4]) % 100 + 2000, today, (place, place + 3))
            return found
        if (
            len(parts) >= 5
            and parts[1] == parts[3]
            and parts[1] in "-/"
            and parts[0].isdecimal()
            and parts[2].isdecimal()
        ):
            if not parts[4].isdecimal():
                return None
            if len(parts[0]) == 4:
                return self.onemake_date(
                    make_date(int(parts[0]), int(parts[2]), int(parts[4])), today, (place, place + 5)
                )
            year = int(parts[4]) + (2000 if len(parts[4]) == 2 else 0)
            return self._either(int(parts[0]), int(parts[2]), year, today, (place, place + 5))
        if len(parts) < 3 or parts[1] != "/" or not (parts[0].isdecimal() and parts[2].isdecimal()):
            return None
        if len(parts) > 3 and parts[3] == "/":
            return None
        if parts[2] in ("10", "100") and not (dates_open or self.lists["since"].before(words, place)):  # a pain of 7/10
            return None
        return self._either(int(parts[0]), int(parts[2]), None, today, (place, place + 3))

    def _either(self, first: int, second: int, year: int | None, today: date, span: WordSpan) -> Guess | None:
        readings: list[date] = []
        orders = [(first, second), (second, first)]
        if self._day_first != "both":
            orders = orders[:1] if self._day_first == "true" else orders[1:]
        for day, month in orders:
            found = make_date(year, month, day) if year else latest(month, day, today)
            if found is not None and found <= today and found not in readings:
                readings.append(found)
        if not readings:
            return None
        if len(readings) == 1:
            return Guess(span, (today - readings[0]).days, weight=3)
        return self.which(readings, today, span)

    def _day_number(self, words: tuple[str, ...], place: int) -> tuple[int, int, bool] | None:
        """A day of a month at `place`: the day, where it ends, whether it is an ordinal ("12th")."""
        if place >= len(words) or not words[place].isdecimal() or len(words[place]) > 2:
            return None
        day = int(words[place])
        if not 1 <= day <= 31:
            return None
        if place + 1 < len(words) and words[place + 1] in self._ordinal:
            return day, place + 2, True
        return day, place + 1, False

    def _day_and_month(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        day = self._day_number(words, place)
        if day is not None:
            end = day[1] + (1 if self.lists["of"].at(words, day[1]) else 0)
            if end < len(words) and words[end] in self._month:
                return self._dated(words, place, day[0], self._month[words[end]], end + 1, today)
        if words[place] in self._month:
            end = place + 1 + (1 if self.lists["the"].at(words, place + 1) else 0)
            day = self._day_number(words, end)
            if day is not None and (day[2] or self.amounts.unit_at(words, day[1], True) is None):
                return self._dated(words, place, day[0], self._month[words[place]], day[1], today)
        return None

    def _dated(self, words: tuple[str, ...], place: int, day: int, month: int, end: int, today: date) -> Guess | None:
        if end < len(words) and len(words[end]) == 4 and words[end].isdecimal():
            return self.onemake_date(make_date(int(words[end]), month, day), today, (place, end + 1))
        return self.onemake_date(latest(month, day, today), today, (place, end))

    def _day_of_month(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        day = self._day_number(words, place)
        if not self.lists["the"].before(words, place):
            return None
        written = self._date_ordinals.get(words[place])
        if written is not None:
            day = (
                written,
                place + 1,
                any(self.lists[name].at(words, place + 1) for name in ("of_this_month", "of_last_month")),
            )
        if day is None or not day[2] or self.lists["not_a_date"].at(words, day[1]):
            return None
        this_month, last_month = (self.lists[name].at(words, day[1]) for name in ("of_this_month", "of_last_month"))
        month, year = today.month, today.year
        for turn in range(3):
            found = make_date(year, month, day[0])
            if found is not None and found <= today and not (last_month and turn == 0):
                return self.onemake_date(found, today, (place, day[1] + (this_month or last_month)))
            month, year = (month - 1, year) if month > 1 else (12, year - 1)
        return None

    def _weekday_at(self, words: tuple[str, ...], place: int, today: date, dates_open: bool) -> Guess | None:
        number = self._weekday.get(words[place])
        if number is None:
            return None
        if words[place] in self._shy_days and not self.lists["beside_weekdays"].before(words, place):
            return None
        end = place + 1
        for following in range(end, min(end + 2, len(words))):
            dated = self._day_and_month(words, following, today, False)
            dated = dated or self._day_of_month(words, following, today, False)
            if dated is not None:
                return replace(dated, span=(place, dated.span[1]))
        back = (today.weekday() - number) % 7
        span = (place, end)
        if words[place] in self._many_weekdays:
            count = self.amounts.number_at(words, place - 1) if place else None
            if count and self.lists["ago_words"].at(words, end):
                return Guess(
                    (place - 1, end + 1), back + 7 * (int(count[0]) - 1) if back else 7 * int(count[0]), weight=3
                )
            return None
        if self.lists["of_last_week"].at(words, end):
            monday = today.weekday() + 7
            return Guess((place, end + 2), monday - number, weight=3)
        if self.lists["a_week_before"].before(words, place):
            return Guess(span, (back or 7) + 7, weight=3)
        if self.lists["two_weeks_before"].before(words, place):
            return Guess(span, (back or 7) + 14, weight=4)
        near = back or 7
        if behind := self.lists["before_last"].at(words, end):
            return Guess((place, end + behind), near + 7, weight=3)
        if behind := self.lists["week_after_day"].at(words, end):
            return Guess((place, end + behind), near + 7, weight=3)
        if self.lists["just_gone"].at(words, end) or self.lists["this"].before(words, place):
            return Guess(span, back if self.lists["this"].before(words, place) else near, weight=3)
        if self.lists["since"].before(words, place) and back:
            return Guess(span, back, weight=3)
        if dates_open and back and not self.lists["last"].before(words, place):
            return Guess(span, back, weight=2)  # "sunday", where the beginning is asked for: the latest one
        days = [today - timedelta(days=back), today - timedelta(days=back + 7)]
        return self.which(days, today, span)
