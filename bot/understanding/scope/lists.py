"""How far a "no" reaches over marks: along a list of bare things, "no numbness, tingling or weakness"."""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.patterns.spans import WordSpan, any_between

from .cues import MAYBE, NEGATED, Cues

_LONGEST = 6
"""Words of a piece that is still a bare thing."""


@dataclass(slots=True)
class _Piece:
    """What stands between two marks. `run`: the piece before which a list that this one begins is over; `joined`, `owned`: the
    last piece up to this one that has an "or", or a "my"."""

    begins_sentence: bool
    stops: bool
    joined: int
    owned: int
    run: int = 0


class BareLists:
    """The lists of one text."""

    def __init__(self, cues: Cues) -> None:
        self._cues = cues
        self._piece_of: list[int] = []
        self._ors: list[int] = []
        self._pieces: list[_Piece] = []
        self._cut()
        run = len(self._pieces)
        for number in range(len(self._pieces) - 1, -1, -1):
            piece = self._pieces[number]
            piece.run = run
            if piece.stops or piece.begins_sentence:
                run = number

    def _cut(self) -> None:
        """Cuts the text at its marks."""
        words, known = self._cues.words, self._cues.known
        place, joined, owned = 0, -1, -1
        while place < len(words):
            first, end = self._cues.clause(place)
            number = len(self._pieces)
            said = [at for at in range(first, end) if self._counts(at)]
            ors = [at for at in said if words[at] in known.joined_by_or]
            these = {words[at] for at in said}
            has_my = not known.owned.isdisjoint(these)
            joined, owned = number if ors else joined, number if has_my else owned
            stops = len(said) > _LONGEST or (has_my and not ors) or not known.says.isdisjoint(these)
            begins = place == 0 or not self._cues.same_sentence(place, place - 1)
            self._pieces.append(_Piece(begins, stops, joined, owned))
            self._piece_of += [number] * (end - first)
            self._ors += ors
            place = end

    def _counts(self, place: int) -> bool:
        """Whether a word says something in its piece: "down there", "in both legs" are part of the thing."""
        words, known = self._cues.words, self._cues.known
        return words[place].isalnum() and not (words[place] in known.says and words[place - 1] in known.binding)

    def reaches(self, cue: WordSpan, span: WordSpan) -> str | None:
        """Whether the list behind a "no" has `span`: NEGATED if it goes on to an "or", else MAYBE; None if it has it not."""
        clause = self._cues.spoken.clause
        first = self._piece_of[cue[1]]
        run = self._pieces[first].run
        target = clause[span[0]] - clause[cue[1] - 1]
        if target >= run - first:
            return None
        last = self._pieces[run - 1]
        if last.owned > first:
            return MAYBE
        if last.joined > first:
            return NEGATED if last.joined - first >= target else MAYBE
        return NEGATED if target == 0 and any_between(self._ors, cue[1], self._cues.clause(cue[1])[1]) else MAYBE
