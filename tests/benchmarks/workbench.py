"""How soon after a save structure, proofs and moved patients are there: the workbench's own watching and its warm processes.

    python tests/benchmarks/workbench.py [EDITS]

Beside the time to a verdict stands that of the peer measured in the same run: the same three from nothing, in this process.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bot.app import equip  # noqa: E402
from bot.check.difference.diff import compare  # noqa: E402
from bot.check.proof.prove import proofs  # noqa: E402
from bot.check.structure.structure import check_structure  # noqa: E402
from bot.core.flow.reading import content_hash, try_flow  # noqa: E402
from bot.core.model.files.parts import Kind  # noqa: E402
from bot.library import load_flow, read_files  # noqa: E402
from bot.workbench.application import application  # noqa: E402
from bot.workbench.desk import Desk, DeskFolders  # noqa: E402

SHIPPED = ROOT / "flows" / "back_spasm"
LONGEST_WAIT = 60.0
NAMES = {"rule": "a rule that counts the sure only", "level": "a rule's level", "text": "words that patients read"}


def edits_of(files: dict[str, str], most: int) -> dict[str, list[tuple[str, str]]]:
    """Kind of edit -> (file, its text after one edit), evenly over the file, only those that can be read."""
    triage, texts = files["triage.yaml"], files["texts.en.yaml"]
    found: dict[str, list[tuple[str, str]]] = {"rule": [], "level": [], "text": []}
    lines = "|".join(o.id for q in load_flow(SHIPPED).interview.questions if q.kind is Kind.many for o in q.options)
    for match in re.finditer(rf"^    when: .*?(?<!surely )\b({lines})\b", triage, re.M):
        found["rule"].append(("triage.yaml", f"{triage[: match.start(1)]}surely {triage[match.start(1) :]}"))
    for match in re.finditer(r"^    level: see_soon$", triage, re.M):
        found["level"].append(("triage.yaml", triage[: match.start()] + "    level: same_day" + triage[match.end() :]))
    for match in re.finditer(r"^    text: ([A-Z].*\w)([.?]?)$", texts, re.M):
        found["text"].append(("texts.en.yaml", f"{texts[: match.end(1)]} now{texts[match.end(1) :]}"))
    chosen = {}
    for kind, made in found.items():
        spread = made[:: max(1, len(made) // (2 * most))]
        whole = (one for one in spread if try_flow("back_spasm", {**files, one[0]: one[1]})[0] is not None)
        chosen[kind] = list(islice(whole, most))
    return chosen


class Taken(NamedTuple):
    """Seconds from the save until all three are there, and what each of the processes took of a processor meanwhile."""

    until: float
    proving: float
    comparing: float
    here: float


def processors(desk: Desk) -> list[float]:
    """Seconds that the two warm processes and this one took of a processor so far (Linux)."""
    assert desk.checker is not None
    found = []
    for process in (*desk.checker.processes()[:2], "self"):
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        found.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return found


async def taken_to_verdict(desk: Desk, file: Path, text: str) -> Taken:
    """The same with what was taken of a processor."""
    before = processors(desk)
    until = await seconds_to_verdict(desk, file, text)
    return Taken(until, *(now - was for now, was in zip(processors(desk), before, strict=True)))


async def seconds_to_verdict(desk: Desk, file: Path, text: str) -> float:
    """From the save until all three are there."""
    began = perf_counter()
    file.write_text(text, encoding="utf-8")
    version = content_hash(read_files(file.parent)[0])
    while perf_counter() - began < LONGEST_WAIT:
        now = desk.checked
        if now.version == version and now.structure is not None and now.safety is not None and now.moved is not None:
            assert now.moved.found is not None, now.moved.why
            return perf_counter() - began
        await asyncio.sleep(0.002)
    raise TimeoutError(f"no verdict within {LONGEST_WAIT:g} s: {desk.checked.broken}")


async def measured(
    folder: Path, files: dict[str, str], edits: dict[str, list[tuple[str, str]]]
) -> dict[str, list[Taken]]:
    """Kind of edit -> what each took, the file put back in between."""
    kept = DeskFolders(folder / "scripts", folder / "people", folder / "build")
    desk = Desk(folder, kept, lambda: datetime(2026, 11, 20, 18, 0, tzinfo=UTC), equip, "back_spasm")
    app = application(desk)
    found: dict[str, list[Taken]] = {kind: [] for kind in edits}
    async with app.router.lifespan_context(app):
        assert desk.checker is not None
        await asyncio.to_thread(desk.checker.warm.wait, LONGEST_WAIT)
        await seconds_to_verdict(desk, folder / "back_spasm" / "triage.yaml", files["triage.yaml"] + "\n# warm\n")
        for kind, made in edits.items():
            for name, text in made:
                file = folder / "back_spasm" / name
                found[kind].append(await taken_to_verdict(desk, file, text))
                await seconds_to_verdict(desk, file, files[name] + f"\n# put back after {kind}\n")
    return found


def from_nothing(files: dict[str, str]) -> float:
    """The peer: reading, structure, proofs and comparison of one edit in this process, nothing known beforehand."""
    old = load_flow(SHIPPED)
    began = perf_counter()
    flow, _ = try_flow("back_spasm", files)
    assert flow is not None
    check_structure(flow)
    proofs(flow, fast=True)
    compare(old, flow, count=False)
    return perf_counter() - began


def main(most: int) -> None:
    """Print the medians, and how they stand to the peer."""
    files = dict(read_files(SHIPPED)[0])
    edits = edits_of(files, most)
    peer = statistics.median(from_nothing({**files, f: text}) for f, text in edits["rule"][:3])
    with tempfile.TemporaryDirectory(prefix="symptom-bot-") as space:
        folder = Path(space) / "flows"
        shutil.copytree(SHIPPED, folder / "back_spasm")
        found = asyncio.run(measured(folder, files, edits))
    print(
        f"{'edit':32}{'n':>4}{'median':>9}{'longest':>9}{'of the peer':>13}   of a processor: proving, comparing, here"
    )
    for kind, taken in found.items():
        until, *of = (statistics.median(column) for column in zip(*taken, strict=True))
        longest, processor = max(one.until for one in taken), "".join(f"{one:9.2f}s" for one in of)
        print(f"{NAMES[kind]:32}{len(taken):4}{until:8.2f}s{longest:8.2f}s{until / peer:13.2f}   {processor}")
    print(f"peer: the same of an edited rule, from nothing: {peer:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
