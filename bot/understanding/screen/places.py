"""Answers by place: "the first two", "1 and 3", "number four maybe", "2 i think", and rows of yes and no, "n n y n n n"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.lists.model import Lists
from bot.understanding.words import SpokenWords

_ENDING = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|\?")


@dataclass(frozen=True, slots=True)
class Placed:
    """Lines of a list by their number, from 0. `row`: they were answered one after the other, `no` and `unsure` too;
    `uneven`: such a row, but of another length than the list; `hedged`: "2, I think"; `rest`: "none of the others"."""

    yes: tuple[int, ...] = ()
    no: tuple[int, ...] = ()
    unsure: tuple[int, ...] = ()
    row: bool = False
    uneven: bool = False
    hedged: bool = False


class PlaceReader:
    """Reads places with the words of a language."""

    def __init__(self, lists: Lists) -> None:
        self._of = {name: frozenset(words) for name, words in lists.positions.items()}
        self._ordinals = lists.ordinals
        self._numbers = {word: int(value) for word, value in lists.numbers.items() if float(value).is_integer()}

    def _is(self, name: str, word: str) -> bool:
        return word in self._of.get(name, ())

    def read(self, words: SpokenWords, lines: int, by_end: bool = True) -> Placed | None:
        """The lines named in a message to a list of so many lines; None if it is no such answer. `by_end`: "the bottom one" is a
        line; not where "bottom" is what a line is about."""
        said = _TOKEN.findall(words.text.lower())  # as typed: "n" stands for "and" elsewhere
        if not said or len(said) > 24 or not lines:
            return None
        return self._row(said, lines) or self._numbered(said, lines, by_end)

    def _row(self, said: list[str], lines: int) -> Placed | None:
        """One word a line."""
        kinds = [next((k for k in ("yes", "no", "unsure") if self._is(k, word)), None) for word in said]
        if len(said) < 2 or None in kinds:
            return None
        if len(set(kinds)) == 1 and len(said) != lines:
            return None  # "no no no" says no, three times
        if len(said) != lines:
            return Placed(row=True, uneven=True)
        of = {k: tuple(n for n, kind in enumerate(kinds) if kind == k) for k in ("yes", "no", "unsure")}
        return Placed(of["yes"], of["no"], of["unsure"], row=True)

    def _numbered(self, said: list[str], lines: int, by_end: bool) -> Placed | None:
        found: list[int] = []
        hedged = but = False
        place = 0
        while place < len(said):
            word = said[place]
            following = said[place + 1] if place + 1 < len(said) else ""
            if self._counts_things(said, place):
                return None
            count = self._count(following)
            if place and self._is("all", said[place - 1]) and self._count(word) is not None:
                place += 1  # "no to all six": how many there are, not the sixth
            elif self._is("first", word) and count and 1 < count <= lines:
                found += range(count)
                place += 2
            elif self._is("last", word) and count and 1 < count <= lines:
                found += range(lines - count, lines)
                place += 2
            elif by_end and (end := self._end(said, place, lines)) is not None:
                found.append(end)
                place += 1
            elif self._all(said, place, lines) and not any(self._is("no", other) for other in said):
                found += range(lines)
                place += 1
            elif word in self._ordinals and self._is("last", following) and 1 < self._ordinals[word] <= lines:
                found.append(lines - self._ordinals[word])  # "the second last one"
                place += 2
            elif (line := self._line(said, place, lines)) is not None:
                found.append(line)
                place += 2 if word in self._ordinals and following == "1" else 1  # "second 1"
            elif self._is("all_but", word):
                but = True
                place += 1
            elif self._is("hedges", word):
                hedged = True
                place += 1
            elif self._is("around", word):
                place += 1
            else:
                return None
        if not found:
            return None
        if but:
            found = [n for n in range(lines) if n not in found]
        return Placed(tuple(dict.fromkeys(found)), hedged=hedged)

    def _counts_things(self, said: list[str], place: int) -> bool:
        """Whether a number is none of a line: "I am 6", "two of everything"."""
        if place and self._is("of_oneself", said[place - 1]) and self._count(said[place]) is not None:
            return True
        of_all = place > 1 and said[place - 1] == "of" and self._is("all", said[place])
        return of_all and self._count(said[place - 2]) is not None

    def _end(self, said: list[str], place: int, lines: int) -> int | None:
        """The line of "the top one", "the bottom one", "the middle one" of an odd number."""
        word = said[place]
        if word in self._ordinals or self._count(word) is not None:
            return None
        if self._is("middle", word) and lines % 2:
            return lines // 2
        return 0 if self._is("first", word) else lines - 1 if self._is("last", word) else None

    def _all(self, said: list[str], place: int, lines: int) -> bool:
        """Whether "all", or "both" of two, stands there; "all but" names the others."""
        word, following = said[place], said[place + 1] if place + 1 < len(said) else ""
        if self._is("all_but", following) or self._is("hedges", following):
            return False  # "every bit of me"
        return self._is("all", word) or (lines == 2 and self._is("both", word))

    def _count(self, word: str) -> int | None:
        return int(word) if word.isdecimal() and len(word) < 3 else self._numbers.get(word)

    def _line(self, said: list[str], place: int, lines: int) -> int | None:
        word = said[place]
        number = self._ordinals.get(word) or self._count(_ENDING.sub(r"\1", word))
        before = said[place - 1] if place else ""
        if (
            word == "one"
            and place
            and (before in self._ordinals or _ENDING.match(before) or self._is("around", before))
        ):
            return None  # "the second one", "that one"
        if number is None or not (number == -1 or 1 <= number <= lines):
            return None
        return lines - 1 if number == -1 else number - 1
