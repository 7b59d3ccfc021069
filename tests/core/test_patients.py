"""Patients of the back-spasm flow: each reaches a level that a careful clinician would accept, none a lower one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.check.cases import CaseResult, run_answers
from bot.core.flow.yaml_places import Loaded
from bot.core.model.files.advice import Section
from bot.core.model.files.parts import Level
from tests.support.audit_rows import rows
from tests.support.places import FLOWS, TESTS
from tests.support.talking import back_spasm

PATIENTS: list[dict[str, Any]] = Loaded("patients.yaml", (TESTS / "patients.yaml").read_text("utf-8")).value

ALONE = {
    Level.emergency: """bladder_or_bowel_change saddle_numbness sexual_dysfunction_new bilateral_leg_symptoms
        leg_weakness_progressive gait_unsteady major_trauma chest_pain_or_breathless sudden_tearing_or_abdominal_pain
        aneurysm sickle_cell pregnancy_warning_sign heavy_bleeding
        collapse_or_fainting confused_or_very_unwell cold_pale_numb_leg baclofen_pump""",
    Level.same_day: """fever chills iv_drug_use immunosuppressed recent_infection_or_spinal_procedure dark_urine
        minor_trauma_with_osteoporosis_or_steroids midline_bone_tenderness spine_deformity_or_lump
        leg_weakness_or_foot_drop unexplained_weight_loss trouble_swallowing drooping_eyelids_double_vision
        checkpoint_inhibitor urinary_symptoms_or_flank_pain rest_foot_pain_or_ulcer skin_rash
        baclofen_missed severe_pain_uncontrolled unable_to_function""",
    Level.see_soon: """not_improving_after_4_weeks radiates_below_knee leg_numbness_tingling stenosis_like_pattern
        pad_like_exertional_leg_pain ms_known steroid sglt2_inhibitor alcohol_heavy cushing_features diabetes_type2
        night_rest_pain morning_stiffness_improves_with_movement cancer_history frequent_recurrence work_impact
        psychosocial_distress proximal_weakness pregnant child_under_16 thoracic_pain anticoagulant osteoporosis
        first_ever clumsy_hands chemotherapy baclofen""",
    Level.self_care: "statin hypothyroid extremity_cramps vitamin_d_deficiency raynaud connective_tissue_disease",
}
"""The red-flag list as the audit left it: the level that each sign reaches at least when nothing else is known. Those of the
last line stay at home alone (rows O1, O2, O4)."""


def run(case: dict[str, Any]) -> CaseResult:
    return run_answers(back_spasm(), case)


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda p: p["name"].replace(" ", "_"))
def test_a_patient_reaches_a_level_that_a_clinician_accepts(patient: dict[str, Any]) -> None:
    outcome = run({"answers": patient["answers"], "facts": patient["facts"]})
    assert outcome.warnings == ()
    assert outcome.level.value in patient["accept"], outcome.rules


def test_the_table_is_broad() -> None:
    assert len(PATIENTS) >= 70
    assert {level for p in PATIENTS for level in p["accept"]} == {level.value for level in Level}
    assert all(p["reason"] for p in PATIENTS)
    assert len({p["name"] for p in PATIENTS}) == len(PATIENTS)


@pytest.mark.parametrize(("sign", "least"), [(s, level) for level, signs in ALONE.items() for s in signs.split()])
def test_a_sign_given_alone_is_used_and_reaches_its_level(sign: str, least: Level) -> None:
    outcome = run({"facts": {sign: True}})
    assert outcome.warnings == ()
    assert outcome.unused == ()
    assert outcome.level.rank >= least.rank, outcome.rules


@pytest.mark.parametrize("pain", [0, 5, 10])
@pytest.mark.parametrize("facts", [{}, {"night_rest_pain": True}, {"fever": True}])
def test_pain_decides_nothing(pain: int, facts: dict[str, bool]) -> None:
    assert run({"answers": {"pain": pain}, "facts": facts}).level is run({"facts": facts}).level


@pytest.mark.parametrize("sign", ["bladder_or_bowel_change", "saddle_numbness", "leg_weakness_progressive"])
def test_not_sure_of_an_emergency_sign_is_an_emergency(sign: str) -> None:
    assert run({"facts": {sign: "not_sure"}}).level is Level.emergency


@pytest.mark.parametrize("sign", ["sexual_dysfunction_new", "gait_unsteady"])
def test_not_sure_of_a_weak_emergency_sign_is_for_the_same_day_at_least(sign: str) -> None:
    assert run({"answers": {"nerves": {"not_sure": [sign]}}}).level is Level.same_day


def test_an_uncomplicated_spasm_takes_few_questions() -> None:
    first_days, two_weeks = run({}), run({"answers": {"onset": 14}})
    assert first_days.level is two_weeks.level is Level.self_care
    assert len(first_days.asked) <= 15
    assert len(two_weeks.asked) - 1 <= 15, "the start screen, which asks for consent, is not counted"


def test_the_table_of_changes_says_what_the_flow_says() -> None:
    """`python tests/support/audit_rows.py 66c6864` makes it anew."""
    table = (FLOWS / "back_spasm" / "CHANGES.md").read_text("utf-8")
    found = {(m[1] + m[2], m[3]): m[4] for m in re.finditer(r"\| ([UO])(\d+) \| (.+?) \| .+? \| (\w+) \|", table)}
    for patient in rows():
        row, about = patient["name"].split(" ", 1)
        assert found[row, about] == run(patient).level.value
    named = {row for row, _ in found}
    assert named == {f"U{n}" for n in range(1, 30)} | {f"O{n}" for n in range(1, 8)}


def test_what_the_audit_leaves_open_stands_in_the_flow_and_in_the_hazards() -> None:
    flow, hazards = ((FLOWS / "back_spasm" / f).read_text("utf-8") for f in ("triage.yaml", "hazards.yaml"))
    asked = {r for line in re.findall(r"CLINICIAN ([UO\d, ]+)", flow) for r in re.findall(r"[UO]\d+", line)}
    listed = {r for line in re.findall(r"CLINICIAN ([UO\d, ]+)", hazards) for r in re.findall(r"[UO]\d+", line)}
    assert asked == listed
    assert {"U2", "U8", "O1", "O7"} <= asked


def test_each_result_below_emergency_has_one_address() -> None:
    """What to do is said by the way of the deciding rules, and of several ways `ways` lets only the first be said."""
    flow = back_spasm()
    for level in (Level.see_soon, Level.same_day):
        addresses = [x.line for x in flow.lines if x.line.section is Section.do and level in x.line.levels]
        assert all(line.how in flow.advice.ways for line in addresses)
        taken = {r.rule.how for r in flow.rules if r.rule.level is level}
        assert taken == {line.how for line in addresses}
