"""What people typed who had seen neither rules nor word lists, on the shipped flow: each stands for many."""

from __future__ import annotations

import pytest

from bot.core.conversation.session import EMERGENCY, EXIT, REVIEW, SIGN
from tests.support.talking import Person, listening


def asked(question: str, **given: str) -> Person:
    """Somebody who has come to that question by denying what was asked before."""
    person = Person(listening())
    person.tap("me")
    person.types("60")
    for _ in range(40):
        if person.at == question:
            return person
        person.tap(*given.get(person.at, str(person.flow.questions[person.at].none)).split())
    raise AssertionError(person.at)


@pytest.mark.parametrize("words", ["yes chest is tight", "yes, my chest feels tight", "yeah but its muscular"])
def test_a_yes_to_a_sign_may_name_it_again(words: str) -> None:
    person = asked("danger")
    person.types("chest feels tight wiv it but its muscular i think")
    assert person.at == SIGN
    person.types(words)
    assert person.at == EMERGENCY


@pytest.mark.parametrize(
    ("words", "sign"),
    [("yes and chest pain", "chest_pain_or_breathless"), ("yes but i cant pee", "bladder_or_bowel_change")],
)
def test_behind_a_yes_another_sign_is_asked_about_next(words: str, sign: str) -> None:
    person = asked("danger")
    person.types("might have swallowing trouble maybe")
    assert [s.option for s in person.session.signs] == ["trouble_swallowing"]
    person.types(words)
    assert person.at == SIGN
    assert [s.option for s in person.session.signs] == [sign]
    assert "trouble_swallowing" in person.session.heard["warning"].yes


def test_a_yes_with_a_call_for_help_is_a_call_for_help() -> None:
    person = asked("danger")
    person.types("might have swallowing trouble maybe")
    person.types("yes please send an ambulance")
    assert "need an ambulance, call" in person.read


def test_a_sign_that_may_be_meant_is_asked_in_its_own_question() -> None:
    person = asked("nerves")
    person.types("no but i need to pee all the time")
    assert person.at == SIGN
    words = person.flow.texts["en"].questions["nerves"].options["bladder_or_bowel_change"]
    assert words.alone is not None
    assert words.alone in person.read


@pytest.mark.parametrize("words", ["thats it", "thats all", "Yes, that is all."])
def test_that_is_all_closes_a_list(words: str) -> None:
    person = asked("where", onset="days_2", how_started="lifting_bending_twisting")
    person.types("low back")
    assert person.session.ticks == ("low_back",)
    person.types(words)
    assert person.session.answers["where"].yes == {"low_back"}


def test_that_is_all_names_no_line() -> None:
    person = asked("where", onset="days_2", how_started="lifting_bending_twisting")
    person.types("Yes, that is all.")
    assert person.at == "where"
    assert person.session.ticks == ()


@pytest.mark.parametrize("words", ["just tell me", "tell me please", "what should i do", "give me the advice"])
def test_who_wants_to_be_told_is_told(words: str) -> None:
    usual = {
        "onset": "days_2",
        "how_started": "lifting_bending_twisting",
        "where": "low_back done",
        "function": "slower",
    }
    person = asked(EXIT, health="frequent_recurrence done", **usual)
    person.types(words)
    assert person.at == REVIEW


@pytest.mark.parametrize("words", ["yes for me im in uk", "for me, im in england", "me, i am in england"])
def test_where_somebody_is_says_not_that_the_patient_is_elsewhere(words: str) -> None:
    person = Person(listening())
    person.types(words)
    assert person.session.answers["for_whom"] == "me"


def test_tablets_are_no_pump() -> None:
    person = asked("baclofen_trouble", medicines="baclofen done")
    person.types("yes ran out 2 days ago, spasms way worse since")
    assert "baclofen_surge" not in person.session.ticks


@pytest.mark.parametrize(
    "words",
    [
        "who can see my answers?", "is this private", "does my gp see this", "are you storing this", "what happens to my data",
        "will my boss get to see it",
    ],
)  # fmt: skip
@pytest.mark.parametrize("question", ["nerves", "health", "medicines"])
def test_who_asks_what_becomes_of_the_answers_is_told_and_asked_on(words: str, question: str) -> None:
    person = asked(question)
    before = person.session.answers
    person.types(words)
    assert person.at == question
    assert person.session.answers == before
    assert not person.session.ticks
    assert "erases" in person.read or "erase" in person.read


def test_who_asks_whether_they_must_answer_has_said_nothing_yet() -> None:
    person = asked("health")
    person.types("do i have to answer the drugs one")
    assert person.at == "health"
    assert not person.session.ticks
    assert not person.session.signs
