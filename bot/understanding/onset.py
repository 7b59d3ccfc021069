"""When it began: dates, weekdays, seasons, "3 days ago", "since the weekend"; what is ambiguous; what is only vague.

Values are whole days before the patient's own date. A weekday alone is ambiguous (this one or the one before?), a month
or a season is a range. What a library of dates does with these words is measured by `symptom-bot understand --score`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.understanding.amounts import Amounts, Duration, at, before, phrases
from bot.understanding.patterns import Match, Span
from bot.understanding.words import Words

DAY = 86400
Days = int | tuple[int, int]


@dataclass(frozen=True, slots=True)
class Guess:
    """One reading of some words as a time ago. `days` None: vague, or one of `candidates` (label, days)."""

    span: Span
    days: Days | None
    candidates: tuple[tuple[str, Any], ...] = ()
    weight: float = 1
    plain_duration: bool = False
    elsewhere: bool = False
    """The words around it speak of a warning sign rather than of the complaint."""


class OnsetReader:
    """Reads times ago with the date words of a language."""

    def __init__(self, parts: Mapping[str, Any], amounts: Amounts) -> None:
        self._amounts = amounts
        get = parts.get
        self._weekday = {str(w): n for n, names in enumerate(get("weekdays") or ()) for w in names}
        self._many_weekdays = {str(names[-1]): n for n, names in enumerate(get("weekdays") or ()) if len(names) > 1}
        self._month = {str(w): n + 1 for n, names in enumerate(get("months") or ()) for w in names}
        self._weekday_names = [str(names[0]).capitalize() for names in get("weekdays") or ()]
        self._month_names = [str(names[0]).capitalize() for names in get("months") or ()]
        self._shy = frozenset(map(str, get("shy_months") or ()))
        self._shy_days = frozenset(map(str, get("shy_weekdays") or ()))
        self._ordinals = {str(k): int(v) for k, v in (get("ordinals") or {}).items() if int(v) > 0}
        self._clock = frozenset(map(str, get("clock") or ()))
        self._day_first = str(get("day_first", "true"))
        self._ordinal = frozenset(map(str, get("ordinal_ends") or ()))
        self._relative = {tuple(str(k).split()): v for k, v in (get("relative") or {}).items()}
        self._relative_list = phrases(get("relative") or ())
        self._seasons = {str(k): (int(v[0]), int(v[1])) for k, v in (get("seasons") or {}).items()}
        self._holidays = {tuple(str(k).split()): (int(v[0]), int(v[1])) for k, v in (get("holidays") or {}).items()}
        self._holiday_list = phrases(get("holidays") or ())
        self._labels = {str(k): str(v) for k, v in (get("date_labels") or {}).items()}
        self._lists = {name: phrases(get(name) or ()) for name in _LISTS}

    def guesses(
        self, text: Words, match: Match, now: datetime, dates_open: bool, signs: Iterable[Span] = ()
    ) -> list[Guess]:
        """All readings of the text as times ago, in order. `dates_open`: "7/10" may be a date; `signs`: where the words
        speak of something else than the complaint ("fever since yesterday")."""
        elsewhere = tuple(signs)
        today, words = now.date(), text.words
        durations = {d.span[0]: d for d in self._amounts.durations(text)}
        inside = {place for d in durations.values() for place in range(d.span[0] + 1, d.span[1])}
        out: list[Guess] = []
        place = 0
        while place < len(words):
            guess = self._at(words, place, today, dates_open)
            if guess is None and place in durations:
                guess = self._ago(text, durations[place], now)
            if guess is None:
                place += 1
                continue
            if place not in inside or guess.plain_duration:
                out.append(guess)
            place = max(guess.span[1], place + 1)
        return [self._weighed(text, match, g, elsewhere) for g in out]

    def _weighed(self, text: Words, match: Match, guess: Guess, signs: tuple[Span, ...]) -> Guess:
        clause = text.clause[guess.span[0]]
        beside = any(text.clause[s[0]] == clause and self._together(match, guess.span, s) for s in signs)
        return replace(guess, weight=guess.weight + self._context(text, match, guess, beside), elsewhere=beside)

    def _at(self, words: tuple[str, ...], place: int, today: date, dates_open: bool) -> Guess | None:
        for read in (self._numeric, self._day_and_month, self._day_of_month, self._weekday_at, self._nth_day, self._phrase, self._weeks,
                     self._month_at, self._season, self._year):  # fmt: skip
            guess = read(words, place, today, dates_open)
            if guess is not None:
                return guess
        return None

    # --- dates

    def _numeric(self, words: tuple[str, ...], place: int, today: date, dates_open: bool) -> Guess | None:
        parts = words[place : place + 5]
        if len(parts) >= 3 and parts[1] == "." and parts[0].count(".") == 1 and parts[2].isdecimal() and len(parts[2]) in (2, 4):
            day, _dot, month = parts[0].partition(".")  # 15.11.2026: read as one number, a point and another
            parts = (day, ".", month, ".", parts[2])
            found = self._either(int(day or 0), int(month or 0), int(parts[4]) % 100 + 2000, today, (place, place + 3))
            return found
        if len(parts) >= 5 and parts[1] == parts[3] and parts[1] in "-/" and parts[0].isdecimal() and parts[2].isdecimal():
            if not parts[4].isdecimal():
                return None
            if len(parts[0]) == 4:
                return self._one_date(_date(int(parts[0]), int(parts[2]), int(parts[4])), today, (place, place + 5))
            year = int(parts[4]) + (2000 if len(parts[4]) == 2 else 0)
            return self._either(int(parts[0]), int(parts[2]), year, today, (place, place + 5))
        if len(parts) < 3 or parts[1] != "/" or not (parts[0].isdecimal() and parts[2].isdecimal()):
            return None
        if len(parts) > 3 and parts[3] == "/":
            return None
        if parts[2] in ("10", "100") and not (dates_open or before(words, place, self._lists["since"])):  # a pain of 7/10
            return None
        return self._either(int(parts[0]), int(parts[2]), None, today, (place, place + 3))

    def _either(self, first: int, second: int, year: int | None, today: date, span: Span) -> Guess | None:
        readings: list[date] = []
        orders = [(first, second), (second, first)]
        if self._day_first != "both":
            orders = orders[:1] if self._day_first == "true" else orders[1:]
        for day, month in orders:
            found = _date(year, month, day) if year else _latest(month, day, today)
            if found is not None and found <= today and found not in readings:
                readings.append(found)
        if not readings:
            return None
        if len(readings) == 1:
            return Guess(span, (today - readings[0]).days, weight=3)
        return self._which(readings, today, span)

    def _which(self, readings: list[date], today: date, span: Span) -> Guess:
        labelled = tuple((self._name(d), (today - d).days) for d in sorted(readings, reverse=True))
        return Guess(span, None, labelled, weight=2)

    def _name(self, day: date) -> str:
        form = self._labels.get("day", "{weekday} {day} {month}")
        return form.format(
            weekday=self._weekday_names[day.weekday()], day=day.day, month=self._month_names[day.month - 1], year=day.year
        )

    def _one_date(self, day: date | None, today: date, span: Span, weight: float = 3) -> Guess | None:
        if day is None or day > today:
            return None
        return Guess(span, (today - day).days, weight=weight)

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
            end = day[1] + (1 if at(words, day[1], self._lists["of"]) else 0)
            if end < len(words) and words[end] in self._month:
                return self._dated(words, place, day[0], self._month[words[end]], end + 1, today)
        if words[place] in self._month:
            end = place + 1 + (1 if at(words, place + 1, self._lists["the"]) else 0)
            day = self._day_number(words, end)
            if day is not None and (day[2] or self._amounts.unit_at(words, day[1], True) is None):
                return self._dated(words, place, day[0], self._month[words[place]], day[1], today)
        return None

    def _dated(self, words: tuple[str, ...], place: int, day: int, month: int, end: int, today: date) -> Guess | None:
        if end < len(words) and len(words[end]) == 4 and words[end].isdecimal():
            return self._one_date(_date(int(words[end]), month, day), today, (place, end + 1))
        return self._one_date(_latest(month, day, today), today, (place, end))

    def _day_of_month(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        day = self._day_number(words, place)
        if day is None or not day[2] or not before(words, place, self._lists["the"]):
            return None
        month, year = today.month, today.year
        for _unused in range(3):
            found = _date(year, month, day[0])
            if found is not None and found <= today:
                return self._one_date(found, today, (place, day[1]))
            month, year = (month - 1, year) if month > 1 else (12, year - 1)
        return None

    def _weekday_at(self, words: tuple[str, ...], place: int, today: date, dates_open: bool) -> Guess | None:
        number = self._weekday.get(words[place])
        if number is None:
            return None
        if words[place] in self._shy_days and not before(words, place, self._lists["beside_weekdays"]):
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
            count = self._amounts.number_at(words, place - 1) if place else None
            if count and at(words, end, self._lists["ago_words"]):
                return Guess((place - 1, end + 1), back + 7 * (int(count[0]) - 1) if back else 7 * int(count[0]), weight=3)
            return None
        if at(words, end, self._lists["of_last_week"]):
            monday = today.weekday() + 7
            return Guess((place, end + 2), monday - number, weight=3)
        if before(words, place, self._lists["a_week_before"]):
            return Guess(span, (back or 7) + 7, weight=3)
        near = back or 7
        if at(words, end, self._lists["just_gone"]) or before(words, place, self._lists["this"]):
            return Guess(span, back if before(words, place, self._lists["this"]) else near, weight=3)
        if before(words, place, self._lists["since"]) and back:
            return Guess(span, back, weight=3)
        days = [today - timedelta(days=back), today - timedelta(days=back + 7)]
        return self._which(days, today, span)

    # --- phrases

    def _nth_day(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        """ "The third day", "day 4"; and a time of day ("since 6am")."""
        number = self._ordinals.get(words[place])
        if number is not None and at(words, place + 1, self._lists["day_words"]):
            return Guess((place, place + 2), (number - 1, number), weight=2)
        if at(words, place, self._lists["day_words"]) and place + 1 < len(words) and words[place + 1].isdecimal():
            count = int(words[place + 1])
            if 1 < count < 60 and (place + 2 >= len(words) or words[place + 2] not in self._month):
                return Guess((place, place + 2), (count - 1, count), weight=2)
        if words[place].isdecimal() and place + 1 < len(words) and words[place + 1] in self._clock and int(words[place]) < 25:
            return Guess((place, place + 2), 0, weight=1)
        return None

    def _phrase(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        length = at(words, place, self._relative_list)
        if length:
            value = self._relative[words[place : place + length]]
            span = (place, place + length)
            weight = 0.5 if at(words, place, self._lists["waking_only_if_alone"]) else 3
            if value == "vague":
                return Guess(span, None, weight=1)
            if isinstance(value, list):
                return Guess(span, (int(value[0]), int(value[1])), weight=weight)
            return Guess(span, int(value), weight=weight)
        length = at(words, place, self._holiday_list)
        if length:
            month, day = self._holidays[words[place : place + length]]
            return self._one_date(_latest(month, day, today), today, (place, place + length), 2)
        return None

    def _weeks(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        since_monday = today.weekday()
        if length := at(words, place, self._lists["week_before_last"]):
            return Guess((place, place + length), (since_monday + 8, since_monday + 14), weight=3)
        if length := at(words, place, self._lists["last_week"]):
            week = (since_monday + 1, since_monday + 7)
            labels = (
                (self._labels.get("last_seven", "7"), (1, 7)),
                (self._labels.get("that_week", "{monday}").format(monday=self._name(today - timedelta(days=week[1]))), week),
            )
            return Guess((place, place + length), None, labels, weight=2)
        if length := at(words, place, self._lists["this_week"]):
            return Guess((place, place + length), (0, since_monday) if since_monday else 0, weight=2)
        if length := at(words, place, self._lists["weekend"]):
            sunday = (today.weekday() - 6) % 7
            was_last = bool(before(words, place, self._lists["last"]))
            if sunday == 6:  # Saturday: "the weekend" has begun
                near: Days = 0 if not was_last else (6, 7)
            elif sunday == 0:
                near = (0, 1) if not was_last else (7, 8)
            else:
                near = (sunday, sunday + 1)
            return Guess((place, place + length), near, weight=3)
        if length := at(words, place, self._lists["last_month"]):
            year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
            return Guess((place, place + length), _month_range(year, month, today), weight=2)
        if length := at(words, place, self._lists["month_start"]):
            return Guess((place, place + length), (max(0, today.day - 6), today.day - 1) if today.day > 1 else 0, weight=2)
        if length := at(words, place, self._lists["this_month"]):
            return Guess((place, place + length), (0, today.day - 1) if today.day > 1 else 0, weight=2)
        if length := at(words, place, self._lists["last_year"]):
            last = (today - date(today.year - 1, 12, 31)).days
            return Guess((place, place + length), (last, last + 364), weight=1)
        if length := at(words, place, self._lists["this_year"]):
            return Guess((place, place + length), (0, (today - date(today.year, 1, 1)).days), weight=1)
        return None

    def _month_at(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        month = self._month.get(words[place])
        if month is None:
            return None
        if words[place] in self._shy and not before(words, place, self._lists["beside_months"]):
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
        if before(words, place, self._lists["early"]):
            least = max(0, most - 9)
        elif before(words, place, self._lists["middle"]):
            least, most = max(0, most - 20), max(0, most - 9)
        elif before(words, place, self._lists["late"]):
            most = max(0, most - (last_day - 10))
        return Guess((place, end), (least, most), weight=2)

    def _season(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        season = self._seasons.get(words[place])
        if season is None or not (before(words, place, self._lists["beside_seasons"]) or len(words) <= 2):
            return None
        first, last = season
        for year in (today.year, today.year - 1, today.year - 2):
            begin = date(year, first, 1)
            end_year = year + (last < first)
            end = date(end_year, last, calendar.monthrange(end_year, last)[1])
            if begin <= today:
                return Guess((place, place + 1), (max(0, (today - end).days), (today - begin).days), weight=2)
        return None

    def _year(self, words: tuple[str, ...], place: int, today: date, _: bool) -> Guess | None:
        word = words[place]
        if not (len(word) == 4 and word.isdecimal() and 1950 <= int(word) <= today.year):
            return None
        if not before(words, place, self._lists["since"]):
            return None
        first, last = date(int(word), 1, 1), min(date(int(word), 12, 31), today)
        return Guess((place, place + 1), ((today - last).days, (today - first).days), weight=2)

    # --- amounts of time

    def _ago(self, text: Words, duration: Duration, now: datetime) -> Guess | None:
        words, (begin, end) = text.words, duration.span
        today = now.date()
        after = at(words, end, self._lists["ago_words"]) or before(words, begin, self._lists["ago_before"])
        since = before(words, begin, self._lists["for"]) or before(words, begin, self._lists["since"])
        if before(words, begin, self._lists["never_onset_before"]) or at(words, end, self._lists["never_onset_after"]):
            return None
        days = duration.unit not in ("second", "minute", "hour") or duration.least >= DAY / 2
        if duration.vague:
            if not (after or since) and len(words) > 4:
                return None
            return Guess((begin, end), None, weight=1.5) if days else None
        if not days and not (after or since):
            alone = len(words) > 6 and duration.unit == "hour" and self._alone(text, begin, end)
            if not alone:
                return None
        least = (today - (now - timedelta(seconds=min(duration.least, 3e9))).date()).days
        most = (today - (now - timedelta(seconds=min(duration.most, 3e9))).date()).days
        if days:
            least, most = round(duration.least / DAY), round(duration.most / DAY)
        single = words[begin] in self._amounts.articles and not after and not since
        ends = end >= len(words) or not words[end].isalnum()
        if single and begin and len(words) > 4 and not ends and not before(words, begin, self._lists["about_words"]):
            return None
        weight = 1.0 + (2 if after else 0) + (1 if since else 0)
        value: Days = least if least == most else (least, most)
        return Guess((begin, end + (after if after and at(words, end, self._lists["ago_words"]) else 0)), value, (), weight, True)

    @staticmethod
    def _alone(text: Words, begin: int, end: int) -> bool:
        """Whether the words are a clause of their own."""
        before_it = begin == 0 or not text.words[begin - 1].isalnum()
        return before_it and (end >= len(text.words) or not text.words[end].isalnum())

    # --- what speaks for or against

    def _context(self, text: Words, match: Match, guess: Guess, elsewhere: bool) -> float:
        """How well the words around a time speak of the beginning."""
        begin, end = guess.span
        clause, sentence = text.clause[begin], text.sentence[begin]
        weight = 0.0
        complaint = any(text.clause[c[0]] == clause for c in match.spans("time.complaint"))
        began = match.spans("time.began")
        if any(text.clause[b[0]] == clause and b[0] < end + 6 for b in began):
            weight += 3
        elif any(text.sentence[b[0]] == sentence for b in began):
            weight += 1
        elif elsewhere:
            weight -= 1.5 if complaint else 3
        if complaint:
            weight += 1
        still = match.spans("time.still_the_onset")
        for other in match.spans("time.not_the_onset"):
            inside_still = any(s[0] <= other[0] < s[1] for s in still)
            if text.clause[other[0]] == clause and not inside_still and -6 < other[0] - begin and other[0] - end <= 1:
                weight -= 4
                break
        return weight


    @staticmethod
    def _together(match: Match, one: Span, other: Span) -> bool:
        """Whether no turn ("and now") stands between two spans of a clause."""
        first, last = min(one[1], other[1]), max(one[0], other[0])
        return not any(first <= turn[0] < last for turn in match.spans("turn"))


def vague_spans(text: Words, listed: tuple[tuple[str, ...], ...]) -> list[Span]:
    """Where listed phrases stand in the text."""
    out = []
    for place in range(len(text.words)):
        length = at(text.words, place, listed)
        if length:
            out.append((place, place + length))
    return out


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _latest(month: int, day: int, today: date) -> date | None:
    """The latest such day that is not in the future."""
    for year in range(today.year, today.year - 9, -1):
        found = _date(year, month, day)
        if found is not None and found <= today:
            return found
    return None


def _month_range(year: int, month: int, today: date) -> tuple[int, int] | None:
    first = _date(year, month, 1)
    if first is None or first > today:
        return None
    last = date(year, month, calendar.monthrange(year, month)[1])
    return max(0, (today - last).days), (today - first).days


_LISTS = (
    "since for ago_words ago_before last this just_gone of_last_week a_week_before last_week week_before_last this_week "
    "weekend this_month last_month last_year this_year early middle late beside_months beside_seasons of the about_words "
    "never_onset_before never_onset_after waking_only_if_alone beside_weekdays month_start day_words"
).split()
