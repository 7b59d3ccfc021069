"""The checks of a flow's build: each names what nothing reads or nobody can reach, at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.check.structure.safety_and_hazards import controls_have_files
from bot.check.structure.structure import check_structure
from tests.support.flow_edits import BACK_SPASM, SPRAIN, Edit, edited, flow_at

SHOWN = "        shown_by: ['property:danger_is_emergency', 'rule:danger_sign']\n"
FAULTS: list[tuple[str, str, list[Edit]]] = [
    ("FLOW030", '"course" is never asked', [
        ("interview.yaml", "    when: onset > 3 days\n", "    when: onset > 3 days and onset < 2 days\n"),
        ("triage.yaml", "or (onset > 3 days and course is worse)", "or (onset > 3 days and onset < 2 days and course is worse)"),
        ("triage.yaml", "not (onset > 3 days and course", "not (onset > 3 days and onset < 2 days and course"),
        ("interview.yaml", "min: 1 day, max: 3 days", "min: 2 days, max: 3 days"),
        ("texts.en.yaml", "1 to 3 days ago", "2 to 3 days ago"),
        ("interview.yaml", "{id: today, value: 0}", "{id: today, max: 1 day}"),
    ]),
    ("FLOW031", 'option "crooked"', [
        ("interview.yaml", "{id: crooked, sign: same_day}", "{id: crooked}"),
        ("triage.yaml", "  - rule: bent_shape\n    when: surely crooked\n    level: same_day\n    because: [g_warning]\n", ""),
        ("texts.en.yaml", "  bent_shape: It is crooked.\n", ""),
        ("triage.yaml", "when: crooked or cannot_bear_weight", "when: cannot_bear_weight"),
        ("triage.yaml", "no_danger and no_warning", "no_danger and not fever and not cannot_bear_weight"),
        ("safety.yaml", "surely crooked, surely cannot_bear_weight", "surely cannot_bear_weight"),
        ("safety.yaml", "answered(warning) and no_warning\n", "asked(warning)\n"),
    ]),
    ("FLOW032", "never matters", [("triage.yaml", "when: times_before >= 3", "when: fever and times_before >= 3")]),
    ("FLOW033", 'reads "swelling"', [
        ("triage.yaml", "when: blood_thinner and swelling", "when: blood_thinner and thin_bones"),
        ("advice.yaml", "when: swelling", "when: pain >= 7"),
    ]),
    ("FLOW034", "phones cut it", [("texts.en.yaml", "crooked: Crooked shape", "crooked: A shape that is quite crooked now")]),
    ("FLOW035", "nobody can say it", [("interview.yaml", "    unsure_as: often\n", "")]),
    ("FLOW038", "Nothing shows", [("hazards.yaml", SHOWN, "")]),
    ("FLOW039", "names nothing", [("hazards.yaml", "rule:danger_sign", "rule:danger_sing")]),
    ("FLOW027", "is no claim", [("safety.yaml", "sources: [g_danger]", "sources: [g_dagner]")]),
    ("FLOW012", "is no question", [("safety.yaml", "compare: [pain,", "compare: [pane,")]),
    ("FLOW014", "is no answer", [
        ("safety.yaml", "to: not_sure", "to: perhaps"),
        ("safety.yaml", "[danger, warning, health, mid", "[mid"),
    ]),
    ("FLOW040", "says nothing that could be proved", [("safety.yaml", "    at_least: emergency\n", "")]),
]  # fmt: skip


def test_the_small_flow_has_nothing_dead() -> None:
    assert check_structure(flow_at(SPRAIN)) == ()


def test_the_shipped_flow_has_nothing_dead() -> None:
    assert check_structure(flow_at(BACK_SPASM)) == ()


def test_every_line_that_an_urgent_rule_counts_has_phrases_once_one_line_has_some() -> None:
    """Not diabetes, which is for later, and not a line that only keeps a rule from firing."""
    label = "        label: Cold foot\n"
    flow = edited(
        SPRAIN,
        ("texts.en.yaml", label, label + "        says: [my foot is cold]\n"),
        ("triage.yaml", "when: blood_thinner and swelling", "when: not blood_thinner and swelling"),
    )
    found = [f for f in check_structure(flow) if f.code == "FLOW073"]
    assert [f.message.split('"')[1] for f in found] == [
        "bone_through_skin", "foot_wont_move", "fever", "cannot_bear_weight", "crooked", "thin_bones",
    ]  # fmt: skip


def test_a_list_that_counts_as_a_whole_is_of_red_flags() -> None:
    label = "        label: Cold foot\n"
    flow = edited(
        SPRAIN,
        ("texts.en.yaml", label, label + "        says: [my foot is cold]\n"),
        ("triage.yaml", "when: any of (cold_pale_foot, bone_through_skin, foot_wont_move)", "when: not no_danger"),
    )
    said = [f.message.split('"')[1] for f in check_structure(flow) if f.code == "FLOW073"]
    assert said[:2] == ["bone_through_skin", "foot_wont_move"]


def test_scripts_and_tests_that_a_control_names_must_be_there(tmp_path: Path) -> None:
    shown = "'script:tests/a.yaml', 'test:tests/test_a.py::test_it', 'test:tests/test_a.py::test_gone', 'script:tests/b.yaml'"
    flow = edited(SPRAIN, ("hazards.yaml", "'rule:danger_sign'", shown))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.yaml").write_text("title: here\n")
    (tmp_path / "tests" / "test_a.py").write_text("def test_it() -> None: ...\n")
    found = [f.message for f in controls_have_files(flow, tmp_path)]
    assert found == [
        '"test:tests/test_a.py::test_gone" names a file or test that is not there.',
        '"script:tests/b.yaml" names a file or test that is not there.',
    ]


@pytest.mark.parametrize(("code", "words", "edits"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_fault_is_found_where_it_stands(code: str, words: str, edits: list[Edit]) -> None:
    found = check_structure(edited(SPRAIN, *edits))
    assert [f.code for f in found] == [code]
    assert words in found[0].message
    assert found[0].place.line > 1
    assert found[0].remedy
