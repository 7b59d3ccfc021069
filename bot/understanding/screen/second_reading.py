"""A second reading of what the word lists read in a reply: where both part, the patient is asked.

It never denies a list, never takes a sign as told, and never takes one back; of a question that a sign has opened it doubts no
answer towards a less worrying one. It may doubt an answer or a denial, drop lines that it finds most unlikely (the list stays
open), and say what a reply means that the word lists could not read, where one answer holds and its chance is high; of a question
that something told before has opened, only the "yes", or the "no" that the reply begins with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from bot.core.model.answers import NOT_SURE
from bot.core.model.files.interview import Interview, Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import NO_REPLY, Reply
from bot.understanding.patterns.match import Match

from .classifier import ANY_QUESTION, ASK, NONE, UNSURE, Classifier
from .replies import YES_NO

SURE = 0.85
"""From this chance on it says what a reply means that was not read."""
SURER = 0.92
"""The same where the word lists left a choice."""
DOUBTFUL = 0.2
"""Up to this chance of an answer that was read it is doubted, if another one is likelier."""
PERHAPS = 0.3
"""From this chance on an answer is one of those that the patient is asked about."""
MENTIONED, DENIED = 0.15, 0.7
"""From this chance of a line on it doubts that a list is denied, up to that chance of none."""
BESIDE, ALONE, NO_LINE = 0.03, 0.1, 0.2
"""Below the first chance a line that is no sign is dropped beside others; below the second alone, where none has the third."""
MOST_WORDS = 24
"""Words of a reply that it looks at, at most: longer ones are stories."""
ASKS = 0.6
"""From this chance on a reply answers nothing, but asks."""

_SEVERAL = 2
_NO_ANSWER = frozenset((ASK, UNSURE))


class SecondReader:
    """Reads replies once more with what was learnt from replies."""

    def __init__(self, classifier: Classifier, interview: Interview) -> None:
        options = [option for question in interview.questions for option in question.options]
        self._classifier = classifier
        self._opened = frozenset(option.opens for option in options if option.opens)
        self._sign_opened = frozenset(option.opens for option in options if option.opens and option.sign)

    def asks(self, match: Match) -> bool:
        """Whether a reply of several words answers nothing, "numb where exactly": nor says that it is not sure, nor begins with a
        yes or a no."""
        said = sum(word.isalnum() for word in match.words.words)
        if said < _SEVERAL or not self._short(match) or match.spans("say_unsure") or self._leads(match):
            return False
        return self._classifier.chances(ANY_QUESTION, match).get(ASK, 0) >= ASKS

    @staticmethod
    def _short(match: Match) -> bool:
        return len(match.words.words) <= MOST_WORDS

    def weighed(
        self, question: Question | None, match: Match, reply: Reply, said: str | None, dealt_with: Collection[str]
    ) -> tuple[Reply, str | None]:
        """What holds of the reply to the open question, and of the yes or no that it says. `dealt_with`: lines of which the word
        lists know what is said of them."""
        if question is None or reply.by_place or not self._short(match):
            return reply, said
        chances = self._classifier.chances(question.ask, match)
        if not chances:
            return reply, said
        if question.kind is Kind.many:
            return self._list(question, chances, reply, dealt_with), said
        settles = self._settles(question, chances, match) - frozenset(dealt_with)
        if question.kind is Kind.one:
            return self._choice(question, chances, reply, settles), said
        first = {NOT_SURE: UNSURE}.get(said or "", said or "")
        answer = self._weighed(chances, first, settles, SURE)
        if answer == first:
            return reply, said
        return (NO_REPLY, answer) if answer else (Reply(perhaps=YES_NO), None)

    def _settles(self, question: Question, chances: Mapping[str, float], match: Match) -> frozenset[str]:
        """The answers that it may read where the word lists read none."""
        if question.consent:
            return frozenset()
        if question.kind is Kind.yes_no:
            return self._leads(match) or frozenset(YES_NO[:1] if question.ask in self._opened else YES_NO)
        return frozenset() if question.ask in self._opened else frozenset(chances) - _NO_ANSWER

    @staticmethod
    def _leads(match: Match) -> frozenset[str]:
        """The yes or no that the reply begins with, if it does."""
        return frozenset(word for word in YES_NO if any(span[0] == 0 for span in match.spans(f"strict_{word}")))

    def _choice(self, question: Question, chances: Mapping[str, float], reply: Reply, settles: frozenset[str]) -> Reply:
        first = reply.yes[0] if len(reply.yes) == 1 else UNSURE if reply.unsure else ""
        answer = self._weighed(chances, first, settles, SURER if reply.perhaps else SURE)
        if answer == first or (not answer and not self._may_doubt(question, first, chances)):
            return reply
        if not answer:
            return Reply(perhaps=tuple(o for o in question.option_ids if o == first or chances.get(o, 0) >= PERHAPS))
        return Reply(yes=(answer,))

    def _may_doubt(self, question: Question, first: str, chances: Mapping[str, float]) -> bool:
        """Whether what was read gives way to a question: not to one that asks about less, where a sign was told before."""
        worry = {o.id: o.worry or 0 for o in question.options}
        likeliest = max(worry, key=lambda option: chances.get(option, 0))
        return question.ask not in self._sign_opened or worry[likeliest] > worry.get(first, 0)

    def _list(
        self, question: Question, chances: Mapping[str, float], reply: Reply, dealt_with: Collection[str]
    ) -> Reply:
        lines = [o for o in question.option_ids if o in chances and o not in dealt_with]
        if reply.none and chances.get(NONE, 0) <= DENIED and any(chances[o] >= MENTIONED for o in lines):
            return replace(reply, none=False, doubt=True)
        if question.ask in self._sign_opened:
            return reply
        signs = {o.id for o in question.options if o.sign}
        chance = {o: chances[o] for o in reply.yes if o in lines and o not in signs}
        left = tuple(o for o in reply.yes if chance.get(o, 1) >= BESIDE)
        if left and (len(left) > 1 or chance.get(left[0], 1) >= ALONE or chances.get(NONE, 0) < NO_LINE):
            return replace(reply, yes=left)
        return replace(reply, yes=(), doubt=True) if chances.get(NONE, 0) >= NO_LINE and reply.yes else reply

    @staticmethod
    def _weighed(chances: Mapping[str, float], first: str, settles: frozenset[str], sure: float) -> str:
        """The answer that holds; none if the patient is to be asked. `first`: what the word lists read, if anything."""
        likeliest = max(chances, key=lambda answer: chances[answer])
        if first:
            return "" if likeliest != ASK and chances.get(first, 1) <= min(DOUBTFUL, chances[likeliest]) else first
        return likeliest if likeliest in settles and chances[likeliest] >= sure else ""
