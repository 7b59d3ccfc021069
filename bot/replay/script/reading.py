"""Script files -> cases ready to run, or findings with file, line and column. A syntax error never passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.core.flow.compiled import Flow
from bot.core.flow.yaml_places import KEY, Loaded
from bot.core.model.findings import Finding, Place, did_you_mean

from .flows import FlowFolders
from .fragments import FRAGMENTS, filled, lines_of, rows_of
from .model import Case, Expect, Script, Turns
from .names import check_names
from .shapes import Here, load_file, loaded, validate_script
from .tables import OWN, TableRow, unused

SURVIVORS = "survivors.yaml"
"""The file, in a script's folder, that says of faults why no script need notice them."""
MEND_FIRST = "Mend the flow first."
BESIDE = frozenset({FRAGMENTS, SURVIVORS})
"""Files among scripts that are none."""


@dataclass
class Scripts:
    """The cases of some files and what was wrong with them. `flows`: flow name or folder of a case -> the flow; `tables`:
    the files that tables of cases stand in."""

    cases: list[Case] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    flows: dict[str, Flow] = field(default_factory=dict)
    tables: set[Path] = field(default_factory=set)

    def flow(self, case: Case) -> Flow:
        """The flow of a case."""
        return self.flows[case.flow]


def script_files(path: Path) -> list[Path]:
    """The script files of a folder (with those below it) in order, hidden ones left out; the file itself for a file."""
    if path.is_dir():
        return sorted(p for p in path.rglob("*.yaml") if p.name not in BESIDE and not p.name.startswith("."))
    return [path]


def read_scripts(paths: Iterable[Path], flows: FlowFolders) -> Scripts:
    """Every case of these files and folders, and every finding, not the first only. A file with findings has no cases."""
    found = Scripts()
    for file in files_in(paths, found.findings):
        cases, findings = len(found.cases), len(found.findings)
        read_file(file, flows, found)
        if len(found.findings) > findings:
            del found.cases[cases:]
    same_titles(found)
    found.findings = sorted(told_once_a_flow(found.findings))
    return found


def files_in(paths: Iterable[Path], findings: list[Finding]) -> Iterator[Path]:
    """The script files of these files and folders, each once; what looks like one and is none is a finding."""
    read: set[Path] = set()
    for path in paths:
        if not path.exists():
            findings.append(
                Finding(Place(str(path)), "SCRIPT003", "There is no such file or folder.", "Look at its name.")
            )
            continue
        files = script_files(path)
        misnamed = list(_misnamed(path))
        findings.extend(misnamed)
        if not files and not misnamed:
            remedy = "Write a script; tests/README.md shows how."
            findings.append(Finding(Place(str(path)), "SCRIPT002", "There is no script in this folder.", remedy))
        for file in files:
            if file.resolve() not in read:
                read.add(file.resolve())
                yield file


def _misnamed(path: Path) -> Iterator[Finding]:
    """Files of a folder that look like scripts and are not read."""
    for file in sorted(path.rglob("*.yml")) if path.is_dir() else ():
        message = "A script's name ends in .yaml; this file would never be played."
        yield Finding(Place(str(file)), "SCRIPT003", message, f"Name it {file.stem}.yaml.")


def read_file(file: Path, flows: FlowFolders, found: Scripts) -> None:
    """Read one file into `found`."""
    here = load_file(file, found.findings)
    if here is not None:
        _read(here, file, flows, found)


def read_text(text: str, file: Path, flows: FlowFolders, found: Scripts) -> None:
    """Read a script that is at hand as text. `file`: where it belongs."""
    here = loaded(file, text, found.findings)
    if here is not None:
        _read(here, file, flows, found)


def _read(here: Loaded, file: Path, flows: FlowFolders, found: Scripts) -> None:
    if not isinstance(here.value, dict):
        found.findings.append(
            Finding(
                here.place(()), "SCRIPT006", "A script begins with title:, chat: and expect:.", "Look at another one."
            )
        )
        return
    raw = dict(here.value)
    table = raw.pop("cases", None)
    before = len(found.findings)
    rows = rows_of(table, here, file, found.findings)
    if isinstance(table, dict) and isinstance(table.get("file"), str):
        found.tables.add(file.parent / table["file"])
    _unused(raw, rows, found.findings)
    for row in rows:
        start = len(found.findings)
        case = _case(raw, row, file, here if row is None else row, flows, found)
        if row is not None:
            found.findings[start:] = [row.found(f) for f in found.findings[start:]]
        if case is not None:
            found.cases.append(case)
        if len(found.findings) > before:
            return


def _unused(raw: Any, rows: list[TableRow | None], findings: list[Finding]) -> None:
    seen: set[str] = set()
    for place, name in unused(raw, [r for r in rows if r is not None]):
        if name not in seen:
            message = f'The column "{name}" is used nowhere, so it shows nothing.'
            remedy = f"Write ${name} where it belongs, or delete it. What only this row expects stands under `expect`."
            findings.append(Finding(place, "SCRIPT023", message, remedy))
        seen.add(name)


def _case(
    raw: dict[str, Any], row: TableRow | None, file: Path, here: Here, flows: FlowFolders, found: Scripts
) -> Case | None:
    values = dict(raw)
    if row is not None:
        more = row.values.get("expect", {})
        names = {k: v for k, v in row.values.items() if k not in OWN}
        values = filled(values, names, here, (), found.findings)
        if isinstance(more, Mapping):
            values["expect"] = {**(values.get("expect") or {}), **more}
        title = row.values.get("case") or ", ".join(str(v) for v in names.values()) or str(row.number + 1)
        values["title"] = f"{values.get('title')}: {title}"
    script = validate_script(Script, values, here, (), found.findings)
    if script is None:
        return None
    if _expects_nothing(script.expect):
        message, remedy = (
            "This script expects nothing, so it shows nothing.",
            "Add `expect:` with a level, answers or words.",
        )
        found.findings.append(Finding(here.places.get(("expect", KEY), here.place(())), "SCRIPT020", message, remedy))
        return None
    flow, name = flow_for(script.flow, file, here, flows, found)
    if flow is None:
        return None
    lines = lines_of(script.chat, here, ("chat",), file, found.findings)
    case = Case(
        title=script.title, file=str(file), place=here.place(("title",)), flow=name, lang=script.lang,
        now=script.now.replace(tzinfo=None), lines=tuple(lines), expect=script.expect,
        expect_places={str(k): here.place(("expect", k)) for k in (values.get("expect") or {})}, about=script.about or "",
        phone=script.phone, tags=tuple(script.tags),
    )  # fmt: skip
    others = _versions(case, file, flows, found)
    unknown = check_names(case, flow, here)
    for other in others:
        there = {(f.place, f.message) for f in check_names(case, other, here)}
        unknown = [f for f in unknown if (f.place, f.message) in there]
    found.findings.extend(unknown)
    return case


def _expects_nothing(expect: Expect) -> bool:
    """Whether no key of it can fail: empty lists and an open number of turns ask for nothing."""
    return expect.model_copy(update={"turns": None} if expect.turns == Turns() else {}) == Expect()


def _versions(case: Case, file: Path, flows: FlowFolders, found: Scripts) -> list[Flow]:
    """The flows that the case puts in place: what they have, it may name."""
    versions: list[Flow] = []
    for line in case.lines:
        if line.step.version is None:
            continue
        folder = flows.folder(line.step.version, file.parent)
        flow = flows.read(folder)[0] if folder is not None else None
        if flow is None:
            message = f'The new version "{line.step.version}" is no flow folder seen from this file, or has findings.'
            found.findings.append(Finding(line.place, "SCRIPT010", message, "Run `symptom-bot check` on it."))
        else:
            found.flows[f"{case.file}:{line.step.version}"] = flow
            versions.append(flow)
    return versions


def flow_for(
    named: str | None, file: Path, here: Here, flows: FlowFolders, found: Scripts, default: str | None = None
) -> tuple[Flow | None, str]:
    """The flow that a script names, or else the one that a folder around it is named after, or else the default."""
    names = [named] if named is not None else [*(p.name for p in file.resolve().parents if p.name), default or ""]
    for name in filter(None, names):
        folder = flows.folder(name, file.parent if named is not None else None)
        if folder is None:
            continue
        key = str(folder)
        if key not in found.flows:
            flow, findings = flows.read(folder)
            if flow is None:
                many = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}, the first at"
                message = f'The flow "{name}" cannot be used: it has {many} {folder.name}/{findings[0]}'
                found.findings.append(Finding(here.place(("flow",)), "SCRIPT010", message, MEND_FIRST))
                return None, key
            found.flows[key] = flow
        return found.flows[key], key
    known = flows.names()
    if named is not None:
        message, near = f'There is no flow "{named}".', did_you_mean(named, known)
    else:
        message, near = "This script names no flow, and no folder around it is named after one.", "Add `flow: <name>`."
    remedy = near or (f"Known: {', '.join(known)}." if known else "Set FLOWS_DIR, or go where flows/ is.")
    found.findings.append(Finding(here.place(("flow",)), "SCRIPT010", message, remedy))
    return None, ""


def told_once_a_flow(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, but what is wrong with a flow once, at the first of its scripts, with how many conversations wait for it."""
    waiting: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.remedy == MEND_FIRST:
            waiting.setdefault(finding.message, []).append(finding)
        else:
            yield finding
    for same in waiting.values():
        first, many = min(same), len({finding.place for finding in same})
        yield first if many == 1 else replace(first, remedy=f"{MEND_FIRST} {many} conversations wait for it.")


def same_titles(found: Scripts) -> None:
    """Two cases of one title are a finding, and only the first is one."""
    first: dict[str, Case] = {}
    for case in found.cases:
        other = first.setdefault(case.title, case)
        if other is not case:
            message = f'The title "{case.title}" stands twice (first at {other.place}).'
            found.findings.append(Finding(case.place, "SCRIPT021", message, "Give each script a title of its own."))
    found.cases[:] = first.values()
