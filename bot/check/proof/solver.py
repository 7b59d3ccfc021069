"""One flow's formulas and the solvers that work on them: is there a conversation, and which is the plainest?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from bot.check.answers.space import Space
from bot.check.answers.witness import Witness, example_of
from bot.core.flow.compiled import Flow

from .encoding import Copy, Formula, at_most, conj, neg, true_in
from .memory import ProofMemory

Name = TypeVar("Name")
LIMITS: Mapping[str, int] = {"timeout": 120_000}
"""The solver's own bounds on one question, in its words (milliseconds). A hundred times what the slowest has taken."""


class NotProved(Exception):
    """The solver gave no verdict: a limit, a time-out, an error. Neither that it holds nor that it fails."""


def _named(z3: Any, solver: Any, formula: Formula) -> Any:
    """A variable that means the formula: z3 below 5 takes nothing else as an assumption of a finite domain."""
    name = z3.FreshBool("assumed", solver.ctx)
    solver.add(z3.Implies(name, formula))
    return name


@contextmanager
def failing_closed(z3: Any) -> Iterator[None]:
    """An error of the solver, at whatever it is told or asked, is NotProved."""
    try:
        yield
    except z3.Z3Exception as error:
        raise NotProved(f"the solver failed: {error}") from error


def satisfiable(z3: Any, solver: Any, *assumed: Formula) -> bool:
    """Whether there is a model of what the solver knows and the assumed formulas. Raises NotProved if it cannot tell:
    only `unsat` proves (SEMANTICS 8a)."""
    with failing_closed(z3):
        return _verdict(z3, solver, *(_named(z3, solver, formula) for formula in assumed))


def _verdict(z3: Any, solver: Any, *assumed: Any) -> bool:
    """The same with variables that are assumed."""
    verdict = solver.check(*assumed)
    if verdict == z3.sat:
        return True
    if verdict == z3.unsat:
        return False
    raise NotProved(f"the solver gave up: {solver.reason_unknown()}")


def occurring(z3: Any, solver: Any, targets: Mapping[Name, Formula]) -> set[Name]:
    """The names of the formulas that hold for some answers, of those that the solver knows. It is given all of them at once, each
    under a variable, and then asked for one after the other: given one by one, each would have it begin anew."""
    with failing_closed(z3):
        solver.push()
        try:
            assumed = {n: _named(z3, solver, formula) for n, formula in targets.items() if formula is not False}
            return {name for name, variable in assumed.items() if _verdict(z3, solver, variable)}
        finally:
            solver.pop()


def bounded(solver: Any, limits: Mapping[str, int] = LIMITS) -> Any:
    """The solver with bounds on each question."""
    for name, value in limits.items():
        solver.set(name, value)
    return solver


class Prover:
    """One flow's formulas and the solvers that work on them. Whatever it is asked may raise NotProved. `memory`: what was proved of
    the version before; its solvers are kept as long as the prover."""

    def __init__(self, flow: Flow, limits: Mapping[str, int] = LIMITS, memory: ProofMemory | None = None) -> None:
        import z3

        self.z3 = z3
        self.flow = flow
        self.limits = limits
        self.memory = memory
        self.terms = None if memory is None else memory.terms
        self._given: dict[int, int] = {}
        self._foreseen: dict[int, tuple[Any, dict[int, Formula]]] | None = None
        self.space = Space(flow)
        self.one = Copy(z3.Context() if memory is None else memory.context, self.space, "a", terms=self.terms)
        self.solver = self.solver_for(self.one)
        self._pair: tuple[Copy, Any] | None = None
        self._partly: tuple[Copy, Copy, Any] | None = None

    def solver_for(self, *copies: Copy) -> Any:
        """A solver that knows these copies."""
        solver = bounded(self.z3.SolverFor("QF_FD", self.one.context), self.limits)
        for copy in copies:
            solver.add(copy.rules)
        if self.memory is not None:
            self._given[id(solver)] = self.memory.given(rule for copy in copies for rule in copy.rules)
        return solver

    @property
    def pair(self) -> tuple[Copy, Any]:
        """A second conversation beside the first, and a solver that knows both."""
        if self._pair is None:
            other = Copy(self.one.context, self.space, "b", terms=self.terms)
            self._pair = other, self.solver_for(self.one, other)
        return self._pair

    @property
    def partly(self) -> tuple[Copy, Copy, Any]:
        """A conversation that nothing stops, the same in the middle, and a solver that knows both."""
        if self._partly is None:
            full = Copy(self.one.context, self.space, "f", stops=False, terms=self.terms)
            part = Copy(self.one.context, self.space, "k", stops=False, answers=full, terms=self.terms)
            self._partly = full, part, self.solver_for(full, part)
        return self._partly

    def foresee(self, proofs: Iterable[Callable[[Prover], Iterator[Any]]]) -> None:
        """Ask together what these proofs ask one by one as long as nothing is found, and remember what nothing fulfils: nearly all
        holds nearly always. What something fulfils, and what the solver cannot tell, they ask again by themselves."""
        if self.memory is None:
            return
        self._foreseen = {}
        for proof in proofs:
            with suppress(NotProved, self.z3.Z3Exception):
                list(proof(self))
        foreseen, self._foreseen = self._foreseen, None
        for solver, formulas in foreseen.values():
            with suppress(NotProved):
                self._occurring(formulas, solver)

    def _occurring(self, targets: Mapping[Name, Formula], solver: Any) -> set[Name]:
        """The names of the formulas that hold for some answers; of the others it is remembered that none do."""
        unknown = {name: formula for name, formula in targets.items() if not self._has_none(formula, solver)}
        found = occurring(self.z3, solver, unknown)
        for name, formula in unknown.items():
            if name not in found:
                self._found_none(formula, solver)
        return found

    def _has_none(self, formula: Formula, solver: Any) -> bool:
        """Whether it is known that nothing fulfils the formula."""
        if isinstance(formula, bool) or self.memory is None:
            return formula is False
        return self.memory.has_none(self._given[id(solver)], formula)

    def _found_none(self, formula: Formula, solver: Any) -> None:
        if not isinstance(formula, bool) and self.memory is not None:
            self.memory.found_none(self._given[id(solver)], formula)

    def model(self, formula: Formula, solver: Any = None) -> Any:
        """A model of the formula, or None: it is proved that there is none."""
        solver = self.solver if solver is None else solver
        if self._has_none(formula, solver):
            return None
        if self._foreseen is not None:
            self._foresee(formula, solver)
            return None
        found = self._asked(formula, solver)
        if found is None:
            self._found_none(formula, solver)
        return found

    def _foresee(self, formula: Formula, solver: Any) -> None:
        assert self._foreseen is not None
        if not isinstance(formula, bool):
            self._foreseen.setdefault(id(solver), (solver, {}))[1][formula.get_id()] = formula

    def _asked(self, formula: Formula, solver: Any) -> Any:
        """What the solver itself says."""
        with failing_closed(self.z3):
            solver.push()
            try:
                solver.add([] if formula is True else [formula])
                return solver.model() if satisfiable(self.z3, solver) else None
            finally:
                solver.pop()

    def least(
        self, formula: Formula, weights: list[tuple[Formula, int]], solver: Any = None, surely: bool = False
    ) -> Any:
        """A model with the least sum of weights, or None if there is no model at all. A model that is there is given even
        if a plainer one could not be ruled out; `surely`: only the least."""
        solver = self.solver if solver is None else solver
        best = self.model(formula, solver)
        if best is None:
            return None
        high = self.weight(best, weights)
        low = 0
        while low < high:
            middle = (low + high) // 2
            try:
                found = self.model(conj([formula, at_most(weights, middle)]), solver)
            except NotProved:
                if surely:
                    raise
                break
            if found is None:
                low = middle + 1
            else:
                best, high = found, self.weight(found, weights)
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

    def most(self, formula: Formula, weights: list[tuple[Formula, int]], over: int) -> Any:
        """A model with the greatest sum of weights, if one has a greater sum than `over`."""
        missing = [(neg(f), w) for f, w in weights if not isinstance(f, bool)]
        room = sum(w for f, w in weights if f is not False) - over - 1
        if room < 0:
            return None
        enough = at_most(missing, room)
        return self.least(conj([formula, enough]), missing)

    def weight(self, model: Any, weights: list[tuple[Formula, int]]) -> int:
        """The sum of the weights whose formulas hold in a model."""
        return sum(w for f, w in weights if true_in(model, f))

    def alive(self, targets: Mapping[Name, Formula]) -> set[Name]:
        """The names of the formulas that hold in some conversation; while it is only foreseen what is asked, all of them."""
        if self._foreseen is None:
            return self._occurring(targets, self.solver)
        for formula in targets.values():
            self._foresee(formula, self.solver)
        return set(targets)
