"""`symptom-bot run`: patients in Telegram."""

from __future__ import annotations

import argparse
import gc
from typing import TYPE_CHECKING, Any

from .common import FOUND, OK, Stop, print_findings, settings

if TYPE_CHECKING:
    from bot.check.proof.own_process import AllApart


def add_run(commands: Any) -> None:
    p = commands.add_parser("run", help="serve patients in Telegram (settings: .env.example)")
    p.add_argument("--unsafe", action="store_true", help="even if a safety property fails; marks every message")
    p.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from bot.check.proof.own_process import AllApart

    gc.disable()  # what is made until patients are served stays; running.py collects and turns it on again
    with AllApart(ahead=not args.unsafe) as proofs:  # imports the solver while this process imports everything else
        return _serve(args, proofs)


def _serve(args: argparse.Namespace, proofs: AllApart) -> int:
    chosen = settings()
    from bot.core.model.findings import FlowError
    from bot.library import UnknownFlow, flow_names, flows_folder
    from bot.server.startup import CannotStart, api_url_of, token_of

    try:
        token, url, folder = token_of(chosen), api_url_of(chosen), flows_folder(chosen.flows_dir)
        proving = None if args.unsafe else proofs.begin(folder / name for name in flow_names(folder))
        from bot.app import serve
        from bot.store import StoreError

        try:
            serve(chosen, token, url, folder, proving)
        except StoreError as error:
            raise Stop(str(error)) from None
    except FlowError as error:
        print_findings(error)
        return FOUND
    except (CannotStart, UnknownFlow) as error:
        raise Stop(str(error)) from None
    return OK
