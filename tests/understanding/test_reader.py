"""What people type, and what is read in it: the examples of everyday, one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.core.model.readings import Reading
from bot.understanding.report import explain_reading, understand_lines
from tests.support.understood import NOW, flow, read, reader, seen


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("yesterday", 1),
        ("abt 2 wks", 14),
        ("this morning", 0),
        ("3d", 3),
        ("a fortnight ago", 14),
        ("since tuesday", 3),
        ("on and off since October", {"min": 20, "max": 50}),
        ("2-3 weeks", {"min": 14, "max": 21}),
    ],
)
def test_when_it_began(text: str, days: Any) -> None:
    assert seen(text)["answers"]["onset"] == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Tuesday", [3, 10]),
        ("last tues after gym", [3, 10]),
        ("it went last tuesday after shifting boxes", [3, 10]),
        ("3/11", [17, 254]),
    ],
)
def test_an_ambiguous_beginning_is_asked_with_what_it_may_be(text: str, days: list[int]) -> None:
    (unclear,) = [u for u in read(text).unclear if u.question == "onset"]
    assert [value for _, value in unclear.candidates] == days
    assert "onset" not in seen(text)["answers"]


def test_the_candidates_are_named_as_a_patient_would_name_them() -> None:
    (unclear,) = read("it went last tuesday after shifting boxes", "onset").unclear
    assert [label for label, _ in unclear.candidates] == ["Tuesday 17 November", "Tuesday 10 November"]


@pytest.mark.parametrize("text", ["a while", "ages ago", "for weeks", "since my holiday"])
def test_a_vague_beginning_is_asked(text: str) -> None:
    got = seen(text)
    assert "onset" in got["ask"]
    assert "onset" not in got["answers"]


def test_the_patients_own_date_counts() -> None:
    monday = datetime.fromisoformat("2026-11-23T09:00")
    (fact,) = [f for f in reader()("since tuesday", monday, "en", None).facts if f.question == "onset"]
    assert fact.value == 6
    after_midnight = datetime.fromisoformat("2026-11-21T01:00")
    (fact,) = [f for f in reader()("3 hours ago", after_midnight, "en", "onset").facts if f.question == "onset"]
    assert fact.value == 1


@pytest.mark.parametrize(
    ("text", "pain"), [("8/10", 8), ("about a seven", 7), ("not bad, 3 maybe", 3), ("6 or 7", {"min": 6, "max": 7})]
)
def test_pain(text: str, pain: Any) -> None:
    assert seen(text)["answers"]["pain"] == pain
    assert seen(text, "pain")["answers"]["pain"] == pain


def test_pain_without_a_number_is_asked_again_with_the_scale() -> None:
    assert seen("unbearable")["ask"] == ["pain"]
    assert seen("12", "pain")["ask"] == ["pain"]


def test_the_worst_of_today_is_the_highest_figure_of_today() -> None:
    told = {
        "11/10": 10,
        "5 sitting still, 9 when it grabs": 9,
        "0 today, it was 8 yesterday": 0,
        "a 9 this morning, 4 now": 9,
    }
    assert {text: seen(text, "pain")["answers"].get("pain") for text in told} == told
    assert seen("was a 9, now 4", "pain")["ask"] == ["pain"]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("picking up my kid", ["lifting"]),
        ("getting out of a chair", ["standing"]),
        ("walking uphill but stops when I rest", ["walking"]),
        ("bending is bad but walking is fine", ["bending"]),
    ],
)
def test_movements(text: str, options: list[str]) -> None:
    assert seen(text)["answers"]["movements"] == options


def test_a_number_that_was_not_asked_for_is_not_a_pain_score() -> None:
    assert "pain" not in seen("2", "where")["answers"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no numbness down there", "negated"),
        ("my dad had numbness between his legs", "other_person"),
        ("in 2015 I was numb between the legs", "past"),
        ("if I go numb between the legs should I worry?", "hypothetical"),
    ],
)
def test_what_is_not_meant_sets_no_flag_and_says_why(text: str, why: str) -> None:
    got = seen(text)
    assert got["red_flags"] == []
    if why == "past":  # an emergency sign of the past is asked about (SEMANTICS 5d)
        assert "saddle_numbness" in got["possible"]
    else:
        assert ("saddle_numbness", why) in [(r["about"], r["why"]) for r in got["rejected"]]


@pytest.mark.parametrize(
    "text", ["my dad had cancer", "I had a slipped disc in 2015", "if I lose my legs should I worry?"]
)
def test_other_people_history_and_fears(text: str) -> None:
    got = seen(text)
    assert got["red_flags"] == []
    assert "health" not in got["answers"]


def test_no_and_then_yes() -> None:
    got = seen("no fever, but I can't pee and both legs are numb")
    assert set(got["red_flags"]) == {"bladder_or_bowel_change", "bilateral_leg_symptoms"}
    assert got["denied"] == {"warning": ["fever"]}


@pytest.mark.parametrize(
    "text", ["no injury, numb between my legs", "not sleeping, wet myself twice", "no fall, cant pee or poo"]
)
def test_a_no_does_not_swallow_the_statement_behind_the_comma(text: str) -> None:
    assert seen(text)["red_flags"]


def test_a_list_is_denied_as_a_whole_if_it_says_or() -> None:
    assert seen("no numbness, tingling or weakness in my legs")["red_flags"] == []


@pytest.mark.parametrize("question", [None, "onset", "pain", "age", "where", "nerves", "for_whom"])
def test_a_red_flag_is_seen_whatever_is_asked(question: str | None) -> None:
    (sign,) = [s for s in read("oh and since yesterday i cant pee", question).signs if s.plain]
    assert (sign.option, sign.words) == ("bladder_or_bowel_change", "cant pee")


def test_doubtful_words_are_asked_about_not_counted() -> None:
    got = seen("might be slightly numb between my legs, hard to tell")
    assert (got["red_flags"], got["possible"]) == ([], ["saddle_numbness"])
    assert "nerves" in got["ask"]


def test_somebody_else_may_be_the_patient() -> None:
    assert seen("it's for my mum who is with me, she can't pee")["red_flags"] == ["bladder_or_bowel_change"]


@pytest.mark.parametrize("text", ["i want to die", "thinking of killing myself", "going to take all my tablets"])
def test_a_wish_to_die(text: str) -> None:
    assert read(text).crisis


@pytest.mark.parametrize("text", ["this pain is killing me", "dying for a wee", "my gran died", "i am not suicidal"])
def test_manners_of_speaking_are_no_wish_to_die(text: str) -> None:
    assert not read(text).crisis
    assert not read(text).signs


@pytest.mark.parametrize(
    ("text", "question", "polarity"),
    [
        ("No", None, "no"),
        ("nope all fine", None, "no"),
        ("👍", "nerves", "no"),
        ("👍🏽", "comes_back", "yes"),
        ("yep", None, "yes"),
        ("not sure", None, "not_sure"),
        ("no but I can't pee", None, None),
    ],
)
def test_a_plain_word(text: str, question: str | None, polarity: str | None) -> None:
    assert read(text, question).polarity == polarity


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        ("midline_bone_tenderness", "middle yes but the muscle each side as well", "yes"),  # comes beside it
        ("midline_bone_tenderness", "cant tell, whole area hurts", "not_sure"),
        ("comes_back", "dont know yet, its only today and I'm lying still so it won't", "not_sure"),
        ("comes_back", "maybe 6 times since lunch", "yes"),  # the number is a guess, not the answer
        ("psychosocial_distress", "who wouldnt be stressed lol", "yes"),
        ("midline_bone_tenderness", "in the middle but it goes across too", "not_sure"),  # beside it, not instead
        ("midline_bone_tenderness", "the muscle but the bone too", "yes"),
        ("same_in_every_position", "nearly the same, touch better on my side", None),
        ("same_in_every_position", "I sit, I stand, always the same pain", "yes"),
        ("comes_back", "about to go again I'd say, too soon to tell", "not_sure"),
        ("illness_aches", "more worn out than achy", None),  # what stands behind "than" is not said to be so
        ("illness_aches", "more achy than usual", "yes"),
        ("morning_stiffness_improves_with_movement", "ten mins and a hot shower sorts it", "no"),
        ("morning_stiffness_improves_with_movement", "no 5 mins and im moving fine", "no"),
        ("morning_stiffness_improves_with_movement", "stiff a good hour every morning then it loosens once I get going", "yes"),
    ],
)  # fmt: skip
def test_a_yes_or_no_in_words_of_its_own(question: str, text: str, said: str | None) -> None:
    assert read(text, question).said == said


@pytest.mark.parametrize(
    ("text", "none", "asked"),
    [
        ("id not call them numb or weak", True, False),
        ("wouldn't say they're weak", True, False),
        ("would not describe it as numb or tingly", True, False),
        ("wouldn't call it numb, just dead", False, True),  # what it is said to be instead counts
        ("wouldn't call it just numb", False, True),
        ("wouldn't call it numb exactly but tingly", False, True),
        ("can't say if it's numb", False, True),
        ("more stiff than weak", False, True),
        ("weak how? feel rubbish all over", False, False),  # a question back
        ("weak how? my foot drags", False, True),
    ],
)
def test_what_a_leg_is_not_called(text: str, none: bool, asked: bool) -> None:
    reading = read(text, "fever_more")
    assert reading.reply.none is none
    assert bool(reading.reply.yes or reading.reply.perhaps or reading.signs) is asked


def test_what_one_can_not_say_to_feel_is_not_felt() -> None:
    assert [s.option for s in read("can't say I can feel it when I wipe", "nerves").signs] == ["saddle_numbness"]
    assert not read("can't say I feel any different down there", "nerves").signs


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("up twice a night to wee, that's my prostate, been like that for years, nothing new", False),
        ("wee is funny, been like that for years", True),
        ("wee is funny since monday, been like that for years, nothing new", True),
        ("wee is funny, bad back, been like that for years, nothing new", True),
        ("can't pee, been like that for years, nothing new", True),
    ],
)
def test_that_has_been_so_for_years_and_nothing_is_new(text: str, sign: bool) -> None:
    """Only words that tell a sign perhaps are set aside, only with both, and only if "that" is not something else's."""
    reading = read(text, "nerves")
    assert any(found.option == "bladder_or_bowel_change" for found in reading.signs) is sign
    assert reading.reply.none is not sign


@pytest.mark.parametrize(
    ("question", "text", "options"),
    [
        ("legs", "down the leg, not past the knee", ()),
        ("legs", "down the leg, stops at the knee but the foot tingles", ("leg_numbness_tingling",)),
        ("how_started", "his brother pushed him over", ("fall_or_knock",)),
        ("function", "off the farm since monday, fine about the house", ("work_impact",)),
        ("function", "desk work yes, lifting no", ("slower",)),
        ("where", "all over, from neck to bum", ("widespread_muscle",)),
        ("infection_kind", "epidural, then the wound got infected", ("spinal_needle",)),
        ("muscle_aches", "arms get tired sooner every week, now I can't hang up the washing", ("weaker_worsening",)),
        ("dark_urine_more", "only been the once today and I'm drinking plenty", ("hardly_any_pee",)),
    ],
)
def test_answers_said_otherwise(question: str, text: str, options: tuple[str, ...]) -> None:
    assert read(text, question).reply.yes == options


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("theres a bump on his spine that wasnt there", "spine_deformity_or_lump"),
        ("a numb patch between my legs that wasn't there last week", "saddle_numbness"),
    ],
)
def test_what_was_not_there_before_is_no_denial(text: str, sign: str) -> None:
    assert sign in {s.option for s in read(text, "where").signs}


def test_words_within_longer_ones_of_another_answer_say_nothing() -> None:
    assert read("gives way cos of the pain", "leg_why").reply.yes == ("hurts",)


def test_a_fact_within_the_words_of_a_yes_or_no_is_none_elsewhere() -> None:
    reading = read("stiff yes but moving makes it worse not better", "morning_stiffness_improves_with_movement")
    assert not [fact for fact in reading.facts if fact.question == "course"]


def test_thanks_beside_a_doubtful_denial_are_part_of_it() -> None:
    assert read("no took a few of them, no fever, no bother", "baclofen_trouble").request == ""
    assert read("no bother", "baclofen_trouble").request == "thanks"


def test_the_second_one() -> None:
    (fact,) = [f for f in read("yes the second one", "nerves").facts if f.question == "nerves"]
    assert fact.value == ("saddle_numbness",)
    assert "nerves" not in seen("yes the second one")["answers"]


def test_the_whole_story() -> None:
    got = seen(
        "I'm 44, moved house on Saturday, lower back locks up for a minute when I bend, otherwise fine, on atorvastatin"
    )
    answers = got["answers"]
    assert answers["age"] == 44
    assert answers["spasm_length"] == 60
    assert answers["movements"] == ["bending"]
    assert answers["where"] == ["low_back"]
    assert answers["medicines"] == ["statin"]
    assert got["ask"] == ["onset"]
    assert not {"nerves", "danger", "warning"} & set(answers)


def test_what_is_not_mentioned_is_not_denied() -> None:
    reading = read("otherwise all fine, just sore")
    assert not reading.facts or all(not fact.denied for fact in reading.facts)
    assert reading.polarity is None


def test_operators_phrases_are_read() -> None:
    texts = flow().texts["en"]
    for question in flow().interview.questions:
        if question.kind != "many":
            continue
        for option in question.options:
            for phrase in texts.questions[question.ask].options[option.id].says:
                reading = read(phrase, question.ask)
                taken = {o for f in reading.facts if f.question == question.ask for o in f.value}
                assert option.id in taken | {s.option for s in reading.signs}, (option.id, phrase)


def test_typing_badly() -> None:
    for text in (
        "cant pee",
        "i cnat pee",
        "no controll of my bladdr",
        "i cant feel wen i wipe",
        "NUMNESS DOWN THERE!!!",
    ):
        assert seen(text)["red_flags"], text


def test_the_explanation_names_words_values_and_what_was_set_aside() -> None:
    shown = explain_reading(seen("I'm 44, no fever, cant pee"))
    assert '"cant pee"' in shown
    assert "44" in shown
    assert "negated" in shown
    assert explain_reading(seen("qwertz")) == "nothing understood\nevery word     qwertz=unknown"


def test_lines_give_one_object_each() -> None:
    got = list(understand_lines(reader(), flow().interview, ["8/10", "", "cant pee"], NOW))
    assert [g["red_flags"] for g in got] == [[], [], ["bladder_or_bowel_change"]]
    assert got[0]["answers"] == {"pain": 8}


def test_a_language_without_word_lists_reads_nothing() -> None:
    assert reader()("cant pee", NOW, "xx", None) == Reading()
