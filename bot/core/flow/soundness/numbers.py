"""Checks of ready-made answers and of thresholds: ranges that fit each other, what is asked, and what conditions compare with."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bot.core.conditions.compiler import compares
from bot.core.conditions.explain import BASE_UNITS
from bot.core.conditions.nodes import Compare, leaves
from bot.core.flow.answer_values import bounds, choice_span
from bot.core.flow.draft import Draft
from bot.core.flow.yaml_places import Path
from bot.core.model.answers import Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.findings import Finding, Place, did_you_mean
from bot.core.model.quantities import BadQuantity

from .questions import NAME_ONE, answer_fits


def choices_are_whole(draft: Draft) -> Iterator[Finding]:
    """Ready-made answers: each its own name and range, and what else they answer comes later and exists."""
    order = {q.ask: i for i, q in enumerate(draft.interview.questions)}
    for i, q in enumerate(draft.interview.questions):
        met: set[str] = set()
        for n, choice in enumerate(q.choices):
            path: Path = ("questions", i, "choices", n)
            if choice.id in met:
                yield draft.finding(
                    "interview.yaml", (*path, "id"), "FLOW020", f'There is already a choice "{choice.id}" here.',
                    "Rename one of them.",
                )  # fmt: skip
            met.add(choice.id)
            try:
                low, high = bounds(q)
                span = choice_span(q, choice)
            except BadQuantity:
                continue  # a finding of quantities_are_readable
            if span.low > span.high:
                yield draft.finding(
                    "interview.yaml", path, "FLOW021", "The range ends before it begins.", "Swap its ends."
                )
            elif span.low < low or span.high > high:
                yield draft.finding(
                    "interview.yaml", path, "FLOW021",
                    f'"{choice.id}" reaches beyond what "{q.ask}" takes: {low:g} to {high:g}.', "Make them fit.",
                )  # fmt: skip
            for other, answer in choice.also.items():
                yield from _also(draft, (*path, "also", other), other, answer, order.get(other, len(order)) > i)
        for n, name in enumerate(q.option_ids):
            path = ("questions", i, "options" if q.options else "choices", n, "behind")
            group = q.group_of.get(name)
            if group in q.option_ids:
                yield draft.finding(
                    "interview.yaml", path, "FLOW020", f'There is already a choice "{group}" here.',
                    "Give the button another name.",
                )  # fmt: skip
            elif group and q.options and (q.kind is not Kind.many or q.tap == "first"):
                yield draft.finding(
                    "interview.yaml", path, "FLOW021", f'"{name}" is not one of a list whose lines are ticked.',
                    "Delete `behind`: each of these needs a button of its own.",
                )  # fmt: skip


def _also(draft: Draft, path: Path, other: str, answer: str, later: bool) -> Iterator[Finding]:
    question = draft.questions.get(other)
    if question is None:
        yield draft.finding(
            "interview.yaml", path, "FLOW012", f'"{other}" is no question of this flow.',
            did_you_mean(other, draft.questions) or NAME_ONE, key=True,
        )  # fmt: skip
    elif not later:
        yield draft.finding(
            "interview.yaml", path, "FLOW015", f'"{other}" is asked before this question.',
            "A choice can answer later questions only.", key=True,
        )  # fmt: skip
    elif question.kind not in (Kind.one, Kind.yes_no):
        yield draft.finding(
            "interview.yaml", path, "FLOW021", f'"{other}" is of kind {question.kind}; `also:` answers one or yes_no.',
            "Delete it.", key=True,
        )  # fmt: skip
    else:
        yield from answer_fits(draft, path, question, answer)


def choices_cover_once(draft: Draft) -> Iterator[Finding]:
    """Each number that can be an answer can be tapped, in one way only: ready-made ranges leave no gap, from the least number
    to the greatest, and of two that overlap each answers something else as well (SEMANTICS 8b)."""
    for i, q in enumerate(draft.interview.questions):
        if q.kind not in NUMERIC or not q.choices:
            continue
        try:
            spans = sorted((choice_span(q, c), n) for n, c in enumerate(q.choices))
            low, high = bounds(q)
        except BadQuantity:
            continue  # a finding of quantities_are_readable
        unit = BASE_UNITS.get(q.kind, "")
        reached, last = low - 1, spans[-1][1]
        for span, n in (*spans, (Span(high + 1, high + 1), last)):
            if span.low > reached + 1:
                gap = _range_words(reached + 1, span.low - 1)
                yield draft.finding(
                    "interview.yaml", ("questions", i, "choices", n), "FLOW021",
                    f'No choice of "{q.ask}" covers {gap} {unit}.'.replace(" .", "."), "Let each begin where another ends.",
                )  # fmt: skip
            reached = max(reached, span.high)
        yield from _overlaps(draft, i, q, spans)


def _overlaps(draft: Draft, i: int, question: Question, spans: list[tuple[Span, int]]) -> Iterator[Finding]:
    for at, (span, n) in enumerate(spans):
        for other, k in spans[:at]:
            one, two = question.choices[n], question.choices[k]
            told_apart = any(one.also[key] != two.also[key] for key in one.also.keys() & two.also.keys())
            both = _range_words(span.low, min(span.high, other.high))
            if other.high >= span.low and not told_apart:
                yield draft.finding(
                    "interview.yaml", ("questions", i, "choices", n), "FLOW021",
                    f'"{one.id}" and "{two.id}" of "{question.ask}" both cover {both}.',
                    "Let each begin where another ends, or let `also:` tell them apart.",
                )  # fmt: skip


def _range_words(first: float, last: float) -> str:
    first, last = math.floor(first), last if last == math.inf else math.ceil(last)
    return f"{first:g}" if first == last else f"{first:g} and more" if last == math.inf else f"{first:g} to {last:g}"


def ranges_fit_thresholds(draft: Draft) -> Iterator[Finding]:
    """A ready-made range must not straddle a threshold: nobody could say what follows from it."""
    places = _compares(draft)
    for i, q in enumerate(draft.interview.questions):
        unit = f" {BASE_UNITS[q.kind]}" if q.kind in BASE_UNITS else ""
        for n, choice in enumerate(q.choices):
            try:
                span = choice_span(q, choice)
            except BadQuantity:
                continue
            for (question, op, value), where in places.items():
                if question == q.ask and compares(op, span, value) is None:
                    yield draft.finding(
                        "interview.yaml", ("questions", i, "choices", n), "FLOW017",
                        f'The choice "{choice.id}" covers {span.low:g} to {span.high:g}{unit}, but {where} compares '
                        f"{q.ask} with {'exactly ' if op == '=' else ''}{value:g}{unit}.",
                        "Write <= or >= there." if op == "=" else "Let choices end where conditions do.",
                    )  # fmt: skip


def thresholds_can_be_met(draft: Draft) -> Iterator[Finding]:
    """A comparison that no answer, or every answer, meets is a slip of the pen."""
    limits: dict[str, Span] = {}
    for q in draft.interview.questions:
        try:
            low, high = bounds(q)
        except BadQuantity:
            continue
        if q.kind in NUMERIC and low <= high:
            limits[q.ask] = Span(low, high)
    for (question, op, value), where in _compares(draft).items():
        if question not in limits:
            continue
        always = compares(op, limits[question], value)
        if always is not None:
            low, high = limits[question]
            takes = f"{low:g} to {high:g}" if high < math.inf else f"{low:g} and more"
            yield Finding(
                where, "FLOW019", f'"{question} {op} {value:g}" is {"always" if always else "never"} true: '
                f'"{question}" takes {takes}.', "Change the number, or delete the comparison.",
            )  # fmt: skip


def _compares(draft: Draft) -> dict[tuple[str, str, float], Place]:
    """Every (question, operator, value in base units) that a condition compares, and the first place of each."""
    found: dict[tuple[str, str, float], Place] = {}
    for (file, path), node in draft.nodes.items():
        for leaf in leaves(node):
            if isinstance(leaf, Compare) and (leaf.question, leaf.op, leaf.value) not in found:
                found[leaf.question, leaf.op, leaf.value] = draft.spot(file, path, leaf)
    return found
