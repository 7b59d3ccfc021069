"""How likely each answer of a question is by the words of a reply: a linear classifier.

It looks at single words, at words that stand side by side, at how words begin, and at which named phrases of the word lists are
said. Its weights (`languages/<code>/classifier.json`) are learnt from labelled replies by `building/classifier.py`; a question
that it has not learnt has no chances. Of who speaks, of when, and of what is denied it knows only the words that usually say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, sqrt
from pathlib import Path

from pydantic import Field, ValidationError

from bot.understanding.lists.model import Part
from bot.understanding.patterns.match import Match
from bot.understanding.patterns.phrases import PatternError

FILE = "classifier.json"
ANY_QUESTION = "*"
"""What was learnt of replies to all questions: whether they answer, or ask back or tell something else."""
ASK, ANSWERS = "ask", "answers"
NONE, UNSURE = "none", "unsure"
SCALE = 10
"""Weights are kept in tenths."""
_EDGE = "|"
_LONG, _BEGINS = 4, 4
"""Of words longer than so many letters the first so many are looked at."""
_OF_WORDS, _OF_BEGINNINGS, _OF_GROUPS = 1.0, 0.7, 1.0
"""How much each kind of feature weighs in all, whatever the number of words."""


class Weights(Part):
    """What was learnt of one question. `answers`: option ids, "yes" and "no", "none", "unsure", and "ask" for what answers nothing;
    `exclusive`: one of them holds, else each may; `groups`: the named phrases that are looked for; `bias` and the numbers of
    `features`: one per answer."""

    answers: tuple[str, ...]
    exclusive: bool
    groups: tuple[str, ...]
    bias: tuple[int, ...]
    features: Mapping[str, tuple[int, ...]]

    def chances(self, found: Mapping[str, float]) -> dict[str, float]:
        """The chance of each answer, 0 to 1, by the features of a reply."""
        totals = [float(bias) for bias in self.bias]
        for one in found.keys() & self.features.keys():
            share = found[one]
            totals = [total + share * weight for total, weight in zip(totals, self.features[one], strict=True)]
        scores = [total / SCALE for total in totals]
        if not self.exclusive:
            return {answer: 1 / (1 + exp(-score)) for answer, score in zip(self.answers, scores, strict=True)}
        greatest = max(scores)
        powers = [exp(score - greatest) for score in scores]
        total = sum(powers)
        return {answer: power / total for answer, power in zip(self.answers, powers, strict=True)}


class Classifier(Part):
    """The classifiers of all questions of a language. `learnt_from`: the names of the files of replies."""

    learnt_from: tuple[str, ...] = ()
    questions: Mapping[str, Weights] = Field(default_factory=dict)

    def chances(self, question: str, match: Match) -> dict[str, float]:
        """The chance of each answer to a question by the words of a reply; none if the question was not learnt, or
        fewer than half of the words."""
        weights, words = self.questions.get(question), match.words.words
        if weights is None or 2 * sum(word in weights.features for word in words) < len(words):
            return {}
        return weights.chances(features(match, weights.groups))


def features(match: Match, groups: Iterable[str]) -> dict[str, float]:
    """What is looked at in a reply, and how much it weighs there. `groups`: the named phrases that are looked for."""
    said = match.words.words
    words = {*said, *(f"{one} {behind}" for one, behind in zip((_EDGE, *said), (*said, _EDGE), strict=True))}
    begins = {f"{word[:_BEGINS]}~" for word in said if len(word) > _LONG}
    named = {f"<{group}>" for group in groups if match.spans(group)}
    kinds = ((words, _OF_WORDS), (begins, _OF_BEGINNINGS), (named, _OF_GROUPS))
    return {one: weight / sqrt(len(kind)) for kind, weight in kinds for one in kind}


def read_classifier(folder: Path) -> Classifier:
    """The classifier of a language folder; one that has learnt nothing if there is none. Raises PatternError."""
    file = folder / FILE
    if not file.is_file():
        return Classifier()
    try:
        return Classifier.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise PatternError(
            f'{FILE}: "{place}": {first["msg"]}; delete it and make it anew (building/classifier.py)'
        ) from None
