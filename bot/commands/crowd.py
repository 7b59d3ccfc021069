"""`symptom-bot crowd`: people who type, played; made ones too."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from .common import FOUND, OK, Stop, settings

if TYPE_CHECKING:
    from bot.replay.crowd.playing import CrowdPlayed
    from bot.replay.playing.outcome import Played
    from bot.replay.script.flows import FlowFolders
    from bot.replay.script.reading import Scripts

MOST_SHOWN = 10
"""People who differ that are shrunk and shown; the others are counted."""


def add_crowd(commands: Any) -> None:
    """`symptom-bot crowd PATH…`, `symptom-bot crowd --make N`."""
    p = commands.add_parser("crowd", help="play people who type: does everybody come to the level of their facts?")
    p.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files of people, or folders of them")
    p.add_argument(
        "--through", action="append", metavar="WAY", help="memory (default), reload, telegram or webhook; repeatable"
    )
    p.add_argument("--faults", action="append", type=int, metavar="SEED", help="with faults derived from this seed")
    p.add_argument("--json", action="store_true", help="one JSON object for each person, and one with the figures")
    p.add_argument(
        "--build", default="build", type=Path, metavar="DIR", help="where scripts of who differs are written"
    )
    p.add_argument("--make", type=int, default=0, metavar="N", help="make so many people instead, and play them")
    p.add_argument("--seed", type=int, default=0, metavar="S", help="--make: the same seed makes the same people")
    p.add_argument("--into", type=Path, metavar="FILE", help="--make: write them into this new file instead")
    p.add_argument(
        "--phrases", type=Path, metavar="DIR", help="--make: labelled phrases (default tests/phrases, if it is there)"
    )
    p.add_argument("--flow", help="the flow where no folder around is named after one (default: the setting FLOW)")
    p.set_defaults(run=_crowd)


def _crowd(args: argparse.Namespace) -> int:
    from bot.replay.playing.ways import known_ways
    from bot.replay.script.flows import FlowFolders, with_reader

    from .scripts import flow_folders

    if bool(args.paths) == (args.make > 0):
        raise Stop("Name files of people, or make some: symptom-bot crowd --make 300 --seed 1.")
    names, known = args.through or (["telegram"] if args.faults else ["memory"]), known_ways()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Stop(f"There is no way {unknown[0]!r}: there are {', '.join(known)}.")
    flows = FlowFolders(flow_folders(), with_reader)
    people = _made(args, flows) if args.make else _read(args, flows)
    if people is None:
        return OK
    for finding in people.findings:
        print(json.dumps({"kind": "finding", **finding.as_json()}) if args.json else finding)
    if not people.cases:
        return FOUND
    code = play(people, [known[name]() for name in names], args.faults or (None,), args.build, args.json, sys.stdout)
    return FOUND if people.findings else code


def _read(args: argparse.Namespace, flows: FlowFolders) -> Scripts:
    from bot.replay.crowd.reading import read_people

    return read_people(args.paths, flows, args.flow or settings().flow)


def _made(args: argparse.Namespace, flows: FlowFolders) -> Scripts | None:
    """Made people; None if they were written instead."""
    from bot.replay.crowd.making import made_people, people_text
    from bot.replay.crowd.reading import case_of
    from bot.replay.crowd.sayings import all_sayings
    from bot.replay.script.model import DEFAULT_LANG
    from bot.replay.script.reading import Scripts
    from bot.replay.script.writing import Exists, save

    name = args.flow or settings().flow
    folder = flows.folder(name)
    flow, findings = flows.read(folder) if folder is not None else (None, ())
    if flow is None:
        raise Stop(
            "\n".join([f"Name a flow that can be used (known: {', '.join(flows.names())}).", *map(str, findings)])
        )
    phrases = args.phrases or next((p for p in [Path("tests/phrases")] if p.is_dir()), None)
    try:
        words = all_sayings(flow, DEFAULT_LANG, phrases)
    except (OSError, ValueError) as error:
        raise Stop(f"The phrases cannot be used: {error}.") from None
    made = list(made_people(flow, words, args.make, args.seed))
    if args.into is not None:
        try:
            save(args.into, people_text(made))
        except Exists as error:
            raise Stop(str(error)) from None
        print(f"written: {args.into}")
        return None
    return Scripts([case_of(person, flow) for person in made], [], {flow.name: flow})


def play(people: Scripts, ways: list[Any], seeds: Any, build: Path, as_json: bool, stream: TextIO) -> int:
    """Play everybody, and print what came of it. 1 if somebody differs of whom it is not known."""
    from bot.replay.crowd.playing import CrowdPlayed, person_as_json, play_crowd

    passed = True
    differ: list[Played] = []
    for came in play_crowd(people, ways, seeds):
        if isinstance(came, CrowdPlayed):
            passed = passed and came.passed
            differ += came.differ
            _figures(came, as_json, stream)
        elif as_json:
            print(json.dumps(person_as_json(came), ensure_ascii=False), file=stream)
    if not as_json:
        _differing(differ, people, build, stream)
    return OK if passed else FOUND


def _figures(came: CrowdPlayed, as_json: bool, stream: TextIO) -> None:
    from bot.replay.crowd.playing import OVER

    if as_json:
        figures = {"way": came.way, "passed": came.passed, "slipping": came.slipping.as_json()}
        print(json.dumps({**came.figures.as_json(), **figures}), file=stream)
        return
    print(came, file=stream)
    for outcome in came.over:
        print(f"OVER  {outcome.case.title}  {outcome.case.place}\n         {OVER}", file=stream)


def _differing(differ: list[Played], people: Scripts, build: Path, stream: TextIO) -> None:
    from bot.replay.crowd.differing import differing, write_differing

    found = [differing(outcome, people.flow(outcome.case)) for outcome in differ[:MOST_SHOWN]]
    for one, path in write_differing(found, build):
        print(f"\n{one}\n         replay it: symptom-bot replay {path}", file=stream)
    if len(differ) > MOST_SHOWN:
        print(f"\nand {len(differ) - MOST_SHOWN} more", file=stream)
