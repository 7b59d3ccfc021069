"""A table of cases in a CSV file beside its script: rows of values, and the line and column at which each stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bot.core.flow.yaml_places import Loaded, plain_value
from bot.core.model.findings import Finding, Place

from .tables import OWN, RowPlaces

_COLUMN = re.compile(r"[a-z_][a-z0-9_]*")
_QUOTE = '"'
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_BLANKS = re.compile(r"[ \t]*")


CsvRow = tuple[dict[str, Any], RowPlaces]
"""A row: column -> value, and where it stands."""


class _Cell(NamedTuple):
    text: str
    place: Place
    quoted: bool


def csv_rows(file: Path, asked_at: Place, findings: list[Finding]) -> list[CsvRow]:
    """The rows of a file; none if something is wrong with it. `asked_at`: where the script names it.

    The first line names the columns. Commas part the cells, or semicolons where the first line has no comma. What stands in
    a cell means what it means in a table of YAML: 40 is a number, [a, b] a list; quotes around it change nothing.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        missing = isinstance(error, FileNotFoundError)
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        message = f"There is no file {file}." if missing else f"{file} cannot be read: {reason}."
        remedy = "The table stands beside its script." if missing else "Save it again as CSV UTF-8."
        findings.append(Finding(asked_at, "SCRIPT003" if missing else "SCRIPT001", message, remedy))
        return []
    wrong: list[Finding] = []
    rows = _rows(str(file), text, wrong)
    findings.extend(wrong)
    return [] if wrong else rows


def _rows(file: str, text: str, wrong: list[Finding]) -> list[CsvRow]:
    first = text.split("\n", 1)[0]
    lines = [line for line in _lines(file, text, ";" if ";" in first and "," not in first else ",", wrong) if line]
    if wrong or not lines:
        return []
    heads: dict[str, Place] = {}
    for cell in lines[0]:
        if not _COLUMN.fullmatch(cell.text):
            message = f'"{cell.text}" is no name of a column.'
            wrong.append(Finding(cell.place, "SCRIPT023", message, "Write small letters, digits and _, as in $name."))
        elif cell.text in heads:
            message = f'The column "{cell.text}" stands twice.'
            wrong.append(Finding(cell.place, "SCRIPT023", message, "Keep one of the two."))
        heads[cell.text] = cell.place
    if wrong:
        return []
    return [row for line in lines[1:] if (row := _row(line, heads, wrong)) is not None]


def _row(line: list[_Cell], heads: dict[str, Place], wrong: list[Finding]) -> CsvRow | None:
    if len(line) != len(heads):
        message = f"This row has {len(line)} cells, and there are {len(heads)} columns."
        remedy = "Put a cell that holds the separator itself in quotes." if len(line) > len(heads) else "Fill the row."
        wrong.append(Finding(line[0].place, "SCRIPT023", message, remedy))
        return None
    values: dict[str, Any] = {}
    for name, cell in zip(heads, line, strict=True):
        if cell.text:
            values[name] = _value(cell, wrong)
        elif name not in OWN:
            remedy = "Fill it; a row without this value belongs in a script of its own."
            wrong.append(Finding(cell.place, "SCRIPT023", f'The cell of "{name}" is empty.', remedy))
    return values, RowPlaces(line[0].place, dict(zip(heads, (c.place for c in line), strict=True)), heads)


def _value(cell: _Cell, wrong: list[Finding]) -> Any:
    """What stands in the cell, as YAML would read it in brackets; other words stay words, whatever signs they have."""
    if cell.text[0] not in "[{":
        return plain_value(cell.text)
    loaded = Loaded(cell.place.file, cell.text)
    for finding in loaded.findings:
        at = cell.place.shifted(finding.place.column - 1 + cell.quoted) if finding.place.line == 1 else cell.place
        wrong.append(Finding(at, "SCRIPT001", finding.message, finding.remedy))
    return loaded.value


def _lines(file: str, text: str, separator: str, wrong: list[Finding]) -> Iterator[list[_Cell]]:
    """The lines as cells, an empty list for an empty line. A cell in quotes may hold line breaks; "" in it is one quote."""
    line, begun, at = 1, 0, 0
    cells: list[_Cell] = []
    while at <= len(text):
        begins = _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        place = Place(file, line, begins - begun + 1)
        quoted = _QUOTED.match(text, begins)
        end = _end(text, begins if quoted is None else quoted.end(), separator)
        if quoted is None and text[begins : begins + 1] != _QUOTE:
            cells.append(_Cell(text[begins:end].strip(), place, False))
        elif quoted is None or text[quoted.end() : end].strip():
            wrong.append(Finding(place, "SCRIPT023", "These quotes do not end with the cell.", 'Write "" for a quote.'))
            return
        else:
            line, begun = line + quoted[0].count("\n"), text.rfind("\n", 0, quoted.end()) + 1
            cells.append(_Cell(quoted[1].replace('""', _QUOTE).strip(), place, True))
        at = end + 1
        if text[end : end + 1] != separator:
            yield cells if len(cells) > 1 or cells[0].text else []
            cells, line, begun = [], line + 1, at


def _end(text: str, at: int, separator: str) -> int:
    found = [n for n in (text.find(separator, at), text.find("\n", at)) if n >= 0]
    return min(found, default=len(text))
