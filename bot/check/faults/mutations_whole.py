"""Planted faults that a careful operator would make whole: every file that the edit touches is edited, so that the flow loads.

They stand beside the small slips of `mutations.py`: a flag leaves its screen and every condition that read it, a
threshold moves with the ready-made answers, a question is asked of fewer people and what reads it is guarded, "not sure"
counts less, a safety rule asks for less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bot.check.answers.conditions_of import property_nodes
from bot.core.conditions.nodes import All, Any_, AtLeast, Compare, Node, Not, Ticked, leaves
from bot.core.flow.answer_values import choice_span
from bot.core.flow.compiled import Flow
from bot.core.flow.reading import try_edited
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import LEVELS, Kind, Level
from bot.core.model.files.texts import Texts

from .mutations import Mutation, changed
from .unparse import condition_text

WAYS = {
    "flag_everywhere": "an option disappears from its screen and from everything that reads it",
    "threshold_value": "a threshold is another number, with the ready-made answers that it cuts",
    "fewer_asked": "a question is asked of fewer people, and what reads it is guarded",
    "unsure_counts_less": '"not sure" counts as another answer',
    "weaken_property": "a safety rule asks for less, speaks of fewer patients, or is gone",
    "silence_line": "a line of advice is not said at one of its levels, or without its condition",
}
"""Kinds of these mutations -> what somebody did."""


def whole_mutations(flow: Flow) -> Iterator[Mutation]:
    """Every one of them, in the order of the table."""
    for way in (
        _flag_everywhere,
        _threshold_value,
        _fewer_asked,
        _unsure_counts_less,
        _weaken_property,
        _silence_line,
    ):
        yield from way(flow)


def _at(entries: list[Any], i: int, **changes: Any) -> list[Any]:
    return [*entries[:i], changed(entries[i], **changes), *entries[i + 1 :]]


def _words(flow: Flow, change: Callable[[Texts], Texts]) -> Mapping[str, Texts]:
    return {lang: change(texts) for lang, texts in flow.texts.items()}


def _threshold_value(flow: Flow) -> Iterator[Mutation]:
    questions = dict(flow.questions)
    for i, rule in enumerate(flow.rules):
        for words, node, question, value in _moved(rule.node):
            text = condition_text(node, questions)
            yield Mutation(
                "threshold_value", f'in the rule "{rule.rule.rule}" {words}', flow.rule_place(rule.rule.rule),
                partial(
                    _moved_flow, flow, changed(flow.triage, rules=_at(flow.triage.rules, i, when=text)), question, value
                ),
            )  # fmt: skip
    for name, defined in flow.defined.items():
        for words, node, question, value in _moved(defined):
            text = condition_text(node, questions)
            yield Mutation(
                "threshold_value", f'in "{name}" {words}', flow.place("triage.yaml", ("define", name)),
                partial(
                    _moved_flow, flow, changed(flow.triage, define={**flow.triage.define, name: text}), question, value
                ),
            )  # fmt: skip


def _moved(node: Node) -> Iterator[tuple[str, Node, str, float]]:
    """Each comparison with twice its number, and with one less."""
    for leaf in dict.fromkeys(x for x in _own_leaves(node) if isinstance(x, Compare)):
        for value in (leaf.value * 2, max(leaf.value - 1, 0.0)):
            if value != leaf.value:
                words = f"{leaf.question} {leaf.op} {value:g} instead of {leaf.value:g}"
                yield words, _replaced(node, leaf, replace(leaf, value=value)), leaf.question, value


def _own_leaves(node: Node) -> Iterator[Node]:
    """Leaves that stand in this condition itself, not in a defined one."""
    if isinstance(node, All | Any_ | AtLeast):
        for part in node.parts:
            yield from _own_leaves(part)
    elif isinstance(node, Not):
        yield from _own_leaves(node.part)
    elif not hasattr(node, "name"):
        yield node


def _replaced(node: Node, old: Node, new: Node) -> Node:
    if node == old:
        return new
    if isinstance(node, All | Any_ | AtLeast):
        return replace(node, parts=tuple(_replaced(p, old, new) for p in node.parts))
    return replace(node, part=_replaced(node.part, old, new)) if isinstance(node, Not) else node


def _moved_flow(flow: Flow, triage: Any, question: str, value: float) -> Any:
    """The flow with the moved threshold; ready-made answers that it cuts go, with their words."""
    asked = flow.questions[question]
    spans = {c.id: choice_span(asked, c) for c in asked.choices if c.id != asked.unsure_as}
    cut = {c for c, span in spans.items() if span.low <= value <= span.high and span.low != span.high}
    i = [q.ask for q in flow.interview.questions].index(question)
    choices = [c for c in asked.choices if c.id not in cut]

    def texts(t: Texts) -> Texts:
        words = t.questions[question]
        left = {k: v for k, v in words.options.items() if k not in cut}
        rest: Texts = changed(t, questions={**t.questions, question: changed(words, options=left)})
        return rest

    interview = changed(flow.interview, questions=_at(flow.interview.questions, i, choices=choices))
    return try_edited(flow, triage=triage, interview=interview, texts=_words(flow, texts))


# --- a flag, everywhere -----------------------------------------------------------------------------------------------


def _flag_everywhere(flow: Flow) -> Iterator[Mutation]:
    for i, question in enumerate(flow.interview.questions):
        if question.kind is Kind.many and len(question.options) > 1:
            for j, option in enumerate(question.options):
                yield Mutation(
                    "flag_everywhere", f'"{option.id}" disappears from "{question.ask}" and from everything that reads it',
                    flow.place("interview.yaml", ("questions", i, "options", j)),
                    partial(_without_flag, flow, question, option.id),
                )  # fmt: skip


def _without_flag(flow: Flow, question: Question, option: str) -> Any:
    questions = dict(flow.questions)

    def rewritten(text: str | None, node: Node | None) -> str | bool | None:
        left = None if node is None else without(node, option)
        return left if left is None or isinstance(left, bool) else condition_text(left, questions)

    rules, define, lines, asked, properties = [], {}, [], [], []
    for rule in flow.rules:
        when = rewritten(rule.rule.when, rule.node)
        if isinstance(when, str):
            rules.append(changed(rule.rule, when=when))
    for name, node in flow.defined.items():
        when = rewritten(None, node)
        define[name] = when if isinstance(when, str) else flow.triage.define[name]
    for line in flow.lines:
        when = rewritten(line.line.when, line.node)
        if when is not False:
            lines.append(changed(line.line, when=when if isinstance(when, str) else None))
    for entry in flow.asking:
        q = entry.question
        if q.ask == question.ask:
            q = changed(q, options=[o for o in q.options if o.id != option])
        when = rewritten(q.when, entry.node)
        asked.append(changed(q, when=when) if isinstance(when, str) else q)
    for prop, about, requires in property_nodes(flow):
        new = {"when": rewritten(prop.when, about), "requires": rewritten(prop.requires, requires)}
        properties.append(changed(prop, **{k: v for k, v in new.items() if isinstance(v, str)}))
    interview = changed(
        flow.interview, questions=asked, emergency_signs=[s for s in flow.interview.emergency_signs if s != option],
        shorthand=[s for s in flow.interview.shorthand if option not in str(s)],
    )  # fmt: skip
    kept = {r.rule for r in rules}, {x.line for x in lines}

    def texts(t: Texts) -> Texts:
        words = t.questions[question.ask]
        options = {k: v for k, v in words.options.items() if k != option}
        rest: Texts = changed(
            t, questions={**t.questions, question.ask: changed(words, options=options)},
            rules={k: v for k, v in t.rules.items() if k in kept[0]},
            advice={k: v for k, v in t.advice.items() if k in kept[1]},
        )  # fmt: skip
        return rest

    return try_edited(
        flow, interview=interview, triage=changed(flow.triage, rules=rules, define=define),
        advice=changed(flow.advice, lines=lines), safety=changed(flow.safety, properties=properties),
        texts=_words(flow, texts),
    )  # fmt: skip


def without(node: Node, option: str) -> Node | bool:
    """The condition once the option can no longer be ticked; True or False if nothing is left to read. Names stay."""
    if isinstance(node, Ticked):
        return False if node.option == option else node
    if isinstance(node, Not):
        part = without(node.part, option)
        return (not part) if isinstance(part, bool) else replace(node, part=part)
    if isinstance(node, All | Any_):
        deciding = isinstance(node, Any_)
        parts = [without(p, option) for p in node.parts]
        if deciding in parts:
            return deciding
        left = tuple(p for p in parts if not isinstance(p, bool))
        if not left:
            return not deciding
        return left[0] if len(left) == 1 else replace(node, parts=left)
    if isinstance(node, AtLeast):
        some = tuple(p for p in (without(p, option) for p in node.parts) if not isinstance(p, bool))
        return replace(node, parts=some) if len(some) >= node.count else False
    return node


# --- questions --------------------------------------------------------------------------------------------------------


def _fewer_asked(flow: Flow) -> Iterator[Mutation]:
    guards: list[str] = []
    for i, asking in enumerate(flow.asking):
        question = asking.question
        if not question.consent:
            for guard in guards[-2:]:
                yield Mutation(
                    "fewer_asked", f'"{question.ask}" is asked only if {guard}', flow.question_place(question.ask),
                    partial(_guarded_flow, flow, i, guard, question.ask),
                )  # fmt: skip
        if asking.node is None and question.kind is Kind.many:
            guards.append(question.options[-1].id)
        elif asking.node is None and question.kind is Kind.yes_no:
            guards.append(question.ask)


def _guarded_flow(flow: Flow, i: int, guard: str, name: str) -> Any:
    def reads(node: Node | None) -> bool:
        return node is not None and any(leaf.question == name for leaf in leaves(node))

    def guarded(text: str | None, node: Node | None) -> str | None:
        return f"({guard}) and ({text})" if text is not None and reads(node) else text

    rules = [changed(r.rule, when=guarded(r.rule.when, r.node)) for r in flow.rules]
    lines = [changed(x.line, when=guarded(x.line.when, x.node)) for x in flow.lines]
    asked = [changed(a.question, when=guarded(a.question.when, a.node)) for a in flow.asking]
    own = asked[i].when
    asked[i] = changed(asked[i], when=guard if own is None else f"({guard}) and ({own})")
    conflicts = [
        changed(c, when=guarded(c.when, node))
        for c, (_, node, _check) in zip(flow.interview.conflicts, flow.conflicts, strict=True)
    ]
    properties = [
        changed(p, when=guarded(p.when, about), requires=guarded(p.requires, requires))
        for p, about, requires in property_nodes(flow)
    ]
    return try_edited(
        flow, interview=changed(flow.interview, questions=asked, conflicts=conflicts),
        triage=changed(flow.triage, rules=rules), advice=changed(flow.advice, lines=lines),
        safety=changed(flow.safety, properties=properties),
    )  # fmt: skip


def _unsure_counts_less(flow: Flow) -> Iterator[Mutation]:
    for i, question in enumerate(flow.interview.questions):
        if question.unsure_as is None:
            continue
        others = [o.id for o in question.options if not o.declines] + [c.id for c in question.choices]
        for other in others:
            if other != question.unsure_as:
                questions = _at(flow.interview.questions, i, unsure_as=other)
                yield Mutation(
                    "unsure_counts_less", f'"not sure" to "{question.ask}" counts as "{other}"',
                    flow.question_place(question.ask),
                    partial(try_edited, flow, interview=changed(flow.interview, questions=questions)),
                )  # fmt: skip


# --- safety rules and advice ------------------------------------------------------------------------------------------


def _weaken_property(flow: Flow) -> Iterator[Mutation]:
    entries = flow.safety.properties
    for i, (prop, when, requires) in enumerate(property_nodes(flow)):
        for words, changes in _weaker(flow, prop, when, requires):
            weaker = _at(entries, i, **changes) if changes is not None else [*entries[:i], *entries[i + 1 :]]
            yield Mutation(
                "weaken_property", f'the safety rule "{prop.property}" {words}',
                flow.place("safety.yaml", ("properties", i)),
                partial(try_edited, flow, safety=changed(flow.safety, properties=weaker)),
            )  # fmt: skip


def _weaker(
    flow: Flow, prop: Any, when: Node | None, requires: Node | None
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    yield "is gone", None
    if prop.at_least is not None and prop.at_least is not Level.self_care:
        lower = LEVELS[prop.at_least.rank - 1]
        yield f"asks for {lower} only", {"at_least": lower}
    for key, node in (("when", when), ("requires", requires)):
        if isinstance(node, All | Any_):
            for n, part in enumerate(node.parts):
                rest = replace(node, parts=(*node.parts[:n], *node.parts[n + 1 :]))
                yield (
                    f"loses {condition_text(part, dict(flow.questions))}",
                    {key: condition_text(rest, dict(flow.questions))},
                )


def _silence_line(flow: Flow) -> Iterator[Mutation]:
    entries = flow.advice.lines
    for i, line in enumerate(entries):
        edits: list[tuple[str, dict[str, Any]]] = []
        if len(line.levels) > 1:
            edits += [(f"is not said at {v}", {"levels": [w for w in line.levels if w is not v]}) for v in line.levels]
        if line.when is not None:
            edits.append(("is said always", {"when": None}))
        for words, changes in edits:
            yield Mutation(
                "silence_line", f'the line "{line.line}" {words}', flow.place("advice.yaml", ("lines", i)),
                partial(
                    try_edited, flow, advice=changed(flow.advice, lines=_at(entries, i, **changes))
                ),
            )  # fmt: skip
