"""Whether words are meant: denied, past, somebody else's, only thought of, an expression, or doubtful.

Rules of scope in the manner of ConText: a cue speaks for the words around it until something ends its reach. All cues
are groups of the language's word lists; what counts as their reach stands in the modules of this folder.
"""

from __future__ import annotations

from datetime import date

from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import NO_SPOTS, Spots, WordSpan
from bot.understanding.steps import VERDICT

from .cues import HYPOTHETICAL, IDIOM, MAYBE, NEGATED, OTHER, PAST, Cues, ScopeWords
from .negation import Negation
from .past import Past
from .people import People
from .thought import Thought


class Scope:
    """The cues of one text; asked about one span at a time."""

    def __init__(self, match: Match, today: date, words: ScopeWords) -> None:
        self._cues = Cues(match, words)
        self._negation = Negation(self._cues)
        self._past = Past(self._cues, today)
        self._people = People(self._cues)
        self._thought = Thought(self._cues)
        self._verdicts: dict[tuple[WordSpan, bool], str | None] = {}
        self._denied_spots: dict[str, Spots] = {}

    def verdict(self, span: WordSpan, past_counts: bool = False) -> str | None:
        """Why the words of `span` are not meant, `MAYBE`, or None if they are meant."""
        asked = (span, past_counts)
        self._cues.steps.take()
        if asked not in self._verdicts:
            self._cues.steps.take(VERDICT)
            self._verdicts[asked] = self._verdict(span, past_counts)
        return self._verdicts[asked]

    def _verdict(self, span: WordSpan, past_counts: bool) -> str | None:
        if self._cues.spots("idiom").overlap(span):
            return IDIOM
        other = self._people.of(span)
        if other == OTHER and not self._people.speaks_for:
            return OTHER
        past = None if past_counts else self._past.of(span)
        if past == PAST:
            return PAST
        asked = self._thought.asked(span)
        if asked == HYPOTHETICAL or self._thought.hypothetical(span):
            return HYPOTHETICAL
        denied = self._negation.of(span)
        if denied == NEGATED:
            return NEGATED
        doubted = denied or past or asked or other or self._thought.hedged(span) or self._thought.compared(span)
        if doubted or (not past_counts and (self._past.over(span) or self._past.chronic(span))):
            return MAYBE
        return None

    def negated(self, span: WordSpan) -> bool:
        """Whether a "no" speaks of these words."""
        return self._negation.of(span) == NEGATED

    def has_own_no(self, span: WordSpan) -> bool:
        """Whether the words begin with a negation of their own, so that one further left says nothing of them."""
        return self._negation.has_own_no(span)

    def compared(self, span: WordSpan) -> bool:
        """Whether something else is said to be more so ("more tired than achy"), so that these words are not said to be so."""
        return self._thought.compared(span)

    def doubted(self, span: WordSpan) -> bool:
        """Whether a hedge, a question or somebody else makes these words doubtful, rather than a list that they stand in."""
        thought = self._thought
        return thought.hedged(span) or thought.asked(span) is not None or self._people.of(span) is not None

    def of_them(self, span: WordSpan) -> bool:
        """Whether the statement of these words itself speaks of somebody else."""
        return self._people.of_them(span)

    def told_of_others(self) -> list[WordSpan]:
        """Words of the clauses that speak of somebody else."""
        return self._people.told()

    @property
    def past_years(self) -> list[WordSpan]:
        """Years of long ago that a denial of today follows."""
        return self._past.years

    @property
    def past_cues(self) -> tuple[WordSpan, ...]:
        """Words and years that speak of the past."""
        return self._past.cues.spans

    def long_over(self, span: WordSpan, group: str = "") -> bool:
        """Whether words of the past, or of a long time, are followed by a denial of today, and nothing says that it is back.
        `group`: the words of the same thing; where they are denied, they are over too."""
        return self._past.long_over(span, self._denied(group) if group else NO_SPOTS)

    def within_a_year(self, span: WordSpan) -> bool:
        """Whether the sentence tells a time of this year, which is not over where a year is asked about."""
        return self._past.within_a_year(span)

    def long_so(self, span: WordSpan) -> bool:
        """Whether "that" has been so for years, behind these words, of a known cause, or with nothing new: "up to wee at night, my
        prostate, been like that for years"."""
        return self._past.long_so(span)

    def _denied(self, group: str) -> Spots:
        """Where words of a group are denied."""
        if group not in self._denied_spots:
            self._denied_spots[group] = Spots(span for span in self._cues.spans(group) if self.negated(span))
        return self._denied_spots[group]

    def told_with(self, span: WordSpan) -> WordSpan:
        """The words with which something long over is told."""
        return self._past.told_with(span)
