"""Scripts in tests: written into a folder, read, played, and how the first one deviates."""

from __future__ import annotations

from pathlib import Path

from bot.replay.playing.outcome import Played
from bot.replay.playing.run import run_all
from bot.replay.playing.ways import MemoryWay, Way
from bot.replay.script.flows import FlowFolders, with_reader
from bot.replay.script.reading import read_scripts
from tests.support.places import FLOWS, TESTS

FLOW_FOLDERS = FlowFolders([FLOWS, TESTS / "flows"], with_reader)
"""The shipped flow and the small one, each read once."""


def write(folder: Path, text: str, name: str = "script.yaml") -> Path:
    """A script of the small test flow, in a folder named after it."""
    path = folder / "sprain" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def findings(path: Path) -> list[str]:
    """The findings of a file or folder, without its own path."""
    return [str(f).replace(str(path.parent) + "/", "") for f in read_scripts([path], FLOW_FOLDERS).findings]


def played(path: Path, way: Way | None = None) -> list[Played]:
    """The outcomes of a file that has no findings."""
    scripts = read_scripts([path], FLOW_FOLDERS)
    assert not scripts.findings, [str(f) for f in scripts.findings]
    return list(run_all(scripts, [way or MemoryWay()]))


def deviation(path: Path) -> tuple[str, str]:
    """What was expected and what came, of a script that deviates."""
    (outcome,) = played(path)
    assert not outcome.passed
    return outcome.deviations[0].expected, outcome.deviations[0].came


def script(chat: str, expect: str = "{level: self_care}", more: str = "") -> str:
    """A script with this chat."""
    return f"title: A case\n{more}chat:\n{chat}\nexpect: {expect}\n"
