"""Scope of times and figures (SEMANTICS 5d): halves, figures that are not meant, ages, and what belongs to another question."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.understood import read, seen


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("spasm_length", "1½ minutes", 90),
        ("spasm_length", "2 1/2 minutes", 150),
        ("spasm_length", "5 minutes to an hour", {"min": 300, "max": 3600}),
        ("onset", "5½ weeks", 38),
        ("onset", "yesterday week", 8),
        ("onset", "weekend before last", {"min": 12, "max": 13}),
        ("onset", "just started", 0),
        ("onset", "the day after bonfire night", 14),
        ("onset", "remembrance sunday", 12),
        ("onset", "wendsday", 2),
        ("onset", "month or so", 30),
        ("onset", "about an hour since", 0),
        ("onset", "back's been bad 20 years but this lot started sunday", 5),
        ("onset", "1 year, one spasm lasts 1 day", 365),
        ("pain", "not 10, more like 6", 6),
        ("pain", "10, no wait, 8", 8),
        ("pain", "childbirth was 10, this is a 9", 9),
        ("pain", "4 today, 9 on monday", 4),
        ("pain", "six and a half", {"min": 6, "max": 7}),
        ("age", "12/03/1982", {"min": 43, "max": 44}),
        ("age", "dob 25/3/71", 55),
        ("age", "18 months", 1),
        ("age", "me i be 44 years", 44),
        ("age", "52 years old, one spasm lasts 1 day", 52),
        ("age", "I am 55 years of age, pain 7 out of 10", 55),
        ("age", "he'll be 16 in january", 15),
        ("age", "I'll turn 60 this coming march", 59),
        ("age", "she'll be 71 now", 71),
        ("age", "dad is 79, he'll be 80 at christmas", 79),
        ("age", "the resident is 78, im 34 if you need mine", 78),
        ("age", "not twelve yet, next month", 11),
        ("age", "I have fifty and two years", 52),
        ("age", "completed 70, the 71st is running", 70),
        ("onset", "not yesterday, three days ago", 3),
        ("onset", "five weeks this coming monday", 32),
        ("onset", "three hours and ten minutes", 0),
        ("onset", "eleven days, it was a monday", 11),
        ("spasm_length", "1 hour 20 minutes", 4800),
        ("spasm_length", "15 seconds max", {"min": 10, "max": 15}),
        ("spasm_length", "half a min tops", {"min": 20, "max": 30}),
        ("spasm_length", "maximum half a minute", {"min": 20, "max": 30}),
        ("onset", "about a month and half", 45),
        ("onset", "2 weeks and half an hour", 14),
        ("age", "he is 74 completed, running 75", 74),
        ("age", "shes in her eighties, 83 or 84 i think", {"min": 83, "max": 84}),
        ("spasm_length", "two or three mins tops", {"min": 120, "max": 180}),
    ],
)
def test_figures(question: str, text: str, value: Any) -> None:
    assert seen(text, question)["answers"].get(question) == value


@pytest.mark.parametrize(
    "text", ["in 2 days", "labour day", "the one before last", "good friday", "last saturday", "friday"]
)
def test_a_time_that_says_no_day_is_asked(text: str) -> None:
    got = seen(text, "onset")
    assert "onset" not in got["answers"]
    assert "onset" in got["ask"]


@pytest.mark.parametrize(
    ("question", "text"),
    [("age", "dad's 70 and I'm 44"), ("age", "my mother is 81, I am 55"), ("pain", "pretty bad out of ten")],
)
def test_a_figure_that_may_be_of_another_or_the_end_of_the_scale_is_asked(question: str, text: str) -> None:
    assert question not in seen(text, question)["answers"]


@pytest.mark.parametrize(
    ("question", "text", "other"),
    [
        ("health", "lupus since my twenties", "age"),
        ("how_started", "getting the roast out of the bottom oven", "where"),
        ("muscle_aches", "weak in both arms, been the same for months", "course"),
        ("same_in_every_position", "no better lying down", "course"),
        ("infection_kind", "lumbar puncture on the 3rd", "onset"),
        ("onset", "when I got out of bed today", "movements"),
    ],
)
def test_words_about_one_question_do_not_answer_another(question: str, text: str, other: str) -> None:
    assert other not in {fact.question for fact in read(text, question).facts}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("midline_bone_tenderness", "2"),
        ("nerves", "second one"),
        ("medicines", "warfarin stopped in spring"),
        ("health", "pregnant, 38 weeks"),
        ("how_started", "six hour drive to cornwall"),
        ("pain", "20"),
        ("pain", "4/5"),
    ],
)
def test_what_answers_the_open_question_answers_nothing_else(question: str, text: str) -> None:
    reading = read(text, question)
    others = {f.question for f in reading.facts if f.question != question}
    assert not others & {"pain", "onset", "spasm_length", "age"}
    assert question != "pain" or not any(u.question != "pain" for u in reading.unclear)
