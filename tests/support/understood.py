"""The reader of the shipped flow in tests: made once, asked at one moment."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from bot.core.model.readings import Reader, Reading
from bot.library import try_folder
from bot.understanding import make_reader
from bot.understanding.report import understand_text
from tests.support.places import FLOWS

FLOW = FLOWS / "back_spasm"
NOW = datetime.fromisoformat("2026-11-20T18:00")  # a Friday


@cache
def flow() -> Any:
    found, findings = try_folder(FLOW)
    assert found is not None, findings
    return found


@cache
def reader() -> Reader:
    return make_reader(flow())


def read(text: str, question: str | None = None) -> Reading:
    return reader()(text, NOW, "en", question)


def seen(text: str, question: str | None = None) -> dict[str, Any]:
    return understand_text(reader(), flow().interview, text, NOW, "en", question)
