"""Which figures and times of a text answer which question: age, pain, the length of a spasm, when it began."""

from __future__ import annotations

from bot.core.model.files.parts import Kind
from bot.core.model.readings import Fact, Unclear
from bot.understanding.patterns.spans import WordSpan
from bot.understanding.quantities.ages import AgeReader
from bot.understanding.quantities.amounts import Amounts
from bot.understanding.quantities.figures import Figure
from bot.understanding.quantities.lengths import LengthReader
from bot.understanding.quantities.onset import OnsetReader
from bot.understanding.quantities.pains import PainReader
from bot.understanding.quantities.periods import Guess
from bot.understanding.words import SpokenWords

from .flow_words import FlowWords
from .seen import Seen, whole_of

_TEN = 10
"""The most that a pain is scored with."""


def _says_a_date(words: SpokenWords, span: WordSpan) -> bool:
    """Whether a date is more than two figures with a stroke between them."""
    return any(word.isalpha() for word in words.words[span[0] : span[1]])


class QuantityReader:
    """Reads the quantities that a flow asks for."""

    def __init__(self, flow: FlowWords, amounts: Amounts) -> None:
        parts = flow.language.lists
        self._flow = flow
        self.onset = OnsetReader(parts, amounts)
        self._ages, self._pains, self._lengths = (
            AgeReader(parts, amounts),
            PainReader(parts, amounts),
            LengthReader(parts),
        )

    def read(self, seen: Seen, elsewhere: list[WordSpan]) -> tuple[list[Fact], list[Unclear]]:
        """The figures and times, and words about them that name none. `elsewhere`: where signs are told."""
        facts: list[Fact] = []
        unclear: list[Unclear] = []
        taken: set[int] = set()
        words, kinds = seen.words, self._flow.kinds

        def add(kind: Kind, figure: Figure | None) -> None:
            if figure is None or kind not in kinds:
                return
            taken.update(range(*figure.span))
            if figure.value is None:
                unclear.append(Unclear(kinds[kind], words.quote(figure.span)))
            else:
                facts.append(Fact(kinds[kind], figure.value, words.quote(figure.span), figure.sure, places=figure.span))

        numbers = seen.numbers
        onset_open = seen.opened(Kind.ago)
        in_durations = {place for d in seen.durations for place in range(*d.span)}
        guesses = self.onset.guesses(words, seen.match, seen.now, onset_open, seen.durations, elsewhere)
        guesses = [g for g in guesses if not (g.plain_duration and self._of_one_spasm(seen, g.span))]
        in_dates = {place for g in guesses for place in range(*g.span)}
        scores = seen.opened(Kind.scale)  # "4 now 9 earlier", "7/8": neither an age nor a date
        if scores:
            in_dates -= {p for g in guesses if not _says_a_date(words, g.span) for p in range(*g.span)}
        older = [number for number in numbers if not scores or number.most > _TEN]
        add(Kind.age, self._ages.age(words, older, in_dates - in_durations, seen.opened(Kind.age), seen.now.date()))
        length = self._lengths.spasm_length(
            words, seen.match, seen.durations, taken, seen.opened(Kind.length), onset_open
        )
        if seen.question is None or seen.opened(Kind.length) or seen.match.spans("one_spasm"):
            add(Kind.length, length)
        others_open = any(map(seen.opened, (Kind.ago, Kind.length, Kind.age, Kind.number, Kind.one, Kind.many)))
        free = taken | in_durations | in_dates
        pain = self._pains.pain(words, seen.match, numbers, free, seen.opened(Kind.scale), others_open)
        add(Kind.scale, pain)
        if pain is not None and pain.value is not None:  # "8 this morning": a time of the pain, not of the beginning
            guesses = [g for g in guesses if g.weight > 3 or g.plain_duration or not self._same_clause(seen, g, pain)]
        self._began(seen, guesses, taken, facts, unclear)
        if seen.opened(Kind.number) and seen.question and len(numbers) == 1:
            number = numbers[0]
            value = number.least if number.least == number.most else (number.least, number.most)
            facts.append(Fact(seen.question.ask, value, words.quote(number.span)))
        return facts, unclear

    @staticmethod
    def _of_one_spasm(seen: Seen, span: WordSpan) -> bool:
        """Whether an amount of time stands behind "one spasm lasts", or the like, in its clause."""
        clause = seen.words.clause
        return any(s[1] <= span[0] and clause[s[0]] == clause[span[0]] for s in seen.match.spans("one_spasm"))

    def _same_clause(self, seen: Seen, guess: Guess, figure: Figure) -> bool:
        """Whether a time stands beside a figure with no "since" before it."""
        clause, begin = seen.words.clause, guess.span[0]
        since = self.onset.lists["since"].before(seen.words.words, begin)
        return clause[begin] == clause[figure.span[0]] and not since

    def _of_the_pain(self, seen: Seen, guess: Guess) -> bool:
        """Whether the sentence speaks of its beginning, or the clause of the back: a time of a medicine, of an illness or of
        other muscles is none of the pain."""
        words, at = seen.words, guess.span[0]
        began = any(words.sentence[s[0]] == words.sentence[at] for s in seen.match.spans("pain_began"))
        return began or any(words.clause[s[0]] == words.clause[at] for s in seen.match.spans("the_back"))

    def _began(
        self, seen: Seen, guesses: list[Guess], taken: set[int], facts: list[Fact], unclear: list[Unclear]
    ) -> None:
        name = self._flow.kinds.get(Kind.ago)
        if name is None:
            return
        words, opened = seen.words, seen.opened(Kind.ago)
        if seen.question is not None and not opened:
            guesses = [guess for guess in guesses if self._of_the_pain(seen, guess)]
        best = self.onset.choose(guesses, words, taken, opened, seen.opened(Kind.length))
        if best is not None and best.days is not None:
            facts.append(Fact(name, best.days, words.quote(best.span), places=best.span))
        elif best is not None:
            unclear.append(Unclear(name, words.quote(best.span), best.candidates))
        elif span := self.onset.vague(words, seen.match, opened, whole_of(seen)[0] is not None):
            unclear.append(Unclear(name, words.quote(span)))
