"""Files of people -> cases ready to play, or findings with file, line and column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.check.cases import BadCase
from bot.core.flow.compiled import Flow
from bot.core.flow.yaml_places import KEY, Loaded
from bot.core.model.findings import Finding, Place, did_you_mean
from bot.replay.script.flows import FlowFolders
from bot.replay.script.fragments import lines_of
from bot.replay.script.model import Case, Expect, ScriptLine
from bot.replay.script.names import check_names
from bot.replay.script.reading import Scripts, files_in, flow_for, same_titles, told_once_a_flow
from bot.replay.script.shapes import load_file, validate_script

from .facts import facts_of
from .people import LAST_CHECK, Person
from .teller import Teller

NOWHERE = Place("")
"""Where somebody stands who is in no file."""


def read_people(paths: Iterable[Path], flows: FlowFolders, default: str) -> Scripts:
    """Every person of these files and folders as a case, and every finding. `default`: the flow where no folder is named
    after one."""
    found = Scripts()
    for file in files_in(paths, found.findings):
        here = load_file(file, found.findings)
        if here is not None:
            _read(here, file, flows, default, found)
    same_titles(found)
    found.findings = sorted(told_once_a_flow(found.findings))
    return found


def _read(here: Loaded, file: Path, flows: FlowFolders, default: str, found: Scripts) -> None:
    if not isinstance(here.value, list):
        message = "A file of people is a list: each begins with `- person:`."
        found.findings.append(
            Finding(here.place(()), "SCRIPT006", message, "Scripts are played by `symptom-bot replay`.")
        )
        return
    for number, raw in enumerate(here.value):
        person: Person | None = validate_script(Person, raw, here, (number,), found.findings)
        if person is None:
            continue
        flow, name = flow_for(person.flow, file, here, flows, found, default)
        if flow is not None:
            case = _case(person, flow, name, here, number, found.findings)
            found.cases.extend([case] if case is not None else [])


def _case(person: Person, flow: Flow, name: str, here: Loaded, number: int, findings: list[Finding]) -> Case | None:
    findings.extend(wrong := list(_names(person, flow, here, number)))
    if wrong:
        return None
    lines = lines_of(person.earlier, here, (number, "earlier"), Path(here.file), findings)
    try:
        case = case_of(person, flow, name, here.place((number, "person")), tuple(lines))
    except BadCase as bad:
        findings.append(Finding(here.place((number, "facts")), "SCRIPT012", f"{bad}.", "Mend the fact."))
        return None
    findings.extend(_level(person, case, here, number))
    findings.extend(check_names(case, flow, here))
    return case


def _names(person: Person, flow: Flow, here: Loaded, number: int) -> Iterator[Finding]:
    """Questions that the flow does not have."""
    known = [*flow.questions]
    for key, names, more in (("facts", person.facts, []), ("says", person.says, [LAST_CHECK])):
        for name in names:
            if name not in known and name not in more:
                place = here.places.get((number, key, name, KEY), here.place((number, key, name)))
                remedy = did_you_mean(name, [*known, *more]) or "The questions stand in the flow's interview.yaml."
                yield Finding(place, "SCRIPT011", f'"{name}" is no question of this flow.', remedy)


def _level(person: Person, case: Case, here: Loaded, number: int) -> Iterator[Finding]:
    assert isinstance(case.patient, Teller)
    level = case.patient.facts.level
    if person.level is not None and person.level is not level and person.why is None:
        message = f"The facts come to {level}, not to {person.level} (`symptom-bot triage` says why)."
        remedy = "Mend the facts or the level, or say under `why:` why another level is right."
        yield Finding(here.place((number, "level")), "SCRIPT024", message, remedy)
    if person.why is not None and person.level is level:
        message = f"The facts come to {level} by themselves."
        yield Finding(here.place((number, "why")), "SCRIPT024", message, "Delete `why:`.")


def case_of(
    person: Person, flow: Flow, name: str = "", place: Place = NOWHERE, lines: tuple[ScriptLine, ...] = (),
    all_told: bool = False,
) -> Case:  # fmt: skip
    """The person as a case. `lines`: what happened earlier; `name`: what the flow is called beside it; `all_told`: see
    `Facts`. Raises BadCase."""
    facts = facts_of(flow, person.facts, all_told)
    return Case(
        person.person, place.file, place, name or flow.name, person.lang, person.now.replace(tzinfo=None), lines,
        Expect(level=person.level if person.why is not None else facts.level), {},
        patient=Teller(person, facts), known=person.known or "",
    )  # fmt: skip
