"""What would change it: exact for one change, true for two, and to patients only what may be said."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.check.answers.ending import outcome
from bot.check.answers.player import NOON, Player
from bot.check.answers.space import Axis, Space
from bot.check.counting.what_would_change import LevelChange, changes_for_patient, what_would_change
from bot.check.proof.confirm import random_choice
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.core.model.files.parts import Level
from tests.support.brute_force import answers_to
from tests.support.flow_edits import SPRAIN, flow_at


def session_of(flow: Flow, **answers: Any) -> Session:
    """A finished chat with these answers, everything else as usual."""
    space = Space(flow)
    return Player(space).play({**space.usual, **answers}).session


def ticked(*options: str) -> Many:
    return Many(frozenset(options))


def changed(changes: tuple[LevelChange, ...], question: str) -> dict[Any, tuple[str, bool]]:
    """Of single changes of a question: option or answer -> (level, certain)."""
    found = {}
    for change in changes:
        if list(change.answers) == [question] and change.size == 1 and not change.gone:
            value = change.answers[question]
            found["+".join(sorted(value.yes)) if isinstance(value, Many) else value] = (
                change.level.value,
                change.certain,
            )
    return found


def test_one_change_that_is_certain_and_one_that_opens_a_question() -> None:
    flow = flow_at(SPRAIN)
    found = what_would_change(flow, session_of(flow), NOON)
    assert changed(found, "health") == {
        "blood_thinner": ("see_soon", True), "thin_bones": ("see_soon", True), "diabetes": ("see_soon", True)
    }  # fmt: skip
    assert changed(found, "warning")["fever"] == ("same_day", True)
    onset = [c for c in found if list(c.answers) == ["onset"]]
    assert {(c.level.value, c.certain) for c in onset} == {("see_soon", True), ("see_soon", False)}


def test_two_changes_where_neither_alone_is_enough() -> None:
    flow = flow_at(SPRAIN)
    session = session_of(flow, times_before="at_3")
    found = what_would_change(flow, session, NOON)
    pair = [c for c in found if set(c.answers) == {"health", "swelling"}]
    assert [(c.answers["health"], c.answers["swelling"], c.level.value) for c in pair] == [
        (ticked("blood_thinner"), "yes", "same_day")
    ]


def test_patients_see_only_what_raises_of_questions_that_may_be_named() -> None:
    flow = flow_at(SPRAIN)
    found = changes_for_patient(flow, session_of(flow, health=ticked("blood_thinner")), NOON)
    assert {q for c in found for q in c.answers} <= {"onset", "swelling", "course"}
    assert all(c.level.rank > Level.see_soon.rank for c in found)
    assert changed(found, "swelling") == {"yes": ("same_day", True)}


def test_nothing_is_offered_in_an_emergency() -> None:
    flow = flow_at(SPRAIN)
    assert changes_for_patient(flow, session_of(flow, danger=ticked("cold_pale_foot")), NOON) == ()


@pytest.mark.parametrize("seed", range(25))
def test_single_changes_are_exact(seed: int) -> None:
    """Every other answer to every question tried by hand, with every answer to what it opens."""
    flow = flow_at(SPRAIN)
    space, rng = Space(flow), random.Random(seed)
    chosen = random_choice(space, rng)
    base = outcome(space, chosen)
    if base.level is Level.emergency:
        chosen = {**chosen, "danger": ticked(), "fever_more": "fever_mild"}
        base = outcome(space, chosen)
    session = Player(space).play(chosen).session
    found = {_key(c): (c.level.value, c.certain) for c in what_would_change(flow, session, NOON) if c.size == 1}
    wanted = {}
    for question in base.asked:
        for key, answer in _single_changes(space, question, chosen[question]):
            ranks = _ranks(space, {**{q: chosen[q] for q in base.asked}, question: answer})
            low, high = min(ranks), max(ranks)
            if low > base.rank or high < base.rank:
                wanted[question, key] = (low if low > base.rank else high, True)
            elif high > base.rank:
                wanted[question, key] = (high, False)
            elif low < base.rank:
                wanted[question, key] = (low, False)
    levels = {("self_care", "see_soon", "same_day", "emergency")[r]: c for r, c in wanted.values()}
    assert {v for v, _ in found.values()} == set(levels)
    lists = {k: v for k, v in wanted.items() if k[1].startswith(("+", "-"))}
    assert {k: (Level(v).rank, c) for k, (v, c) in found.items() if k[1].startswith(("+", "-"))} == lists


def _key(change: LevelChange) -> tuple[str, str]:
    ((question, value),) = change.answers.items()
    if change.gone:
        return question, f"-{change.gone[0]}"
    return question, f"+{next(iter(value.yes))}" if isinstance(value, Many) else "other"


def _single_changes(space: Space, question: str, answer: Any) -> list[tuple[str, Any]]:
    axis = space.axes[question]
    if axis.question.consent:
        return []
    if isinstance(axis, Axis):
        same = axis.cases[0].key
        value = space.value(question, answer)
        same = space.key_of(question, value) if answer == "not_sure" and not isinstance(value, str) else answer
        return [("other", c.key) for c in axis.cases if c.key != same and not c.unsure]
    found = [(f"+{o}", Many(answer.yes | {o}, answer.not_sure - {o})) for o in axis.options if o not in answer.yes]
    some = answer.yes | answer.not_sure
    return found + [(f"-{o}", Many(answer.yes - {o}, answer.not_sure - {o})) for o in axis.options if o in some]


def _ranks(space: Space, known: dict[str, Any]) -> set[int]:
    """Ranks over every answer to questions that are not known."""
    try:
        return {outcome(space, known).rank}
    except KeyError as missing:
        question = str(missing.args[0])
        return {r for a in answers_to(space, question) for r in _ranks(space, {**known, question: a})}
