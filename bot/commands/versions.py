"""`symptom-bot versions | withdraw | rollback`: which contents chats ran on, and which they run on from now on."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import FOUND, OK, Stop, guest_store, settings, today

if TYPE_CHECKING:
    from bot.store import ListedVersion, Store

SHORTEST = 4
"""Characters of a content hash that may stand for the whole one."""


def add_versions(commands: Any) -> None:
    p = commands.add_parser(
        "versions", help="the contents that chats ran on: since when, how many run, signed off or not"
    )
    p.add_argument("flow", nargs="?", help="only those of this flow")
    p.set_defaults(run=_versions)


def _versions(args: argparse.Namespace) -> int:
    from bot.library import find_flow, flows_folder, try_folder

    with guest_store("symptom-bot versions") as store:
        found = [v for v in store.listed_versions() if args.flow in (None, v.flow)]
    if not found:
        print("No chat has run yet." if args.flow is None else f"No chat of {args.flow} has run yet.", file=sys.stderr)
        return FOUND
    folder, day = flows_folder(settings().flows_dir), today()
    for flow in dict.fromkeys(version.flow for version in found):
        current, _ = try_folder(find_flow(flow, folder)) if (folder / flow).is_dir() else (None, ())
        print(flow)
        for one in (version for version in found if version.flow == flow):
            marks = ["current"] if current is not None and current.version == one.version else []
            marks += ["WITHDRAWN"] if one.withdrawn else []
            signed = [] if current is None else [s for s in current.signoffs.signoffs if s.reviewed == one.version]
            marks += [
                f"signed off ({s.language}) by {s.reviewer} until {s.expires}" for s in signed if s.expires >= day
            ]
            marks += [f"sign-off ({s.language}) expired on {s.expires}" for s in signed if s.expires < day]
            last = "-" if one.last is None else _day(one.last)
            print(
                f"  {one.version}  since {_day(one.stored)}  last heard {last}  {one.chats:>5} running  {', '.join(marks)}".rstrip()
            )
    return OK


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def add_withdraw(commands: Any) -> None:
    p = commands.add_parser("withdraw", help="take an unsafe version of a flow out of running chats")
    p.add_argument("version", metavar="HASH", help="content hash, as `check` prints it, or how it begins")
    p.add_argument("--undo", action="store_true", help="the version is safe after all")
    p.set_defaults(run=_withdraw)


def _withdraw(args: argparse.Namespace) -> int:
    with guest_store("symptom-bot withdraw") as store:
        known = named_version(store, args.version)
        store.withdraw(known.version, not args.undo)
    if args.undo:
        print(
            f"Version {known.version} of {known.flow} is no longer withdrawn. Chats that moved on stay where they are."
        )
        return OK
    print(
        f"Version {known.version} of {known.flow} is withdrawn: its {known.chats} running chats move to the current one at their "
        "next word.\nIf it is itself the current one, the bot asks nobody anything until the corrected flow is in its folder."
    )
    return OK


def named_version(store: Store, name: str) -> ListedVersion:
    """The version of this content hash, or of the only one that begins so. Raises Stop."""
    fits = [version for version in store.listed_versions() if version.version.startswith(name)]
    if len(name) < SHORTEST:
        raise Stop(f'"{name}" is too short: write at least {SHORTEST} characters of the content hash.', FOUND)
    if not fits:
        raise Stop(f"No chat ever ran on version {name}. `symptom-bot versions` lists those on which some did.", FOUND)
    if len(fits) > 1:
        raise Stop(f"{name} may be {' or '.join(version.version for version in fits)}: write more of it.", FOUND)
    return fits[0]


def add_rollback(commands: Any) -> None:
    p = commands.add_parser("rollback", help="put an earlier content of a flow back into its folder")
    p.add_argument("version", metavar="HASH", help="content hash, or how it begins (`versions` lists them)")
    p.set_defaults(run=_rollback)


def _rollback(args: argparse.Namespace) -> int:
    from bot.check.proof.own_process import ProofProcess
    from bot.library import find_flow, flows_folder, from_stored, try_folder

    with guest_store("symptom-bot rollback") as store:
        known = named_version(store, args.version)
        kept = store.flow_version(known.version)
    assert kept is not None
    if known.withdrawn:
        raise Stop(
            f"Version {known.version} is withdrawn. If it is safe after all: symptom-bot withdraw --undo {known.version}",
            FOUND,
        )
    folder = find_flow(known.flow, flows_folder(settings().flows_dir))
    current, _ = try_folder(folder)
    if current is not None and current.version == known.version:
        print(f"{folder} holds version {known.version} already.")
        return OK
    words = {} if current is None else {lang: dict(texts.system) for lang, texts in current.texts.items()}
    findings = ProofProcess().prove_stored(from_stored(known.flow, dict(kept.files), words)).findings()
    if findings:
        print(*findings, sep="\n", file=sys.stderr)
        raise Stop(f"Version {known.version} is not put back: it is not safe by what is proved today.", FOUND)
    aside = _put_back(folder, kept.files)
    _, left = try_folder(folder)
    print(*left, sep="\n", end="\n" if left else "", file=sys.stderr)
    print(
        f"{folder} holds version {known.version} again. What stood there is kept as {aside}; remove it when it is not needed.\n"
        "hazards.yaml and signoff.yaml are no part of a content: they stay as they were."
    )
    return OK


def _put_back(folder: Path, files: Mapping[str, str]) -> Path:
    """The files into the folder, in one step; what is no part of the content (hazards, sign-offs) stays."""
    from bot.core.flow.reading import UNHASHED

    aside = next(
        p for n in range(1, 10**6) if not (p := folder.with_name(f".{folder.name}.before-rollback-{n}")).exists()
    )
    made = folder.with_name(f".{folder.name}.rolled-back")
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(folder, made)
    for path in made.glob("*.yaml"):
        if path.name not in UNHASHED:
            path.unlink()
    for name in files.keys() - UNHASHED:
        (made / name).write_text(files[name], encoding="utf-8")
    folder.rename(aside)
    made.rename(folder)
    return aside
