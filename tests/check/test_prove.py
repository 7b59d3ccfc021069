"""The proofs: what holds on sound flows, what fails on broken ones, and the conversation that shows it, played by `step`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.check.answers.results import Proofs
from bot.check.answers.space import Space
from bot.check.proof.prove import proofs
from bot.check.report.counterexample import write_counterexample
from bot.check.report.report import check_command
from bot.cli import main
from bot.core.model.findings import FlowError
from tests.support.brute_force import conversations
from tests.support.flow_edits import BACK_SPASM, SPRAIN, TODAY, Edit, edited, flow_at, two_ways, write
from tests.support.generated_flows import generated

SWELLING: Edit = ("triage.yaml", "when: blood_thinner and swelling", "when: blood_thinner and swelling is no")
BLEEDING = "  - rule: bleeding_inside\n    when: "
FAULTS: list[tuple[str, str, list[Edit]]] = [
    ("FLOW050", "no_gap", [("triage.yaml", "when: crooked or cannot_bear_weight", "when: crooked")]),
    ("FLOW053", "dead:comes_back", [("triage.yaml", "when: times_before >= 3", "when: times_before >= 3 and times_before < 3")]),
    ("FLOW054", "adds_nothing:bent_shape", [
        ("triage.yaml", "surely cannot_bear_weight or (cannot", "any of (surely cannot_bear_weight, surely crooked) or (cannot"),
    ]),
    ("FLOW055", "dead:still_swollen", [
        ("triage.yaml", f"{BLEEDING}blood_thinner and swelling", f"{BLEEDING}swelling"),
    ]),
    ("FLOW056", "monotone", [SWELLING]),
    ("FLOW057", "unsure_never_lower", [SWELLING]),
    ("FLOW058", "longest", [("interview.yaml", "longest: 16", "longest: 12")]),
    ("FLOW059", "danger_is_emergency", [("triage.yaml", "bone_through_skin, foot_wont_move)", "foot_wont_move)")]),
    ("FLOW059", "pain_never_lowers", [
        ("triage.yaml", "  - rule: context\n    when: any of", "  - rule: context\n    when: pain < 7 and any of"),
    ]),
    ("FLOW059", "self_care_is_earned", [
        ("safety.yaml", "and age >= 16", "and age >= 18"),
        ("interview.yaml", "{id: adult, min: 16, max: 54}", "{id: young, min: 16, max: 17}\n      - {id: adult, min: 18, max: 54}"),
        ("texts.en.yaml", "      adult: 16 to 54", "      young: 16 or 17\n      adult: 18 to 54"),
    ]),
]  # fmt: skip


def test_everything_holds_for_the_small_flow() -> None:
    found = proofs(flow_at(SPRAIN))
    assert found.failed == ()
    assert found.figures["conversations_exact"]
    assert found.figures["longest"] <= 16


def test_everything_holds_for_the_shipped_flow() -> None:
    found = proofs(flow_at(BACK_SPASM))
    assert [f.name for f in found.failed] == []


def test_the_fast_proofs_keep_every_safety_property() -> None:
    flow = flow_at(BACK_SPASM)
    fast = proofs(flow, fast=True)
    assert fast.safe
    assert {p.property for p in flow.safety.properties} <= set(fast.held)


@pytest.mark.ci
@pytest.mark.parametrize(("code", "name", "edits"), FAULTS, ids=[f"{f[0]}-{f[1]}" for f in FAULTS])
def test_a_fault_is_proved_with_a_conversation_that_step_confirms(code: str, name: str, edits: list[Edit]) -> None:
    flow = edited(SPRAIN, *edits)
    found = proofs(flow)
    failed = {(f.code, f.name): f for f in found.failed}
    assert (code, name) in failed
    assert not [f for f in found.failed if f.code == "FLOW061"]
    shown = failed[code, name]
    assert shown.place.file.endswith(".yaml")
    for example in (shown.example, shown.other):
        assert example is None or example.agrees
    if code in ("FLOW050", "FLOW056", "FLOW057", "FLOW059"):
        assert shown.example is not None
        assert not found.safe


def test_what_another_way_always_silences_is_dead() -> None:
    """Of several ways the first is said (`ways`): the proofs leave the later ones out, as the conversation does."""
    failed = {(f.code, f.name) for f in proofs(edited(SPRAIN, *two_ways("by_phone", "in_person"))).failed}
    assert ("FLOW055", "dead:go_there") in failed
    assert ("FLOW054", "adds_nothing:bleeding_inside") in failed
    failed = {(f.code, f.name) for f in proofs(edited(SPRAIN, *two_ways("in_person", "by_phone"))).failed}
    assert not failed & {
        ("FLOW055", "dead:go_there"),
        ("FLOW055", "dead:ring"),
        ("FLOW054", "adds_nothing:bleeding_inside"),
    }


def test_counterexamples_are_as_near_to_the_usual_answers_as_can_be() -> None:
    flow = edited(SPRAIN, SWELLING)
    shown = next(f for f in proofs(flow).failed if f.name == "monotone")
    assert shown.example is not None
    assert shown.other is not None
    assert shown.example.unusual == ("health",)
    assert [q for q in shown.other.answers if shown.other.answers[q] != shown.example.answers[q]] == ["swelling"]


@pytest.mark.parametrize("seed", range(12))
def test_proofs_of_made_up_flows_are_right(seed: int) -> None:
    """What the proofs say of a flow is what looking at each of its conversations says."""
    try:
        flow = generated(5, 7, seed, options=2)
    except FlowError:
        pytest.skip("this made-up flow has findings")
    everything = list(conversations(Space(flow)))
    codes = {f.code for f in proofs(flow).failed}
    assert ("FLOW050" in codes) == any(verdict.level is None for _, verdict in everything)
    assert "FLOW051" not in codes
    assert "FLOW060" not in codes
    assert "FLOW061" not in codes
    asked = {q for chosen, _ in everything for q in chosen}
    assert ("FLOW052" in codes) == (asked != set(flow.questions))
    fired = {r.rule.rule for _, verdict in everything for r in verdict.fired}
    assert ("FLOW053" in codes) == (fired != {r.rule.rule for r in flow.rules})


def test_a_counterexample_is_a_script_that_fails_until_the_flow_is_mended(tmp_path: Path, capsys: Any) -> None:
    fault: Edit = ("triage.yaml", "when: fever\n    level: same_day", "when: surely fever\n    level: same_day")
    broken = write(SPRAIN, tmp_path / "broken", fault)
    flow = edited(SPRAIN, fault)
    failed = next(f for f in proofs(flow).failed if f.name == "warning_is_seen")
    script = write_counterexample(flow, broken, tmp_path / "build", failed)
    assert script is not None
    assert main(["replay", str(script)]) == 1
    assert "expected  level same_day" in capsys.readouterr().out
    (broken / "triage.yaml").write_text((SPRAIN / "triage.yaml").read_text())
    assert main(["replay", str(script)]) == 0


def test_check_says_what_fails_why_and_where(tmp_path: Path) -> None:
    fault: Edit = ("triage.yaml", "bone_through_skin, foot_wont_move)", "foot_wont_move)")
    out = io.StringIO()
    folder = write(SPRAIN, tmp_path, fault)
    assert check_command([folder], as_json=False, build=tmp_path / "build", out=out, today=TODAY) == 1
    text = out.getvalue()
    assert "FAILS  danger_is_emergency" in text
    assert "safety.yaml:3" in text
    assert '"danger_sign" (triage.yaml:5) did not fire' in text
    assert "an open break" in text
    assert "symptom-bot replay" in text
    assert (tmp_path / "build" / "danger_is_emergency.yaml").is_file()


def test_check_of_a_sound_flow_prints_how_much_it_covered(tmp_path: Path) -> None:
    out = io.StringIO()
    assert check_command([SPRAIN], as_json=False, build=tmp_path, out=out, today=TODAY) == 0
    assert "13 of 13 properties hold for all 7.7e+07 conversations" in out.getvalue()
    assert list(tmp_path.iterdir()) == []


def test_check_as_json_and_back(tmp_path: Path) -> None:
    out = io.StringIO()
    check_command([SPRAIN], as_json=True, build=tmp_path, out=out, today=TODAY)
    (plain,) = json.loads(out.getvalue())
    assert plain["ok"]
    assert Proofs.from_json(plain["proofs"]).held


def test_results_survive_json() -> None:
    flow = edited(SPRAIN, SWELLING)
    found = proofs(flow, fast=True)
    assert found.failed
    assert Proofs.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_a_flow_with_findings_is_listed_and_not_proved(tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path, ("triage.yaml", "when: fever\n", "when: feverr\n"))
    out = io.StringIO()
    assert check_command([folder], as_json=False, build=tmp_path, out=out, today=TODAY) == 1
    assert 'Did you mean "fever"?' in out.getvalue()


def test_a_gap_is_a_script_that_fails_until_it_is_closed(tmp_path: Path) -> None:
    fault: Edit = ("triage.yaml", "when: crooked or cannot_bear_weight", "when: crooked")
    folder = write(SPRAIN, tmp_path / "broken", fault)
    check_command([folder], as_json=False, build=tmp_path / "build", out=io.StringIO(), today=TODAY)
    script = str(tmp_path / "build" / "no_gap.yaml")
    assert main(["replay", script]) == 1
    (folder / "triage.yaml").write_text((SPRAIN / "triage.yaml").read_text())
    assert main(["replay", script]) == 0


def test_rules_that_one_patient_breaks_are_told_together(tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path, ("safety.yaml", "properties:\n", (
        "properties:\n"
        "  - {property: fever_is_emergency, when: fever, at_least: emergency, because: It is so., sources: [g_danger]}\n"
        "  - {property: hot_is_emergency, when: fever, at_least: emergency, because: It is so., sources: [g_danger]}\n"
    )))  # fmt: skip
    out = io.StringIO()
    assert check_command([folder], as_json=False, build=tmp_path / "build", out=out, today=TODAY) == 1
    assert out.getvalue().count("A conversation that shows it:") == 1
    assert "The same patient also shows:  hot_is_emergency" in out.getvalue()
