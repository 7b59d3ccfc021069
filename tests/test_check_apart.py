"""Proofs in processes of their own: the same findings, also if such a process dies, and none of them is left over."""

from __future__ import annotations

from pathlib import Path

import pytest
from flow_edits import BACK_SPASM, SPRAIN, Edit, edited, write

from bot.check import apart
from bot.check.apart import AllApart, Apart, unsafe_findings

SWELLING: Edit = ("triage.yaml", "when: blood_thinner and swelling", "when: blood_thinner and swelling is no")


def test_each_flow_gets_its_own_findings(tmp_path: Path) -> None:
    with AllApart() as proofs:
        proving = proofs.begin([write(SPRAIN, tmp_path, SWELLING), BACK_SPASM])
        assert proving["sprain"].findings() == unsafe_findings(edited(SPRAIN, SWELLING)) != ()
        assert proving["back_spasm"].findings() == ()


def test_nothing_runs_on_when_nobody_asked() -> None:
    with AllApart() as proofs:
        proofs.begin([SPRAIN, BACK_SPASM])
        started = list(proofs._started)
    assert [one._process.returncode is None for one in started] == [False, False]


def test_a_folder_name_in_any_script(tmp_path: Path) -> None:
    found = Apart().prove(write(SPRAIN, tmp_path / "zerrung à 痛", SWELLING)).findings()
    assert found == unsafe_findings(edited(SPRAIN, SWELLING)) != ()


def test_if_the_process_dies_the_proofs_are_made_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = Apart()
    dying._process.kill()
    dying._process.wait()
    made_here: list[str] = []
    load = apart._load
    monkeypatch.setattr(apart, "_load", lambda folder: made_here.append(folder.name) or load(folder))
    found = dying.prove(write(SPRAIN, tmp_path, SWELLING)).findings()
    assert found == unsafe_findings(edited(SPRAIN, SWELLING))
    assert made_here == ["sprain"]
