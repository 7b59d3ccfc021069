"""The safety net of the shipped flow: for every answer something is said of each sign that must not be waited with."""

from __future__ import annotations

from functools import cache

import pytest

from bot.check.difference.formulas import at_level
from bot.check.proof.encoding import Formula, conj, is_said, neg
from bot.check.proof.solver import Prover
from bot.core.model.files.parts import Level
from tests.support.flow_edits import BACK_SPASM, flow_at

FEVER = ("help_fever", "help_infection", "help_baclofen", "help_pregnant")
GROWING = ("help_growing", "help_growing_today")
PAIN_RELIEF = ("pain_relief", "thinner_pain_relief")


@cache
def prover() -> Prover:
    return Prover(flow_at(BACK_SPASM))


def silent(level: Level, lines: tuple[str, ...]) -> list[Formula]:
    """That none of the lines is said at this level."""
    one = prover().one
    return [at_level(one, level), *(neg(told(name, level)) for name in lines)]


def told(name: str, level: Level) -> Formula:
    """That a line is said at this level."""
    one = prover().one
    (line,) = (x for x in one.flow.lines if x.line.line == name)
    return is_said(one, line.node, level, line.line.how)


@pytest.mark.parametrize("level", [Level.self_care, Level.see_soon])
def test_fever_has_an_address_for_everybody(level: Level) -> None:
    assert prover().model(conj(silent(level, FEVER))) is None


@pytest.mark.parametrize("level", [Level.self_care, Level.see_soon])
def test_growing_pain_has_one_address_for_every_adult_whose_pain_does_not_grow_already(level: Level) -> None:
    one = prover().one
    adult = [one.asked["where"], neg(one.fires["getting_worse_soon"])]
    assert prover().model(conj([*adult, *silent(level, GROWING)])) is None
    both = [told(name, level) for name in GROWING]
    assert prover().model(conj([at_level(one, level), *both])) is None


@pytest.mark.parametrize("level", [Level.self_care, Level.see_soon, Level.same_day])
def test_everybody_is_told_whom_to_ask_about_pain_relief(level: Level) -> None:
    assert prover().model(conj(silent(level, PAIN_RELIEF))) is None
