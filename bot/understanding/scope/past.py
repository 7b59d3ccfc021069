"""What is over: the past speaks for its stretch of the sentence, unless the same stretch says that it goes on."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import cached_property

from bot.understanding.patterns.spans import Spots, WordSpan, any_between

from .cues import MAYBE, PAST, Cues, next_place, together

_OVER = ("over_now", "deny_all", "now_instead", "denied_at_the_end")
"""Groups of phrases that say that something is over."""
_END = 10**9
_FIRST_YEAR = 1920
_MONTHS_AGO = 3
"""From so many months on a month is of the past, where weeks are asked about."""
_CUE = 6
"""Steps that it costs to look whether a cue is parted from some words."""
_LEAD = 5
"""Words of the clause before that belong to a stretch."""


class Past:
    """The cues of the past in one text."""

    def __init__(self, cues: Cues, today: date) -> None:
        self._cues, self._words, self._today = cues, cues.words, today

    @cached_property
    def cues(self) -> Spots:
        """Words, years and months of long ago that speak of the past."""
        behind = {cue[1] for cue in self._cues.spans("in_year") if cue[1] < len(self._words)}
        times = [(place, place + 1) for place in behind if self._is_past(self._words[place])]
        return together(self._cues.spans("past"), times, self._cues.spans("long_ago"))

    def _is_past(self, word: str) -> bool:
        """Whether it is a year before this one, or a month that is some months ago."""
        if word in self._cues.known.months:
            return (self._today.month - self._cues.known.months[word]) % 12 >= _MONTHS_AGO
        return len(word) == 4 and word.isdecimal() and _FIRST_YEAR <= int(word) < self._today.year

    def of(self, span: WordSpan) -> str | None:
        """PAST, MAYBE if it is not clear whose time a cue tells, or None."""
        if not self.cues:
            return None
        begin, end = self._stretch(span)
        near = self.cues.between(begin, end)
        self._cues.steps.take(_CUE * len(near))
        cues = [cue for cue in near if not self._parted(cue, span)]
        if not cues:
            return None
        spoken = Spots(cues)
        if any(not spoken.overlap(now) for now in self._cues.spots("present").between(begin, end)):
            return None
        if not any(self._near(cue, span) for cue in cues) or self._cues.spots("is_back").begin_between(span[1], _END):
            return MAYBE  # "fever last year, came back yesterday"
        fresh = self._cues.fresh("fresh")  # "a slipped disc in 2015 numb between my legs": whose time is not clear
        last = bisect_right(fresh, span[0]) - 1
        return MAYBE if last >= 0 and max(cue[1] for cue in cues) <= fresh[last] else PAST

    def over(self, span: WordSpan) -> bool:
        """Whether the sentence says that it is over ("went numb yesterday but it's gone now")."""
        return self._cues.spots("over_now").begin_between(span[1], self._cues.sentence(span[0])[1])

    def chronic(self, span: WordSpan) -> bool:
        """Whether its stretch says that it has long been so ("a weak bladder for years"): not new, so asked about."""
        chronic, of_that = self._cues.spots("chronic"), self._cues.spots("chronic_of_that")
        if not (chronic or of_that):
            return False
        begin, end = self._stretch(span)
        return chronic.begin_between(begin, end) or of_that.begin_between(
            end, end + 2
        )  # "but that is since my second baby"

    def within_a_year(self, span: WordSpan) -> bool:
        """Whether the sentence tells a time of this year: a month, a season, "9 months ago": over where weeks are asked about."""
        first, last = self._cues.sentence(span[0])
        month = any(word in self._cues.known.months for word in self._words[first:last])
        return month or self._cues.spots("within_a_year").begin_between(first, last)

    def long_over(self, span: WordSpan, denied: Spots) -> bool:
        """Whether words of the past, or of a long time, are followed by a denial of today ("two years ago, nothing now"), or led
        by a "nothing new", with nothing that says that it is back, or that it was lately. `denied`: where they are denied."""
        over = self._cues.spots("nothing_new") or self._last_over > span[0] or denied.begin_between(span[1], _END)
        if not over or self._lately(span) or not self._told_near(span):
            return False
        self._cues.steps.take()
        back = self._present.between(span[1], _END)
        return all(any(d[1] > now[0] for d in denied.between(span[1], now[1])) for now in back)

    def long_so(self, span: WordSpan) -> bool:
        """Whether behind these words, in their sentence, "that" has been so for years, with a cause that is known, or nothing is
        new; and nothing is back or of late."""
        cues, last = self._cues, self._cues.sentence(span[0])[1]
        known = cues.spots("long_so_of_a_cause").begin_between(span[1], last)
        said = cues.spots("long_so").begin_between(span[1], last)
        unchanged = cues.spots("nothing_new").begin_between(span[1], _END)
        return (known or (said and unchanged)) and not self._lately(span) and not self._present.between(span[1], _END)

    @cached_property
    def _last_over(self) -> int:
        """Where the last words end that say that something is over."""
        return max((cue[1] for name in _OVER for cue in self._cues.spans(name)), default=-1)

    @cached_property
    def _present(self) -> Spots:
        """Where something says that it goes on: "ever since my last baby" is of long ago."""
        spans = self._cues.spans
        old = together(self.cues.spans, *(spans(name) for name in (*_OVER, "nothing_new", "chronic")))
        now = (cue for name in ("present", "begins_now", "gets_worse") for cue in spans(name))
        return Spots(sorted(cue for cue in now if not old.overlap(cue)))

    def _lately(self, span: WordSpan) -> bool:
        """Whether its sentence tells a time of a few days or weeks ago: that is not long over."""
        return self._cues.spots("lately").begin_between(*self._cues.sentence(span[0]))

    def _told_near(self, span: WordSpan) -> bool:
        """Whether words of long ago, or of a long time, stand near, or "that is since ..." behind."""
        if self._cues.spots("chronic_of_that").begin_between(span[1], _END):
            return True
        first, last = self._cues.clause(span[0])[0], self._cues.clause(span[1] - 1)[1]
        alone = self._alone.firsts
        if alone and (alone[0] < first or alone[-1] >= last):
            return True
        beside = self._told.between(first, last)
        self._cues.steps.take(len(beside))
        return any(self._near(cue, span) for cue in reversed(beside))

    @cached_property
    def _cue_set(self) -> frozenset[WordSpan]:
        return frozenset(self.cues.spans)

    @cached_property
    def _told(self) -> Spots:
        return together(self.cues.spans, self._cues.spans("chronic"))

    @cached_property
    def _alone(self) -> Spots:
        """Those that are the only thing their clause says."""
        return Spots(cue for cue in self._told.spans if self._is_alone(cue))

    @cached_property
    def _telling(self) -> list[int]:
        around = self._cues.known.around_a_time
        return [place for place, word in enumerate(self._words) if word.isalnum() and word not in around]

    def _is_alone(self, cue: WordSpan) -> bool:
        first, last = self._cues.clause(cue[0])
        return not any_between(self._telling, first, cue[0]) and not any_between(self._telling, cue[1], last)

    def _near(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a cue stands in the clause of these words, or in one beside it that says nothing else ("in 2015, my leg was
        numb"); not in another statement ("slipped disc in 2015, bum numb")."""
        first = self._cues.clause(cue[0])[0]
        if self._cues.clause(span[0])[0] <= first <= self._cues.clause(span[1] - 1)[0]:
            leads = cue[0] - first <= 1 and cue in self._cue_set  # "in 2015 i had a slipped disc and numb legs"
            return leads or not any_between(self._cues.joins, cue[1], span[0])
        return self._is_alone(cue)

    @property
    def years(self) -> list[WordSpan]:
        """Years of long ago that a denial of today follows: "the hospital asked me in 2021, no then and no now"."""
        last = max((cue[0] for name in _OVER for cue in self._cues.spans(name)), default=-1)
        return [
            cue
            for cue in self.cues.spans
            if cue[1] - cue[0] == 1 and self._words[cue[0]].isdecimal() and cue[1] <= last
        ]

    def told_with(self, span: WordSpan) -> WordSpan:
        """The words from the begin of its sentence to the last cue of the past in it, or to its own end: what is long over."""
        first, last = self._cues.sentence(span[0])
        ends = [c[1] for spots in (self.cues, self._cues.spots("chronic")) for c in spots.between(first, last)]
        self._cues.steps.take(len(ends))
        turn = next_place(self._cues.spots("turn").firsts, span[1], last)
        end = max([span[1], *(end for end in ends if end <= last)])
        return first, min(end, turn) if turn < last else end

    def _stretch(self, span: WordSpan) -> WordSpan:
        """The part of the sentence around `span` between turns ("but", "and now") and commas."""
        first, last = self._cues.sentence(span[0])
        turns = self._cues.spots("turn")
        first = next((turn[0] for turn in reversed(turns.between(first, span[0])) if turn[1] <= span[0]), first)
        last = min(last, next_place(turns.firsts, span[1], last))
        begin = lead = max(first, self._cues.clause(span[0])[0])
        while lead > first and self._cues.same_clause(lead - 1, begin - 1) and begin - lead <= _LEAD:
            lead -= 1
        if begin - lead <= _LEAD:
            begin = lead
        return begin, max(span[1], min(last, self._cues.clause(span[1] - 1)[1]))

    def _parted(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a statement of its own begins between a cue of the past and `span`, whichever comes first."""
        if cue[0] >= span[1]:
            return any(self._cues.fresh_between(group, span[1], cue[0]) for group in ("fresh_now", "fresh_then"))
        return self._cues.fresh_between("fresh_now", cue[1], span[0] + 1)
