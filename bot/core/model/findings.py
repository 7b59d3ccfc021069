"""What is wrong with a flow, as a value: code, place, what to do. Nothing here raises until somebody decides to."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: file name relative to the flow folder, line and column counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def shifted(self, columns: int) -> Place:
        """The place `columns` characters further right on the same line."""
        return Place(self.file, self.line, self.column + columns)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something wrong in a flow: `place`, `code` (FLOW012, ...), `message` (what), `remedy` (what to do)."""

    place: Place
    code: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.place}  {self.code}  {self.message}{remedy}"

    def as_json(self) -> dict[str, object]:
        """The finding as plain JSON values."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
        }


class FlowError(Exception):
    """A flow that cannot be used; carries every finding, not the first."""

    def __init__(self, name: str, findings: Iterable[Finding]) -> None:
        self.name = name
        self.findings = tuple(sorted(findings))
        super().__init__(f"flow {name!r} has {len(self.findings)} finding(s)")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean "x"?' for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else ""
