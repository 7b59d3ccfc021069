"""Whether another `check` says the same: all that it says of many flows, without its seconds, a file each.

python tests/benchmarks/said_by_check.py FOLDER [TAPS [NAME ...]]     run it before and after, then `diff -r` the two folders

The flows: the shipped one, the small one, those of the findings, two planted edits of each kind of the shipped one, and made-up
ones. `TAPS`: so many are walked through every flow that can be read, a tenth as many messages typed (0: none).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.check.proof.prove import proofs
from bot.check.report.report import check_lines
from bot.check.screens.budget import fit
from bot.check.structure.structure import check_structure
from bot.core.flow.compiled import Flow
from bot.core.flow.reading import try_flow
from bot.core.model.findings import Finding
from bot.replay.script.flows import with_reader
from bot.replay.walks.walking import explored
from tests.check.test_mutations import by_kind, spread
from tests.core.test_findings import CATALOGUE, CODES, flow_of
from tests.support.flow_edits import BACK_SPASM, SPRAIN, TODAY, files_of, flow_at
from tests.support.generated_flows import generated

OF_A_KIND = 3
_SECONDS = re.compile(r" +\d+\.\d s$", re.MULTILINE)

Read = tuple[Flow | None, tuple[Finding, ...]]


def flows() -> Iterator[tuple[str, Read]]:
    """Names and flows, or why they cannot be read."""
    for folder in (BACK_SPASM, SPRAIN):
        yield folder.name, try_flow(folder.name, files_of(folder))
    for code in CODES:
        for which in ("bad", "good"):
            if (CATALOGUE / code / which).is_dir():
                yield f"{code}-{which}", try_flow("base", flow_of(CATALOGUE / code / which))
    for questions, rules in ((20, 30), (40, 80)):
        yield f"generated-{questions}", (generated(questions, rules, seed=1, options=4), ())
    for kind, found in by_kind(flow_at(BACK_SPASM)).items():
        for number, mutation in enumerate(spread(found, OF_A_KIND, 1)):
            yield f"{kind}-{number}", mutation.make()


def said(flow: Flow, taps: int) -> str:
    """All that `check` says of a flow."""
    structure, screens, proved = check_structure(flow), fit(flow), proofs(flow)
    whole = proved.as_json()
    del whole["seconds"]
    lines = check_lines(Path(flow.name), flow, structure, screens, proved, {}, TODAY)
    fast = proofs(flow, fast=True).as_json()
    del fast["seconds"]
    walked = []
    if taps:
        found = explored(with_reader(flow), taps, taps // 10, int(flow.version, 16))
        walked = [f"{found[:5]} asked {sorted(found.asked)} fired {sorted(found.fired)}"]
    plain = [screens.as_json(), [str(one) for one in screens.excess], whole, fast]
    return "\n".join([*lines, *walked, json.dumps(plain, indent=1, ensure_ascii=False, default=sorted)])


def main(folder: Path, taps: int) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    only = sys.argv[3:]
    for name, (flow, findings) in flows():
        if only and name not in only:
            continue
        text = "\n".join(map(str, findings)) if flow is None else _SECONDS.sub("", said(flow, taps))
        (folder / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
        print(name, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
