"""The kit: made whole into a folder of its own; and what the labels that come back say of the flow."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bot.check.answers.results import Example
from bot.check.cases import BadCase, run_answers
from bot.check.difference.diff import compare
from bot.check.report.counterexample import write_script
from bot.check.report.diff_words import difference_lines
from bot.check.report.report import old_version
from bot.check.report.revisions import open_versions
from bot.core.flow.compiled import Flow
from bot.core.rendering.message import Paper
from bot.papers.pdf import can_make_pdf, pdf_of

from .boundary import edges_of, patients
from .document import changes_paper, review_paper
from .labels import Agreement, agreement, answers, patients_table, read_labels, read_patients, same_patients
from .manifest import LABELLED, SIGNATURE, check_manifest, write_manifest

PATIENTS = 100
TABLE, ANSWERS = "patients.csv", "patients.json"

Progress = Callable[[str, int, int], None]
"""Hears what is being made: in words, and how much of how much of it is done."""


class NoKit(Exception):
    """A kit cannot be made, or not be read; the message says why and what to do."""


class LabelsSay(NamedTuple):
    """What labels say of a flow. `words`: id -> who that is; `scripts`: the folder with a script for each label."""

    agreement: Agreement
    words: Mapping[str, str]
    scripts: Path


def older_flow(since: str, flow: Flow, folder: Path) -> Flow:
    """The flow as it was in a folder, or at a git revision. Raises NoSuchVersion, or NoKit if it cannot be compared."""
    with tempfile.TemporaryDirectory(prefix="symptom-bot-") as space:
        first, _, _ = open_versions(since, str(folder), Path(space))
        old, findings = old_version(first, flow)
    if old is None:
        raise NoKit(f"{since} cannot be compared: {findings[0]}")
    return old


def make_kit(
    flow: Flow,
    folder: Path,
    kit: Path,
    now: datetime,
    old: Flow | None = None,
    told: Progress = lambda words, done, of: None,
) -> tuple[Path, ...]:
    """Make the kit of a flow, which stands in `folder`; its files. `old`: also only what changed since. Raises NoKit."""
    kit.mkdir(parents=True, exist_ok=True)
    _not_in_use(kit)
    for stale in (kit / f"{name}.{suffix}" for name in ("review", "changes") for suffix in ("pdf", "txt")):
        stale.unlink(missing_ok=True)
    edges = edges_of(flow, lambda done, of: told("patients at the edges of the rules", done, of))
    chosen = patients(edges, PATIENTS)
    told("the document", 0, 1)
    made = [_write(kit, "review", review_paper(flow, edges, now), now)]
    if old is not None:
        told("what changed", 0, 1)
        made.append(_write(kit, "changes", _changes(flow, folder, old, now), now))
    (kit / TABLE).write_text(patients_table(flow, chosen), encoding="utf-8")
    (kit / ANSWERS).write_text(answers(chosen), encoding="utf-8")
    return (*made, kit / TABLE, kit / ANSWERS, write_manifest(kit, flow, now))


def _not_in_use(kit: Path) -> None:
    """What people put their work into is not written over. Raises NoKit."""
    table = kit / TABLE
    if table.is_file() and read_labels(table.read_text(encoding="utf-8-sig")):
        raise NoKit(
            f"{table} is labelled already, and would be written over. Move the kit away, or choose another folder."
        )
    if (kit / SIGNATURE).is_file():
        raise NoKit(f"{kit} is signed, and its signature would be lost. Move the kit away, or choose another folder.")


def _write(kit: Path, name: str, paper: Paper, now: datetime) -> Path:
    """The page as PDF, or as text where none can be made."""
    path = kit / f"{name}.{'pdf' if can_make_pdf() else 'txt'}"
    path.write_bytes(pdf_of(paper, now) if can_make_pdf() else paper.plain().encode())
    return path


def _changes(flow: Flow, folder: Path, old: Flow, now: datetime) -> Paper:
    with tempfile.TemporaryDirectory(prefix="symptom-bot-") as space:
        lines = difference_lines(old, flow, compare(old, flow), Path(space), folder)
    return changes_paper(flow, old, [line for line in lines if "symptom-bot replay" not in line], now)


def compare_labels(flow: Flow, folder: Path, kit: Path, labelled: str) -> LabelsSay:
    """How far the flow agrees with a labelled table of the kit, and a script for each label, written into the kit: it fails until
    the flow says what the clinician said. Raises BadLabels for the table, NoKit and BadManifest for the kit."""
    labels = read_labels(labelled)
    try:
        known = json.loads((kit / ANSWERS).read_text(encoding="utf-8"))
        table = (kit / TABLE).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise NoKit(f"There is no whole kit in {kit}: {error}.") from None
    same_patients(labelled, table)
    try:
        said = {name: run_answers(flow, {"answers": known[name]}).level.value for name in labels.keys() & known.keys()}
    except BadCase as error:
        content = check_manifest(kit)
        raise NoKit(
            f"{error}. The kit was made for content {content}, this is {flow.version}: make a new one."
        ) from None
    found = agreement(said, labels)
    for name, level in labels.items():
        example = Example(known[name], tuple(known[name]), level, ())
        title = f"Labelled {level} by a clinician: {name}"
        write_script(flow, folder, kit / LABELLED, name, title, example, {"level": level})
    return LabelsSay(found, read_patients(table), kit / LABELLED)
