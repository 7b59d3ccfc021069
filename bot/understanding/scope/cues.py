"""What all rules of scope look at: the cues of one text, its sentences and clauses, and where new statements begin.

Cues are groups of the language's word lists. Where they stand is looked up in sorted places, so that a text costs as much
as it has words, however many cues it has.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from bot.understanding.lists.model import Lists
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import Spots, WordSpan, any_between

NEGATED, PAST, OTHER, HYPOTHETICAL, IDIOM = "negated", "past", "other_person", "hypothetical", "expression"
MAYBE = "maybe"
"""Neither plainly meant nor plainly not: to be asked about."""


@dataclass(frozen=True, slots=True)
class ScopeWords:
    """The single words that rules of scope know, of one language."""

    joined_by_or: frozenset[str]
    joining: frozenset[str]
    mine: frozenset[str]
    owned: frozenset[str]
    joins_thought: frozenset[str]
    binding: frozenset[str]
    numbers: frozenset[str]
    says: frozenset[str]
    connects: frozenset[str]
    links: frozenset[str]
    answers: frozenset[str]
    answers_before: frozenset[str]
    answers_alone: frozenset[str]
    states: frozenset[str]
    begins_statement: frozenset[str]
    leads_on: frozenset[str]
    subjects: frozenset[str]
    before_a_verb: frozenset[str]
    has_subject: frozenset[str]
    of_them: frozenset[str]
    around_a_time: frozenset[str]
    relative: frozenset[str]
    third: frozenset[str]
    in_a_row: frozenset[str]
    months: Mapping[str, int]
    """Name -> 1 to 12."""

    @classmethod
    def of(cls, parts: Lists) -> ScopeWords:
        """The words of a language."""

        def group(name: str) -> frozenset[str]:
            return frozenset(parts.group(name))

        return cls(
            months=parts.month_numbers,
            joined_by_or=group("joined_by_or"),
            joining=frozenset(parts.joining),
            mine=group("speaks_of_self"),
            owned=group("owned"),
            joins_thought=group("joins_thought"),
            binding=frozenset(parts.binding),
            numbers=frozenset(parts.numbers) - {"one"},
            says=group("statement"),
            connects=group("connects"),
            links=group("links_a_thing"),
            answers=group("answer_word"),
            answers_before=group("answer_before_a_state"),
            answers_alone=group("answer_alone"),
            states=group("state_word"),
            begins_statement=group("begins_a_statement"),
            leads_on=group("leads_on"),
            subjects=group("begins_with_a_subject"),
            before_a_verb=group("no_before_a_verb"),
            has_subject=group("subject_word"),
            of_them=group("goes_on_of_them"),
            around_a_time=group("around_a_time"),
            relative=group("relative_word"),
            third=group("third_person"),
            in_a_row=group("noun_in_a_row"),
        )


class Cues:
    """The cues of one text."""

    def __init__(self, match: Match, known: ScopeWords) -> None:
        self.spots, self.spans = match.spots, match.spans
        self.steps = match.steps
        self.spoken = match.words
        self.words = match.words.words
        self.known = known
        self._fresh: dict[tuple[str, frozenset[str]], list[int]] = {}

    @cached_property
    def _sentences(self) -> list[WordSpan]:
        return _bounds(self.spoken.sentence)

    @cached_property
    def _clauses(self) -> list[WordSpan]:
        return _bounds(self.spoken.clause)

    def sentence(self, place: int) -> WordSpan:
        """Begin and end of the sentence of a word."""
        return self._sentences[place]

    def clause(self, place: int) -> WordSpan:
        """Begin and end of the clause of a word."""
        return self._clauses[place]

    def same_sentence(self, one: int, other: int) -> bool:
        """Whether two words stand in one sentence."""
        return self.spoken.sentence[one] == self.spoken.sentence[other]

    def same_clause(self, one: int, other: int) -> bool:
        """Whether two words stand in one clause."""
        return self.spoken.clause[one] == self.spoken.clause[other]

    @cached_property
    def joins(self) -> list[int]:
        """Where "and" and the like stand, in order."""
        return [place for place, word in enumerate(self.words) if word in self.known.joining]

    def fresh(self, group: str, leads: frozenset[str] = frozenset()) -> list[int]:
        """Where statements begin without a mark, by the words of `group`, in order; not behind "or", nor behind one of `leads`."""
        known = self._fresh.get((group, leads))
        if known is None:
            ties = leads | self.known.joined_by_or | self.known.owned
            known = [place for place in self.spots(group).firsts if place and self.words[place - 1] not in ties]
            self._fresh[group, leads] = known
        return known

    def fresh_between(self, group: str, first: int, last: int, leads: frozenset[str] = frozenset()) -> bool:
        """Whether such a statement begins from `first` on and before `last`."""
        return any_between(self.fresh(group, leads), first, last)

    @cached_property
    def _question_leads(self) -> frozenset[int]:
        return frozenset(cue[1] for cue in self.spans("question_leads"))

    def may_begin(self, place: int) -> bool:
        """Whether a question may begin at `place`: first in its clause, or after "and", "so", "hello"."""
        if place == 0 or not self.same_clause(place, place - 1) or not self.words[place - 1].isalnum():
            return True
        return self.words[place - 1] in self.known.joining or place in self._question_leads


def _bounds(numbers: Iterable[int]) -> list[WordSpan]:
    """For each word the begin and the end of the stretch that has its number."""
    out: list[WordSpan] = []
    for _, group in groupby(numbers):
        length = len(list(group))
        out += [(len(out), len(out) + length)] * length
    return out


def next_place(places: list[int], first: int, default: int) -> int:
    """The first of these places, which are in order, from `first` on."""
    found = bisect_left(places, first)
    return places[found] if found < len(places) else default


def last_place(places: list[int], end: int, default: int) -> int:
    """The last of these places, which are in order, before `end`."""
    found = bisect_left(places, end)
    return places[found - 1] if found else default


def together(*groups: Iterable[WordSpan]) -> Spots:
    """Several groups as one."""
    return Spots(sorted(span for group in groups for span in group))
