"""What is only thought of, asked or doubted.

"What if" speaks to the end of the sentence; "if" to the end of its own clause, and not at all before a habit ("if I bend").
"""

from __future__ import annotations

from functools import cached_property

from bot.understanding.patterns.spans import Spots, WordSpan

from .cues import HYPOTHETICAL, MAYBE, Cues, next_place

_HABIT = 5
"""Words behind an "if" in which a habit is named."""
_BEFORE, _BEHIND = 5, 3
"""Words between a hedge and what it doubts."""


class Thought:
    """The thoughts, questions and doubts of one text."""

    def __init__(self, cues: Cues) -> None:
        self._cues, self._words, self._known = cues, cues.words, cues.known

    def hypothetical(self, span: WordSpan) -> bool:
        """Whether words are only thought of."""
        return self._thought.overlap((span[0], span[0] + 1))

    @cached_property
    def _thought(self) -> Spots:
        """The stretches that are only thought of."""
        cues = self._cues
        begun = (cue for cue in cues.spans("hypothetical_first") if cues.may_begin(cue[0]))
        out = [(cue[0], self._thought_ends(cue, self._next_statement(cue))) for cue in cues.spans("hypothetical")]
        out += [(cue[0], self._thought_ends(cue, self._next_statement(cue))) for cue in begun]
        not_ifs = cues.spots("not_an_if")
        for cue in cues.spans("if_word"):
            if not not_ifs.overlap((cue[0], cue[0] + 1)) and (end := self._if_ends(cue)) is not None:
                out.append((cue[0], end))
        return Spots(sorted(out))

    def _thought_ends(self, cue: WordSpan, last: int) -> int:
        return min(last, next_place(self._cues.spots("thought_ends").firsts, cue[1], last))

    def _if_ends(self, cue: WordSpan) -> int | None:
        """Where an "if" ends to speak; None if it names a habit."""
        cues = self._cues
        last = self._thought_ends(cue, cues.sentence(cue[0])[1])
        stops = (last, cues.clause(cue[0])[1], next_place(cues.spots("if_ends").firsts, cue[1], last))
        end = max(cue[1], min(stops))
        asks = cues.spots("if_asks")
        asked = asks.begin_between(cue[1], last) or (bool(asks) and asks.firsts[0] < cue[0])
        habit = cues.spots("if_habit").begin_between(cue[1], min(cue[1] + _HABIT, end))
        return None if habit and not asked else end

    def _next_statement(self, cue: WordSpan) -> int:
        """Where the sentence of the cue ends, or where behind a comma somebody speaks of what is so ("..., i can not pee")."""
        last = self._cues.sentence(cue[0])[1]
        return min(last, next_place(self._statements, cue[1] + 1, last))

    @cached_property
    def _statements(self) -> list[int]:
        """Where somebody speaks of what is so."""
        words, known = self._words, self._known
        fresh = {p for p in self._cues.fresh("fresh_now") if words[p - 1] not in known.joins_thought}
        out = []
        for place in range(1, len(words)):
            here = place + (not words[place].isalnum())
            begins = not self._cues.same_clause(place, place - 1) and here < self._cues.sentence(place)[1]
            if place in fresh or (begins and words[here] in known.mine):
                out.append(place)
        return out

    def asked(self, span: WordSpan) -> str | None:
        """ "Is numbness dangerous?": only asked about; "is my numb bum serious?": perhaps so."""
        cues = self._cues
        if not cues.spots("asks_last"):
            return None
        first, last = cues.sentence(span[0])
        start = next_place(self._questions, first, last)
        if not (start == first or start <= span[0]) or not cues.spots("asks_last").begin_between(span[1], last):
            return None
        return MAYBE if cues.spots("owned_before").begin_between(start + 1, span[0]) else HYPOTHETICAL

    @cached_property
    def _questions(self) -> list[int]:
        """Where questions begin: with a sentence, or behind "and"."""
        firsts = self._cues.spots("asks_first").firsts
        joining = self._known.joining
        return [p for p in firsts if self._cues.sentence(p)[0] == p or self._words[p - 1] in joining]

    def hedged(self, span: WordSpan) -> bool:
        """Whether words are in doubt."""
        cues = self._cues
        first = cues.sentence(span[0])[0]
        asks = cues.spots("own_question").between(first, span[0])
        if any(cue[1] <= span[0] for cue in asks):  # "is it normal to be numb there?": whoever asks may well have it
            return True
        cues.steps.take()
        return any(self._doubts(cue, span) for cue in cues.spots("hedge").near(span, _BEFORE))

    def compared(self, span: WordSpan) -> bool:
        """Whether words stand behind a "more ... than": "more tired than achy" does not say that it aches."""
        return any(span[0] <= cue[1] < span[1] for cue in self._cues.spots("more_of_it_than").near(span, 0))

    def _doubts(self, cue: WordSpan, span: WordSpan) -> bool:
        """Whether a hedge beside words doubts them."""
        cues, words = self._cues, self._words
        cues.steps.take()
        if not cues.same_sentence(cue[0], span[0]) or (span[0] <= cue[0] and cue[1] <= span[1]):
            return False
        if cue[0] < span[0] < cue[1] - 1 < span[1] - 1:  # "do not know if i am going": part of the sign itself
            return False
        following = words[cue[1]] if cue[1] < len(words) else ""
        if following[:1].isdecimal() or following in self._known.numbers:  # "maybe 5 seconds" doubts only the number
            return False
        if -_BEHIND <= span[0] - cue[1] <= _BEFORE and cues.same_clause(cue[0], span[0]):
            return True
        same = cues.same_clause(cue[0], span[1] - 1)
        bare = cue[1] >= len(words) or not cues.same_clause(cue[1], cue[0]) or not following.isalnum()
        return 0 <= cue[0] - span[1] <= _BEHIND and (
            same or bare
        )  # "weak, not sure"; not "..., not sure if it is empty"
