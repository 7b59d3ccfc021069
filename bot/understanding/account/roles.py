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
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import NO_SPOTS, Spots, WordSpan
from bot.understanding.words import SpokenWords

FACT, SIGN, DENIAL, FILLER, HARMLESS, TELLING, UNKNOWN = (
    "fact", "sign", "denial", "filler", "harmless", "telling", "unknown",
)  # fmt: skip

RoleClaim = tuple[WordSpan, str, str]
"""Words, their role, and the option or question that they speak of."""

TURNING = ("exception", "contrast", "partly")
"""Groups of phrases that turn a denial round on any list."""

CONSTRUCTIONS = ("exception", "contrast", "fine_until", "than_normal", "degree", "hedge", "only_when", "partly")
"""Groups of phrases that can turn a denial round."""

PAST_ABOUT = "past"
"""What words that say that something is over speak of."""

LONG_OVER = "long over"
"""What is told with words of long ago, or of always, that are no sign today."""

OF_ANOTHER = "somebody else"
"""What is told of somebody else speaks of them."""

_IN_COMPANY = "in company"
"""Role of a word until it is known in what company it stands."""

_REST = 40
"""Words behind a "but" that are looked at."""

_MOST_DOUBTFUL = 200
"""Telling words of one message of which it is asked whether a "no" speaks of them; the others stay telling."""

_FORMS = (("denial_form", DENIAL), ("normal_figure", DENIAL), ("harmless_form", HARMLESS))
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
    """Single words by what they are when nothing else claims them. `signs`: words of signs; `in_company`: ordinary words that
    signs are told with too, which tell something only beside another telling word; `turns`: groups that turn a denial round."""

    telling: frozenset[str]
    harmless: frozenset[str]
    filler: frozenset[str]
    signs: frozenset[str]
    in_company: frozenset[str]
    turns: tuple[str, ...] = CONSTRUCTIONS
    strict: bool = True

    @classmethod
    def of(
        cls,
        account: AccountWords,
        small: frozenset[str],
        ordinary: tuple[frozenset[str], frozenset[str]],
        signs: Iterable[str],
    ) -> Vocabulary:
        """The vocabulary of a language: what is telling is neither harmless nor filler. `ordinary`: words that are known, and
        those of every day; harmless unless some sign is told with them."""
        telling, of_signs = frozenset(account.telling.split()), frozenset(signs)
        filler = (frozenset(account.filler.split()) | small) - telling
        harmless = frozenset(account.harmless.split()) - telling
        known, everyday = ordinary
        of_signs = (of_signs - harmless - filler) | (telling & of_signs)
        company = (everyday & of_signs) - telling
        of_signs -= company
        return cls(telling, harmless | ((known | everyday) - of_signs - company - telling), filler, of_signs, company)

    def on(self, own: frozenset[str], opener: frozenset[str], turning: frozenset[str] | None) -> Vocabulary:
        """The vocabulary on a list that has no sign: of the words of signs only its `own` tell something, and none of the
        `opener`, the answer that led there. `turning`: on a list that asks for names, the only words that turn a denial round."""
        telling = (self.telling if turning is None else turning) - opener
        told = ((own & (self.signs | self.telling)) - opener - self.harmless - self.filler) | (telling & own)
        freed = (self.signs | self.in_company | self.telling) - told - telling
        turns = self.turns if turning is None else TURNING
        return Vocabulary(telling, self.harmless | freed, self.filler, told, frozenset(), turns, False)


def opens(turn: WordSpan, forms: Spots) -> bool:
    """Whether words that seem to turn a denial round, ", it's only the", are the begin of a form of one, "only the colour"."""
    return any(turn[1] <= form[1] for form in forms.between(*turn))


class Ledger:
    """The words of one message with their roles."""

    def __init__(self, words: SpokenWords, match: Match, vocabulary: Vocabulary) -> None:
        self.words, self._match, self._known = words, match, vocabulary
        self.roles: list[str] = [""] * len(words.words)
        self.abouts: list[str] = [""] * len(words.words)
        for name, role in _FORMS:
            for span in match.spans(name):
                self._claim(span, role, "", whole=True)
        self._turns = [span for name in vocabulary.turns for span in match.spans(name)]
        self._turning = {place for span in self._turns for place in range(*span) if not self.roles[place]}

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
            self._claim(span, role, about, whole=role in (FACT, SIGN) or about in (LONG_OVER, OF_ANOTHER))

    def doubtful(self) -> tuple[int, ...]:
        """Places of words that nothing claims and that a "no" may speak of; of a very long text the first ones."""
        places = (p for p, role in enumerate(self.roles) if not role)
        return tuple(p for p in places if not self._harmless(self.words.words[p]))[:_MOST_DOUBTFUL]

    def _harmless(self, word: str) -> bool:
        return word in self._known.harmless or word in self._known.filler or not word.isalpha()

    def close(self, none_of: str | None, negated: frozenset[int], describes: bool = False) -> None:
        """Judges what is left. `none_of`: the open list, whose own words for "none" count; `negated`: places under a no;
        `describes`: the list raises no level, so that a form of "none" is taken whole."""
        own = f"{none_of}/none.plain" if describes else ""
        forms = self._match.spots(f"{none_of}/none.plain") if none_of else NO_SPOTS
        for turn in self._turns:
            if opens(turn, forms):
                self._turning.difference_update(range(*turn))
        names = ((f"{none_of}/none.plain", DENIAL), *_GAPPED) if none_of else _GAPPED
        for name, role in names:
            for span in self._match.spans(name):
                self._claim(span, role, "", whole=name == own)
        for place, word in enumerate(self.words.words):
            if not self.roles[place]:
                self.roles[place] = self._alone(place, word, place in negated)
        self._in_company()
        self._calm()

    def _in_company(self) -> None:
        """Ordinary words with which signs are told are harmless, unless another word tells something too."""
        told = TELLING if TELLING in self.roles else HARMLESS
        self.roles = [told if role == _IN_COMPANY else role for role in self.roles]

    def _calm(self) -> None:
        """A "but" that leads to a denial and to nothing telling turns nothing round: "but nothing now"; nor does one that ends the
        message, "nothing new though"."""
        for span in self._match.spans("contrast"):
            rest = self.roles[span[1] : span[1] + _REST]
            over = bool({PAST_ABOUT, LONG_OVER} & set(self.abouts[span[1] : span[1] + _REST]))
            if (DENIAL in rest or over or not rest) and TELLING not in rest and UNKNOWN not in rest:
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
        if word in known.in_company:
            return DENIAL if negated else _IN_COMPANY
        if negated and not known.strict and word.isalpha():
            return DENIAL
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
