"""Numbers in words agree with the numbers that count: those of a button with its range, those of a reason with its rule."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from bot.core.conditions.nodes import Compare, Named, Node, defined_in, parts_of
from bot.core.flow.answer_values import bounds, choice_span
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Span
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.files.texts import Key, whoever_for
from bot.core.model.findings import Finding

CODE = "FLOW067"
UNITS: dict[Kind, tuple[float, ...]] = {
    Kind.ago: (1, 7, 30, 365),
    Kind.length: (1, 60, 3600, 86400),
    Kind.age: (1,),
}
"""What a number said may count, in base units (days, seconds, years): the words say which, in any language."""
A_MONTH = 30
GUARDS = 5
"""A condition that more rules name than this says who is asked at all, not when a rule fires."""
_NUMBERS = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w%])")


def labels_agree(flow: Flow) -> Iterator[Finding]:
    """FLOW067: a number in the label of a ready-made answer that is no end of its range (SEMANTICS 8b)."""
    said = _by_key(flow)
    for question in flow.interview.questions:
        if question.kind not in NUMERIC:
            continue
        low, high = bounds(question)
        for choice in question.choices:
            span = choice_span(question, choice)
            option = ("questions", question.ask, "options", choice.id)
            for lang, where, label in (*said[*option, "label"], *said[*option, "answer"]):
                if not _agrees(numbers_in(label), span, Span(low, high), UNITS.get(question.kind, (1,))):
                    yield Finding(
                        flow.place(f"texts.{lang}.yaml", where), CODE,
                        f'The label "{label}" has other numbers than "{choice.id}" of "{question.ask}", which is '
                        f"{span.low:g} to {span.high:g}.",
                        "Mend the one that is wrong.",
                    )  # fmt: skip


def typed_limits_agree(flow: Flow) -> Iterator[Finding]:
    """FLOW067: a question that names numbers, none of which is the one from which on a typed quantity means yes."""
    said = _by_key(flow)
    for question in flow.interview.questions:
        limit = None if question.typed is None else question.typed.least or question.typed.below
        if limit is None:
            continue
        (meant,) = numbers_in(str(limit))
        for lang, where, words in said["questions", question.ask, "text"]:
            named = numbers_in(words)
            if named and meant not in named:
                yield Finding(
                    flow.place(f"texts.{lang}.yaml", where), CODE,
                    f'"{words}" does not say {limit}, from which on a typed answer means yes.', "Mend the one that is wrong.",
                )  # fmt: skip


def _by_key(flow: Flow) -> Mapping[Key, list[tuple[str, Key, str]]]:
    """Where a text stands, whoever it is for -> its language, its place and its words, for each audience."""
    found: defaultdict[Key, list[tuple[str, Key, str]]] = defaultdict(list)
    for lang, texts in flow.texts.items():
        for at, words in texts.said():
            found[whoever_for(at)].append((lang, at, words))
    return found


def numbers_in(text: str) -> list[float]:
    """The numbers in digits that stand alone."""
    return [float(n.replace(",", ".")) for n in _NUMBERS.findall(text)]


def _agrees(said: list[float], span: Span, whole: Span, units: tuple[float, ...]) -> bool:
    """One number is either end; of two the first is the lower end. Where nothing lies beyond the other end, a number may be the
    last that is not meant: "under 6", "longer than 15 minutes"."""
    ends = [_names(number, span, whole, units) for number in said]
    if len(said) == 1:
        return bool(ends[0])
    return len(said) == 0 or ("low" in ends[0] and "high" in ends[-1])


def _names(number: float, span: Span, whole: Span, units: tuple[float, ...]) -> set[str]:
    found: set[str] = set()
    for unit in units:
        value = number * unit
        months = unit in (A_MONTH, 365)
        if (
            value == span.low
            or (value - 1 == span.low and months)
            or (value + 1 == span.low and unit > 1 and not months)
        ):
            found.add("low")
        if value == span.high or (value - 1 == span.high and span.low == whole.low):
            found.add("high")
    return found


def reasons_agree(flow: Flow) -> Iterator[Finding]:
    """FLOW067: a number in the reason of a rule with which its condition does not compare, though it compares with others."""
    said = _by_key(flow)
    used = Counter(name for rule in flow.rules for name in defined_in(rule.node))
    for rule in flow.rules:
        compared = list(_compared(rule.node, {name for name, n in used.items() if n > GUARDS}))
        if not compared:
            continue
        units = {unit for leaf in compared for unit in UNITS.get(flow.questions[leaf.question].kind, (1,))}
        meant = {leaf.value + step for leaf in compared for step in (-1, 0, 1)}
        for lang, where, words in said["rules", rule.rule.rule]:
            odd = [n for n in numbers_in(words) if not {n * unit for unit in units} & meant]
            if odd:
                yield Finding(
                    flow.place(f"texts.{lang}.yaml", where), CODE,
                    f'"{words}" says {odd[0]:g}; the rule compares with '
                    f"{', '.join(sorted({f'{leaf.value:g}' for leaf in compared}))}.",
                    "Mend the one that is wrong.",
                )  # fmt: skip


def _compared(node: Node, guards: set[str]) -> Iterator[Compare]:
    """The comparisons of a condition, without those of names that only say who is asked."""
    if isinstance(node, Compare):
        yield node
    elif not (isinstance(node, Named) and node.name in guards):
        for part in parts_of(node):
            yield from _compared(part, guards)
