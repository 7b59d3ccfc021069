"""Numbers of conditions that an edit moved, and what still says the old ones: claims, hazards, reasons, safety rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.check.answers.conditions_of import property_nodes
from bot.check.structure.labels_said import UNITS, numbers_in
from bot.check.structure.thresholds_said import SPELLED
from bot.core.conditions.nodes import Compare, Node, leaves
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Place

_WORDS = re.compile(r"[a-z]+")


class StillSaid(NamedTuple):
    """Words that mention the old number. `place`: file and line."""

    place: str
    what: str
    words: str


class MovedNumber(NamedTuple):
    """A comparison of a rule that is another one now. `old`, `new`: the numbers of this question, in its base unit."""

    place: str
    rule: str
    question: str
    old: tuple[float, ...]
    new: tuple[float, ...]
    still: tuple[StillSaid, ...]


def moved_numbers(old: Flow, new: Flow) -> tuple[MovedNumber, ...]:
    """Each rule of both versions whose condition lost a number, with all that may have to follow.

    A number is looked for in every unit that its question can be told in, and spelled out up to twelve: what is listed is
    to be read, it need not be wrong.
    """
    return tuple(_moved(old, new))


def _moved(old: Flow, new: Flow) -> Iterator[MovedNumber]:
    for rule in new.rules:
        name = rule.rule.rule
        if name not in old.rules_by_id:
            continue
        before, now = _numbers_of(old.rules_by_id[name].node), _numbers_of(rule.node)
        for question in before:
            lost = before[question] - now.get(question, set())
            if lost and question in new.questions:
                yield MovedNumber(
                    _at(new.rule_place(name)), name, question, _in_order(lost),
                    _in_order(now.get(question, set()) - before[question]),
                    tuple(text for text in _beside(new, name, question) if _mentions(new, question, lost, text.words)),
                )  # fmt: skip


def _numbers_of(*nodes: Node | None) -> dict[str, set[float]]:
    """The numbers of conditions, by question."""
    found: dict[str, set[float]] = {}
    for node in nodes:
        for leaf in leaves(node) if node is not None else ():
            if isinstance(leaf, Compare):
                found.setdefault(leaf.question, set()).add(leaf.value)
    return found


def _in_order(numbers: set[float]) -> tuple[float, ...]:
    return tuple(sorted(numbers))


def _at(place: Place) -> str:
    return f"{place.file}:{place.line}"


def _beside(flow: Flow, rule: str, question: str) -> Iterator[StillSaid]:
    """All that stands behind a rule in words: its reasons, its claims, the hazards that name it, and the safety rules that read the
    question and rest on one of its claims."""
    because = flow.rules_by_id[rule].rule.because
    for lang, texts in flow.texts.items():
        path = ("rules", rule)
        yield StillSaid(_at(flow.place(f"texts.{lang}.yaml", path)), "reason", texts.rules.get(rule, ""))
    for i, claim in enumerate(flow.evidence.claims):
        if claim.claim in because:
            yield StillSaid(_at(flow.place("evidence.yaml", ("claims", i, "says"))), f"claim {claim.claim}", claim.says)
    for i, (prop, when, requires) in enumerate(property_nodes(flow)):
        if question in _numbers_of(when, requires) and set(prop.sources) & set(because):
            place = _at(flow.place("safety.yaml", ("properties", i, "because")))
            yield StillSaid(place, f"safety rule {prop.property}", prop.because)
    for i, hazard in enumerate(flow.hazards.hazards):
        for n, control in enumerate(hazard.controls):
            if f"rule:{rule}" in control.shown_by:
                place = _at(flow.place("hazards.yaml", ("hazards", i, "controls", n, "control")))
                yield StillSaid(place, f"hazard {hazard.hazard}", control.control)


def _mentions(flow: Flow, question: str, lost: set[float], words: str) -> bool:
    said = {*numbers_in(words), *(float(SPELLED[w]) for w in _WORDS.findall(words.lower()) if w in SPELLED)}
    units = UNITS.get(flow.questions[question].kind, (1,))
    return any(number * unit in lost for number in said for unit in units)
