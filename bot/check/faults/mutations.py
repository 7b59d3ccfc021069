"""Planted faults: every small way to break a flow, one at a time. The proof and the scripts are measured by them.

A mutation is an edit that somebody could make: a condition loses a part, `and` becomes `or`, a threshold moves, a level
changes, a rule or a line goes, a flag leaves its screen, a question becomes conditional. Many are refused by the reader;
those are not counted against anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from bot.core.conditions.nodes import All, Any_, AtLeast, Chosen, Compare, Node, Not, Says, Ticked
from bot.core.flow.compiled import Flow
from bot.core.flow.reading import try_edited
from bot.core.flow.yaml_places import Path
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import LEVELS, Kind, Level
from bot.core.model.files.texts import Texts
from bot.core.model.findings import Finding, Place

from .unparse import condition_text, quantity

EditedFlow = tuple[Flow | None, tuple[Finding, ...]]
"""The edited flow, or None and why the reader refuses it."""

KINDS = {
    "drop_part": "a part of a condition is dropped",
    "swap_and_or": '"and" becomes "or", or the other way round',
    "flip_comparison": "a comparison turns round",
    "shift_threshold": "a comparison takes or leaves its boundary",
    "negate": '"not" is lost or added',
    "surely": '"surely" is lost or added, so "not sure" counts otherwise',
    "delete_rule": "a rule is deleted with its words",
    "raise_level": "a rule asks for a level more",
    "lower_level": "a rule asks for a level less",
    "remove_flag": "an option disappears from its screen",
    "make_conditional": "a question is asked of some people only",
    "delete_line": "a line of advice is deleted with its words",
}
"""Kinds of mutations -> what somebody did."""


class EditedCondition(NamedTuple):
    """The condition that stands there after the fault; None: what stood there is gone."""

    file: str
    path: Path
    node: Node | None


@dataclass(frozen=True)
class Mutation:
    """One planted fault. `what`: in words; `place`: where it was done; `make`: the broken flow, or why it is refused.

    `edited`: where nothing but a condition or a rule is edited, for who asks only what the flow then means: much faster.
    """

    kind: str
    what: str
    place: Place
    make: Callable[[], EditedFlow] = field(compare=False, repr=False)
    edited: EditedCondition | None = field(default=None, compare=False, repr=False)

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
    file: str
    path: Path
    node: Node
    put: Callable[[str], EditedFlow]


def _owners(flow: Flow) -> Iterator[_Owner]:
    def owner(what: str, file: str, path: Path, node: Node, put: Callable[[str], EditedFlow]) -> _Owner:
        return _Owner(what, flow.place(file, path), file, path, node, put)

    for name, node in flow.defined.items():
        yield owner(f'"{name}"', "triage.yaml", ("define", name), node, partial(_put_defined, flow, name))
    for i, asking in enumerate(flow.asking):
        if asking.node is not None:
            what = f'the question "{asking.question.ask}"'
            yield owner(what, "interview.yaml", ("questions", i, "when"), asking.node, partial(_put_question, flow, i))
    for i, rule in enumerate(flow.rules):
        what = f'the rule "{rule.rule.rule}"'
        yield owner(what, "triage.yaml", ("rules", i, "when"), rule.node, partial(_put_rule, flow, i))
    for i, line in enumerate(flow.lines):
        if line.node is not None:
            what = f'the line "{line.line.line}"'
            yield owner(what, "advice.yaml", ("lines", i, "when"), line.node, partial(_put_line, flow, i))
    for i, (name, node, _) in enumerate(flow.conflicts):
        what = f'the contradiction "{name}"'
        yield owner(what, "interview.yaml", ("conflicts", i, "when"), node, partial(_put_conflict, flow, i))


def _of_condition(flow: Flow, owner: _Owner) -> Iterator[Mutation]:
    questions = dict(flow.questions)
    seen = {condition_text(owner.node, questions)}
    for kind, change, node in _variants(owner.node, questions):
        text = condition_text(node, questions)
        if text not in seen:
            seen.add(text)
            edited = EditedCondition(owner.file, owner.path, node)
            yield Mutation(kind, f"in {owner.what} {change}", owner.place, partial(owner.put, text), edited)


def _variants(node: Node, questions: dict[str, Question]) -> Iterator[tuple[str, str, Node]]:
    """(kind, what was done, the changed tree) for each fault in this tree; defined conditions are looked at where they stand."""
    if isinstance(node, All | Any_ | AtLeast):
        yield from _variants_of_group(node, questions)
        for i, part in enumerate(node.parts):
            for kind, change, other in _variants(part, questions):
                yield kind, change, replace(node, parts=(*node.parts[:i], other, *node.parts[i + 1 :]))
    elif isinstance(node, Not):
        yield "negate", f'"not" is lost before "{condition_text(node.part, questions)}"', node.part
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
        yield (
            "drop_part",
            f'"{condition_text(part, questions)}" is dropped from "{condition_text(node, questions)}"',
            changed,
        )
    if isinstance(node, All):
        yield "swap_and_or", f'"and" becomes "or" in "{condition_text(node, questions)}"', Any_(node.parts)
    elif isinstance(node, Any_):
        yield "swap_and_or", f'"or" becomes "and" in "{condition_text(node, questions)}"', All(node.parts)
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
    for i, rule in enumerate(flow.triage.rules):
        place = flow.place("triage.yaml", ("rules", i, "rule"))
        gone = EditedCondition("triage.yaml", ("rules", i), None)
        words = f'the rule "{rule.rule}" is deleted'
        yield Mutation("delete_rule", words, place, partial(_without_rule, flow, i), gone)
        for kind, step in (("raise_level", 1), ("lower_level", -1)):
            if 0 <= rule.level.rank + step < len(LEVELS):
                level = LEVELS[rule.level.rank + step]
                words = f'the rule "{rule.rule}" asks for {level} instead of {rule.level}'
                yield Mutation(kind, words, place, partial(_with_level, flow, i, level))


def _of_questions(flow: Flow) -> Iterator[Mutation]:
    first = flow.interview.questions[0]
    for i, question in enumerate(flow.interview.questions):
        place = flow.place("interview.yaml", ("questions", i, "ask"))
        for j, option in enumerate(question.options):
            if len(question.options) > 1 and not question.consent:
                where = flow.place("interview.yaml", ("questions", i, "options", j))
                words = f'"{option.id}" disappears from the screen "{question.ask}"'
                yield Mutation("remove_flag", words, where, partial(_without_option, flow, i, j))
        if i and question.when is None and first.kind is Kind.one:
            when = f"{first.ask} is {first.usual or first.option_ids[0]}"
            words = f'"{question.ask}" is asked only when {when}'
            yield Mutation("make_conditional", words, place, partial(_put_question, flow, i, when))


def _of_lines(flow: Flow) -> Iterator[Mutation]:
    for i, line in enumerate(flow.advice.lines):
        place = flow.place("advice.yaml", ("lines", i, "line"))
        yield Mutation("delete_line", f'the line "{line.line}" is deleted', place, partial(_without_line, flow, i))


# --- the edits --------------------------------------------------------------------------------------------------------


def _put_defined(flow: Flow, name: str, text: str) -> EditedFlow:
    return try_edited(flow, triage=changed(flow.triage, define={**flow.triage.define, name: text}))


def _put_question(flow: Flow, i: int, text: str) -> EditedFlow:
    questions = _in_list(flow.interview.questions, i, when=text)
    return try_edited(flow, interview=changed(flow.interview, questions=questions))


def _put_conflict(flow: Flow, i: int, text: str) -> EditedFlow:
    conflicts = _in_list(flow.interview.conflicts, i, when=text)
    return try_edited(flow, interview=changed(flow.interview, conflicts=conflicts))


def _put_rule(flow: Flow, i: int, text: str) -> EditedFlow:
    return try_edited(flow, triage=changed(flow.triage, rules=_in_list(flow.triage.rules, i, when=text)))


def _put_line(flow: Flow, i: int, text: str) -> EditedFlow:
    return try_edited(flow, advice=changed(flow.advice, lines=_in_list(flow.advice.lines, i, when=text)))


def _with_level(flow: Flow, i: int, level: Level) -> EditedFlow:
    """With a way to get help that the flow has at that level, so that the changed rule is no other fault as well."""
    how = next((r.how for r in flow.triage.rules if r.level is level and r.how), None)
    return try_edited(flow, triage=changed(flow.triage, rules=_in_list(flow.triage.rules, i, level=level, how=how)))


def _without_rule(flow: Flow, i: int) -> EditedFlow:
    rules = flow.triage.rules
    rest = [*rules[:i], *rules[i + 1 :]]
    return try_edited(flow, triage=changed(flow.triage, rules=rest), texts=_unspoken(flow, "rules", rules[i].rule))


def _without_line(flow: Flow, i: int) -> EditedFlow:
    lines = flow.advice.lines
    rest = [*lines[:i], *lines[i + 1 :]]
    return try_edited(flow, advice=changed(flow.advice, lines=rest), texts=_unspoken(flow, "advice", lines[i].line))


def _without_option(flow: Flow, i: int, j: int) -> EditedFlow:
    """The option cannot be chosen any more; conditions that name it stay as they are and never hold for it.

    The reader would refuse a condition about an option that does not exist, so the screen alone loses it.
    """
    question = flow.interview.questions[i]
    options, usual, gone = question.options, question.usual, question.options[j].id
    if isinstance(usual, list):
        usual = [option for option in usual if option != gone] or None
    elif usual == gone:
        usual = next(option.id for option in options if option.id != gone)
    questions = _in_list(flow.interview.questions, i, options=[*options[:j], *options[j + 1 :]], usual=usual)
    asking = tuple(a._replace(question=q) for a, q in zip(flow.asking, questions, strict=True))
    return replace(flow, interview=changed(flow.interview, questions=questions), asking=asking), ()


# --- models with one thing changed ------------------------------------------------------------------------------------


def changed(model: Any, **changes: Any) -> Any:
    """The model with these fields changed, and nothing remembered that was worked out from the old ones."""
    copy = model.model_copy(update=changes)
    for name in copy.__dict__.keys() - type(copy).model_fields.keys():
        del copy.__dict__[name]
    return copy


def _unspoken(flow: Flow, table: str, name: str) -> dict[str, Texts]:
    """The texts without the words of a rule or line."""
    return {
        lang: changed(texts, **{table: {k: v for k, v in getattr(texts, table).items() if k != name}})
        for lang, texts in flow.texts.items()
    }


def _in_list(entries: list[Any], i: int, **changes: Any) -> list[Any]:
    return [*entries[:i], changed(entries[i], **changes), *entries[i + 1 :]]
