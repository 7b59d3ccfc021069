"""The flow as a Mermaid diagram: its spine, or the machine, made from the very edges that it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.core.conditions.explain import explain
from bot.core.conditions.nodes import reads
from bot.core.conversation.machine import machine_of
from bot.core.conversation.session import ADVICE, EMERGENCY, EXIT, REVIEW, START
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import LEVELS, Level


def mermaid(flow: Flow, everything: bool = False) -> str:
    """The spine: the questions in asking order, each with the rules that read it, and dotted arrows from what decides whether a
    question is asked. `everything`: the machine itself, as a `stateDiagram-v2` with every edge that it runs."""
    return "\n".join(_machine(flow) if everything else _spine(flow))


def _spine(flow: Flow) -> Iterator[str]:
    rules = {name: Counter[Level]() for name in flow.questions}
    for rule in flow.rules:
        for name in reads(rule.node):
            rules[name][rule.rule.level] += 1
    yield "flowchart TD"
    for asking in flow.asking:
        name = asking.question.ask
        counts = ", ".join(f"{rules[name][level]} {level.value}" for level in reversed(LEVELS) if rules[name][level])
        said = [f"<b>{name}</b>", *([_quoted(explain(asking.node, flow.questions))] if asking.node is not None else [])]
        shape = ("([", "])") if asking.node is not None else ("[", "]")
        yield f'    {name}{shape[0]}"{"<br>".join([*said, *([counts] if counts else [])])}"{shape[1]}'
    yield f"    {ADVICE}([advice])"
    yield f"    {' --> '.join([*flow.questions, ADVICE])}"
    for asking in flow.asking:
        for name in flow.questions:
            if asking.node is not None and name in reads(asking.node):
                yield f"    {name} -. decides .-> {asking.question.ask}"
    for question in flow.interview.questions:
        if any(option.sign == Level.emergency for option in question.options):
            yield f"    {question.ask} ==> {EMERGENCY}{{{{emergency}}}}"


def _quoted(text: str) -> str:
    """Inside the quotes of a label."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _machine(flow: Flow) -> Iterator[str]:
    yield "stateDiagram-v2"
    for name in flow.questions:
        yield f"    {name}"
    for source, target, why in machine_of(flow).edges:
        yield f"    {_name(source)} --> {_name(target)}{f' : {why}' if why else ''}"
    yield f"    {ADVICE} --> [*]"
    yield f"    {EMERGENCY} --> [*]"


def edges(flow: Flow) -> list[tuple[str, str, str]]:
    """The edges of the machine that a person wants to see: (source, target, why)."""
    order = machine_of(flow).order
    return [
        (source, target, why) for source, target, why in machine_of(flow).edges if _shown(flow, source, target, order)
    ]


def _name(state: str) -> str:
    return "[*]" if state == START else state.replace("/", "_")


def _shown(flow: Flow, source: str, target: str, order: dict[str, int]) -> bool:
    """Edges up to the first question that is always asked; the way to an emergency from lists that hold its signs."""
    if source in order and target in order:
        between = list(order)[order[source] + 1 : order[target]]
        return all(flow.questions[q].when is not None for q in between)
    if source in order and target == EMERGENCY:
        return any(o.sign == "emergency" for o in flow.questions[source].options)
    if source in order:
        return target == REVIEW and order[source] == len(order) - 1
    if source == START:
        return target in order and order[target] == 0
    return source == REVIEW and target in (ADVICE, EXIT)
