"""How long the interview is for somebody with an uncomplicated spasm: screens, taps, words. Run this file to print them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

from bot.core.conversation import screens as sc
from bot.core.conversation.session import ADVICE, REVIEW
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.flow_files import NUMERIC, Kind
from tests.support.talking import Person, back_spasm

MOST_QUESTIONS, MOST_TAPS = 15, 18
FIRST_DAYS, LATER = "days_2", "days_3_7"


class Length(NamedTuple):
    """`questions`: with consent, without the last check; `taps`: with the last check, one line ticked where a list has one;
    `asked`, `advised`: words of the screens and of the advice."""

    questions: int
    taps: int
    asked: int
    advised: int


def uncomplicated(flow: Flow, began: str = FIRST_DAYS) -> Length:
    """40 years, a lift two days ago, low back, bending hurts."""
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
                choices = ({"age": "from_20", "onset": began, "spasm_length": "minutes_1_15"}[question.ask],)
            else:
                choices = (str(usual),)
        taps += len(choices)
        person.tap(*choices)
        assert len(person.messages) > before
    return Length(questions, taps, words, len(person.messages[-1].plain().split()))


def test_the_uncomplicated_are_asked_few_questions() -> None:
    length = uncomplicated(back_spasm())
    assert length.questions <= MOST_QUESTIONS
    assert length.taps <= MOST_TAPS


def test_from_the_third_day_one_question_more_tells_pain_that_grows() -> None:
    """Row U25 of the audit: in the first two days a strain often grows."""
    length, later = uncomplicated(back_spasm()), uncomplicated(back_spasm(), LATER)
    assert later.questions == length.questions + 1
    assert later.taps == length.taps + 1


if __name__ == "__main__":
    for days in (FIRST_DAYS, LATER):
        print(days, uncomplicated(back_spasm(), days)._asdict())
