"""Coming back with a change, after advice and after an emergency (SEMANTICS 18b)."""

from __future__ import annotations

import pytest

from bot.core.conversation.afterwards.coming_back import emergency_screens, may_have_changed
from bot.core.conversation.events import Advise
from bot.core.conversation.session import ADVICE, EMERGENCY, REVIEW, SIGN
from bot.core.model.answers import Many
from tests.support.talking import Person, listening


def answers_all(person: Person) -> None:
    """Tap on like an uncomplicated patient until a result."""
    for _ in range(60):
        if person.at in (ADVICE, EMERGENCY):
            return
        question = person.flow.questions.get(person.at.partition("/")[0])
        if question is None:
            person.tap("as_usual" if person.at == REVIEW else "some_more")
        elif question.ask == "where":
            person.tap("low_back", "done")
        elif question.none is not None:
            person.tap(question.none)
        elif question.usual in question.option_ids:
            person.tap(str(question.usual))
        else:
            person.tap(question.choices[0].id if question.choices else "4" if question.ask == "pain" else "no")
    raise AssertionError(person.at)


def advised() -> Person:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    answers_all(person)
    assert person.at == ADVICE
    return person


def in_emergency() -> Person:
    person = Person(listening())
    person.tap("me")
    person.types("44")
    person.types("numb between my legs")
    person.tap("yes")
    assert person.at == EMERGENCY
    person.waits(days=2)
    return person


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("its worse", ()),
        ("worse, now my leg tingles", ("leg_numbness_tingling",)),
        ("my foot tingles", ("leg_numbness_tingling",)),
        ("the pain is down my leg now", ("radiates_below_knee",)),
        ("something new", ()),
    ],
)
def test_a_change_opens_the_emergency_screens_and_counts(words: str, heard: tuple[str, ...]) -> None:
    person = advised()
    kept = dict(person.session.answers)
    person.waits(hours=2)
    person.types(words)
    assert person.at == "nerves"
    assert "coming_back" in person.notes
    now = person.session
    assert not set(now.answers) & (may_have_changed(person.flow) - {"course"})
    assert now.answers["onset"] == kept["onset"], "the day on which it began stays that day"
    assert now.answers["medicines"] == kept["medicines"]
    assert set(heard) <= set(now.heard.get("legs", Many(frozenset())).yes)
    answers_all(person)


def test_a_follow_up_of_what_may_have_changed_is_asked_anew() -> None:
    changed = may_have_changed(listening())
    assert {"nerves", "danger", "warning", "legs", "course", "function", "fever_more", "unsteady_why"} <= changed
    assert not changed & {"for_whom", "age", "medicines", "health", "onset", "how_started"}


def test_a_sign_that_is_typed_after_the_advice_opens_them_too() -> None:
    person = advised()
    person.waits(hours=2)
    person.types("now i have a fever of 39")
    assert person.at == SIGN
    person.tap("no")
    assert person.at == "nerves", "what it said before may not hold any more"


@pytest.mark.parametrize("words", ["its worse", "my leg tingles now", "worse again", "it has changed"])
def test_after_an_emergency_it_is_said_again_first_and_stands(words: str) -> None:
    person = in_emergency()
    latch = person.session.latch
    before = len(person.messages)
    person.types(words)
    assert isinstance(person.turn.effects[0], Advise)
    assert "Get help now" in person.messages[before].plain()
    for screen in emergency_screens(person.flow):
        assert person.at == screen
        assert person.session.latch == latch
        person.tap(person.flow.questions[screen].none or "")
        assert person.level == "emergency"
    assert person.at == EMERGENCY
    assert person.session.latch == latch


def test_after_an_emergency_words_that_tell_no_change_leave_it_as_it_is() -> None:
    person = in_emergency()
    latch = person.session.latch
    person.types("the other leg now")
    assert person.at == EMERGENCY
    assert person.session.latch == latch


def test_a_worse_sign_found_then_is_told_and_chooses_the_way() -> None:
    person = in_emergency()
    person.types("its worse")
    person.tap(person.flow.questions["nerves"].none or "")
    person.tap("chest_pain_or_breathless")
    assert person.at == EMERGENCY
    assert "ask for an ambulance" in person.read
    assert "chest" in person.read.lower()
    assert "between the legs" in person.read


def test_a_sign_typed_in_an_emergency_chooses_the_way_too() -> None:
    person = in_emergency()
    person.types("now i have chest pain")
    assert person.at == EMERGENCY
    assert "ask for an ambulance" in person.read


def test_thanks_and_questions_open_nothing() -> None:
    for words in ("thanks", "ok", "what do you mean", "no"):
        person = in_emergency()
        person.types(words)
        assert person.at == EMERGENCY


@pytest.mark.parametrize("words", ["its the weekend gp is shut", "can i take paracetamol im 20 weeks"])
def test_a_time_alone_begins_no_new_check(words: str) -> None:
    person = advised()
    person.types(words)
    assert person.at == ADVICE


@pytest.mark.parametrize("words", ["but im not havin a heart attack am i", "im ok it eased off tho", "can i drive"])
def test_an_emergency_is_answered_by_itself_until_something_new_is_told(words: str) -> None:
    person = Person(listening())
    person.tap("me")
    person.types("63")
    person.tap("no_nerve_sign", "chest_pain_or_breathless")
    assert person.at == EMERGENCY
    person.types(words)
    assert person.at == EMERGENCY
