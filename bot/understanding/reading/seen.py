"""One text with all that the parts of the reader look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.understanding.patterns.match import Match
from bot.understanding.quantities.amounts import Duration, Number
from bot.understanding.scope.verdict import Scope
from bot.understanding.words import SpokenWords

from .whole import nothing_but, polarity


@dataclass(frozen=True, slots=True)
class Seen:
    """One text with all that the parts of the reader look at."""

    words: SpokenWords
    match: Match
    scope: Scope
    now: datetime
    question: Question | None
    numbers: list[Number]
    durations: list[Duration]

    def opened(self, kind: Kind) -> bool:
        """Whether a question of this kind is open."""
        return self.question is not None and self.question.kind is kind


def whole_of(seen: Seen) -> tuple[str | None, bool]:
    """What the text says as a whole (`polarity`), and whether it only seems to say "none" to the list that is open: in words
    that the flow gives for that, or of today alone ("not now"), where a list may ask for more."""
    words, match, question = seen.words, seen.match, seen.question
    said = polarity(words, match, seen.opened(Kind.many))
    if question is None or question.none is None:
        return said, False
    if said == "no" and match.spans("only_now"):
        return None, True
    return said, nothing_but(words, match, f"{question.ask}/{question.none}.plain")
