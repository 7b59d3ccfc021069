"""How many conversations there are, by the level they end at: answers are followed in order, equal remainders together.

Two prefixes of a conversation are the same if every condition that is left reads the same from here on. Numbers are
counted as the cells that conditions tell apart. Where too many remainders differ, an upper bound is given and said to be one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.check.answers.space import Axis, Space, Ticks
from bot.core.model.flow_files import LEVELS

from .residue import FALSE, TRUE, Formulas, Translator, Variable, values_of

MOST_REMAINDERS = 20_000
"""Different remainders followed at once; beyond that a bound is given instead of a count."""

State = tuple[int, int, int, int, int]
"""What is left of the rules of each level (self_care first), and the number of what is left of the `when`s of later questions."""


@dataclass(frozen=True)
class Counted:
    """`total`: conversations; `by_level`: of each level ("none": gaps); not `exact`: `total` is an upper bound only."""

    total: int
    by_level: dict[str, int] = field(default_factory=dict)
    exact: bool = True
    limits: tuple[str, ...] = ()
    widest: int = 0


class Whens:
    """What is left of the `when`s of later questions, one number for each different rest: few differ, many states share them."""

    def __init__(self, store: Formulas) -> None:
        self.store = store
        self._rests: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._after: dict[tuple[int, int, int], int] = {}

    def number(self, rest: tuple[int, ...]) -> int:
        """The number of a rest."""
        found = self._numbers.setdefault(rest, len(self._rests))
        if found == len(self._rests):
            self._rests.append(rest)
        return found

    def first(self, number: int) -> tuple[int, int]:
        """The `when` of the next question, and the number of those after it."""
        rest = self._rests[number]
        return rest[0], self.number(rest[1:])

    def after(self, number: int, variable: int, value: int) -> int:
        """What is left once the variable has this value (-1: it was not asked for)."""
        key = number, variable, value
        found = self._after.get(key)
        if found is None:
            rest = tuple([self.store.after(when, variable, value) for when in self._rests[number]])
            found = self._after[key] = self.number(rest)
        return found


def variables_of(space: Space) -> dict[Variable, int]:
    """A number for each option of a list and each other question, in the order of the interview."""
    names: list[Variable] = []
    for question, axis in space.axes.items():
        names += [(question, o) for o in axis.options] if isinstance(axis, Ticks) else [(question, "")]
    return {name: n for n, name in enumerate(names)}


def bound(space: Space) -> int:
    """An upper bound of the number of conversations: as if everybody were asked everything."""
    total = 1
    for axis in space.axes.values():
        total *= len(axis.cases) if isinstance(axis, Axis) else len(values_of(axis)) ** len(axis.options)
    return total


def count_conversations(space: Space, most: int = MOST_REMAINDERS) -> Counted:
    """The conversations of the interview as it is asked: an emergency ends one at once."""
    store, numbers = Formulas(), variables_of(space)
    translate, whens = Translator(store, space, numbers), Whens(store)
    flow = space.flow
    rules = [store.either(translate.formula(r.node) for r in flow.rules if r.rank == k) for k in range(4)]
    due = whens.number(tuple(TRUE if a.node is None else translate.formula(a.node) for a in flow.asking))
    layer: dict[State, int] = {_tidy((rules[0], rules[1], rules[2], rules[3], due)): 1}
    done = dict.fromkeys((*LEVELS, "none"), 0)
    widest = 1
    for question, axis in space.axes.items():
        names = [(question, o) for o in axis.options] if isinstance(axis, Ticks) else [(question, "")]
        following: dict[State, int] = {}
        asking: dict[State, int] = {}
        for state, number in layer.items():
            now, later = whens.first(state[4])
            rest = (*state[:4], later)
            if now == TRUE:
                asking[rest] = asking.get(rest, 0) + number
            else:
                skipped = rest
                for name in names:
                    skipped = _after(store, whens, skipped, numbers[name], -1)
                following[skipped] = following.get(skipped, 0) + number
        for name in names:
            spread: dict[State, int] = {}
            for state, number in asking.items():
                for value in values_of(axis):
                    new = _after(store, whens, state, numbers[name], value)
                    spread[new] = spread.get(new, 0) + number
            asking = spread
            if len(asking) + len(following) > most:
                return Counted(bound(space), {}, False, (_too_many(question, most),), most)
        for state, number in asking.items():
            if state[3] == TRUE:
                done["emergency"] += number
            else:
                following[state] = following.get(state, 0) + number
        layer = following
        widest = max(widest, len(layer))
    for state, number in layer.items():
        level = next((LEVELS[k].value for k in (3, 2, 1, 0) if state[k] == TRUE), "none")
        done[level] += number
    return Counted(sum(done.values()), {str(k): v for k, v in done.items()}, True, (), widest)


def _too_many(question: str, most: int) -> str:
    return f'more than {most:,} different remainders at "{question}": the number of conversations is an upper bound'


def _after(store: Formulas, whens: Whens, state: State, variable: int, value: int) -> State:
    mask, bit = store.mask, 1 << variable
    self_care, see_soon, same_day, emergency, later = state
    left = whens.after(later, variable, value)
    if not (mask[self_care] | mask[see_soon] | mask[same_day] | mask[emergency]) & bit:
        return (self_care, see_soon, same_day, emergency, left)
    after = store.after
    emergency = after(emergency, variable, value)
    same_day = after(same_day, variable, value)
    if same_day == TRUE:
        return (FALSE, FALSE, TRUE, emergency, left)
    see_soon = after(see_soon, variable, value)
    if see_soon == TRUE:
        return (FALSE, TRUE, same_day, emergency, left)
    return (after(self_care, variable, value), see_soon, same_day, emergency, left)


def _tidy(state: State) -> State:
    """Once a level stands, lower ones do not matter."""
    if state[2] == TRUE:
        return (FALSE, FALSE, TRUE, state[3], state[4])
    if state[1] == TRUE:
        return (FALSE, TRUE, state[2], state[3], state[4])
    return state
