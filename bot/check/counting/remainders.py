"""What is left of a flow's conditions in the middle of a conversation, and how it shrinks with each answer."""

from __future__ import annotations

from collections.abc import Mapping

from .residue import FALSE, TRUE, Formulas

State = tuple[int, int, int, int, int]
"""What is left of the rules of each level (self_care first), and the number of the rest of the `when`s of questions to come."""


class Remainders:
    """States of one store. Few rests of `when`s differ and many states share them, so each has a number."""

    def __init__(self, store: Formulas) -> None:
        self.store = store
        self._rests: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._shrunk: dict[tuple[int, int, int], int] = {}
        self._spread: dict[tuple[int, int], tuple[int, ...]] = {}

    def state(self, rules: list[int], whens: tuple[int, ...]) -> State:
        """The state of these formulas: of the rules of each level, and of the `when`s in their order."""
        self_care, see_soon, same_day, emergency = rules
        return _below_what_stands(self_care, see_soon, same_day, emergency, self._number(whens))

    def due(self, state: State) -> int:
        """What is left of the `when` of the next question."""
        return self._rests[state[4]][0]

    def passed(self, state: State) -> State:
        """The state without the `when` of the next question."""
        return (*state[:4], self._number(self._rests[state[4]][1:]))

    def put_off(self, state: State) -> State:
        """The state with that `when` behind all others: it is not decided yet."""
        rest = self._rests[state[4]]
        return (*state[:4], self._number((*rest[1:], rest[0])))

    def stopped(self, state: State) -> State:
        """An emergency: nothing below it counts and nobody is asked any more."""
        return (FALSE, FALSE, FALSE, TRUE, self._number((FALSE,) * len(self._rests[state[4]])))

    def after(self, state: State, variable: int, value: int) -> State:
        """The state once the variable has this value (-1: it was not asked for)."""
        bit, mask = 1 << variable, self.store.mask
        self_care, see_soon, same_day, emergency, whens = state
        whens = self._whens_after(whens, variable, value)
        if not (mask[self_care] | mask[see_soon] | mask[same_day] | mask[emergency]) & bit:
            return (self_care, see_soon, same_day, emergency, whens)
        store = self.store
        emergency = store.after(emergency, variable, value)
        same_day = store.after(same_day, variable, value)
        if same_day != TRUE:
            see_soon = store.after(see_soon, variable, value)
            if see_soon != TRUE:
                self_care = store.after(self_care, variable, value)
        return _below_what_stands(self_care, see_soon, same_day, emergency, whens)

    def spread(self, states: Mapping[State, int], variable: int, values: Mapping[int, int]) -> dict[State, int]:
        """The conversations in each state after the variable was answered, for who only counts how they end: after an emergency
        all are alike. `states`: how many are in each before; `values`: how many answers are like each."""
        told, times = tuple(values), tuple(values.values())
        left, ended = _Left(self.store, variable, told), self.stopped(next(iter(states)))
        found: dict[State, int] = {}
        for (self_care, see_soon, same_day, emergency, whens), number in states.items():
            rests = self._whens_answered(whens, variable, told)
            for low, soon, same, urgent, rest, many in zip(
                left[self_care], left[see_soon], left[same_day], left[emergency], rests, times, strict=True
            ):
                state = ended if urgent == TRUE else _below_what_stands(low, soon, same, urgent, rest)
                found[state] = found.get(state, 0) + number * many
        return found

    def _number(self, rest: tuple[int, ...]) -> int:
        found = self._numbers.setdefault(rest, len(self._rests))
        if found == len(self._rests):
            self._rests.append(rest)
        return found

    def _whens_after(self, number: int, variable: int, value: int) -> int:
        key = number, variable, value
        found = self._shrunk.get(key)
        if found is None:
            rest = tuple([self.store.after(when, variable, value) for when in self._rests[number]])
            found = self._shrunk[key] = self._number(rest)
        return found

    def _whens_answered(self, number: int, variable: int, values: tuple[int, ...]) -> tuple[int, ...]:
        found = self._spread.get((number, variable))
        if found is None:
            found = tuple([self._whens_after(number, variable, value) for value in values])
            self._spread[number, variable] = found
        return found


def _below_what_stands(self_care: int, see_soon: int, same_day: int, emergency: int, whens: int) -> State:
    """Once a level stands, lower ones do not matter."""
    if same_day == TRUE:
        return (FALSE, FALSE, TRUE, emergency, whens)
    if see_soon == TRUE:
        return (FALSE, TRUE, same_day, emergency, whens)
    return (self_care, see_soon, same_day, emergency, whens)


class _Left(dict[int, tuple[int, ...]]):
    """Formula -> what is left of it after each value of one variable: of many states with the same formula it is asked once."""

    def __init__(self, store: Formulas, variable: int, values: tuple[int, ...]) -> None:
        super().__init__()
        self._asked = store, variable, values

    def __missing__(self, formula: int) -> tuple[int, ...]:
        store, variable, values = self._asked
        found = self[formula] = store.answered(formula, variable, values)
        return found
