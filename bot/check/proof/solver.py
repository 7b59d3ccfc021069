"""One flow's formulas and the solvers that work on them: is there a conversation, and which is the plainest?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.check.answers.space import Space
from bot.check.answers.witness import Witness, example_of
from bot.core.flow.compiled import Flow

from .encoding import Copy, Formula, at_most, conj, disj, holding, neg, true_in
from .memory import ProofMemory

LIMITS: Mapping[str, int] = {"timeout": 120_000}
"""The solver's own bounds on one question, in its words (milliseconds). A hundred times what the slowest has taken."""

AT_ONCE = 8
"""Each question makes the solver translate its formulas anew, so that few are asked about at once; a model shows most of what
holds anyway. Of 428 lines at their levels: 1.1 s of a processor all at once, 0.2 s by eights."""


class NotProved(Exception):
    """The solver gave no verdict: a limit, a time-out, an error. Neither that it holds nor that it fails."""


def named_formula(z3: Any, solver: Any, formula: Formula) -> Any:
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
        verdict = solver.check(*(named_formula(z3, solver, formula) for formula in assumed))
    if verdict == z3.sat:
        return True
    if verdict == z3.unsat:
        return False
    raise NotProved(f"the solver gave up: {solver.reason_unknown()}")


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
        self.space = Space(flow)
        self.one = Copy(z3.Context() if memory is None else memory.context, self.space, "a", terms=self.terms)
        self.solver = self.solver_for(self.one)
        self._pair: tuple[Copy, Any] | None = None

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

    def model(self, formula: Formula, solver: Any = None) -> Any:
        """A model of the formula, or None: it is proved that there is none."""
        solver = self.solver if solver is None else solver
        if formula is False:
            return None
        if self.memory is None or formula is True:
            return self._asked(formula, solver)
        given = self._given[id(solver)]
        if self.memory.has_none(given, formula):
            return None
        found = self._asked(formula, solver)
        if found is None:
            self.memory.found_none(given, formula)
        return found

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

    def alive(self, targets: Mapping[str, Formula], at_once: int = AT_ONCE) -> set[str]:
        """The names of the formulas that hold in some conversation. `at_once`: of so many the solver is asked whether one does."""
        held: Callable[[Any, list[str]], list[str]] | None = (
            None  # what z3 finds hangs on when its formulas are let go of
        )
        left, found = list(targets), set[str]()
        while left:
            model = self.model(disj(targets[name] for name in left[:at_once]))
            if model is None:
                left = left[at_once:]
            else:
                held = held or holding(targets)
                found.update(held(model, left))
                left = [name for name in left if name not in found]
        return found
