"""`symptom-bot run`: patients in Telegram."""

from __future__ import annotations

import argparse
from typing import Any

from .common import FOUND, OK, Stop, print_findings, settings


def add_run(commands: Any) -> None:
    p = commands.add_parser("run", help="serve patients in Telegram (settings: .env.example)")
    p.add_argument("--unsafe", action="store_true", help="even if a safety property fails; marks every message")
    p.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    chosen = settings()
    from bot.app import serve
    from bot.channels.starting import CannotStart
    from bot.core.findings import FlowError
    from bot.library import UnknownFlow
    from bot.store import StoreError

    try:
        serve(chosen, args.unsafe)
    except FlowError as error:
        print_findings(error)
        return FOUND
    except (CannotStart, StoreError, UnknownFlow) as error:
        raise Stop(str(error)) from None
    return OK
