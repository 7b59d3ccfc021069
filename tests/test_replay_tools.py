"""What is made of scripts: coverage, mutation score, proposals, random walks, recordings, and pytest's items."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from flow_edits import commit_seed
from talking import NOW, Person, sprain

from bot.check.faults.mutations import KINDS, mutations
from bot.commands.replaying import replay_command, script_command
from bot.core.conversation.events import Started, Typed
from bot.core.flow.answer_values import BadAnswer
from bot.core.flow.compiled import Flow
from bot.replay.coverage import random_walk as walk
from bot.replay.coverage.coverage import KINDS as COVERED
from bot.replay.coverage.coverage import Coverage, coverage_of, percent, table
from bot.replay.coverage.generate import propose
from bot.replay.coverage.page import page
from bot.replay.mutation.mutate import Score, chosen, mutation_score, score_in_jobs
from bot.replay.mutation.survivors import Judged, named, read_explained, score_table
from bot.replay.playing.outcome import Outcome
from bot.replay.playing.run import failure, run_all
from bot.replay.playing.ways import MemoryWay, run_case
from bot.replay.recording.record import Recording
from bot.replay.recording.retelling import stored_script
from bot.replay.script.flows import Flows, Only, with_reader
from bot.replay.script.model import Case
from bot.replay.script.reading import Scripts, read_scripts, read_text
from bot.replay.script.writing import Exists, save, script_text
from tests.support.judging import seen_to_differ

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "tests" / "conversations"
FLOWS = Flows([ROOT / "flows", ROOT / "tests" / "flows"], with_reader)
pytest_plugins = ["pytester"]


def scripts_of(folder: Path) -> tuple[Scripts, list[Outcome], Flow]:
    """The scripts of a folder named after the small flow, run in memory."""
    scripts = read_scripts([folder], FLOWS)
    assert not scripts.findings, [str(f) for f in scripts.findings]
    outcomes = list(run_all(scripts, [MemoryWay()]))
    return scripts, outcomes, next(iter(scripts.flows.values()))


@pytest.fixture(scope="module")
def shipped() -> tuple[Scripts, list[Outcome], Flow]:
    """The shipped scripts, run in memory."""
    return scripts_of(SHIPPED / "back_spasm")


GOOD = "title: Good\nchat:\n  - tap: cold_pale_foot\nexpect: {level: emergency, because: [danger_sign]}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scripts of the small flow, one of which fails."""
    place = tmp_path / "sprain"
    place.mkdir()
    (place / "good.yaml").write_text(GOOD)
    (place / "bad.yaml").write_text(
        "title: Bad\nchat:\n  - auto: {health: [diabetes]}\n    until: result\nexpect: {level: self_care}\n"
    )
    return place


def found(folder: Path) -> Coverage:
    _, outcomes, flow = scripts_of(folder)
    return coverage_of(flow, outcomes)


# --- coverage ---------------------------------------------------------------------------------------------------------


def test_coverage_names_what_no_script_meets_with_its_place(folder: Path) -> None:
    coverage = found(folder)
    met, only_failing, total = coverage.figures("rules")
    assert (met, only_failing, total) == (1, 1, 12)
    unmet = {i.name: str(i.place) for i in coverage.unmet("rules")}
    assert unmet["context"] == "triage.yaml:39:11"
    assert "danger_sign" not in unmet
    assert {i.name for i in coverage.unmet("options")} >= {
        "danger: bone_through_skin",
        "danger: not sure",
        "age: from_55",
    }


def test_failing_scripts_are_counted_apart(folder: Path) -> None:
    text = table(found(folder))
    assert "1 passing scripts, 1 failing (counted apart)" in text
    assert "more only in failing scripts" in text


def test_every_kind_is_counted_and_none_is_rounded_up(folder: Path) -> None:
    coverage = found(folder)
    assert coverage.kinds() == (*COVERED, "texts en")
    assert set(coverage.as_json()["kinds"]) == set(coverage.kinds())
    assert all(coverage.figures(kind)[2] > 0 for kind in coverage.kinds())
    assert (percent(999, 1000), percent(1000, 1000), percent(9999, 10_000)) == (99.9, 100.0, 99.9)


def test_the_page_shows_figures_graph_and_places(folder: Path) -> None:
    text = page(found(folder))
    assert text.startswith("<!doctype html>")
    assert "triage.yaml:39:11" in text
    assert text.count("<circle") == 14 + 5
    assert 'class="unmet"' in text
    assert 'class="met"' in text


def test_the_shipped_scripts_meet_every_question_option_rule_and_line(
    shipped: tuple[Scripts, list[Outcome], Flow],
) -> None:
    _, outcomes, flow = shipped
    assert len({o.case.file for o in outcomes}) >= 60
    coverage = coverage_of(flow, outcomes)
    assert coverage.kinds() == ("questions", "options", "branches", "rules", "advice", "corrections", "texts en")
    for kind in coverage.kinds():
        assert not coverage.unmet(kind), [f"{i.place} {i.name}" for i in coverage.unmet(kind)]


# --- mutations --------------------------------------------------------------------------------------------------------


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
    score: Score


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    """The whole score of a single script of the small flow, so that most faults survive."""
    place = tmp_path_factory.mktemp("scored") / "sprain"
    place.mkdir()
    (place / "good.yaml").write_text(GOOD)
    scripts, outcomes, flow = scripts_of(place)
    return Scored(scripts, flow, mutation_score(scripts, outcomes, flow))


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
    assert tried > 50


def test_scripts_that_are_not_run_would_not_have_noticed() -> None:
    scripts = read_scripts([SHIPPED / "sprain" / name for name in ("danger.yaml", "health.yaml")], FLOWS)
    flow = next(iter(scripts.flows.values()))
    score = mutation_score(
        scripts, list(run_all(scripts, [MemoryWay()])), flow, share=0.2, differs=lambda old, new: None
    )
    unnoticed = [r for r in score.results if r.fate == "equal"]
    assert len(unnoticed) > 5
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
    together = score_in_jobs([folder], FLOWS, next(iter(scripts.flows)), 2, share=0.1, seed=3)
    assert [r[:4] for r in together.results] == [r[:4] for r in alone.results]
    assert together.whole is alone.whole is False
    assert [r.apart is None for r in together.results] == [r.apart is None for r in alone.results]


def test_explained_survivors_are_shown_with_why_and_what_is_none_is_pointed_out(scored: Scored) -> None:
    score = scored.score
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
    return replay_command([folder], FLOWS, ways, out, mutate=True, share=share, at_least=at_least), out.getvalue()


def test_an_explanation_that_cannot_be_read_is_a_finding(folder: Path) -> None:
    (folder / "bad.yaml").unlink()
    (folder / "survivors.yaml").write_text("survivors:\n  - why: A reason.\n")
    code, text = mutated(folder, 0.01)
    assert code == 1
    assert "survivors.yaml:2" in text
    assert '"faults" is missing here' in text


def test_the_scripts_of_the_small_flow_notice_all_that_can_be_noticed() -> None:
    code, text = mutated(SHIPPED / "sprain", 1.0, at_least=100)
    assert code == 0, text


def test_a_hundredth_of_the_faults_others_with_every_commit(shipped: tuple[Scripts, list[Outcome], Flow]) -> None:
    scripts, outcomes, flow = shipped
    explained, findings = read_explained([SHIPPED / "back_spasm"])
    assert not findings
    score = mutation_score(scripts, outcomes, flow, share=0.01, seed=commit_seed())
    assert not Judged(score, explained).unexplained, score_table(Judged(score, explained))


@pytest.mark.slow
def test_the_shipped_scripts_notice_nine_in_ten_faults_and_the_others_are_explained() -> None:
    out = io.StringIO()
    folder = SHIPPED / "back_spasm"
    code = replay_command([folder], FLOWS, {"memory": MemoryWay()}, out, mutate=True, at_least=90, jobs=2)
    assert code == 0, out.getvalue()
    assert "no survivors (any more)" not in out.getvalue()


# --- proposals --------------------------------------------------------------------------------------------------------


def test_proposals_reach_what_none_reached_and_expect_what_the_bot_says(folder: Path, tmp_path: Path) -> None:
    proposed = propose(found(folder))
    assert proposed.unreachable == ("option: for_whom: no_thanks",)
    into = tmp_path / "proposed" / "sprain"
    into.mkdir(parents=True)
    for proposal in proposed.proposals:
        assert "not judged" in proposal.text
        save(into / proposal.name, proposal.text)
    _, outcomes, flow = scripts_of(into)
    assert all(o.passed for o in outcomes), [failure(o) for o in outcomes if not o.passed]
    coverage = coverage_of(flow, outcomes)
    assert not coverage.unmet("rules")
    assert not coverage.unmet("questions")
    assert not coverage.unmet("advice")
    met_before = {"danger: cold_pale_foot"}
    assert {i.name for i in coverage.unmet("options")} - met_before == {"for_whom: no_thanks"}, table(coverage)
    assert len(outcomes) < 15


def test_the_command_writes_proposals_and_never_over_a_script(folder: Path, tmp_path: Path) -> None:
    into, out = tmp_path / "new", io.StringIO()
    assert script_command([folder], FLOWS, out, cover=True, into=into) == 0
    assert "scripts proposed" in out.getvalue()
    with pytest.raises(Exists, match="is not written over"):
        script_command([folder], FLOWS, out, cover=True, into=into)


# --- random walks -----------------------------------------------------------------------------------------------------


def test_random_walks_break_no_law() -> None:
    for name in ("sprain", "back_spasm"):
        place = FLOWS.folder(name)
        assert place is not None
        flow, _ = FLOWS.read(place)
        assert flow is not None
        walked = walk.walks(flow, 60, seed=20)
        assert not walked.broken, walk.as_script(flow, walked.broken[0], "A walk")
        assert walked.turns > 500


@pytest.mark.slow
def test_a_million_turns_at_random_break_no_law() -> None:
    flow, _ = FLOWS.read(ROOT / "flows" / "back_spasm")
    assert flow is not None
    turns = seed = 0
    while turns < 1_000_000:
        seed += 1
        walked = walk.walks(flow, 1000, seed)
        assert not walked.broken, walk.as_script(flow, walked.broken[0], f"A walk of seed {seed}")
        turns += walked.turns


def test_a_broken_law_is_shrunk_to_the_steps_that_matter() -> None:
    flow = sprain()
    words = flow.texts["en"]
    spoiled = words.model_copy(update={"system": {**words.system, "cant_read": "{0.nothing}"}})
    broken_flow = dataclasses.replace(flow, texts={"en": spoiled})
    walked = walk.walks(broken_flow, 200, seed=3, most_broken=1)
    (broken,) = walked.broken
    assert broken.law == "step never raises"
    assert len(broken.steps) == 1
    assert "send" in broken.steps[0]
    again = walk.again(broken_flow, broken.steps)
    assert again is not None
    assert again.law == broken.law
    assert walk.again(flow, broken.steps) is None
    assert "Found by a random walk" in walk.as_script(broken_flow, broken, "A walk")


def test_the_same_seed_walks_the_same_way() -> None:
    assert walk.walks(sprain(), 10, 5).turns == walk.walks(sprain(), 10, 5).turns


# --- recordings -------------------------------------------------------------------------------------------------------


def replayed(text: str, folder: Path) -> Outcome:
    """The text as a script, run in memory."""
    folder.mkdir(exist_ok=True)
    path = folder / "recorded.yaml"
    path.write_text(text, encoding="utf-8")
    scripts = read_scripts([path], FLOWS)
    assert not scripts.findings, [str(f) for f in scripts.findings]
    (outcome,) = run_all(scripts, [MemoryWay()])
    return outcome


def test_a_recorded_chat_is_a_script_without_the_words_that_were_typed(tmp_path: Path) -> None:
    person = Person(sprain())
    recording = Recording(sprain(), NOW)
    recording.turn(Started(), person.session)
    for words in ("Me", "None of these", "0", "I live in Lima", "43", "Thin bones", "done", "in Lima again"):
        person.does(Typed(words))
        recording.turn(Typed(words), person.session)
    text = recording.script("Recorded")
    assert "Lima" not in text
    assert "43" not in text
    outcome = replayed(text, tmp_path / "sprain")
    assert outcome.passed, text + failure(outcome)
    assert outcome.standing.answers["health"].yes == {"thin_bones"}
    assert "tap: adult" in text


def test_words_are_kept_on_request() -> None:
    person = Person(sprain())
    recording = Recording(sprain(), NOW, keep_words=True)
    recording.turn(Started(), person.session)
    person.does(Typed("Me"))
    recording.turn(Typed("Me"), person.session)
    assert "me: Me" in recording.script("Recorded")


def test_a_stored_chat_replays_to_where_it_stood(tmp_path: Path, shipped: tuple[Scripts, list[Outcome], Flow]) -> None:
    _, outcomes, flow = shipped
    for number, outcome in enumerate(outcomes):
        session = outcome.handled[-1].turn.session
        if number % 9 or not session.consented or session.at not in ("ADVICE", "EMERGENCY"):
            continue
        again = replayed(stored_script(flow, session, "Stored"), tmp_path / "back_spasm")
        assert again.passed, outcome.case.title + failure(again)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    save(path, "x")
    with pytest.raises(Exists):
        save(path, "y")
    assert path.read_text() == "x"


def test_values_that_yaml_would_misread_are_quoted(tmp_path: Path) -> None:
    steps = [
        {"me": "yes"},
        {"me": "12:30"},
        {"me": "4"},
        {"me": "a: b, [c] #d"},
        {"answer": {"danger": "none_of_these"}},
    ]
    text = script_text("On: off", "sprain", NOW, steps, {"at": "warning"})
    (tmp_path / "s.yaml").write_text(text)
    scripts = read_scripts([tmp_path / "s.yaml"], FLOWS)
    assert not scripts.findings, text
    (case,) = scripts.cases
    assert case.title == "On: off"
    assert [line.step.me for line in case.lines][:4] == ["yes", "12:30", "4", "a: b, [c] #d"]


# --- pytest -----------------------------------------------------------------------------------------------------------


def test_pytest_collects_one_item_for_each_case_and_way_from_configured_folders_only(pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\nconversations = talks\nconversation_flows = {ROOT / 'tests' / 'flows'}\n")
    for place in ("talks/sprain", "other/sprain"):
        (pytester.path / place).mkdir(parents=True)
        (pytester.path / place / "a.yaml").write_text(
            "title: Cold foot\nchat:\n  - tap: cold_pale_foot\nexpect: {level: $level}\ncases: {level: [emergency, see_soon]}\n"
        )
    (pytester.path / "talks" / "sprain" / "broken.yaml").write_text("title: Broken\n")
    result = pytester.runpytest_subprocess("-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=3)
    text = result.stdout.str()
    assert "Cold foot: emergency [memory] PASSED" in text
    assert "Cold foot: see_soon [reload] FAILED" in text
    assert "expected  level see_soon" in text
    assert "SCRIPT006" in text
    assert "other/sprain" not in text


def test_a_repository_without_flows_takes_those_that_ship(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLOWS_DIR", raising=False)
    pytester.makeini("[pytest]\nconversations = .\nconversation_ways = memory\n")
    (pytester.path / "a.yaml").write_text(
        "title: Bladder\nflow: back_spasm\nchat:\n  - tap: bladder_or_bowel_change\nexpect: {level: emergency}\n"
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
    monkeypatch.setenv("FLOWS_DIR", str(pytester.path / "nowhere"))
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    assert "conversation_flows" in result.stdout.str() + result.stderr.str()


def test_two_files_of_one_title_fail_in_pytest_too(pytester: pytest.Pytester) -> None:
    pytester.makeini(
        f"[pytest]\nconversations = .\nconversation_flows = {ROOT / 'tests' / 'flows'}\nconversation_ways = memory\n"
    )
    (pytester.path / "sprain").mkdir()
    for name in ("a", "b"):
        (pytester.path / "sprain" / f"{name}.yaml").write_text(
            "title: Same\nchat:\n  - bot: danger\nexpect: {at: danger}\n"
        )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    assert "SCRIPT021" in result.stdout.str()


def test_the_command_prints_coverage_and_score(folder: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    code = replay_command(
        [folder],
        FLOWS,
        {"memory": MemoryWay()},
        out,
        coverage=True,
        page=tmp_path / "c" / "page.html",
        mutate=True,
        share=0.05,
    )
    assert code == 1  # one of the scripts fails
    assert "corrections     0 of 10" in out.getvalue()
    assert "mutation score" in out.getvalue()
    assert (tmp_path / "c" / "page.html").read_text().startswith("<!doctype html>")
