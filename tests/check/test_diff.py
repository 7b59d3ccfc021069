"""The diff: which patients an edit moves, how many, which edit did it; words apart; nothing said where nothing differs."""

from __future__ import annotations

import io
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.check.answers.ending import outcome
from bot.check.difference.beside import beside
from bot.check.difference.diff import compare
from bot.check.difference.formulas import Couple, TreatedOtherwise
from bot.check.difference.level_pairs import TooMany, pairs
from bot.check.difference.parting import parting
from bot.check.difference.words import ADVICE
from bot.check.faults.all import all_mutations
from bot.check.proof.confirm import chosen_in
from bot.check.report.diff_words import difference_lines
from bot.check.report.report import diff_command
from bot.cli import main
from bot.core.flow.compiled import Flow
from bot.core.model.findings import FlowError
from tests.support.brute_force import conversations
from tests.support.flow_edits import BACK_SPASM, SPRAIN, Edit, edited, flow_at, two_ways, write
from tests.support.generated_flows import generated
from tests.support.judging import seen_to_differ

SETTLED = "  settled: no_danger and no_warning\n"
WALKING = "{line: walking_hurts, section: worse, levels: "
FEVER_RULE = "when: surely fever\n    level: same_day\n    how: today"
FEVER_SOON = "when: surely fever\n    level: see_soon\n    how: days"
FEVER: Edit = ("triage.yaml", "when: fever\n    level: same_day", "when: surely fever\n    level: same_day")


def test_nothing_differs_from_itself() -> None:
    found = compare(flow_at(SPRAIN), flow_at(SPRAIN))
    assert not found.changed


def test_a_lowered_level_is_counted_shown_and_blamed() -> None:
    found = compare(flow_at(SPRAIN), edited(SPRAIN, FEVER))
    assert found.lowered
    assert {(m.old, m.new) for m in found.moves} == {("same_day", "see_soon"), ("same_day", None)}
    gap = next(m for m in found.moves if m.new is None)
    assert gap.exact
    assert gap.count == 972
    assert gap.example.unusual == ("warning",)
    assert "rule fever_at_all  when: fever -> surely fever" in gap.because[0]
    assert gap.because[0].startswith("triage.yaml:15")


def test_examples_are_what_both_versions_really_say() -> None:
    old, new = flow_at(SPRAIN), edited(SPRAIN, FEVER)
    both = beside(old, new)
    for move in compare(old, new).moves:
        chosen = chosen_in(both.new, move.example)
        before, now = outcome(both.old, chosen), outcome(both.new, chosen)
        assert (before.level and before.level.value, now.level and now.level.value) == (move.old, move.new)


def test_a_moved_threshold_is_blamed_on_the_defined_condition() -> None:
    edits: list[Edit] = [
        ("triage.yaml", "  settled: no_danger and no_warning\n", f"{SETTLED}  often: times_before >= 3\n"),
        ("triage.yaml", "when: times_before >= 3", "when: often"),
    ]  # fmt: skip
    old = edited(SPRAIN, *edits)
    new = edited(SPRAIN, (edits[0][0], edits[0][1], edits[0][2].replace(">= 3", ">= 1")), edits[1], (
        "interview.yaml", "{id: once_or_twice, min: 1, max: 2}", "{id: once_or_twice, min: 1, max: 2} # as before"
    ))  # fmt: skip
    found = compare(old, new)
    assert {(m.old, m.new) for m in found.moves} == {("self_care", "see_soon")}
    assert not found.lowered
    assert "define often" in found.moves[0].because[0]


def test_lines_reasons_and_questions() -> None:
    new = edited(
        SPRAIN, ("advice.yaml", "when: pain >= 7", "when: pain >= 4"),
        ("advice.yaml", f"{WALKING}[self_care, see_soon]", f"{WALKING}[see_soon]"),
        ("triage.yaml", "any of (blood_thinner, thin_bones, diabetes)", "any of (blood_thinner, thin_bones, diabetes, crooked)"),
        ("interview.yaml", "when: cannot_bear_weight or thin_bones", "when: cannot_bear_weight or thin_bones or diabetes"),
    )  # fmt: skip
    found = compare(flow_at(SPRAIN), new)
    assert not found.moves
    assert ("hurts_much", "self_care") in found.lines_added
    assert ("walking_hurts", "self_care") in found.lines_lost
    assert ("context", "see_soon") in found.reasons_added
    assert found.asked_more == ("midline_bone_tenderness",)


def test_wording_is_told_apart() -> None:
    new = edited(SPRAIN, ("texts.en.yaml", "Book an appointment.", "Make an appointment."))
    found = compare(flow_at(SPRAIN), new)
    assert not found.moved
    (change,) = found.words
    assert (change.key, change.rank, change.old, change.new) == (
        "advice.book", ADVICE, "Book an appointment.", "Make an appointment.",
    )  # fmt: skip
    assert change.place.startswith("texts.en.yaml:")


def report(into: Path, *edits: Edit) -> list[str]:
    """What the operator reads of an edit of the small flow."""
    old, new = flow_at(SPRAIN), edited(SPRAIN, *edits)
    return difference_lines(old, new, compare(old, new), into, SPRAIN)


def test_old_and_new_words_stand_below_each_other_the_most_serious_first(tmp_path: Path) -> None:
    lines = report(
        tmp_path,
        ("texts.en.yaml", "Longer ago", "Before that"),
        ("texts.en.yaml", "  book: Book an appointment.", "  book: Make an appointment."),
        ("texts.en.yaml", "  emergency: Emergency", "  emergency: Perhaps"),
    )  # fmt: skip
    start = next(n for n, line in enumerate(lines) if line.startswith("Other words"))
    shown = lines[start:]
    keys = [line.split("  ")[2].split("   ")[0] for line in shown if line.startswith("  texts")]
    assert keys[0] == "levels.emergency"
    assert keys[1] == "advice.book"
    assert "IN AN EMERGENCY" in shown[1]
    assert "    - Book an appointment." in shown
    assert "    + Make an appointment." in shown


def test_what_may_be_typed_and_lists_are_told_in_plain_sentences(tmp_path: Path) -> None:
    lines = report(
        tmp_path,
        ("interview.yaml", "      - diabetes\n", ""), ("texts.en.yaml", "      diabetes: Diabetes\n", ""),
        ("triage.yaml", "any of (blood_thinner, thin_bones, diabetes)", "any of (blood_thinner, thin_bones)"),
        ("advice.yaml", f"{WALKING}[self_care, see_soon]", f"{WALKING}[see_soon]"),
    )  # fmt: skip
    said = "\n".join(lines)
    assert "options diabetes: deleted" in said
    assert "levels: without self_care" in said
    assert not re.search(r"[\[{]'", said)


def test_a_hazard_and_how_far_a_source_was_read_are_told(tmp_path: Path) -> None:
    lines = report(
        tmp_path,
        ("hazards.yaml", "severity: severe", "severity: minor"),
        ("evidence.yaml", "read: background", "read: read"),
    )
    said = "\n".join(lines)
    assert "severity: severe -> minor" in said
    assert "read: background -> read" in said


def test_a_new_sign_is_no_lost_advice() -> None:
    new = edited(
        SPRAIN, ("interview.yaml", "      - diabetes\n", "      - diabetes\n      - asthma\n"),
        ("texts.en.yaml", "      diabetes: Diabetes\n", "      diabetes: Diabetes\n      asthma: Asthma\n"),
        ("triage.yaml", "any of (blood_thinner, thin_bones, diabetes)", "any of (blood_thinner, thin_bones, diabetes, asthma)"),
    )  # fmt: skip
    found = compare(flow_at(SPRAIN), new)
    assert {(m.old, m.new) for m in found.moves} == {("self_care", "see_soon")}
    assert (found.lines_lost, found.reasons_lost, found.asked_less) == ((), (), ())


def test_a_weaker_safety_rule_is_listed() -> None:
    new = edited(SPRAIN, ("safety.yaml", "at_least: same_day", "at_least: see_soon"))
    found = compare(flow_at(SPRAIN), new)
    assert not found.moved
    assert "property warning_is_seen  at_least: same_day -> see_soon" in found.changes[0]


def test_a_new_question_and_a_lost_option() -> None:
    new = edited(
        SPRAIN, ("interview.yaml", "      - diabetes\n", ""), ("texts.en.yaml", "      diabetes: Diabetes\n", ""),
        ("triage.yaml", "any of (blood_thinner, thin_bones, diabetes)", "any of (blood_thinner, thin_bones)"),
    )  # fmt: skip
    found = compare(flow_at(SPRAIN), new)
    assert {(m.old, m.new) for m in found.moves} == {("see_soon", "self_care")}
    assert found.moves[0].count == 2 * 972  # diabetes, surely or not sure


# --- one patient ------------------------------------------------------------------------------------------------------


def apart(*edits: Edit) -> TreatedOtherwise | None:
    """A patient of the small flow who is treated otherwise once it is edited so."""
    return Couple(beside(flow_at(SPRAIN), edited(SPRAIN, *edits))).apart()


def test_the_plainest_patient_who_is_treated_otherwise() -> None:
    found = apart(FEVER)
    assert found is not None
    assert found.what == "no level becomes same_day" or found.what.startswith("same_day becomes")
    assert found.chosen["warning"].not_sure == {"fever"}


def test_nobody_is_treated_otherwise_by_a_condition_that_says_the_same() -> None:
    assert apart(("triage.yaml", "when: surely crooked", "when: surely crooked and not no_warning")) is None
    assert apart(("advice.yaml", "when: walking,", "when: walking and not no_movement,")) is None


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (
            ("advice.yaml", "when: twisting,", "when: surely twisting,"),
            '"twisting_hurts" is no longer said at self_care',
        ),
        (("triage.yaml", "when: surely crooked", "when: crooked"), "see_soon becomes same_day"),
        (
            ("triage.yaml", "when: times_before >= 3", "when: times_before >= 3 and swelling"),
            "see_soon becomes no level",
        ),
        (
            (
                "interview.yaml",
                "when: cannot_bear_weight or thin_bones",
                "when: cannot_bear_weight or thin_bones or diabetes",
            ),
            '"midline_bone_tenderness" is asked',
        ),
        (
            ("interview.yaml", "when: age < 16 and thin_bones", "when: age < 16 and surely thin_bones"),
            'the contradiction "young_but_thin" is pointed out otherwise',
        ),
    ],
)
def test_what_is_otherwise_is_named(edit: Edit, what: str) -> None:
    found = apart(edit)
    assert found is not None
    assert found.what == what


def test_another_order_of_the_ways_is_told_otherwise() -> None:
    one, other = (edited(SPRAIN, *two_ways(*order)) for order in (("by_phone", "in_person"), ("in_person", "by_phone")))
    found = Couple(beside(one, other)).apart()
    assert found is not None
    assert found.what in ('"go_there" is said at same_day', '"ring" is no longer said at same_day')


def test_a_level_that_stands_later_is_not_the_same() -> None:
    """At the end nobody is told anything else; but the same-day level stands only once the swelling is known."""
    later = ("triage.yaml", "when: surely crooked", "when: surely crooked and (swelling or not swelling)")
    assert not compare(flow_at(SPRAIN), edited(SPRAIN, later)).moved
    found = apart(later)
    assert found is not None
    assert found.what == 'after "warning" another level stands, or may still come'
    assert found.chosen["warning"].yes == {"crooked"}


def test_an_option_that_nothing_reads_is_missed_all_the_same() -> None:
    unread = ("advice.yaml", "when: twisting,", "when: walking,")
    old, new = edited(SPRAIN, unread), edited(
        SPRAIN, unread, ("interview.yaml", "      - {id: twisting, worry: 0, zones: [feet]}\n", ""),
        ("texts.en.yaml", "      twisting: Twisting\n", ""),
    )  # fmt: skip
    found = Couple(beside(old, new)).apart()
    assert found is not None
    assert found.what == '"twisting" can no longer be answered to "movements"'


@pytest.mark.ci
@pytest.mark.parametrize("seed", range(6))
def test_somebody_is_treated_otherwise_or_nobody_is(seed: int) -> None:
    """The one patient and the whole difference agree, and that patient really differs."""
    try:
        flow = generated(5, 7, seed, options=2)
    except FlowError:
        pytest.skip("this made-up flow has findings")
    for mutation in list(all_mutations(flow))[seed::17]:
        mutant, _ = mutation.make()
        if mutant is None:
            continue
        both = beside(flow, mutant)
        found = Couple(both).apart()
        if compare(flow, mutant, count=False).moved and not both.left_out:
            assert found is not None, str(mutation)
        if found is None:
            assert seen_to_differ(flow, mutant, 100, seed) is None, str(mutation)
        elif " becomes " in found.what and "disappears" not in mutation.what:
            before, now = (outcome(space, {**space.usual, **found.chosen}) for space in (both.old, both.new))
            assert found.what == f"{before.level or 'no level'} becomes {now.level or 'no level'}", str(mutation)


# --- counts -----------------------------------------------------------------------------------------------------------


@pytest.mark.ci
@pytest.mark.parametrize("seed", range(10))
def test_pairs_of_levels_are_those_of_every_conversation(seed: int) -> None:
    """The counted pairs, the pairs of the formulas, and those of looking at each conversation are the same."""
    try:
        flow = generated(5, 7, seed, options=2)
    except FlowError:
        pytest.skip("this made-up flow has findings")
    mutants = [
        m for m in all_mutations(flow) if m.kind in ("drop_part", "swap_and_or", "lower_level", "delete_rule", "surely")
    ]
    for mutation in mutants[seed::11]:
        mutant, _ = mutation.make()
        if mutant is None:
            continue
        both = beside(flow, mutant)
        counted = {(p.old, p.new): p.number for p in pairs(both)}
        assert {pair for pair in counted if pair[0] != pair[1]} == {(p.old, p.new) for p in Couple(both).pairs()}
        slowly: Counter[Any] = Counter()
        for chosen, verdict in conversations(both.new, stops=False):
            full = {**{q: both.old.usual[q] for q in both.old.axes}, **chosen}
            before = outcome(both.old, full).level
            slowly[before and before.value, verdict.level and verdict.level.value] += 1
        assert set(counted) == set(slowly)
        for pair, number in counted.items():
            assert number <= slowly[pair]  # a conversation ends at an emergency; there the slow count goes on
            if "emergency" not in pair and not mutation.what.startswith("in the question"):
                assert number == slowly[pair]


def all_that_differs(couple: Couple) -> tuple[object, ...]:
    moved = {(p.old, p.new) for p in couple.pairs()}
    return moved, couple.lines(), couple.reasons(), couple.questions(), couple.conflicts()


def same_wherever_it_looks(flow: Flow, apart: int) -> None:
    told_apart = 0
    for mutation in list(all_mutations(flow))[::apart]:
        mutant, _ = mutation.make()
        if mutant is not None:
            both = beside(flow, mutant)
            narrowed = Couple(both).only_where_they_part()
            told_apart += parting(both, narrowed.old) is not True
            assert all_that_differs(narrowed) == all_that_differs(Couple(both)), str(mutation)
    assert told_apart


def test_whoever_is_treated_otherwise_is_where_the_versions_part() -> None:
    same_wherever_it_looks(flow_at(SPRAIN), 5)


@pytest.mark.ci
@pytest.mark.parametrize("seed", range(6))
def test_so_of_flows_that_are_made_up(seed: int) -> None:
    try:
        flow = generated(5, 7, seed, options=2)
    except FlowError:
        pytest.skip("this made-up flow has findings")
    same_wherever_it_looks(flow, 3)


@pytest.mark.ci
def test_so_of_the_shipped_flow() -> None:
    same_wherever_it_looks(flow_at(BACK_SPASM), 201)


def test_where_it_cannot_be_counted_it_says_so() -> None:
    both = beside(flow_at(SPRAIN), edited(SPRAIN, FEVER))
    with pytest.raises(TooMany, match="different remainders"):
        pairs(both, most=5)
    found = Couple(both).pairs()
    assert {(p.old, p.new) for p in found} == {(p.old, p.new) for p in pairs(both) if p.old != p.new}


@pytest.mark.slow
def test_the_shipped_flow_edit_by_edit() -> None:
    new = edited(
        BACK_SPASM,
        ("triage.yaml", FEVER_RULE, FEVER_SOON),
    )
    found = compare(flow_at(BACK_SPASM), new)
    assert found.lowered
    assert all(m.exact and m.count > 0 for m in found.moves)
    assert seen_to_differ(flow_at(BACK_SPASM), new, 2000, 1) is not None


def test_the_command_and_its_exit_codes(tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path / "new", FEVER)
    out = io.StringIO()
    assert diff_command(str(SPRAIN), str(folder), None, tmp_path / "build", False, out) == 0
    assert "same_day   -> no level        972  LOWERED" in out.getvalue()
    assert diff_command(str(SPRAIN), str(folder), "lowered", tmp_path / "build", False, io.StringIO()) == 1
    assert diff_command(str(folder), str(SPRAIN), "lowered", tmp_path / "build", False, io.StringIO()) == 0
    assert diff_command(str(folder), str(SPRAIN), "changed", tmp_path / "build", False, io.StringIO()) == 1
    assert diff_command(str(tmp_path / "nowhere"), str(SPRAIN), None, tmp_path / "build", False, io.StringIO()) == 2


def test_a_git_revision_stands_for_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(SPRAIN, tmp_path / "flows")
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)
    text = (folder / "triage.yaml").read_text()
    (folder / "triage.yaml").write_text(text.replace(FEVER[1], FEVER[2]))
    monkeypatch.chdir(tmp_path)
    out = io.StringIO()
    assert diff_command("HEAD", "flows/sprain", "lowered", tmp_path / "build", False, out) == 1
    assert "fever_at_all" in out.getvalue()
    out = io.StringIO()
    assert diff_command("HEAD", "HEAD:flows/sprain", None, tmp_path / "build", False, out) in (0, 2)
    assert diff_command("nosuchrevision", "flows/sprain", None, tmp_path / "build", False, io.StringIO()) == 2


def test_examples_are_scripts_that_pass_on_the_new_version(tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path / "new", FEVER)
    assert diff_command(str(SPRAIN), str(folder), None, tmp_path / "build", False, io.StringIO()) == 0
    assert main(["replay", str(tmp_path / "build")]) == 0
    (folder / "triage.yaml").write_text((SPRAIN / "triage.yaml").read_text())
    assert main(["replay", str(tmp_path / "build")]) == 1
