"""Thresholds in claims, safety rules and hazards are those of the conditions that they stand behind.

A number counts as a threshold only where the words say so ("from 70 on", "over three months", "two weeks or more"); what a document
says is the document's, so only guidance is held. Of all else `diff` lists what still says a number that was moved.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.check.answers.conditions_of import property_nodes
from bot.core.conditions.nodes import Compare, Node, leaves
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import Kind
from bot.core.model.findings import Finding, Place
from bot.core.model.quantities import BadQuantity, in_base_units

from .labels_said import CODE

_SPELLED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SPELLED = {word: number for number, word in enumerate(_SPELLED, 1)}
"""Numbers as sentences spell them."""
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_SPELLED_OUT = rf"(?P<number>{'|'.join(SPELLED)})"
_UNIT = r"[ -](?P<unit>second|minute|hour|day|week|month|year)s?\b"
_BEFORE = r"\b(?:from|under|over|above|below|before|until|than|least|most)\s+(?:the age of\s+)?"
_BEHIND = r"\s+(?:or|and)\s+(?:over|more|older|under|less|younger)\b"
_THRESHOLDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_BEFORE}{_NUMBER}\b(?![.,]?\d)(?:{_UNIT})?(?!\s*[%°]|\s+\w+\s+\d)",
        rf"(?<![\w.,]){_NUMBER}(?:{_UNIT})?{_BEHIND}",
        rf"{_BEFORE}{_SPELLED_OUT}{_UNIT}",
        rf"\b{_SPELLED_OUT}{_UNIT}{_BEHIND}",
    )
)
"""A number spelled out counts only with its unit ("more than one" is none); "from 2 to 4" is no threshold."""


def thresholds_agree(flow: Flow) -> Iterator[Finding]:
    """FLOW067: a threshold in a claim, in why a safety rule stands, or in a hazard's control, with which none of the conditions
    that name it (or that it names) compares, though they compare with others of the kind."""
    yield from _of_claims(flow)
    rules = {rule.rule.rule: _compared(rule.node) for rule in flow.rules}
    properties: dict[str, list[Compare]] = {}
    for i, (prop, *nodes) in enumerate(property_nodes(flow)):
        properties[prop.property] = _compared(*nodes)
        yield from _odd(
            flow, flow.place("safety.yaml", ("properties", i, "because")), prop.because, properties[prop.property]
        )
    for i, hazard in enumerate(flow.hazards.hazards):
        for n, control in enumerate(hazard.controls):
            compared: list[Compare] = []
            for shown in control.shown_by:
                kind, _, name = shown.partition(":")
                compared += {"rule": rules, "property": properties}.get(kind, {}).get(name, [])
            place = flow.place("hazards.yaml", ("hazards", i, "controls", n, "control"))
            yield from _odd(flow, place, control.control, compared)


def _of_claims(flow: Flow) -> Iterator[Finding]:
    """Claims are held against the rules that name them: lines of advice and safety rules rest on several at once."""
    compared: defaultdict[str, list[Compare]] = defaultdict(list)
    for rule in flow.rules:
        for claim in rule.rule.because:
            compared[claim] += _compared(rule.node)
    for i, said in enumerate(flow.evidence.claims):
        if said.document is None:
            yield from _odd(flow, flow.place("evidence.yaml", ("claims", i, "says")), said.says, compared[said.claim])


def _compared(*nodes: Node | None) -> list[Compare]:
    return [leaf for node in nodes if node is not None for leaf in leaves(node) if isinstance(leaf, Compare)]


def _odd(flow: Flow, place: Place, words: str, compared: Iterable[Compare]) -> Iterator[Finding]:
    """The first threshold in the words that is none of these comparisons; nothing where none is of its kind."""
    for number, unit in thresholds_in(words):
        meant = [pair for leaf in compared if (pair := _in_kind(flow, leaf, number, unit)) is not None]
        if meant and not any(abs(value - said) <= 1 + (number * 2 if unit == "month" else 0) for value, said in meant):
            known = ", ".join(sorted({f"{value:g}" for value, _ in meant}))
            yield Finding(
                place, CODE,
                f'"{words}" says {number:g}{f" {unit}s" if unit else ""}; the conditions compare with {known}.',
                "Mend the one that is wrong.",
            )  # fmt: skip
            return


@lru_cache(10_000)
def thresholds_in(words: str) -> tuple[tuple[float, str], ...]:
    """The numbers that the words call a threshold, each with its unit, if it has one: ((4, "week"), (60, ""))."""
    found = []
    for pattern in _THRESHOLDS:
        for match in pattern.finditer(words):
            number = match["number"].lower()
            found.append((float(SPELLED.get(number, number)), (match["unit"] or "").lower()))
    return tuple(found)


def _in_kind(flow: Flow, leaf: Compare, number: float, unit: str) -> tuple[float, float] | None:
    """The value compared with, and the number said in its base unit; None if the words speak of something else."""
    kind = flow.questions[leaf.question].kind
    if bool(unit) != (kind in (Kind.ago, Kind.length)):  # "over two years" tells how long ago, not how old
        return None
    try:
        return leaf.value, in_base_units(kind, number, unit)
    except BadQuantity:
        return None
