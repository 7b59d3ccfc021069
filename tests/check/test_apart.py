"""Proofs in processes of their own: the same findings, also if such a process dies, and none of them is left over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.check.proof import own_process as apart
from bot.check.proof.own_process import ProofProcess, ProofProcesses, unsafe_findings
from tests.support.flow_edits import BACK_SPASM, SPRAIN, Edit, edited, write

SWELLING: Edit = ("triage.yaml", "when: blood_thinner and swelling", "when: blood_thinner and swelling is no")


@pytest.mark.ci
def test_each_flow_gets_its_own_findings(tmp_path: Path) -> None:
    with ProofProcesses() as proofs:
        proving = proofs.begin([write(SPRAIN, tmp_path, SWELLING), BACK_SPASM])
        assert proving["sprain"].findings() == unsafe_findings(edited(SPRAIN, SWELLING)) != ()
        assert proving["back_spasm"].findings() == ()


@pytest.mark.parametrize(("folders", "processes"), [((), 1), ((SPRAIN, BACK_SPASM), 2)])
def test_nothing_runs_on_when_nobody_waits(folders: tuple[Path, ...], processes: int) -> None:
    with ProofProcesses() as proofs:
        proofs.begin(folders)
        started = [one._process for one in proofs._started]
    assert len(started) == processes
    assert all(process.returncode is not None for process in started)
    assert all(pipe is not None and pipe.closed for process in started for pipe in (process.stdin, process.stdout))


def test_an_unproved_run_starts_no_solver() -> None:
    with ProofProcesses(ahead=False) as proofs:
        assert proofs._started == []


def test_the_first_process_starts_before_anything_large_is_imported() -> None:
    """What `symptom-bot run` imports takes as long as the proofs: done one after the other a start would take twice as long."""
    program = """
import sys
from bot.check.proof.own_process import ProofProcess
def begun(self):
    print(sorted({"pydantic", "sqlalchemy", "telegram", "yaml", "bot.app"} & set(sys.modules)))
    raise SystemExit
ProofProcess.__init__ = begun
from bot.cli import main
main(["run"])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout == "[]\n", done.stderr


def test_a_folder_name_in_any_script(tmp_path: Path) -> None:
    found = ProofProcess().prove(write(SPRAIN, tmp_path / "zerrung à 痛", SWELLING)).findings()
    assert found == unsafe_findings(edited(SPRAIN, SWELLING)) != ()


def test_if_the_process_dies_the_proofs_are_made_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = ProofProcess()
    dying._process.kill()
    dying._process.wait()
    made_here: list[str] = []
    load = apart._load
    monkeypatch.setattr(apart, "_load", lambda asked: made_here.append(asked) or load(asked))
    found = dying.prove(write(SPRAIN, tmp_path, SWELLING)).findings()
    assert found == unsafe_findings(edited(SPRAIN, SWELLING))
    assert [asked.strip(chr(34)).rpartition("/")[2] for asked in made_here] == ["sprain"]
