"""What is no answer to a question and is understood: requests, questions back, and replies to screens that are no question."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from bot.core.model.readings import NO_REPLY, Reply
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import Spots, WordSpan
from bot.understanding.scope.cues import MAYBE, OTHER
from bot.understanding.scope.verdict import Scope
from bot.understanding.screen.named import FoundName
from bot.understanding.words import SpokenWords

from .flow_words import FlowWords
from .seen import Seen

_A_QUESTION = 4
"""Words from which on a single sentence with its mark is a question back, not an answer in doubt ("2 weeks?")."""


class RequestReader:
    """Reads requests and questions back."""

    def __init__(self, flow: FlowWords) -> None:
        self._flow = flow
        self._bare_questions = frozenset(flow.language.lists.group("bare_question"))
        self._asks_first = frozenset(flow.language.lists.group("asks_first"))
        self._no = frozenset(flow.language.lists.group("bare_no"))
        self._asking = frozenset(flow.language.lists.group("begins_a_question"))

    def request(self, match: Match, scope: Scope, apart_from: Sequence[WordSpan] = ()) -> str:
        """What the writer asks for or expresses; the first one of the word lists' order. `apart_from`: words that ask about a
        topic."""
        topics = Spots(sorted(apart_from))
        for name in self._flow.language.lists.requests:
            spans = match.spans(f"request.{name}")
            if any(not scope.negated(span) and not topics.overlap(span) for span in spans):
                return name
        return ""

    def asks(self, words: SpokenWords, denies: bool, unsure: bool = False) -> bool:
        """Whether the message is a question back: it ends with its mark and begins as one; or is one sentence, and no denial.
        `unsure`: it begins with a "not sure", "dunno, 5?"."""
        said = [word for word in words.words if word.isalnum()]
        if len(said) == 1:
            return said[0] in self._bare_questions
        if words.words[-1] != "?" or not said or unsure:
            return False
        if said[-1] in self._bare_questions:
            return True  # "agree to what?"
        whole = len(said) >= _A_QUESTION and words.sentence[0] == words.sentence[-2]
        return (whole and not denies) or said[0] in self._asking or self._asks_at_the_end(words, said)

    def asks_somewhere(self, words: SpokenWords) -> bool:
        """Whether a clause begins as a question, or the message ends as one."""
        begin = {
            place for place in range(len(words.words)) if place == 0 or words.clause[place] != words.clause[place - 1]
        }
        return words.words[-1] == "?" or any(words.words[place] in self._asks_first for place in begin)

    def _asks_at_the_end(self, words: SpokenWords, said: list[str]) -> bool:
        """Whether the last clause asks, and nothing says "no": "only 7 weeks, would i even feel it move?"."""
        first = bisect_left(words.clause, words.clause[-1] if words.words[-1].isalnum() else words.clause[-2])
        last = [word for word in words.words[first:] if word.isalnum()]
        return len(last) >= _A_QUESTION and last[0] in self._asks_first and not self._no & set(said)

    def fixed(self, screen: str | None, match: Match) -> Reply:
        """The reply to a screen that is no question: the one of its answers whose words stand in the message."""
        answers = {
            name: spans
            for name in self._flow.language.lists.screens.get(screen or "", {})
            if (spans := match.spans(f"{screen}/{name}.plain"))
        }
        return Reply(yes=tuple(answers)) if len(answers) == 1 else NO_REPLY

    def stands_apart(
        self,
        seen: Seen,
        named: tuple[str, ...],
        verdicts: Mapping[str, Mapping[str, WordSpan]],
        found: list[FoundName],
    ) -> bool:
        """Whether one of these lines is named as the writer's: neither of somebody else nor in asking what it is ("me or the
        family? my sister has lupus"; "is aspirin a blood thinner?")."""
        lists, asked = self._flow.language.lists, self.asked_about(seen)
        if not asked:
            return True
        spans = [span for o in named for kind in ("plain", MAYBE) if (span := verdicts.get(o, {}).get(kind))]
        spans += [span for span, d, kind in found if set(lists.names[d][kind].means) & set(named)]
        return any(seen.scope.verdict(span, True) != OTHER for span in spans if not asked.cover(span))

    def names_beside(self, seen: Seen, found: list[FoundName]) -> bool:
        """Whether a medicine or illness of the writer's is named beside a question: "clopidogrel, does that count?"."""
        asked = self.asked_about(seen)
        return any(not asked.cover(span) and seen.scope.verdict(span, True) != OTHER for span, _, _ in found)

    @staticmethod
    def asked_about(seen: Seen) -> Spots:
        """The words of questions about whom or what is meant; "what do you mean by" speaks to the end of its clause."""
        words = seen.words
        last = max((place for place, word in enumerate(words.words) if word == "?"), default=-1)
        whole = [
            s
            for s in seen.match.spans("asks_whom_or_what")
            if s[0] == 0 or words.sentence[s[0] - 1] != words.sentence[s[0]] or s[1] <= last
        ]
        opened = [
            (s[0], bisect_right(words.clause, words.clause[s[0]]))
            for s in seen.match.spans("asks_meaning")
            if s[0] == 0 or words.clause[s[0] - 1] != words.clause[s[0]] or not words.words[s[0] - 1].isalnum()
        ]
        return Spots(sorted({*whole, *opened}))
