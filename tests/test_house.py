"""The house can be read: each folder of `bot/` says in a short README what lives there, and names just what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.places import ROOT

BOT = ROOT / "bot"
FOLDERS = sorted(p.parent for p in BOT.rglob("__init__.py") if p.parent != BOT and "migrations" not in p.parts)
LONGEST_README = 20
MOST_MODULES = 14
_NAMED = re.compile(r"^- (?:\[`(\w+/)`\]\(\1\)|`(\w+\.py)`) \S", re.M)


def name(folder: Path) -> str:
    return folder.relative_to(BOT).as_posix()


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_a_folder_says_what_lives_there(folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    modules = {p.name for p in folder.glob("*.py")} - {"__init__.py"}
    rooms = {f"{p.name}/" for p in folder.iterdir() if (p / "__init__.py").exists() and p.name != "migrations"}
    assert {a or b for a, b in _NAMED.findall(readme)} == modules | rooms
    assert len(readme.splitlines()) <= LONGEST_README
    assert "May import: " in readme
    assert len(modules) <= MOST_MODULES


def test_the_map_names_each_folder() -> None:
    text = (BOT / "README.md").read_text(encoding="utf-8")
    missing = [name(f) for f in FOLDERS if f"({name(f)}/)" not in text]
    assert missing == []


def test_the_files_that_the_map_points_to_are_there() -> None:
    text = (BOT / "README.md").read_text(encoding="utf-8")
    section = text[text.index("## Where is") : text.index("## Laws")]
    paths = set(re.findall(r"`((?:\w+/)+\w+\.py)`", section))
    assert len(paths) > 15
    assert [p for p in sorted(paths) if not (BOT / p).exists() and not (ROOT / p).exists()] == []
