"""Two versions of a flow answered alike, as formulas: what can differ, and the plainest conversation for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from bot.check.answers.space import Axis, Ticks
from bot.check.proof.encoding import (
    Copy,
    Formula,
    at_most,
    conj,
    disj,
    exactly,
    neg,
    said_once_there,
    same_formula,
    true_in,
)
from bot.check.proof.pairs import same
from bot.check.proof.solver import LIMITS, bounded, occurring, satisfiable
from bot.core.flow.compiled import CompiledLine, Flow
from bot.core.model.files.parts import LEVELS, Level

from .beside import Beside
from .level_pairs import Pair
from .parting import parting

AtLevel = dict[tuple[str, str], Formula]
"""(line or rule, level) -> that something is so of it, for patients whose level stays the same."""


class TreatedOtherwise(NamedTuple):
    """One patient whom two versions treat otherwise. `what`: how, in words; `chosen`: the answers, those of the old version
    where both ask."""

    what: str
    chosen: dict[str, Any]


class Couple:
    """Both versions; every question that both ask has the same answer in both. Whatever it is asked may raise NotProved."""

    def __init__(self, both: Beside, limits: Mapping[str, int] = LIMITS) -> None:
        import z3

        self.z3, self.both = z3, both
        context = z3.Context()
        self.old = Copy(context, both.old, "o")
        self.new = Copy(context, both.new, "n", beside=self.old)
        self.solver = bounded(z3.SolverFor("QF_FD", context), limits)
        self.solver.add(self.old.rules)
        self.solver.add(self.new.rules)
        self.solver.add([f for f in self._alike() if f is not True])

    def _alike(self) -> Iterable[Formula]:
        for name, axis in self.both.new.axes.items():
            other = None if name in self.new.shared else self.both.old.axes.get(name)
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

    def only_where_they_part(self) -> Couple:
        """Look only at whom the versions ask, tell or send otherwise, so not at what is so underway: quicker."""
        self.solver.add([f for f in (parting(self.both, self.old),) if f is not True])
        return self

    def occurring(self, targets: dict[Any, Formula]) -> list[Any]:
        """The names of the formulas that hold for some answers, in their order."""
        found = occurring(self.z3, self.solver, targets)
        return [name for name in targets if name in found]

    def pairs(self) -> tuple[Pair, ...]:
        """All pairs of levels that differ and occur, each with some conversation; no counts (-1)."""
        wanted = self._levels()
        found = []
        for a, b in self.occurring(wanted):
            model = self._plainest(wanted[a, b], self.new)
            chosen = {**self.old.chosen(model), **self.new.chosen(model)}
            found.append(Pair(a and a.value, b and b.value, -1, chosen))
        return tuple(found)

    def _levels(self) -> dict[tuple[Level | None, Level | None], Formula]:
        return {
            (a, b): conj([at_level(self.old, a), at_level(self.new, b)])
            for a in (None, *LEVELS)
            for b in (None, *LEVELS)
            if a is not b
        }

    def _plainest(self, wanted: Formula, copy: Copy) -> Any:
        """The model of the formula (which some answers fulfil) in which this version's answers are nearest to the usual ones."""
        weights = copy.unusual()
        self.solver.push()
        self.solver.add([] if wanted is True else [wanted])
        satisfiable(self.z3, self.solver)
        best = self.solver.model()
        low, high = 0, self._weight(best, weights)
        while low < high:
            middle = (low + high) // 2
            self.solver.push()
            self.solver.add(at_most(weights, middle))
            if satisfiable(self.z3, self.solver):
                best = self.solver.model()
                high = self._weight(best, weights)
            else:
                low = middle + 1
            self.solver.pop()
        self.solver.pop()
        return best

    def _weight(self, model: Any, weights: list[tuple[Formula, int]]) -> int:
        return sum(w for f, w in weights if true_in(model, f))

    # --- what else differs --------------------------------------------------------------------------------------------

    def lines(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """(line, level) added and lost for some patients whose level stays the same."""
        added, lost = self._lines()
        return self.occurring(added), self.occurring(lost)

    def _lines(self) -> tuple[AtLevel, AtLevel]:
        olds = {x.line.line: x for x in self.both.old.flow.lines}
        news = {x.line.line: x for x in self.both.new.flow.lines}
        found = {
            (name, level): (_said(self.old, olds.get(name), level), _said(self.new, news.get(name), level))
            for name in dict.fromkeys([*news, *olds])
            for level in LEVELS
        }
        return self._turned(found)

    def reasons(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """(rule, level) that becomes, or is no longer, a reason for some patients whose level stays the same."""
        added, lost = self._reasons()
        return self.occurring(added), self.occurring(lost)

    def _reasons(self) -> tuple[AtLevel, AtLevel]:
        found = {
            (name, level): (_fires(self.old, name, level), _fires(self.new, name, level))
            for name in dict.fromkeys([*self.new.fires, *self.old.fires])
            for level in LEVELS
        }
        return self._turned(found)

    def _turned(self, found: dict[tuple[str, Level], tuple[Formula, Formula]]) -> tuple[AtLevel, AtLevel]:
        """What was not so before and is so now, and the other way round, where the level stays."""
        added: AtLevel = {}
        lost: AtLevel = {}
        stays = {level: conj([at_level(self.old, level), at_level(self.new, level)]) for level in LEVELS}
        for (name, level), (before, now) in found.items():
            added[name, level.value] = conj([_only_first(now, before), stays[level]])
            lost[name, level.value] = conj([_only_first(before, now), stays[level], self._as_known_before])
        return added, lost

    def questions(self) -> tuple[list[str], list[str]]:
        """Questions that some patients are asked only now, and that some are no longer asked."""
        more, fewer = self._questions()
        return self.occurring(more), self.occurring(fewer)

    def _questions(self) -> tuple[dict[str, Formula], dict[str, Formula]]:
        names = dict.fromkeys([*self.new.asked, *self.old.asked])
        before = {q: self.old.asked.get(q, False) for q in names} | _shown(self.old)
        now = {q: self.new.asked.get(q, False) for q in names} | _shown(self.new)
        names = {**names, **{n: None for n in now if n in before}}
        more = {q: _only_first(now[q], before[q]) for q in names}
        return more, {q: conj([_only_first(before[q], now[q]), self._as_known_before]) for q in names}

    @cached_property
    def _as_known_before(self) -> Formula:
        """No option is answered with yes or not sure that the old version does not have: whoever answers so now is told more,
        and has lost nothing."""
        tables = ((self.new.yes, self.old.yes), (self.new.unsure, self.old.unsure))
        return conj(neg(given) for now, before in tables for option, given in now.items() if option not in before)

    def conflicts(self) -> list[str]:
        """Contradictions that are pointed out to other patients than before."""
        return self.occurring(self._conflicts())

    def _conflicts(self) -> dict[str, Formula]:
        flows = self.both.new.flow, self.both.old.flow
        differing: dict[str, Formula] = {}
        for name in dict.fromkeys(c[0] for flow in flows for c in flow.conflicts):
            before, now = _pointed_out(self.old, name), _pointed_out(self.new, name)
            differing[name] = False if same_formula(before, now) else neg(same(before, now))
        return differing

    # --- one patient --------------------------------------------------------------------------------------------------

    def apart(self) -> TreatedOtherwise | None:
        """The plainest patient who is treated otherwise, by the gravest difference; None: proved that there is none.

        What the new version alone asks is answered as usual here. That hides nothing: it is asked whatever the answer.
        """
        self.solver.push()
        self.solver.add([f for f in self._as_usual() if f is not True])
        found = None
        for differences in (self._other_level, self._otherwise, self._lost_options, self._underway):
            formulas = differences()
            first = next(iter(self.occurring(formulas)), None)
            if first is not None:
                model = self._plainest(formulas[first], self.old)
                found = TreatedOtherwise(first, {**self.new.chosen(model), **self.old.chosen(model)})
                break
        self.solver.pop()
        return found

    def _as_usual(self) -> Iterable[Formula]:
        for question, asked in self.new.asked.items():
            as_usual = neg(disj(formula for formula, _ in self.new.unusual_at(question)))
            yield disj([neg(asked), self.old.asked.get(question, False), as_usual])

    def _other_level(self) -> dict[str, Formula]:
        return {f"{a or 'no level'} becomes {b or 'no level'}": f for (a, b), f in self._levels().items()}

    def _otherwise(self) -> dict[str, Formula]:
        more, fewer = self._questions()
        said_now, unsaid = self._lines()
        reasons, no_reasons = self._reasons()
        return {
            **{f'"{q}" is no longer asked': f for q, f in fewer.items()},
            **{f'"{q}" is asked': f for q, f in more.items()},
            **{f'"{name}" is no longer said at {level}': f for (name, level), f in unsaid.items()},
            **{f'"{name}" is said at {level}': f for (name, level), f in said_now.items()},
            **{f'"{name}" is no longer a reason for {level}': f for (name, level), f in no_reasons.items()},
            **{f'"{name}" is a reason for {level}': f for (name, level), f in reasons.items()},
            **{f'the contradiction "{name}" is pointed out otherwise': f for name, f in self._conflicts().items()},
        }

    def _lost_options(self) -> dict[str, Formula]:
        return {
            f'"{option}" can no longer be answered to "{question}"': given
            for (question, option), given in self.old.yes.items()
            if (question, option) not in self.new.yes and question in self.new.asked
        }

    def _underway(self) -> dict[str, Formula]:
        """That after some question the level so far, or the offer to end here, is another."""
        if _above_self_care(self.both.old.flow) == _above_self_care(self.both.new.flow):
            return {}
        return {
            f'after "{q}" another level stands, or may still come': conj([self.new.asked[q], neg(same(before, now))])
            for q in self.new.order
            for before, now in zip(_so_far(self.old, q), _so_far(self.new, q), strict=True)
        }


def _only_first(one: Formula, other: Formula) -> Formula:
    """That one holds and the other does not."""
    return False if same_formula(one, other) else conj([one, neg(other)])


def _shown(copy: Copy) -> dict[str, Formula]:
    """A line that some see and some do not -> that it is seen: its question is asked, of somebody for whom it is."""
    return {
        f"{copy.flow.option_home[option]}: {option}": conj(
            [copy.asked[copy.flow.option_home[option]], copy.true(only[0])]
        )
        for option, only in copy.flow.offered.items()
    }


def _above_self_care(flow: Flow) -> Any:
    """All that the level underway depends on: self-care is never said before the end."""
    rules = {r.rule.rule: (r.rank, r.node) for r in flow.rules if r.rule.level is not Level.self_care}
    return rules, {a.question.ask: a.node for a in flow.asking}


def _so_far(copy: Copy, question: str) -> Iterator[Formula]:
    """Of a conversation up to this question: that it is at a same-day level, and that it may end here at each level."""
    i = copy.order[question]
    rules = [(r.rank, copy.true(r.node, i), copy.false(r.node, i)) for r in copy.flow.rules]
    yield disj(met for rank, met, _ in rules if rank >= Level.same_day.rank)
    for level in (Level.see_soon, Level.same_day):
        reached = disj(met for rank, met, _ in rules if rank == level.rank)
        yield conj([reached, *(out for rank, _, out in rules if rank > level.rank)])


def _fires(copy: Copy, name: str, level: Level) -> Formula:
    rule = copy.flow.rules_by_id.get(name)
    return copy.fires[name] if rule is not None and rule.rule.level is level else False


def _pointed_out(copy: Copy, name: str) -> Formula:
    """That the contradiction is pointed out (never in an emergency: there the chat ends)."""
    for known, node, _ in copy.flow.conflicts:
        if known == name:
            return conj([copy.true(node), neg(copy.at_least[3])])
    return False


def at_level(copy: Copy, level: Level | None) -> Formula:
    """That the conversation ends at this level (None: in a gap)."""
    return neg(copy.at_least[0]) if level is None else exactly(copy, level.rank)


def _said(copy: Copy, line: CompiledLine | None, level: Level) -> Formula:
    """That a line, which this version may not have, is said to somebody whose level this is."""
    if line is None or level not in line.line.levels:
        return False
    return said_once_there(copy, line.node, level, line.line.how)
