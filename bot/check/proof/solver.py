"""One flow's formulas and the solvers that work on them: is there a conversation, and which is the plainest?"""

from __future__ import annotations

from typing import Any

from bot.check.answers.space import Space
from bot.check.answers.witness import Witness, example_of
from bot.core.flow.compiled import Flow

from .encoding import Copy, Formula, conj, disj


class Prover:
    """One flow's formulas and the solvers that work on them."""

    def __init__(self, flow: Flow) -> None:
        import z3

        self.z3 = z3
        self.flow = flow
        self.space = Space(flow)
        self.one = Copy(z3.Context(), self.space, "a")
        self.solver = self.solver_for(self.one)
        self._pair: tuple[Copy, Any] | None = None

    def solver_for(self, *copies: Copy) -> Any:
        """A solver that knows these copies."""
        solver = self.z3.SolverFor("QF_FD", self.one.context)
        for copy in copies:
            solver.add(copy.rules)
        return solver

    @property
    def pair(self) -> tuple[Copy, Any]:
        """A second conversation beside the first, and a solver that knows both."""
        if self._pair is None:
            other = Copy(self.one.context, self.space, "b")
            self._pair = other, self.solver_for(self.one, other)
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
