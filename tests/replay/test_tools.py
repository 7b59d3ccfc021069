"""What is made of scripts: coverage, and proposals for what none of them reaches."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot.commands.replaying import replay_command, script_command
from bot.core.flow.compiled import Flow
from bot.replay.coverage.coverage import Coverage, coverage_of, percent, table
from bot.replay.coverage.generate import propose
from bot.replay.coverage.items import KINDS as COVERED
from bot.replay.coverage.page import page
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import failure
from bot.replay.playing.ways import MemoryWay
from bot.replay.script.reading import Scripts
from bot.replay.script.writing import Exists, save
from tests.support.scripts import FLOW_FOLDERS, scripts_of


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


@pytest.mark.slow
def test_the_shipped_scripts_meet_every_question_option_rule_and_line(
    shipped: tuple[Scripts, list[Played], Flow],
) -> None:
    _, outcomes, flow = shipped
    assert len({o.case.file for o in outcomes}) >= 60
    coverage = coverage_of(flow, outcomes)
    assert coverage.kinds() == ("questions", "options", "branches", "rules", "advice", "corrections", "texts en")
    for kind in coverage.kinds():
        assert not coverage.unmet(kind), [f"{i.place} {i.name}" for i in coverage.unmet(kind)]


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
    assert script_command([folder], FLOW_FOLDERS, out, cover=True, into=into) == 0
    assert "scripts proposed" in out.getvalue()
    with pytest.raises(Exists, match="is not written over"):
        script_command([folder], FLOW_FOLDERS, out, cover=True, into=into)


def test_the_command_prints_coverage_and_score(folder: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    code = replay_command(
        [folder],
        FLOW_FOLDERS,
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
