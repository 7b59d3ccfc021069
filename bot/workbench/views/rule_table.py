"""Rules x questions: which rule reads which answer."""

from __future__ import annotations

from typing import NamedTuple

from bot.core.conditions.explain import explain
from bot.core.conditions.nodes import leaves, reads
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import Level
from bot.core.model.findings import Place

from .search import found_in, searched_rules


class RuleRow(NamedTuple):
    """A rule. `cells`: for each question of the table what the rule reads of it, in words, "" nothing."""

    name: str
    level: Level
    when: str
    place: Place
    cells: tuple[str, ...]


class RuleTable(NamedTuple):
    """`questions`: those that some row reads, in asking order."""

    questions: tuple[str, ...]
    rows: tuple[RuleRow, ...]


def rule_table(flow: Flow, words: str = "") -> RuleTable:
    """The table, the most urgent rules first; only rules in which all the words stand."""
    rules = [
        (rule, explain(rule.node, flow.questions))
        for rule in flow.by_rank
        if found_in(words, searched_rules(flow)[rule.rule.rule])
    ]
    read = {name for rule, _ in rules for name in reads(rule.node)}
    questions = tuple(name for name in flow.questions if name in read)
    rows = []
    for rule, when in rules:
        of: dict[str, list[str]] = {}
        for leaf in leaves(rule.node):
            for name in reads(leaf):
                of.setdefault(name, []).append(explain(leaf, flow.questions))
        cells = tuple("; ".join(dict.fromkeys(of.get(name, ()))) for name in questions)
        rows.append(RuleRow(rule.rule.rule, rule.rule.level, when, flow.rule_place(rule.rule.rule), cells))
    return RuleTable(questions, tuple(rows))
