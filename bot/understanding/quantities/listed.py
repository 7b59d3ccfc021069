"""Listed phrases in a text: which of them begins at a word or ends before it. A look-up by word, however many are listed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.understanding.patterns.spans import WordSpan

_Phrase = tuple[str, ...]


class Listed:
    """Phrases of a word list by their first and by their last word; of several that fit the longest counts."""

    __slots__ = ("_begins", "_ends")

    def __init__(self, listed: Iterable[Any] = ()) -> None:
        self._begins: dict[str, list[_Phrase]] = {}
        self._ends: dict[str, list[_Phrase]] = {}
        for phrase in sorted((tuple(str(p).split()) for p in listed), key=len, reverse=True):
            if phrase:
                self._begins.setdefault(phrase[0], []).append(phrase)
                self._ends.setdefault(phrase[-1], []).append(phrase)

    @property
    def first_words(self) -> frozenset[str]:
        """The words with which its phrases begin."""
        return frozenset(self._begins)

    def at(self, words: _Phrase, place: int) -> int:
        """How many words of a phrase stand at `place`; 0 if none does."""
        if place < len(words):
            for phrase in self._begins.get(words[place], ()):
                if words[place : place + len(phrase)] == phrase:
                    return len(phrase)
        return 0

    def before(self, words: _Phrase, place: int) -> int:
        """How many words of a phrase end right before `place`; 0 if none does."""
        if place:
            for phrase in self._ends.get(words[place - 1], ()):
                first = place - len(phrase)
                if first >= 0 and words[first:place] == phrase:
                    return len(phrase)
        return 0

    def spans(self, words: _Phrase) -> list[WordSpan]:
        """Where phrases stand."""
        begins = self._begins
        places = (place for place, word in enumerate(words) if word in begins)
        return [(place, place + length) for place in places if (length := self.at(words, place))]
