"""Other readings of misspelt words, where nothing was read without: towards the open screen, and towards warning signs."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.files.interview import Question
from bot.core.model.readings import Reading, Sign
from bot.understanding.account.roles import Ledger
from bot.understanding.patterns.match import Match
from bot.understanding.scope.cues import MAYBE, ScopeWords
from bot.understanding.scope.verdict import Scope
from bot.understanding.steps import MOST_STEPS, Steps
from bot.understanding.words import Speller, SpokenWords, fold_spoken

from .flow_words import FlowWords
from .options import OptionReader
from .seen import Seen

_SHORT = 30
"""Words of a message in which other readings of a misspelt word are tried."""

_SLIPS = 6
"""Unknown words of a message that are compared with those of the open screen."""


class SlipReader:
    """Reads misspelt words."""

    def __init__(self, flow: FlowWords, options: OptionReader, scope_words: ScopeWords) -> None:
        self._flow, self._options, self._scope_words = flow, options, scope_words
        self._spellers = {name: Speller(flow.told_with(q), frozenset()) for name, q in flow.questions.items()}
        self._told_of_signs = flow.words_of(flow.signs) - frozenset(flow.language.lists.small.split())

    def nearer(self, question: Question, words: SpokenWords, ledger: Ledger) -> str | None:
        """The text with slips of the finger mended towards words of the open screen, where nothing was read without; None if
        there are none."""
        speller = self._spellers.get(question.ask)
        text = list(words.words)
        real = self._flow.language.spelling.speller.known
        for place in ledger.unknown[:_SLIPS]:
            if speller is not None and text[place] not in real:
                text[place] = " ".join(speller.mend(text[place]))
        return " ".join(text) if tuple(text) != words.words else None

    def signs(self, seen: Seen, ledger: Ledger) -> tuple[Sign, ...]:
        """Signs that would be in the text if one word that is unknown, or was mended, were another one: asked about."""
        words = seen.words
        if len(words.words) > _SHORT:
            return ()
        for place in sorted({*ledger.unknown, *words.mended})[:_SLIPS]:
            typed = fold_spoken(words.quote((place, place + 1)))[0]
            for word in self._flow.language.spelling.speller.may_be(typed):
                if word not in self._told_of_signs or word == words.words[place]:
                    continue
                other = replace(words, words=(*words.words[:place], word, *words.words[place + 1 :]))
                match = Match(self._flow.language.grammar, other, Steps(MOST_STEPS))
                scope = Scope(match, seen.now.date(), self._scope_words)
                again = replace(seen, words=other, match=match, scope=scope)
                found = tuple(
                    Sign(option, words.quote(span), False)
                    for option in self._flow.signs
                    for kind, span in self._options.of(again, option).items()
                    if kind in ("plain", MAYBE) and span[1] - span[0] > 1
                )
                if found:
                    return found
        return ()


def guessed(reading: Reading, text: str) -> Reading:
    """A reading of words that were mended towards the open screen: signs in it are asked about, and all is quoted as typed."""
    quote = text.strip()
    return replace(
        reading,
        signs=tuple(Sign(sign.option, quote, False) for sign in reading.signs),
        facts=tuple(replace(fact, words=quote) for fact in reading.facts),
    )
