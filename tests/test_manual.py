"""The operator's manual tells the truth: its commands work, its failure is real, its list of findings is whole."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from bot.check.report.report import check_command
from bot.cli import main
from bot.core.flow.reading import try_flow
from tests.support.flow_edits import BACK_SPASM, TODAY, files_of, write
from tests.support.places import FLOWS, TESTS

MANUAL = (FLOWS / "README.md").read_text(encoding="utf-8")
ADDITIONS = re.findall(r"^\$ symptom-bot (add .*)$", MANUAL, re.MULTILINE)


def _blocks_after(mark: str) -> list[str]:
    return re.findall(r"```\w+\n(.*?)```", MANUAL.split(mark)[1], re.DOTALL)


def _without_places(text: str) -> str:
    """Without what any edit of the flow may move: line numbers and counts."""
    return re.sub(r"\d+", "N", text)


@pytest.mark.slow
@pytest.mark.parametrize("command", ADDITIONS)
def test_each_addition_of_the_manual_works_on_the_shipped_flow(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(BACK_SPASM, tmp_path / "flows" / "back_spasm")
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)) == 0
    for folder in (tmp_path / "flows").iterdir():
        assert {f.code for f in try_flow(folder.name, files_of(folder))[1]} <= {"FLOW029"}


def test_the_manual_shows_every_sort_of_addition() -> None:
    assert {command.split()[1] for command in ADDITIONS} == {
        "question", "option", "red-flag", "rule", "line", "language", "flow",
    }  # fmt: skip


@pytest.mark.slow
def test_the_failure_in_the_manual_is_a_real_one(tmp_path: Path) -> None:
    """Of several conversations that are equally small any may be shown, so lines that hang on the choice are left out."""
    before, after = _blocks_after("<!-- failure: file triage.yaml -->")[:2]
    folder = write(BACK_SPASM, tmp_path, ("triage.yaml", before, after))
    out = io.StringIO()
    assert check_command([folder], as_json=False, build=tmp_path / "build", out=out, today=TODAY) == 1
    said = _without_places(out.getvalue().replace(str(tmp_path / "build"), "build"))
    shown = _blocks_after("<!-- failure: output -->")[0]
    parts = [p for p in re.split(r"\n|(?<=\.) ", _without_places(shown)) if re.search("same_day|weak_leg|weak leg", p)]
    assert len(parts) >= 4
    for part in parts:
        assert part.strip() in said


def test_the_manual_lists_every_finding_with_its_title() -> None:
    for page in sorted((TESTS / "findings").glob("FLOW*/README.md")):
        code, title = page.read_text(encoding="utf-8").split("\n")[0].removeprefix("# ").split(": ", 1)
        assert f"| [{code}](../tests/findings/{code}/README.md) | {title} |" in MANUAL


def test_links_of_the_manual_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in MANUAL.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", MANUAL):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif target != "../tests/README.md":
            assert (FLOWS / target).resolve().exists(), target
