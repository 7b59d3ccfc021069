"""`symptom-bot review-kit`: what a clinician reads, labels and signs; and what their labels say."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import FOUND, OK, Stop, file_text, folders

if TYPE_CHECKING:
    from bot.core.flow.compiled import Flow
    from bot.core.rendering.message import Paper

PATIENTS = 100
TABLE, ANSWERS = "patients.csv", "patients.json"


def add_review_kit(commands: Any) -> None:
    p = commands.add_parser("review-kit", help="what a clinician reads, labels and signs")
    p.add_argument("flow", nargs="?", help="name or folder of a flow")
    p.add_argument("--out", metavar="DIR", default="review", help="where the kit stands, or is written")
    p.add_argument("--since", metavar="VERSION", help="also only what changed since this folder or git revision")
    p.add_argument("--labels", metavar="FILE", help="a labelled patients.csv of the kit: how far do both agree?")
    p.add_argument("--sign", metavar="KEY", help="sign the kit's manifest with an SSH key")
    p.add_argument("--verify", metavar="SIGNERS", help="is the kit as it was signed? A file of allowed signers")
    p.add_argument("--by", metavar="WHO", help="--verify: the signer, as the file names them")
    p.set_defaults(run=_review_kit)


def _review_kit(args: argparse.Namespace) -> int:
    from bot.check.review.manifest import BadManifest, check_manifest, sign, signed_content

    kit = Path(args.out)
    try:
        if args.sign is not None:
            content = check_manifest(kit)
            print(f"{sign(kit, Path(args.sign))} signs content {content}.")
        elif args.verify is not None:
            if args.by is None:
                raise Stop("--verify needs --by WHO: the signer, as the file of allowed signers names them.")
            print(
                f"{args.by} signed content {signed_content(kit, Path(args.verify), args.by)}; no file of the kit was changed."
            )
        elif args.labels is not None:
            return _labels(_flow(args.flow)[0], kit, Path(args.labels))
        else:
            _make(*_flow(args.flow), kit, args.since)
    except BadManifest as reason:
        raise Stop(str(reason), FOUND) from None
    return OK


def _flow(name: str | None) -> tuple[Flow, Path]:
    from bot.library import try_folder

    if name is None:
        raise Stop("Name a flow: symptom-bot review-kit FLOW --out DIR.")
    (folder,) = folders([name])
    flow, findings = try_folder(folder)
    if flow is None:
        print(*findings, sep="\n", file=sys.stderr)
        raise Stop(f"{folder} cannot be used: {len(findings)} findings.", FOUND)
    return flow, folder


def _make(flow: Flow, folder: Path, kit: Path, since: str | None) -> None:
    from bot.app import clock
    from bot.check.review.boundary import edges_of, patients
    from bot.check.review.document import review_paper
    from bot.check.review.labels import answers, patients_table, read_labels
    from bot.check.review.manifest import write_manifest
    from bot.papers.pdf import can_make_pdf

    now = datetime.fromtimestamp(clock(), UTC)
    kit.mkdir(parents=True, exist_ok=True)
    if (kit / TABLE).is_file() and read_labels(file_text(kit / TABLE)):
        raise Stop(
            f"{kit / TABLE} is labelled already, and would be written over. Choose another folder with --out.", FOUND
        )
    edges = edges_of(flow)
    chosen = patients(edges, PATIENTS)
    made = [_write(kit, "review", review_paper(flow, edges, now), now)]
    if since is not None:
        made.append(_write(kit, "changes", _changes(flow, folder, since, now), now))
    (kit / TABLE).write_text(patients_table(flow, chosen), encoding="utf-8")
    (kit / ANSWERS).write_text(answers(chosen), encoding="utf-8")
    made += [kit / TABLE, kit / ANSWERS, write_manifest(kit, flow, now)]
    print(*made, sep="\n")
    if not can_make_pdf():
        print("They are text, since no PDF can be made here: pip install 'symptom-bot[pdf]', or typst.")


def _write(kit: Path, name: str, paper: Paper, now: datetime) -> Path:
    """The page as PDF, or as text where none can be made."""
    from bot.papers.pdf import can_make_pdf, pdf_of

    path = kit / f"{name}.{'pdf' if can_make_pdf() else 'txt'}"
    path.write_bytes(pdf_of(paper, now) if can_make_pdf() else paper.plain().encode())
    return path


def _changes(flow: Flow, folder: Path, since: str, now: datetime) -> Paper:
    from bot.check.difference.diff import compare
    from bot.check.report.diff_words import difference_lines
    from bot.check.report.report import old_version
    from bot.check.report.revisions import NoSuchVersion, open_versions
    from bot.check.review.document import changes_paper

    with tempfile.TemporaryDirectory(prefix="symptom-bot-") as space:
        try:
            first, _, _ = open_versions(since, str(folder), Path(space))
        except NoSuchVersion as error:
            raise Stop(str(error)) from None
        old, findings = old_version(first, flow)
        if old is None:
            raise Stop(f"{since} cannot be compared: {findings[0]}", FOUND)
        lines = difference_lines(old, flow, compare(old, flow), Path(space), folder)
    return changes_paper(flow, old, [line for line in lines if "symptom-bot replay" not in line], now)


def _labels(flow: Flow, kit: Path, file: Path) -> int:
    from bot.check.cases import BadCase, run_answers
    from bot.check.review.labels import BadLabels, agreement, read_labels
    from bot.check.review.manifest import check_manifest

    file = kit / file if not file.exists() and (kit / file).exists() else file
    try:
        labels = read_labels(file_text(file))
        known = json.loads(file_text(kit / ANSWERS))
        labelled = labels.keys() & known.keys()
        said = {name: run_answers(flow, {"answers": known[name]}).level.value for name in labelled}
        found_agreement = agreement(said, labels)
    except BadCase as error:
        content = check_manifest(kit)
        raise Stop(
            f"{error}. The kit was made for content {content}, this is {flow.version}: make a new one.", FOUND
        ) from None
    except (BadLabels, ValueError) as error:
        raise Stop(str(error)) from None
    exact, kappa = found_agreement.exact, found_agreement.kappa
    print(f"{found_agreement.labelled} patients labelled: {exact:.0%} the same level, Cohen's kappa {kappa:.2f}")
    for title, apart in (
        ("LOWER than the label", found_agreement.lower),
        ("higher than the label", found_agreement.higher),
    ):
        for name, ours, theirs in apart:
            print(f"  {name}  the flow says {ours}, {title} {theirs}")
    scripts = _tests(flow, kit, known, labels)
    print(f"{len(labels)} scripts that expect the labels: symptom-bot replay {scripts}")
    return OK if not found_agreement.lower and not found_agreement.higher else FOUND


def _tests(flow: Flow, kit: Path, known: dict[str, Any], labels: dict[str, str]) -> Path:
    """A script for each label: it fails until the flow says what the clinician said."""
    from bot.check.answers.results import Example
    from bot.check.report.counterexample import write_script
    from bot.library import find_flow

    into = kit / "labelled"
    for name, level in labels.items():
        example = Example(known[name], tuple(known[name]), level, ())
        write_script(
            flow,
            find_flow(flow.name),
            into,
            name,
            f"Labelled {level} by a clinician: {name}",
            example,
            {"level": level},
        )
    return into
