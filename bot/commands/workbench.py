"""`symptom-bot workbench`: the operators' local web page."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from .common import OK, Stop, open_as_guest, settings


def add_workbench(commands: Any) -> None:
    p = commands.add_parser(
        "workbench", help="see a flow, try it, and know whom an edit moves: a web page on this machine"
    )
    p.add_argument("flow", nargs="?", help="name of the flow that is opened first (default: the setting FLOW)")
    p.add_argument("--flows", type=Path, metavar="DIR", help="folder with the flows (default: as for all commands)")
    p.add_argument(
        "--scripts", type=Path, default=Path("tests/conversations"), metavar="DIR", help="folder with the scripts"
    )
    p.add_argument("--people", type=Path, default=Path("tests/crowd"), metavar="DIR", help="folder with the people")
    p.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; another one opens the workbench to others"
    )
    p.add_argument(
        "--name", action="append", default=[], metavar="NAME[:PORT]",
        help="another name under which it may be asked for, if others reach it by one; may be given several times",
    )  # fmt: skip
    p.add_argument("--port", type=int, default=8765, help="port; 0 takes any that is free")
    p.set_defaults(run=_workbench)


def others_of_tests() -> list[Path]:
    """The small flows of the tests, where scripts name one."""
    from .scripts import flow_folders

    return flow_folders()[1:]


def _workbench(args: argparse.Namespace) -> int:
    from bot.app import equip, local_now
    from bot.library import UnknownFlow, find_flow, flow_names, flows_folder
    from bot.workbench.desk import Desk, DeskFolders
    from bot.workbench.serving import NoPort, serve_workbench

    chosen = settings()

    def now() -> datetime:
        return local_now(chosen).replace(second=0, microsecond=0)

    try:
        folder = flows_folder(args.flows or chosen.flows_dir)
        names = flow_names(folder)
        name = args.flow or (chosen.flow if chosen.flow in names or not names else names[0])
        find_flow(name, folder)
        kept = DeskFolders(args.scripts, args.people, Path("build"), tuple(others_of_tests()), chosen.editor_url or "")
        desk = Desk(
            folder, kept, now, equip, name, open_store=partial(open_as_guest, chosen, "symptom-bot workbench", True)
        )
        serve_workbench(desk, args.host, args.port, sys.stdout, args.name)
    except (UnknownFlow, NoPort) as error:
        raise Stop(str(error)) from None
    return OK
