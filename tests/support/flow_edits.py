"""Flows for tests, as they stand or with an edit: (file, old text, new text)."""

from __future__ import annotations

import subprocess
from datetime import date
from functools import cache
from pathlib import Path

from bot.core.flow.compiled import Flow
from bot.core.flow.reading import read_flow
from tests.support.places import FLOWS, ROOT, TESTS

SPRAIN = TESTS / "flows" / "sprain"
BACK_SPASM = FLOWS / "back_spasm"
TODAY = date(2026, 11, 20)

Edit = tuple[str, str, str]


def two_ways(first: str, second: str) -> tuple[Edit, ...]:
    """Edits of the small flow: whoever has a fever on a blood thinner is sent two ways on the same day, of which the first
    is said."""
    return (
        ("triage.yaml", "    when: fever\n    level: same_day\n", "    when: fever\n    level: same_day\n    how: by_phone\n"),
        ("triage.yaml", "    when: blood_thinner and swelling\n    level: same_day\n",
         "    when: blood_thinner and fever\n    level: same_day\n    how: in_person\n"),
        ("advice.yaml", "  - {line: book,",
         "  - {line: ring, section: do, levels: [same_day], how: by_phone, claims: [g_warning]}\n"
         "  - {line: go_there, section: do, levels: [same_day], how: in_person, claims: [g_warning]}\n  - {line: book,"),
        ("advice.yaml", "lines:\n", f"ways: [{first}, {second}]\nlines:\n"),
        ("texts.en.yaml", "  book: Book an appointment.\n",
         "  book: Book an appointment.\n  ring: Ring somebody.\n  go_there: Go to somebody.\n"),
    )  # fmt: skip


def files_of(folder: Path) -> dict[str, str]:
    """The YAML files of a flow."""
    return {p.name: p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.yaml"))}


@cache
def flow_at(folder: Path) -> Flow:
    """The flow as it stands. Raises FlowError if it has findings."""
    return read_flow(folder.name, files_of(folder))


def edited_files(folder: Path, *edits: Edit) -> dict[str, str]:
    """The files with the edits made; each old text must be there."""
    files = files_of(folder)
    for file, old, new in edits:
        assert old in files[file], f"{old!r} does not stand in {file}"
        files[file] = files[file].replace(old, new, 1)
    return files


def edited(folder: Path, *edits: Edit) -> Flow:
    """The flow with the edits made. Raises FlowError if it then has findings."""
    return read_flow(folder.name, edited_files(folder, *edits))


def write(folder: Path, target: Path, *edits: Edit) -> Path:
    """The edited flow as a folder of the same name under `target`."""
    where = target / folder.name
    where.mkdir(parents=True)
    for name, text in edited_files(folder, *edits).items():
        (where / name).write_text(text, encoding="utf-8")
    return where


@cache
def commit_seed() -> int:
    """A number that changes with every commit, so that CI tries other random cases each time; 0 outside git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, check=True, encoding="ascii", timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    return int(done.stdout.strip()[:8], 16)
