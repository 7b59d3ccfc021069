"""The spine: the questions in asking order, what decides whether each is asked, and the rules that read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bot.core.conditions.explain import explain
from bot.core.conditions.nodes import Named, Node, reads
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.parts import LEVELS, Kind, Level
from bot.core.model.findings import Place

KIND_WORDS: Mapping[Kind, str] = {
    Kind.one: "one of", Kind.many: "list", Kind.yes_no: "yes or no", Kind.number: "number", Kind.scale: "0 to 10",
    Kind.ago: "how long ago", Kind.length: "how long", Kind.age: "age",
}  # fmt: skip
"""Kind of a question -> what an operator calls it."""
ROW = 64
"""Pixels of a row: arcs are drawn by it. In a narrow window badges take two lines of it."""
WIDTH = 150
"""Pixels that the arcs take."""


class SpineRow(NamedTuple):
    """A question. `short`: its name in reports; `when`: for whom, in words, "" for everybody; `rules`: how many of each level read
    it, the most urgent first; `emergency`: whether a line of it alone is an emergency."""

    name: str
    short: str
    kind: str
    when: str
    rules: tuple[tuple[Level, int], ...]
    emergency: bool
    place: Place


class Arc(NamedTuple):
    """That the answer of `source` decides whether `target` is asked."""

    source: str
    target: str


class DrawnArc(NamedTuple):
    """An arc as a path of an SVG."""

    source: str
    target: str
    path: str


@per_flow
def spine_of(flow: Flow) -> tuple[tuple[SpineRow, ...], tuple[Arc, ...]]:
    """The rows in asking order, and all arcs."""
    counts = {name: Counter[Level]() for name in flow.questions}
    for rule in flow.rules:
        for name in reads(rule.node):
            counts[name][rule.rule.level] += 1
    texts = next(iter(flow.texts.values()))
    rows = tuple(
        SpineRow(
            a.question.ask,
            texts.questions[a.question.ask].short,
            KIND_WORDS[a.question.kind],
            "" if a.node is None else _in_words(flow, a.node),
            tuple((v, counts[a.question.ask][v]) for v in reversed(LEVELS) if counts[a.question.ask][v]),
            any(o.sign == Level.emergency for o in a.question.options),
            flow.question_place(a.question.ask),
        )
        for a in flow.asking
    )
    arcs = tuple(
        Arc(name, a.question.ask)
        for a in flow.asking
        if a.node is not None
        for name in flow.questions
        if name in reads(a.node)
    )
    return rows, arcs


def _in_words(flow: Flow, node: Node) -> str:
    """A condition in words; of one that is only a name, the name and what it means."""
    words = explain(node, flow.questions)
    return f"{words}: {explain(node.part, flow.questions)}" if isinstance(node, Named) else words


def drawn_arcs(arcs: Iterable[Arc], order: list[str]) -> tuple[DrawnArc, ...]:
    """The arcs between questions that are shown: the farther, the wider, so that none hides behind another."""
    at = {name: number for number, name in enumerate(order)}
    shown = [arc for arc in arcs if arc.source in at and arc.target in at]
    longest = max((abs(at[a.target] - at[a.source]) for a in shown), default=1)
    found = []
    for arc in shown:
        top, bottom = (ROW * at[name] + ROW // 2 for name in arc)
        reach = round(14 + (WIDTH - 22) * (abs(at[arc.target] - at[arc.source]) / max(longest, 1)) ** 0.6)
        left = max(6, WIDTH - reach)
        path = f"M {WIDTH} {top} C {left} {top}, {left} {bottom}, {WIDTH} {bottom}"
        found.append(DrawnArc(arc.source, arc.target, path))
    return tuple(found)
