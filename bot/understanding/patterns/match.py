"""One text matched against a grammar: every group is matched at most once a text, and only if its words occur."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property

from bot.understanding.steps import Steps
from bot.understanding.words import SpokenWords

from .grammar import Grammar
from .phrases import REACH, Pattern
from .spans import NO_SPOTS, Spots, WordSpan

_BOTH_WAYS = ("~", "~~")
_PAIR = 2
"""Steps that it costs to look at one pair of terms."""
_TURNED = 8
"""Words that a term to the left of the one before it may have, for the two to be near each other."""


class Match:
    """One text matched against a grammar; groups are looked up when asked for. Raises OutOfStepsError for what costs too much."""

    def __init__(self, grammar: Grammar, words: SpokenWords, steps: Steps) -> None:
        self.words = words
        self.steps = steps
        self._grammar = grammar
        self._phrases: dict[str, list[list[WordSpan]]] = {}
        for leaf, spans in grammar.phrases_in(words, steps).items():
            for name in leaf.names:
                self._phrases.setdefault(name, []).append(spans)
        self._active = grammar.reachable(self._phrases, any(word[0].isdecimal() for word in words.words))
        self._known: dict[str, Spots] = {}

    def may_hold(self, name: str) -> bool:
        """Whether the group `name` may stand in the text; if not, `spans` has nothing."""
        return name in self._phrases or name in self._active

    def spans(self, name: str) -> tuple[WordSpan, ...]:
        """Where the group `name` stands, in order of place; empty for a group that is not defined."""
        return self.spots(name).spans

    def spots(self, name: str) -> Spots:
        """The same, to be asked what stands near what."""
        known = self._known.get(name)
        if known is not None:
            return known
        if name[0] == "{":
            found = self._numbers(name)
        else:
            patterns, phrases = self._active.get(name), self._phrases.get(name)
            if patterns is None and phrases is None:
                return NO_SPOTS
            found = [span for spans in phrases or () for span in spans]
            for pattern in patterns or ():
                found.extend(self._pattern(pattern))
        self.steps.take(len(found))
        if found and name[0] not in "={" and self._grammar.knows(name + "!"):
            out = self.spots(name + "!")
            found = [span for span in found if not out.overlap(span)]
        result = Spots(sorted(set(found)) if len(found) > 1 else found) if found else NO_SPOTS
        self._known[name] = result
        return result

    @cached_property
    def _figures(self) -> list[tuple[int, float]]:
        """The figures of the text with their places."""
        figures = ((place, word) for place, word in enumerate(self.words.words) if word[0].isdecimal())
        return [(place, float(word) if word.isascii() and len(word) < 9 else float("nan")) for place, word in figures]

    def _numbers(self, term: str) -> list[WordSpan]:
        low, high = map(float, term[1:-1].split("-"))
        self.steps.take(len(self._figures))
        return [(place, place + 1) for place, value in self._figures if low <= value <= high]

    def _pattern(self, pattern: Pattern) -> Iterable[WordSpan]:
        terms = pattern.terms
        for term in terms:
            if term[0] == "=" and term not in self._phrases:
                return ()
        spans: Iterable[WordSpan] = self.spans(terms[0])
        for join, term in zip(pattern.joins, terms[1:], strict=True):
            if not spans:
                return ()
            spans = dict.fromkeys(self._join(spans, join, self.spots(term)))
        return spans

    def _join(self, lefts: Iterable[WordSpan], join: str, right_spots: Spots) -> list[WordSpan]:
        out: list[WordSpan] = []
        rights, firsts = right_spots.spans, right_spots.firsts
        reach, seen = REACH.get(join, 2), 0
        for left in lefts:
            for place in range(bisect_left(firsts, left[1]), len(rights)):
                right = rights[place]
                seen += 1
                if right[0] - left[1] > reach:
                    break
                if self._may_follow(left, join, right):
                    out.append((left[0], right[1]))
            if join not in _BOTH_WAYS:
                continue
            for place in range(bisect_left(firsts, left[0]) - 1, -1, -1):
                right = rights[place]
                seen += 1
                if left[0] - right[0] > reach + _TURNED:
                    break
                if right[1] <= left[0] and left[0] - right[1] <= reach and self._may_follow(right, join, left, True):
                    out.append((right[0], left[1]))
        self.steps.take(_PAIR * seen)
        return out

    def _may_follow(self, left: WordSpan, join: str, right: WordSpan, turned: bool = False) -> bool:
        words = self.words
        if words.sentence[left[0]] != words.sentence[right[0]]:
            return False
        between = words.words[left[1] : right[0]]
        grammar = self._grammar
        if join == "":
            return all(word in grammar.small for word in between)
        for place, word in enumerate(between, left[1]):
            if word in grammar.no_words and words.words[place - 1] not in grammar.can_words:
                return False
        if join in ("..", "~") and words.clause[left[1] - 1] != words.clause[right[0]]:
            return False
        if turned and join == "~" and right[1] < len(words.words):  # "my bum and tingling in my foot": tied to the foot
            return words.words[right[1]] not in grammar.binding or len(between) < 2
        return True
