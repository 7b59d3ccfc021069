"""An edited message takes back what it said; what was asked once, or told once, is not asked or told again."""

from __future__ import annotations

import pytest

from bot.core.conversation import screens
from bot.core.conversation.events import Advise, Edited, Schedule
from bot.core.conversation.session import ADVICE, EMERGENCY
from bot.core.model.answers import Many
from bot.core.model.readings import Fact, Reading
from tests.support.talking import EMERGENCY_BUTTONS, Person, listening, sprain


@pytest.fixture
def person() -> Person:
    """On the list of medicines of the shipped flow."""
    someone = Person(listening())
    someone.tap("me")
    someone.types("44", 1)
    someone.tap("no_nerve_sign", "no_danger_sign", "no_warning_sign")
    assert someone.at == "medicines"
    return someone


# --- edited messages ---------------------------------------------------------------------------------------------------


def test_an_edit_replaces_the_ticks_of_its_message(person: Person) -> None:
    person.types("statin and warfarin", 2)
    assert set(person.session.ticks) == {"statin", "anticoagulant"}
    person.does(Edited("warfarin", 2))
    assert person.session.ticks == ("anticoagulant",)
    assert "ticked" in person.notes
    person.tap("done")
    assert person.session.answers["medicines"] == Many(frozenset({"anticoagulant"}))


def test_an_edit_after_done_corrects_the_answer(person: Person) -> None:
    person.types("statin and warfarin", 2)
    person.tap("sglt2_inhibitor", "done")
    assert person.at == "muscle_aches"  # because of the statin
    person.tap("no_aches")
    at = person.at
    person.does(Edited("warfarin", 2))
    assert person.session.answers["medicines"] == Many(frozenset({"anticoagulant", "sglt2_inhibitor"}))
    assert "edit_noted" in person.notes
    assert person.at == at


def test_what_another_message_said_too_stays(person: Person) -> None:
    person.types("statin", 2)
    person.types("statin and warfarin", 3)
    person.does(Edited("warfarin", 3))
    assert set(person.session.ticks) == {"statin", "anticoagulant"}


def test_none_as_an_edit_takes_the_ticks_back_and_answers(person: Person) -> None:
    person.types("statin", 2)
    person.does(Edited("none of these", 2))
    assert person.session.answers["medicines"] == Many(frozenset())
    assert person.at != "medicines"


def test_an_edit_that_is_not_understood_takes_nothing_back(person: Person) -> None:
    person.types("statin", 2)
    person.does(Edited("blah", 2))
    assert person.session.ticks == ("statin",)


def test_an_edit_keeps_what_is_ticked_on_another_open_list(person: Person) -> None:
    person.types("warfarin", 2)
    person.tap("done")
    listed = person.at
    person.tap(person.flow.questions[listed].option_ids[0])
    ticked = person.session.ticks
    assert ticked
    person.does(Edited("none of these", 2))
    assert person.session.answers["medicines"] == Many(frozenset())
    assert (person.at, person.session.ticks) == (listed, ticked)


# --- once --------------------------------------------------------------------------------------------------------------


def in_an_emergency(words: str = "", polarity: str | None = None) -> Person:
    someone = Person(sprain().with_reader(lambda text, *_: Reading(polarity=polarity if text == words else None)))  # type: ignore[arg-type]
    someone.tap("for_me", "cold_pale_foot")
    assert someone.at == EMERGENCY
    return someone


def test_whether_help_was_reached_is_asked_once() -> None:
    person = in_an_emergency()
    assert person.effects(Schedule)
    person.types("what now")
    assert person.effects(Schedule)
    person.hears_nothing("help")
    assert [b.choice for row in person.messages[-1].rows for b in row] == EMERGENCY_BUTTONS
    for _ in range(2):
        person.types("thanks")
        assert not person.effects(Schedule)
    person.tap("cant_get_there")
    assert not person.effects(Schedule)


def test_who_gets_help_is_not_asked_about_it() -> None:
    person = in_an_emergency()
    person.tap("getting_help")
    person.types("what now")
    assert not person.effects(Schedule)


@pytest.mark.parametrize(
    ("words", "polarity", "answer"),
    [
        ("yes i am there", "yes", "getting_help_text"),
        ("nope", "no", "cant_get_there_text"),
        ("no, nobody came", None, "cant_get_there_text"),
        ("yes but nobody came", None, "emergency_stands"),
    ],
)
def test_yes_and_no_answer_whether_help_was_reached(words: str, polarity: str | None, answer: str) -> None:
    person = in_an_emergency(words, polarity)
    person.types(words)
    assert person.notes == ["emergency_stands"]
    person.hears_nothing("help")
    person.types(words)
    assert person.notes == [answer]
    assert person.level == "emergency"


def test_the_advice_so_far_is_given_once_until_it_is_more_urgent() -> None:
    person = Person(sprain())
    person.tap("for_me", "no_danger", "crooked", "cannot_bear_weight", "done")
    assert [e.due for e in person.effects(Schedule)] == ["same_day"]  # type: ignore[attr-defined]
    person.hears_nothing("same_day")
    assert person.effects(Advise)
    person.tap("adult")
    assert [e.due for e in person.effects(Schedule)] == ["reminder"]  # type: ignore[attr-defined]
    assert person.at not in (ADVICE, EMERGENCY)


def test_yes_i_am_at_the_hospital_is_a_yes() -> None:
    person = Person(listening())
    person.tap("me", "from_16", "saddle_numbness")
    person.hears_nothing("help")
    person.types("yes i am at the hospital now")
    assert person.notes == ["getting_help_text"]


def test_facts_are_no_ticks() -> None:
    reading = Reading(facts=(Fact("health", ("diabetes",), "diabetes"),))
    person = Person(sprain().with_reader(lambda *_: reading))
    person.tap("for_me")
    person.types("I have diabetes", 5)
    assert person.session.told == ()


# --- typed words that were taken for more than they say ----------------------------------------------------------------


def test_a_number_on_a_list_ticks_its_line_and_leaves_the_list_open() -> None:
    person = Person(listening())
    person.tap("me", "from_16", "no_nerve_sign", "no_danger_sign", "no_warning_sign")
    person.session = person.session.but(at="where")
    person.types("7")
    assert person.at == "where"
    assert person.session.ticks == (person.flow.questions["where"].option_ids[6],)
    assert "where" not in person.session.answers


def test_hardly_able_to_work_is_no_heavy_work() -> None:
    person = Person(listening())
    person.tap("me", "from_16", "no_nerve_sign", "no_danger_sign", "no_warning_sign")
    person.session = person.session.but(at="how_started")
    person.types("i can barely work but ok")
    assert "how_started" not in person.session.answers
    person.types("hard work")
    assert person.session.answers["how_started"] == "sport_or_heavy_work"


@pytest.mark.parametrize("whom", ["me", "with_me"])
def test_who_may_drive_is_said_without_contradiction(whom: str) -> None:
    person = Person(listening())
    person.tap(whom, "from_16", "saddle_numbness")
    assert ("Don't drive yourself" in person.read) == (whom == "me")
    assert ("They must not drive. You can drive them" in person.read) == (whom == "with_me")


def test_back_after_the_advice_says_how_to_change_an_answer() -> None:
    person = Person(listening())
    person.session = person.session.but(at=ADVICE, consented=True)
    person.commands("back")
    assert "/review" in person.read


# --- why ---------------------------------------------------------------------------------------------------------------


def test_why_gives_the_deciding_reasons_first_and_names_its_sources_in_words() -> None:
    person = Person(listening())
    person.tap("me", "from_16", "saddle_numbness")
    person.commands("why")
    short = person.read
    sources = person.flow.evidence.sources
    assert "A new change of feeling between the legs" in short
    assert "should not drive there alone" not in short
    assert len(short) < 1200
    assert not any(f"[{s.source}" in short or f", {s.source}" in short for s in sources)
    assert any(s.title in short for s in sources)
    more = person.messages[-1].rows[0][0]
    assert more.choice == screens.MORE_REASONS
    tapped = screens.decode(person.flow, more.data)
    assert tapped is not None
    person.does(tapped)
    assert person.read != short
    assert "A new change of feeling between the legs" not in person.read
    assert "should not drive there alone" in person.read
    assert not person.messages[-1].rows
    typed = person.read
    person.types("more reasons")
    assert person.read == typed
