"""Answer files: the same outcome as the conversation, what facts bring along, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.check.cases import BadCase, run_answers
from bot.core.flow.answer_values import as_read, to_json
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.core.model.files.parts import Level
from tests.support.talking import back_spasm, converse, sprain


@pytest.mark.parametrize("flow", [sprain, back_spasm])
@given(taps=st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_an_answer_file_comes_to_what_the_conversation_came_to(flow: Callable[[], Flow], taps: list[int]) -> None:
    person = converse(flow(), taps)
    today = person.now.date()
    answers: dict[str, Any] = {}
    for name, kept in person.session.answers.items():
        value = as_read(flow().questions[name], kept, today) if kept != "not_sure" else kept
        answers[name] = (
            {k: v for k, v in to_json(value).items() if k != "partial"} if isinstance(value, Many) else to_json(value)
        )
    outcome = run_answers(flow(), {"answers": answers})
    assert person.advised is not None
    assert outcome.level == person.advised.level
    assert outcome.rules == person.turn.trace.fired
    assert outcome.advice == person.advised.lines
    assert not outcome.assumed


def test_what_the_file_does_not_say_is_the_usual_answer_and_named_as_assumed() -> None:
    outcome = run_answers(sprain(), {})
    assert outcome.level == "self_care"
    assert set(outcome.assumed) == set(outcome.asked)
    assert "fever_more" not in outcome.asked


def test_an_answer_that_is_not_asked_is_named_as_unused() -> None:
    outcome = run_answers(sprain(), {"answers": {"fever_more": "fever_very_ill"}, "facts": {"diabetes": True}})
    assert "fever_more" not in outcome.unused  # it says that there is a fever
    outcome = run_answers(sprain(), {"answers": {"danger": ["cold_pale_foot"], "pain": 9}})
    assert outcome.unused == ("pain",)
    assert outcome.asked == ("for_whom", "danger")


def test_a_fact_ticks_its_option_and_says_so_in_json() -> None:
    outcome = run_answers(sprain(), {"facts": {"fever": True, "fever_very_ill": True}})
    plain = outcome.as_json(sprain())
    assert plain["level"] == outcome.level
    assert "fever_and_ill" in outcome.rules


@pytest.mark.parametrize("truth", ["not_sure", True, "yes"])
def test_unsure_counts_where_yes_does(truth: Any) -> None:
    assert run_answers(sprain(), {"facts": {"cold_pale_foot": truth}}).level == "emergency"


@pytest.mark.parametrize("truth", [False, "no"])
def test_what_is_denied_is_not_there(truth: Any) -> None:
    assert run_answers(sprain(), {"facts": {"cold_pale_foot": truth}}).level == "self_care"


def test_a_list_of_facts_is_a_list_of_true_ones() -> None:
    assert (
        run_answers(sprain(), {"facts": ["cannot_walk"]}).rules
        == run_answers(sprain(), {"facts": {"cannot_bear_weight": True}}).rules
    )


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ({"answers": {"age": 200}}, "out of range"), ({"answers": {"warning": ["cough"]}}, "no option"),
        ({"answers": {"onset": {"min": 1, "max": 30}}}, "told apart"), ({"facts": {"fever": "maybe"}}, "true, false or not_sure"),
        ({"answers": {"age": "not_sure"}}, "cannot be answered"), ({"answers": []}, "self_care"), ([], "mapping"),
        ({"answers": 5}, "mappings"), ({"facts": "fever"}, "mappings"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_says_why(case: Any, says: str) -> None:
    if says == "self_care":
        assert run_answers(sprain(), case).level == "self_care"
        return
    with pytest.raises(BadCase, match=says):
        run_answers(sprain(), case)


def test_unknown_names_are_left_out_with_a_warning() -> None:
    outcome = run_answers(sprain(), {"answers": {"pian": 3}, "facts": {"feverr": True, "movements": True}})
    assert [w.split('"')[1] for w in outcome.warnings] == ["pian", "feverr", "movements"]
    assert 'Did you mean "pain"' in outcome.warnings[0]
    assert set(outcome.unused) == {"pian", "feverr", "movements"}


known = st.sampled_from(["fever", "yes", "not_sure", "adult"])
keys = st.sampled_from(["yes", "not_sure", "min", "max", "x"])
questions = st.sampled_from(
    ["danger", "warning", "fever_more", "age", "onset", "pain", "swelling", "times_before", "nonsense"]
)
options = st.sampled_from(["fever", "fever_very_ill", "cold_pale_foot", "swelling", "worse", "cannot_walk", "nonsense"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | known,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(questions, anything, max_size=4), st.dictionaries(options, anything, max_size=4))
def test_whatever_a_file_says_it_is_used_or_refused_in_words(answers: dict[str, Any], facts: dict[str, Any]) -> None:
    with suppress(BadCase):
        assert run_answers(sprain(), {"answers": answers, "facts": facts}).level in tuple(Level)
