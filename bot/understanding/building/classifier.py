"""Makes `languages/en/classifier.json`: how likely an answer is by the words of a reply, learnt from labelled replies.

    python -m bot.understanding.building.classifier REPLIES OUT [FILE_TO_LEAVE_OUT ...]

REPLIES is a folder of files in the format of `tests/replies`. Of each question one linear classifier is fitted by logistic
regression (scikit-learn 1.9, needed to run this, never to run the bot): where one answer holds, a softmax over all; on lists,
each option by itself. A reply with several fair labels counts for each in part. Questions whose labels are figures are left
to the readers of quantities. What is seen in one reply only is dropped; weights are kept in tenths.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.language import Language, load
from bot.understanding.patterns.match import Match
from bot.understanding.screen.classifier import ANSWERS, ANY_QUESTION, ASK, NONE, SCALE, features
from bot.understanding.steps import MOST_STEPS, Steps

FIGURES = re.compile(r"\d+-\d+")
LEAST_OF_AN_ANSWER = 3
LEAST_OF_A_LINE = 5
LEAST_OF_A_FEATURE = 2
LEAST_WEIGHT = 3
"""In tenths: a feature that weighs less for every answer is dropped."""
STRENGTH = 30.0
"""The inverse of the penalty on large weights."""

Told = list[tuple[Match, tuple[str, ...]]]
"""Replies to one question, with their labels."""


def replies_of(file: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The replies of a file that have labels: question, text, labels."""
    for group in yaml.safe_load(file.read_text(encoding="utf-8")).get("groups", ()):
        for reply in group["replies"]:
            labels = reply.get("is", ASK if reply.get("ask") else ())
            if labels:
                yield group["ask"], str(reply["me"]), (labels,) if isinstance(labels, str) else tuple(labels)


def look_alikes_of(file: Path) -> Iterator[tuple[str, str]]:
    """What only looks like an answer to a question."""
    for ask, options in yaml.safe_load(file.read_text(encoding="utf-8")).get("screens", {}).items():
        yield from ((ask, text) for texts in options.values() for text in texts)


def gather(files: Sequence[Path], language: Language) -> dict[str, Told]:
    """The replies by question, as the reader sees them; and those to any question, by whether they answer it."""

    def seen(text: str) -> Match:
        return Match(language.grammar, language.spelling.read(text), Steps(MOST_STEPS))

    out: dict[str, Told] = defaultdict(list)
    for ask, text, labels in (reply for file in files for reply in replies_of(file)):
        out[ask].append((seen(text), labels))
        out[ANY_QUESTION].append((out[ask][-1][0], (ASK if labels == (ASK,) else ANSWERS,)))
    for ask, text in (one for file in files for one in look_alikes_of(file)):
        if not is_list(out[ask]):
            out[ask].append((seen(text), (ASK,)))
    return {ask: told for ask, told in out.items() if not any(FIGURES.fullmatch(lab) for _, ls in told for lab in ls)}


def is_list(told: Told) -> bool:
    """Whether several answers of a question may hold, or none."""
    return any(NONE in labels for _, labels in told)


def often(found: Iterable[Iterable[str]], least: int) -> list[str]:
    """What is found at least so often, in order."""
    return sorted(one for one, n in Counter(one for each in found for one in each).items() if n >= least)


def weights_of(told: Told, named: Iterable[str]) -> Mapping[str, Any]:
    """What is learnt of one question, as `Weights` has it. `named`: the named phrases of the word lists."""
    sparse, linear = importlib.import_module("scipy.sparse"), importlib.import_module("sklearn.linear_model")
    groups = often(([g for g in named if match.spans(g)] for match, _ in told), LEAST_OF_A_FEATURE)
    seen = [features(match, groups) for match, _ in told]
    kept = often(seen, LEAST_OF_A_FEATURE)
    place = {feature: n for n, feature in enumerate(kept)}
    rows = [(at, label, 1 / len(labels)) for at, (_, labels) in enumerate(told) for label in labels]

    def fitted(of: list[tuple[int, str, float]], means: list[Any]) -> Any:
        cells = [(n, place[f], seen[at][f]) for n, (at, *_) in enumerate(of) for f in seen[at] if f in place]
        row, column, value = zip(*cells, strict=True)
        matrix = sparse.csr_matrix((value, (row, column)), shape=(len(of), len(kept)))
        model = linear.LogisticRegression(C=STRENGTH, max_iter=1000)
        return model.fit(matrix, means, sample_weight=[weight for *_, weight in of])

    exclusive = not is_list(told)
    if exclusive:
        answers = often(([label] for _, label, _ in rows), LEAST_OF_AN_ANSWER)
        rows = [row for row in rows if row[1] in answers]
        model = fitted(rows, [label for _, label, _ in rows])
        columns, bias = list(model.coef_), list(model.intercept_)
        if len(answers) == 2:  # scikit-learn keeps one column for both
            columns, bias = [-columns[0] / 2, columns[0] / 2], [-bias[0] / 2, bias[0] / 2]
    else:
        answers = often((label.split("+") for _, label, _ in rows), LEAST_OF_A_LINE)
        models = [fitted(rows, [line in label.split("+") for _, label, _ in rows]) for line in answers]
        columns, bias = [model.coef_[0] for model in models], [model.intercept_[0] for model in models]
    tenths = [[round(float(value) * SCALE) for value in column] for column in columns]
    weights = {
        one: list(found)
        for one, found in zip(kept, zip(*tenths, strict=True), strict=True)
        if max(map(abs, found)) >= LEAST_WEIGHT
    }
    in_tenths = [round(float(one) * SCALE) for one in bias]
    return {"answers": answers, "exclusive": exclusive, "groups": groups, "bias": in_tenths, "features": weights}


def learn(replies: str, out: str, *left_out: str) -> None:
    """Learns from all files of the folder but those left out."""
    files = [file for file in sorted(Path(replies).rglob("*.yaml")) if file.name not in left_out]
    language = load("en")
    assert language is not None
    told = gather(files, language)
    questions = {ask: weights_of(told[ask], language.lists.groups) for ask in sorted(told)}
    learnt = {"learnt_from": sorted(file.name for file in files), "questions": questions}
    lines = json.dumps(learnt, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n")
    Path(out).write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    learn(*sys.argv[1:])
