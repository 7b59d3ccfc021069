"""What is put into a script before it is played: rows of its table, values for `$name`, the steps of fragments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.core.flow.yaml_places import Loaded
from bot.core.model.findings import Finding, Place, did_you_mean

from .csv_rows import csv_rows
from .model import ScriptLine, ScriptStep, Table, TableFile
from .shapes import Here, load_file, steps_of, validate_script
from .tables import NAME, TableRow

FRAGMENTS = "fragments.yaml"
"""The file, in a script's folder or one above it, whose named steps scripts may `use`."""
_DEEPEST = 8


def rows_of(table: Any, here: Loaded, file: Path, findings: list[Finding]) -> list[TableRow | None]:
    """The rows of a table of cases, whichever way it is written; [None] for a script without one."""
    if table is None and not (isinstance(here.value, dict) and "cases" in here.value):
        return [None]
    before = len(findings)
    rows = [] if table is None else list(_rows(table, here, file, findings))
    if not rows and len(findings) == before:
        message, remedy = "The table of cases is empty.", "Fill or delete it."
        findings.append(Finding(here.place(("cases",)), "SCRIPT023", message, remedy))
    return list(rows)


def _rows(table: Any, here: Loaded, file: Path, findings: list[Finding]) -> Iterator[TableRow]:
    if isinstance(table, dict) and isinstance(table.get("file"), str):
        named = validate_script(TableFile, table, here, ("cases",), findings)
        read = csv_rows(file.parent / named.file, here.place(("cases", "file")), findings) if named is not None else []
        for number, (values, beside) in enumerate(read):
            yield TableRow(here, number, values, beside)
        return
    checked = validate_script(Table, {"cases": table}, here, (), findings)
    if checked is None:
        return
    rows = checked.cases
    if isinstance(rows, dict):
        if len({len(column) for column in rows.values()}) > 1:
            message, remedy = (
                "The columns of this table have different lengths.",
                "Give each the same number of values.",
            )
            findings.append(Finding(here.place(("cases",)), "SCRIPT023", message, remedy))
            return
        rows = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
    for number, row in enumerate(rows):
        yield TableRow(here, number, row)


def filled(
    value: Any, names: Mapping[str, Any], here: Here, path: tuple[str | int, ...], findings: list[Finding]
) -> Any:
    """The value with `$name` replaced; a text that is only `$name` becomes the value itself, whatever it is."""
    if isinstance(value, dict):
        return {k: filled(v, names, here, (*path, k), findings) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, names, here, (*path, i), findings) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    for match in NAME.finditer(value):
        if match[1] not in names:
            remedy = did_you_mean(match[1], names) or f"Known here: {', '.join(names)}."
            findings.append(Finding(here.place(path), "SCRIPT023", f'"${match[1]}" has no value here.', remedy))
            return value
        if isinstance(here, TableRow):
            here.filled[path] = match[1]
    whole = NAME.fullmatch(value)
    if whole:
        return names[whole[1]]
    return NAME.sub(lambda m: str(names[m[1]]), value)


def lines_of(
    steps: list[ScriptStep], here: Here, path: tuple[str | int, ...], file: Path, findings: list[Finding],
    inside: tuple[str, ...] = (), used: Place | None = None,
) -> list[ScriptLine]:  # fmt: skip
    """The steps with their places, fragments put in."""
    found: list[ScriptLine] = []
    for i, step in enumerate(steps):
        place = here.place((*path, i, step.act))
        if step.use is None:
            found.append(ScriptLine(step, place, used))
        else:
            found.extend(_fragment(step, place, file, findings, inside, used or place))
    return found


def _fragment(
    step: ScriptStep, place: Place, file: Path, findings: list[Finding], inside: tuple[str, ...], used: Place
) -> list[ScriptLine]:
    name = step.use or ""
    if name in inside or len(inside) >= _DEEPEST:
        findings.append(Finding(place, "SCRIPT022", f'The fragment "{name}" uses itself.', "Take that step out of it."))
        return []
    known: list[str] = []
    for folder in file.resolve().parents:
        source = folder / FRAGMENTS
        if not source.is_file():
            continue
        here = load_file(source, findings)
        if here is None or not isinstance(here.value, dict):
            return []
        known.extend(here.value)
        if name in here.value:
            raw = filled(here.value[name], step.with_, here, (name,), findings) if step.with_ else here.value[name]
            steps = steps_of(raw, here, (name,), findings)
            return lines_of(steps, here, (name,), file, findings, (*inside, name), used)
    remedy = did_you_mean(name, known) or f"Fragments stand in {FRAGMENTS}, in this folder or one above it."
    findings.append(Finding(place, "SCRIPT022", f'There is no fragment "{name}".', remedy))
    return []
