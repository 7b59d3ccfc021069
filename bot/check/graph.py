"""The flow's machine as a Mermaid diagram: made from the very edges that the machine runs."""

from __future__ import annotations

from bot.core.conditions.explain import explain
from bot.core.conversation.session import ADVICE, EMERGENCY, EXIT, REVIEW, START
from bot.core.flow.compiled import Flow


def mermaid(flow: Flow, everything: bool = False) -> str:
    """A `stateDiagram-v2`. Without `everything`: each question, the questions that may follow it at once, and its ends."""
    lines = ["stateDiagram-v2"]
    whens = {a.question.ask: a.node for a in flow.asking}
    for name in flow.questions:
        node = whens[name]
        condition = "" if node is None else f": {explain(node, flow.questions)}"
        lines.append(f"    {name}{condition}")
    for source, target, why in flow.machine.edges if everything else edges(flow):
        label = f" : {why}" if everything and why else ""
        lines.append(f"    {_name(source)} --> {_name(target)}{label}")
    lines.append(f"    {ADVICE} --> [*]")
    lines.append(f"    {EMERGENCY} --> [*]")
    return "\n".join(lines)


def edges(flow: Flow) -> list[tuple[str, str, str]]:
    """The edges of the machine that a person wants to see: (source, target, why)."""
    order = flow.machine.order
    return [(source, target, why) for source, target, why in flow.machine.edges if _shown(flow, source, target, order)]


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
