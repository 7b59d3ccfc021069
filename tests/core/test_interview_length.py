"""How long the interview is for somebody with an uncomplicated spasm: screens, taps, words. Run this file to print them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

import pytest

from bot.core.conversation import screens as sc
from bot.core.conversation.session import ADVICE, REVIEW
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.files.parts import NUMERIC, Kind
from tests.support.talking import Person, back_spasm

MOST_QUESTIONS, MOST_TAPS = 15, 18
BEGAN = {
    0: "today", 1: "yesterday", 2: "days_2", 3: "days_3_7", 5: "days_3_7", 10: "days_8_13", 20: "weeks_2_4",
}  # fmt: skip
"""Days since it began -> the button that says so, of somebody whose pain does not grow."""


class Length(NamedTuple):
    """`questions`: with consent, without the last check; `taps`: with the last check, one line ticked where a list has one;
    `asked`, `advised`: words of the screens and of the advice."""

    questions: int
    taps: int
    asked: int
    advised: int


def uncomplicated(flow: Flow, days: int = 2) -> Length:
    """40 years, a lift so many days ago, low back, bending hurts, and it does not grow."""
    person = Person(flow)
    questions = taps = words = 0
    while person.at != ADVICE:
        words += len(person.messages[-1].plain().split())
        before = len(person.messages)
        if person.at == REVIEW:
            choices: tuple[str, ...] = (sc.AS_USUAL,)
        else:
            questions += 1
            question = flow.questions[person.at]
            usual = usual_value(question)
            if question.kind is Kind.many:
                choices = (usual[0], sc.DONE) if usual else (str(question.none),)
            elif question.kind in NUMERIC and question.choices:
                choices = ({"age": "from_20", "onset": BEGAN[days], "spasm_length": "minutes_1_15"}[question.ask],)
            else:
                choices = (str(usual),)
        taps += len(choices)
        person.tap(*choices)
        assert len(person.messages) > before
    return Length(questions, taps, words, len(person.messages[-1].plain().split()))


@pytest.mark.parametrize("days", BEGAN)
def test_the_uncomplicated_are_asked_few_questions(days: int) -> None:
    length = uncomplicated(back_spasm(), days)
    assert length.questions <= MOST_QUESTIONS
    assert length.taps <= MOST_TAPS


@pytest.mark.parametrize("began", ["days_3_7_worse", "days_8_13_worse", "weeks_2_4_worse"])
def test_pain_that_grows_is_told_by_the_same_tap(began: str) -> None:
    """Row U25 of the audit."""
    person = Person(back_spasm())
    while person.at != "onset":
        question = person.flow.questions[person.at]
        person.tap(str(usual_value(question) or question.none) if question.kind is not Kind.age else "from_20")
    person.tap(began)
    assert person.session.answers["course"] == "worse"
    assert person.level == "see_soon"


if __name__ == "__main__":
    for day in BEGAN:
        print(f"day {day:>2}", uncomplicated(back_spasm(), day)._asdict())
