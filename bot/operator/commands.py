"""The operators' commands for the command line: `schema` and `add`. What they need is imported when they are called."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .changes import Outcome

KINDS = ("interview", "triage", "advice", "evidence", "safety", "hazards", "signoff", "texts")
QUESTION_KINDS = ("one", "many", "yes_no", "number", "scale", "ago", "length", "age")
LEVELS = ("self_care", "see_soon", "same_day", "emergency")
SECTIONS = ("do", "say", "expect", "worse", "guidance", "medicine", "help", "again", "about")

Find = Callable[[str], Path]
"""The folder of a flow, given its name or a path; raises what the command line shows as wrong usage."""


def register_schema(commands: Any) -> None:
    """`symptom-bot schema [KIND] [--write DIR] [--manual FILE]`."""
    p = commands.add_parser("schema", help="JSON Schema of the flow files, for editors that complete and underline")
    p.add_argument("kind", nargs="?", choices=KINDS, help="file kind (default: all, as one object)")
    p.add_argument("--write", metavar="DIR", help="write one file for each kind, and print the editor's settings")
    p.add_argument(
        "--manual", metavar="FILE", help="bring the reference tables of this manual up to date (flows/README.md)"
    )
    p.set_defaults(run=_schema)


def _schema(args: argparse.Namespace) -> int:
    from .schema import all_schemas, editor_settings, schema_of, write_schemas

    try:
        if args.manual:
            from .reference import write_tables

            changed = write_tables(Path(args.manual))
            print(f"{args.manual}: {'brought up to date' if changed else 'is up to date'}.")
        elif args.write:
            for path in write_schemas(Path(args.write)):
                print(f"written  {path}")
            print("Settings for VS Code (extension YAML):")
            print(editor_settings(Path(args.write)))
        else:
            schema = schema_of(args.kind) if args.kind else all_schemas()
            print(json.dumps(schema, indent=2, ensure_ascii=False))
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"symptom-bot: {error.filename}: {error.strerror}.", file=sys.stderr)
        return 2
    except ValueError as error:
        print(f"symptom-bot: {error}", file=sys.stderr)
        return 2
    return 0


def register_add(commands: Any, find: Find, flows: Callable[[], Path]) -> None:
    """`symptom-bot add question|option|red-flag|rule|line|language|flow …`. `flows()`: where new flows are put."""
    p = commands.add_parser("add", help="add a question, red flag, rule, language …: in every file that it touches")
    kinds = p.add_subparsers(title="what to add", metavar="WHAT", required=True)

    def kind(name: str, says: str, run: Callable[[argparse.Namespace], Outcome], flow: bool = True) -> Any:
        q = kinds.add_parser(name, help=says)
        if flow:
            q.add_argument("flow", help="name or folder of a flow")
        q.set_defaults(run=lambda args: _show(run(args)))
        return q

    def question(args: argparse.Namespace) -> Outcome:
        from bot.core.model.flow_files import Kind

        from .add import add_question

        return add_question(
            find(args.flow), args.id, Kind(args.kind), after=args.after, before=args.before,
            options=args.option, when=args.when, usual=args.usual, describes=args.describes,
        )  # fmt: skip

    q = kind("question", "a question, with its words", question)
    q.add_argument("id", help="its name in conditions, e.g. swelling")
    q.add_argument("--kind", required=True, choices=QUESTION_KINDS)
    place = q.add_mutually_exclusive_group()
    place.add_argument("--after", metavar="QUESTION")
    place.add_argument("--before", metavar="QUESTION")
    q.add_argument(
        "--option", action="append", default=[], metavar="ID", help="kinds one and many; once for each option"
    )
    q.add_argument("--when", metavar="CONDITION", help="asked only if this holds")
    q.add_argument("--usual", metavar="ANSWER", help="the answer of an uncomplicated patient")
    q.add_argument("--describes", action="store_true", help="only describes; asked last, offered as extra")

    def option(args: argparse.Namespace) -> Outcome:
        from .add import add_option

        return add_option(find(args.flow), args.id, args.question, after=args.after, worry=args.worry)

    q = kind("option", "an option of a question", option)
    q.add_argument("id", help="its name in conditions")
    q.add_argument("--question", required=True, metavar="QUESTION")
    q.add_argument("--after", metavar="OPTION")
    q.add_argument("--worry", type=int, metavar="N", help="rank among the options, 0 = least worrying")

    def red_flag(args: argparse.Namespace) -> Outcome:
        from bot.core.model.flow_files import Level

        from .add import add_red_flag

        return add_red_flag(
            find(args.flow),
            args.id,
            args.question,
            Level(args.level),
            after=args.after,
            how=args.how,
            because=args.because,
        )

    q = kind("red-flag", "a sign on a list: option, rule, claim, property, hazard, words", red_flag)
    q.add_argument("id", help="its name in conditions")
    q.add_argument("--question", required=True, metavar="QUESTION", help="the list (kind many) on which it stands")
    q.add_argument("--level", required=True, choices=("emergency", "same_day"))
    q.add_argument("--after", metavar="OPTION")
    _why(q)

    def rule(args: argparse.Namespace) -> Outcome:
        from bot.core.model.flow_files import Level

        from .add import add_rule

        return add_rule(find(args.flow), args.id, args.when, Level(args.level), because=args.because, how=args.how)

    q = kind("rule", "a rule: condition and level", rule)
    q.add_argument("id", help="its name")
    q.add_argument("--when", required=True, metavar="CONDITION")
    q.add_argument("--level", required=True, choices=LEVELS)
    _why(q)

    def line(args: argparse.Namespace) -> Outcome:
        from bot.core.model.flow_files import Level

        from .add import add_line

        return add_line(
            find(args.flow), args.id, args.section, [Level(x) for x in args.level],
            when=args.when, claims=args.because, plain=args.plain,
        )  # fmt: skip

    q = kind("line", "a line of advice", line)
    q.add_argument("id", help="its name")
    q.add_argument("--section", required=True, choices=SECTIONS)
    q.add_argument("--level", required=True, action="append", choices=LEVELS, help="once for each level")
    q.add_argument("--when", metavar="CONDITION", help="said only if this holds")
    q.add_argument("--because", action="append", default=[], metavar="CLAIM", help="a claim of evidence.yaml")
    q.add_argument("--plain", action="store_true", help="not a clinical sentence: needs no claim")

    def language(args: argparse.Namespace) -> Outcome:
        from .add import add_language

        return add_language(find(args.flow), args.language, own_name=args.name, like=args.like)

    q = kind("language", "the words in another language, to be translated", language)
    q.add_argument("language", help="language code, e.g. fr")
    q.add_argument("--name", help="the language's own name, e.g. Français")
    q.add_argument("--like", metavar="LANGUAGE", help="the language to translate from (default: en)")

    def flow(args: argparse.Namespace) -> Outcome:
        from .new_flow import add_flow

        return add_flow(flows(), args.id, like=find(args.like) if args.like else None)

    q = kind("flow", "a new flow: a folder with a beginning of every file", flow, flow=False)
    q.add_argument("id", help="its name, which is also that of its folder")
    q.add_argument("--like", metavar="FLOW", help="take over the system words of this flow")


def _why(parser: Any) -> None:
    parser.add_argument(
        "--because", action="append", default=[], metavar="CLAIM", help="a claim of evidence.yaml; else a new one"
    )
    parser.add_argument("--how", metavar="WAY", help="way to get help, e.g. go or ambulance")


def _show(outcome: Outcome) -> int:
    for message in outcome.messages:
        print(message, file=sys.stderr if outcome.code else sys.stdout)
    return outcome.code
