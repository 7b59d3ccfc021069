"""What tests of scripts share: the shipped scripts as they were played, once for each process, and a folder of two."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.flow.compiled import Flow
from bot.replay.playing.outcome import Played
from bot.replay.script.reading import Scripts
from tests.support.scripts import GOOD, SHIPPED, scripts_of


@pytest.fixture(scope="session")
def shipped() -> tuple[Scripts, list[Played], Flow]:
    """The shipped scripts, run in memory."""
    return scripts_of(SHIPPED / "back_spasm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scripts of the small flow, one of which fails."""
    place = tmp_path / "sprain"
    place.mkdir()
    (place / "good.yaml").write_text(GOOD)
    (place / "bad.yaml").write_text(
        "title: Bad\nchat:\n  - auto: {health: [diabetes]}\n    until: result\nexpect: {level: self_care}\n"
    )
    return place
