"""From a text to its words: characters are folded, words cut out, contractions opened, slips of the finger mended.

Every word keeps the place in the text that it came from, so that whatever is read can be shown as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

_WORD = r"\d+ (?:1/2|1/4|3/4)(?![\d/])|\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|\n|[^\w\s]|_"
_VULGAR = {"½": "5", "¼": "25", "¾": "75", "⅓": "33", "⅔": "67", "⅛": "125"}
"""Fractions in one sign, as what they add behind the point: phones write them by themselves."""
_MIXED = {"1/2": "5", "1/4": "25", "3/4": "75"}
_RUN = re.compile(r"(.)\1{2,}")
_QUOTES = dict.fromkeys(map(ord, "’‘ʼ`´＇"), "'")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_FOLD = {**_QUOTES, **_DASHES, ord("…"): ".", ord("“"): '"', ord("”"): '"'}
_DROPPED = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me", "Sk"})
_ASIDE = " .!?,\n"
_SENTENCE_ENDS = frozenset(".!?;\n")
_CLAUSE_ENDS = frozenset(",:()")
_DROPPED_G, _MIDDLE, _LONG = 4, 5, 8
"""Letters from which "-in" may stand for "-ing", from which a slip may be anywhere, and from which two are mended."""
_MAY_BE = 12
"""Words that one slip may stand for, at most."""
LONGEST = 4_400
"""Characters of one text that are read, counted when they are folded: what Telegram lets people send, and some more, for signs
that fold into several."""
_LONGEST_TYPED = 4 * LONGEST
"""The same as they were typed, for texts of signs that fold into nothing."""
_MENDED_AT_MOST = 40
"""Different unknown words of one text that are compared with the word lists; bounds the cost of a very long text."""


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """The words of a text in order, with the place of each in the text, and where sentences and clauses end."""

    text: str
    words: tuple[str, ...]
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    sentence: tuple[int, ...]
    clause: tuple[int, ...]
    mended: frozenset[int] = frozenset()
    """Places of words that were spelt otherwise."""
    whole: bool = True
    """Whether these are all words of the message."""

    def first(self, count: int) -> SpokenWords:
        """Its first words alone, of a message that goes on."""
        return SpokenWords(
            self.text[: self.ends[count - 1] if count else 0],
            self.words[:count],
            self.begins[:count],
            self.ends[:count],
            self.sentence[:count],
            self.clause[:count],
            frozenset(place for place in self.mended if place < count),
            whole=False,
        )

    def quote(self, span: tuple[int, int]) -> str:
        """The stretch of the text that the words of `span` (first, one past the last) were read from."""
        first, last = span
        if first >= last:
            return ""
        return self.text[self.begins[first] : self.ends[last - 1]]


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """What a character that is not ASCII is read as; nothing if it says nothing."""
    if unicodedata.category(char) in _DROPPED:
        return ""
    parts = unicodedata.normalize("NFKC", char).lower().translate(_FOLD)
    return "".join(part for part in parts if unicodedata.category(part) not in _DROPPED)


def _capped(text: str) -> str:
    """The part of a text that has no more characters than are read, once it is folded: one sign may fold into eighteen."""
    if text.isascii():
        return text[:LONGEST]
    left = LONGEST
    for place, char in enumerate(text[:_LONGEST_TYPED]):
        left -= 1 if char.isascii() else len(_folded(char))
        if left < 0:
            return text[:place]
    return text[:_LONGEST_TYPED]


def fold_spoken(text: str) -> tuple[str, tuple[int, ...] | None]:
    """Small letters without marks, invisible and control characters; with the place of each character, or None if unmoved."""
    if text.isascii():
        return text.lower(), None
    out: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        char = char.translate(_FOLD)
        if char in _VULGAR and (
            (out and out[-1][-1:].isdecimal()) or (out[-1:] == [" "] and out[-2:-1] and out[-2][-1:].isdecimal())
        ):
            if out[-1] == " ":
                out.pop()
                places.pop()
            char = f".{_VULGAR[char]}"
        elif char in _VULGAR:
            pass  # a picture of its own: "½ hour"
        else:
            char = char.lower() if char.isascii() else _folded(char)
            if not char:
                continue
        out.append(char)
        places.extend([place] * len(char))
    return "".join(out), tuple(places)


class Speller:
    """Mends unknown words by the nearest known one; knows what it may not touch."""

    def __init__(
        self,
        targets: frozenset[str],
        known: frozenset[str],
        parted: frozenset[str] = frozenset(),
        tiers: Sequence[frozenset[str]] = (),
    ) -> None:
        """`targets`: what unknown words are mended to first; `tiers`: then these, the likeliest first; `parted`: first words
        of two that were run together."""
        self._tiers = (targets, *tiers)
        self.known = known.union(*self._tiers)
        self._parted = parted
        self._letters = "".join(sorted({letter for word in self.known for letter in word if letter.isalpha()}))
        self._long: dict[str, list[str]] = {}
        for word in sorted(frozenset().union(*self._tiers[:2])):
            if len(word) >= _LONG - 2:
                self._long.setdefault(word[0], []).append(word)

    def mend(self, word: str) -> tuple[str, ...]:
        """The word itself if known, else the one nearest word of the lists, else the word as it is.

        One slip from three letters on (two letters changed places, one too few, one too many, another one), two from eight.
        Two words run together are parted.
        """
        if word in self.known or not word.isalpha() or len(word) > 24:
            return (word,)
        for shorter in (_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word)):
            if shorter != word and shorter in self.known:
                return (shorter,)
        if len(word) < 3:
            return (word,)
        if nearest := self._one_slip(word) or self._two_slips(word):
            return (nearest,)
        for cut in range(2, len(word) - 2):
            if word[:cut] in self._parted and word[cut:] in self.known:
                return (word[:cut], word[cut:])
        return (word,)

    def drops_a_g(self, word: str) -> bool:
        """Whether it is a word of "-ing" as people say it: "standin", "walkin"."""
        return word not in self.known and f"{word}g" in self.known

    def matters(self, word: str, least: int = 0) -> bool:
        """Whether it is a word that matters, or one of the phrases with so many letters at least, rather than an ordinary one."""
        return word in self._tiers[0] or (len(word) >= least and len(self._tiers) > 1 and word in self._tiers[1])

    def may_be(self, word: str) -> tuple[str, ...]:
        """All words of the first two tiers that one slip anywhere leads to: for who can tell by the rest of the message."""
        if len(word) < 3 or len(word) > 24 or not word.isalpha():
            return ()
        written = (near for way in self._slips(word, 0, True) for near in way)
        return tuple(dict.fromkeys(near for near in written if self.matters(near)))[:_MAY_BE]

    def _one_slip(self, word: str) -> str:
        """The one word of the likeliest tier that a single slip leads to, the likeliest slip first; empty if there is none,
        or several."""
        ways = self._slips(word, 0 if len(word) >= _MIDDLE else 1, len(word) > 3)
        for number, tier in enumerate(self._tiers):
            for way, written in enumerate(ways):
                if number and way > 1 and len(word) < _MIDDLE:
                    break
                found = {near for near in written if near in tier}
                if len(found) == 1:
                    return found.pop()
                if found:
                    same = {near for near in found if near[0] == word[0] and near[-1] == word[-1]}
                    return same.pop() if len(same) == 1 else ""
        return ""

    def _slips(self, word: str, first: int, every: bool) -> tuple[list[str], ...]:
        """What may have been meant, by the kind of slip, with slips from letter `first` on; of a word of three letters only
        the first two kinds, unless `every` one is wanted."""
        parts = [(word[:at], word[at:]) for at in range(first, len(word) + 1)]
        turned = [a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1]
        dropped = [a + letter + b for a, b in parts for letter in self._letters]
        if not every:
            return turned, dropped
        doubled = [a + b[1:] for a, b in parts if b]
        other = [a + letter + b[1:] for a, b in parts if b for letter in self._letters]
        return turned, dropped, doubled, other

    def _two_slips(self, word: str) -> str:
        """A long word two slips away, with the right first letter; empty if there is none, or several."""
        if len(word) < _LONG:
            return ""
        alike = (t for t in self._long.get(word[0], ()) if abs(len(t) - len(word)) <= 2)
        near = [t for t in alike if OSA.distance(word, t, score_cutoff=2) <= 2]
        return near[0] if len(near) == 1 else ""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a language writes: other spellings, opened contractions (`lone`: of a word that is the whole message), pictures, what
    ends a sentence or a clause."""

    opened: Mapping[str, tuple[str, ...]]
    lone: Mapping[str, tuple[str, ...]]
    pictures: Mapping[str, tuple[str, ...]]
    breaks: frozenset[str]
    speller: Speller
    pattern: re.Pattern[str]

    @classmethod
    def of(
        cls,
        opened: Mapping[str, tuple[str, ...]],
        lone: Mapping[str, tuple[str, ...]],
        pictures: Mapping[str, tuple[str, ...]],
        breaks: frozenset[str],
        speller: Speller,
    ) -> Spelling:
        """Short forms with a digit or a stroke in them ("b4", "n/a") are words of their own."""
        mixed = [re.escape(word) for word in sorted(opened, key=len, reverse=True) if re.search(r"[\d/]", word)]
        front = rf"\b(?:{'|'.join(mixed)})\b|" if mixed else ""
        return cls(opened, lone, pictures, breaks, speller, re.compile(front + _WORD))

    def read(self, text: str) -> SpokenWords:
        """The words of `text`, folded and mended; of a very long one its first part. Never raises."""
        typed, text = text, _capped(text)
        folded, places = fold_spoken(text)
        short = {**self.opened, **self.lone} if folded.strip(_ASIDE) in self.lone else self.opened
        words: list[str] = []
        begins: list[int] = []
        ends: list[int] = []
        sentences: list[int] = []
        clauses: list[int] = []
        mended: dict[str, tuple[str, ...]] = {}
        slips: set[int] = set()
        sentence = clause = 0
        for found in self.pattern.finditer(folded):
            raw = found.group()
            begin, end = found.span()
            if places is not None:
                begin, end = places[begin], places[end - 1] + 1
            if raw in short:
                parts: tuple[str, ...] = short[raw]
            elif raw[0].isdigit():
                whole, _, fraction = raw.partition(" ")
                parts = (f"{whole}.{_MIXED[fraction]}" if fraction else raw.replace(",", "."),)
            elif raw[0].isalpha():
                parts = self._word(raw, mended)
                if raw in mended and mended[raw] != (raw,):
                    slips.add(len(words))
            else:
                around = folded[max(found.start() - 1, 0) : found.start()] + folded[found.end() : found.end() + 1]
                if raw in "-/" and len(around) == 2 and around.strip() == around and not around[1].isdigit():
                    continue
                parts = self.pictures.get(raw, (raw,))
                if raw in _SENTENCE_ENDS:
                    sentence += 1
                    clause += 1
                elif raw in _CLAUSE_ENDS or (raw == "-" and not around.strip()):
                    clause += 1
            for part in parts:
                if part in self.breaks:
                    clause += 1
                words.append(part)
                begins.append(begin)
                ends.append(end)
                sentences.append(sentence)
                clauses.append(clause)
        if slips and len(slips) == sum(any(c.isalnum() for c in word) for word in words):
            words = self._as_typed(text, words, begins, ends)
        return SpokenWords(
            text,
            tuple(words),
            tuple(begins),
            tuple(ends),
            tuple(sentences),
            tuple(clauses),
            frozenset(slips),
            text == typed,
        )

    def _as_typed(self, text: str, words: list[str], begins: list[int], ends: list[int]) -> list[str]:
        """The words as they are where all were mended, and to short or ordinary words: "blub blub" says nothing."""
        if any(self.speller.matters(word, _MIDDLE) for word in words):
            return words
        return [fold_spoken(text[begin:end])[0] or word for word, begin, end in zip(words, begins, ends, strict=True)]

    def _word(self, raw: str, mended: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
        if raw in self.opened:
            return self.opened[raw]
        plain = raw.replace("'", "")
        if "'" in raw and plain not in self.opened:
            stem, _, tail = raw.rpartition("'")
            if tail == "s" and stem:
                plain = stem.replace("'", "")
        if plain in self.opened:
            return self.opened[plain]
        if len(plain) >= _DROPPED_G and plain.endswith("in") and self.speller.drops_a_g(plain):
            return (f"{plain}g",)
        if plain not in mended:
            if len(mended) >= _MENDED_AT_MOST:
                return (plain,)
            parts = self.speller.mend(plain)
            opened: list[str] = []
            for part in parts:
                opened.extend(self.opened.get(part, (part,)))
            mended[plain] = tuple(opened)
        return mended[plain]
