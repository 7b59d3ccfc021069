"""`symptom-bot versions | withdraw | rollback`: which contents chats ran on, and which they run on from now on."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from .common import FOUND, OK, Stop, guest_store, settings, today

if TYPE_CHECKING:
    from bot.store import ListedVersion, Store


def add_versions(commands: Any) -> None:
    p = commands.add_parser(
        "versions", help="the contents that chats ran on: since when, how many run, signed off or not"
    )
    p.add_argument("flow", nargs="?", help="only those of this flow")
    p.set_defaults(run=_versions)


def _versions(args: argparse.Namespace) -> int:
    from bot.library import find_flow, flows_folder, try_folder
    from bot.operator.versions import day_of, shown_versions

    with guest_store("symptom-bot versions") as store:
        found = [v for v in store.listed_versions() if args.flow in (None, v.flow)]
    if not found:
        print("No chat has run yet." if args.flow is None else f"No chat of {args.flow} has run yet.", file=sys.stderr)
        return FOUND
    folder, day = flows_folder(settings().flows_dir), today()
    for flow in dict.fromkeys(version.flow for version in found):
        current, _ = try_folder(find_flow(flow, folder)) if (folder / flow).is_dir() else (None, ())
        print(flow)
        for shown in shown_versions((version for version in found if version.flow == flow), current, day):
            one, signed = shown.listed, (signing.said for signing in shown.signings)
            marks = [*["current"] * shown.current, *["WITHDRAWN"] * one.withdrawn, *signed]
            last = "-" if one.last is None else day_of(one.last)
            running = f"{one.chats:>5} running"
            line = f"  {one.version}  since {day_of(one.stored)}  last heard {last}  {running}  {', '.join(marks)}"
            print(line.rstrip())
    return OK


def add_withdraw(commands: Any) -> None:
    p = commands.add_parser("withdraw", help="take an unsafe version of a flow out of running chats")
    p.add_argument("version", metavar="HASH", help="content hash, as `check` prints it, or how it begins")
    p.add_argument("--undo", action="store_true", help="the version is safe after all")
    p.set_defaults(run=_withdraw)


def _withdraw(args: argparse.Namespace) -> int:
    with guest_store("symptom-bot withdraw") as store:
        known = _named(store, args.version)
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


def _named(store: Store, name: str) -> ListedVersion:
    from bot.operator.versions import NoVersion, named_version

    try:
        return named_version(store.listed_versions(), name)
    except NoVersion as error:
        raise Stop(str(error), FOUND) from None


def add_rollback(commands: Any) -> None:
    p = commands.add_parser("rollback", help="put an earlier content of a flow back into its folder")
    p.add_argument("version", metavar="HASH", help="content hash, or how it begins (`versions` lists them)")
    p.set_defaults(run=_rollback)


def _rollback(args: argparse.Namespace) -> int:
    from bot.check.proof.own_process import ProofProcess
    from bot.library import find_flow, flows_folder
    from bot.operator.versions import NotPutBack, roll_back

    with guest_store("symptom-bot rollback") as store:
        known = _named(store, args.version)
        kept = store.flow_version(known.version)
    assert kept is not None
    folder = find_flow(known.flow, flows_folder(settings().flows_dir))
    try:
        done = roll_back(kept, folder, lambda flow: ProofProcess().prove_stored(flow).findings())
    except NotPutBack as error:
        print(*error.findings, sep="\n", end="\n" if error.findings else "", file=sys.stderr)
        raise Stop(str(error), FOUND) from None
    if done.aside is None:
        print(f"{folder} holds version {known.version} already.")
        return OK
    print(*done.left, sep="\n", end="\n" if done.left else "", file=sys.stderr)
    print(
        f"{folder} holds version {known.version} again. What stood there is kept as {done.aside}; remove it when it is not "
        "needed.\n"
        "hazards.yaml and signoff.yaml are no part of a content: they stay as they were."
    )
    return OK
