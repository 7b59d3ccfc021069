"""Values as a patient reads them, and words that nobody's typing can break."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.core.flow.answer_values import keep, read_value
from bot.core.model.answers import Many, Since, Span
from bot.core.rendering.answer_words import Places, Words, words_for
from tests.support.talking import back_spasm, sprain

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
HERE = Places(emergency_number="112", urgent_line="111", days=7)


@pytest.fixture
def words() -> Words:
    return words_for(back_spasm(), "en", HERE)


@pytest.mark.parametrize(
    ("question", "kept", "said"),
    [
        ("age", Span(44, 44), "Years 44"), ("age", Span(16, 54), "16 to 54"), ("pain", Span(7, 7), "Out of ten 7"),
        ("pain", Span(3, 4), "Out of ten Between 3 4"), ("spasm_length", Span(30, 30), "Seconds 30"),
        ("spasm_length", Span(300, 300), "Minutes 5"), ("spasm_length", Span(5400, 5400), "Hours 1.5"),
        ("spasm_length", Span(3600, math.inf), "Or more Hours 1"), ("times_before", Span(4, 4), "4"),
        ("onset", Since(date(2026, 11, 3), date(2026, 11, 3)), "Since Day 3 November"),
        ("onset", Since(date(2026, 11, 2), date(2026, 11, 3)), "Since between Day 2 November Day 3 November"),
        ("onset", Since(None, date(2026, 11, 3)), "Since before Day 3 November"), ("swelling", "yes", "Yes"),
        ("swelling", "not_sure", "Not sure"),
    ],
)  # fmt: skip
def test_kept_answers_in_words(question: str, kept: Any, said: str) -> None:
    small = words_for(sprain(), "en", HERE)
    assert small.answer(small.flow.questions[question], kept, NOW) == said


def test_a_ready_made_choice_is_said_as_it_was_tapped(words: Words) -> None:
    onset = words.flow.questions["onset"]
    for choice in onset.choices:
        kept = keep(onset, read_value(onset, choice.id), NOW.date())
        assert words.answer(onset, kept, NOW, choice.also) == words.option("onset", choice.id)


def test_a_list_names_what_is_ticked_then_what_is_unsure(words: Words) -> None:
    flow = sprain()
    small = words_for(flow, "en", HERE)
    warning = flow.questions["warning"]
    both = Many(frozenset({"crooked", "fever"}), frozenset({"cannot_bear_weight"}))
    assert small.answer(warning, both, NOW).startswith("Fever; Crooked shape; ")
    assert "cannot stand on it" in small.answer(warning, both, NOW).lower()
    assert small.answer(warning, Many(frozenset()), NOW) == "None of these"


def test_words_that_a_patient_typed_are_never_filled_in(words: Words) -> None:
    typed = "{emergency_number} {0} {} {words.__class__} %s"
    assert typed in words.system("unclear", words=typed)
    assert typed in words_for(sprain(), "en", HERE).system("sign_plain", words=typed, answer="x")


def test_what_nothing_fills_stays_visible(words: Words) -> None:
    assert words.fill("Call {emergency_number} {nobody}") == "Call 112 {nobody}"


def test_places_that_no_setting_names_are_said_in_general_words() -> None:
    general = words_for(back_spasm(), "en", Places())
    assert "Europe 112" in general.fill("{emergency_number}")
    assert general.fill("{days}") == "30"


def test_a_language_that_the_flow_has_not_falls_back_to_its_first() -> None:
    assert words_for(back_spasm(), "tlh", HERE).lang == "en"


def test_the_words_of_a_chat_are_made_once() -> None:
    assert words_for(back_spasm(), "en", HERE) is words_for(back_spasm(), "en", HERE)
    assert words_for(back_spasm(), "en", HERE) is not words_for(back_spasm(), "en", Places())
