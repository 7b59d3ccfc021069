"""When it began: of all times that a text names, the one that its words speak for best.

"Started", "since" and the complaint in the same clause speak for a time; a warning sign beside it, an operation, "worse"
or "twice" speak against it. A text that names no time may still say that it was "a while ago": then it is asked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.understanding.lists.model import Lists
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.words import SpokenWords

from .amounts import Amounts, Duration
from .dates import DateReader
from .periods import Days, Guess

DAY = 86400

_SHORT = 6
"""Words of a message in which hours alone are rather those of a spasm."""
_LEADS_UP = 3
"""Words of a phrase that lead up to a time which is then none of the beginning, at least."""


class OnsetReader(DateReader):
    """Reads times ago with the date words of a language, and weighs them."""

    def __init__(self, parts: Lists, amounts: Amounts) -> None:
        super().__init__(parts, amounts)
        self._since_not = frozenset(parts.since_not)

    def guesses(
        self,
        text: SpokenWords,
        match: Match,
        now: datetime,
        dates_open: bool,
        amounts: Iterable[Duration],
        signs: Iterable[WordSpan] = (),
    ) -> list[Guess]:
        """All readings of the text as times ago, in order. `dates_open`: "7/10" may be a date; `amounts`: its amounts of time;
        `signs`: where the words speak of something else than the complaint ("fever since yesterday")."""
        elsewhere = tuple(signs)
        today, words = now.date(), text.words
        durations = {d.span[0]: d for d in amounts}
        inside = {place for d in durations.values() for place in range(d.span[0] + 1, d.span[1])}
        out: list[Guess] = []
        place = 0
        while place < len(words):
            guess = self.date_at(words, place, today, dates_open)
            if guess is None and place in durations:
                guess = self._ago(text, durations[place], now, dates_open)
            if guess is None:
                place += 1
                continue
            if place not in inside or guess.plain_duration:
                out.append(guess)
            place = max(guess.span[1], place + 1)
        meant = [g for g in out if not (dates_open and self.lists["not_but"].before(words, g.span[0]))]
        return [self._weighed(text, match, g, elsewhere) for g in meant or out]  # "not today, the day before yesterday"

    def _weighed(self, text: SpokenWords, match: Match, guess: Guess, signs: tuple[WordSpan, ...]) -> Guess:
        clause = text.clause[guess.span[0]]
        beside = any(text.clause[s[0]] == clause and self._together(match, guess.span, s) for s in signs)
        return replace(guess, weight=guess.weight + self._context(text, match, guess, beside), elsewhere=beside)

    # --- amounts of time

    def _ago(self, text: SpokenWords, duration: Duration, now: datetime, asked: bool) -> Guess | None:
        words, (begin, end) = text.words, duration.span
        today = now.date()
        after = self.lists["ago_words"].at(words, end) or self.lists["ago_before"].before(words, begin)
        if asked and not after and end + 1 == len(words):
            after = self.lists["since"].at(words, end)  # "an hour since"
        since = self.lists["for"].before(words, begin) or self.lists["since"].before(words, begin)
        if self.lists["never_onset_before"].before(words, begin) or self.lists["never_onset_after"].at(words, end):
            return None
        days = duration.unit not in ("second", "minute", "hour") or duration.least >= DAY / 2
        if duration.vague:
            if not (after or since) and len(words) > 4:
                return None
            return Guess((begin, end), None, weight=1.5) if days else None
        if not days and not (after or since):
            alone = (asked or len(words) > _SHORT) and duration.unit == "hour" and self._alone(text, begin, end)
            if not alone:
                return None
        least = (today - (now - timedelta(seconds=min(duration.least, 3e9))).date()).days
        most = (today - (now - timedelta(seconds=min(duration.most, 3e9))).date()).days
        if days:
            least, most = round(duration.least / DAY), round(duration.most / DAY)
        shift = self._day_shift.get(words[end + after]) if days and end + after < len(words) else None
        if days and asked and not after and (full := self._full_on(words, end, today)) is not None:
            shift, after = full
        if shift is not None and (after or shift <= 0):
            least, most, after, since = max(0, least + shift), max(0, most + shift), after + 1, 1
        single = words[begin] in self.amounts.articles and not after and not since
        ends = end >= len(words) or not words[end].isalnum() or bool(self.lists["already"].at(words, end))
        if single and begin and len(words) > 4 and not ends and not self.lists["about_words"].before(words, begin):
            return None
        if not after and not since and self.lists["ahead_before"].before(words, begin):
            return Guess((begin, end), None, weight=1)  # "in 2 days" lies ahead: it is asked again
        weight = 1.0 + (2 if after else 0) + (1 if since else 0)
        value: Days = least if least == most else (least, most)
        behind = after if shift is not None or self.lists["ago_words"].at(words, end) else 0
        return Guess((begin, end + behind), value, (), weight, True)

    def _full_on(self, words: tuple[str, ...], end: int, today: date) -> tuple[int, int] | None:
        """On which weekday to come an amount of time is full, "six weeks this coming sunday": days to add, words before it."""
        lead = self.lists["comes_round"].at(words, end)
        number = self._weekday.get(words[end + lead]) if lead and end + lead < len(words) else None
        return None if number is None else (-((number - today.weekday() - 1) % 7 + 1), lead)

    @staticmethod
    def _alone(text: SpokenWords, begin: int, end: int) -> bool:
        """Whether the words are a clause of their own."""
        before_it = begin == 0 or not text.words[begin - 1].isalnum()
        return before_it and (end >= len(text.words) or not text.words[end].isalnum())

    # --- what speaks for or against

    def _context(self, text: SpokenWords, match: Match, guess: Guess, elsewhere: bool) -> float:
        """How well the words around a time speak of the beginning."""
        begin, end = guess.span
        clause, sentence = (_bounds(numbers, begin) for numbers in (text.clause, text.sentence))
        weight = 0.0
        complaints = match.spots("time.complaint").between(*clause)
        complaint = bool(complaints)
        began = match.spots("time.began")
        if began.begin_between(clause[0], min(clause[1], end + 6)):
            weight += 3
        elif began.begin_between(*sentence):
            weight += 1
        elif elsewhere:
            weight -= 1.5 if complaint else 3
        if complaint:
            weight += 1
        if match.spots("time.this_bout").begin_between(clause[0], min(clause[1], end)):
            weight += 8  # "bad for 20 years, but this lot started sunday"
        not_onset = match.spots("time.not_the_onset").between(*clause)
        match.steps.take(len(complaints) + len(not_onset))
        told = [c for c in complaints if 0 <= begin - c[1] <= 1]
        told += (
            b
            for b in began.between(*clause)
            if 0 <= begin - b[1] <= 1 and not any(0 <= b[0] - n[1] <= 3 for n in not_onset)
        )
        if any(n[0] < begin <= n[1] and n[1] - n[0] >= _LEADS_UP for n in not_onset):
            return weight - 8  # "the fourth time my back has gone since january"
        if told:
            return weight + 3  # "back pain 3 days inject heroin": said of the complaint, whatever follows
        still = match.spots("time.still_the_onset")
        for other in not_onset:
            if other[0] - begin <= -6 or other[0] - end > 1 or still.overlap((other[0], other[0] + 1)):
                continue
            if any(self.lists["joining"].at(text.words, place) for place in range(other[1], begin)):
                continue  # "worse sitting and for two weeks"
            return weight - 4
        return weight

    def choose(
        self, guesses: list[Guess], text: SpokenWords, taken: set[int], opened: bool, length_open: bool
    ) -> Guess | None:
        """The time that is meant (or what must be asked), if the text names one. `taken`: words that were read otherwise."""
        if length_open:
            guesses = [g for g in guesses if not g.plain_duration or g.weight >= 3]
        left = [g for g in guesses if not taken & set(range(*g.span)) and (g.weight > 0 or opened)]
        valued = [g for g in left if g.days is not None or g.candidates]
        only = [g for g in guesses if g.elsewhere and g.weight > -2]
        if not valued and len(guesses) == len(only) == 1 and len(text.words) > 7:
            valued = only  # no other time is named: "66. since last night my left leg is getting weaker"
        counted = {g.days for g in valued if g.plain_duration and isinstance(g.days, int)}
        if (
            len(counted) == 1 and (days := counted.pop()) is not None
        ):  # "ten days, it was a Tuesday": the Tuesday of that week
            named = [g for g in valued if isinstance(g.days, int) and text.words[g.span[0]] in self._weekday]
            valued = [g for g in valued if g not in named or (days - _days(g)) % 7 or _days(g) > days]
        if valued:
            return max(valued, key=lambda g: (g.weight, -g.span[0]))
        return left[0] if left else None

    def vague(self, text: SpokenWords, match: Match, opened: bool, plain_word: bool) -> WordSpan | None:
        """Words that say only that it was some time ago. `plain_word`: the whole text is a yes, a no or a "not sure"."""
        if plain_word and not opened:
            return None
        short = len(text.words) <= 6
        spans = self.lists["vague_time"].spans(text.words)
        alone = self.lists["vague_alone"].spans(text.words) if short or opened else []
        if (opened or short) and (spans or alone):
            return (*spans, *alone)[0]
        began = match.spots("time.began")
        for span in spans:
            if began.begin_between(*_bounds(text.sentence, span[0])):
                return span
        for place, end in self.lists["since_what"].spans(text.words):
            after = text.words[end : end + 4]
            if after and not self._since_not & set(after):
                return place, min(end + 2, len(text.words))
        return None

    @staticmethod
    def _together(match: Match, one: WordSpan, other: WordSpan) -> bool:
        """Whether no turn ("and now") stands between two spans of a clause."""
        first, last = min(one[1], other[1]), max(one[0], other[0])
        return not match.spots("turn").begin_between(first, last)


def _days(guess: Guess) -> int:
    """The days ago of a guess that names one day."""
    return guess.days if isinstance(guess.days, int) else 0


def _bounds(numbers: tuple[int, ...], place: int) -> WordSpan:
    """Begin and end of the sentence or clause of a word, by their numbers, which are in order."""
    return bisect_left(numbers, numbers[place]), bisect_right(numbers, numbers[place])
