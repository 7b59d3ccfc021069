"""Which levels can still be reached once some answers are known: exactly, over all answers to the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.check.answers.space import Axis, Space, Ticks
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow

from .counting import variables_of
from .remainders import Remainders, State
from .residue import FALSE, NO, TRUE, UNSURE, YES, Formulas, Translator, values_of


class Reaching:
    """One flow's conditions, ready to be answered in part. Made once for a flow version (`reaching`)."""

    def __init__(self, flow: Flow) -> None:
        self.space = Space(flow)
        store, self.numbers = Formulas(), variables_of(self.space)
        self.remainders = Remainders(store)
        translate = Translator(store, self.space, self.numbers)
        rules = [store.either(translate.formula(r.node) for r in flow.rules if r.rank == k) for k in range(4)]
        whens = tuple(TRUE if a.node is None else translate.formula(a.node) for a in flow.asking)
        self.start: State = self.remainders.state(rules, whens)

    def ranks(self, known: Mapping[str, Any]) -> frozenset[int]:
        """Ranks of the levels (-1: none) at which a conversation with these answers (as conditions read them) can end."""
        states = {self.start}
        done: set[int] = set()
        for question, axis in self.space.axes.items():
            value = known.get(question)
            following: set[State] = set()
            for state in states:
                rest = self.remainders.passed(state)
                if state[3] == TRUE:
                    done.add(3)
                elif self.remainders.due(state) != TRUE:
                    following.add(self._answer(rest, question, axis, None, skipped=True))
                elif value is not None:
                    following.add(self._answer(rest, question, axis, value))
                else:
                    following |= self._every_answer(rest, question, axis)
            states = following
        for state in states:
            done.add(next((k for k in (3, 2, 1, 0) if state[k] == TRUE), -1))
        return frozenset(done)

    def remainder(self, known: Mapping[str, Any]) -> State:
        """What is left of all conditions once these answers are known; equal remainders end alike from here on."""
        state = self.start
        for question, axis in self.space.axes.items():
            value = known.get(question)
            rest = self.remainders.passed(state)
            if self.remainders.due(state) == FALSE:
                state = self._answer(rest, question, axis, None, skipped=True)
            elif value is not None:
                state = self._answer(rest, question, axis, value)
            else:
                state = self.remainders.put_off(state)
        return state

    def _answer(self, state: State, question: str, axis: Axis | Ticks, value: Any, skipped: bool = False) -> State:
        if isinstance(axis, Axis):
            chosen = -1 if skipped else self._case(axis, question, value)
            return self.remainders.after(state, self.numbers[question, ""], chosen)
        for option in axis.options:
            ticked = -1
            if not skipped:
                ticked = YES if option in value.yes else UNSURE if option in value.not_sure else NO
            state = self.remainders.after(state, self.numbers[question, option], ticked)
        return state

    def _case(self, axis: Axis, question: str, value: Any) -> int:
        key = self.space.key_of(question, value)
        return next(n for n, c in enumerate(axis.cases) if c.key == key)

    def _every_answer(self, state: State, question: str, axis: Axis | Ticks) -> set[State]:
        names = [(question, o) for o in axis.options] if isinstance(axis, Ticks) else [(question, "")]
        states = {state}
        for name in names:
            number = self.numbers[name]
            states = {self.remainders.after(s, number, v) for s in states for v in values_of(axis)}
        return states


@per_flow
def reaching(flow: Flow) -> Reaching:
    """The `Reaching` of a flow version, made at the first call."""
    return Reaching(flow)
