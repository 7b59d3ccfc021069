"""What cases came to when they were last played, in a small file under `build/`. It may be deleted at any time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.core.model.findings import Place

from .entries import CameOf

FORM = 1
"""Of the file: one of another form is begun anew."""
NAME = "replayed.json"


class Records:
    """By file and title. `folder`: where the file lies; None keeps nothing. Files are named as seen from the working folder."""

    def __init__(self, folder: Path | None) -> None:
        self.file = None if folder is None else folder / NAME
        self._kept = self._read()
        self._new: dict[str, dict[str, CameOf]] = {}

    def last(self, file: str, title: str) -> CameOf | None:
        """What the case came to when it was last played."""
        name = _named(file)
        return self._new.get(name, {}).get(title) or self._kept.get(name, {}).get(title)

    def keep(self, file: str, title: str, came: CameOf) -> None:
        """Keep this of the case instead of what was kept. What it visited stays where the new play could not see it."""
        if not came.visited and (before := self.last(file, title)) is not None:
            came = CameOf(
                came.digest, came.passed, came.way, came.where, came.used, came.expected, came.came, before.visited
            )
        self._new.setdefault(_named(file), {})[title] = came

    def save(self, known: Iterable[tuple[str, str]]) -> None:
        """Write what is new beside what others kept meanwhile. `known`: (file, title) of all there are; other titles of these
        files are forgotten. Raises OSError."""
        if self.file is None or not self._new:
            return
        kept = self._read()
        for name, cases in self._new.items():
            kept.setdefault(name, {}).update(cases)
        titles: dict[str, set[str]] = {}
        for file, title in known:
            titles.setdefault(_named(file), set()).add(title)
        kept = {n: {t: c for t, c in cases.items() if t in titles.get(n, {t})} for n, cases in kept.items()}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(f".{os.getpid()}")
        cases_of = {
            name: {t: _written(c) for t, c in cases.items()} for name, cases in kept.items() if Path(name).exists()
        }
        beside.write_text(json.dumps({"form": FORM, "cases": cases_of}, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.file)
        self._kept, self._new = kept, {}

    def _read(self) -> dict[str, dict[str, CameOf]]:
        try:
            found = json.loads(self.file.read_text(encoding="utf-8")) if self.file is not None else {}
            if found.get("form") != FORM:
                return {}
            return {name: {t: _came(c) for t, c in cases.items()} for name, cases in found["cases"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # whatever stands there, it is no record
            return {}


def _named(file: str) -> str:
    return os.path.relpath(file)


def _written(came: CameOf) -> dict[str, Any]:
    said: dict[str, Any] = {"digest": came.digest, "passed": came.passed, "way": came.way}
    if not came.passed:
        said |= {"expected": came.expected, "came": came.came, "where": _spot(came.where), "used": _spot(came.used)}
    return {**said, "visited": sorted(came.visited)}


def _spot(place: Place | None) -> list[Any] | None:
    return None if place is None else [place.file, place.line, place.column]


def _came(kept: dict[str, Any]) -> CameOf:
    where, used = (None if kept.get(key) is None else Place(*kept[key]) for key in ("where", "used"))
    said = kept.get("expected", ""), kept.get("came", "")
    return CameOf(kept["digest"], kept["passed"], kept["way"], where, used, *said, frozenset(kept["visited"]))
