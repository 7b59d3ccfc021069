"""A threshold that moves leaves no claim, hazard or reason with the old number behind unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.check.difference.diff import Difference
from bot.check.difference.old_numbers import moved_numbers
from bot.check.report.diff_words import difference_lines
from bot.check.structure.thresholds_said import thresholds_agree, thresholds_in
from tests.support.flow_edits import BACK_SPASM, SPRAIN, Edit, edited, flow_at

FALL: Edit = ("triage.yaml", "fall_from_60: fell and age >= 60", "fall_from_60: fell and age >= 70")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("From 60 on, a fall counts.", [(60, "")]),
        ("Lasting over three months, or for two weeks or more", [(3, "month"), (2, "week")]),
        ("People of 16 and over", [(16, "")]),
        ("At least 4 weeks", [(4, "week")]),
        ("Asked from 12 to 55", []),
        ("About 1 in 100; more than one; over 38 °C; over 20 %; row U60 or more", []),
        ("It clears up in 2 to 4 weeks", []),
    ],
)
def test_only_what_the_words_call_a_threshold_is_one(words: str, said: list[tuple[float, str]]) -> None:
    assert list(thresholds_in(words)) == said


@pytest.mark.parametrize(
    ("edit", "file", "says"),
    [
        (FALL, "evidence.yaml", "From 60 on, a fall"),
        (("triage.yaml", "age <= 19 and onset >= 14 days", "age <= 19 and onset >= 8 days"), "evidence.yaml", "2 weeks"),
        (("evidence.yaml", "Under 20, back pain", "Under 30, back pain"), "evidence.yaml", "says 30"),
        (("evidence.yaml", "lasting over three months", "lasting over six months"), "evidence.yaml", "says 6 months"),
        (("safety.yaml", "pain without a cause from 60", "pain without a cause from 65"), "safety.yaml", "says 65"),
        (("hazards.yaml", "and from 60 on any fall", "and from 65 on any fall"), "hazards.yaml", "says 65"),
    ],
)  # fmt: skip
def test_a_threshold_that_no_condition_has_is_found(edit: Edit, file: str, says: str) -> None:
    (found,) = thresholds_agree(edited(BACK_SPASM, edit))
    assert (found.code, found.place.file) == ("FLOW067", file)
    assert says in found.message


def test_what_a_document_says_is_the_documents() -> None:
    flow = edited(BACK_SPASM, ("evidence.yaml", "own accord in 2 to 4 weeks", "own accord after at least 9 weeks"))
    assert list(thresholds_agree(flow)) == []


def test_a_number_of_another_kind_is_not_held_against_the_condition() -> None:
    """A temperature against an age, a length of time against an age."""
    flow = edited(
        BACK_SPASM,
        ("evidence.yaml", "From 60 on, a fall with back pain", "From 60 on, over 2 years after a fall, back pain"),
    )
    assert list(thresholds_agree(flow)) == []


def test_below_the_rule_that_moved_stands_what_still_says_the_old_number(tmp_path: Path) -> None:
    old, new = flow_at(BACK_SPASM), edited(BACK_SPASM, FALL)
    (moved,) = moved_numbers(old, new)
    assert (moved.rule, moved.question, moved.old, moved.new) == ("fall_from_60_soon", "age", (60,), (70,))
    assert {text.what.partition(" ")[0] for text in moved.still} == {"reason", "claim", "safety", "hazard"}
    difference = Difference(old.version, new.version, changes=("edited",), numbers=(moved,))
    said = "\n".join(difference_lines(old, new, difference, tmp_path, BACK_SPASM))
    assert "rule fall_from_60_soon: age 60 -> 70 years" in said
    assert "claim g_fall_at_60: From 60 on, a fall with back pain" in said
    assert difference.as_json()["numbers"][0]["still"][0]["what"] == "reason"


def test_a_number_is_found_in_the_units_of_words_and_spelled_out() -> None:
    new = edited(BACK_SPASM, ("triage.yaml", "age <= 19 and onset >= 14 days", "age <= 19 and onset >= 8 days"))
    still = {m.rule: [s.what for s in m.still] for m in moved_numbers(flow_at(BACK_SPASM), new)}
    assert still["young_sport_soon"] == ["reason", "claim g_young_sport"]


def test_nothing_is_listed_where_no_number_moved() -> None:
    old = flow_at(SPRAIN)
    assert moved_numbers(old, old) == ()
    assert moved_numbers(old, edited(SPRAIN, ("triage.yaml", "surely crooked", "crooked"))) == ()
