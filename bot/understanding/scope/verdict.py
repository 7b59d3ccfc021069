"""Whether words are meant: denied, past, somebody else's, only thought of, an expression, or doubtful.

Rules of scope in the manner of ConText: a cue speaks for the words around it until something ends its reach. All cues
are groups of the language's word lists; what counts as their reach stands in the modules of this folder.
"""

from __future__ import annotations

from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.steps import VERDICT

from .cues import HYPOTHETICAL, IDIOM, MAYBE, NEGATED, OTHER, PAST, Cues, ScopeWords
from .negation import Negation
from .past import Past
from .people import People
from .thought import Thought


class Scope:
    """The cues of one text; asked about one span at a time."""

    def __init__(self, match: Match, this_year: int, words: ScopeWords) -> None:
        self._cues = Cues(match, words)
        self._negation = Negation(self._cues)
        self._past = Past(self._cues, this_year)
        self._people = People(self._cues)
        self._thought = Thought(self._cues)
        self._verdicts: dict[tuple[WordSpan, bool], str | None] = {}

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
        doubted = denied or past or asked or other or self._thought.hedged(span)
        if doubted or (not past_counts and (self._past.over(span) or self._past.chronic(span))):
            return MAYBE
        return None

    def negated(self, span: WordSpan) -> bool:
        """Whether a "no" speaks of these words."""
        return self._negation.of(span) == NEGATED

    def has_own_no(self, span: WordSpan) -> bool:
        """Whether the words begin with a negation of their own, so that one further left says nothing of them."""
        return self._negation.has_own_no(span)

    @property
    def past_cues(self) -> tuple[WordSpan, ...]:
        """Words and years that speak of the past."""
        return self._past.cues.spans

    def long_over(self, span: WordSpan) -> bool:
        """Whether words of the past, or of a long time, are followed by a denial of today, and nothing says that it is back."""
        return self._past.long_over(span)

    def told_with(self, span: WordSpan) -> WordSpan:
        """The words with which something long over is told."""
        return self._past.told_with(span)
