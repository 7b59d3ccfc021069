"""Where two versions part: what is so of whoever they ask, tell or send otherwise.

As long as no edited condition comes out otherwise of the answers so far, both versions ask the same and stop at the same; if none
does at the end either, both say the same. So in the conversation that the old version has with whoever is treated otherwise, some
edited condition comes out otherwise. It is no condition more, but it tells the solver where to look: of an edited emergency rule a
comparison takes 0.6 s of a processor with it, 1.5 s without.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.check.proof.encoding import Copy, Formula, conj, disj, neg, same_formula
from bot.core.conditions.nodes import Node, reads
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.files.parts import Level

from .beside import Beside


def parting(both: Beside, old: Copy) -> Formula:
    """That some edited condition is surely true by one version and not by the other, or that a rule fires of which more was edited.
    `old`: the copy of the old version. True, which tells nothing, where more than conditions and rules was edited."""
    before, now = both.old.flow, both.new.flow
    if both.left_out or _all_else(before) != _all_else(now):
        return True
    return disj(
        disj([conj([one, neg(other)]), conj([other, neg(one)])])
        for one, other in (*_of_questions(old, before, now), *_of_rules(old, before, now), *_of_words(old, before, now))
        if not same_formula(one, other)
    )


def _all_else(flow: Flow) -> Any:
    """What else decides what is asked and said: equal in two versions of which only conditions and rules differ."""
    return (
        [question.model_copy(update={"when": None}) for question in flow.interview.questions],
        {option: node for option, (node, _) in flow.offered.items()},
        [line.line.model_copy(update={"when": None}) for line in flow.lines],
        [conflict for conflict, _, _ in flow.conflicts],
        flow.advice.ways,
    )


def _of_questions(old: Copy, before: Flow, now: Flow) -> Iterator[tuple[Formula, Formula]]:
    for was, new in zip(before.asking, now.asking, strict=True):
        if was.node != new.node:
            upto = old.order[was.question.ask] - 1
            yield _true(old, was.node, upto), _true(old, new.node, upto)


def _of_rules(old: Copy, before: Flow, now: Flow) -> Iterator[tuple[Formula, Formula]]:
    for name in dict.fromkeys([*before.rules_by_id, *now.rules_by_id]):
        was, new = before.rules_by_id.get(name), now.rules_by_id.get(name)
        if was is not None and new is not None and (was.rank, was.rule.how) == (new.rank, new.rule.how):
            if was.node != new.node:
                yield from ((old.true(was.node, i), old.true(new.node, i)) for i in _moments(old, was, new))
        else:
            yield from ((old.true(one.node, i), False) for one in (was, new) if one for i in _moments(old, one))


def _moments(old: Copy, *rules: CompiledRule) -> list[int | None]:
    """The questions after which the rules may stop a conversation, and the end."""
    urgent = any(rule.rule.level is Level.emergency for rule in rules)
    read = {old.order[name] for rule in rules for name in reads(rule.node)} if urgent else ()
    return [*sorted(read), None]


def _of_words(old: Copy, before: Flow, now: Flow) -> Iterator[tuple[Formula, Formula]]:
    told = [(was.node, new.node) for was, new in zip(before.lines, now.lines, strict=True)]
    told += [(was, new) for (_, was, _), (_, new, _) in zip(before.conflicts, now.conflicts, strict=True)]
    yield from ((_true(old, was), _true(old, new)) for was, new in told if was != new)


def _true(old: Copy, node: Node | None, upto: int | None = None) -> Formula:
    return True if node is None else old.true(node, upto)
