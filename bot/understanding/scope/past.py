"""What is over: the past speaks for its stretch of the sentence, unless the same stretch says that it goes on."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from bot.understanding.patterns.spans import Spots, WordSpan

from .cues import MAYBE, PAST, Cues, next_place, together

_FIRST_YEAR = 1920
_CUE = 6
"""Steps that it costs to look whether a cue is parted from some words."""
_LEAD = 5
"""Words of the clause before that belong to a stretch."""


class Past:
    """The cues of the past in one text."""

    def __init__(self, cues: Cues, this_year: int) -> None:
        self._cues, self._words, self._this_year = cues, cues.words, this_year

    @cached_property
    def cues(self) -> Spots:
        """Words and years that speak of the past."""
        words, years = self._words, []
        for place in {cue[1] for cue in self._cues.spans("in_year")}:
            word = words[place] if place < len(words) else ""
            if len(word) == 4 and word.isdecimal() and _FIRST_YEAR <= int(word) < self._this_year:
                years.append((place, place + 1))
        return together(self._cues.spans("past"), years, self._cues.spans("long_ago"))

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
        fresh = self._cues.fresh("fresh")  # "a slipped disc in 2015 numb between my legs": whose time is not clear
        last = bisect_right(fresh, span[0]) - 1
        return MAYBE if last >= 0 and max(cue[1] for cue in cues) <= fresh[last] else PAST

    def over(self, span: WordSpan) -> bool:
        """Whether the sentence says that it is over ("went numb yesterday but it's gone now")."""
        return self._cues.spots("over_now").begin_between(span[1], self._cues.sentence(span[0])[1])

    def chronic(self, span: WordSpan) -> bool:
        """Whether its stretch says that it has long been so ("a weak bladder for years"): not new, so asked about."""
        chronic = self._cues.spots("chronic")
        return bool(chronic) and chronic.begin_between(*self._stretch(span))

    def long_over(self, span: WordSpan) -> bool:
        """Whether words of the past, or of a long time, are followed by a denial of today ("two years ago, nothing now"), or led
        by a "nothing new", with nothing that says that it is back."""
        over = self._cues.spots("nothing_new") or self._last_denial > span[0]
        return over and bool(self.cues or self._cues.spots("chronic")) and self._last_present < span[1]

    @cached_property
    def _last_denial(self) -> int:
        """Where the last denial of today ends."""
        return max((cue[1] for name in ("over_now", "deny_all") for cue in self._cues.spans(name)), default=-1)

    @cached_property
    def _last_present(self) -> int:
        """Where something last says that it goes on: "ever since my last baby" is of long ago."""
        spans = self._cues.spans
        names = ("over_now", "deny_all", "nothing_new", "chronic")
        old = together(self.cues.spans, *(spans(name) for name in names))
        now = (cue for name in ("present", "begins_now", "gets_worse") for cue in spans(name))
        return max((cue[0] for cue in now if not old.overlap(cue)), default=-1)

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
