"""What the bot does when a person answers, hesitates, corrects, waits and taps what is gone. On the small flow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.conversation import screens
from bot.core.conversation.events import (
    Acknowledge,
    Ask,
    Edited,
    Erase,
    Explain,
    Received,
    Redraw,
    Schedule,
    Started,
    Tapped,
)
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, STOPPED, Session
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from tests.support.ankle import to_the_review
from tests.support.talking import Person

# --- the way through --------------------------------------------------------------------------------------------------


def test_an_uncomplicated_patient_gets_self_care(person: Person) -> None:
    to_the_review(person)
    person.tap("as_usual")
    assert person.at == ADVICE
    assert person.advised is not None
    assert person.advised.level == "self_care"
    assert person.advised.rules == ("uncomplicated",)


def test_every_advice_ends_with_time_and_signoff(person: Person) -> None:
    to_the_review(person)
    person.tap("as_usual")
    assert person.read.splitlines()[-1].removeprefix("\u2022 ").startswith("Foot 18:00 Day 20 November")
    assert "Not signed off" in person.read


def test_an_emergency_sign_is_answered_on_the_first_tap(person: Person) -> None:
    turn = person.tap("bone_through_skin")
    assert person.at == EMERGENCY
    assert turn.trace.path == ("danger", EMERGENCY)
    assert [e for e in turn.effects if isinstance(e, Schedule)] == [Schedule("help", 1200, urgent=True)]


def test_the_order_of_rules_never_matters(flow: Flow) -> None:
    backwards = replace(flow, rules=tuple(reversed(flow.rules)))
    for one in (flow, backwards):
        someone = Person(one)
        someone.tap("for_me", "no_danger", "crooked", "cannot_bear_weight", "done")
        assert someone.level == "same_day"


def test_nothing_is_kept_before_consent(flow: Flow) -> None:
    someone = Person(flow)
    someone.types("my foot is dead cold")
    assert "sign_plain" in someone.notes
    assert "dead cold" not in someone.session.to_json()
    assert someone.session.signs == ()
    assert someone.at == "for_whom"


def test_declining_ends_the_chat_and_keeps_nothing(flow: Flow) -> None:
    someone = Person(flow)
    someone.tap("no_thanks")
    assert someone.at == STOPPED
    assert dict(someone.session.answers) == {}


# --- not sure ---------------------------------------------------------------------------------------------------------


def test_not_sure_on_a_list_is_no_answer_but_is_cleared_item_by_item(person: Person) -> None:
    person.tap("not_sure")
    assert person.at == "danger/which"
    person.tap("foot_wont_move", "cold_pale_foot", "done")
    assert person.session.queue == ("cold_pale_foot", "foot_wont_move")
    person.tap("no")
    assert person.at == "danger/alone"
    person.tap("no")
    assert person.session.answers["danger"] == Many(frozenset())
    assert person.at == "warning"


def test_still_unsure_of_an_emergency_sign_counts_as_yes_and_says_so(person: Person) -> None:
    person.tap("not_sure", "all_of_them", "no", "not_sure")
    assert person.at == EMERGENCY
    assert person.session.latch is not None
    assert person.session.latch.option == "bone_through_skin"
    assert person.session.latch.unsure
    assert "Emergency from unsure" in person.read


def test_unsure_of_a_weaker_sign_is_asked_to_the_end(person: Person) -> None:
    person.tap("no_danger", "not_sure", "all_of_them", "no", "not_sure", "yes")
    assert person.session.answers["warning"] == Many(frozenset({"crooked"}), frozenset({"cannot_bear_weight"}))


def test_done_without_a_tick_asks_whether_it_is_none(person: Person) -> None:
    person.tap("no_danger", "done")
    assert person.at == "warning"
    assert "which_none" in person.notes
    assert "warning" not in person.session.answers


def test_ticks_are_drawn_in_place_and_none_clears_them(person: Person) -> None:
    person.tap("no_danger", "fever", "crooked")
    assert person.effects(Redraw)
    person.tap("no_warning")
    assert person.session.ticks == ()
    assert person.at == "warning"


# --- corrections ------------------------------------------------------------------------------------------------------


def test_back_keeps_later_answers(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult")
    person.commands("back")
    assert person.at == "age"
    person.tap("from_55")
    assert person.at == "health"


def test_a_corrected_answer_keeps_those_that_still_apply(person: Person) -> None:
    to_the_review(person)
    person.tap("change:onset")
    person.tap("weeks")
    assert person.at == "course"
    person.tap("better")
    assert person.at == REVIEW
    assert "pain" in person.session.answers


def test_an_answer_that_no_longer_applies_counts_no_more(person: Person) -> None:
    person.tap("no_danger", "fever", "done", "fever_mild", "some_more")
    person.commands("review")
    person.tap("change:warning", "no_warning")
    assert "fever_more" in person.session.answers
    assert person.turn.trace.fired == ()


def test_below_an_emergency_a_correction_may_lower_the_level(person: Person) -> None:
    person.tap("no_danger", "crooked", "done")
    assert person.level == "same_day"
    person.commands("review")
    person.tap("change:warning", "no_warning")
    assert person.level is None


def test_no_correction_lowers_an_emergency(person: Person) -> None:
    person.tap("cold_pale_foot")
    for act in ("back", "review", "help"):
        person.commands(act)
        assert person.level == "emergency"
        assert person.at == EMERGENCY
    person.types("no")
    assert person.level == "emergency"


def test_tapped_by_mistake_starts_a_fresh_check_with_that_sign_first(person: Person) -> None:
    to_the_review(person)
    person.tap("different", "foot_wont_move")
    assert person.at == EMERGENCY
    old = person.session.id
    person.tap("mistake")
    assert person.at == MISTAKE
    person.tap("no")
    assert person.session.id != old
    assert person.session.latch is None
    assert person.at == "danger"
    assert "warning" in person.session.answers


def test_a_mistake_that_was_none_stays_an_emergency(person: Person) -> None:
    person.tap("cold_pale_foot", "mistake", "not_sure")
    assert person.at == EMERGENCY
    assert person.level == "emergency"


def test_something_different_at_the_last_check_is_looked_for_item_by_item(person: Person) -> None:
    to_the_review(person)
    person.tap("different", "no_danger")
    assert person.at == "danger/alone"
    person.tap("no", "no")
    assert person.at == REVIEW


def test_an_edited_message_corrects_its_answer(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    person.types("30", message=7)
    assert person.at == "health"
    person.does(Edited("12", 7))
    assert person.session.answers["age"].low == 12
    assert person.at == "health"
    assert "edit_noted" in person.notes


# --- taps that come late or twice -------------------------------------------------------------------------------------


def test_a_double_tap_is_one_answer(person: Person) -> None:
    old = person.session
    person.tap("no_danger")
    after = person.session
    turn = person.does(Tapped(old.id, old.turn, "danger", "no_danger"))
    assert turn.effects == (Acknowledge(), Schedule("reminder", 7200))
    assert person.session == after


def test_after_a_double_tap_on_an_emergency_silence_is_still_followed_up(person: Person) -> None:
    old = person.session
    person.tap("cold_pale_foot")
    turn = person.does(Tapped(old.id, old.turn, "danger", "cold_pale_foot"))
    assert Schedule("help", 1200, urgent=True) in turn.effects


def test_an_old_keyboard_that_would_change_an_answer_asks(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    old = person.session
    person.tap("adult", "no_health")
    person.does(Tapped(old.id, old.turn, "age", "from_55"))
    assert person.at == CHANGE
    person.tap("change_it")
    assert person.session.answers["age"].low == 55
    assert person.level == "see_soon"


def test_a_red_flag_on_an_old_keyboard_counts(person: Person) -> None:
    old = person.session
    person.tap("no_danger", "no_warning", "adult")
    person.does(Tapped(old.id, old.turn, "danger", "cold_pale_foot"))
    assert person.at == SIGN
    person.tap("yes")
    assert person.at == EMERGENCY


def test_a_sticker_gets_a_kind_line_and_the_question_again(person: Person) -> None:
    person.does(Received("sticker"))
    assert person.notes == ["cant_read"]
    assert person.at == "danger"


# --- exits, silence, ends ---------------------------------------------------------------------------------------------


def test_the_exit_is_offered_when_nothing_left_can_raise_the_level(person: Person) -> None:
    person.tap("no_danger", "fever", "done", "fever_mild")
    assert person.at == EXIT
    person.tap("tell_me_now")
    assert person.at == REVIEW
    person.tap("as_usual")
    assert person.advised is not None
    assert person.advised.level == "same_day"


def test_silence_with_a_same_day_sign_brings_the_advice_so_far(person: Person) -> None:
    turn = person.tap("no_danger", "crooked", "done")
    assert Schedule("same_day", 900, urgent=True) in turn.effects
    person.hears_nothing("same_day")
    assert person.advised is not None
    assert person.advised.so_far
    assert person.at == EXIT


def test_silence_without_a_sign_brings_one_reminder_without_health_words(person: Person) -> None:
    turn = person.tap("no_danger")
    assert Schedule("reminder", 7200) in turn.effects
    person.hears_nothing("reminder")
    assert person.notes == ["silence_reminder"]


def test_after_six_hours_the_emergency_screens_come_again(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult")
    person.waits(hours=7)
    person.does(Started())
    assert "resumed" in person.notes
    assert person.at == "danger"
    assert "age" in person.session.answers


def test_a_range_that_has_come_to_straddle_a_threshold_is_asked_again(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult", "no_health", "days")
    assert person.at == "spasm_length"
    person.waits(days=2)
    person.does(Started())
    person.tap("no_danger")
    assert person.at == "onset"


def test_stop_with_a_sign_gives_the_advice_that_stands(person: Person) -> None:
    person.tap("no_danger", "crooked", "done")
    person.commands("stop")
    assert person.at == STOPPED
    assert person.advised is not None
    assert person.advised.level == "same_day"


def test_forgetting_asks_first(person: Person) -> None:
    person.commands("forget")
    assert not person.effects(Erase)
    person.does(Tapped(person.session.id, person.session.turn, "FORGETTING", "forget_button"))
    assert person.effects(Erase)


def test_a_language_is_chosen_by_a_button_and_what_was_asked_stays_asked(flow: Flow) -> None:
    french = flow.texts["en"].model_copy(update={"name": "Français"})
    person = Person(replace(flow, texts={**flow.texts, "fr": french}))
    person.tap("for_me")
    asked, turn = person.at, person.session.turn
    person.commands("language")
    assert [(button.label, button.choice) for row in person.messages[-1].rows for button in row] == [
        ("English", "en"),
        ("Français", "fr"),
    ]
    person.tap("no_danger")
    person.does(Tapped(person.session.id, turn, screens.LANGUAGE, "fr"))  # its keyboard still stands, and still works
    assert person.session.lang == "fr"
    assert person.at != asked
    assert person.effects(Ask)[-1].screen == person.at
    person.does(Tapped(person.session.id, turn, screens.LANGUAGE, "xx"))
    assert person.session.lang == "fr"


def test_why_explains_the_question_and_the_advice(person: Person) -> None:
    person.commands("why")
    assert person.effects(Explain)
    to_the_review(person)
    person.tap("as_usual", "why")
    assert "Rest" in person.read or "[" in person.read


def test_a_session_of_a_newer_release_is_refused() -> None:
    with pytest.raises(ValueError, match="newer release"):
        Session.from_json('{"schema": 99}')
