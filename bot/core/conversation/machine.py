"""The flow's finite-state machine: the only user of `transitions`. One Machine per flow version, a throw-away cursor per turn.

Theory of operation. A state is what is on the patient's screen: a question, a list being cleared up after "not sure"
(`q/which`, `q/alone`), or one of the fixed screens. `forward` asks, in order: has an answer made it an emergency? did the
patient want the advice now? is the exit to be offered? which later question is due? and otherwise ends in the review.
All conditions are functions over the cursor, made from the flow's own `when`s; no string is handed to `transitions`, no
callback is used (an error in one would leave the state moved). A trigger that no branch takes raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from transitions import EventData, Machine, State, Transition

from bot.core.conditions.compiler import Check
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow

from .session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, START, STOPPED

FORWARD = "forward"
FIXED = (START, SIGN, EXIT, REVIEW, ADVICE, EMERGENCY, MISTAKE, CHANGE, STOPPED)


@dataclass(slots=True)
class Cursor:
    """Where one turn stands: `transitions` moves `state`; everything else is what its conditions read."""

    state: str
    env: Mapping[str, Any]
    answered: Mapping[str, Any]
    emergency: bool = False
    enough: bool = False
    offer_exit: bool = False
    checked: bool = False


class NoTransition(RuntimeError):
    """The machine has no way on: a bug of ours, with event and state, never a silent stay."""


def _cursor(event: EventData) -> Cursor:
    return cast(Cursor, event.model)


def _emergency(event: EventData) -> bool:
    return bool(_cursor(event).emergency)


def _enough(event: EventData) -> bool:
    return bool(_cursor(event).enough)


def _advisable(event: EventData) -> bool:
    return bool(_cursor(event).enough and _cursor(event).checked)


def _checked(event: EventData) -> bool:
    return bool(_cursor(event).checked)


def _offer_exit(event: EventData) -> bool:
    return bool(_cursor(event).offer_exit)


def _due(flow: Flow, question: str, check: Check | None) -> Callable[[EventData], bool]:
    """Whether the question is due: its `when` holds, it has a line for this person, and it is not answered."""

    def due(event: EventData) -> bool:
        cursor = _cursor(event)
        return question not in cursor.answered and (check is None or check(cursor.env) is True)

    if question not in flow.for_some:
        return due
    return lambda event: due(event) and not flow.heard_only(question, _cursor(event).env)


def which(question: str) -> str:
    """The state in which the patient says which items of a list they are unsure of."""
    return f"{question}/which"


def alone(question: str) -> str:
    """The state in which one item of a list is asked alone."""
    return f"{question}/alone"


class _Edge(Transition):
    """A transition whose condition is looked at before anything else is done: most edges of a state are not taken."""

    def execute(self, event_data: EventData) -> bool:
        for condition in self.conditions:
            if not condition.func(event_data):  # type: ignore[operator]  # a function: no string is handed in
                return False
        taken: bool = super().execute(event_data)
        return taken


class _Machine(Machine):
    transition_cls = _Edge


class FlowMachine:
    """The shared machine of one flow version."""

    def __init__(self, flow: Flow) -> None:
        questions = [a.question for a in flow.asking]
        lists = [q.ask for q in questions if q.options and q.none]
        names = [*FIXED, *(q.ask for q in questions), *(s for q in lists for s in (which(q), alone(q)))]
        self.machine = _Machine(
            model=None,
            states=[State(name) for name in names],
            initial=START,
            auto_transitions=False,
            send_event=True,
        )
        self.edges: list[tuple[str, str, str]] = []
        due = {a.question.ask: _due(flow, a.question.ask, a.check) for a in flow.asking}
        order = [q.ask for q in questions]
        for i, name in enumerate(order):
            sources = [name, which(name), alone(name)] if name in lists else [name]
            for source in sources:
                self._onward(source, order[i + 1 :], due)
        for source in (START, SIGN, EXIT, REVIEW, CHANGE, MISTAKE, ADVICE):
            self._onward(source, order, due)
        self._edge(EMERGENCY, EMERGENCY)
        self.order = {name: i for i, name in enumerate(order)}
        self._event = self.machine.events[FORWARD]

    def _edge(
        self, source: str, target: str, condition: Callable[[EventData], bool] | None = None, why: str = ""
    ) -> None:
        self.machine.add_transition(FORWARD, source, target, conditions=condition)
        self.edges.append((source, target, why))

    def _onward(
        self,
        source: str,
        later: list[str],
        due: Mapping[str, Callable[[EventData], bool]],
    ) -> None:
        self._edge(source, EMERGENCY, _emergency, "emergency")
        self._edge(source, ADVICE, _advisable, "enough")
        self._edge(source, REVIEW, _enough, "enough")
        self._edge(source, EXIT, _offer_exit, "nothing left can raise the level")
        for target in later:
            self._edge(source, target, due[target], "due")
        self._edge(source, ADVICE, _checked, "checked")
        self._edge(source, REVIEW, None, "otherwise")

    def forward(self, cursor: Cursor) -> str:
        """Move the cursor on; returns the new state. Raises NoTransition rather than stay silently."""
        if not self._event.trigger(cursor):
            raise NoTransition(f"no way {FORWARD} from {cursor.state!r}")
        return cursor.state


@per_flow
def machine_of(flow: Flow) -> FlowMachine:
    """The flow's one state machine, shared by all sessions of this version."""
    return FlowMachine(flow)
