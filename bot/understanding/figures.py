"""Ages, pain from 0 to 10 and the length of one spasm, out of words; and pain or length in words that name no number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .amounts import Amounts, Duration, Number, at, before, phrases
from .onset import vague_spans
from .patterns import Match, Span
from .words import Words

Value = float | int | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure found in words; `value` None: words without a number."""

    value: Value | None
    span: Span
    sure: bool = True


def neat(least: float, most: float) -> Value:
    """A number without needless decimals, or a range of two."""
    low, high = (int(x) if float(x).is_integer() else x for x in (least, most))
    return low if low == high else (low, high)


class FigureReader:
    """Reads ages, pain and lengths with the words of a language."""

    def __init__(self, parts: Mapping[str, Any], amounts: Amounts) -> None:
        self._amounts = amounts
        age, pain = parts.get("age") or {}, parts.get("pain") or {}
        self._me = phrases(age.get("me") or ())
        self._old = phrases(age.get("old") or ())
        self._sex = frozenset(map(str, age.get("sex") or ()))
        self._not_age = frozenset(map(str, age.get("not_age") or ()))
        self._whose = frozenset(map(str, age.get("whose") or ()))
        self._decades = {str(k): (int(v[0]), int(v[1])) for k, v in (age.get("decades") or {}).items()}
        self._decade_leads = frozenset(map(str, age.get("decade_leads") or ()))
        self._thirds = {
            **dict.fromkeys(map(str, age.get("early") or ()), (0, 3)),
            **dict.fromkeys(map(str, age.get("middle") or ()), (3, 7)),
            **dict.fromkeys(map(str, age.get("late") or ()), (6, 9)),
        }
        self._born = phrases(age.get("born") or ())
        self._years = frozenset(str(w) for w in ((parts.get("units") or {}).get("year") or {}).get("words") or ())
        self._out_of = phrases(pain.get("out_of") or ())
        self._loosely = phrases(parts.get("loose_after") or ())
        self._frame = phrases(pain.get("frame") or ())
        self._about_pain = phrases(pain.get("about_pain") or ())
        self._now = phrases(pain.get("now") or ())
        self._before = phrases(pain.get("before") or ())
        self._says = frozenset(w for p in pain.get("says") or () for w in str(p).split())
        self._when = frozenset(map(str, pain.get("when") or ()))
        self._clock_before = phrases(pain.get("clock_before") or ())
        self._clock_day = phrases(pain.get("clock_day") or ())
        self._clock_after = phrases(pain.get("clock_after") or ())
        self._before_after = phrases(pain.get("before_after") or ())
        self._zero = phrases(pain.get("zero") or ())
        self._per_spasm = phrases(parts.get("per_spasm") or ())
        self._instants = {
            tuple(str(k).split()): (float(v[0]), float(v[1])) for k, v in (parts.get("duration_words") or {}).items()
        }
        self._instant_list = phrases(parts.get("duration_words") or ())
        self._vague_length = phrases(parts.get("vague_length") or ())
        self._ago = phrases(parts.get("ago_words") or ())
        self._since = phrases(parts.get("since") or ())

    # --- age

    def age(self, text: Words, numbers: list[Number], taken: set[int], opened: bool, this_year: int) -> Figure | None:
        """The writer's own age in years. `opened`: the age was asked for, so a bare number is one."""
        words = text.words
        weak = self._birth(text, this_year)
        for number in numbers:
            begin, end = number.span
            if begin in taken or number.most > 120 or not float(number.least).is_integer():
                continue
            following = words[end] if end < len(words) else ""
            if following == "s" and begin and words[begin - 1] in self._decade_leads:
                if number.least % 10 or not 20 <= number.least < 100:
                    continue
                return self._decade(words, begin, (int(number.least), int(number.least) + 9), (begin, end + 1))
            old = at(words, end, self._old)
            if old:
                owner = words[end + old] if end + old < len(words) else ""
                if (begin and before(words, begin, (("my",),))) or owner in self._whose:
                    continue
                return Figure(neat(number.least, number.most), (begin, end + old))
            if following in self._not_age or at(words, end, self._out_of) or (following in self._years and not opened):
                beside = {words[begin - 1] if begin else "", words[end + 1] if end + 1 < len(words) else ""}
                if following in self._years and self._sex & beside and number.least >= 14:  # "52 years male"
                    return Figure(neat(number.least, number.most), (begin, end + 1))
                if following in self._years and self._closed(text, begin, end + 1) and number.least >= 16:
                    weak = weak or Figure(neat(number.least, number.most), (begin, end + 1))
                continue
            if following == "/" or (
                begin
                and words[begin - 1] == "/"
                and words[begin - 2 : begin - 1] != ()
                and words[begin - 2] not in self._sex
            ):
                continue
            if before(words, begin, self._me) and number.least >= 3 and following not in ("-", "%", "°"):
                if self._amounts.unit_at(words, end, True) is None:
                    return Figure(neat(number.least, number.most), (begin, end))
                continue
            sexed = (
                following in self._sex
                or (begin and words[begin - 1] in self._sex)
                or (begin > 1 and words[begin - 2] in self._sex and words[begin - 1] in "/,")
            )
            if sexed and number.least >= 14:
                return Figure(neat(number.least, number.most), (begin, end + (following in self._sex)))
            if opened and number.least <= 120:
                weak = weak or Figure(neat(number.least, number.most), (begin, end))
            if (
                number.bare
                and 16 <= number.least <= 105
                and number.least == number.most
                and self._closed(text, begin, end)
            ):
                weak = weak or Figure(neat(number.least, number.most), (begin, end))
        for place, word in enumerate(words):
            if word in self._decades:
                low, high = self._decades[word]
                if weak is not None and isinstance(weak.value, int) and low <= weak.value <= high:
                    return weak  # "pensioner, 81"
                return self._decade(words, place, self._decades[word], (place, place + 1))
        return weak

    def _birth(self, text: Words, this_year: int) -> Figure | None:
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

    def _decade(self, words: tuple[str, ...], begin: int, decade: tuple[int, int], span: Span) -> Figure:
        third = self._thirds.get(words[begin - 1]) if begin else None
        if third and decade[1] - decade[0] == 9:
            return Figure((decade[0] + third[0], decade[0] + third[1]), (begin - 1, span[1]))
        return Figure(decade, span)

    def _closed(self, text: Words, begin: int, end: int) -> bool:
        """Whether the words stand alone between marks or at the edges of the text."""
        words, clause = text.words, text.clause
        starts = begin == 0 or clause[begin - 1] != clause[begin] or not words[begin - 1].isalnum()
        ends = end >= len(words) or clause[end] != clause[begin] or not words[end].isalnum()
        return starts and ends

    # --- pain

    def pain(
        self, text: Words, match: Match, numbers: list[Number], taken: set[int], opened: bool, others_open: bool
    ) -> Figure | None:
        """Pain from 0 to 10, the worst of today; `value` None if only words speak of it."""
        words = text.words
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
                    found.append((2, Figure(neat(number.least, number.most), (begin, end))))
            elif self._lone(text, match, begin, end) and not others_open:
                found.append((1, Figure(neat(number.least, number.most), (begin, end))))
        if found:
            return self._worst(text, found)
        zero = list(vague_spans(text, self._zero))
        if zero and (opened or self._closed(text, *zero[0])) and len(words) < 9:
            return Figure(0, zero[0])
        spoken = match.spans("pain_strong")
        if opened or len(words) <= 6:
            spoken = match.spans("pain_words")
        spoken = spoken or tuple(s for s in match.spans("pain_words") if self._closed(text, *s))
        return Figure(None, spoken[0]) if spoken else None

    def _worst(self, text: Words, found: list[tuple[int, Figure]]) -> Figure:
        current = [(rank, f) for rank, f in found if not self._was(text, f)] or found
        best = max(rank for rank, _ in current)
        figures = [f for rank, f in current if rank == best]
        return max(
            figures, key=lambda f: (f.value is not None, f.value[1] if isinstance(f.value, tuple) else f.value or 0)
        )

    def _was(self, text: Words, figure: Figure) -> bool:
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

    def _lone(self, text: Words, match: Match, begin: int, end: int) -> bool:
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
        self, text: Words, match: Match, durations: list[Duration], taken: set[int], opened: bool, onset_opened: bool
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
