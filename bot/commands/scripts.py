"""`symptom-bot replay` and what belongs to scripts of conversations."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .common import Stop, settings


def add_replay(commands: Any) -> None:
    """`symptom-bot replay PATH…`."""
    p = commands.add_parser("replay", help="play scripts of conversations and compare")
    p.add_argument("paths", nargs="+", type=Path, help="scripts or folders of scripts")
    p.add_argument("--through", action="append", metavar="WAY", help="memory (default), reload or telegram; repeatable")
    p.add_argument("--faults", action="append", type=int, metavar="SEED", help="with faults derived from this seed")
    p.add_argument("--verbose", action="store_true", help="show every transcript")
    p.add_argument("--json", action="store_true", help="one JSON object for each script")
    p.set_defaults(run=_replay)


def _replay(args: argparse.Namespace) -> int:
    from bot.replay.commands import replay_command
    from bot.replay.flows import Flows, with_reader
    from bot.replay.ways import known_ways

    for path in args.paths:
        if not path.exists():
            raise Stop(f"There is no script or folder {path}.")
    flows = Flows(flow_folders(), with_reader)
    ways = {name: make() for name, make in known_ways().items()}
    return replay_command(
        args.paths, flows, ways, sys.stdout,
        through=args.through or ("memory",), seeds=args.faults or (None,), verbose=args.verbose, json=args.json,
    )  # fmt: skip


def flow_folders() -> list[Path]:
    """Where scripts look for flows by name: the flows' folder, then the small flows of the tests."""
    from bot.library import UnknownFlow, flows_folder

    try:
        found = [flows_folder(settings().flows_dir)]
    except UnknownFlow as error:
        raise Stop(str(error)) from None
    tests = Path("tests/flows")
    return [*found, tests] if tests.is_dir() else found
