"""`symptom-bot`: the commands. Each imports what it needs when it is called, so that --help is instant."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bot import __version__
from bot.commands import (
    chatting,
    crowd,
    flows,
    keeping,
    operating,
    review,
    scripts,
    serving,
    versions,
    words,
    workbench,
)
from bot.commands.common import OK, USAGE, Stop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    _speak_utf8()
    parser = build_parser()
    args = parser.parse_args(arguments)
    if not hasattr(args, "run"):
        parser.print_help()
        return USAGE
    try:
        return int(args.run(args))
    except Stop as stop:
        print(f"symptom-bot: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return OK


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def build_parser() -> argparse.ArgumentParser:
    """The commands and their options, in one place."""
    parser = argparse.ArgumentParser(
        prog="symptom-bot",
        description="A chat about a sudden back spasm that ends in grounded advice. Not for patient use before sign-off.",
    )
    parser.add_argument("--version", action="version", version=f"symptom-bot {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in COMMANDS:
        add(commands)
    return parser


COMMANDS: tuple[Callable[[Any], None], ...] = (
    chatting.add_chat,
    serving.add_run,
    workbench.add_workbench,
    flows.add_triage,
    flows.add_check,
    flows.add_diff,
    flows.add_evidence,
    flows.add_graph,
    operating.add_add,
    operating.add_schema,
    scripts.add_replay,
    scripts.add_script,
    scripts.add_record,
    scripts.add_load,
    crowd.add_crowd,
    words.add_understand,
    keeping.add_erase,
    review.add_review_kit,
    versions.add_versions,
    versions.add_withdraw,
    versions.add_rollback,
    keeping.add_backup,
    keeping.add_restore,
    keeping.add_rotate_key,
    keeping.add_stats,
    keeping.add_feedback,
)
"""All commands, in the order of --help."""

if __name__ == "__main__":
    sys.exit(main())
