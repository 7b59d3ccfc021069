"""A row of a table of cases: where its values stand, so that what is wrong with one is shown there and not in the template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from bot.core.flow.yaml_places import KEY, Loaded, Path
from bot.core.model.findings import Finding, Place

NAME = re.compile(r"\$([a-z_][a-z0-9_]*)")
"""`$name` in a script with a table, or in a fragment."""

OWN = ("case", "expect")
"""Columns of a table that no `$name` needs to use: what the row is called, and what else it expects."""


class RowPlaces(NamedTuple):
    """Where a row stands, its value of each column, and the name of each column."""

    start: Place
    cells: Mapping[str, Place]
    heads: Mapping[str, Place]


class TableRow:
    """One row (`number`, from 0) of the table of a script; reads like the file that it stands in. `beside`: where it stands
    if that is another file (CSV): the row, its cells, and the names of the columns."""

    def __init__(self, here: Loaded, number: int, values: Mapping[str, Any], beside: RowPlaces | None = None) -> None:
        self.here, self.number, self.values, self.beside = here, number, values, beside
        self.file, self.value, self.places = here.file, here.value, here.places
        self.columns = isinstance(here.value["cases"], dict)
        self.filled: dict[Path, str] = {}

    def cell(self, *path: str | int) -> Place:
        """Where the row stands, or the value of a column in it."""
        if self.beside is not None:
            return self.beside.cells.get(str(path[0]), self.beside.start) if path else self.beside.start
        if not self.columns:
            return self.here.place(("cases", self.number, *path))
        column = path[0] if path else next(iter(self.values), "")
        return self.here.place(("cases", column, self.number, *path[1:]))

    def head(self, column: str) -> Place:
        """Where the name of a column stands: in a list of rows, in this row."""
        if self.beside is not None:
            return self.beside.heads[column]
        path = ("cases", column) if self.columns else ("cases", self.number, column)
        return self.here.places.get((*path, KEY), self.cell(column))

    def place(self, path: Path) -> Place:
        """See `Loaded.place`; the title and what comes from the row stand in the row."""
        if path == ("title",):
            return self.cell()
        expects = self.values.get("expect")
        if path[:1] == ("expect",) and len(path) > 1:
            if isinstance(expects, Mapping) and path[1] in expects:
                return self.cell(*path)
            name = next((n for p, n in self.filled.items() if p[: len(path)] == path), None)
            if name is not None:
                return self.cell(name)
        if path in self.filled:
            return self.cell(self.filled[path])
        return self.here.place(path)

    def found(self, finding: Finding) -> Finding:
        """The finding of a step, at the value of the row that it names if the step has it from there."""
        for path, name in self.filled.items():
            around = {self.here.place(path[:n]) for n in range(2, len(path) + 1)}
            if finding.place in around and any(f'"{v}"' in finding.message for v in _words(self.values[name])):
                return replace(finding, place=self.cell(name))
        return finding


def _words(value: Any) -> Iterator[str]:
    """A value and everything in it."""
    yield str(value)
    inner = [*value, *value.values()] if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for part in inner:
        yield from _words(part)


def unused(raw: Any, rows: Iterable[TableRow]) -> Iterator[tuple[Place, str]]:
    """The columns that no `$name` of the script uses: (place, column)."""
    used = set(_names(raw))
    for row in rows:
        for name in row.values:
            if name not in used and name not in OWN:
                yield row.head(name), name


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _names(part)
    elif isinstance(value, list):
        for part in value:
            yield from _names(part)
    elif isinstance(value, str):
        yield from (m[1] for m in NAME.finditer(value))
