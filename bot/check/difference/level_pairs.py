"""Both versions of a flow answered alike: every pair of levels that occurs, how many answer combinations give it, and the
plainest conversation that does. Answers are followed in order, equal remainders together (as in `counting.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bot.check.answers.space import Axis, Space, Ticks
from bot.check.counting.counting import MOST_REMAINDERS
from bot.check.counting.remainders import Remainders, State
from bot.check.counting.residue import FALSE, NO, TRUE, UNSURE, YES, Formulas, Translator, Variable
from bot.core.model.answers import Many
from bot.core.model.files.parts import LEVELS

from .beside import Beside

PairPath = tuple[Any, int, int] | None
"""The answers so far, newest first: (earlier ones, variable, value)."""


class Pair(NamedTuple):
    """`old`, `new`: levels (None: a gap); `number`: of answer combinations; `chosen`: the plainest, for both versions."""

    old: str | None
    new: str | None
    number: int
    chosen: dict[str, Any]


class _Reached(NamedTuple):
    number: int
    cost: int
    path: PairPath


class TooMany(Exception):
    """More remainders than can be followed, or no order that fits both versions."""


class _Side:
    """One version: its formulas, and its state while answers come in (`None` once an emergency stopped it)."""

    def __init__(
        self, remainders: Remainders, space: Space, numbers: dict[Variable, int], order: tuple[str, ...]
    ) -> None:
        store = remainders.store
        translate = Translator(store, space, numbers)
        flow = space.flow
        self.space, self.remainders, self.numbers = space, remainders, numbers
        self._moved: dict[tuple[State, int], State] = {}
        self._moving = -1
        nodes = {a.question.ask: a.node for a in flow.asking}
        whens = tuple(
            FALSE if q not in nodes else TRUE if nodes[q] is None else translate.formula(nodes[q])  # type: ignore[arg-type]
            for q in order
        )
        rules = [store.either(translate.formula(r.node) for r in flow.rules if r.rank == k) for k in range(4)]
        self.start: State = remainders.state(rules, whens)

    def due(self, state: State) -> bool | None:
        """Whether the next question is asked; None if that is not decided yet."""
        when = self.remainders.due(state)
        if state[3] == TRUE:
            return False
        return True if when == TRUE else False if when == FALSE else None

    def move(self, due: bool, state: State, name: Variable, value: int) -> State:
        """The state once this version heard that value of the variable."""
        if state[3] == TRUE and not due:
            return self.remainders.stopped(state)
        axis, variable = self.cases(name[0]), self.numbers[name]
        heard = value if due and axis is not None and _knows(axis, name[1]) else -1
        if variable != self._moving:  # many pairs share a state; those of earlier variables do not come again
            self._moving = variable
            self._moved.clear()
        found = self._moved.get((state, heard))
        if found is None:
            found = self._moved[state, heard] = self.remainders.after(state, variable, heard)
        return found

    def cases(self, question: str) -> Axis | Ticks | None:
        """The answers that this version knows, if it has the question."""
        return self.space.axes.get(question)


def pairs(both: Beside, most: int = MOST_REMAINDERS) -> tuple[Pair, ...]:
    """All pairs of levels. Raises TooMany."""
    if both.order is None:
        raise TooMany("the questions stand in orders that do not fit together")
    remainders = Remainders(Formulas())
    numbers: dict[Variable, int] = {}
    for question in both.order:
        for name in _variables(both, question):
            numbers[name] = len(numbers)
    sides = [_Side(remainders, s, numbers, both.order) for s in (both.old, both.new)]
    names = {n: v for v, n in numbers.items()}
    layer: dict[tuple[State, State], _Reached] = {(sides[0].start, sides[1].start): _Reached(1, 0, None)}
    for question in both.order:
        layer = _one_question(both, sides, question, layer, most)
    best: dict[tuple[str | None, str | None], _Reached] = {}
    for (a, b), reached in layer.items():
        _add(best, (_level(a), _level(b)), reached)
    found = [Pair(old, new, r.number, _chosen(both, names, r.path)) for (old, new), r in best.items()]
    return tuple(sorted(found, key=lambda p: (str(p.old), str(p.new))))


def _one_question(
    both: Beside, sides: list[_Side], question: str, layer: dict[tuple[State, State], _Reached], most: int
) -> dict[tuple[State, State], _Reached]:
    groups: dict[tuple[bool, bool], dict[tuple[State, State], _Reached]] = {}
    for (a, b), reached in layer.items():
        due = sides[0].due(a), sides[1].due(b)
        if due[0] is None or due[1] is None:
            raise TooMany(f'whether "{question}" is asked is decided only after it')
        rest = sides[0].remainders.passed(a), sides[1].remainders.passed(b)
        _add(groups.setdefault((due[0], due[1]), {}), rest, reached)
    after: dict[tuple[State, State], _Reached] = {}
    for due_pair, states in groups.items():
        current = states
        for name in _variables(both, question):
            spread: dict[tuple[State, State], _Reached] = {}
            values = tuple(_values(both, sides, due_pair, name))
            for pair, reached in current.items():
                for value, cost in values:
                    old_state = sides[0].move(due_pair[0], pair[0], name, value)
                    new_state = sides[1].move(due_pair[1], pair[1], name, value)
                    path = reached.path if value < 0 else (reached.path, sides[0].numbers[name], value)
                    _add(spread, (old_state, new_state), _Reached(reached.number, reached.cost + cost, path))
            current = spread
            if len(current) + len(after) > most:
                raise TooMany(f'more than {most:,} different remainders at "{question}"')
        for pair, reached in current.items():
            _add(after, pair, reached)
    return after


def _variables(both: Beside, question: str) -> list[Variable]:
    options: dict[str, None] = {}
    single = False
    for space in (both.old, both.new):
        axis = space.axes.get(question)
        if isinstance(axis, Ticks):
            options.update(dict.fromkeys(axis.options))
        elif axis is not None:
            single = True
    return [*((question, o) for o in options), *([(question, "")] if single else [])]


def _values(both: Beside, sides: list[_Side], due: tuple[bool, bool], name: Variable) -> Iterator[tuple[int, int]]:
    """The values of a variable with what each costs (0: usual); (-1, 0) if nobody is asked."""
    knowing = [
        s for s, d in zip(sides, due, strict=True)
        if d and (axis := s.cases(name[0])) is not None and _knows(axis, name[1])
    ]  # fmt: skip
    if not knowing:
        yield -1, 0
        return
    side = knowing[-1]
    axis = side.cases(name[0])
    usual = side.space.usual[name[0]]
    if isinstance(axis, Ticks):
        yield NO, 4 if name[1] in usual.yes else 0
        yield YES, 0 if name[1] in usual.yes else 4
        if axis.unsure:
            yield UNSURE, 5
    elif axis is not None:
        for n, case in enumerate(axis.cases):
            yield n, 0 if case.key == usual else 5 if case.unsure else 4


def _knows(axis: Axis | Ticks, option: str) -> bool:
    return (option in axis.options) if isinstance(axis, Ticks) else not option


def _add(table: dict[Any, _Reached], key: Any, reached: _Reached) -> None:
    known = table.get(key)
    if known is None:
        table[key] = reached
    else:
        nearer = reached if reached.cost < known.cost else known
        table[key] = _Reached(known.number + reached.number, nearer.cost, nearer.path)


def _level(state: State) -> str | None:
    return next((LEVELS[k].value for k in (3, 2, 1, 0) if state[k] == TRUE), None)


def _chosen(both: Beside, names: dict[int, Variable], path: PairPath) -> dict[str, Any]:
    """Case keys and `Many` of a path."""
    found: dict[str, Any] = {}
    while path is not None:
        path, variable, value = path
        question, option = names[variable]
        if option:
            known = found.get(question, Many(frozenset()))
            yes = known.yes | {option} if value == YES else known.yes
            found[question] = Many(yes, known.not_sure | {option} if value == UNSURE else known.not_sure)
        else:
            axis = both.new.axes.get(question)
            axis = axis if isinstance(axis, Axis) else both.old.axes[question]
            assert isinstance(axis, Axis)
            found[question] = axis.cases[value].key
    return found
