"""What is made of scripts: coverage, mutation score, proposals, random walks, recordings, and pytest's items."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import pytest
from talking import NOW, Person, sprain

from bot.check.mutations import KINDS, mutations
from bot.core.compiled import Flow
from bot.core.events import Started, Typed
from bot.replay import walk
from bot.replay.commands import replay_command, script_command
from bot.replay.coverage import KINDS as COVERED
from bot.replay.coverage import Coverage, coverage_of, percent, table
from bot.replay.coverage_page import page
from bot.replay.flows import Flows, with_reader
from bot.replay.generate import propose
from bot.replay.mutate import mutation_score, score_table
from bot.replay.outcome import Outcome
from bot.replay.reading import Scripts, read_scripts
from bot.replay.record import Recording
from bot.replay.retelling import stored_script
from bot.replay.run import failure, run_all
from bot.replay.ways import MemoryWay
from bot.replay.writing import Exists, save, script_text

ROOT = Path(__file__).resolve().parents[1]
FLOWS = Flows([ROOT / "flows", ROOT / "tests" / "flows"], with_reader)
pytest_plugins = ["pytester"]


def scripts_of(folder: Path) -> tuple[Scripts, list[Outcome], Flow]:
    """The scripts of a folder named after the small flow, run in memory."""
    scripts = read_scripts([folder], FLOWS)
    assert not scripts.findings, [str(f) for f in scripts.findings]
    outcomes = list(run_all(scripts, [MemoryWay()]))
    return scripts, outcomes, next(iter(scripts.flows.values()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scripts of the small flow, one of which fails."""
    place = tmp_path / "sprain"
    place.mkdir()
    (place / "good.yaml").write_text(
        "title: Good\nchat:\n  - tap: cold_pale_foot\nexpect: {level: emergency, because: [danger_sign]}\n"
    )
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


def test_the_shipped_scripts_meet_every_question_option_rule_and_line() -> None:
    scripts = read_scripts([ROOT / "tests" / "conversations" / "back_spasm"], FLOWS)
    assert not scripts.findings, [str(f) for f in scripts.findings]
    outcomes = list(run_all(scripts, [MemoryWay()]))
    assert len({o.case.file for o in outcomes}) >= 60
    coverage = coverage_of(next(iter(scripts.flows.values())), outcomes)
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


def test_the_score_names_what_no_script_would_notice(folder: Path) -> None:
    scripts, outcomes, flow = scripts_of(folder)
    score = mutation_score(scripts, outcomes, flow)
    fates = {(r.mutation.kind, r.mutation.what): r.fate for r in score.results}
    assert fates["lower_level", 'the rule "danger_sign" asks for same_day instead of emergency'] == "noticed"
    assert fates["delete_rule", 'the rule "comes_back" is deleted'] == "survived"
    assert 0 < score.percent < 50
    text = score_table(score)
    assert "If somebody did this, no script would notice:" in text
    assert "no script goes through it" in text
    assert json.loads(json.dumps(score.as_json()))["survived"] == score.count("survived")


def test_a_share_of_the_mutations_is_chosen_by_its_seed(folder: Path) -> None:
    scripts, outcomes, flow = scripts_of(folder)
    one, same, other = (
        [r.mutation.what for r in mutation_score(scripts, outcomes, flow, share=0.1, seed=s).results] for s in (1, 1, 2)
    )
    assert one == same != other


def test_what_is_proved_to_change_nothing_is_no_survivor(folder: Path) -> None:
    scripts, outcomes, flow = scripts_of(folder)
    score = mutation_score(scripts, outcomes, flow, share=0.2, equal=lambda old, new: True)
    assert not score.survivors
    assert score.count("equal") > 0
    assert score.percent == 100.0


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


def test_a_stored_chat_replays_to_where_it_stood(tmp_path: Path) -> None:
    scripts = read_scripts([ROOT / "tests" / "conversations" / "back_spasm"], FLOWS)
    flow = next(iter(scripts.flows.values()))
    for number, outcome in enumerate(run_all(scripts, [MemoryWay()])):
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
