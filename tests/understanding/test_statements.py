"""Texts without marks, and questions about what to do: what is said earlier never swallows a sign that is stated later."""

from __future__ import annotations

import pytest

from tests.support.understood import read

STATED = (
    "i cant pee", "im numb between my legs", "my foot drags", "temp of 39", "my legs are weak", "cant feel when i wipe",
)  # fmt: skip

BEFORE = (
    "had a slipped disc in 2015", "no leg pain pain is 8", "id say 5 out of ten", "my dad had cancer im 44",
    "no numbness in my hand low back pain for two weeks", "no tingling or cramps started 3 days ago", "44M on a statin",
    "used to have sciatica worse when i bend",
)  # fmt: skip

NAMED = (
    "numbness between my legs", "foot drop", "loss of bladder control", "a numb bum", "weakness in both legs", "chest pain",
)  # fmt: skip

ASKED = (
    "should i go to a&e with {}", "should i go to hospital, {}", "do i need an ambulance for {}", "who do i see for {}",
    "do i need to see a doctor about {}", "what should i do about {}", "is it normal to have {}", "should i ring someone about {}",
)  # fmt: skip


@pytest.mark.parametrize("before", BEFORE)
def test_a_statement_without_a_mark_stands_for_itself(before: str) -> None:
    for stated in STATED:
        text = f"{before} {stated}"
        assert any(sign.plain for sign in read(text).signs), text


@pytest.mark.parametrize("frame", ASKED)
def test_a_question_what_to_do_about_a_sign_is_at_least_asked_about(frame: str) -> None:
    for named in NAMED:
        text = frame.format(named)
        assert read(text).signs, text


def test_words_whose_time_is_not_clear_are_asked_about() -> None:
    assert [sign.plain for sign in read("had a slipped disc in 2015 numb between my legs").signs] == [False]
