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

_PIECE = re.compile(r"<[a-z0-9_./]+>|\{[\d.]+-[\d.]+\}|\.{2,3}|~{1,2}|[^\s<>~{}]+")
REACH = {"..": 6, "...": 12, "~": 7, "~~": 18}
"""Words that may stand between two terms, by what joins them."""


MOST_PHRASES = 4000
"""What one line may be spelled out to: more are a slip, and cost each start of the bot seconds."""


class PatternError(ValueError):
    """A pattern of a word list that cannot be read; the message names it."""


def spell_out(pattern: str) -> list[str]:
    """All phrases that `(a|b|)` choices stand for, each once. Raises PatternError if they are more than anybody can mean."""
    if "(" not in pattern:
        return [" ".join(pattern.split())]
    return list(dict.fromkeys(" ".join(phrase.split()) for phrase in _spelled(pattern, pattern)))


def _spelled(text: str, pattern: str) -> list[str]:
    phrases = [""]
    place = 0
    while (opens := text.find("(", place)) >= 0:
        closes = _closing(text, opens)
        within = cut(text[opens + 1 : closes], "|")
        choices = dict.fromkeys(phrase for choice in within for phrase in _spelled(choice, pattern))
        if len(phrases) * len(choices) > MOST_PHRASES:
            raise PatternError(
                f'"{pattern}" stands for more than {MOST_PHRASES} phrases; give what stands in its brackets a group of its own'
            )
        before, place = text[place:opens], closes + 1
        phrases = [f"{done}{before}{choice}" for done in phrases for choice in choices]
    return [done + text[place:] for done in phrases]


def _closing(text: str, opens: int) -> int:
    depth = 0
    for place in range(opens, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    raise PatternError(f'"{text}": brackets do not match')


def cut(text: str, at: str) -> list[str]:
    """`text` cut at the character `at` where that stands outside brackets."""
    if "(" not in text and ")" not in text:
        return text.split(at)
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
    return piece.startswith("(") and piece.endswith(")") and _closing(piece, 0) == len(piece) - 1


def count_phrases(pattern: str) -> int:
    """How many phrases `spell_out` would make, at most (an upper bound that is cheap)."""
    count = 1
    if "(" not in pattern:
        return count
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
