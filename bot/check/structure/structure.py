"""Checks of a flow's build that need no proof: what nothing reads, what can never be, what is too long. One small function each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product
from typing import Any

from bot.check.answers.conditions_of import every_node
from bot.core.conditions.compiler import compile_check
from bot.core.conditions.guards import MOST_CASES, as_env, domains_of
from bot.core.conditions.nodes import All, Any_, Named, Node, Nothing, Ticked, leaves
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.files.texts import Texts
from bot.core.model.findings import Finding

from .characters import characters_belong
from .labels_said import labels_agree, reasons_agree, typed_limits_agree
from .numbers_said import numbers_are_filled_in
from .safety_and_hazards import (
    controls_are_shown,
    hazards_are_written_down,
    properties_have_a_form,
    properties_have_sources,
)
from .signs_typed import signs_have_phrases
from .thresholds_said import thresholds_agree

LONGEST_LABEL = 30
"""Characters that fit on a button that has a row of its own; phones cut longer ones (screens.md)."""
MOST_ON_ONE_TAP = 7
"""Lines on a screen where the first tap answers (screens.md)."""


def questions_can_be_asked(flow: Flow) -> Iterator[Finding]:
    """FLOW030: a `when` that no answers can make true (by cases, where there are few; the proof does the rest)."""
    for i, asking in enumerate(flow.asking):
        if asking.node is not None and _never(asking.node, flow):
            yield Finding(
                flow.place("interview.yaml", ("questions", i, "when")), "FLOW030",
                f'"{asking.question.ask}" is never asked: its condition can never hold.',
                "Change `when:`, or delete the question.",
            )  # fmt: skip


def options_are_read(flow: Flow) -> Iterator[Finding]:
    """FLOW031: an option of a list that no rule, advice or condition reads (a list that only describes may have some)."""
    read: set[str] = set()
    whole: set[str] = set()
    for node in every_node(flow):
        for leaf in leaves(node):
            if isinstance(leaf, Ticked):
                read.add(leaf.option)
            elif isinstance(leaf, Nothing):
                whole.add(leaf.question)
    for i, question in enumerate(flow.interview.questions):
        if question.kind is not Kind.many or question.describes or question.ask in whole:
            continue
        for n, option in enumerate(question.options):
            if option.id not in read and option.sign is None:
                yield Finding(
                    flow.place("interview.yaml", ("questions", i, "options", n)), "FLOW031",
                    f'Nothing reads the option "{option.id}": ticking it changes nothing.',
                    "Read it in a rule or a line of advice, or delete it.",
                )  # fmt: skip


def rules_can_matter(flow: Flow) -> Iterator[Finding]:
    """FLOW032: a rule whose condition always brings a higher (or an earlier equal) rule along."""
    conditions = [_met(rule.node) for rule in flow.rules]
    for i, rule in enumerate(flow.rules):
        for j, other in enumerate(flow.rules):
            if i == j or not (other.rank > rule.rank or (other.rank == rule.rank and j < i)):
                continue
            if _one_brings_other(conditions[i], conditions[j]):
                higher = "higher" if other.rank > rule.rank else "equal"
                yield Finding(
                    flow.place("triage.yaml", ("rules", i, "when")), "FLOW032",
                    f'"{rule.rule.rule}" never matters: whenever it holds, the {higher} rule "{other.rule.rule}" does.',
                    "Delete it, or narrow the other one.",
                )  # fmt: skip
                break


def questions_are_read(flow: Flow) -> Iterator[Finding]:
    """FLOW033: a question that nothing reads and that does not say that it only describes."""
    read = {leaf.question for node in flow.nodes for leaf in leaves(node)}
    for i, question in enumerate(flow.interview.questions):
        if question.ask not in read and not question.describes and not question.consent:
            yield Finding(
                flow.place("interview.yaml", ("questions", i, "ask")), "FLOW033",
                f'No rule, advice or condition reads "{question.ask}".', "Read it, mark it `describes: true`, or delete it.",
            )  # fmt: skip


def labels_are_short(flow: Flow) -> Iterator[Finding]:
    """FLOW034: a button label that phones would cut."""
    for lang, texts in flow.texts.items():
        for path, label in _labels(texts):
            if len(label) > LONGEST_LABEL:
                yield Finding(
                    flow.place(f"texts.{lang}.yaml", path), "FLOW034",
                    f'The label "{label}" has {len(label)} characters; phones cut it after {LONGEST_LABEL}.',
                    "Shorten it and put the full wording under `text:`.",
                )  # fmt: skip


def _labels(texts: Texts) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name, question in texts.questions.items():
        for option, words in question.options.items():
            yield ("questions", name, "options", option), words.label
        for key, label in (("none", question.none), ("unsure", question.unsure)):
            if label is not None:
                yield ("questions", name, key), label
    for audience, wording in texts.audiences.items():
        for name, differing in wording.questions.items():
            for option, other in differing.options.items():
                if other.label is not None:
                    yield ("audiences", audience, "questions", name, "options", option), other.label


def not_sure_counts(flow: Flow) -> Iterator[Finding]:
    """FLOW035: "Not sure" could be said but counts as nothing, so it is not offered."""
    for i, question in enumerate(flow.interview.questions):
        wants = question.kind is Kind.one or question.kind in NUMERIC
        if wants and question.unsure and question.unsure_as is None:
            yield Finding(
                flow.place("interview.yaml", ("questions", i, "ask")), "FLOW035",
                f'"{question.ask}" does not say what "Not sure" counts as, so nobody can say it.',
                "Name an option or choice under `unsure_as:`, or write `unsure: false`.",
            )  # fmt: skip


def languages_say_the_same(flow: Flow) -> Iterator[Finding]:
    """FLOW036: words that one language has and another has not."""
    first, *others = flow.texts.items()
    wanted = _optional_words(first[1])
    for lang, texts in others:
        had = _optional_words(texts)
        for path in sorted(wanted ^ had, key=str):
            lacking, having = (lang, first[0]) if path in wanted else (first[0], lang)
            yield Finding(
                flow.place(f"texts.{lacking}.yaml", path), "FLOW036",
                f'No "{".".join(map(str, path))}" here, but in texts.{having}.yaml there is.', "Translate it.",
            )  # fmt: skip


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves((*path, str(key)), inner)
    else:
        yield path


def _optional_words(texts: Texts) -> set[tuple[str, ...]]:
    found = set(_leaves(("audiences",), texts.model_dump(mode="json", exclude_none=True)["audiences"]))
    for name, question in texts.questions.items():
        for key in ("example", "help", "none", "unsure"):
            if getattr(question, key) is not None:
                found.add(("questions", name, key))
        for option, words in question.options.items():
            found |= {
                ("questions", name, "options", option, k) for k in ("text", "alone", "answer") if getattr(words, k)
            }
    found |= {("claims", c) for c in texts.claims}
    return found | {("sections", s.value) for s in texts.sections}


def one_tap_screens_are_short(flow: Flow) -> Iterator[Finding]:
    """FLOW037: too many lines on a screen where the first tap answers."""
    for i, question in enumerate(flow.interview.questions):
        if question.tap == "first" and len(question.options) > MOST_ON_ONE_TAP:
            yield Finding(
                flow.place("interview.yaml", ("questions", i, "options")), "FLOW037",
                f'"{question.ask}" has {len(question.options)} lines; one tap answers it, so it may have {MOST_ON_ONE_TAP}.',
                "Split the screen.",
            )  # fmt: skip


CHECKS: tuple[Callable[[Flow], Iterator[Finding]], ...] = (
    questions_can_be_asked,
    options_are_read,
    rules_can_matter,
    questions_are_read,
    labels_are_short,
    not_sure_counts,
    languages_say_the_same,
    one_tap_screens_are_short,
    controls_are_shown,
    hazards_are_written_down,
    properties_have_sources,
    properties_have_a_form,
    numbers_are_filled_in,
    characters_belong,
    labels_agree,
    reasons_agree,
    typed_limits_agree,
    thresholds_agree,
    signs_have_phrases,
)
"""All of them, in plain sight."""


def check_structure(flow: Flow) -> tuple[Finding, ...]:
    """Everything that the checks above find, in the order of files and lines."""
    return tuple(sorted({finding for check in CHECKS for finding in check(flow)}))


def _never(node: Node, flow: Flow) -> bool:
    domains = domains_of([node], flow.questions)
    size = 1
    for cases in domains.values():
        size *= len(cases)
    if size > MOST_CASES:
        return False
    check = compile_check(node, flow.questions)
    tried = (as_env(dict(zip(domains, values, strict=True))) for values in product(*domains.values()))
    return all(check(env) is not True for env in tried)


def _plain(node: Node) -> Node:
    """Without the names of defined conditions around it."""
    while isinstance(node, Named):
        node = node.part
    return node


class _Condition:
    """A condition, the same object whenever it is met again: so pairs of them can be remembered without looking at their parts."""

    def __init__(self, node: Node) -> None:
        self.node = node


@lru_cache(10_000)
def _met(node: Node) -> _Condition:
    return _Condition(node)


@lru_cache(100_000)
def _one_brings_other(one: _Condition, other: _Condition) -> bool:
    """Of an edit only what is paired with an edited condition is looked at anew."""
    return _brings(one.node, other.node)


def _brings(node: Node, other: Node) -> bool:
    """Whether `node` plainly implies `other`: equal, a conjunction that contains it, or one of its alternatives."""
    node, other = _plain(node), _plain(other)
    if node == other:
        return True
    if isinstance(node, Any_):
        return all(_brings(part, other) for part in node.parts)
    if isinstance(other, All):
        return all(_brings(node, part) for part in other.parts)
    if isinstance(node, All) and any(_brings(part, other) for part in node.parts):
        return True
    if isinstance(other, Any_):
        return any(_brings(node, part) for part in other.parts)
    return isinstance(node, Ticked) and isinstance(other, Ticked) and (
        node.option == other.option and node.question == other.question and (node.surely or not other.surely)
    )  # fmt: skip
