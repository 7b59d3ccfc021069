"""What the bot does when a person answers, hesitates, corrects, types, waits and taps what is gone. On the small flow."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

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
from bot.core.model.readings import Fact, Reading, Rejected, Sign, Unclear
from tests.support.talking import Person, back_spasm, sprain


def reader(text: str, now: datetime, lang: str, question: str | None) -> Reading:
    """A reader that knows a few sentences, so that these tests are about the engine."""
    table = {
        "my foot is dead cold": Reading(signs=(Sign("cold_pale_foot", "dead cold"),)),
        "foot looks odd": Reading(signs=(Sign("cold_pale_foot", "looks odd", plain=False),)),
        "i have a fever": Reading(signs=(Sign("fever", "a fever"),), facts=(Fact("warning", ("fever",), "a fever"),)),
        "i want to die": Reading(crisis=True),
        "i want to die, my foot is dead cold": Reading(crisis=True, signs=(Sign("cold_pale_foot", "dead cold"),)),
        "his foot is dead cold": Reading(rejected=(Rejected("cold_pale_foot", "dead cold", "other_person"),)),
        "no": Reading(polarity="no"),
        "yes": Reading(polarity="yes"),
        "dunno": Reading(polarity="not_sure"),
        "i am 44, twisted it yesterday": Reading(facts=(Fact("age", 44, "44"), Fact("onset", 1, "yesterday"))),
    }
    return table.get(text.casefold(), Reading())


@pytest.fixture
def flow() -> Flow:
    return sprain().with_reader(reader)


@pytest.fixture
def person(flow: Flow) -> Person:
    someone = Person(flow)
    someone.tap("for_me")
    return someone


def to_the_review(person: Person) -> None:
    """Answers like an uncomplicated patient, up to the review."""
    person.tap("no_danger", "no_warning", "adult", "no_health", "today", "seconds", "no", "never", "3", "no_movement")
    assert person.at == REVIEW


# --- the way through ---------------------------------------------------------------------------------------------------


def test_an_uncomplicated_patient_gets_self_care(person: Person) -> None:
    to_the_review(person)
    person.tap("as_usual")
    assert person.at == ADVICE
    assert person.advised is not None
    assert person.advised.level == "self_care"
    assert person.advised.rules == ("uncomplicated",)


def test_every_advice_ends_with_time_version_and_signoff(person: Person) -> None:
    to_the_review(person)
    person.tap("as_usual")
    assert person.read.splitlines()[-1].startswith("Foot 18:00 Day 20 November")
    assert person.flow.version[:8] in person.read
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


# --- not sure ----------------------------------------------------------------------------------------------------------


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


# --- corrections -------------------------------------------------------------------------------------------------------


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


# --- typed words -------------------------------------------------------------------------------------------------------


def test_a_typed_sign_counts_at_once_and_is_asked_about(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    turn = person.types("my foot is dead cold")
    assert person.at == SIGN
    asked = [e for e in turn.effects if isinstance(e, Ask)]
    assert [a.urgent for a in asked] == [True]
    assert "sign_plain" in person.notes
    assert person.session.latch is None


def test_only_a_direct_no_removes_a_typed_sign(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    person.types("my foot is dead cold")
    for words in ("44", "what?", "back"):
        person.types(words)
        assert person.at == SIGN
    person.types("no")
    assert person.at == "age"
    assert person.session.signs == ()


@pytest.mark.parametrize("answer", ["yes", "dunno"])
def test_yes_or_not_sure_to_a_typed_sign_latches(person: Person, answer: str) -> None:
    person.types("my foot is dead cold")
    person.types(answer)
    assert person.at == EMERGENCY
    assert person.session.latch is not None


def test_a_possible_sign_is_asked_about_in_one_tap(person: Person) -> None:
    person.tap("no_danger")
    person.types("foot looks odd")
    assert person.at == SIGN
    assert "sign_possible" in person.notes
    person.tap("yes")
    assert person.at == EMERGENCY


def test_a_typed_same_day_sign_ticks_its_list_whatever_the_list_says(person: Person) -> None:
    person.types("i have a fever")
    assert person.at == SIGN
    person.tap("yes")
    person.tap("no_danger", "no_warning")
    assert person.level == "same_day"


def test_a_wish_to_die_gets_the_crisis_text_and_the_chat_stays(person: Person) -> None:
    person.tap("no_danger")
    person.types("I want to die")
    assert person.notes == ["crisis"]
    assert person.at == "warning"


def test_the_crisis_text_never_cancels_an_emergency(person: Person) -> None:
    person.types("I want to die, my foot is dead cold")
    assert "crisis" in person.notes
    assert person.at == SIGN
    person.tap("yes")
    person.types("I want to die")
    assert "crisis" in person.notes
    assert person.level == "emergency"


def test_facts_for_other_questions_are_kept_and_shown(person: Person) -> None:
    person.types("I am 44, twisted it yesterday")
    assert person.session.answers["age"].low == 44
    assert person.at == "danger"
    person.tap("no_danger", "no_warning")
    assert person.at == "health"
    person.tap("no_health")
    assert person.at == "spasm_length"


def test_unreadable_answers_example_then_choices_then_safe_advice(person: Person) -> None:
    person.types("qwertz")
    assert person.notes == ["unreadable_example"]
    person.types("qwertz")
    assert person.notes == ["unreadable_choices"]
    person.types("qwertz")
    assert person.advised is not None
    assert person.advised.unplaced
    assert person.advised.level == "same_day"  # the emergency screen was never answered


def test_who_cannot_be_placed_after_the_emergency_screens_is_seen_soon(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    for _ in range(3):
        person.types("qwertz")
    assert person.advised is not None
    assert person.advised.unplaced
    assert person.advised.level == "see_soon"


def test_numbers_pick_lines_of_a_list(person: Person) -> None:
    person.types("0")
    assert person.at == "warning"
    person.types("1 and 3")
    assert person.at == "warning"
    assert "ticked" in person.notes
    person.tap("done")
    assert person.session.answers["warning"].yes == {"fever", "crooked"}


def test_words_on_a_list_of_signs_tick_but_do_not_rule_out_the_rest(person: Person) -> None:
    person.tap("no_danger")
    person.types("crooked shape")
    assert person.session.ticks == ("crooked",)
    assert person.at == "warning"


def test_ten_thousand_characters_are_an_unreadable_answer(person: Person) -> None:
    person.types("x" * 10_000)
    assert person.notes == ["unreadable_example"]


# --- taps that come late or twice --------------------------------------------------------------------------------------


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


# --- exits, silence, ends ----------------------------------------------------------------------------------------------


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


# --- what people type --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["no", "none of these", "0"])
def test_no_after_a_ticked_sign_means_no_others(person: Person, word: str) -> None:
    person.tap("no_danger")
    person.types("crooked shape")
    person.types(word)
    assert person.session.answers["warning"].yes == {"crooked"}
    assert person.level == "same_day"


@pytest.mark.parametrize(("question", "number"), [("onset", "2"), ("onset", "0"), ("spasm_length", "5")])
def test_a_bare_number_is_no_time_and_is_asked_about(person: Person, question: str, number: str) -> None:
    person.tap("no_danger", "no_warning", "adult", "no_health")
    if question == "spasm_length":
        person.tap("today")
    person.types(number)
    assert person.notes == ["unclear"]
    assert person.at == question
    assert question not in person.session.answers


def test_choices_of_a_number_are_spelled_out_without_numbers(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    person.types("qwertz")
    person.types("qwertz")
    assert person.notes == ["unreadable_choices"]
    assert "1. " not in person.messages[-1].plain()


def test_words_after_an_emergency_bring_its_short_form_and_its_buttons(person: Person) -> None:
    person.tap("bone_through_skin")
    person.types("ok thanks")
    assert person.at == EMERGENCY
    assert person.advised is None
    assert person.notes == ["emergency_stands"]
    assert len(person.messages[-1].rows) == 3
    person.types("2")
    assert person.at == MISTAKE
    person.types("hmm")
    assert person.at == EMERGENCY
    assert person.advised is not None


def test_an_emergency_says_you_said_only_of_what_was_said(person: Person) -> None:
    person.tap("not_sure", "done")
    person.tap("not_sure")
    assert "Emergency from unsure" in person.read
    assert "Emergency why" not in person.read


STORY = "hello, it is my ankle, I twisted it on the stairs and now it is blue, it is for me"


@pytest.mark.parametrize("words", [STORY, "i am 44, twisted it yesterday"])
def test_a_story_is_no_consent_and_says_so(flow: Flow, words: str) -> None:
    person = Person(flow)
    person.types(words)
    assert not person.session.consented
    assert person.session.answers == {}
    assert person.notes == ["agree_first"]
    person.tap("for_me")
    assert person.session.consented


def test_only_a_plain_no_declines(flow: Flow) -> None:
    person = Person(flow.with_reader(lambda text, now, lang, question: Reading(polarity="no")))
    person.types("ok")
    assert person.at == "for_whom"
    person.types("no")
    assert person.at == STOPPED


def test_carry_on_typed_after_the_crisis_text_brings_the_question(person: Person) -> None:
    person.types("i want to die")
    person.types("carry on")
    assert person.at == "danger"
    assert person.effects(Ask)


def test_not_sure_which_ones_means_all_of_them(person: Person) -> None:
    person.tap("no_danger", "not_sure")
    person.types("dunno")
    assert person.session.queue == ("fever", "cannot_bear_weight", "crooked")


def test_one_line_named_does_not_rule_out_the_others_of_a_list(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult")
    person.types("diabetes")
    assert person.at == "health"
    assert person.session.ticks == ("diabetes",)
    person.types("done")
    assert person.session.answers["health"].yes == {"diabetes"}


def test_progress_never_passes_its_end(person: Person) -> None:
    to_the_review(person)
    person.tap("different")
    assert "Progress 10 10" in person.read


def test_a_possible_sign_for_today_does_not_send_to_the_emergency_number(flow: Flow) -> None:
    person = Person(flow.with_reader(lambda *_: Reading(signs=(Sign("fever", "bit hot", plain=False),))))
    person.tap("for_me")
    person.types("bit hot maybe")
    assert person.at == SIGN
    assert "Sign plain today" in person.read
    assert "Sign possible" not in person.read


def test_any_word_after_a_long_silence_brings_the_emergency_screens_that_it_speaks_of(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult")
    person.waits(hours=7)
    person.types("hello, I am back")
    assert person.notes == ["resumed"]
    assert person.at == "danger"
    assert person.session.misread == 0


def test_words_about_an_earlier_answer_ask_whether_to_change_it(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult", "no_health", "today", "seconds")
    assert person.at == "swelling"
    person.types("i am 44, twisted it yesterday")
    assert person.at == CHANGE
    assert person.session.answers["age"].low == 16
    person.types("yes")
    assert person.session.answers["age"].low == 44
    assert person.at == "swelling"


def test_a_change_keeps_what_is_ticked_on_the_open_list(person: Person) -> None:
    person.tap("no_danger", "no_warning", "adult", "diabetes")
    person.does(Tapped(person.session.id, person.session.turn - 1, "age", "under_16"))
    assert person.at == CHANGE
    person.tap("change_it")
    assert person.at == "health"
    assert person.session.ticks == ("diabetes",)


def test_a_line_said_later_is_added_to_its_list_after_a_question(flow: Flow) -> None:
    person = Person(flow.with_reader(lambda *_: Reading(facts=(Fact("warning", ("crooked",), "bent"),))))
    person.tap("for_me", "no_danger", "no_warning", "adult")
    person.types("bent after all")
    assert person.at == CHANGE
    person.tap("change_it")
    assert person.session.answers["warning"].yes == {"crooked"}
    assert person.level == "same_day"


def test_unclear_words_about_an_earlier_answer_open_it_again(flow: Flow) -> None:
    reading = Reading(unclear=(Unclear("onset", "tuesday", (("Tuesday 17", 3), ("Tuesday 10", 10))),))
    person = Person(flow.with_reader(lambda *_: reading))
    person.tap("for_me", "no_danger", "no_warning", "adult", "no_health", "today")
    person.types("no wait, tuesday")
    assert person.at == "onset"
    assert person.notes == ["unclear"]


def test_an_old_beginning_is_told_with_its_year(flow: Flow) -> None:
    person = Person(flow.with_reader(lambda *_: Reading(facts=(Fact("onset", 3650, "10 years"),))))
    person.tap("for_me", "no_danger", "no_warning", "adult", "no_health")
    person.types("ten years")
    person.commands("review")
    assert "2016" in person.read


def test_the_way_out_stands_on_every_question_that_is_no_follow_up() -> None:
    person = Person(back_spasm())
    person.tap("me", "no_nerve_sign", "no_danger_sign", "unexplained_weight_loss", "done", "from_16")
    for question in ("medicines", "health", "onset"):
        assert person.at == question
        labels = [b.choice for row in person.messages[-1].rows for b in row]
        assert "stop_what_do_i_do" in labels
        person.tap({"medicines": "no_medicine", "health": "no_history", "onset": "stop_what_do_i_do"}[question])
    assert person.at == REVIEW


def test_an_emergency_through_a_date_says_what_it_is_about() -> None:
    person = Person(back_spasm())
    person.tap("me", "no_nerve_sign", "no_danger_sign", "no_warning_sign", "from_16", "anticoagulant", "done")
    person.tap("no_history", "days_8_13", "lifting_bending_twisting", "low_back", "done")
    person.tap("leg_numbness_tingling", "done")
    person.commands("review")
    person.tap("change:onset", "yesterday")
    assert person.at == EMERGENCY
    assert "blood thinner, new back pain with a numb leg" in person.read
    assert '"Began' not in person.read
    person.tap("mistake")
    assert "Began: Yesterday" in person.read


def test_emergency_screens_have_no_way_out() -> None:
    person = Person(back_spasm())
    person.tap("me", "gait_unsteady", "dizzy_or_unsteady")
    assert person.at == "danger"
    assert person.level == "same_day"
    assert "stop_what_do_i_do" not in [b.choice for row in person.messages[-1].rows for b in row]


def test_what_was_told_before_a_list_came_up_stands_above_it_and_needs_no_tick(flow: Flow) -> None:
    reading = Reading(facts=(Fact("health", ("diabetes",), "diabetes"),))
    person = Person(flow.with_reader(lambda *_: reading))
    person.tap("for_me")
    person.types("I have diabetes")
    person.tap("no_danger", "no_warning", "adult")
    assert person.at == "health"
    assert "told_already" in person.notes
    person.tap("done")
    assert person.at != "health"
    person.commands("review")
    assert "Diabetes" in person.read


def test_a_sign_of_the_open_list_is_not_lost_beside_a_more_urgent_one(flow: Flow) -> None:
    both = Reading(signs=(Sign("fever", "fever"), Sign("cold_pale_foot", "cold foot", plain=False)))
    person = Person(flow.with_reader(lambda text, *_: both if "fever" in text else Reading()))
    person.tap("for_me", "no_danger")
    person.types("I have a fever and maybe a cold foot")
    assert [s.option for s in person.session.signs] == ["cold_pale_foot", "fever"]
    person.tap("no", "yes")
    assert person.level == "same_day"


def test_a_button_typed_without_its_apostrophe_is_that_button(person: Person) -> None:
    person.tap("bone_through_skin")
    person.types("cant get there")
    assert person.notes == ["cant_get_there_text"]


def test_a_range_is_told_with_its_unit_once() -> None:
    person = Person(back_spasm().with_reader(lambda *_: Reading(facts=(Fact("age", (30, 35), "30-35"),))))
    person.tap("me", "no_nerve_sign", "no_danger_sign", "no_warning_sign")
    person.types("30-35")
    person.commands("review")
    assert "Age: 30 to 35 years" in person.read


def test_a_sign_of_another_person_is_the_patients_if_the_patient_is_that_person(flow: Flow) -> None:
    someone = Person(flow)
    someone.tap("for_other")
    someone.types("his foot is dead cold")
    assert someone.at == SIGN
    assert "sign_plain" in someone.notes
    someone.types("yes")
    assert someone.at == EMERGENCY


def test_a_sign_of_another_person_is_nothing_of_mine(person: Person) -> None:
    person.types("his foot is dead cold")
    assert person.at == "danger"
    assert person.session.signs == ()


def test_a_sign_of_another_person_before_anybody_said_for_whom_gets_the_emergency_text(flow: Flow) -> None:
    someone = Person(flow)
    someone.types("his foot is dead cold")
    assert "sign_possible" in someone.notes


def test_agreeing_for_somebody_else_is_not_agreeing_for_oneself(flow: Flow) -> None:
    person = Person(flow.with_reader(lambda *_: Reading(facts=(Fact("for_whom", "for_me", "i agree"),))))
    person.types("yes i agree it is for my mother")
    assert not person.session.consented
    person.types("ok i agree")
    assert person.session.answers["for_whom"] == "for_me"
