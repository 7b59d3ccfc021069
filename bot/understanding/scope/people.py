"""Of whom words speak: another person speaks for all that follows, until the writer speaks of himself."""

from __future__ import annotations

from functools import cached_property

from bot.understanding.patterns.spans import Spots, WordSpan, any_between

from .cues import MAYBE, OTHER, Cues, last_place, next_place

_SKIPPED = 8
"""Stretches that are passed over in one step."""
_NEAR = 3
"""Words within which "told me" follows a relative, "they" follows that, or "he has it" follows what he has."""


class People:
    """The other people in one text."""

    def __init__(self, cues: Cues) -> None:
        self._cues, self._words = cues, cues.words

    @cached_property
    def speaks_for(self) -> bool:
        """Whether the one with the bad back is somebody else, whose signs are then asked about ("his back is in spasm")."""
        return bool(self._cues.spans("their_complaint")) and not self._cues.spans("my_complaint")

    def of(self, span: WordSpan) -> str | None:
        """OTHER, MAYBE if a new statement begins before the words, or None."""
        cues = self._cues
        if cues.spots("me").begin_between(*span):
            return None
        self._cues.steps.take(1 + len(self._others) // _SKIPPED)
        for begin, end in self._others:
            if begin <= span[0] < end:
                if cues.spots("turn").begin_between(begin + 1, span[0] + 1):
                    return None
                stopped = self._stops.begin_between(begin + 1, span[0])
                fresh = cues.fresh_between("fresh_now", begin + 1, span[0] + 1, cues.known.of_them)
                return MAYBE if (stopped or fresh) and not self._contrasted(span) else OTHER
        return OTHER if cues.spots("other_after").begin_between(span[1], span[1] + _NEAR + 1) else None

    def of_them(self, span: WordSpan) -> bool:
        """Whether the statement of these words itself speaks of somebody else; one behind a comma or an "and" may be about the
        writer: "my sister had cauda equina, bum numb"."""
        begin = max(self._cues.clause(span[0])[0], last_place(self._cues.joins, span[0], -1) + 1)
        return any_between(self._begins, begin, span[0] + 1) or any_between(self._theirs, begin, span[1])

    @cached_property
    def _begins(self) -> list[int]:
        return sorted(begin for begin, _ in self._others)

    @cached_property
    def _theirs(self) -> list[int]:
        """Where words of somebody else stand: "she", "his"."""
        return [place for place, word in enumerate(self._words) if word in self._cues.known.third]

    @cached_property
    def _stops(self) -> Spots:
        """Where a statement begins that does not go on about the same somebody else: not "and she", "who"."""
        goes_on = self._cues.known.third | self._cues.known.relative
        return Spots(stop for stop in self._cues.spans("stop") if self._words[stop[1] - 1] not in goes_on)

    def told(self) -> list[WordSpan]:
        """Words of the clauses that speak of somebody else, up to where the writer or a turn comes in."""
        cues = self._cues
        turns = sorted((*cues.spots("turn").firsts, *self._stops.firsts))
        out: list[WordSpan] = []
        for begin, end in self._others:
            end = max(begin + 1, min(end, cues.clause(begin)[1], next_place(turns, begin + 1, end)))
            theirs = last_place(self._theirs, end, -1)
            out.append((begin, min(end, next_place(cues.joins, max(begin, theirs) + 1, end))))
        return out

    @cached_property
    def _others(self) -> list[WordSpan]:
        """Stretches that speak of somebody else; none at all if somebody else is the patient."""
        cues, none = self._cues, len(self._words)
        if cues.spans("proxy"):
            return []
        first = (cue for cue in cues.spans("kin_first") if cues.may_begin(cue[0]))
        out: list[WordSpan] = []
        for kin in sorted((*cues.spans("kin"), *first)):
            if out and kin[0] < out[-1][1] and kin[0] < out[-1][0] + 2:
                continue
            if (watch := self._within(self._watching, kin[1])) is not None:
                told = self._within(self._third, watch + 1)
                if told is not None:  # "a friend told me they could not feel ..."
                    out.append((told, min(next_place(self._mine, told + 1, none), cues.clause(told)[1])))
                continue
            told_of = kin[1] < none and kin[1] in self._relative
            if not told_of and any(place in self._carried for place in range(max(kin[0] - 2, 0), kin[0])):
                continue
            out.append((kin[0], self._end(kin)))
        return out

    def _contrasted(self, span: WordSpan) -> bool:
        """Whether right behind the words it is said that it is not so with the writer: "it's my wife on statins, not me"."""
        words = self._words
        ends = (cue[1] for cue in self._cues.spots("not_me").between(span[1], span[1] + _NEAR))
        return any(end >= len(words) or not words[end].isalnum() or end in self._mine for end in ends)

    def _within(self, places: frozenset[int], first: int) -> int | None:
        """The first of these places among the next words."""
        return next((p for p in range(first, min(first + _NEAR, len(self._words))) if p in places), None)

    def _end(self, kin: WordSpan) -> int:
        """Where the words about a relative end: with the sentence, or where the writer speaks of himself."""
        end = next_place(self._mine_but_kin, kin[1], len(self._words))
        sentence_end = self._cues.sentence(kin[0])[1]
        goes_on = any(place in self._third for place in range(sentence_end, sentence_end + _NEAR))
        return end if goes_on else min(end, sentence_end)

    @cached_property
    def _watching(self) -> frozenset[int]:
        return frozenset(self._cues.spots("kin_watches").firsts)

    @cached_property
    def _carried(self) -> frozenset[int]:
        return frozenset(cue[1] - 1 for cue in self._cues.spans("kin_carried"))

    @cached_property
    def _relative(self) -> frozenset[int]:
        return frozenset(self._cues.spots("relative_word").firsts)

    @cached_property
    def _third(self) -> frozenset[int]:
        return frozenset(self._cues.spots("third_person").firsts)

    @cached_property
    def _mine(self) -> list[int]:
        """Where the writer speaks of himself."""
        return sorted(cue[0] for name in ("me", "back_to_me", "fresh_self") for cue in self._cues.spans(name))

    @cached_property
    def _mine_but_kin(self) -> list[int]:
        """The same without the "my" of "my mother"."""
        kin = {place for cue in self._cues.spans("kin") for place in range(*cue)}
        return [place for place in self._mine if place not in kin]
