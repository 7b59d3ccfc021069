"""No red flag is lost: signs that wait, lists that are not done, late taps, corrections, silences, midnight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.conversation import screens
from bot.core.conversation.events import (
    Acknowledge,
    Commanded,
    Edited,
    Elapsed,
    Received,
    Redraw,
    Say,
    Schedule,
    Tapped,
    Typed,
)
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, EXIT, REVIEW, SIGN, STOPPED, Session
from bot.core.model.answers import Many
from bot.core.model.readings import Fact, Reading, Sign
from bot.service.versions import moved
from tests.support.talking import EMERGENCY_BUTTONS, Person, back_spasm, sprain

TO_THE_REVIEW = (
    "no_danger", "no_warning", "adult", "no_health", "today", "seconds", "no", "never", "3", "no_movement",
)  # fmt: skip


def reader(text: str, now: datetime, lang: str, question: str | None) -> Reading:
    """A reader that knows a few sentences."""
    table = {
        "cold foot": Reading(signs=(Sign("cold_pale_foot", "cold foot"),)),
        "fever": Reading(signs=(Sign("fever", "fever"),)),
        "cold foot and fever": Reading(signs=(Sign("fever", "fever"), Sign("cold_pale_foot", "cold foot"))),
        "no": Reading(polarity="no"),
        "not sure": Reading(polarity="not_sure"),
        "3.5 days ago": Reading(facts=(Fact("onset", 3.5, "3.5 days ago"),)),
    }
    return table.get(text, Reading())


@pytest.fixture
def person() -> Person:
    someone = Person(sprain().with_reader(reader))
    someone.tap("for_me")
    return someone


def old_tap(person: Person, before: Session, choice: str, screen: str = "") -> None:
    person.does(Tapped(before.id, before.turn, screen or before.at, choice))


# --- a sign that waits for its yes or no -------------------------------------------------------------------------------


def test_an_old_keyboard_does_not_lead_away_from_a_sign_that_waits(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    age = person.session
    person.tap("adult")
    person.types("cold foot")
    old_tap(person, age, "from_55")
    assert person.at == SIGN
    person.tap("yes")
    assert person.at == EMERGENCY


def test_beginning_again_does_not_drop_a_sign_that_waits(person: Person) -> None:
    person.types("cold foot")
    person.commands("restart")
    assert "sign_plain" in person.notes
    person.tap("for_me")
    assert person.at == SIGN


def test_stopping_says_that_the_sign_stands(person: Person) -> None:
    person.types("cold foot")
    person.commands("stop")
    assert person.notes == ["sign_stands", "stopped"]
    person.tap("again")
    person.tap("for_me")
    assert person.at == SIGN


def test_another_version_asks_for_the_sign_that_waits(person: Person) -> None:
    person.types("cold foot")
    person.session = moved(person.session, person.flow, person.flow)
    person.types("hello")
    assert person.at == SIGN


def test_the_sign_is_said_again_whenever_it_is_asked_again(person: Person) -> None:
    person.types("cold foot")
    for event in (Commanded("help"), Typed("what?"), Received("photo")):
        person.does(event)
        assert person.at == SIGN
        assert "cold foot" in person.read


def test_of_two_signs_the_more_urgent_is_asked_first_and_the_other_after_it(person: Person) -> None:
    person.types("cold foot and fever")
    assert "cold foot" in person.read
    person.tap("no")
    assert person.at == SIGN
    assert "Fever" in person.read


def test_a_tapped_emergency_goes_before_a_sign_that_waits(person: Person) -> None:
    danger = person.session
    person.tap("no_danger")
    person.types("fever")
    old_tap(person, danger, "cold_pale_foot")
    assert person.session.signs[0].option == "cold_pale_foot"


def test_a_mistake_keeps_the_other_sign_that_waits(person: Person) -> None:
    person.types("cold foot and fever")
    person.tap("yes")
    person.tap("mistake")
    person.tap("no")
    assert [s.option for s in person.session.signs] == ["fever"]
    person.tap("no_danger")
    assert person.at == SIGN


def test_a_sign_amid_a_list_asked_item_by_item_returns_to_it(person: Person) -> None:
    person.tap("no_danger", "not_sure", "all_of_them", "yes")
    person.types("cold foot")
    person.tap("no")
    assert person.at == "warning/alone"
    assert person.session.found == Many(frozenset({"fever"}))


# --- an emergency that stands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["back", "review", "help"])
def test_an_emergency_is_said_again_in_words(person: Person, name: str) -> None:
    person.tap("cold_pale_foot")
    person.commands(name)
    assert person.at == EMERGENCY
    assert "a cold or pale foot" in person.read
    assert {b.choice for row in person.messages[-1].rows for b in row} == set(EMERGENCY_BUTTONS)


@pytest.mark.parametrize("name", ["start", "restart"])
def test_beginning_again_says_that_the_emergency_stands(person: Person, name: str) -> None:
    person.tap("cold_pale_foot")
    person.commands(name)
    said = [e for e in person.turn.effects if isinstance(e, Say)]
    assert said[0].key == "emergency_stands"
    assert said[0].urgent
    assert any("a cold or pale foot" in m.plain() and not m.rows for m in person.messages)


# --- taps that come late or twice --------------------------------------------------------------------------------------


def test_yes_on_the_keyboard_of_an_item_asked_alone_counts_late(person: Person) -> None:
    person.tap("not_sure", "all_of_them")
    first = person.session
    person.tap("no")
    old_tap(person, first, "yes")
    assert person.at == SIGN
    person.tap("yes")
    assert person.session.latch is not None
    assert person.session.latch.option == "cold_pale_foot"


def test_yes_on_the_keyboard_of_a_sign_that_was_denied_counts(person: Person) -> None:
    person.types("cold foot")
    asked = person.session
    person.tap("no")
    old_tap(person, asked, "yes")
    assert person.at == SIGN


def test_no_twice_to_an_item_asked_alone_answers_one_item(person: Person) -> None:
    person.tap("not_sure", "all_of_them")
    first = person.session
    person.tap("no")
    old_tap(person, first, "no")
    assert person.session.queue == ("bone_through_skin", "foot_wont_move")


def button(person: Person, choice: str) -> str:
    return next(b.data for m in reversed(person.messages) for row in m.rows for b in row if b.choice == choice)


def press(person: Person, data: str) -> None:
    tapped = screens.decode(person.flow, data)
    assert tapped is not None
    person.does(tapped)


def test_a_double_tap_on_a_line_ticks_it_once(person: Person) -> None:
    person.tap("no_danger")
    data = button(person, "fever")
    press(person, data)
    press(person, data)
    assert list(person.session.ticks) == ["fever"]
    assert person.effects(Redraw)
    press(person, button(person, "fever"))
    assert not person.session.ticks


def test_a_double_tap_ticks_once_where_the_unsure_lines_are_chosen(person: Person) -> None:
    person.tap("not_sure")
    data = button(person, "foot_wont_move")
    press(person, data)
    press(person, data)
    assert person.session.ticks == ("foot_wont_move",)


def test_a_red_flag_of_an_older_chat_before_consent_is_answered_and_not_kept() -> None:
    person = Person(sprain())
    person.does(Tapped("older0000000", 3, "danger", "cold_pale_foot"))
    assert "sign_plain" in person.notes
    assert person.at == "for_whom"
    assert "cold_pale_foot" not in person.session.to_json()


# --- lists that are not done -------------------------------------------------------------------------------------------


def test_numbers_come_to_what_is_ticked(person: Person) -> None:
    person.tap("no_danger", "fever")
    person.types("3")
    person.tap("done")
    assert person.session.answers["warning"] == Many(frozenset({"fever", "crooked"}))


def test_silence_after_a_tick_is_followed_up_by_its_urgency(person: Person) -> None:
    turn = person.tap("no_danger", "fever")
    assert Schedule("same_day", 900, urgent=True) in turn.effects
    person.hears_nothing("same_day")
    assert person.advised is not None
    assert person.advised.level == "same_day"
    assert person.session.ticks == ("fever",)
    assert person.at == "warning"


def test_stopping_amid_a_list_counts_what_is_ticked(person: Person) -> None:
    person.tap("no_danger", "fever")
    person.commands("stop")
    assert person.at == STOPPED
    assert person.advised is not None
    assert person.advised.level == "same_day"


def test_unreadable_answers_amid_a_list_lose_no_yes(person: Person) -> None:
    person.tap("no_danger", "not_sure", "all_of_them", "yes")
    for _ in range(8):
        person.types("qwertz")
    assert person.at != ADVICE
    assert person.level == "same_day"


def test_whatever_the_patient_did_last_silence_is_followed_up(person: Person) -> None:
    person.tap("no_danger", "crooked", "done")
    for name in ("why", "mydata", "privacy", "help", "language"):
        turn = person.commands(name)
        assert Schedule("same_day", 900, urgent=True) in turn.effects


def test_nothing_is_scheduled_for_a_chat_that_is_erased(person: Person) -> None:
    person.commands("forget")
    turn = person.does(Tapped(person.session.id, person.session.turn, "FORGETTING", "forget_button"))
    assert not [e for e in turn.effects if isinstance(e, Schedule)]


# --- corrections -------------------------------------------------------------------------------------------------------


def test_after_tell_me_now_a_new_answer_is_followed_up(person: Person) -> None:
    person.tap("no_danger", "crooked", "done", "adult", "no_health", "today", "seconds", "no", "no", "never")
    assert person.at == EXIT
    person.tap("tell_me_now")
    person.tap("change:warning", "fever", "done")
    assert person.at == "fever_more"


def test_after_tell_me_now_a_typed_sign_is_followed_up(person: Person) -> None:
    person.tap("no_danger", "crooked", "done", "adult", "no_health", "today", "seconds", "no", "no", "never")
    person.tap("tell_me_now")
    person.types("fever")
    person.tap("yes")
    assert person.at == "fever_more"


def test_not_sure_at_the_last_check_keeps_signs_that_it_does_not_ask(person: Person) -> None:
    someone = Person(back_spasm())
    someone.tap("me", "from_16", "gait_unsteady", "dizzy_or_unsteady", "no_danger_sign")
    assert someone.level == "same_day"
    someone.commands("review")
    someone.tap("not_sure", "no", "no", "no", "no")
    assert someone.session.answers["nerves"] == Many(frozenset({"gait_unsteady"}))
    assert someone.level == "same_day"


def test_something_different_adds_to_what_was_said(person: Person) -> None:
    someone = Person(back_spasm())
    someone.tap("me", "from_16", "gait_unsteady", "dizzy_or_unsteady", "no_danger_sign")
    someone.commands("review")
    someone.tap("different", "saddle_numbness")
    assert someone.at == EMERGENCY
    assert someone.session.answers["nerves"] == Many(frozenset({"gait_unsteady", "saddle_numbness"}))


def test_an_items_own_answer_decides_about_it(person: Person) -> None:
    person.tap("no_danger", "fever", "not_sure", "fever", "done", "no")
    assert person.session.answers["warning"] == Many(frozenset())


def test_a_heard_sign_can_be_corrected_but_is_not_silently_dropped(person: Person) -> None:
    person.types("fever")
    person.tap("yes", "no_danger", "no_warning")
    assert person.level == "same_day"
    person.commands("review")
    person.tap("change:warning", "no_warning")
    assert person.level is None


def test_a_heard_sign_stays_while_the_list_is_cleared_up_item_by_item(person: Person) -> None:
    person.types("fever")
    person.tap("yes", "no_danger", "not_sure", "crooked", "done", "no")
    assert person.session.answers["warning"] == Many(frozenset({"fever"}))


def test_not_sure_in_an_edited_message_is_an_answer(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult", "no_health", "today", "seconds")
    person.types("no", message=9)
    person.does(Edited("not sure", 9))
    assert person.session.answers["swelling"] == "not_sure"


def test_not_sure_in_an_edited_message_clears_up_a_list(person: Person) -> None:
    person.types("0", message=9)
    assert person.at == "warning"
    person.does(Edited("not sure", 9))
    assert person.at == "danger/which"


def test_what_a_withdrawn_choice_answered_besides_goes_with_it() -> None:
    someone = Person(back_spasm())
    someone.tap(
        "me", "from_16", "no_nerve_sign", "no_danger_sign", "no_warning_sign", "no_medicine", "no_history", "today",
        "lifting_bending_twisting", "low_back", "done", "no_leg_sign", "slower", "no_movement",
    )  # fmt: skip
    assert someone.at == "spasm_length"
    someone.tap("once_then_sore")
    assert someone.session.answers["comes_back"] == "no"
    someone.commands("back")
    someone.tap("longer_than_15")
    assert someone.session.answers["comes_back"] == "yes"


# --- silences and midnight ---------------------------------------------------------------------------------------------


def test_a_line_changed_after_six_hours_brings_the_emergency_screens(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult")
    person.waits(hours=8)
    person.does(Tapped(person.session.id, person.session.turn, REVIEW, "change:age"))
    assert "resumed" in person.notes
    person.tap("adult")
    assert person.at == "danger"


def test_an_edit_after_six_hours_brings_the_emergency_screens(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    person.types("30", message=7)
    person.waits(hours=8)
    person.does(Edited("31", 7))
    assert person.at == "danger"


def test_carrying_on_after_six_hours_brings_the_emergency_screens(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    person.waits(hours=8)
    person.does(Tapped(person.session.id, person.session.turn, screens.CRISIS, screens.CARRY_ON))
    person.tap("adult")
    assert person.at == "danger"


def test_an_old_advice_is_not_renewed_without_the_emergency_screens(person: Person) -> None:
    person.tap(*TO_THE_REVIEW, "as_usual")
    person.waits(days=1)
    person.commands("review")
    assert person.at == "danger"
    assert "resumed" in person.notes


def test_a_sign_denied_after_an_old_advice_brings_the_emergency_screens(person: Person) -> None:
    person.tap(*TO_THE_REVIEW, "as_usual")
    person.waits(days=1)
    person.types("cold foot")
    person.tap("no")
    assert person.at == "danger"


def test_an_advice_of_a_moment_ago_can_be_reviewed(person: Person) -> None:
    person.tap(*TO_THE_REVIEW, "as_usual")
    person.waits(minutes=5)
    person.commands("review")
    assert person.at == REVIEW


def test_a_date_that_straddles_a_threshold_after_midnight_is_asked_again() -> None:
    someone = Person(sprain())
    someone.now = datetime(2026, 11, 20, 23, 50, tzinfo=UTC)
    someone.session = someone.session.but(seen=someone.now)
    someone.tap("for_me", "no_danger", "no_warning", "adult", "no_health", "days")
    someone.now += timedelta(minutes=20)
    someone.tap("seconds")
    assert someone.at == "onset"
    assert "resumed" not in someone.notes


def test_a_time_that_straddles_a_threshold_once_it_is_a_date_is_asked_about(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult", "no_health")
    person.types("3.5 days ago")
    assert person.at == "onset"
    assert "unclear" in person.notes


def test_silence_itself_is_no_word_of_the_patient(person: Person) -> None:
    person.tap("no_danger")
    seen = person.session.seen
    person.waits(hours=2)
    person.does(Elapsed("reminder"))
    assert person.session.seen == seen


def test_change_is_left_by_a_word_of_its_own(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    age = person.session
    person.tap("adult")
    old_tap(person, age, "from_55")
    assert person.at == CHANGE
    turn = person.does(Tapped(age.id, age.turn, "age", "from_55"))
    assert Acknowledge("stale_tap") in turn.effects
    assert person.at == CHANGE


# --- what is said first ------------------------------------------------------------------------------------------------


def test_before_consent_the_emergency_among_several_signs_is_said_first_and_goes_first() -> None:
    several = Reading(
        signs=tuple(
            Sign(s, s) for s in ("fever", "cannot_bear_weight", "fever", "cannot_bear_weight", "cold_pale_foot")
        )
    )
    someone = Person(sprain().with_reader(lambda *_: several))
    turn = someone.types("all of it")
    first = turn.effects[0]
    assert isinstance(first, Say)
    assert first.params["answer"] == "cold_pale_foot"
    assert first.urgent


def test_silence_while_an_emergency_is_being_taken_back_asks_whether_help_was_reached(person: Person) -> None:
    person.tap("cold_pale_foot")
    turn = person.tap("mistake")
    assert Schedule("help", 1200, urgent=True) in turn.effects
    person.hears_nothing("help")
    assert person.notes == ["silence_help"]
    assert person.session.latch is not None


def test_somebody_who_cannot_get_there_is_asked_again(person: Person) -> None:
    person.tap("cold_pale_foot")
    turn = person.tap("cant_get_there")
    assert Schedule("help", 1200, urgent=True) in turn.effects


@pytest.mark.parametrize("text", ["no", "yes", "not sure", "stop", "restart"])
def test_an_edit_answers_no_question_about_a_red_flag(person: Person, text: str) -> None:
    person.types("cold foot", message=5)
    person.does(Edited(text, 5))
    assert person.at == SIGN
    assert person.session.signs[0].option == "cold_pale_foot"
    person.tap("yes", "mistake")
    person.does(Edited(text, 5))
    assert person.session.latch is not None
    assert person.level == "emergency"


def test_an_edit_at_an_emergency_may_bring_another_one(person: Person) -> None:
    person.tap("bone_through_skin")
    person.does(Edited("cold foot", 5))
    assert person.advised is not None
    assert person.advised.level == "emergency"
