"""`symptom-bot replay`, `script`, `record` and `load`: everything about scripts of conversations."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import Any

from .common import Stop, guest_store, read_time, settings

COLLECT = (100_000, 10, 10)
"""Thresholds of the garbage collector: flows and scripts stay to the end, looking through them took a tenth of the time."""


def add_replay(commands: Any) -> None:
    """`symptom-bot replay PATH…`."""
    p = commands.add_parser("replay", help="play scripts of conversations and compare")
    p.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="scripts or folders of scripts")
    p.add_argument(
        "--through", action="append", metavar="WAY", help="memory (default), reload, telegram or webhook; repeatable"
    )
    p.add_argument("--faults", action="append", type=int, metavar="SEED", help="with faults derived from this seed")
    p.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (default 1)")
    p.add_argument(
        "-k", dest="words", default="", metavar="WORDS", help="those with these words in title, tags or file"
    )
    p.add_argument("--failed", action="store_true", help="those that failed last time, or were not played yet")
    p.add_argument("--watch", action="store_true", help="stay, and play what is edited as soon as it is saved")
    p.add_argument(
        "--update", action="store_true", help="write the bot's new wording into scripts that fail by it alone"
    )
    p.add_argument("--brief", action="store_true", help="a failure in at most ten lines")
    p.add_argument("--verbose", action="store_true", help="show every transcript")
    p.add_argument("--junit", type=Path, metavar="FILE", help="what came, as JUnit XML")
    p.add_argument(
        "--html", type=Path, metavar="FILE", help="what came, as a page: failures first, beside their phones"
    )
    p.add_argument("--build", default="build", type=Path, metavar="DIR", help="where it is kept what failed last time")
    p.add_argument("--json", action="store_true", help="one JSON object for each script")
    p.add_argument("--coverage", action="store_true", help="what no script meets, with file and line")
    p.add_argument("--page", type=Path, metavar="FILE", help="the coverage also as an HTML page")
    p.add_argument(
        "--phone",
        type=Path,
        metavar="DIR",
        help="draw them as a phone shows them: HTML, and PNG by Chromium",
    )
    p.add_argument("--mutate", action="store_true", help="break the flow in every way: would a script notice?")
    p.add_argument("--share", type=float, default=1.0, metavar="PART", help="--mutate: of the ways, e.g. 0.1")
    p.add_argument("--seed", type=int, default=0, metavar="N", help="--mutate: which ways --share takes")
    p.add_argument(
        "--at-least", type=float, default=0.0, metavar="PERCENT", help="--mutate: a lower score is wrong, e.g. 90"
    )
    p.set_defaults(run=_replay)


def _replay(args: argparse.Namespace) -> int:
    from bot.replay.script.flows import FlowFolders, with_reader

    from .replaying import replay_command

    _must_exist(args.paths)
    if not 0 < args.share <= 1 or args.jobs < 1:
        raise Stop("--share is a part between 0 and 1, --jobs at least 1.")
    through = args.through or (["telegram"] if args.faults else ["memory"])
    if args.mutate and (args.words or args.failed):
        raise Stop("--mutate asks what none of the scripts notices: leave out -k and --failed.")
    gc.set_threshold(*COLLECT)
    flows = FlowFolders(flow_folders(), with_reader)
    if args.watch or args.update:
        _by_themselves(args)
    if args.watch:
        from .editing import watch_command

        return watch_command(
            args.paths, flows, sys.stdout, words=args.words, failed=args.failed, build=args.build, verbose=args.verbose,
            junit=args.junit, html=args.html,
        )  # fmt: skip
    if args.update:
        from .editing import update_command

        return update_command(args.paths, flows, sys.stdout, words=args.words, failed=args.failed, build=args.build)
    return replay_command(
        args.paths, flows, _ways(through), sys.stdout, through=through, seeds=args.faults or (None,), words=args.words,
        failed=args.failed, build=args.build, verbose=args.verbose, brief=args.brief, json=args.json, junit=args.junit,
        html=args.html, coverage=args.coverage, page=args.page, phone=args.phone, mutate=args.mutate,
        share=args.share, seed=args.seed, at_least=args.at_least, jobs=args.jobs,
    )  # fmt: skip


_IN_MEMORY = ("through", "faults", "json", "coverage", "page", "phone", "mutate")


def _by_themselves(args: argparse.Namespace) -> None:
    """--watch and --update play in memory, and go with neither each other nor what is counted at the end."""
    name = "--watch" if args.watch else "--update"
    others = [f"--{key}" for key in _IN_MEMORY if getattr(args, key)] + ["--jobs"] * (args.jobs > 1)
    others += ["--update"] * (args.watch and args.update)
    others += [f"--{key}" for key in ("junit", "html") if args.update and getattr(args, key)]
    if others:
        raise Stop(f"{name} plays in memory, by itself: leave out {', '.join(others)}.")


def add_script(commands: Any) -> None:
    """`symptom-bot script --cover PATH…`, `symptom-bot script --random N --flow FLOW`."""
    p = commands.add_parser("script", help="propose scripts: for what none reaches, or from random walks")
    p.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="--cover: the scripts that there are")
    p.add_argument("--cover", action="store_true", help="the fewest scripts that reach what none reaches")
    p.add_argument("--random", type=int, default=0, metavar="N", help="so many random walks under the laws")
    p.add_argument("--seed", type=int, default=0, metavar="S", help="--random: the same seed walks the same way")
    p.add_argument("--flow", help="--random: name or folder of the flow (default: the setting FLOW)")
    p.add_argument("--into", type=Path, metavar="FOLDER", help="write them there; nothing is written over")
    p.set_defaults(run=_script)


def _script(args: argparse.Namespace) -> int:
    from bot.replay.script.flows import FlowFolders, with_reader
    from bot.replay.script.writing import Exists

    from .replaying import script_command

    _must_exist(args.paths)
    if args.cover and not args.paths:
        raise Stop("--cover needs the scripts that there are, e.g. tests/conversations.")
    try:
        return script_command(
            args.paths, FlowFolders(flow_folders(), with_reader), sys.stdout, flow=args.flow or settings().flow,
            cover=args.cover, walks=args.random, seed=args.seed, into=args.into,
        )  # fmt: skip
    except Exists as error:
        raise Stop(str(error)) from None


def add_record(commands: Any) -> None:
    """`symptom-bot record FILE`."""
    p = commands.add_parser("record", help="write a script from a chat in this terminal, or from a stored one")
    p.add_argument("file", type=Path, metavar="FILE", help="the script to write; must not exist yet")
    p.add_argument("--chat", metavar="ID", help="a stored chat, e.g. telegram:123, instead of one in this terminal")
    p.add_argument("--flow", help="name of the flow to chat with (default: the setting FLOW)")
    p.add_argument("--now", help="pretend that it is this local time, e.g. 2026-11-20T18:00")
    p.add_argument(
        "--keep-words", action="store_true", help="leave typed words as they were; not with --chat: no words are stored"
    )
    p.set_defaults(run=_record)


def _record(args: argparse.Namespace) -> int:
    from bot.replay.script.writing import Exists

    if args.file.exists():
        raise Stop(f"{args.file} exists already and is not written over. Choose another name.")
    if not args.file.parent.is_dir():
        raise Stop(f"There is no folder {args.file.parent}.")
    if args.chat and args.keep_words:
        raise Stop("A stored chat keeps no words, so there are none to keep. Leave out --keep-words.")
    try:
        return _record_stored(args) if args.chat else _record_here(args)
    except Exists as error:
        raise Stop(str(error)) from None


def _record_stored(args: argparse.Namespace) -> int:
    from bot.app import open_service
    from bot.core.conversation.session import Session

    from .replaying import stored_command

    with guest_store("symptom-bot record") as store:
        row = store.load([args.chat])[args.chat].session
        if row is None:
            raise Stop(f'There is no stored chat "{args.chat}".')
        session = Session.from_json(row.json)
        flow = open_service(settings(), store).flows.version(session.version)
    if flow is None:
        raise Stop(f"The version {session.version} of its flow is not kept any more.")
    return stored_command(args.file, flow, session, sys.stdout)


def _record_here(args: argparse.Namespace) -> int:
    from datetime import datetime

    from bot.app import clock, open_service
    from bot.channels.terminal import chat
    from bot.core.model.findings import FlowError
    from bot.library import UnknownFlow
    from bot.replay.recording.record import Recording
    from bot.store import open_store

    from .replaying import recorded_command

    chosen = settings()
    chosen = chosen.model_copy(update={"flow": args.flow or chosen.flow})
    began, real = (read_time(args.now, chosen).timestamp() if args.now else clock()), clock()
    try:
        with open_store("sqlite://", purpose="symptom-bot record") as store:
            service = open_service(chosen, store, lambda: began + clock() - real)
            flow = service.flows.current[chosen.flow]
            recording = Recording(flow, datetime.fromtimestamp(began, chosen.zone), args.keep_words)
            chat(service, "record", chosen.flow, "", sys.stdin, sys.stdout, recording.turn)
    except UnknownFlow as error:
        raise Stop(str(error)) from None
    except (FlowError, KeyError):
        raise Stop(f'The flow "{chosen.flow}" cannot be used. Run `symptom-bot check {chosen.flow}`.') from None
    return recorded_command(args.file, recording, sys.stdout)


def add_load(commands: Any) -> None:
    """`symptom-bot load --scripts PATH`."""
    p = commands.add_parser("load", help="play scripts by many people at once, and measure")
    p.add_argument("--scripts", nargs="+", type=Path, required=True, metavar="PATH", help="scripts or folders")
    p.add_argument("--chats", type=int, default=200, metavar="N", help="people at the same time (default 200)")
    p.add_argument("--through", default="telegram", metavar="WAY", help="telegram (default) or webhook")
    p.set_defaults(run=_load)


def _load(args: argparse.Namespace) -> int:
    from bot.replay.script.flows import FlowFolders, with_reader

    from .replaying import load_command

    _must_exist(args.scripts)
    ways = _ways([args.through])
    if args.through not in ways:
        raise Stop(f"There is no way {args.through!r}: load goes through telegram or webhook.")
    return load_command(
        args.scripts, FlowFolders(flow_folders(), with_reader), ways[args.through], sys.stdout, args.chats
    )


def _must_exist(paths: list[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise Stop(f"There is no script or folder {path}.")


def _ways(wanted: list[str]) -> dict[str, Any]:
    """The wanted ways, made; others only as far as their names are needed to say which there are."""
    from bot.replay.playing.ways import known_ways

    known = known_ways()
    return {name: make() for name, make in known.items() if name in wanted or any(w not in known for w in wanted)}


def flow_folders() -> list[Path]:
    """Where scripts look for flows by name: the flows' folder, then the small flows of the tests."""
    from bot.library import UnknownFlow, flows_folder

    try:
        found = [flows_folder(settings().flows_dir)]
    except UnknownFlow as error:
        raise Stop(str(error)) from None
    tests = Path("tests/flows")
    return [*found, tests] if tests.is_dir() else found
