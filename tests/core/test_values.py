"""Answers as values: what files may say, what a session keeps, what conditions read, day after day."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.flow.answer_values import BadAnswer, as_read, bounds, from_json, keep, read_value, to_json
from bot.core.model.answers import Many, Since, Span
from bot.core.model.files.interview import Choice, Option, Question
from bot.core.model.files.parts import Kind
from bot.core.model.quantities import BadQuantity, in_base_units, read_quantity

TODAY = date(2026, 11, 20)


def question(kind: Kind, **more: Any) -> Question:
    return Question(ask="q", kind=kind, **more)


AA, BB = frozenset({"aa"}), frozenset({"bb"})
LIST = question(Kind.many, options=[Option(id="aa"), Option(id="bb")], none="nothing")
AGO = question(Kind.ago, choices=[Choice(id="week", min="2 days", max="7 days"), Choice(id="longer", min="8 days")])
AGE = question(Kind.age)
SCALE = question(Kind.scale)


# --- quantities --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "written", "base"),
    [
        (Kind.ago, "4 weeks", 28), (Kind.ago, "1 month", 30), (Kind.ago, "2 years", 730), (Kind.ago, "12 hours", 0.5),
        (Kind.ago, 3, 3), (Kind.length, "15 minutes", 900), (Kind.length, "1 h", 3600), (Kind.length, "90 s", 90),
        (Kind.age, "16 years", 16), (Kind.age, 16, 16), (Kind.scale, 7, 7), (Kind.number, "2.5", 2.5),
    ],
)  # fmt: skip
def test_quantities_come_in_base_units(kind: Kind, written: str | int, base: float) -> None:
    assert read_quantity(kind, written) == base


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Kind.age, "3 weeks"), (Kind.scale, "7 days"), (Kind.ago, "soon"), (Kind.length, "5 apples"), (Kind.ago, True),
        (Kind.ago, ""),
    ],
)  # fmt: skip
def test_a_unit_that_does_not_fit_is_refused(kind: Kind, written: Any) -> None:
    with pytest.raises(BadQuantity):
        read_quantity(kind, written)


def test_a_unit_says_which_would_fit() -> None:
    with pytest.raises(BadQuantity, match="days, weeks, months or years"):
        in_base_units(Kind.ago, 1, "apple")


# --- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (["aa"], Many(AA)), ("aa", Many(AA)), ("nothing", Many(frozenset())), ([], Many(frozenset())),
        (None, Many(frozenset())), ({"not_sure": ["bb"]}, Many(frozenset(), BB)),
        ({"yes": "aa", "not_sure": "bb"}, Many(AA, BB)), (["nothing"], Many(frozenset())),
        ({"yes": ["aa"], "not_sure": ["aa", "bb"]}, Many(AA, BB)),
    ],
)  # fmt: skip
def test_lists_are_read_in_every_form(raw: Any, value: Many) -> None:
    assert read_value(LIST, raw) == value


@pytest.mark.parametrize(
    "raw", [["cc"], {"maybe": ["aa"]}, {1: ["aa"]}, 5, ["aa", "nothing"], {"yes": 5}, [["aa"]], True]
)
def test_a_list_answer_that_is_none_is_refused(raw: Any) -> None:
    with pytest.raises(BadAnswer, match='"'):
        read_value(LIST, raw)


@pytest.mark.parametrize(("raw", "value"), [(True, "yes"), (False, "no"), ("yes", "yes"), ("not_sure", "not_sure")])
def test_yes_and_no_may_be_written_as_booleans(raw: Any, value: str) -> None:
    assert read_value(question(Kind.yes_no), raw) == value


@pytest.mark.parametrize("raw", ["maybe", 1, None, [], {}])
def test_what_is_no_yes_or_no_is_refused(raw: Any) -> None:
    with pytest.raises(BadAnswer):
        read_value(question(Kind.yes_no), raw)


@pytest.mark.parametrize(
    ("raw", "span"),
    [("week", Span(2, 7)), ("longer", Span(8, 36500)), (3, Span(3, 3)), ({"min": 1, "max": 3}, Span(1, 3)),
     ({"max": "1 week"}, Span(0, 7)), ((1, 2), Span(1, 2))],
)  # fmt: skip
def test_numbers_ranges_and_choices_are_spans(raw: Any, span: Span) -> None:
    assert read_value(AGO, raw) == span


@pytest.mark.parametrize("raw", [-1, 40_000, "x", {"min": 3, "max": 1}, {"least": 1}, math.nan, True, None, [1, 2, 3]])
def test_numbers_out_of_range_are_refused(raw: Any) -> None:
    with pytest.raises(BadAnswer):
        read_value(AGO, raw)


def test_a_pain_of_11_or_of_half_a_point_is_refused() -> None:
    for raw in (11, 6.5):
        with pytest.raises(BadAnswer):
            read_value(SCALE, raw)


@given(st.floats(0, 120))
def test_years_are_completed_years(years: float) -> None:
    assert read_value(AGE, years) == Span(math.floor(years), math.floor(years))


def test_bounds_of_a_question_are_its_own_or_those_of_its_kind() -> None:
    assert bounds(SCALE) == (0, 10)
    assert bounds(question(Kind.length)) == (0, math.inf)
    assert bounds(question(Kind.ago, min="1 day", max="2 weeks")) == (1, 14)


# --- keeping -----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 400))
def test_a_time_ago_grows_older_by_itself(low: int, more: int, later: int) -> None:
    kept = keep(AGO, Span(low, low + more), TODAY)
    assert as_read(AGO, kept, TODAY) == Span(low, low + more)
    assert as_read(AGO, kept, TODAY + timedelta(days=later)) == Span(low + later, low + more + later)


def test_a_time_without_an_end_keeps_none() -> None:
    kept = keep(AGO, read_value(AGO, "longer"), TODAY)
    assert kept == Since(None, TODAY - timedelta(days=8))
    assert as_read(AGO, kept, TODAY) == Span(8, math.inf)


@given(st.floats(0, 400))
def test_part_of_a_day_is_kept_as_both_days_that_it_may_mean(days: float) -> None:
    read = as_read(AGO, keep(AGO, Span(days, days), TODAY), TODAY)
    assert read.low <= days <= read.high
    assert read.high - read.low <= 1


def test_a_clock_that_went_back_makes_nothing_begin_in_the_future() -> None:
    kept = keep(AGO, Span(0, 0), TODAY)
    assert as_read(AGO, kept, TODAY - timedelta(days=2)) == Span(0, 0)


def test_not_sure_of_a_number_counts_as_the_choice_that_the_flow_names() -> None:
    unsure = question(Kind.ago, choices=AGO.choices, unsure_as="longer")
    assert as_read(unsure, "not_sure", TODAY) == Span(8, 36500)
    assert as_read(AGO, "not_sure", TODAY) is None
    assert as_read(question(Kind.yes_no), "not_sure", TODAY) == "not_sure"


options = st.frozensets(st.sampled_from("abcdef"))
kept_answers = st.one_of(
    st.builds(Many, options, options, st.booleans()),
    st.builds(Since, st.none() | st.dates(), st.dates()),
    st.builds(Span, st.floats(0, 1e6), st.floats(0, 1e6) | st.just(math.inf)),
    st.sampled_from(["yes", "no", "not_sure", "an_option"]),
)


@given(kept_answers)
def test_a_kept_answer_comes_back_from_json_as_it_was(kept: Any) -> None:
    back = from_json(to_json(kept))
    assert back == kept
    assert type(back) is type(kept)
