"""The patterns of the word lists: phrases that are built from named groups of phrases, matched over the words of a text.

    numb: [numb, "no feeling", "pins and needles"]        a group: phrases that mean the same
    <numb> ~ <saddle>                                     near each other in one clause, in any order
    <can_not> .. feel .. <wiping>                         in this order, a few words may stand between
    <leg> ... <both>                                      in this order within one sentence
    <leg> ~~ <weaker>                                     anywhere in one sentence
    <can_not> feel                                        side by side (words that say little are stepped over)
    (my|the|) leg(s|)                                     one of several, also inside a word
    {38-43} degrees                                       a number in a range
    !<not_dieting>                                        in a group: what overlaps this is none of the group

Groups may use groups. Every group is matched at most once a text, and only if its words occur.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from .words import SpokenWords

WordSpan = tuple[int, int]
"""First word and one past the last."""

_CHOICE = re.compile(r"\(([^()]*)\)")
_PIECE = re.compile(r"<[a-z0-9_./]+>|\{[\d.]+-[\d.]+\}|\.{2,3}|~{1,2}|[^\s<>~{}]+")
_REACH = {"..": 6, "...": 12, "~": 7, "~~": 18}
_BUILT = re.compile(r"[<>{}~]|\.\.")
_SPELLED_OUT = 40
_MOST = 300
"""Spans kept of one group in one text."""


class PatternError(ValueError):
    """A pattern of a word list that cannot be read; the message names it."""


def spell_out(pattern: str) -> list[str]:
    """All phrases that `(a|b|)` choices stand for."""
    found = _CHOICE.search(pattern)
    if not found:
        return [" ".join(pattern.split())]
    out: list[str] = []
    for choice in found.group(1).split("|"):
        out.extend(spell_out(pattern[: found.start()] + choice + pattern[found.end() :]))
    return out


def _cut(text: str, at: str) -> list[str]:
    """`text` cut at the character `at` where that stands outside brackets."""
    parts, depth, part = [], 0, ""
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == at and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += char
    if depth:
        raise PatternError(f'"{text}": brackets do not match')
    return [*parts, part]


def _is_one_choice(piece: str) -> bool:
    """Whether the bracket that opens the piece closes at its end."""
    if not (piece.startswith("(") and piece.endswith(")")):
        return False
    depth = 0
    for place, char in enumerate(piece):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place == len(piece) - 1
    return False


def _count(pattern: str) -> int:
    """How many phrases `spell_out` would make, at most (an upper bound that is cheap)."""
    count = 1
    for choices in re.findall(r"\([^()]*", pattern):
        count *= choices.count("|") + 1
    return count


@dataclass(frozen=True, slots=True)
class Pattern:
    """Terms with what stands between them (`""` = side by side). A term is a group's name or `=phrase`."""

    terms: tuple[str, ...]
    joins: tuple[str, ...]


def parse_pattern(phrase: str) -> Pattern:
    """One spelled-out phrase as a pattern. Raises PatternError."""
    terms: list[str] = []
    joins: list[str] = []
    join: str | None = None
    for piece in _PIECE.findall(phrase):
        if piece in _REACH:
            join = piece if terms else None
            continue
        if piece[0] == "<":
            term = piece[1:-1]
        elif piece[0] == "{":
            term = piece
        elif terms and join is None and terms[-1][0] == "=":
            terms[-1] += " " + piece
            continue
        else:
            term = "=" + piece
        if terms:
            joins.append(join or "")
        terms.append(term)
        join = None
    if not terms:
        raise PatternError(f'"{phrase}" is no pattern')
    return Pattern(tuple(terms), tuple(joins))


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
        self._no_words, self._can_words = denying
        self._opened = opened or {}
        self._nameless_groups: dict[tuple[str, ...], str] = {}
        self._small = small
        self._binding = binding
        self._tree: dict[str, Any] = {}
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
            for phrase in self._phrases(str(raw)):
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
                for phrase in self._phrases(raw):
                    more._plant(phrase, name)
        return more

    def _phrases(self, raw: str) -> list[str]:
        """The phrases of one line: spelled out if that is short, else with each choice as a group without a name."""
        if not _BUILT.search(raw) and _count(raw) <= _SPELLED_OUT:
            spelled = spell_out(raw)
        else:
            spelled = [""]
            for piece in _cut(raw, " "):
                if "(" not in piece:
                    spelled = [f"{done} {piece}" for done in spelled]
                    continue
                whole = _is_one_choice(piece)
                choices = _cut(piece[1:-1], "|") if whole else spell_out(piece)
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
        return " ".join(" ".join(self._opened.get(word, (word,))) for word in phrase.split())

    def _plant(self, phrase: str, name: str) -> None:
        node = self._tree
        self._words.setdefault(name, set()).update(phrase.split())
        for word in phrase.split():
            self.vocabulary.add(word)
            node = node.setdefault(word, {})
        names = node.setdefault("", [])
        if name not in names:
            names.append(name)

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
        """Which patterns a term stands in, and how many different terms each pattern needs: so that for a text only those are
        tried whose terms can all be there."""
        self._uses: dict[str, list[int]] = {}
        self._needs: list[int] = []
        self._owner: list[tuple[str, Pattern]] = []
        for name, patterns in self._patterns.items():
            for pattern in patterns:
                terms = set(pattern.terms)
                for term in terms:
                    self._uses.setdefault(term, []).append(len(self._owner))
                self._needs.append(len(terms))
                self._owner.append((name, pattern))
        self._number_terms = tuple(term for term in self._uses if term[0] == "{")

    def reachable(self, found: Iterable[str], numbers: bool) -> dict[str, list[Pattern]]:
        """Group -> its patterns that may match a text in which these phrases stand; groups that may not are left out."""
        active: dict[str, list[Pattern]] = {term: [] for term in found}
        waiting = list(active)
        if numbers:
            waiting += self._number_terms
        left: dict[int, int] = {}
        while waiting:
            for number in self._uses.get(waiting.pop(), ()):
                left[number] = missing = left.get(number, self._needs[number]) - 1
                if missing:
                    continue
                owner, pattern = self._owner[number]
                if owner not in active:
                    active[owner] = []
                    waiting.append(owner)
                active[owner].append(pattern)
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

    def match(self, words: SpokenWords) -> Match:
        """The groups found in `words`."""
        return Match(self, words)

    def phrases_in(self, words: SpokenWords) -> dict[str, list[WordSpan]]:
        """Where the listed phrases stand: group -> spans, in order."""
        found: dict[str, list[WordSpan]] = {}
        text, sentence, small = words.words, words.sentence, self._small
        count = len(text)
        for first, word in enumerate(text):
            starts = [tree[word] for tree in self._trees if word in tree]
            if not starts:
                continue
            ways: list[tuple[dict[str, Any], int, int]] = [(start, first + 1, 0) for start in starts]
            while ways:
                node, place, skipped = ways.pop()
                if skipped == 0:
                    for name in node.get("", ()):
                        spans = found.setdefault(name, [])
                        if len(spans) < _MOST:
                            spans.append((first, place))
                if place >= count or sentence[place] != sentence[first]:
                    continue
                following = node.get(text[place])
                if following is not None:
                    ways.append((following, place + 1, 0))
                if skipped < 2 and text[place] in small and (len(node) > 1 or "" not in node):
                    ways.append((node, place + 1, skipped + 1))
        return found


class Match:
    """One text matched against a grammar; groups are looked up when asked for."""

    def __init__(self, grammar: Grammar, words: SpokenWords) -> None:
        self.words = words
        self._grammar = grammar
        self._phrases = grammar.phrases_in(words)
        self._active = grammar.reachable(self._phrases, any(word[0].isdecimal() for word in words.words))
        self._known: dict[str, tuple[WordSpan, ...]] = {}

    def spans(self, name: str) -> tuple[WordSpan, ...]:
        """Where the group `name` stands, in order of place; empty for a group that is not defined."""
        known = self._known.get(name)
        if known is not None:
            return known
        active = self._active.get(name)
        if active is None and name[0] != "{":
            return ()
        found = self._numbers(name) if name[0] == "{" else list(self._phrases.get(name, ()))
        if name[0] not in "={":
            for pattern in active or ():
                found.extend(self._pattern(pattern))
        if found and name[0] not in "={" and self._grammar.knows(name + "!"):
            out = self.spans(name + "!")
            found = [span for span in found if not any(o[0] < span[1] and span[0] < o[1] for o in out)]
        result = tuple(sorted(set(found))[:_MOST]) if len(found) > 1 else tuple(found)
        self._known[name] = result
        return result

    def _numbers(self, term: str) -> list[WordSpan]:
        low, high = map(float, term[1:-1].split("-"))
        out: list[WordSpan] = []
        for place, word in enumerate(self.words.words):
            if word[0].isdecimal() and word.isascii() and len(word) < 9 and low <= float(word) <= high:
                out.append((place, place + 1))
        return out

    def _pattern(self, pattern: Pattern) -> Iterable[WordSpan]:
        terms = pattern.terms
        for term in terms:
            if term[0] == "=" and term not in self._phrases:
                return ()
        spans: Iterable[WordSpan] = self.spans(terms[0])
        for join, term in zip(pattern.joins, terms[1:], strict=True):
            if not spans:
                return ()
            spans = self._join(spans, join, self.spans(term))
        return spans

    def _join(self, lefts: Iterable[WordSpan], join: str, rights: tuple[WordSpan, ...]) -> list[WordSpan]:
        out: list[WordSpan] = []
        firsts = [right[0] for right in rights]
        reach = _REACH.get(join, 2)
        for left in lefts:
            begin = bisect_left(firsts, left[1])
            for right in rights[begin:]:
                if right[0] - left[1] > reach:
                    break
                if self._may_follow(left, join, right):
                    out.append((left[0], right[1]))
            if join in ("~", "~~"):
                stop = bisect_left(firsts, left[0])
                for right in reversed(rights[:stop]):
                    if left[0] - right[0] > reach + 8:
                        break
                    if (
                        right[1] <= left[0]
                        and left[0] - right[1] <= reach
                        and self._may_follow(right, join, left, True)
                    ):
                        out.append((right[0], left[1]))
            if len(out) > _MOST:
                break
        return out

    def _may_follow(self, left: WordSpan, join: str, right: WordSpan, turned: bool = False) -> bool:
        words = self.words
        if words.sentence[left[0]] != words.sentence[right[0]]:
            return False
        between = words.words[left[1] : right[0]]
        grammar = self._grammar
        if join == "":
            return all(word in grammar._small for word in between)
        for place, word in enumerate(between, left[1]):
            if word in grammar._no_words and words.words[place - 1] not in grammar._can_words:
                return False
        if join in ("..", "~") and words.clause[left[1] - 1] != words.clause[right[0]]:
            return False
        if turned and join == "~" and right[1] < len(words.words):  # "my bum and tingling in my foot": tied to the foot
            return words.words[right[1]] not in self._grammar._binding or len(between) < 2
        return True
