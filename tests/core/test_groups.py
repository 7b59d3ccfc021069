"""Choices that stand behind one button: a tap shows them in its place, another takes it back, and each answers as before."""

from __future__ import annotations

import pytest

from bot.core.conversation.events import Redraw, Tapped
from bot.core.model.answers import Many, Span
from bot.core.model.findings import FlowError
from tests.support.flow_edits import BACK_SPASM, edited
from tests.support.talking import Person, back_spasm


def asked(question: str) -> Person:
    """Somebody who has come to that question by the usual answers."""
    person = Person(back_spasm())
    person.tap("me")
    usual = {"age": "from_20", "nerves": "no_nerve_sign", "danger": "no_danger_sign", "warning": "no_warning_sign"}
    usual |= {"medicines": "no_medicine", "health": "no_history"}
    while person.at != question:
        person.tap(usual[person.at])
    return person


def labels(person: Person) -> list[str]:
    """What stands on the buttons of the screen that was drawn last."""
    shown = [m for m in person.latest if m.rows]
    return [b.label for row in shown[-1].rows for b in row]


def test_a_group_is_one_button_until_it_is_tapped() -> None:
    person = asked("age")
    assert labels(person)[0] == "Under 16"
    assert len(labels(person)) == 8
    turn = person.tap("child")
    assert isinstance(turn.effects[0], Redraw)
    assert labels(person) == ["Under 6", "6-11", "12-15", "Back"]
    person.tap("under_12")
    assert person.at == "nerves"
    assert person.session.answers["age"] == Span(6, 11)


def test_back_shows_all_of_them_again_and_a_double_tap_counts_once() -> None:
    person = asked("age")
    first = Tapped(person.session.id, person.session.turn, "age", "child", False)
    person.does(first)
    person.does(first)
    assert person.session.opened == "child"
    person.does(Tapped(person.session.id, person.session.turn, "age", "child", True))
    assert person.session.opened == ""
    assert labels(person)[0] == "Under 16"


def test_what_a_tap_says_as_well_is_said_from_behind_a_button_too() -> None:
    person = asked("onset")
    person.tap("weeks_1_4", "days_8_13_worse")
    assert person.session.answers["course"] == "worse"
    assert person.at == "how_started"


def test_words_answer_while_a_group_is_open() -> None:
    person = asked("age")
    person.tap("child")
    person.types("44")
    assert person.at == "nerves"
    assert person.session.answers["age"] == Span(44, 44)
    assert person.session.opened == ""


def test_the_words_on_its_button_open_it() -> None:
    person = asked("age")
    person.types("under 16")
    assert labels(person) == ["Under 6", "6-11", "12-15", "Back"]
    person.types("6-11")
    assert person.session.answers["age"] == Span(6, 11)


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        ("texts.en.yaml", "    groups:\n      child: Under 16\n", "", 'No label for the button "child" of "age"'),
        (
            "texts.en.yaml",
            "      child: Under 16\n",
            "      child: Under 16\n      old: Over 90\n",
            'stands behind "old"',
        ),
        ("interview.yaml", "max: 5, behind: child}", "max: 5, behind: from_20}", 'already a choice "from_20"'),
    ],
)
def test_a_button_without_a_label_or_choices_is_a_finding(file: str, old: str, new: str, finding: str) -> None:
    with pytest.raises(FlowError) as refused:
        edited(BACK_SPASM, (file, old, new))
    assert any(finding in str(found) for found in refused.value.findings)


def test_lines_of_a_list_stand_behind_a_button_and_are_ticked_there() -> None:
    person = asked("health")
    assert "Show 7 and 8" in labels(person)
    person.tap("drugs_or_bouts")
    assert labels(person) == ["Injected drugs", "3 bouts a year", "Back", "Done"]
    person.tap("frequent_recurrence")
    assert labels(person)[1] == "\u2713 3 bouts a year", "it stays open"
    person.tap("drugs_or_bouts", "cancer_history")
    assert person.session.ticks == ("frequent_recurrence", "cancer_history")
    person.tap("done")
    assert person.session.answers["health"] == Many(frozenset({"frequent_recurrence", "cancer_history"}))


def test_who_is_not_sure_finds_them_behind_it_too() -> None:
    person = asked("health")
    person.tap("not_sure")
    assert "Show 7 and 8" in labels(person)
    person.tap("drugs_or_bouts")
    assert labels(person) == ["Injected drugs", "3 bouts a year", "Back", "Done"]
    person.tap("frequent_recurrence", "drugs_or_bouts")
    assert "\u2713 Show 7 and 8" in labels(person), "what is ticked behind it is not forgotten"
    person.tap("done")
    assert person.session.queue == ("frequent_recurrence",)


def test_a_button_that_one_line_would_stand_behind_is_that_line() -> None:
    person = Person(back_spasm())
    person.tap(
        "me", "child", "under_16", "no_nerve_sign", "no_danger_sign", "no_warning_sign", "no_child_sign", "no_medicine"
    )
    assert person.at == "health"
    assert "Injected drugs" in labels(person)
    assert "Show 7 and 8" not in labels(person)


def test_a_sign_that_acts_at_once_stands_behind_no_button() -> None:
    with pytest.raises(FlowError) as refused:
        edited(
            BACK_SPASM,
            (
                "interview.yaml",
                "- {id: cold_pale_numb_leg, sign: emergency}",
                "- {id: cold_pale_numb_leg, sign: emergency, behind: x}",
            ),
        )
    assert any("not one of a list whose lines are ticked" in str(found) for found in refused.value.findings)
