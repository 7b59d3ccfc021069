"""`symptom-bot erase | withdraw`: what is kept."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .common import FOUND, OK, guest_store


def add_erase(commands: Any) -> None:
    p = commands.add_parser("erase", help="erase everything that is kept of one chat")
    p.add_argument(
        "--chat", required=True, metavar="ID", help="e.g. telegram:123456 (or just 123456), terminal:back_spasm"
    )
    p.set_defaults(run=_erase)


def _erase(args: argparse.Namespace) -> int:
    chat = f"telegram:{args.chat}" if args.chat.lstrip("-").isdecimal() else args.chat
    with guest_store("symptom-bot erase") as store:
        if store.erase_chat(chat):
            print(f"Everything kept of {chat} is erased.")
            return OK
    print(f"Nothing is kept of {chat}.", file=sys.stderr)
    return FOUND


def add_withdraw(commands: Any) -> None:
    p = commands.add_parser("withdraw", help="take an unsafe version of a flow out of running chats")
    p.add_argument("version", metavar="HASH", help="content hash, as `check` prints it")
    p.set_defaults(run=_withdraw)


def _withdraw(args: argparse.Namespace) -> int:
    with guest_store("symptom-bot withdraw") as store:
        if store.withdraw(args.version):
            print(
                f"Version {args.version} is withdrawn: its chats move to the current one at their next word.\n"
                "If it is itself the current one, the bot asks nobody anything until the corrected flow is in its folder."
            )
            return OK
    print(f"No chat ever ran on version {args.version}.", file=sys.stderr)
    return FOUND
