"""The proofs: what holds for every conversation of a flow, and the smallest conversation for what does not.

Each proof is a function of the `Prover` that yields what fails; the tables at the end list them in plain sight. z3 is
imported only when a proof is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

from bot.core.compiled import CompiledRule, Flow
from bot.core.findings import Place
from bot.core.flow import LEVELS, Level

from .comparing import sides_fit
from .conditions_of import property_nodes, property_place
from .counting import count_conversations
from .play import Player, plain_flow
from .prove_encoding import Copy, Formula, conj, disj, neg
from .prove_lengths import lengths, no_longer_than_stated
from .prove_pairs import compared, in_order_of_worry, unsure_for_no
from .replaying import confirmed, our_bug, walk
from .results import Failed, Proofs
from .space import Space
from .witness import Witness, example_of, why_not_higher

Found = dict[str, Any]


class Prover:
    """One flow's formulas and the solvers that work on them."""

    def __init__(self, flow: Flow) -> None:
        import z3

        self.z3 = z3
        self.flow = flow
        self.space = Space(flow)
        self.one = Copy(self.space, "a")
        self.solver = self._solver(self.one)
        self._pair: tuple[Copy, Any] | None = None

    def _solver(self, *copies: Copy) -> Any:
        solver = self.z3.SolverFor("QF_FD")
        for copy in copies:
            solver.add(copy.rules)
        return solver

    @property
    def pair(self) -> tuple[Copy, Any]:
        """A second conversation beside the first, and a solver that knows both."""
        if self._pair is None:
            other = Copy(self.space, "b")
            self._pair = other, self._solver(self.one, other)
        return self._pair

    def model(self, formula: Formula, solver: Any = None) -> Any:
        """A model of the formula, or None."""
        solver = self.solver if solver is None else solver
        if formula is False:
            return None
        assumed = [] if formula is True else [formula]
        solver.push()
        try:
            solver.add(assumed)
            return solver.model() if solver.check() == self.z3.sat else None
        finally:
            solver.pop()

    def least(self, formula: Formula, weights: list[tuple[Formula, int]], solver: Any = None) -> Any:
        """A model with the least sum of weights, or None if there is no model at all."""
        solver = self.solver if solver is None else solver
        best = self.model(formula, solver)
        if best is None:
            return None
        high = _weight(self.z3, best, weights)
        low = 0
        while low < high:
            middle = (low + high) // 2
            found = self.model(conj([formula, self.z3.PbLe(weights, middle)]), solver)
            if found is None:
                low = middle + 1
            else:
                best, high = found, _weight(self.z3, found, weights)
        return best

    def example(self, formula: Formula) -> Witness | None:
        """The conversation nearest to the usual one for which the formula holds."""
        model = self.least(formula, self.one.unusual())
        return None if model is None else example_of(self.space, self.one.chosen(model))

    def two(self, formula: Formula, relation: list[Formula]) -> tuple[Witness, Witness] | None:
        """Two conversations so related, as near to each other and to the usual one as can be."""
        other, solver = self.pair
        wanted = conj([formula, *relation])
        model = self.least(wanted, [*self.one.unusual(), *other.unusual()], solver)
        if model is None:
            return None
        return example_of(self.space, self.one.chosen(model)), example_of(self.space, other.chosen(model))

    def alive(self, targets: dict[str, Formula]) -> set[str]:
        """The names of the formulas that hold in some conversation."""
        left = dict(targets)
        found: set[str] = set()
        while left:
            model = self.model(disj(left.values()))
            if model is None:
                break
            for name, formula in list(left.items()):
                if formula is True or (
                    formula is not False and self.z3.is_true(model.eval(formula, model_completion=True))
                ):
                    found.add(name)
                    del left[name]
        return found


def _weight(z3: Any, model: Any, weights: list[tuple[Formula, int]]) -> int:
    return sum(w for f, w in weights if z3.is_true(model.eval(f, model_completion=True)))


# --- what every flow must keep ----------------------------------------------------------------------------------------


def no_gap(p: Prover) -> Iterator[Failed]:
    """Every conversation ends in advice: some rule fires, whatever is answered."""
    shown = p.example(neg(p.one.at_least[0]))
    if shown is not None:
        near = why_not_higher(p.flow, shown, Level.self_care, None)
        yield Failed(
            "FLOW050", "no_gap", Place("triage.yaml"), f"No rule fires for some answers. {near}".rstrip(),
            "Widen a rule, or add one for these answers.", accepted=_from(0), example=shown.example,
        )  # fmt: skip


def nothing_undecided(p: Prover) -> Iterator[Failed]:
    """At the end of a conversation each rule is surely true or surely false."""
    undecided = {
        r.rule.rule: conj([neg(p.one.true(r.node)), neg(p.one.false(r.node)), neg(p.one.stopped[-1])])
        for r in p.flow.rules
    }
    for name in sorted(p.alive(undecided)):
        shown = p.example(undecided[name])
        if shown is not None:
            yield Failed(
                "FLOW051", f"undecided:{name}", p.flow.rule_place(name),
                f'"{name}" is neither true nor false at the end: it reads an answer that was not asked for.',
                "Put the condition of that question before it.", example=shown.example,
            )  # fmt: skip


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
        alone.append(neg(disj(fires[r.rule.rule] for r in equal if r.rule.how == rule.rule.how)))
    for claim in rule.rule.because:
        alone.append(neg(disj(fires[r.rule.rule] for r in equal if claim in r.rule.because)))
    return conj([fires[rule.rule.rule], neg(disj(higher)), disj(alone)])


def lines_live(p: Prover) -> Iterator[Failed]:
    """Each line of advice is said in some conversation, at each of its levels."""
    said: dict[str, Formula] = {}
    for compiled in p.flow.lines:
        line = compiled.line
        for level in line.levels:
            said[f"{line.line} at {level}"] = _is_said(p, compiled.node, level, line.how)
    alive = p.alive(said)
    for i, compiled in enumerate(p.flow.lines):
        dead = [v for v in compiled.line.levels if f"{compiled.line.line} at {v}" not in alive]
        if dead:
            yield Failed(
                "FLOW055", f"dead:{compiled.line.line}", p.flow.place("advice.yaml", ("lines", i, "line")),
                f'"{compiled.line.line}" is never said at {", ".join(dead)}.',
                "Mend its `when:`, or take the level out of `levels:`.", safety=False,
            )  # fmt: skip


def _is_said(p: Prover, node: Any, level: Level, how: str | None) -> Formula:
    parts = [exactly(p.one, level.rank)]
    if node is not None:
        parts.append(p.one.true(node))
    if how is not None:
        rules = [r for r in p.flow.rules if r.rule.level is level and r.rule.how == how]
        parts.append(disj(p.one.fires[r.rule.rule] for r in rules))
    return conj(parts)


def exactly(copy: Copy, rank: int) -> Formula:
    """That the conversation ends at this level."""
    higher = copy.at_least[rank + 1] if rank < 3 else False
    return conj([copy.at_least[rank], neg(higher)])


def monotone(p: Prover) -> Iterator[Failed]:
    """Making any answers more worrying, however many at once, never lowers the level (SEMANTICS 10)."""
    yield from _never_lower(
        p, in_order_of_worry(p.one, p.pair[0]), "FLOW056", "monotone", Place("triage.yaml"),
        "More worrying answers give a lower level.",
    )  # fmt: skip


def unsure_never_lower(p: Prover) -> Iterator[Failed]:
    """ "Not sure" never gives a lower level than "no", to any question and to any number of them (SEMANTICS 3)."""
    yield from _never_lower(
        p, unsure_for_no(p.one, p.pair[0]), "FLOW057", "unsure_never_lower", Place("triage.yaml"),
        '"Not sure" gives a lower level than "no".',
    )  # fmt: skip


def _never_lower(
    p: Prover, relation: list[Formula], code: str, name: str, place: Place, message: str, note: str = ""
) -> Iterator[Failed]:
    lower = disj(conj([p.one.at_least[k], neg(p.pair[0].at_least[k])]) for k in (1, 2, 3))
    shown = p.two(lower, relation)
    if shown is None:
        return
    mild, worse = shown
    raised = worse.outcome.level
    near = why_not_higher(p.flow, worse, LEVELS[mild.outcome.rank], mild)
    yield Failed(
        code, name, place, f"{message} {mild.outcome.level} becomes {raised or 'no level'}. {near}".rstrip(),
        note or "Let the rule of the milder answers hold for the more worrying ones too.",
        accepted=_from(mild.outcome.rank), example=mild.example, other=worse.example,
    )  # fmt: skip


def _from(rank: int) -> tuple[str, ...]:
    return tuple(v.value for v in LEVELS[rank:])


def exit_is_sound(p: Prover) -> Iterator[Failed]:
    """ "Tell me now" is offered only if nothing left can raise the level: what is surely true or false of some of the
    answers stays so, whatever else is answered."""
    full = Copy(p.space, "f", stops=False)
    part = Copy(p.space, "k", stops=False, answers=full)
    solver = p._solver(full, part)
    for rule in p.flow.rules:
        name = rule.rule.rule
        turned = disj(
            [
                conj([full.true(rule.node), part.false(rule.node)]),
                conj([part.true(rule.node), neg(full.true(rule.node))]),
            ]
        )
        if p.model(turned, solver) is not None:
            yield Failed(
                "FLOW060", f"exit:{name}", p.flow.rule_place(name),
                f'"{name}" can change after it was surely true or false: the exit would be offered too early.',
                "This is a bug of symptom-bot, not of the flow: please report it.",
            )  # fmt: skip


# --- what safety.yaml says --------------------------------------------------------------------------------------------


def properties(p: Prover) -> Iterator[Failed]:
    """The safety rules of the flow."""
    for entry in property_nodes(p.flow):
        yield from one_property(p, entry)


def one_property(p: Prover, entry: Any) -> Iterator[Failed]:
    """One safety rule, in whichever form it has."""
    prop, when, requires = entry
    place = property_place(p.flow, prop.property)
    if when is not None and prop.at_least is not None:
        shown = p.example(conj([p.one.true(when), neg(p.one.at_least[prop.at_least.rank])]))
        if shown is not None:
            near = why_not_higher(p.flow, shown, prop.at_least, None, when)
            yield Failed(
                "FLOW059", prop.property, place,
                f"{shown.outcome.level or 'no level'}, must be at least {prop.at_least}. {near}".rstrip(),
                prop.because, accepted=_from(prop.at_least.rank), example=shown.example,
            )  # fmt: skip
    elif prop.level is not None and requires is not None:
        shown = p.example(conj([exactly(p.one, prop.level.rank), neg(p.one.true(requires))]))
        if shown is not None:
            yield Failed(
                "FLOW059", prop.property, place,
                f"{prop.level} is given although this is not so: {shown.not_so(p.flow, requires)}.",
                prop.because, accepted=tuple(v for v in LEVELS if v is not prop.level), example=shown.example,
            )  # fmt: skip
    elif prop.compare and sides_fit(p.space, prop) is None:
        relation = compared(p.one, p.pair[0], prop)
        yield from _never_lower(
            p, relation, "FLOW059", prop.property, place, "The change lowers the level.", prop.because
        )


Proof = Callable[[Prover], Iterator[Failed]]

SAFETY: tuple[tuple[str, Proof], ...] = (
    ("every conversation ends in advice", no_gap),
    ("every rule is decided at the end", nothing_undecided),
    ("worse answers never lower the level", monotone),
    ('"not sure" never gives a lower level than "no"', unsure_never_lower),
    ("the exit is offered only if nothing can raise the level", exit_is_sound),
)
"""Proofs without which a flow is not for patients; the safety rules of its own come on top."""

BUILD: tuple[tuple[str, Proof], ...] = (
    ("every question is asked by some conversation", questions_live),
    ("every rule decides some conversation", rules_live),
    ("every line of advice is said at each of its levels", lines_live),
)
"""Proofs that nothing in the flow is dead."""


LENGTH: tuple[tuple[str, Proof], ...] = (("no conversation is longer than stated", no_longer_than_stated),)


def proofs(flow: Flow, fast: bool = False, walks: int | None = None, seed: int = 0) -> Proofs:
    """Everything proved of a flow. `fast`: only what decides whether patients may see it (safety), as at every load.

    Each counterexample is played through `step`; `walks` random conversations (20 if fast, else 200) are compared too.
    """
    flow = plain_flow(flow)
    began = perf_counter()
    p = Prover(flow)
    seconds = {"translation": perf_counter() - began}
    held: list[str] = []
    failed: list[Failed] = []
    own = [(e.property.property, partial(one_property, entry=e)) for e in property_nodes(flow)]
    parts: tuple[tuple[str, Sequence[tuple[str, Proof]]], ...] = (("safety", (*SAFETY, *own)),)
    if not fast:
        parts += (("build", BUILD), ("length", LENGTH))
    for part, table in parts:
        began = perf_counter()
        for words, proof in table:
            found = list(proof(p))
            failed += found
            if not found:
                held.append(words)
        seconds[part] = perf_counter() - began
    began = perf_counter()
    player = Player(p.space)
    failed = [replace(f, example=confirmed(player, f.example), other=confirmed(player, f.other)) for f in failed]
    for shown in [e for f in failed for e in (f.example, f.other) if e is not None and not e.agrees]:
        failed.append(our_bug(flow.name, shown.note, shown.answers))
    failed += walk(p.space, walks if walks is not None else 20 if fast else 200, seed)
    seconds["step"] = perf_counter() - began
    figures: dict[str, Any] = {"properties": len(SAFETY) + len(own), "failing": _failing(failed, own)}
    limits: list[str] = []
    if not fast:
        began = perf_counter()
        figures |= lengths(p)
        counted = count_conversations(p.space)
        figures["conversations"], figures["conversations_exact"] = counted.total, counted.exact
        figures["by_level"] = counted.by_level
        limits += counted.limits
        seconds["figures"] = perf_counter() - began
    return Proofs(flow.name, flow.version, tuple(held), tuple(failed), tuple(limits), figures, seconds, fast)


def _failing(failed: list[Failed], own: Sequence[tuple[str, Proof]]) -> int:
    """How many of the safety properties fail (a property may fail in several ways)."""
    return len({f.code if f.code != "FLOW059" else f.name for f in failed if f.safety and f.code != "FLOW061"})
