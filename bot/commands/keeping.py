"""`symptom-bot erase | backup | restore | rotate-key | stats | feedback`: what is kept, and with which keys."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent
from typing import Any

from .common import FOUND, OK, USAGE, Stop, guest_store, settings

DAY = 86400.0


def add_erase(commands: Any) -> None:
    p = commands.add_parser("erase", help="erase everything that is kept of one chat")
    p.add_argument(
        "--chat", required=True, metavar="ID", help="e.g. telegram:123456 (or just 123456), terminal:back_spasm"
    )
    p.set_defaults(run=_erase)


def _erase(args: argparse.Namespace) -> int:
    chat = f"telegram:{args.chat}" if args.chat.lstrip("-").isdecimal() else args.chat
    from bot.app import clock

    with guest_store("symptom-bot erase") as store:
        if store.erase_chat(chat, clock()):
            print(f"Everything kept of {chat} is erased.")
            return OK
    print(f"Nothing is kept of {chat}.", file=sys.stderr)
    return FOUND


def add_backup(commands: Any) -> None:
    p = commands.add_parser("backup", help="copy the database into a file while the bot runs; without the keys")
    p.add_argument("file", metavar="FILE", help="a new file")
    p.set_defaults(run=_backup)


def _backup(args: argparse.Namespace) -> int:
    from bot.store import StoreError, programs_of_postgresql

    chosen = settings()
    try:
        programs = programs_of_postgresql(chosen.database_url, args.file)
        if programs is not None:
            print(f"PostgreSQL copies its databases itself:\n{programs[0]}", file=sys.stderr)
            return USAGE
        with guest_store("symptom-bot backup") as store:
            store.back_up(Path(args.file))
            print(
                f"{args.file} is a copy of {store.where}. It can be read only with {store.key_file}, which it does not\n"
                "hold: keep a copy of the newest one in another place.\n"
                f"{chosen.retention_days} days from now at the latest its keys are destroyed, and nobody can read it any more."
            )
    except StoreError as error:
        raise Stop(str(error)) from None
    return OK


def add_restore(commands: Any) -> None:
    p = commands.add_parser("restore", help="put a backup in the place of the database; what was erased stays erased")
    p.add_argument("file", metavar="FILE", help="a backup")
    p.set_defaults(run=_restore)


def _restore(args: argparse.Namespace) -> int:
    from bot.app import clock
    from bot.store import StoreError, programs_of_postgresql, put_back

    chosen = settings()
    try:
        programs = programs_of_postgresql(chosen.database_url, args.file)
        if programs is not None:
            print(
                "PostgreSQL puts its databases back itself. Stop the bot first; at its start it erases again what was erased\n"
                "since the backup was made:\n"
                f"{programs[1]}",
                file=sys.stderr,
            )
            return USAGE
        done = put_back(chosen.database_url, Path(args.file), chosen.data_key_file, clock())
    except StoreError as error:
        raise Stop(str(error)) from None
    print(f"{args.file} is put back.")
    if done.aside is not None:
        print(f"What stood there is kept as {done.aside}. Remove it when it is no longer needed.")
    if done.erased:
        print(f"{done.erased} chat(s) that were erased since it was made are erased again.")
    if done.unreadable:
        print(f"{done.unreadable} chat(s) are too old to be read by anybody; they begin anew.")
    return OK


def add_rotate_key(commands: Any) -> None:
    p = commands.add_parser("rotate-key", help="change the keys at once; they change by themselves over time")
    p.set_defaults(run=_rotate_key)


def _rotate_key(args: argparse.Namespace) -> int:
    from bot.app import clock

    keep = settings().retention_days * DAY
    with guest_store("symptom-bot rotate-key") as store:
        change = store.change_keys(clock(), keep, at_once=True)
        print(
            f"A new wrapping key is in {store.key_file}: copy that file again, and remove older copies of it.\n"
            f"{change.chats} chat(s) got new keys, {change.destroyed} old wrapping key(s) were destroyed."
        )
    return OK


def add_stats(commands: Any) -> None:
    p = commands.add_parser(
        "stats", help="what people did, per question and version; no answer is read for it, counts under 5 are hidden"
    )
    p.add_argument("--json", action="store_true", help="as JSON, one object for each version")
    p.set_defaults(run=_stats)


def _stats(args: argparse.Namespace) -> int:
    from bot.service.people.of_store import people_in
    from bot.service.people.plain import people_as_json, plain_table

    with guest_store("symptom-bot stats") as store:
        found = people_in(store)
    if args.json:
        for people in found:
            print(json.dumps(people_as_json(people)))
        return OK
    if not found:
        print("Nothing was counted yet.", file=sys.stderr)
        return FOUND
    print("\n\n".join(map(plain_table, found)))
    return OK


def add_feedback(commands: Any) -> None:
    p = commands.add_parser("feedback", help="what felt wrong to patients, for the clinician who owns the flow")
    p.add_argument("--json", action="store_true", help="as JSON, one object a line")
    p.set_defaults(run=_feedback)


def _feedback(args: argparse.Namespace) -> int:
    """Nothing of it says whose it was; the answers stand there only where the patient sent them along."""
    with guest_store("symptom-bot feedback") as store:
        found = [(row.at, json.loads(row.text)) for row in store.feedback()]
    if args.json:
        for at, said in found:
            print(json.dumps({"at": at, **said}, ensure_ascii=False))
        return OK
    if not found:
        print("Nobody said that something felt wrong.", file=sys.stderr)
        return FOUND
    counts = Counter((said["flow"], said["version"], said["level"], said["reason"]) for _, said in found)
    for (flow, version, level, reason), times in sorted(counts.items()):
        print(f"{times:5}  {flow} {version}  {level:10}  {reason.removeprefix('felt_').replace('_', ' ')}")
    for at, said in found:
        print(f"\n{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC  {said['level']}  {said['reason']}")
        for part in (said["words"], said.get("answers", "")):
            if part:
                print(indent(part.rstrip(), "  "))
    return OK
