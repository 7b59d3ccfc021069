"""The proofs fail closed: what the solver cannot tell is "not proved", by name, and such a flow is not served."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bot.check.proof.own_process
import bot.check.proof.prove
import bot.check.report.report
from bot.check.difference.beside import beside
from bot.check.difference.formulas import Couple
from bot.check.proof.covering import Target, covering
from bot.check.proof.laws import screens_of_signs
from bot.check.proof.lengths import lengths
from bot.check.proof.prove import SAFETY, proofs
from bot.check.proof.solver import NotProved, Prover
from bot.check.report.report import check_command, diff_command
from bot.core.model.files.governance import form_of
from bot.replay.mutation.mutate import differs
from tests.support.flow_edits import BACK_SPASM, SPRAIN, TODAY, Edit, edited, flow_at, write

NOTHING = {"rlimit": 1}
"""A bound on the solver under which it can decide nothing."""
MILDER: Edit = ("triage.yaml", "when: blood_thinner and swelling", "when: blood_thinner")


def never(*_: Any) -> Any:
    raise NotProved("the solver gave up: canceled")


@pytest.mark.parametrize("folder", [SPRAIN, BACK_SPASM], ids=lambda f: f.name)
def test_without_a_verdict_nothing_holds(folder: Path) -> None:
    flow = flow_at(folder)
    found = proofs(flow, fast=True, walks=0, limits=NOTHING)
    without_solver = {rule.words for rule in flow.safety.words} | {rule.setting for rule in flow.safety.settings}
    plain = {"whoever is given a level is told what to do"} | {
        p.property for p in flow.safety.properties if form_of(p) in ("tells", "offers", "asked_first")
    }
    named = {f.name for f in found.failed if f.code == "FLOW062"}
    assert without_solver <= set(found.held) <= without_solver | plain, (
        "some of these hold as plainly as the file says it"
    )
    assert named == ({words for words, _ in SAFETY} | {p.property for p in flow.safety.properties}) - set(found.held)
    assert not found.safe
    assert found.figures["failing"] == found.figures["properties"] - len(found.held)


@pytest.mark.parametrize("limit", [{"rlimit": 1}, {"timeout": 1, "rlimit": 1}, {"max_memory": 1}], ids=str)
@pytest.mark.parametrize(
    "ask",
    [
        lambda p: p.model(p.one.at_least[3]),
        lambda p: p.least(p.one.at_least[3], p.one.unusual()),
        lambda p: p.example(p.one.at_least[3]),
        lambda p: p.two(p.one.at_least[3], []),
        lambda p: p.alive(p.one.fires),
        lengths,
    ],
    ids=["model", "least", "example", "two", "alive", "lengths"],
)
def test_no_question_to_the_solver_takes_silence_for_an_answer(
    limit: dict[str, int], ask: Callable[[Prover], object]
) -> None:
    p = Prover(flow_at(SPRAIN), limit)
    with pytest.raises(NotProved):
        ask(p)


def test_an_error_of_the_solver_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    p = Prover(flow_at(SPRAIN))

    def broken(*_: Any) -> None:
        raise p.z3.Z3Exception("out of memory")

    monkeypatch.setattr(p.solver, "check", broken)
    with pytest.raises(NotProved, match="out of memory"):
        p.model(p.one.at_least[3])


def test_a_failure_that_was_found_is_told_though_no_plainer_one_could_be_ruled_out() -> None:
    p = Prover(flow_at(SPRAIN))
    found = p.model

    def once(*given: Any) -> Any:
        p.model = never  # type: ignore[method-assign]
        return found(*given)

    p.model = once  # type: ignore[method-assign]
    assert p.least(p.one.at_least[3], p.one.unusual()) is not None
    p.model = once  # type: ignore[method-assign]
    with pytest.raises(NotProved):
        p.least(p.one.at_least[3], p.one.unusual(), surely=True)


def test_check_names_what_is_not_proved_and_ends_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.check.report.report, "proofs", lambda flow: proofs(flow, walks=0, limits=NOTHING))
    out = io.StringIO()
    assert check_command([SPRAIN], as_json=False, build=tmp_path, out=out, today=TODAY) == 1
    text = out.getvalue()
    assert "1 of 13 properties hold" in text
    assert "12 not proved" in text
    assert "FAILS  danger_is_emergency" in text
    assert "NOT PROVED" in text
    assert "every rule decides some conversation" in text or "FLOW062" in text
    assert "limit         the shortest and the longest conversation were not found" in text
    assert "can never fire" not in text


def test_a_flow_that_is_not_proved_is_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bot.check.proof.prove, "proofs", lambda flow, fast: proofs(flow, fast=fast, walks=0, limits=NOTHING)
    )
    findings = bot.check.proof.own_process.unsafe_findings(flow_at(SPRAIN))
    assert {f.code for f in findings} == {"FLOW062"}
    assert len(findings) == 12


def test_a_comparison_without_a_verdict_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = beside(flow_at(SPRAIN), edited(SPRAIN, MILDER))
    for ask in (Couple.pairs, Couple.lines, Couple.reasons, Couple.questions, Couple.conflicts, Couple.apart):
        with pytest.raises(NotProved):
            ask(Couple(both, NOTHING))
    for name in ("occurring", "pairs"):
        monkeypatch.setattr(Couple, name, never)
    apart = differs(flow_at(SPRAIN), edited(SPRAIN, MILDER))
    assert apart is not None
    assert "not proved" in apart.what
    out = io.StringIO()
    now = write(SPRAIN, tmp_path / "now", MILDER)
    assert diff_command(str(SPRAIN), str(now), None, tmp_path / "build", as_json=False, out=out) == 1
    assert "not compared" in out.getvalue()


def test_scripts_are_not_proposed_without_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.check.proof.covering.bounded", lambda solver: _starved(solver))
    with pytest.raises(NotProved):
        covering(flow_at(SPRAIN), [Target("rule", "goes_on")])


def _starved(solver: Any) -> Any:
    solver.set("rlimit", 1)
    return solver


# --- a low level is earned --------------------------------------------------------------------------------------------


def test_the_screens_of_signs_are_told_by_what_stands_in_them() -> None:
    assert screens_of_signs(flow_at(SPRAIN)) == ["danger", "warning"]
    assert screens_of_signs(flow_at(BACK_SPASM)) == ["nerves", "danger", "warning"]


def test_a_screen_that_some_are_not_asked_is_found_without_a_rule_of_the_flow() -> None:
    """The edit is consistent: rules and the flow's own safety rules are guarded alike, so that nothing else finds it."""
    flow = edited(
        SPRAIN,
        (
            "interview.yaml",
            "- ask: danger\n    kind: many",
            "- ask: danger\n    when: for_whom is for_me\n    kind: many",
        ),
        ("triage.yaml", "settled: no_danger", "settled: (for_whom is for_other or (for_whom is for_me and no_danger))"),
        ("triage.yaml", "when: any of (cold", "when: for_whom is for_me and any of (cold"),
        ("safety.yaml", "when: any of (cold", "when: for_whom is for_me and any of (cold"),
        ("safety.yaml", "asked(danger) and answered(danger) and no_danger and answered", "answered"),
    )
    (failed,) = proofs(flow, fast=True, walks=0).failed
    assert (failed.code, failed.name, failed.safety) == ("FLOW063", "screens_asked:danger", True)
    assert failed.place.file == "interview.yaml"
    assert failed.example is not None
    assert failed.example.agrees
    assert failed.example.level == "self_care"
