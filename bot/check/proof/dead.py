"""Nothing in a flow is dead: every question is asked, every rule adds something, every line of advice is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.check.answers.results import Failed
from bot.core.conditions.nodes import Node
from bot.core.flow.compiled import CompiledRule, Flow
from bot.core.model.files.parts import Level
from bot.core.model.findings import Place

from .encoding import Formula, conj, disj, is_said, neg, way_said
from .solver import Prover


def questions_live(p: Prover) -> Iterator[Failed]:
    """Each question is asked in some conversation."""
    alive = p.alive(p.one.asked)
    for name in p.one.asked:
        if name not in alive:
            yield Failed(
                "FLOW052", f"dead:{name}", p.flow.question_place(name),
                f'"{name}" is never asked: its condition never holds before an emergency ends the chat.',
                "Change its `when:`, move it, or delete it.", safety=False,
            )  # fmt: skip


def rules_live(p: Prover) -> Iterator[Failed]:
    """Each rule fires in some conversation, and in one of them it adds something: a level, a way or a reason."""
    alive = p.alive(p.one.fires)
    adding = p.alive({r.rule.rule: _adds(p, r) for r in p.flow.rules if r.rule.rule in alive})
    for rule in p.flow.rules:
        name = rule.rule.rule
        if name not in alive:
            yield Failed(
                "FLOW053", f"dead:{name}", p.flow.rule_place(name), f'"{name}" can never fire.',
                "Mend its `when:`, or delete it.", safety=False,
            )  # fmt: skip
        elif name not in adding:
            yield Failed(
                "FLOW054", f"adds_nothing:{name}", p.flow.rule_place(name),
                f'"{name}" adds nothing: whenever it fires, others bring as high a level, its way and its reasons.',
                "Delete it, narrow the others, or raise its level.", safety=False,
            )  # fmt: skip


def _adds(p: Prover, rule: CompiledRule) -> Formula:
    """That it fires and no higher rule does, and that without it the level, the way or a claim would be missing."""
    fires = p.one.fires
    equal = [r for r in p.flow.rules if r is not rule and r.rank == rule.rank]
    higher = (fires[r.rule.rule] for r in p.flow.rules if r.rank > rule.rank)
    alone = [neg(disj(fires[r.rule.rule] for r in equal))]
    if rule.rule.how is not None:
        with_it = way_said(p.one, rule.rule.level, rule.rule.how)
        alone.append(conj([with_it, neg(disj(fires[r.rule.rule] for r in equal if r.rule.how == rule.rule.how))]))
    for claim in rule.rule.because:
        alone.append(neg(disj(fires[r.rule.rule] for r in equal if claim in r.rule.because)))
    return conj([fires[rule.rule.rule], neg(disj(higher)), disj(alone)])


class _Spoken(NamedTuple):
    """A line, who is told it, and where it stands."""

    name: str
    levels: tuple[Level, ...]
    node: Node | None
    how: str | None
    place: Place


def _spoken(flow: Flow) -> Iterator[_Spoken]:
    for i, (line, node, _) in enumerate(flow.lines):
        yield _Spoken(line.line, tuple(line.levels), node, line.how, flow.place("advice.yaml", ("lines", i, "line")))
    for i, topic in enumerate(flow.topics.values()):
        for n, (told, node, _) in enumerate(topic.lines):
            place = flow.place("answers.yaml", ("topics", i, "lines", n, "line"))
            yield _Spoken(f"{topic.topic.topic}: {told.line}", tuple(told.levels), node, None, place)


def lines_live(p: Prover) -> Iterator[Failed]:
    """Each line of advice, and of what can be asked about, is said in some conversation, at each of its levels."""
    spoken = tuple(_spoken(p.flow))
    said = {f"{s.name} at {v}": is_said(p.one, s.node, v, s.how) for s in spoken for v in s.levels}
    alive = p.alive(said)
    for line in spoken:
        dead = [v for v in line.levels if f"{line.name} at {v}" not in alive]
        if dead:
            yield Failed(
                "FLOW055", f"dead:{line.name}", line.place, f'"{line.name}" is never said at {", ".join(dead)}.',
                "Mend its `when:`, or take the level out of `levels:`.", safety=False,
            )  # fmt: skip
