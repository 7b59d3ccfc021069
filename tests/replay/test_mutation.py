"""The mutation score: what no script would notice, who would, and what needs an explanation."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from bot.check.faults.mutations import KINDS, mutations
from bot.commands.replaying import replay_command
from bot.core.flow.answer_values import BadAnswer
from bot.core.flow.compiled import Flow
from bot.replay.mutation.mutate import Score, chosen, mutation_score, score_in_jobs
from bot.replay.mutation.survivors import Judged, named, read_explained, score_table
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import run_all
from bot.replay.playing.ways import MemoryWay, run_case
from bot.replay.script.flows import Only
from bot.replay.script.model import Case
from bot.replay.script.reading import Scripts, read_scripts, read_text
from bot.replay.script.writing import script_text
from tests.support.flow_edits import commit_seed
from tests.support.judging import seen_to_differ
from tests.support.scripts import FLOW_FOLDERS, GOOD, SHIPPED, scripts_of
from tests.support.talking import sprain


def test_mutations_are_of_every_kind_and_each_says_what_somebody_did() -> None:
    listed = list(mutations(sprain()))
    assert {m.kind for m in listed} == set(KINDS)
    assert len({(m.place, m.what, m.kind) for m in listed}) == len(listed)
    broken = next(m for m in listed if m.kind == "lower_level" and "danger_sign" in m.what)
    flow, findings = broken.make()
    assert flow is not None
    assert not findings
    assert flow.rules_by_id["danger_sign"].rule.level == "same_day"
    assert str(broken).startswith("triage.yaml:")


class Scored(NamedTuple):
    scripts: Scripts
    flow: Flow
    share: float
    score: Score


@pytest.fixture(scope="module", params=[0.3, pytest.param(1.0, marks=pytest.mark.slow)])
def scored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """The score of a single script of the small flow, so that most faults survive; the whole score in the slow lane."""
    place = tmp_path_factory.mktemp("scored") / "sprain"
    place.mkdir()
    (place / "good.yaml").write_text(GOOD)
    scripts, outcomes, flow = scripts_of(place)
    with_both_named_below = 11
    score = mutation_score(scripts, outcomes, flow, share=request.param, seed=with_both_named_below)
    return Scored(scripts, flow, request.param, score)


def test_the_score_names_what_no_script_would_notice(scored: Scored) -> None:
    score = scored.score
    fates = {(r.mutation.kind, r.mutation.what): r.fate for r in score.results}
    assert fates["lower_level", 'the rule "danger_sign" asks for same_day instead of emergency'] == "noticed"
    assert fates["delete_rule", 'the rule "comes_back" is deleted'] == "survived"
    assert 0 < score.percent < 50
    judged = Judged(score, {})
    text = score_table(judged)
    assert "If somebody did this, no script would notice." in text
    assert "no script goes through it" in text
    plain = json.loads(json.dumps(judged.as_json()))
    assert plain["survived"] == score.count("survived") == len(plain["survivors"])
    gone = next(x for x in plain["survivors"] if x["fault"] == 'delete_rule: the rule "comes_back" is deleted')
    assert gone["what_differs"] == "see_soon becomes no level"
    assert gone["answers"] == {"times_before": 3}
    assert "      auto: {times_before: 3}" in text


def case_of(answers: object, level: str, flow: Flow) -> Case:
    """A script of these answers that expects this level, and that the bot can place the patient."""
    found = Scripts()
    expect = {"level": level, "not_said": ["unplaced"]}
    text = script_text("A patient", flow.name, None, [{"auto": answers, "until": "result"}], expect)
    read_text(text, Path("patient.yaml"), Only(flow), found)
    assert not found.findings, [str(f) for f in found.findings]
    return found.cases[0]


def passes(case: Case, flow: Flow) -> bool:
    """Whether the script passes; a flow without an option that it gives breaks it."""
    try:
        return run_case(MemoryWay(), case, flow, {}).passed
    except BadAnswer:
        return False


def test_the_patient_named_for_a_survivor_makes_a_script_that_notices_it(scored: Scored) -> None:
    tried = 0
    for result in scored.score.survivors:
        assert result.apart is not None
        level, _, other = result.apart.what.partition(" becomes ")
        if not other or level == "no level":
            continue
        case = case_of(result.apart.answers, level, scored.flow)
        broken, _ = result.mutation.make()
        assert broken is not None
        assert passes(case, scored.flow), str(result.mutation)
        assert not passes(case, broken), str(result.mutation)
        tried += 1
    assert tried > 50 * scored.share


@pytest.mark.parametrize("share", [0.06, pytest.param(0.2, marks=pytest.mark.slow)])
def test_scripts_that_are_not_run_would_not_have_noticed(share: float) -> None:
    scripts = read_scripts([SHIPPED / "sprain" / name for name in ("danger.yaml", "health.yaml")], FLOW_FOLDERS)
    flow = next(iter(scripts.flows.values()))
    score = mutation_score(
        scripts, list(run_all(scripts, [MemoryWay()])), flow, share=share, seed=1, differs=lambda old, new: None
    )
    unnoticed = [r for r in score.results if r.fate == "equal"]
    assert len(unnoticed) > 25 * share
    assert any(0 < r.tried < len(scripts.cases) for r in unnoticed)
    for result in unnoticed:
        broken, _ = result.mutation.make()
        assert broken is not None
        assert all(run_case(MemoryWay(), c, broken, {}).passed for c in scripts.cases), str(result.mutation)


def test_a_script_that_names_the_broken_thing_is_tried_before_others() -> None:
    scripts, outcomes, flow = scripts_of(SHIPPED / "sprain")
    score = mutation_score(scripts, outcomes, flow, share=0.1)
    noticed = [r.tried for r in score.results if r.fate == "noticed"]
    assert sum(noticed) < 4 * len(noticed)


def test_a_share_of_the_mutations_is_chosen_by_its_seed(folder: Path) -> None:
    flow = sprain()
    one, same, other = ([m.what for m in chosen(flow, 0.1, seed)] for seed in (1, 1, 2))
    assert one == same != other
    assert len(one) == round(len(chosen(flow)) * 0.1)


def test_what_is_proved_to_change_nothing_is_no_survivor(scored: Scored) -> None:
    equal = [r for r in scored.score.results if r.fate == "equal"]
    assert equal
    for result in equal:
        broken, _ = result.mutation.make()
        assert broken is not None
        assert seen_to_differ(scored.flow, broken, 100, 1) is None


def test_several_processes_come_to_the_same_score(folder: Path) -> None:
    scripts, outcomes, flow = scripts_of(folder)
    alone = mutation_score(scripts, outcomes, flow, share=0.1, seed=3)
    together = score_in_jobs([folder], FLOW_FOLDERS, next(iter(scripts.flows)), 2, share=0.1, seed=3)
    assert [r[:4] for r in together.results] == [r[:4] for r in alone.results]
    assert together.whole is alone.whole is False
    assert [r.apart is None for r in together.results] == [r.apart is None for r in alone.results]


def test_explained_survivors_are_shown_with_why_and_what_is_none_is_pointed_out(scored: Scored) -> None:
    score = Score(scored.flow, scored.score.results)
    survivors = [named(r.mutation) for r in score.survivors]
    noticed = next(named(r.mutation) for r in score.results if r.fate == "noticed")
    outdated = [noticed, "delete_rule: a rule that there never was"]
    judged = Judged(score, dict.fromkeys([*survivors, *outdated], "A reason."))
    assert not judged.unexplained
    assert judged.outdated == outdated
    text = score_table(judged)
    assert "no script would notice" not in text
    assert text.count("      A reason.") == len(survivors)
    assert [line.strip() for line in text.splitlines()[-2:]] == outdated
    assert judged.passed(score.percent)
    assert not judged.passed(score.percent + 0.1)
    assert not Judged(score, dict.fromkeys(survivors[1:], "A reason.")).passed(0.0)


def test_of_a_share_only_what_was_tried_is_said_to_be_outdated(scored: Scored) -> None:
    results = scored.score.results[:30]
    untried = named(scored.score.results[40].mutation)
    noticed = [named(r.mutation) for r in results if r.fate == "noticed"]
    explained = dict.fromkeys([*noticed, untried], "A reason.")
    assert Judged(Score(scored.flow, results, whole=False), explained).outdated == noticed
    assert Judged(Score(scored.flow, results), explained).outdated == [*noticed, untried]


def test_a_survivor_that_is_explained_beside_the_scripts_is_nothing_wrong(folder: Path) -> None:
    (folder / "bad.yaml").unlink()
    code, text = mutated(folder, 0.02)
    assert code == 1
    assert "say in survivors.yaml why none need" in text
    scripts, outcomes, flow = scripts_of(folder)
    survivors = [named(r.mutation) for r in mutation_score(scripts, outcomes, flow, share=0.02).survivors]
    reasons = {"survivors": [{"why": "A reason.", "faults": survivors}]}
    (folder / "survivors.yaml").write_text(yaml.safe_dump(reasons, width=10_000))
    code, text = mutated(folder, 0.02)
    assert code == 0, text
    assert "      A reason." in text
    assert mutated(folder, 0.02, at_least=99.9)[0] == 1


def mutated(folder: Path, share: float, at_least: float = 0.0) -> tuple[int, str]:
    """What `replay --mutate` says."""
    out = io.StringIO()
    ways = {"memory": MemoryWay()}
    return replay_command(
        [folder], FLOW_FOLDERS, ways, out, mutate=True, share=share, at_least=at_least
    ), out.getvalue()


def test_an_explanation_that_cannot_be_read_is_a_finding(folder: Path) -> None:
    (folder / "bad.yaml").unlink()
    (folder / "survivors.yaml").write_text("survivors:\n  - why: A reason.\n")
    code, text = mutated(folder, 0.01)
    assert code == 1
    assert "survivors.yaml:2" in text
    assert '"faults" is missing here' in text


@pytest.mark.parametrize("share", [0.15, pytest.param(1.0, marks=pytest.mark.slow)])
def test_the_scripts_of_the_small_flow_notice_all_that_can_be_noticed(share: float) -> None:
    code, text = mutated(SHIPPED / "sprain", share, at_least=100)
    assert code == 0, text


@pytest.mark.parametrize("share", [0.003, pytest.param(0.01, marks=pytest.mark.slow)])
def test_a_few_of_the_faults_others_with_every_commit(
    shipped: tuple[Scripts, list[Played], Flow], share: float
) -> None:
    scripts, outcomes, flow = shipped
    explained, findings = read_explained([SHIPPED / "back_spasm"])
    assert not findings
    score = mutation_score(scripts, outcomes, flow, share=share, seed=commit_seed())
    assert not Judged(score, explained).unexplained, score_table(Judged(score, explained))


@pytest.mark.slow
def test_the_shipped_scripts_notice_nine_in_ten_faults_and_the_others_are_explained() -> None:
    out = io.StringIO()
    folder = SHIPPED / "back_spasm"
    code = replay_command([folder], FLOW_FOLDERS, {"memory": MemoryWay()}, out, mutate=True, at_least=90, jobs=2)
    assert code == 0, out.getvalue()
    assert "no survivors (any more)" not in out.getvalue()
