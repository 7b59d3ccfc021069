"""The patterns of the word lists: phrases that are built from named groups of phrases, and how one is read.

    numb: [numb, "no feeling", "pins and needles"]        a group: phrases that mean the same
    <numb> ~ <saddle>                                     near each other in one clause, in any order
    <can_not> .. feel .. <wiping>                         in this order, a few words may stand between
    <leg> ... <both>                                      in this order within one sentence
    <leg> ~~ <weaker>                                     anywhere in one sentence
    <can_not> feel                                        side by side (words that say little are stepped over)
    (my|the|) leg(s|)                                     one of several, also inside a word
    {38-43} degrees                                       a number in a range
    !<not_dieting>                                        in a group: what overlaps this is none of the group

Groups may use groups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CHOICE = re.compile(r"\(([^()]*)\)")
_PIECE = re.compile(r"<[a-z0-9_./]+>|\{[\d.]+-[\d.]+\}|\.{2,3}|~{1,2}|[^\s<>~{}]+")
REACH = {"..": 6, "...": 12, "~": 7, "~~": 18}
"""Words that may stand between two terms, by what joins them."""


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


def cut(text: str, at: str) -> list[str]:
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


def is_one_choice(piece: str) -> bool:
    """Whether the bracket that opens the piece closes at its end."""
    if not (piece.startswith("(") and piece.endswith(")")):
        return False
    depth = 0
    for place, char in enumerate(piece):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place == len(piece) - 1
    return False


def count_phrases(pattern: str) -> int:
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
        if piece in REACH:
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
