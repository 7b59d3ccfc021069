"""Script files -> cases ready to run, or findings with file, line and column. A syntax error never passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.core.flow.compiled import Flow
from bot.core.flow.yaml_places import KEY, Loaded
from bot.core.model.findings import Finding, Place, did_you_mean

from .flows import Flows
from .model import ACTS, BotSays, Case, Edit, Expect, Line, Old, Script, Step, Table, Turns
from .names import check_names
from .shape_words import in_words
from .tables import NAME, Row, unused

FRAGMENTS = "fragments.yaml"
"""The file, in a script's folder or one above it, whose named steps scripts may `use`."""
SURVIVORS = "survivors.yaml"
"""The file, in a script's folder, that says of faults why no script need notice them."""
BESIDE = frozenset({FRAGMENTS, SURVIVORS})
"""Files among scripts that are none."""

_DEEPEST = 8

Here = Loaded | Row
"""Where a script stands: in a file, or in a row of the table in one."""

YAML_CODES = {"FLOW001": "SCRIPT001", "FLOW002": "SCRIPT002", "FLOW004": "SCRIPT004", "FLOW005": "SCRIPT005"}
CODES = {
    "SCRIPT001": "The file is not readable as YAML.",
    "SCRIPT002": "The file, or the folder, is empty.",
    "SCRIPT003": "There is no such file or folder, or its name ends in .yml.",
    "SCRIPT004": "A key stands twice.",
    "SCRIPT005": "A key is no single word.",
    "SCRIPT006": "A key or a value is not what a script has there.",
    "SCRIPT010": "The flow is unknown or cannot be used.",
    "SCRIPT011": "A question, screen or text is unknown.",
    "SCRIPT012": "An answer or button is unknown.",
    "SCRIPT013": "A rule, claim or line is unknown.",
    "SCRIPT020": "The script expects nothing.",
    "SCRIPT021": "Two scripts have one title.",
    "SCRIPT022": "A fragment is unknown, or uses itself.",
    "SCRIPT023": "A table of cases does not fit together.",
}
"""What can be wrong with scripts."""


@dataclass
class Scripts:
    """The cases of some files and what was wrong with them. `flows`: flow name or folder of a case -> the flow."""

    cases: list[Case] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    flows: dict[str, Flow] = field(default_factory=dict)

    def flow(self, case: Case) -> Flow:
        """The flow of a case."""
        return self.flows[case.flow]


def script_files(path: Path) -> list[Path]:
    """The script files of a folder (with those below it) in order; the file itself for a file."""
    if path.is_dir():
        return sorted(p for p in path.rglob("*.yaml") if p.name not in BESIDE)
    return [path]


def read_scripts(paths: Iterable[Path], flows: Flows) -> Scripts:
    """Every case of these files and folders, and every finding, not the first only."""
    found = Scripts()
    read: set[Path] = set()
    for path in paths:
        if not path.exists():
            found.findings.append(
                _finding(Place(str(path)), "SCRIPT003", "There is no such file or folder.", "Look at its name.")
            )
            continue
        files = script_files(path)
        misnamed = list(_misnamed(path))
        found.findings.extend(misnamed)
        if not files and not misnamed:
            remedy = "Write a script; tests/README.md shows how."
            found.findings.append(_finding(Place(str(path)), "SCRIPT002", "There is no script in this folder.", remedy))
        for file in files:
            if file.resolve() not in read:
                read.add(file.resolve())
                read_file(file, flows, found)
    _titles(found)
    found.findings.sort()
    return found


def _misnamed(path: Path) -> Iterator[Finding]:
    """Files of a folder that look like scripts and are not read."""
    for file in sorted(path.rglob("*.yml")) if path.is_dir() else ():
        message = "A script's name ends in .yaml; this file would never be played."
        yield _finding(Place(str(file)), "SCRIPT003", message, f"Name it {file.stem}.yaml.")


def read_file(file: Path, flows: Flows, found: Scripts) -> None:
    """Read one file into `found`."""
    here = load_file(file, found.findings)
    if here is not None:
        _read(here, file, flows, found)


def read_text(text: str, file: Path, flows: Flows, found: Scripts) -> None:
    """Read a script that is at hand as text. `file`: where it belongs."""
    here = _loaded(file, text, found.findings)
    if here is not None:
        _read(here, file, flows, found)


def _read(here: Loaded, file: Path, flows: Flows, found: Scripts) -> None:
    if not isinstance(here.value, dict):
        found.findings.append(
            _finding(
                here.place(()), "SCRIPT006", "A script begins with title:, chat: and expect:.", "Look at another one."
            )
        )
        return
    raw = dict(here.value)
    table = raw.pop("cases", None)
    before = len(found.findings)
    rows = _rows(table, here, found.findings)
    _unused(raw, rows, here, found.findings)
    for number, row in enumerate(rows, 1):
        start = len(found.findings)
        there = here if row is None else Row(here, number - 1, row)
        case = _case(raw, row, number, file, there, flows, found)
        if isinstance(there, Row):
            found.findings[start:] = [there.found(f) for f in found.findings[start:]]
        if case is not None:
            found.cases.append(case)
        if len(found.findings) > before:
            return


def _unused(raw: Any, rows: list[dict[str, Any] | None], here: Loaded, findings: list[Finding]) -> None:
    seen: set[str] = set()
    for place, name in unused(raw, [r for r in rows if r is not None], here):
        if name not in seen:
            message = f'The column "{name}" is used nowhere, so it shows nothing.'
            remedy = f"Write ${name} where it belongs, or delete it. What only this row expects stands under `expect`."
            findings.append(_finding(place, "SCRIPT023", message, remedy))
        seen.add(name)


def _case(
    raw: dict[str, Any], row: dict[str, Any] | None, number: int, file: Path, here: Here, flows: Flows, found: Scripts
) -> Case | None:
    values = dict(raw)
    if row is not None:
        more = row.get("expect", {})
        names = {k: v for k, v in row.items() if k not in ("expect", "case")}
        values = _filled(values, names, here, (), found.findings)
        if isinstance(more, Mapping):
            values["expect"] = {**(values.get("expect") or {}), **more}
        title = row.get("case") or ", ".join(str(v) for v in names.values()) or str(number)
        values["title"] = f"{values.get('title')}: {title}"
    script = _validate(Script, values, here, (), found.findings)
    if script is None:
        return None
    if _expects_nothing(script.expect):
        message, remedy = (
            "This script expects nothing, so it shows nothing.",
            "Add `expect:` with a level, answers or words.",
        )
        found.findings.append(_finding(here.places.get(("expect", KEY), here.place(())), "SCRIPT020", message, remedy))
        return None
    flow, name = _flow(script, file, here, flows, found)
    if flow is None:
        return None
    lines = _lines(script.chat, here, ("chat",), file, found.findings)
    case = Case(
        title=script.title, file=str(file), place=here.place(("title",)), flow=name, lang=script.lang,
        now=script.now.replace(tzinfo=None), lines=tuple(lines), expect=script.expect,
        expect_places={str(k): here.place(("expect", k)) for k in (values.get("expect") or {})}, about=script.about or "",
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


def _versions(case: Case, file: Path, flows: Flows, found: Scripts) -> list[Flow]:
    """The flows that the case puts in place: what they have, it may name."""
    versions: list[Flow] = []
    for line in case.lines:
        if line.step.version is None:
            continue
        folder = flows.folder(line.step.version, file.parent)
        flow = flows.read(folder)[0] if folder is not None else None
        if flow is None:
            message = f'The new version "{line.step.version}" is no flow folder seen from this file, or has findings.'
            found.findings.append(_finding(line.place, "SCRIPT010", message, "Run `symptom-bot check` on it."))
        else:
            found.flows[f"{case.file}:{line.step.version}"] = flow
            versions.append(flow)
    return versions


def _flow(script: Script, file: Path, here: Here, flows: Flows, found: Scripts) -> tuple[Flow | None, str]:
    """The flow that the script names, or else the one that a folder around it is named after."""
    names = [script.flow] if script.flow is not None else [p.name for p in file.resolve().parents if p.name]
    for name in names:
        folder = flows.folder(name, file.parent if script.flow is not None else None)
        if folder is None:
            continue
        key = str(folder)
        if key not in found.flows:
            flow, findings = flows.read(folder)
            if flow is None:
                message = (
                    f'The flow "{name}" cannot be used: it has {len(findings)} finding(s), the first at {findings[0]}'
                )
                found.findings.append(_finding(here.place(("flow",)), "SCRIPT010", message, "Mend the flow first."))
                return None, key
            found.flows[key] = flow
        return found.flows[key], key
    known = flows.names()
    if script.flow is not None:
        message, near = f'There is no flow "{script.flow}".', did_you_mean(script.flow, known)
    else:
        message, near = "This script names no flow, and no folder around it is named after one.", "Add `flow: <name>`."
    remedy = near or (f"Known: {', '.join(known)}." if known else "Set FLOWS_DIR, or go where flows/ is.")
    found.findings.append(_finding(here.place(("flow",)), "SCRIPT010", message, remedy))
    return None, ""


# --- tables and fragments ---------------------------------------------------------------------------------------------


def _rows(table: Any, here: Loaded, findings: list[Finding]) -> list[dict[str, Any] | None]:
    if table is None:
        if isinstance(here.value, dict) and "cases" in here.value:
            findings.append(
                _finding(here.place(("cases",)), "SCRIPT023", "The table of cases is empty.", "Fill or delete it.")
            )
            return []
        return [None]
    checked = _validate(Table, {"cases": table}, here, (), findings)
    if checked is None:
        return []
    if isinstance(checked.cases, list):
        rows = [dict(r) for r in checked.cases]
    else:
        lengths = {len(column) for column in checked.cases.values()}
        if len(lengths) > 1:
            message = "The columns of this table have different lengths."
            findings.append(
                _finding(here.place(("cases",)), "SCRIPT023", message, "Give each the same number of values.")
            )
            return []
        rows = [dict(zip(checked.cases, values, strict=True)) for values in zip(*checked.cases.values(), strict=True)]
    if not rows:
        findings.append(
            _finding(here.place(("cases",)), "SCRIPT023", "The table of cases is empty.", "Fill or delete it.")
        )
    return list(rows)


def _filled(
    value: Any, names: Mapping[str, Any], here: Here, path: tuple[str | int, ...], findings: list[Finding]
) -> Any:
    """The value with `$name` replaced; a text that is only `$name` becomes the value itself, whatever it is."""
    if isinstance(value, dict):
        return {k: _filled(v, names, here, (*path, k), findings) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, names, here, (*path, i), findings) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    for match in NAME.finditer(value):
        if match[1] not in names:
            remedy = did_you_mean(match[1], names) or f"Known here: {', '.join(names)}."
            findings.append(_finding(here.place(path), "SCRIPT023", f'"${match[1]}" has no value here.', remedy))
            return value
        if isinstance(here, Row):
            here.filled[path] = match[1]
    whole = NAME.fullmatch(value)
    if whole:
        return names[whole[1]]
    return NAME.sub(lambda m: str(names[m[1]]), value)


def _lines(
    steps: list[Step], here: Here, path: tuple[str | int, ...], file: Path, findings: list[Finding],
    inside: tuple[str, ...] = (), used: Place | None = None,
) -> list[Line]:  # fmt: skip
    """The steps with their places, fragments put in."""
    found: list[Line] = []
    for i, step in enumerate(steps):
        place = here.place((*path, i, step.act))
        if step.use is None:
            found.append(Line(step, place, used))
        else:
            found.extend(_fragment(step, place, file, findings, inside, used or place))
    return found


def _fragment(
    step: Step, place: Place, file: Path, findings: list[Finding], inside: tuple[str, ...], used: Place
) -> list[Line]:
    name = step.use or ""
    if name in inside or len(inside) >= _DEEPEST:
        findings.append(
            _finding(place, "SCRIPT022", f'The fragment "{name}" uses itself.', "Take that step out of it.")
        )
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
            raw = _filled(here.value[name], step.with_, here, (name,), findings) if step.with_ else here.value[name]
            steps = _steps(raw, here, (name,), findings)
            return _lines(steps, here, (name,), file, findings, (*inside, name), used)
    remedy = did_you_mean(name, known) or f"Fragments stand in {FRAGMENTS}, in this folder or one above it."
    findings.append(_finding(place, "SCRIPT022", f'There is no fragment "{name}".', remedy))
    return []


_STEPS: TypeAdapter[list[Step]] = TypeAdapter(list[Step])


def _steps(raw: Any, here: Here, path: tuple[str | int, ...], findings: list[Finding]) -> list[Step]:
    try:
        return _STEPS.validate_python(raw)
    except ValidationError as error:
        findings.extend(_shape(here, path, problem) for problem in error.errors())
    return []


# --- shapes -----------------------------------------------------------------------------------------------------------


def load_file(file: Path, findings: list[Finding]) -> Loaded | None:
    """The YAML of a file with its places; None if it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        findings.append(
            _finding(Place(str(file)), "SCRIPT001", f"This cannot be read: {reason}.", "Save it again as UTF-8.")
        )
        return None
    return _loaded(file, text, findings)


def _loaded(file: Path, text: str, findings: list[Finding]) -> Loaded | None:
    here = Loaded(str(file), text)
    findings.extend(Finding(f.place, YAML_CODES.get(f.code, "SCRIPT001"), f.message, f.remedy) for f in here.findings)
    return None if here.value is None or here.findings else here


def validated(model: Any, here: Loaded, findings: list[Finding]) -> Any:
    """What the whole file says, as this model; None if it does not say that."""
    return _validate(model, here.value, here, (), findings)


def _validate(model: Any, value: Any, here: Here, path: tuple[str | int, ...], findings: list[Finding]) -> Any:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        findings.extend(_shape(here, path, problem) for problem in error.errors())
    return None


_KEYS: dict[str, list[str]] = {
    "step": [*ACTS, "until", "with"], "bot": list(BotSays.model_fields), "edit": list(Edit.model_fields),
    "old": list(Old.model_fields), "expect": list(Expect.model_fields), "turns": list(Turns.model_fields),
    "": [*Script.model_fields, "cases"],
}  # fmt: skip


def _shape(here: Here, base: tuple[str | int, ...], problem: Any) -> Finding:
    path = (*base, *(p for p in problem["loc"] if not (isinstance(p, str) and "[" in p) and p not in ("dict", "list")))
    path = tuple(p for p in path if p not in ("int", "str"))
    last = str(path[-1]) if path else ""
    if problem["type"] == "extra_forbidden":
        inside = path[-2] if len(path) > 1 else ""
        known = _KEYS.get("step" if isinstance(inside, int) else str(inside), [])
        remedy = did_you_mean(last, known) or f"Known here: {', '.join(known)}."
        return _finding(
            here.places.get((*path, KEY), here.place(path)), "SCRIPT006", f'"{last}" is not a known key here.', remedy
        )
    if problem["type"] == "missing":
        return _finding(here.place(path[:-1]), "SCRIPT006", f'"{last}" is missing here.', "Add it.")
    return _finding(here.place(path), "SCRIPT006", *in_words(problem))


def _titles(found: Scripts) -> None:
    first: dict[str, Case] = {}
    for case in found.cases:
        other = first.setdefault(case.title, case)
        if other is not case:
            message = f'The title "{case.title}" stands twice (first at {other.place}).'
            found.findings.append(_finding(case.place, "SCRIPT021", message, "Give each script a title of its own."))


def _finding(place: Place, code: str, message: str, remedy: str) -> Finding:
    return Finding(place, code, message, remedy)
