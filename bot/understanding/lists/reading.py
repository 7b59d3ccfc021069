"""Reads the files of a language into the model; what is wrong with them is said with file, name and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.understanding.patterns.phrases import PatternError

from .model import Lists

_BLOCKS = frozenset(
    ("telling", "turning", "harmless", "filler", "known", "ordinary", "as_they_are", "small", "never_mended_to")
)
"""Parts that are one block of words each."""


def read_lists(folder: Path) -> Lists:
    """The files of a language folder put together: what has the same name is joined (`_together`). Raises PatternError."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # words stay words: "no" and "on" are no truth values
    parts: dict[str, Any] = {}
    home: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")):
        try:
            read = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
        except yaml.YAMLError as error:
            raise PatternError(f"{file.name}: {error}") from error
        if not isinstance(read, dict):
            raise PatternError(f"{file.name}: a word list is a mapping")
        home.update(dict.fromkeys(read, file.name))
        parts = _together(parts, read)
    if not parts:
        raise PatternError(f"no word lists in {folder}")
    try:
        return Lists.model_validate(parts)
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(step) for step in first["loc"]]
        name = ".".join(place)
        file_name = home.get(place[0], "") if place else ""
        if first["type"] == "extra_forbidden":
            raise PatternError(f'{file_name}: "{name}" is no name of a word list (see languages/README.md)') from None
        raise PatternError(f'{file_name}: "{name}": {first["msg"]}') from None


def _together(one: Any, other: Any, name: str = "") -> Any:
    """Two parts of the same name: mappings are joined name by name, lists and blocks of words are appended, else the later
    holds."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: _together(one.get(key), value, key) for key, value in other.items()}}
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *other]
    if isinstance(one, str) and name in _BLOCKS:
        return f"{one} {other}"
    return other
