"""`symptom-bot chat`: a chat in this terminal."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .common import FOUND, Stop, print_findings, read_time, settings


def add_chat(commands: Any) -> None:
    p = commands.add_parser("chat", help="chat in this terminal")
    p.add_argument("flow", nargs="?", help="name or folder of a flow (default: the setting FLOW)")
    p.add_argument("--lang", default="", help="language of the chat, e.g. en")
    p.add_argument("--now", help="pretend that it is this local time, e.g. 2026-11-20T18:00")
    p.add_argument("--unsafe", action="store_true", help="even if a safety property fails; marks every message")
    p.add_argument("--draft", action="store_true", help="even with lines that are still to do; marks every message")
    p.add_argument("--new", action="store_true", help="do not go on with an interrupted chat")
    p.set_defaults(run=_chat)


def _chat(args: argparse.Namespace) -> int:
    chosen = settings()
    from bot.channels.terminal import chat
    from bot.core.model.findings import FlowError
    from bot.library import UnknownFlow, as_named, find_flow, flows_folder
    from bot.store import StoreError, open_store

    try:
        folder = flows_folder(chosen.flows_dir)
        path = as_named(find_flow(args.flow or chosen.flow, folder))
    except UnknownFlow as error:
        raise Stop(str(error)) from None
    chosen = chosen.model_copy(update={"flow": path.name})
    from bot.app import clock, open_service
    from bot.check.proof.own_process import ProofProcess

    now = clock
    if args.now:
        began, real = read_time(args.now, chosen).timestamp(), clock()

        def now() -> float:
            return began + clock() - real

    try:
        with open_store(
            chosen.database_url, purpose="symptom-bot chat", access="guest", keys=chosen.data_key_file, now=clock()
        ) as store:
            service = open_service(chosen, store, now, path.parent, args.unsafe, draft=args.draft)
            flow = service.flows.current[chosen.flow]
            if args.lang and args.lang not in flow.texts:
                raise Stop(f'The flow has no language "{args.lang}"; it has: {", ".join(flow.texts)}.')
            name = f"terminal:{chosen.flow}"
            if args.new:
                store.erase_chat(name, now())
            proving = None if args.unsafe or args.draft else ProofProcess().prove(path)

            def look_again() -> None:
                findings = () if proving is None else proving.findings()
                if findings:
                    raise FlowError(flow.name, findings)
                service.flows.withdrawn = store.withdrawn()

            try:
                return chat(service, name, chosen.flow, args.lang, sys.stdin, sys.stdout, before_answers=look_again)
            finally:
                if proving is not None:
                    proving.stop()
    except FlowError as error:
        print_findings(error)
        return FOUND
    except StoreError as error:
        raise Stop(str(error)) from None
