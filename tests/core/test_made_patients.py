"""Weak signs alone send nobody away, and no sign of the red-flag list is ever passed over: on made patients."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from bot.check.cases import run_answers
from bot.core.model.files.parts import Level
from tests.core.test_patients import ALONE
from tests.support.flow_edits import commit_seed
from tests.support.made_patients import ADULT, TABLE, TOGETHER, TRAITS, accepted, harmless, joined, signed
from tests.support.talking import back_spasm

WHOLE = 10_000
AGES = (16, 19, 20, 44, 45, 49, 50, 59, 60, 63, 69, 70, 85, ADULT[1])


def level_of(answers: dict[str, Any]) -> Level:
    outcome = run_answers(back_spasm(), {"answers": answers, "facts": {}})
    assert outcome.warnings == ()
    return outcome.level


@pytest.mark.parametrize("name", TRAITS)
def test_a_harmless_trait_has_its_level_at_every_age(name: str) -> None:
    answers = joined([name])
    assert answers is not None
    for age in AGES:
        assert level_of({**answers, "age": age}) is accepted([name], answers, age), age


def test_a_pair_of_harmless_traits_is_no_more_than_its_parts_but_for_those_that_the_audit_names() -> None:
    wrong = []
    for pair in combinations(TRAITS, 2):
        answers = joined(pair)
        for age in () if answers is None else (19, 40, 63, 75):
            found, right = level_of({**answers, "age": age}), accepted(pair, answers, age)  # type: ignore[dict-item]
            if found is not right:
                wrong.append((pair, age, found, right))
    assert wrong == []


def test_the_table_names_rows_and_traits_that_there_are() -> None:
    assert all(entry["row"] for entry in [*TABLE["traits"], *TABLE["together"]])
    assert {name for pair in TOGETHER for name in pair} <= set(TRAITS)
    assert {"self_care", "see_soon"} == {t["level"] for t in TRAITS.values()}


def over_triaged(count: int, seed: int) -> list[Any]:
    return [
        (made.about, found, made.level)
        for made in harmless(count, seed)
        if (found := level_of(made.answers)) is not made.level
    ]


def test_made_patients_with_harmless_traits_are_sent_nowhere_else() -> None:
    assert over_triaged(WHOLE // 10, commit_seed()) == []


@pytest.mark.slow
def test_ten_thousand_made_patients_with_harmless_traits_are_sent_nowhere_else() -> None:
    assert over_triaged(WHOLE, 12) == []


def under_triaged(count: int, seed: int) -> list[Any]:
    flow = back_spasm()
    brought = {s.fact: dict(s.answers) for s in flow.interview.shorthand}
    for entry in flow.interview.shorthand:
        for fact in entry.facts:
            brought[entry.fact] |= brought.get(fact, {})
    alone = {level: signs.split() for level, signs in ALONE.items()}
    return [
        (made.about, found.level, made.owed(found.unused))
        for made in signed(count, seed, alone, brought)
        if (found := run_answers(flow, made.case)).level.rank < made.owed(found.unused).rank
    ]


def test_made_patients_with_a_sign_are_never_told_less_than_the_sign_asks() -> None:
    assert under_triaged(WHOLE // 10, commit_seed()) == []


@pytest.mark.slow
def test_ten_thousand_made_patients_with_a_sign_are_never_told_less_than_the_sign_asks() -> None:
    assert under_triaged(WHOLE, 12) == []
