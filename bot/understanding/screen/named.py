"""Medicines and illnesses known by name: what they mean on the open list, that they change nothing, or that they are unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import Name
from bot.understanding.account.roles import FACT, Ledger
from bot.understanding.lists.model import Lists, NamedWords
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import WordSpan

FoundName = tuple[WordSpan, str, str]
"""Where a name stands, of which dictionary, of which kind."""

_LONG, _LONGER = 6, 9
"""Letters from which one slip, and two, are forgiven in a name."""


def group_of(dictionary: str, kind: str) -> str:
    """The group of phrases that holds the names of one kind."""
    return f"names.{dictionary}.{kind}"


class NameReader:
    """Reads names with the dictionaries of a language. A list asks for the names of a dictionary if these mean its options."""

    def __init__(self, lists: Lists) -> None:
        self._ordinary = frozenset(lists.known.split())
        self._kinds: Mapping[str, Mapping[str, NamedWords]] = lists.names
        self._means = {
            d: frozenset(o for named in kinds.values() for o in named.means) for d, kinds in lists.names.items()
        }
        self._single: dict[str, dict[str, list[tuple[str, str]]]] = {}
        for dictionary, kinds in lists.names.items():
            by_letter = self._single.setdefault(dictionary, {})
            for kind, named in kinds.items():
                for name in named.names:
                    if " " not in name and len(name) >= _LONG:
                        by_letter.setdefault(name[:1], []).append((name, kind))

    def asked(self, question: Question | None) -> tuple[str, ...]:
        """The dictionaries that a list asks for."""
        if question is None or question.kind is not Kind.many:
            return ()
        return tuple(d for d, means in self._means.items() if means & set(question.option_ids))

    def find(self, match: Match) -> list[FoundName]:
        """Where names stand, of which dictionary and kind; the longest of those that overlap, and what means an option first."""
        found = [
            (span, dictionary, kind)
            for dictionary, kinds in self._kinds.items()
            for kind in kinds
            for span in match.spans(group_of(dictionary, kind))
        ]
        found.sort(key=lambda f: (f[0][0] - f[0][1], not self._kinds[f[1]][f[2]].means, f[0]))
        taken: set[int] = set()
        out: list[FoundName] = []
        for span, dictionary, kind in found:
            if not taken & set(range(*span)):
                taken.update(range(*span))
                out.append((span, dictionary, kind))
        return sorted(out)

    def named(
        self, question: Question | None, match: Match, ledger: Ledger, found: Iterable[FoundName]
    ) -> tuple[Name, ...]:
        """The names in a reply to this list, with a slip forgiven; and words that nothing accounts for: each may be a name."""
        asked = self.asked(question)
        if question is None or not asked:
            return ()
        quote, words = match.words.quote, match.words.words
        out = [self._name(question, quote(span), d, kind) for span, d, kind in found if d in asked]
        for place in ledger.unknown:
            near = self._near(asked, words[place])
            quoted = quote((place, place + 1))
            if near is not None:
                ledger.roles[place] = FACT
                out.append(self._name(question, quoted, *near))
            elif len(words[place]) > 3 and words[place] not in self._ordinary:
                out.append(Name(quoted, (), True, known=False))
        return tuple(out)

    def _name(self, question: Question, words: str, dictionary: str, kind: str) -> Name:
        named = self._kinds[dictionary][kind]
        means = tuple(option for option in named.means if option in question.option_ids)
        return Name(words, means, named.ask)

    def _near(self, dictionaries: tuple[str, ...], word: str) -> tuple[str, str] | None:
        if len(word) < _LONG or not word.isalpha():
            return None
        reach = 2 if len(word) >= _LONGER else 1
        best: tuple[int, str, str] | None = None
        for dictionary in dictionaries:
            for name, kind in self._single[dictionary].get(word[:1], ()):
                if abs(len(name) - len(word)) > reach:
                    continue
                far = OSA.distance(word, name, score_cutoff=reach)
                if far <= reach and (best is None or far < best[0]):
                    best = (far, dictionary, kind)
        return None if best is None else best[1:]
