"""What `symptom-bot replay` does, for `bot/cli.py`: plain arguments in, text on a stream, an exit code out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from json import dumps
from pathlib import Path
from typing import TextIO

from .flows import Flows
from .outcome import Outcome
from .reading import Scripts, read_scripts
from .run import failure, run_all, summary, transcript, write_json
from .ways import Way

OK, WRONG, USAGE = 0, 1, 2
"""Exit codes: all as expected; findings or failures; the command was given wrongly."""


def replay_command(
    paths: Sequence[Path],
    flows: Flows,
    ways: Mapping[str, Way],
    stream: TextIO,
    *,
    through: Sequence[str] = ("memory",),
    seeds: Sequence[int | None] = (None,),
    verbose: bool = False,
    json: bool = False,
    coverage: bool = False,
    page: Path | None = None,
) -> int:
    """Replay scripts. A single script shows its transcript; several show failures and a summary.

    `coverage`: say what no script has met (`page`: also as an HTML file); with `json`, one JSON object a flow.
    """
    unknown = [t for t in through if t not in ways]
    if unknown or not paths:
        known = ", ".join(ways)
        print(
            f"There is no way {unknown[0]!r}: there are {known}." if unknown else "Name a script or a folder.",
            file=stream,
        )
        return USAGE
    scripts = read_scripts(paths, flows)
    if _findings(scripts, stream):
        return WRONG
    began = time.perf_counter()
    outcomes: list[Outcome] = []
    for outcome in run_all(scripts, [ways[t] for t in through], seeds):
        outcomes.append(outcome)
        if json:
            write_json([outcome], stream)
        elif not outcome.passed:
            print(failure(outcome) + "\n", file=stream)
        elif verbose or len(scripts.cases) == 1:
            print(f"ok  {outcome.case.title}  ({outcome.way})\n{transcript(outcome)}\n", file=stream)
    if not json:
        print(summary(outcomes, time.perf_counter() - began), file=stream)
    if coverage or page is not None:
        _coverage(scripts, outcomes, stream, json, page)
    return OK if all(o.passed for o in outcomes) else WRONG


def _findings(scripts: Scripts, stream: TextIO) -> bool:
    for finding in scripts.findings:
        print(finding, file=stream)
    return bool(scripts.findings)


def _coverage(scripts: Scripts, outcomes: Sequence[Outcome], stream: TextIO, as_json: bool, page: Path | None) -> None:
    from . import coverage_page
    from .coverage import coverage_of, table

    in_memory = [o for o in outcomes if o.handled]
    first = {(o.case.file, o.case.title): o for o in reversed(in_memory)}
    for number, key in enumerate(sorted({c.flow for c in scripts.cases})):
        found = coverage_of(scripts.flows[key], [o for o in first.values() if o.case.flow == key])
        if as_json:
            print(dumps(found.as_json()), file=stream)
        else:
            print("\n" + table(found), file=stream)
        if page is not None:
            target = page if number == 0 else page.with_stem(f"{page.stem}-{found.flow.name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(coverage_page.page(found), encoding="utf-8")
