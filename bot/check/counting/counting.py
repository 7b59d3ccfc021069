"""How many conversations there are, by the level they end at: answers are followed in order, equal remainders together.

Two prefixes of a conversation are the same if every condition that is left reads the same from here on. Numbers are
counted as the cells that conditions tell apart. Where too many remainders differ, an upper bound is given and said to be one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.check.answers.space import Axis, Space, Ticks
from bot.core.model.files.parts import LEVELS

from .remainders import Remainders, State
from .residue import TRUE, Formulas, Translator, Variable, values_of

MOST_REMAINDERS = 20_000
"""Different remainders followed at once; beyond that a bound is given instead of a count."""


@dataclass(frozen=True)
class Counted:
    """`total`: conversations; `by_level`: of each level ("none": gaps); not `exact`: `total` is an upper bound only."""

    total: int
    by_level: dict[str, int] = field(default_factory=dict)
    exact: bool = True
    limits: tuple[str, ...] = ()
    widest: int = 0


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
    translate, remainders = Translator(store, space, numbers), Remainders(store)
    flow = space.flow
    rules = [store.either(translate.formula(r.node) for r in flow.rules if r.rank == k) for k in range(4)]
    whens = tuple(TRUE if a.node is None else translate.formula(a.node) for a in flow.asking)
    layer: dict[State, int] = {remainders.state(rules, whens): 1}
    done = dict.fromkeys((*LEVELS, "none"), 0)
    widest = 1
    for question, axis in space.axes.items():
        names = [(question, o) for o in axis.options] if isinstance(axis, Ticks) else [(question, "")]
        values = values_of(axis)
        following: dict[State, int] = {}
        asking: dict[State, int] = {}
        for state, number in layer.items():
            rest = remainders.passed(state)
            if remainders.due(state) == TRUE:
                asking[rest] = asking.get(rest, 0) + number
            else:
                skipped = rest
                for name in names:
                    skipped = remainders.after(skipped, numbers[name], -1)
                following[skipped] = following.get(skipped, 0) + number
        for name in names if asking else ():
            asking = remainders.spread(asking, numbers[name], store.told_apart(numbers[name], values))
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
