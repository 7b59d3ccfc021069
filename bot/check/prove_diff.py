"""Two versions of a flow answered alike, as formulas: what can differ, and the plainest conversation for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.core.compiled import CompiledLine
from bot.core.flow import LEVELS, Level

from .beside import Beside
from .prove_encoding import Copy, Formula, conj, disj, neg
from .prove_pairs import same
from .space import Axis, Ticks
from .together import Pair


class Couple:
    """Both versions; every question that both ask has the same answer in both."""

    def __init__(self, both: Beside) -> None:
        import z3

        self.z3, self.both = z3, both
        self.old, self.new = Copy(both.old, "o"), Copy(both.new, "n")
        self.solver = z3.SolverFor("QF_FD")
        self.solver.add(self.old.rules)
        self.solver.add(self.new.rules)
        self.solver.add([f for f in self._alike() if f is not True])

    def _alike(self) -> Iterable[Formula]:
        for name, axis in self.both.new.axes.items():
            other = self.both.old.axes.get(name)
            if isinstance(axis, Ticks) and isinstance(other, Ticks):
                pairs = [
                    same(table_o[name, o], table_n[name, o])
                    for o in axis.options
                    if o in other.options
                    for table_o, table_n in ((self.old.yes, self.new.yes), (self.old.unsure, self.new.unsure))
                ]
            elif isinstance(axis, Axis) and isinstance(other, Axis):
                keys = [c.key for c in axis.cases if (name, c.key) in self.old.case]
                pairs = [same(self.old.case[name, k], self.new.case[name, k]) for k in keys]
            else:
                continue
            yield disj([neg(self.old.asked[name]), neg(self.new.asked[name]), conj(pairs)])

    def occurring(self, targets: dict[Any, Formula]) -> list[Any]:
        """The names of the formulas that hold for some answers, in their order."""
        left = {k: f for k, f in targets.items() if f is not False}
        found: set[Any] = set()
        while left:
            self.solver.push()
            self.solver.add(disj(left.values()))
            model = self.solver.model() if self.solver.check() == self.z3.sat else None
            self.solver.pop()
            if model is None:
                break
            for name, formula in list(left.items()):
                if formula is True or self.z3.is_true(model.eval(formula, model_completion=True)):
                    found.add(name)
                    del left[name]
        return [k for k in targets if k in found]

    def pairs(self) -> tuple[Pair, ...]:
        """All pairs of levels that occur, each with some conversation; no counts (-1)."""
        wanted = {
            (a, b): conj([at_level(self.old, a), at_level(self.new, b)])
            for a in (None, *LEVELS)
            for b in (None, *LEVELS)
        }
        found = []
        for a, b in self.occurring(wanted):
            self.solver.push()
            self.solver.add([] if wanted[a, b] is True else [wanted[a, b]])
            model = self._plainest()
            self.solver.pop()
            chosen = {**self.old.chosen(model), **self.new.chosen(model)}
            found.append(Pair(a and a.value, b and b.value, -1, chosen))
        return tuple(found)

    def _plainest(self) -> Any:
        weights = self.new.unusual()
        self.solver.check()
        best = self.solver.model()
        low, high = 0, self._weight(best, weights)
        while low < high:
            middle = (low + high) // 2
            self.solver.push()
            self.solver.add(self.z3.PbLe(weights, middle))
            if self.solver.check() == self.z3.sat:
                best = self.solver.model()
                high = self._weight(best, weights)
            else:
                low = middle + 1
            self.solver.pop()
        return best

    def _weight(self, model: Any, weights: list[tuple[Formula, int]]) -> int:
        return sum(w for f, w in weights if self.z3.is_true(model.eval(f, model_completion=True)))

    # --- what else differs --------------------------------------------------------------------------------------------

    def lines(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """(line, level) added and lost for some patients whose level stays the same."""
        added: dict[tuple[str, str], Formula] = {}
        lost: dict[tuple[str, str], Formula] = {}
        olds = {x.line.line: x for x in self.both.old.flow.lines}
        news = {x.line.line: x for x in self.both.new.flow.lines}
        for name in dict.fromkeys([*news, *olds]):
            for level in LEVELS:
                before = said(self.old, olds.get(name), level)
                now = said(self.new, news.get(name), level)
                stays = conj([at_level(self.old, level), at_level(self.new, level)])
                added[name, level.value] = conj([stays, now, neg(before)])
                lost[name, level.value] = conj([stays, before, neg(now)])
        return self.occurring(added), self.occurring(lost)

    def reasons(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """(rule, level) that becomes, or is no longer, a reason for some patients whose level stays the same."""
        added: dict[tuple[str, str], Formula] = {}
        lost: dict[tuple[str, str], Formula] = {}
        for name in dict.fromkeys([*self.new.fires, *self.old.fires]):
            old, new = self.both.old.flow.rules_by_id.get(name), self.both.new.flow.rules_by_id.get(name)
            for level in LEVELS:
                before = self.old.fires[name] if old is not None and old.rule.level is level else False
                now = self.new.fires[name] if new is not None and new.rule.level is level else False
                stays = conj([at_level(self.old, level), at_level(self.new, level)])
                added[name, level.value] = conj([stays, now, neg(before)])
                lost[name, level.value] = conj([stays, before, neg(now)])
        return self.occurring(added), self.occurring(lost)

    def questions(self) -> tuple[list[str], list[str]]:
        """Questions that some patients are asked only now, and that some are no longer asked."""
        names = dict.fromkeys([*self.new.asked, *self.old.asked])
        before = {q: self.old.asked.get(q, False) for q in names}
        now = {q: self.new.asked.get(q, False) for q in names}
        more = {q: conj([now[q], neg(before[q])]) for q in names}
        fewer = {q: conj([before[q], neg(now[q])]) for q in names}
        return self.occurring(more), self.occurring(fewer)

    def conflicts(self) -> list[str]:
        """Contradictions that are pointed out to other patients than before."""
        flows = self.both.new.flow, self.both.old.flow
        differing: dict[str, Formula] = {}
        for name in dict.fromkeys(c[0] for flow in flows for c in flow.conflicts):
            before, now = _pointed_out(self.old, name), _pointed_out(self.new, name)
            differing[name] = disj([conj([before, neg(now)]), conj([now, neg(before)])])
        return self.occurring(differing)


def _pointed_out(copy: Copy, name: str) -> Formula:
    """That the contradiction is pointed out (never in an emergency: there the chat ends)."""
    for known, node, _ in copy.flow.conflicts:
        if known == name:
            return conj([copy.true(node), neg(copy.at_least[3])])
    return False


def at_level(copy: Copy, level: Level | None) -> Formula:
    """That the conversation ends at this level (None: in a gap)."""
    if level is None:
        return neg(copy.at_least[0])
    higher = copy.at_least[level.rank + 1] if level.rank < 3 else False
    return conj([copy.at_least[level.rank], neg(higher)])


def said(copy: Copy, line: CompiledLine | None, level: Level) -> Formula:
    """That the line is said at this level."""
    if line is None or level not in line.line.levels:
        return False
    parts = [True if line.node is None else copy.true(line.node)]
    if line.line.how is not None:
        rules = [r for r in copy.flow.rules if r.rule.level is level and r.rule.how == line.line.how]
        parts.append(disj(copy.fires[r.rule.rule] for r in rules))
    return conj(parts)
