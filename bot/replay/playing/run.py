"""Runs cases on ways and tells how it went: the transcript with the deviating line marked, and one line in the end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from bot.core.flow.compiled import Flow
from bot.replay.script.flows import FlowFolders, Only, with_reader
from bot.replay.script.model import Case
from bot.replay.script.reading import Scripts, read_scripts, read_text

from .outcome import Deviation, Played, Said, Standing
from .ways import MEMORY, MemoryWay, Way, known_ways, run_case, run_cases

WIDTH = 110


def versions_of(scripts: Scripts, case: Case) -> dict[str, Flow]:
    """The flows that the case's `version:` steps put in place, by the name that it gives them."""
    names = [line.step.version for line in case.lines if line.step.version is not None]
    return {name: scripts.flows[f"{case.file}:{name}"] for name in names}


class Plain:
    """Where each case stands in memory, played once: every other way must come to the same."""

    def __init__(self) -> None:
        self._standing: dict[tuple[str, str], Standing] = {}

    def compared(self, outcome: Played, scripts: Scripts) -> Played:
        """The outcome, with what differs from memory as deviations; one that comes from memory is kept to compare with."""
        case = outcome.case
        key = case.file, case.title
        if outcome.way == MEMORY:
            self._standing[key] = outcome.standing
        if not outcome.passed or outcome.way == MEMORY:
            return outcome
        if key not in self._standing:
            plain = run_case(MemoryWay(), case, scripts.flow(case), versions_of(scripts, case))
            self._standing[key] = plain.standing
        here, there = outcome.standing.as_json(), self._standing[key].as_json()
        found = [
            Deviation(case.place, f"{name} as in memory: {there[name]}", str(here[name]), len(outcome.transcript) - 1)
            for name in there
            if here[name] != there[name]
        ]
        return replace(outcome, deviations=tuple(found))


def run_all(scripts: Scripts, ways: Sequence[Way], seeds: Sequence[int | None] = (None,)) -> Iterator[Played]:
    """Every case on every way; ways that have faults once for each seed. Each way must come to the same as memory."""
    cases = [(case, scripts.flow(case), versions_of(scripts, case)) for case in scripts.cases]
    plain = Plain()
    for way in ways:
        for seed in seeds if not isinstance(way, MemoryWay) else (None,):
            for outcome in run_cases(way, cases, seed):
                yield plain.compared(outcome, scripts)


def run_text(text: str, file: Path, flow: Flow) -> Played | None:
    """A script that is at hand as text, in memory; None if it has findings."""
    found = Scripts()
    read_text(text, file, Only(flow), found)
    if found.findings or len(found.cases) != 1:
        return None
    return run_case(MemoryWay(), found.cases[0], flow, {})


CaseKey = tuple[str, str]
"""By which a case is known: its file and its title."""


def run_jobs(
    paths: Sequence[Path], flows: FlowFolders, through: Sequence[str], seeds: Sequence[int | None], jobs: int,
    chosen: frozenset[CaseKey],
) -> Iterator[Played]:  # fmt: skip
    """The chosen cases of these paths in several processes, each with its share. What the turns were is not brought back."""
    shares = [(list(paths), flows.folders, list(through), list(seeds), n, jobs, chosen) for n in range(jobs)]
    with ProcessPoolExecutor(jobs) as pool:
        for outcomes in pool.map(_share, shares):
            yield from outcomes


def _share(
    share: tuple[list[Path], tuple[Path, ...], list[str], list[int | None], int, int, frozenset[CaseKey]],
) -> list[Played]:
    paths, folders, through, seeds, number, jobs, chosen = share
    scripts = read_scripts(paths, FlowFolders(folders, with_reader))
    scripts.cases = [case for case in scripts.cases if (case.file, case.title) in chosen][number::jobs]
    known = known_ways()
    return [replace(o, handled=()) for o in run_all(scripts, [known[t]() for t in through], seeds)]


# --- in words ---------------------------------------------------------------------------------------------------------


def transcript(outcome: Played, everything: bool = True) -> str:
    """The chat as both sides saw it; the line at which it went another way carries a `>`."""
    marked = {d.line for d in outcome.deviations}
    lines: list[str] = []
    for number, said in enumerate(outcome.transcript):
        if everything or number >= max(marked, default=0) - 5:
            lines.extend(_said(said, ">" if number in marked else " "))
    return "\n".join(lines)


def _said(said: Said, mark: str) -> list[str]:
    who = {"you": "you", "bot": "bot", "time": "   "}[said.who]
    text = said.text.split("\n") or [""]
    lines = [f"{mark} {who if i == 0 else '   '}  {line}".rstrip() for i, line in enumerate(text)]
    row = "         "
    for button in said.buttons:
        if len(row) + len(button) > WIDTH:
            lines.append(row.rstrip())
            row = "         "
        row += f"[{button}] "
    return [*lines, row.rstrip()] if row.strip() else lines


def failure(outcome: Played) -> str:
    """Everything that a tester needs to see of a case that failed."""
    lines = [f"FAILED  {outcome.case.title}  ({outcome.way})  {outcome.case.place}", transcript(outcome), ""]
    for deviation in outcome.deviations:
        used = "" if deviation.used is None else f"  (used at {deviation.used})"
        lines += [f"{deviation.place}{used}", f"  expected  {deviation.expected}", f"  came      {deviation.came}"]
    return "\n".join([*lines, *outcome.notes])


def summary(outcomes: Sequence[Played], seconds: float, broken: int = 0) -> str:
    """One line on all of them, by way. `broken`: scripts that could not be read."""
    parts: list[str] = []
    for way in dict.fromkeys(o.way for o in outcomes):
        of_way = [o for o in outcomes if o.way == way]
        failed = sum(1 for o in of_way if not o.passed)
        parts.append(f"{way}: {len(of_way) - failed} passed" + (f", {failed} FAILED" if failed else ""))
    if broken:
        parts.append(f"{broken} cannot be read")
    return f"{'; '.join(parts)}  ({seconds:.1f} s)"


def played_as_json(outcome: Played) -> dict[str, Any]:
    """An outcome as plain values."""
    return {
        "kind": "outcome", "title": outcome.case.title, "file": outcome.case.file, "way": outcome.way, "passed": outcome.passed,
        "turns": outcome.acts, **outcome.standing.as_json(),
        "deviations": [
            {
                "place": str(d.place), "used": None if d.used is None else str(d.used),
                "expected": d.expected, "came": d.came,
            }
            for d in outcome.deviations
        ],
    }  # fmt: skip


def write_json(outcomes: Iterable[Played], stream: TextIO) -> None:
    """One JSON object a line."""
    for outcome in outcomes:
        print(json.dumps(played_as_json(outcome), ensure_ascii=False, default=str), file=stream)


def totals(outcomes: Sequence[Played]) -> Mapping[str, int]:
    """How many passed and failed."""
    failed = sum(1 for o in outcomes if not o.passed)
    return {"passed": len(outcomes) - failed, "failed": failed}
