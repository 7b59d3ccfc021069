"""What was understood, laid over the words of a text: each word with its role, on the screen that is open (SEMANTICS 5e)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import Fact
from bot.understanding.account.roles import (
    DENIAL,
    FACT,
    HARMLESS,
    LONG_OVER,
    OF_ANOTHER,
    PAST_ABOUT,
    SIGN,
    Ledger,
    RoleClaim,
    Vocabulary,
)
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.scope.cues import MAYBE, NEGATED, OTHER, PAST
from bot.understanding.screen.named import FoundName, NameReader
from bot.understanding.screen.replies import strict

from .flow_words import FlowWords
from .seen import Seen


class Accountant:
    """Accounts for the words of texts."""

    def __init__(self, flow: FlowWords, names: NameReader) -> None:
        self._flow, self._names = flow, names
        parts = flow.language.lists
        everyday = frozenset(parts.ordinary.split())
        self._vocabulary = Vocabulary.of(
            parts.account,
            frozenset(parts.small.split()),
            (frozenset(parts.known.split()), everyday),
            flow.words_of(flow.signs),
        )
        self._vocabularies = {name: self._vocabulary_on(asked) for name, asked in flow.questions.items()}

    def ledger(
        self,
        seen: Seen,
        verdicts: Mapping[str, Mapping[str, WordSpan]],
        figures: Iterable[Fact],
        found: Iterable[FoundName],
    ) -> Ledger:
        """The words of a text with their roles."""
        question = seen.question
        known = self._vocabulary if question is None else self._vocabularies[question.ask]
        ledger = Ledger(seen.words, seen.match, known)
        ledger.lay(self._claims(seen, verdicts, figures, found))
        negated = frozenset(p for p in ledger.doubtful() if seen.scope.negated((p, p + 1)))
        ledger.close(None if question is None else question.ask, negated, question is not None and question.describes)
        return ledger

    def _vocabulary_on(self, question: Question) -> Vocabulary:
        """What single words are while that question is on screen."""
        if question.kind is not Kind.many or strict(question):
            return self._vocabulary
        opener = [o.id for q in self._flow.questions.values() for o in q.options if o.opens == question.ask]
        named = question.describes or bool(self._names.asked(question))
        turning = frozenset(self._flow.language.lists.account.turning.split()) if named else None
        return self._vocabulary.on(self._flow.told_with(question), self._flow.words_of(opener), turning)

    def _claims(
        self,
        seen: Seen,
        verdicts: Mapping[str, Mapping[str, WordSpan]],
        figures: Iterable[Fact],
        found: Iterable[FoundName],
    ) -> Iterator[RoleClaim]:
        """What was understood, with its words: signs and facts that are stated, then denials, figures and names."""
        own = frozenset(() if seen.question is None else seen.question.option_ids)
        for option in sorted(verdicts, key=lambda o: o not in own):
            for kind in ("plain", MAYBE):
                if kind in verdicts[option]:
                    yield verdicts[option][kind], SIGN if option in self._flow.signs else FACT, option
        yield from self._set_aside_claims(seen, verdicts)
        for name in self._flow.language.lists.requests:
            for span in seen.match.spans(f"request.{name}"):
                yield span, HARMLESS, f"request: {name}"
        for fact in figures:
            if fact.places != (0, 0):
                yield fact.places, FACT, fact.question
        for span, dictionary, kind in found:
            yield span, FACT, f"{dictionary}: {kind}"

    @staticmethod
    def _set_aside_claims(seen: Seen, verdicts: Mapping[str, Mapping[str, WordSpan]]) -> Iterator[RoleClaim]:
        """What is denied, over, or of somebody else, with its words."""
        for option, kinds in verdicts.items():
            for kind in (NEGATED, PAST, OTHER):
                if kind in kinds:
                    yield kinds[kind], DENIAL if kind == NEGATED else HARMLESS, option
        over = [
            kinds[PAST]
            for option, kinds in verdicts.items()
            if PAST in kinds and seen.scope.long_over(kinds[PAST], f"{option}.plain")
        ]
        yield from ((seen.scope.told_with(span), HARMLESS, LONG_OVER) for span in over)
        if over:
            yield from ((span, DENIAL, LONG_OVER) for span in seen.match.spans("over_now"))
        for span in seen.scope.told_of_others():
            yield span, HARMLESS, OF_ANOTHER
        yield from ((span, HARMLESS, PAST_ABOUT) for span in seen.scope.past_years)
        if any(PAST in kinds for kinds in verdicts.values()):
            for span in (*seen.scope.past_cues, *seen.match.spans("over_now")):
                yield span, HARMLESS, PAST_ABOUT
