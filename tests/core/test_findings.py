"""Each finding code has a folder: what it means, a bad flow that gives exactly that finding at the marked line, a good one.

A folder holds only what differs from the base flow: files, and in them only the top-level keys that differ.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.check.proof.prove import proofs
from bot.check.screens.budget import check_screens
from bot.check.structure.structure import check_structure
from bot.core.flow.reading import try_flow
from tests.support.places import ROOT, TESTS

CATALOGUE = TESTS / "findings"
CODES = sorted(p.name for p in CATALOGUE.iterdir() if p.name.startswith("FLOW"))
WITHOUT_EXAMPLE = {"FLOW051", "FLOW060", "FLOW061", "FLOW062", "FLOW070"}
"""Mistakes of ours, or of the solver, that no flow is known to bring about; their pages say so."""
PROOFS = "FLOW050"
"""Codes from here on come from the proofs."""

_KEY = re.compile(r"^(\w+):")
_MARK = re.compile(r"# <- (FLOW\d{3})")


def _blocks(text: str) -> dict[str, str]:
    """The top-level keys of a file with their lines."""
    found: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        match = _KEY.match(line)
        key = match[1] if match else key
        if key:
            found[key] = found.get(key, "") + line
    return found


def flow_of(folder: Path) -> dict[str, str]:
    """The base flow with the files of a folder over it."""
    files = {p.name: p.read_text(encoding="utf-8") for p in (CATALOGUE / "base").glob("*.yaml")}
    for path in folder.glob("*"):
        own = path.read_text(encoding="utf-8")
        base = files.get(path.name, files["texts.en.yaml"] if path.name.startswith("texts.") else "")
        had = _blocks(own)
        files[path.name] = own + "".join(b for k, b in _blocks(base).items() if k not in had) if had else own
    return files


def found_in(files: dict[str, str], prove: bool) -> list[tuple[str, str, int]]:
    """(code, file, line) of the first stage that finds anything: reading, structure, screens, proof."""
    flow, findings = try_flow("base", files)
    if flow is not None:
        findings = check_structure(flow) or check_screens(flow)
        if not findings and prove:
            return [(f.code, f.place.file, f.place.line) for f in proofs(flow).failed]
    return [(f.code, f.place.file, f.place.line) for f in findings]


def marked(folder: Path) -> set[tuple[str, str, int]]:
    """The marks of a bad flow."""
    return {
        (mark[1], path.name, number)
        for path in folder.glob("*")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (mark := _MARK.search(line))
    }


def test_the_base_flow_is_sound() -> None:
    assert found_in(flow_of(CATALOGUE / "none"), prove=True) == []


@pytest.mark.parametrize("code", [c for c in CODES if c not in WITHOUT_EXAMPLE])
def test_the_bad_flow_has_exactly_the_finding_at_the_marked_line(code: str) -> None:
    marks = marked(CATALOGUE / code / "bad")
    assert [c for c, _, _ in marks] == [code]
    assert set(found_in(flow_of(CATALOGUE / code / "bad"), prove=code >= PROOFS)) == marks


@pytest.mark.parametrize("code", [c for c in CODES if c not in WITHOUT_EXAMPLE])
def test_the_good_flow_has_none(code: str) -> None:
    assert found_in(flow_of(CATALOGUE / code / "good"), prove=code >= PROOFS) == []


@pytest.mark.parametrize("code", CODES)
def test_the_page_explains_the_code_with_lines_of_its_own_flows(code: str) -> None:
    page = (CATALOGUE / code / "README.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: ")
    assert "## What to do" in page
    flows = "".join(p.read_text(encoding="utf-8") for p in sorted((CATALOGUE / code).glob("*/*.yaml")))
    for example in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        for line in example.splitlines():
            assert line.strip() in flows


def test_every_code_has_its_page() -> None:
    used = {
        code
        for path in (ROOT / "bot").rglob("*.py")
        for code in re.findall(r'"(FLOW\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert used == set(CODES)
