"""Which facts of a text stand beside the answer to the open question: words that only seem to state another fact state none."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import Fact, Reply
from bot.understanding.account.roles import Ledger
from bot.understanding.words import SpokenWords

from .flow_words import FlowWords
from .seen import Seen

FEW = 5
"""Words of a message that speaks of nothing but the figure that was asked for."""

_BARE = re.compile(r"[\d\s./½+-]*")


class Sieve:
    """Sifts the facts of a text."""

    def __init__(self, flow: FlowWords) -> None:
        self._flow = flow
        self._of_the_pain = frozenset(flow.language.lists.of_the_pain)
        self._tells_the_beginning = frozenset(
            home.ask
            for option, words in flow.language.options.items()
            if words.begins and (home := flow.home.get(option)) is not None and home.kind is Kind.one
        )

    def answering(self, seen: Seen, facts: list[Fact], answered: bool) -> list[Fact]:
        """The facts without those that words about the open question only seem to state: how it began and what makes it worse,
        where nothing is said of the pain, and single words beside an age ("35 running")."""
        question = seen.question
        answered = answered or any(question is not None and f.question == question.ask for f in facts)
        if question is None:
            return facts
        if question.kind is Kind.ago:  # "when I got out of bed": no word of what makes it worse
            return [
                f for f in facts if not self._flow.questions[f.question].describes or self._said_of_the_pain(seen, f)
            ]
        told = bool(seen.match.spans("pain_began"))
        alone = answered and question.kind is Kind.age and len(seen.words.words) <= FEW
        return [
            f
            for f in facts
            if f.question == question.ask
            or not (
                (f.question in self._tells_the_beginning and not told)
                or (self._is_of_the_pain(f.question) and not self._said_of_the_pain(seen, f))
                or (alone and f.places[1] - f.places[0] == 1)
            )
        ]

    def _is_of_the_pain(self, name: str) -> bool:
        """Whether a question is about nothing but the pain, so that single words elsewhere are no answer to it."""
        return self._flow.questions[name].describes or name in self._of_the_pain

    @staticmethod
    def _said_of_the_pain(seen: Seen, fact: Fact) -> bool:
        """Whether the clause of a fact speaks of the pain, so that it is no mere word of another answer: "hurts to bend"."""
        clause, places = seen.words.clause, range(*fact.places)
        clauses = {clause[place] for place in places}
        return not clauses or any(clause[s[0]] in clauses for s in seen.match.spans("hurts_or_back"))

    @staticmethod
    def not_asked(seen: Seen, question: Question, facts: list[Fact]) -> list[Fact]:
        """The facts without those about the open question that are part of a question back: "is 10 like childbirth?"; with what
        stands before it in a clause of its own: "late thirties, why does it matter?"."""
        words = seen.words
        begins = [bisect_left(words.clause, words.clause[s[0]]) for s in seen.match.spans("request.question_back")]
        for place, word in enumerate(words.words):
            first = bisect_left(words.sentence, words.sentence[place - 1]) if place else 0
            if word == "?" and place and not any(first <= begin < place for begin in begins):
                begins.append(first)
        return [f for f in facts if f.question != question.ask or not _in_one_that_begins(words, f.places[0], begins)]

    def apart(self, facts: list[Fact], question: Question | None, reply: Reply, ledger: Ledger) -> list[Fact]:
        """Facts without those of other questions whose words the answer to the open one is made of: a figure, or words, that
        answer the question on screen answer nothing else (SEMANTICS 5d)."""
        if reply.by_place:
            return [fact for fact in facts if question is not None and fact.question == question.ask]
        own = set(reply.yes) | set(reply.perhaps)
        taken = {p for p, about in enumerate(ledger.abouts) if about in own}
        return [
            fact
            for fact in facts
            if (question is not None and fact.question == question.ask)
            or fact.places == (0, 0)
            or self._flow.questions[fact.question].kind is Kind.many
            or not taken & set(range(*fact.places))
        ]

    @staticmethod
    def of_a_yes_or_no(seen: Seen, facts: list[Fact]) -> list[Fact]:
        """The facts without those that the words of a yes or a no to the open question only seem to state: "walking makes it worse,
        not better" answers a question about stiff mornings, not how the pain goes."""
        question = seen.question
        if question is None or question.kind is not Kind.yes_no:
            return facts
        own = [s for word in ("yes", "no") for s in seen.match.spans(f"{question.ask}/{word}.plain")]
        taken = {place for span in own for place in range(*span)}
        return [
            fact
            for fact in facts
            if fact.question == question.ask or fact.places == (0, 0) or not set(range(*fact.places)) <= taken
        ]

    def bare_for_another(self, fact: Fact, words: SpokenWords, question: Question | None) -> bool:
        """Whether a bare figure would answer another question than the one that is open: "2" for the second button. One that
        is said to be an age is not bare."""
        if question is None or fact.question == question.ask:
            return False
        if set(words.words[max(0, fact.places[0] - 2) : fact.places[0]]) & set(self._flow.language.lists.age.named):
            return False
        bare = _BARE.fullmatch(fact.words) is not None
        return bare or all(word in self._flow.language.lists.numbers for word in fact.words.lower().split())

    def surely(self, fact: Fact, words: SpokenWords, question: Question | None) -> Fact:
        """The fact, not sure if all that it stands on is one word that was spelt otherwise."""
        first, last = fact.places
        about = self._flow.questions[fact.question]
        weighs = about.kind in (Kind.one, Kind.many) and not about.describes
        slip = weighs and last - first == 1 and first in words.mended and (question is None or about is not question)
        return replace(fact, sure=False) if slip else fact


def _in_one_that_begins(words: SpokenWords, place: int, begins: list[int]) -> bool:
    """Whether a place stands in the rest of a sentence from one of these places on."""
    return any(begin <= place and words.sentence[begin] == words.sentence[place] for begin in begins)
