"""Guards of the operator's own: safety rules in all their forms, settings within bounds, taps and labels that mean the same."""

from __future__ import annotations

import pytest

from bot.check.answers.results import Failed
from bot.check.proof.prove import proofs
from bot.check.structure.labels_said import labels_agree, reasons_agree, typed_limits_agree
from bot.check.structure.structure import check_structure
from bot.core.flow.reading import read_flow, try_flow
from tests.support.flow_edits import SPRAIN, Edit, edited, edited_files

FOR_SOME: Edit = ("interview.yaml", "      - diabetes\n", "      - {id: diabetes, when: age >= 16}\n")
FEVER_LAST: Edit = ("advice.yaml", "{line: still_swollen, section: say, levels: [self_care, see_soon], when: swelling,",
                    "{line: still_swollen, section: say, levels: [see_soon], when: swelling,")  # fmt: skip


def failing(own: str, *edits: Edit) -> list[Failed]:
    """What of the safety rules fails that are added to the small flow."""
    files = edited_files(SPRAIN, *edits)
    files["safety.yaml"] += own
    found = proofs(read_flow("sprain", files), fast=True, walks=0).failed
    assert all(failed.safety for failed in found)
    return list(found)


def rule(*lines: str) -> str:
    return "\n".join(["  - property: the_rule", *(f"    {line}" for line in lines), "    because: It is so.", ""])


HOLDING = {
    "way": rule("when: any of (cold_pale_foot, foot_wont_move)", "at_least: emergency", "how: [go]"),
    "told": rule("when: swelling", "tells: [still_swollen]", "levels: [self_care, see_soon]"),
    "not told": rule("when: age < 16", "never_tells: [look_after_yourself]"),
    "offered": rule("when: age >= 16", "offers: [diabetes, thin_bones]"),
    "first": rule("asked_first: [danger, warning]", "before: [age, pain]"),
}
BREAKING: dict[str, tuple[str, list[Edit]]] = {
    "way": ("Help is not got by go", [("triage.yaml", "    how: go\n", "    how: ambulance\n")]),
    "told": ('"still_swollen" is not told at self_care', [FEVER_LAST]),
    "not told": ('"look_after_yourself" is told at see_soon', [
        ("advice.yaml", "{line: look_after_yourself, section: do, levels: [self_care]",
         "{line: look_after_yourself, section: do, levels: [self_care, see_soon]"),
    ]),
    "offered": ('"diabetes" is not on the list of "health"', [(*FOR_SOME[:2], FOR_SOME[2].replace("16", "55"))]),
}  # fmt: skip


@pytest.mark.parametrize("form", HOLDING)
def test_a_rule_of_each_form_holds(form: str) -> None:
    edits = [FOR_SOME] if form == "offered" else []
    assert not [f for f in failing(HOLDING[form], *edits) if f.name.startswith("the_rule")]


@pytest.mark.parametrize(
    ("own", "what"),
    [
        (rule("when: swelling", "tells: [gone]", "levels: [self_care]"), "line of advice"),
        (rule("when: swelling", "never_tells: [gone]"), "line of advice"),
        (rule("when: swelling", "offers: [gone]"), "line of a list"),
        (rule("asked_first: [gone]", "before: [age]"), "question"),
        (rule("compare: [gone]", "from: least", "to: any"), "question"),
    ],
)
def test_a_rule_that_names_what_is_not_there_any_more_fails_and_is_found(own: str, what: str) -> None:
    (found,) = [f for f in failing(own) if f.name == "the_rule"]
    assert found.message == f'"gone" is no {what} of this flow.'
    files = edited_files(SPRAIN)
    files["safety.yaml"] += own
    assert [f.code for f in check_structure(read_flow("sprain", files))] == ["FLOW012"]


@pytest.mark.parametrize("form", BREAKING)
def test_a_rule_of_each_form_is_broken_with_somebody_who_shows_it(form: str) -> None:
    words, edits = BREAKING[form]
    (found,) = [f for f in failing(HOLDING[form], *edits) if f.name.startswith("the_rule")]
    assert words in found.message
    assert found.example is not None
    assert found.example.agrees


def test_what_must_be_asked_first_is_asked_of_everybody_and_before() -> None:
    later = rule("asked_first: [age]", "before: [danger]")
    (found,) = failing(later)
    assert '"danger" is asked of somebody who was not asked "age" before it' in found.message
    of_some = rule("asked_first: [fever_more]", "before: [age]")
    (found,) = failing(of_some)
    assert found.example is not None


@pytest.mark.parametrize(
    "lines",
    [
        ["when: fever", "tells: [still_swollen]"],
        ["when: fever", "how: [go]"],
        ["offers: [diabetes]"],
        ["asked_first: [danger]"],
        ["when: fever", "at_least: same_day", "offers: [diabetes]"],
    ],
)
def test_half_a_form_says_nothing(lines: list[str]) -> None:
    assert [f.code for f in failing(rule(*lines))] == ["FLOW040"]


BOUNDS = """settings:
  - {{setting: {setting}, {bound}, because: It is so.}}
"""


@pytest.mark.parametrize(
    ("setting", "bound"),
    [
        ("advice.recheck.self_care", "at_most: 42 days"),
        ("interview.questions.danger.expires", "at_most: 6 hours"),
        ("interview.questions.danger.expires", "at_least: 300 minutes"),
        ("interview.questions.danger.options.cold_pale_foot.sign", "is: emergency"),
        ("interview.emergency_signs", "has: [foot_wont_move]"),
        ("interview.conflicts.young_but_thin.when", "is: age < 16  and thin_bones"),
    ],
)
def test_a_setting_within_its_bounds(setting: str, bound: str) -> None:
    assert not failing(BOUNDS.format(setting=setting, bound=bound))


@pytest.mark.parametrize(
    ("setting", "bound", "words"),
    [
        ("advice.recheck.self_care", "at_most: 5 weeks", "is 6 weeks; it must be at most 5 weeks"),
        ("advice.recheck.same_day", "at_most: 1 day", "is not there"),
        ("advice.recheck.self_care", "at_least: 7 weeks", "must be at least 7 weeks"),
        ("interview.questions.danger.tap", "at_most: 1 day", "no number that could be compared"),
        ("interview.questions.nowhere.expires", "at_most: 6 hours", "is not there"),
        ("nothing.at_all", "at_most: 1", "is not there"),
        ("interview.emergency_signs", "has: [bone_through_skin]", "lacks bone_through_skin"),
        ("interview.conflicts.young_but_thin.when", "is: age < 18 and thin_bones", 'is "age < 16 and thin_bones", not'),
    ],
)
def test_a_setting_beyond_its_bounds(setting: str, bound: str, words: str) -> None:
    (found,) = failing(BOUNDS.format(setting=setting, bound=bound))
    assert found.code == "FLOW066"
    assert words in found.message


def test_a_sign_counts_typed_for_what_it_counts_tapped() -> None:
    (found,) = failing(
        "", ("interview.yaml", "{id: cold_pale_foot, sign: emergency}", "{id: cold_pale_foot, sign: same_day}")
    )
    assert (found.code, found.name) == ("FLOW069", "sign:cold_pale_foot")
    (found,) = failing("", ("interview.yaml", "{id: bone_through_skin, sign: emergency}", "{id: bone_through_skin}"))
    assert found.name == "sign:bone_through_skin"


# --- taps and labels --------------------------------------------------------------------------------------------------

CHOICES = [
    ("{id: longer, min: 43 days}", "{id: longer, min: 2 days, max: 7 days}", 'No choice of "onset" covers 43'),
    ("{id: under_16, min: 0, max: 15}", "{id: under_16, min: 1, max: 15}", 'No choice of "age" covers 0'),
    ("{id: from_55, min: 55}", "{id: from_55, min: 55, max: 90}", 'No choice of "age" covers 91 to 120'),
    ("{id: often, min: 3}", "{id: often, min: 4}", 'No choice of "times_before" covers 3'),
    ("{id: minutes, min: 1 minute, max", "{id: minutes, min: 2 minutes, max", 'No choice of "spasm_length" covers 60 to 119'),
    ("{id: days, min: 1 day, max: 3 days}", "{id: days, min: 1 day, max: 4 days}", 'both cover 4'),
    ("{id: hours, min: 3601 seconds}", "{id: hours, min: 59 minutes}", "both cover 3540 to 3600"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), CHOICES, ids=[new for _, new, _ in CHOICES])
def test_each_number_can_be_tapped_in_one_way(old: str, new: str, words: str) -> None:
    _, findings = try_flow("sprain", edited_files(SPRAIN, ("interview.yaml", old, new)))
    assert any(f.code == "FLOW021" and words in f.message for f in findings), [str(f) for f in findings]


def test_two_taps_on_one_range_are_told_apart_by_what_else_they_answer() -> None:
    two = (
        "{{id: weeks, min: 4 days, max: 6 weeks, also: {{course: same}}}}\n"
        "      - {{id: weeks_worse, min: 4 days, max: 6 weeks, also: {{course: {answer}}}}}"
    )
    for answer, fine in (("worse", True), ("same", False)):
        edit = ("interview.yaml", "{id: weeks, min: 4 days, max: 6 weeks}", two.format(answer=answer))
        _, findings = try_flow("sprain", edited_files(SPRAIN, edit))
        assert any("both cover" in f.message for f in findings) is not fine


LABELS = [
    ("55 or older", "65 or older"),
    ("Under 16", "Under 14"),
    ("16 to 54", "16 to 64"),
    ("16 to 54", "54 to 16"),
    ("1 to 3 days ago", "1 to 4 days ago"),
]


@pytest.mark.parametrize(("old", "new"), LABELS)
def test_a_label_says_the_numbers_that_count(old: str, new: str) -> None:
    assert not list(labels_agree(edited(SPRAIN)))
    (found,) = labels_agree(edited(SPRAIN, ("texts.en.yaml", old, new)))
    assert new in found.message
    assert found.place.file == "texts.en.yaml"


def test_a_reason_says_the_number_with_which_its_rule_compares() -> None:
    reason: Edit = ("texts.en.yaml", "  context: ", "  context: From 55 on. ")
    assert not list(reasons_agree(edited(SPRAIN, reason)))
    moved = edited(
        SPRAIN, ("triage.yaml", "age < 16 or age >= 55", "age < 16 or age >= 50"), ("interview.yaml", "max: 54}", "max: 49}"),
        ("interview.yaml", "{id: from_55, min: 55}", "{id: from_55, min: 50}"),
        ("triage.yaml", "between 16 and 54", "between 16 and 49"), reason,
    )  # fmt: skip
    (found,) = reasons_agree(moved)
    assert "55" in found.message
    assert "50" in found.message


def test_a_typed_limit_stands_in_the_question() -> None:
    limit: Edit = ("interview.yaml", "  - ask: swelling\n    kind: yes_no\n",
                   "  - ask: swelling\n    kind: yes_no\n    typed: {what: temperature, least: 38}\n")  # fmt: skip
    assert not list(typed_limits_agree(edited(SPRAIN, limit)))
    asked: Edit = ("texts.en.yaml", "  swelling:\n    text: ", "  swelling:\n    text: 39 degrees? ")
    (found,) = typed_limits_agree(edited(SPRAIN, limit, asked))
    assert "does not say 38" in found.message
