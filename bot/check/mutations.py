"""Planted faults: every small way to break a flow, one at a time. The proof and the scripts are measured by them.

A mutation is an edit that somebody could make: a condition loses a part, `and` becomes `or`, a threshold moves, a level
changes, a rule or a line goes, a flag leaves its screen, a question becomes conditional. Many are refused by the reader;
those are not counted against anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.compiled import Flow
from bot.core.conditions import All, Any_, AtLeast, Chosen, Compare, Node, Not, Says, Ticked
from bot.core.findings import Finding, Place
from bot.core.flow import LEVELS, Advice, Interview, Kind, Question, Texts, Triage
from bot.core.reading import try_edited

from .unparse import quantity, text_of

KINDS = {
    "drop_part": "a part of a condition is dropped",
    "swap_and_or": '"and" becomes "or", or the other way round',
    "flip_comparison": "a comparison turns round",
    "shift_threshold": "a comparison takes or leaves its boundary",
    "negate": '"not" is lost or added',
    "surely": '"surely" is lost or added, so "not sure" counts otherwise',
    "delete_rule": "a rule is deleted",
    "raise_level": "a rule asks for a level more",
    "lower_level": "a rule asks for a level less",
    "remove_flag": "an option disappears from its screen",
    "make_conditional": "a question is asked of some people only",
    "delete_line": "a line of advice is deleted",
}
"""Kinds of mutations -> what somebody did."""


@dataclass(frozen=True)
class Mutation:
    """One planted fault. `what`: in words; `place`: where it was done; `make`: the broken flow, or why it is refused."""

    kind: str
    what: str
    place: Place
    make: Callable[[], tuple[Flow | None, tuple[Finding, ...]]] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.place}  {self.kind}: {self.what}"


def mutations(flow: Flow) -> Iterator[Mutation]:
    """Every mutation of a flow, in the order of its files."""
    for owner in _owners(flow):
        yield from _of_condition(flow, owner)
    yield from _of_rules(flow)
    yield from _of_questions(flow)
    yield from _of_lines(flow)


# --- conditions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Owner:
    """A condition and how to put another text in its place."""

    what: str
    place: Place
    node: Node
    put: Callable[[str], tuple[Flow | None, tuple[Finding, ...]]]


def _owners(flow: Flow) -> Iterator[_Owner]:
    triage, interview, advice = flow.triage, flow.interview, flow.advice
    for name, node in flow.defined.items():
        yield _Owner(
            f'"{name}"', flow.place("triage.yaml", ("define", name)), node,
            lambda text, n=name: try_edited(flow, triage=_with(triage, define={**triage.define, n: text})),
        )  # fmt: skip
    for i, asking in enumerate(flow.asking):
        if asking.node is not None:
            yield _Owner(
                f'the question "{asking.question.ask}"', flow.place("interview.yaml", ("questions", i, "when")), asking.node,
                lambda text, i=i: try_edited(flow, interview=_changed_question(interview, i, when=text)),
            )  # fmt: skip
    for i, rule in enumerate(flow.rules):
        yield _Owner(
            f'the rule "{rule.rule.rule}"', flow.place("triage.yaml", ("rules", i, "when")), rule.node,
            lambda text, i=i: try_edited(flow, triage=_changed_rule(triage, i, when=text)),
        )  # fmt: skip
    for i, line in enumerate(flow.lines):
        if line.node is not None:
            yield _Owner(
                f'the line "{line.line.line}"', flow.place("advice.yaml", ("lines", i, "when")), line.node,
                lambda text, i=i: try_edited(flow, advice=_changed_line(advice, i, when=text)),
            )  # fmt: skip
    for i, (name, node, _) in enumerate(flow.conflicts):
        yield _Owner(
            f'the contradiction "{name}"', flow.place("interview.yaml", ("conflicts", i, "when")), node,
            lambda text, i=i: try_edited(flow, interview=_changed_conflict(interview, i, text)),
        )  # fmt: skip


def _of_condition(flow: Flow, owner: _Owner) -> Iterator[Mutation]:
    questions = dict(flow.questions)
    seen = {text_of(owner.node, questions)}
    for kind, change, node in _variants(owner.node, questions):
        text = text_of(node, questions)
        if text not in seen:
            seen.add(text)
            yield Mutation(kind, f"in {owner.what} {change}", owner.place, lambda t=text: owner.put(t))


def _variants(node: Node, questions: dict[str, Question]) -> Iterator[tuple[str, str, Node]]:
    """(kind, what was done, the changed tree) for each fault in this tree; defined conditions are looked at where they stand."""
    if isinstance(node, All | Any_ | AtLeast):
        yield from _variants_of_group(node, questions)
        for i, part in enumerate(node.parts):
            for kind, change, other in _variants(part, questions):
                yield kind, change, replace(node, parts=(*node.parts[:i], other, *node.parts[i + 1 :]))
    elif isinstance(node, Not):
        yield "negate", f'"not" is lost before "{text_of(node.part, questions)}"', node.part
        for kind, change, other in _variants(node.part, questions):
            yield kind, change, Not(other)
    elif isinstance(node, Compare):
        yield from _variants_of_comparison(node, questions)
    elif isinstance(node, Ticked):
        word = "loses" if node.surely else "gains"
        yield "surely", f'"{node.option}" {word} "surely"', replace(node, surely=not node.surely)
    elif isinstance(node, Says):
        yield from _variants_of_yes_no(node)
    elif isinstance(node, Chosen):
        yield "negate", f'"{node.question} is {node.option}" becomes "is not"', Not(node)


def _variants_of_group(node: All | Any_ | AtLeast, questions: dict[str, Question]) -> Iterator[tuple[str, str, Node]]:
    for i, part in enumerate(node.parts):
        rest = (*node.parts[:i], *node.parts[i + 1 :])
        if isinstance(node, AtLeast) and node.count > len(rest):
            continue
        changed = rest[0] if len(rest) == 1 and not isinstance(node, AtLeast) else replace(node, parts=rest)
        yield "drop_part", f'"{text_of(part, questions)}" is dropped', changed
    if isinstance(node, All):
        yield "swap_and_or", '"and" becomes "or"', Any_(node.parts)
    elif isinstance(node, Any_):
        yield "swap_and_or", '"or" becomes "and"', All(node.parts)
    elif node.count < len(node.parts):
        yield (
            "shift_threshold",
            f'"at least {node.count}" becomes {node.count + 1}',
            replace(node, count=node.count + 1),
        )


_TURNED = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "=": ">"}
_BOUNDARY = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}


def _variants_of_comparison(node: Compare, questions: dict[str, Question]) -> Iterator[tuple[str, str, Node]]:
    said = f"{node.question} {node.op} {quantity(questions[node.question].kind, node.value)}"
    yield "flip_comparison", f'"{said}" turns round', replace(node, op=_TURNED[node.op])
    if node.op in _BOUNDARY:
        op = _BOUNDARY[node.op]
        yield "shift_threshold", f'"{said}" becomes "{op}"', replace(node, op=op)


def _variants_of_yes_no(node: Says) -> Iterator[tuple[str, str, Node]]:
    if len(node.answers) > 1:
        yield "surely", f'"{node.question}" gains "surely"', replace(node, answers=("yes",))
    elif node.answers == ("yes",):
        yield "surely", f'"{node.question}" loses "surely"', replace(node, answers=("yes", "not_sure"))
    else:
        yield "negate", f'"{node.question} is {node.answers[0]}" becomes "is not"', Not(node)


# --- rules, questions, lines ------------------------------------------------------------------------------------------


def _of_rules(flow: Flow) -> Iterator[Mutation]:
    rules = flow.triage.rules
    for i, rule in enumerate(rules):
        place = flow.place("triage.yaml", ("rules", i, "rule"))
        rest = [*rules[:i], *rules[i + 1 :]]
        yield Mutation(
            "delete_rule", f'the rule "{rule.rule}" is deleted', place,
            lambda rest=rest, name=rule.rule: try_edited(
                flow, triage=_with(flow.triage, rules=rest), texts=_unspoken(flow, "rules", name)
            ),
        )  # fmt: skip
        for kind, step in (("raise_level", 1), ("lower_level", -1)):
            if 0 <= rule.level.rank + step < len(LEVELS):
                level = LEVELS[rule.level.rank + step]
                yield Mutation(
                    kind, f'the rule "{rule.rule}" asks for {level} instead of {rule.level}', place,
                    lambda i=i, level=level: try_edited(
                        flow, triage=_changed_rule(flow.triage, i, level=level, how=_way(flow, level))
                    ),
                )  # fmt: skip


def _way(flow: Flow, level: Any) -> str | None:
    """A way to get help that the flow has at that level, so that the changed rule is no other fault as well."""
    return next((r.how for r in flow.triage.rules if r.level is level and r.how), None)


def _of_questions(flow: Flow) -> Iterator[Mutation]:
    first = flow.interview.questions[0]
    for i, question in enumerate(flow.interview.questions):
        place = flow.place("interview.yaml", ("questions", i, "ask"))
        for j, option in enumerate(question.options):
            if len(question.options) > 1 and not question.consent:
                options = [*question.options[:j], *question.options[j + 1 :]]
                yield Mutation(
                    "remove_flag", f'"{option.id}" disappears from the screen "{question.ask}"',
                    flow.place("interview.yaml", ("questions", i, "options", j)),
                    lambda i=i, options=options, option=option.id: _without_option(flow, i, options, option),
                )  # fmt: skip
        if i and question.when is None and first.kind is Kind.one:
            when = f"{first.ask} is {first.usual or first.option_ids[0]}"
            yield Mutation(
                "make_conditional", f'"{question.ask}" is asked only when {when}', place,
                lambda i=i, when=when: try_edited(flow, interview=_changed_question(flow.interview, i, when=when)),
            )  # fmt: skip


def _without_option(flow: Flow, i: int, options: list[Any], option: str) -> tuple[Flow | None, tuple[Finding, ...]]:
    """The option cannot be chosen any more; conditions that name it stay as they are and never hold for it.

    The reader would refuse a condition about an option that does not exist, so the screen alone loses it: what a wrong
    edit of the screen's drawing would do.
    """
    interview = _changed_question(flow.interview, i, options=options)
    asking = tuple(a._replace(question=q) for a, q in zip(flow.asking, interview.questions, strict=True))
    return replace(flow, interview=interview, asking=asking), ()


def _of_lines(flow: Flow) -> Iterator[Mutation]:
    lines = flow.advice.lines
    for i, line in enumerate(lines):
        rest = [*lines[:i], *lines[i + 1 :]]
        yield Mutation(
            "delete_line", f'the line "{line.line}" is deleted', flow.place("advice.yaml", ("lines", i, "line")),
            lambda rest=rest, name=line.line: try_edited(
                flow, advice=_with(flow.advice, lines=rest), texts=_unspoken(flow, "advice", name)
            ),
        )  # fmt: skip


# --- models with one thing changed ------------------------------------------------------------------------------------


def _with(model: Any, **changes: Any) -> Any:
    return model.model_copy(update=changes)


def _unspoken(flow: Flow, table: str, name: str) -> dict[str, Texts]:
    """The texts without the words of a rule or line."""
    return {
        lang: _with(texts, **{table: {k: v for k, v in getattr(texts, table).items() if k != name}})
        for lang, texts in flow.texts.items()
    }


def _in_list(entries: list[Any], i: int, **changes: Any) -> list[Any]:
    return [*entries[:i], _with(entries[i], **changes), *entries[i + 1 :]]


def _changed_question(interview: Interview, i: int, **changes: Any) -> Interview:
    changed: Interview = _with(interview, questions=_in_list(interview.questions, i, **changes))
    return changed


def _changed_conflict(interview: Interview, i: int, when: str) -> Interview:
    changed: Interview = _with(interview, conflicts=_in_list(interview.conflicts, i, when=when))
    return changed


def _changed_rule(triage: Triage, i: int, **changes: Any) -> Triage:
    changed: Triage = _with(triage, rules=_in_list(triage.rules, i, **changes))
    return changed


def _changed_line(advice: Advice, i: int, **changes: Any) -> Advice:
    changed: Advice = _with(advice, lines=_in_list(advice.lines, i, **changes))
    return changed
