"""The conditions of a flow, those of `safety.yaml` parsed again, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.core.conditions.nodes import Asked, Leaf, Node, leaves
from bot.core.conditions.parser import Names, parse
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.governance import Property
from bot.core.model.findings import Finding, Place


class PropertyNodes(NamedTuple):
    """A safety rule with its conditions as trees."""

    property: Property
    when: Node | None
    requires: Node | None


@per_flow
def property_nodes(flow: Flow) -> tuple[PropertyNodes, ...]:
    """The safety rules of the flow, in the order of the file."""
    names = Names(list(flow.interview.questions))
    names.defined.update(flow.defined)

    def tree(text: str | None) -> Node | None:
        node = None if text is None else parse(text, names, Place("safety.yaml"))
        return None if isinstance(node, Finding) else node

    return tuple(PropertyNodes(p, tree(p.when), tree(p.requires)) for p in flow.safety.properties)


def every_node(flow: Flow) -> Iterator[Node]:
    """Every condition of the flow: questions, rules, advice, conflicts and safety rules."""
    yield from flow.nodes
    for _, when, requires in property_nodes(flow):
        if when is not None:
            yield when
        if requires is not None:
            yield requires


def deciding_leaves(flow: Flow) -> Iterator[Leaf]:
    """The leaves of all conditions that read an answer (not `asked(...)`)."""
    for node in every_node(flow):
        for leaf in leaves(node):
            if not isinstance(leaf, Asked):
                yield leaf


def property_place(flow: Flow, name: str) -> Place:
    """Where a safety rule stands."""
    for i, known in enumerate(flow.safety.properties):
        if known.property == name:
            return flow.place("safety.yaml", ("properties", i, "property"))
    return Place("safety.yaml")
