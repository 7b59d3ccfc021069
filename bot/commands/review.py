"""`symptom-bot review-kit`: what a clinician reads, labels and signs; and what their labels say."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import FOUND, OK, Stop, file_text, folders

if TYPE_CHECKING:
    from bot.core.flow.compiled import Flow


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
    from bot.check.review.kit import NoKit
    from bot.check.review.labels import BadLabels
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
            return _labels(*_flow(args.flow), kit, Path(args.labels))
        else:
            _make(*_flow(args.flow), kit, args.since)
    except (BadManifest, NoKit) as reason:
        raise Stop(str(reason), FOUND) from None
    except BadLabels as error:
        raise Stop(str(error)) from None
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
    from bot.check.report.revisions import NoSuchVersion
    from bot.check.review.kit import make_kit, older_flow
    from bot.papers.pdf import can_make_pdf

    try:
        old = None if since is None else older_flow(since, flow, folder)
    except NoSuchVersion as error:
        raise Stop(str(error)) from None
    print(*make_kit(flow, folder, kit, datetime.fromtimestamp(clock(), UTC), old), sep="\n")
    if not can_make_pdf():
        print("They are text, since no PDF can be made here: pip install 'symptom-bot[pdf]', or typst.")


def _labels(flow: Flow, folder: Path, kit: Path, file: Path) -> int:
    from bot.check.review.kit import compare_labels

    file = kit / file if not file.exists() and (kit / file).exists() else file
    said = compare_labels(flow, folder, kit, file_text(file))
    found = said.agreement
    print(f"{found.labelled} patients labelled: {found.exact:.0%} the same level, Cohen's kappa {found.kappa:.2f}")
    for title, apart in (("LOWER than the label", found.lower), ("higher than the label", found.higher)):
        for name, ours, theirs in apart:
            print(f"  {name}  the flow says {ours}, {title} {theirs}")
    print(f"{found.labelled} scripts that expect the labels: symptom-bot replay {said.scripts}")
    return OK if not found.lower and not found.higher else FOUND
