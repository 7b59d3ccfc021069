"""`symptom-bot understand`: what is read in typed words, and how well."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .common import OK, Stop, flow_named, read_time, settings


def add_understand(commands: Any) -> None:
    """`symptom-bot understand FLOW "text"`."""
    p = commands.add_parser("understand", help="what is read in typed words, from which words, and what was set aside")
    p.add_argument(
        "flow", help="name or folder of a flow (with --score alone: left out means the default flow)", nargs="?"
    )
    p.add_argument("text", nargs="?", help="the words")
    p.add_argument("--now", help="the patient's local time, e.g. 2026-11-20T18:00")
    p.add_argument("--lang", default="en", help="language of the words")
    p.add_argument("--ask", metavar="QUESTION", help="the question that is open")
    p.add_argument("--json", action="store_true", help="print JSON")
    p.add_argument("--lines", metavar="FILE", help="one text a line (- = standard input), one JSON object a line")
    p.add_argument("--score", type=Path, metavar="DIR", help="measure with labelled phrases")
    p.set_defaults(run=_understand)


def _understand(args: argparse.Namespace) -> int:
    from bot.app import equip, local_now

    chosen = settings()
    flow = equip(flow_named(args.flow or chosen.flow))
    now = read_time(args.now, chosen) if args.now else local_now(chosen)
    if args.ask and args.ask not in flow.questions:
        raise Stop(f'"{args.ask}" is no question of this flow; it has: {", ".join(flow.questions)}.')
    if args.score is not None:
        from bot.understanding.scoring import score

        if not args.score.is_dir():
            raise Stop(f"There is no folder {args.score}.")
        print(score(args.score, flow.reader, flow.interview, args.lang))
        return OK
    from bot.understanding.report import explain_reading, understand_lines, understand_text

    if args.lines is not None:
        for seen in understand_lines(flow.reader, flow.interview, _lines(args.lines), now, args.lang):
            print(json.dumps(seen, ensure_ascii=False))
        return OK
    if args.text is None:
        raise Stop(
            'Give the words in quotes, or --lines FILE, or --score DIR. Example: understand back_spasm "since tuesday"'
        )
    seen = understand_text(flow.reader, flow.interview, args.text, now, args.lang, args.ask)
    print(json.dumps(seen, ensure_ascii=False) if args.json else explain_reading(seen))
    return OK


def _lines(name: str) -> list[str]:
    if name == "-":
        return _cut(sys.stdin.read())
    try:
        return _cut(Path(name).read_text(encoding="utf-8-sig", errors="replace"))
    except OSError as error:
        raise Stop(f"{name} cannot be read: {error.strerror}.") from None


def _cut(text: str) -> list[str]:
    """Lines at line feeds only: a text may hold other things that Python calls the end of a line."""
    return [line.rstrip("\r") for line in text.removesuffix("\n").split("\n")]
