"""What is asked about after the advice: the topics of a flow whose phrases stand in a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.model.readings import Fact
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.spans import WordSpan


def topic_phrases(topic: str) -> str:
    """The name under which a topic's phrases stand among those of the options."""
    return f"topic/{topic}"


class TopicReader:
    """Reads which topics a message asks about."""

    def __init__(self, topics: Iterable[str]) -> None:
        self._topics = tuple(topics)

    def found(self, match: Match) -> list[tuple[str, WordSpan]]:
        """The topics asked about, in the order of the words: those with the longest phrases, of which none has words of another."""
        spans = [(name, span) for name in self._topics for span in match.spans(f"{topic_phrases(name)}.plain")]
        taken: list[tuple[str, WordSpan]] = []
        for name, span in sorted(spans, key=lambda found: found[1][0] - found[1][1]):
            apart = all(span[1] <= other[0] or other[1] <= span[0] for _, other in taken)
            if apart and all(name != other for other, _ in taken):
                taken.append((name, span))
        return sorted(taken, key=lambda found: found[1])


def tells(fact: Fact, words: Sequence[str], asked: Iterable[WordSpan]) -> bool:
    """Whether a fact has words beside those that ask."""
    first, end = fact.places
    if end:
        return not any(span[0] <= first and end <= span[1] for span in asked)
    return not within(fact.words, words, asked)


def within(said: str, words: Sequence[str], asked: Iterable[WordSpan]) -> bool:
    """Whether all these words stand among those that ask: "hot or cold?" asks what helps, and tells no fever."""
    told = set(said.lower().split())
    return any(told <= set(words[slice(*span)]) for span in asked)
