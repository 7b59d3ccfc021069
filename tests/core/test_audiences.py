"""Lines that only some people are shown, and words that differ for a child or for somebody else."""

from __future__ import annotations

from typing import Any

import pytest

from bot.check.structure.structure import labels_are_short, languages_say_the_same
from bot.core.conversation.events import Tapped
from bot.core.conversation.screens import AS_USUAL, STOP_HERE
from bot.core.conversation.session import SIGN
from bot.core.model.files.texts import Texts
from bot.core.model.findings import FlowError
from tests.support.flow_edits import BACK_SPASM, SPRAIN, edited
from tests.support.talking import Person, back_spasm, listening, sprain

WHO = (
    "interview.yaml",
    "questions:\n",
    "audiences:\n  - {audience: elsewhere, when: for_whom is for_other}\n\nquestions:\n",
)


def words(more: str) -> tuple[str, str, str]:
    return ("texts.en.yaml", "\nsystem:\n", f"\naudiences:\n  elsewhere:\n{more}\nsystem:\n")


def codes(*edits: tuple[str, str, str]) -> list[str]:
    with pytest.raises(FlowError) as caught:
        edited(SPRAIN, *edits)
    return [f.code for f in caught.value.findings]


def shown(person: Person) -> set[str]:
    return {b.choice for row in person.messages[-1].rows for b in row}


# --- words for an audience ---------------------------------------------------------------------------------------------


def test_an_audience_reads_its_own_words_and_all_others_where_it_has_none() -> None:
    flow = edited(
        SPRAIN, WHO, words("    levels: {self_care: They can do this themselves}\n    system: {foot: For them}\n")
    )
    plain, theirs = flow.text("en"), flow.text("en", ("elsewhere",))
    assert theirs.levels["self_care"] == "They can do this themselves"
    assert theirs.system["foot"] == "For them"
    assert theirs.levels["emergency"] == plain.levels["emergency"]
    assert theirs.questions == plain.questions
    assert flow.text("en", ("nobody",)) is plain


def test_of_two_audiences_the_first_ones_words_count() -> None:
    flow = back_spasm()
    both = flow.text("en", ("child", "them"))
    assert both.levels["see_soon"] == "The child should be seen soon"
    assert both.questions["function"].text == "How are they managing the day?"
    assert both.questions["nerves"].options["saddle_numbness"].says  # what is typed is read as ever
    assert isinstance(both, Texts)


def test_who_it_is_is_known_from_the_answers() -> None:
    person = Person(back_spasm())
    person.tap("with_me", "from_16")
    assert "NEW for them" in person.read
    person = Person(back_spasm())
    person.tap("me", "under_12")
    assert "NEW for the child" in person.read
    assert "Show this to an adult" in person.read


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("    levels: {selfcare: x}\n", "FLOW"), ("    rules: {no_such_rule: x}\n", "FLOW023"),
        ("    questions: {nowhere: {text: x}}\n", "FLOW023"), ("    advice: {no_such_line: x}\n", "FLOW023"),
        ("    questions: {warning: {options: {cold: {text: x}}}}\n", "FLOW023"),
        ("    system: {foot: 'for {nobody}'}\n", "FLOW024"), ("    levels: {self_care: 'call {emergency_number}'}\n", "FLOW024"),
        ("    questions: {warning: {help: '{foot}'}}\n", "FLOW024"),
    ],
)  # fmt: skip
def test_words_for_an_audience_that_fit_nothing_are_findings(more: str, code: str) -> None:
    assert all(c.startswith(code) for c in codes(WHO, words(more)))


def test_an_audience_that_the_interview_does_not_know_is_a_finding() -> None:
    assert codes(words("    levels: {self_care: x}\n")) == ["FLOW023"]


def test_help_may_name_the_place_to_call() -> None:
    flow = edited(SPRAIN, WHO, words("    questions: {warning: {help: 'Call {emergency_number}.'}}\n"))
    assert flow.text("en", ("elsewhere",)).questions["warning"].help == "Call {emergency_number}."


def test_other_languages_have_the_same_words_for_the_same_audiences() -> None:
    flow = edited(BACK_SPASM)
    other = flow.text("en").model_copy(update={"language": "de", "audiences": {}})
    flow.texts["de"] = other  # type: ignore[index]
    assert {f.code for f in languages_say_the_same(flow)} == {"FLOW036"}


def test_labels_for_an_audience_are_short_too() -> None:
    long = "a" * 40
    edit = words(f"    questions: {{warning: {{options: {{fever: {{label: {long}}}}}}}}}\n")
    assert [f.code for f in labels_are_short(edited(SPRAIN, WHO, edit))] == ["FLOW034"]


# --- one way to get help -----------------------------------------------------------------------------------------------


def test_of_several_ways_only_the_first_is_said() -> None:
    flow = back_spasm()
    rules = {r.how: r for r in flow.triage.rules}
    advice = flow.advice
    assert advice.way_of([rules["weeks"], rules["days"]]) == {"days"}
    assert advice.way_of([rules["today"], rules["maternity"]]) == {"maternity"}
    assert advice.way_of([]) == set()
    assert sprain().advice.way_of([rules["weeks"], rules["days"]]) == {"weeks", "days"}  # it names no order


# --- lines that only some people are shown -----------------------------------------------------------------------------


def test_what_cannot_be_is_not_shown() -> None:
    person = Person(back_spasm())
    person.tap("me", "under_16")
    assert "sexual_dysfunction_new" not in shown(person)
    person.tap("not_sure")
    assert "sexual_dysfunction_new" not in shown(person)
    person.tap("all_of_them")
    assert "sexual_dysfunction_new" not in person.session.queue
    person = Person(back_spasm())
    person.tap("me", "from_16")
    assert "sexual_dysfunction_new" in shown(person)


def test_who_says_it_in_words_is_heard_all_the_same() -> None:
    person = Person(listening())
    person.tap("me", "under_16")
    person.types("my penis is numb")
    assert person.at == SIGN
    person.tap("yes")
    assert person.level == "emergency"


def test_a_tap_on_an_old_keyboard_counts_though_the_line_is_gone() -> None:
    person = Person(back_spasm())
    person.tap("me", "from_16")
    screen: Any = (person.session.id, person.session.turn)
    person.commands("back")
    person.tap("under_16")
    person.does(Tapped(*screen, "nerves", "sexual_dysfunction_new"))
    assert person.at == SIGN


def test_the_number_of_a_line_that_is_not_shown_is_no_answer() -> None:
    person = Person(back_spasm())
    person.tap("me", "under_16")
    person.types("6")
    assert person.at == "nerves/alone"
    assert "nerves" not in person.session.answers


def test_lines_for_some_stand_last_so_that_numbers_stay() -> None:
    fever = "- {id: fever, sign: same_day, opens: fever_more"
    edit = ("interview.yaml", fever + "}", fever + ", when: for_whom is for_me}")
    assert "FLOW021" in codes(edit)


# --- stopped before the end --------------------------------------------------------------------------------------------


def sections(person: Person) -> list[str]:
    """The sections of the lines of the last advice, in order."""
    assert person.advised is not None
    of = {line.line: line.section for line in back_spasm().advice.lines}
    return [of[line].value for line in person.advised.lines]


@pytest.mark.parametrize(
    ("age", "taps"),
    [
        ("from_20", ["no_danger_sign", "unexplained_weight_loss", "done"]),
        ("from_20", ["no_danger_sign", "trouble_swallowing", "done"]),
        ("from_20", ["no_danger_sign", "fever", "done", "no_fever_more"]),
        ("from_20", ["no_danger_sign", "no_warning_sign", "checkpoint_inhibitor", "done", "yes", "no_aches"]),
        ("from_20", ["no_danger_sign", "no_warning_sign", "baclofen", "done", "baclofen_missed", "done"]),
        ("from_20", ["no_danger_sign", "no_warning_sign", "no_medicine", "iv_drug_use", "done"]),
        ("from_20", ["no_danger_sign", "no_warning_sign", "no_medicine", "pregnant", "done", "comes_and_goes", "done"]),
        ("under_12", ["no_danger_sign", "no_warning_sign", "child_limps", "done"]),
    ],
)
def test_who_stops_half_way_with_a_sign_for_today_is_told_where_to_go_and_when_to_look_again(
    age: str, taps: list[str]
) -> None:
    person = Person(back_spasm())
    person.tap("me", age, "no_nerve_sign", *taps, STOP_HERE, AS_USUAL)
    assert person.level == "same_day"
    assert {"do", "again"} <= set(sections(person))
