"""What each word of a message is: fact, sign, denial, filler, harmless, telling or unknown.

The message is read whole. Spans that were understood are laid over its words in the order of `RANKS`; what no span covers
is judged word by word. A telling word inside a span with gaps stays telling, unless the span states something or is a known
form of denial ("just my back"): denials are read narrowly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.model.readings import Accounted
from bot.understanding.lists.model import AccountWords
from bot.understanding.patterns import Match, WordSpan
from bot.understanding.words import SpokenWords

FACT, SIGN, DENIAL, FILLER, HARMLESS, TELLING, UNKNOWN = (
    "fact", "sign", "denial", "filler", "harmless", "telling", "unknown",
)  # fmt: skip

RoleClaim = tuple[WordSpan, str, str]
"""Words, their role, and the option or question that they speak of."""

CONSTRUCTIONS = ("exception", "contrast", "fine_until", "than_normal", "degree", "hedge", "only_when", "partly")
"""Groups of phrases that can turn a denial round."""

_REST = 40
"""Words behind a "but" that are looked at."""

_MOST_DOUBTFUL = 200
"""Telling words of one message of which it is asked whether a "no" speaks of them; the others stay telling."""

_FORMS = (("denial_form", DENIAL),)
_GAPPED = (
    ("say_no", DENIAL),
    ("normality", DENIAL),
    ("deny_all", DENIAL),
    ("harmless", HARMLESS),
    ("greeting", FILLER),
    ("courtesy", FILLER),
    ("polite", FILLER),
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Single words by what they are when nothing else claims them. `signs`: words of any sign."""

    telling: frozenset[str]
    harmless: frozenset[str]
    filler: frozenset[str]
    signs: frozenset[str]

    @classmethod
    def of(
        cls, account: AccountWords, small: frozenset[str], ordinary: frozenset[str], signs: Iterable[str]
    ) -> Vocabulary:
        """The vocabulary of a language: what is telling is neither harmless nor filler. `ordinary`: everyday words, harmless
        unless some sign is told with them."""
        telling, of_signs = frozenset(account.telling.split()), frozenset(signs)
        filler = (frozenset(account.filler.split()) | small) - telling
        harmless = frozenset(account.harmless.split()) - telling
        of_signs = (of_signs - harmless - filler) | (telling & of_signs)
        return cls(telling, harmless | (ordinary - of_signs - telling), filler, of_signs)


class Ledger:
    """The words of one message with their roles."""

    def __init__(self, words: SpokenWords, match: Match, vocabulary: Vocabulary) -> None:
        self.words, self._match, self._known = words, match, vocabulary
        self.roles: list[str] = [""] * len(words.words)
        self.abouts: list[str] = [""] * len(words.words)
        for name, role in _FORMS:
            for span in match.spans(name):
                self._claim(span, role, "", whole=True)
        self._turning = {
            place
            for name in CONSTRUCTIONS
            for span in match.spans(name)
            for place in range(*span)
            if not self.roles[place]
        }

    def _claim(self, span: WordSpan, role: str, about: str, whole: bool) -> None:
        for place in range(*span):
            if self.roles[place]:
                continue
            if not whole and (place in self._turning or self.words.words[place] in self._known.telling):
                continue
            self.roles[place], self.abouts[place] = role, about

    def lay(self, claims: Iterable[RoleClaim]) -> None:
        """Lays what was understood over the words; what was laid first holds."""
        for span, role, about in claims:
            self._claim(span, role, about, whole=role in (FACT, SIGN))

    def doubtful(self) -> tuple[int, ...]:
        """Places of words that nothing claims and that a "no" may speak of; of a very long text the first ones."""
        known = self._known
        places = (p for p, role in enumerate(self.roles) if not role)
        return tuple(p for p in places if (word := self.words.words[p]) in known.signs or word in known.telling)[
            :_MOST_DOUBTFUL
        ]

    def close(self, none_of: str | None, negated: frozenset[int], describes: bool = False) -> None:
        """Judges what is left. `none_of`: the open list, whose own words for "none" count; `negated`: places under a no;
        `describes`: the list raises no level, so that a form of "none" is taken whole."""
        own = f"{none_of}/none.plain" if describes else ""
        names = ((f"{none_of}/none.plain", DENIAL), *_GAPPED) if none_of else _GAPPED
        for name, role in names:
            for span in self._match.spans(name):
                self._claim(span, role, "", whole=name == own)
        for place, word in enumerate(self.words.words):
            if not self.roles[place]:
                self.roles[place] = self._alone(place, word, place in negated)
        self._calm()

    def _calm(self) -> None:
        """A "but" that leads to a denial and to nothing telling turns nothing round: "but nothing now"."""
        for span in self._match.spans("contrast"):
            rest = self.roles[span[1] : span[1] + _REST]
            if DENIAL in rest and TELLING not in rest and UNKNOWN not in rest:
                for place in range(*span):
                    if self.roles[place] == TELLING:
                        self.roles[place] = FILLER

    def _alone(self, place: int, word: str, negated: bool) -> str:
        known = self._known
        if not any(c.isalnum() for c in word):
            return FILLER
        if word in known.signs:
            return DENIAL if negated else TELLING
        if place in self._turning or word in known.telling:
            return DENIAL if negated and place not in self._turning else TELLING
        if word in known.filler:
            return FILLER
        return HARMLESS if word in known.harmless else UNKNOWN

    @property
    def telling(self) -> tuple[int, ...]:
        """Places of words that can turn a denial round."""
        return tuple(p for p, role in enumerate(self.roles) if role == TELLING)

    @property
    def unknown(self) -> tuple[int, ...]:
        """Places of words that are not known."""
        return tuple(p for p, role in enumerate(self.roles) if role == UNKNOWN)

    @property
    def denies(self) -> bool:
        """Whether some word is part of a denial."""
        return DENIAL in self.roles

    def accounted(self) -> tuple[Accounted, ...]:
        """Every word with its role, in order."""
        return tuple(map(Accounted, self.words.words, self.roles, self.abouts))
