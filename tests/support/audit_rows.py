"""The answer sets of the audit's rows: their level before, now, and what is accepted, as a table for CHANGES.md.

python tests/support/audit_rows.py 66c6864      prints the table; "before" is the flow at that git revision
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.check.cases import run_answers
from bot.check.report.revisions import open_versions
from bot.core.flow.compiled import Flow
from bot.core.flow.yaml_places import Loaded
from bot.library import from_stored, load_flow, read_files
from tests.support.places import FLOWS, TESTS

FLOW = FLOWS / "back_spasm"
ROW = re.compile(r"([UO])(\d+) (.+)")
READ = {"read": "R", "reproduction": "P", "background": "K"}


def rows() -> list[dict[str, Any]]:
    """The patients that belong to a row, in the audit's order."""
    patients = Loaded("patients.yaml", (TESTS / "patients.yaml").read_text("utf-8")).value
    found = [(match, p) for p in patients if (match := ROW.match(p["name"]))]
    return [p for match, p in sorted(found, key=lambda pair: (pair[0][1] == "O", int(pair[0][2])))]


def line(flow: Flow, patient: dict[str, Any], before: str) -> str:
    """One line of the table: who, before, now, accepted, by which rule and on which sources."""
    now = run_answers(flow, {"answers": patient["answers"], "facts": patient["facts"]})
    match = ROW.match(patient["name"])
    assert match is not None
    deciding = [flow.rules_by_id[r].rule for r in now.rules if flow.rules_by_id[r].rule.level is now.level]
    by = ", ".join(f"`{r.rule}`" for r in deciding)
    claims = [c for r in deciding for c in r.because]
    named = dict.fromkeys(s for c in flow.evidence.claims if c.claim in claims for s in c.sources)
    read = {s.source: READ[s.read] for s in flow.evidence.sources}
    sources = ", ".join(f"{s} {read[s]}" for s in named)
    accepted = " or ".join(patient["accept"])
    return f"| {match[1]}{match[2]} | {match[3]} | {before} | {now.level} | {accepted} | {by} | {sources} |"


def earlier(old: Flow, patient: dict[str, Any]) -> str:
    """The level that the older flow gives; what it cannot be told is marked."""
    told = run_answers(old, {"answers": patient["answers"], "facts": patient["facts"]})
    return f"{told.level}{' (cannot be told)' if told.warnings else ''}"


def table(revision: str) -> Iterator[str]:
    """The whole table."""
    now = load_flow(FLOW)
    with tempfile.TemporaryDirectory() as space:
        first, _, _ = open_versions(revision, str(FLOW), Path(space))
        old = from_stored(now.name, read_files(first)[0], now.system_words)
    yield "| row | patient | before | now | accepted | by | sources, and how far read |"
    yield "|---|---|---|---|---|---|---|"
    for patient in rows():
        yield line(now, patient, earlier(old, patient))


if __name__ == "__main__":
    print("\n".join(table(sys.argv[1] if len(sys.argv) > 1 else "HEAD")))
