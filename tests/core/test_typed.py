"""What the bot does with typed words, in any state: signs, facts, other questions, and words that it cannot read."""

from __future__ import annotations

import pytest

from bot.core.conversation import screens
from bot.core.conversation.events import Ask, Tapped
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, MISTAKE, REVIEW, SIGN, STOPPED
from bot.core.flow.compiled import Flow
from bot.core.model.readings import Fact, Reading, Sign, Unclear
from tests.support.ankle import to_the_review
from tests.support.talking import EMERGENCY_BUTTONS, Person, back_spasm

# --- typed words ------------------------------------------------------------------------------------------------------


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


def test_an_unreadable_answer_to_a_screen_of_signs_opens_them_one_by_one(person: Person) -> None:
    person.types("qwertz")
    assert person.notes == ["one_by_one"]
    assert person.at == "danger/alone"
    person.types("qwertz")
    assert person.notes == ["item_again"]
    assert person.at == "danger/alone"


def test_a_sign_not_understood_twice_stays_unknown_and_keeps_the_level_up(person: Person) -> None:
    for _ in range(3):
        person.types("qwertz")
    assert person.session.unknown == ("cold_pale_foot",)
    while person.at == "danger/alone":
        person.tap("no")
    assert person.session.unknown == ("cold_pale_foot",)
    person.tap("no_warning", "adult", "no_health")
    for _ in range(40):
        if person.at == "danger/alone" or person.at == ADVICE:
            break
        choices = screens.choices(person.flow, person.at)
        question = person.flow.questions.get(person.at)
        person.tap(question.none if question is not None and question.none else choices[0])
    assert person.at == "danger/alone"  # asked again before the result
    person.types("qwertz")
    person.types("qwertz")
    for _ in range(10):
        if person.advised is not None:
            break
        person.tap(screens.choices(person.flow, person.at)[0])
    assert person.advised is not None
    assert person.advised.level == "same_day"
    assert person.advised.unplaced


def test_no_number_of_unreadable_answers_ends_the_interview_or_sets_a_level(person: Person) -> None:
    person.tap("no_danger", "no_warning")
    at = person.at
    for _ in range(8):
        person.types("qwertz")
    assert person.advised is None
    assert person.at == at
    assert person.notes == ["unreadable_choices"]


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
    assert person.notes == ["one_by_one"]


# --- what people type -------------------------------------------------------------------------------------------------


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
    assert len(person.messages[-1].rows) == len(EMERGENCY_BUTTONS)
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


def test_progress_counts_down_and_never_up_again(person: Person) -> None:
    to_the_review(person)
    said = [int(b.text.split()[-1]) for m in person.messages for b in m.blocks if b.text.startswith("Progress")]
    assert said == sorted(said, reverse=True)
    assert said[0] > said[-1] == 1
    person.tap("different")
    assert "Progress 1" in person.read


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
    person.tap("me", "from_16", "no_nerve_sign", "no_danger_sign", "unexplained_weight_loss", "done")
    for question in ("medicines", "health", "onset"):
        assert person.at == question
        labels = [b.choice for row in person.messages[-1].rows for b in row]
        assert "stop_what_do_i_do" in labels
        person.tap({"medicines": "no_medicine", "health": "no_history", "onset": "stop_what_do_i_do"}[question])
    assert person.at == REVIEW


def test_an_emergency_through_a_date_says_what_it_is_about() -> None:
    person = Person(back_spasm())
    person.tap("me", "from_16", "no_nerve_sign", "no_danger_sign", "no_warning_sign", "anticoagulant", "done")
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
    person.tap("me", "from_16", "gait_unsteady", "dizzy_or_unsteady")
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
    person.tap("me")
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
    assert person.at == "danger/alone"  # nothing was said of mine
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
