"""All groups of a language, compiled: where their phrases stand in a text, and which patterns may match it at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from copy import copy
from sys import intern
from typing import Any

from bot.understanding.steps import Steps
from bot.understanding.words import SpokenWords

from .phrases import Pattern, PatternError, count_phrases, cut, is_one_choice, parse_pattern, spell_out
from .spans import WordSpan

_BUILT = re.compile(r"[<>{}~]|\.\.")
_SPELLED_OUT = 40


class Leaf:
    """The end of a phrase in the tree of phrases, with the groups that have the phrase."""

    __slots__ = ("names",)

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()


_Waiting = tuple[str, Pattern, tuple[str, ...]]
"""A group, one of its patterns, and those terms of it that are not known to be there."""


class Grammar:
    """All groups of a language, compiled: one tree of phrases, and the patterns that build on them."""

    def __init__(
        self,
        groups: Mapping[str, Iterable[str]],
        small: frozenset[str],
        binding: frozenset[str] = frozenset(),
        opened: Mapping[str, tuple[str, ...]] | None = None,
        denying: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
    ) -> None:
        """`small`: words that are stepped over; `binding`: words after a term that tie it to what follows (in, of);
        `opened`: contractions, written out in phrases as they are in texts; `denying`: words that may not stand in a gap
        ("my legs do not feel weak"), unless they follow one of the second set ("can not")."""
        self.no_words, self.can_words = denying
        self._opened = opened or {}
        self._nameless_groups: dict[tuple[str, ...], str] = {}
        self.small = small
        self.binding = binding
        self._tree: dict[str, Any] = {}  # word -> what follows it (the end of a phrase as ""), or the end itself
        self._trees: tuple[dict[str, Any], ...] = (self._tree,)
        self._patterns: dict[str, tuple[Pattern, ...]] = {}
        self._words: dict[str, set[str]] = {}
        self.vocabulary: set[str] = set()
        for name, phrases in groups.items():
            self.add(name, phrases)
        self._check()

    def add(self, name: str, phrases: Iterable[str]) -> None:
        """Adds phrases to the group `name`."""
        patterns: list[Pattern] = []
        phrases = [str(raw) for raw in phrases]
        taken_out = [raw[1:] for raw in phrases if raw.startswith("!")]
        if taken_out:
            self.add(name + "!", taken_out)
            phrases = [raw for raw in phrases if not raw.startswith("!")]
        for raw in phrases:
            built = _BUILT.search(raw) is not None
            for phrase in self._phrases(raw, built):
                if not built and "<" not in phrase:  # nearly all are words only
                    self._plant(phrase, name)
                    continue
                pattern = parse_pattern(phrase)
                if len(pattern.terms) == 1 and pattern.terms[0][0] == "=":
                    self._plant(pattern.terms[0][1:], name)
                    continue
                patterns.append(pattern)
                for term in pattern.terms:
                    if term[0] == "=":
                        self._plant(term[1:], term)
        self._patterns[name] = self._patterns.get(name, ()) + tuple(patterns)

    def with_phrases(self, said: Mapping[str, Iterable[str]]) -> Grammar:
        """The same grammar with plain phrases more, also of groups that are new: what is compiled already is shared."""
        more = copy(self)
        more._tree = {}
        more._trees = (*self._trees, more._tree)
        more._words = {**self._words, **{name: set(self._words.get(name, ())) for name in said}}
        more._patterns = {**dict.fromkeys(said, ()), **self._patterns}
        more.vocabulary = set(self.vocabulary)
        for name, phrases in said.items():
            for raw in phrases:
                for phrase in self._phrases(raw, _BUILT.search(raw) is not None):
                    more._plant(phrase, name)
        return more

    def _phrases(self, raw: str, built: bool) -> list[str]:
        """The phrases of one line: spelled out if that is short, else with each choice as a group without a name. `built`: it
        builds on groups or joins."""
        if not built and count_phrases(raw) <= _SPELLED_OUT:
            spelled = spell_out(raw)
        else:
            spelled = [""]
            for piece in cut(raw, " "):
                if "(" not in piece:
                    spelled = [f"{done} {piece}" for done in spelled]
                    continue
                whole = is_one_choice(piece)
                choices = cut(piece[1:-1], "|") if whole else spell_out(piece)
                group = self._nameless(tuple(choice for choice in choices if choice.strip()))
                spelled = [f"{done} {group}" for done in spelled] + (spelled if "" in choices else [])
        return [phrase for phrase in (self._written_out(phrase) for phrase in spelled) if phrase]

    def _nameless(self, choices: tuple[str, ...]) -> str:
        name = self._nameless_groups.get(choices)
        if name is None:
            name = f"_{len(self._nameless_groups)}"
            self._nameless_groups[choices] = name
            self.add(name, choices)
        return f"<{name}>"

    def _written_out(self, phrase: str) -> str:
        words = phrase.split()
        if not self._opened.keys().isdisjoint(words):
            words = [" ".join(self._opened.get(word, (word,))) for word in words]
        return " ".join(words)

    def _plant(self, phrase: str, name: str) -> None:
        *before, last = words = list(map(intern, phrase.split()))  # the same words stand in thousands of phrases
        if name[0] != "=":
            self._words.setdefault(name, set()).update(words)
        self.vocabulary.update(words)
        node = self._tree
        for word in before:
            inner = node.get(word)
            if not isinstance(inner, dict):
                inner = node[word] = {} if inner is None else {"": inner}
            node = inner
        end = node.get(last)
        leaf = end.get("") if isinstance(end, dict) else end
        if leaf is None:
            leaf = Leaf()
            if end is None:
                node[last] = leaf
            else:
                end[""] = leaf
        if name not in leaf.names:
            leaf.names = (*leaf.names, name)

    def _check(self) -> None:
        for name, patterns in self._patterns.items():
            for pattern in patterns:
                for term in pattern.terms:
                    if term[0] not in "={" and term not in self._patterns:
                        raise PatternError(f'group "{name}" uses <{term}>, which is nowhere defined')
        state: dict[str, int] = {}

        def visit(name: str) -> None:
            if state.get(name) == 2 or name[0] in "={":
                return
            if state.get(name) == 1:
                raise PatternError(f'group "{name}" is built on itself')
            state[name] = 1
            for pattern in self._patterns[name]:
                for term in pattern.terms:
                    visit(term)
            state[name] = 2

        for name in self._patterns:
            visit(name)
        self._index()

    def _index(self) -> None:
        """For each pattern its terms, the one that the fewest patterns have first: so that for a text only those patterns are
        looked at whose rarest term is there, and only those tried whose terms can all be there."""
        uses = Counter(term for patterns in self._patterns.values() for p in patterns for term in set(p.terms))
        self._watched: dict[str, list[_Waiting]] = {}
        for name, patterns in self._patterns.items():
            for pattern in patterns:
                rarest, *others = sorted(set(pattern.terms), key=lambda term: (uses[term], term))
                self._watched.setdefault(rarest, []).append((name, pattern, tuple(others)))
        self._number_terms = tuple(term for term in uses if term[0] == "{")

    def reachable(self, found: Iterable[str], numbers: bool) -> dict[str, list[Pattern]]:
        """Group -> its patterns that may match a text in which these phrases stand; groups that may not are left out."""
        there = {*found, *self._number_terms} if numbers else set(found)
        active: dict[str, list[Pattern]] = {}
        waiting = [self._watched[term] for term in there if term in self._watched]
        later: dict[str, list[_Waiting]] = {}
        while waiting:
            for entry in waiting.pop():
                owner, pattern, others = entry
                for other in others:
                    if other not in there:
                        later.setdefault(other, []).append(entry)
                        break
                else:
                    if owner in active:
                        active[owner].append(pattern)
                        continue
                    active[owner] = [pattern]
                    if owner not in there:
                        there.add(owner)
                        waiting += filter(None, (self._watched.get(owner), later.pop(owner, None)))
        return active

    def words_of(self, name: str) -> frozenset[str]:
        """All words that the phrases of a group, and of the groups it is built on, are written with."""
        seen: set[str] = set()
        words: set[str] = set()
        waiting = [name]
        while waiting:
            group = waiting.pop()
            if group in seen:
                continue
            seen.add(group)
            words.update(self._words.get(group, ()))
            for pattern in self._patterns.get(group, ()):
                for term in pattern.terms:
                    if term[0] == "=":
                        words.update(term[1:].split())
                    elif term[0] != "{":
                        waiting.append(term)
        return frozenset(words)

    def knows(self, name: str) -> bool:
        """Whether there is such a group."""
        return name in self._patterns

    def phrases_in(self, words: SpokenWords, steps: Steps) -> dict[Leaf, list[WordSpan]]:
        """Where the listed phrases stand: the end of a phrase in its tree -> spans, in order."""
        found: dict[Leaf, list[WordSpan]] = {}
        text, sentence, small = words.words, words.sentence, self.small
        count = len(text)
        for first, word in enumerate(text):
            for tree in self._trees:
                if word not in tree:
                    continue
                ways: list[tuple[dict[str, Any] | Leaf, int, int]] = [(tree[word], first + 1, 0)]
                seen = 0
                while ways:
                    node, place, skipped = ways.pop()
                    seen += 1
                    if isinstance(node, Leaf):
                        if skipped == 0:
                            found.setdefault(node, []).append((first, place))
                        continue
                    leaf = node.get("")
                    if leaf is not None and skipped == 0:
                        found.setdefault(leaf, []).append((first, place))
                    if place >= count or sentence[place] != sentence[first]:
                        continue
                    following = node.get(text[place])
                    if following is not None:
                        ways.append((following, place + 1, 0))
                    if skipped < 2 and text[place] in small and (len(node) > 1 or leaf is None):
                        ways.append((node, place + 1, skipped + 1))
                steps.take(seen)
        return found
