"""`symptom-bot add` and `symptom-bot schema`: the operators' tools. What they need is imported when they are called."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .common import OK, USAGE, Stop, folders, settings

if TYPE_CHECKING:
    from bot.operator.changes import FolderEdit

KINDS = ("interview", "triage", "advice", "answers", "evidence", "safety", "hazards", "signoff", "countries", "texts")
SCRIPT_KINDS = ("script", "fragments", "survivors", "people")
QUESTION_KINDS = ("one", "many", "yes_no", "number", "scale", "ago", "length", "age")
LEVELS = ("self_care", "see_soon", "same_day", "emergency")
SECTIONS = ("do", "say", "expect", "worse", "guidance", "medicine", "help", "again", "about")

# --- schema -----------------------------------------------------------------------------------------------------------


def add_schema(commands: Any) -> None:
    """`symptom-bot schema [KIND] [--write DIR] [--manual FILE]`."""
    p = commands.add_parser(
        "schema", help="JSON Schema of flow files and scripts, for editors that complete and underline"
    )
    p.add_argument("kind", nargs="?", choices=(*KINDS, *SCRIPT_KINDS), help="file kind (default: all, as one object)")
    p.add_argument("--write", metavar="DIR", help="write one file for each kind, and print the editor's settings")
    p.add_argument(
        "--manual", metavar="FILE", help="bring the reference tables of this manual up to date (flows/README.md)"
    )
    p.set_defaults(run=_schema)


def _schema(args: argparse.Namespace) -> int:
    from bot.operator.schema import all_schemas, editor_settings, write_schemas
    from bot.replay.schemas import SCRIPT_FILES, script_schemas

    try:
        if args.manual:
            from bot.operator.reference import write_tables

            changed = write_tables(Path(args.manual))
            print(f"{args.manual}: {'brought up to date' if changed else 'is up to date'}.")
        elif args.write:
            for path in write_schemas(Path(args.write), all_schemas() | script_schemas()):
                print(f"written  {path}")
            print("Settings for VS Code (extension YAML):")
            print(editor_settings(Path(args.write), SCRIPT_FILES))
            print("Or, as the first line of a file, seen from it:")
            print("# yaml-language-server: $schema=../../../.schemas/script.schema.json")
        else:
            schemas = all_schemas() | script_schemas()
            print(json.dumps(schemas[args.kind] if args.kind else schemas, indent=2, ensure_ascii=False))
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"symptom-bot: {error.filename}: {error.strerror}.", file=sys.stderr)
        return USAGE
    except ValueError as error:
        print(f"symptom-bot: {error}", file=sys.stderr)
        return USAGE
    return OK


# --- add --------------------------------------------------------------------------------------------------------------


def add_add(commands: Any) -> None:
    """`symptom-bot add question|option|red-flag|rule|line|language|flow …`."""
    p = commands.add_parser("add", help="add a question, red flag, rule, language …: in every file that it touches")
    kinds = p.add_subparsers(title="what to add", metavar="WHAT", required=True)
    for addition in ADDITIONS:
        q = kinds.add_parser(addition.name, help=addition.says)
        for part in addition.arguments:
            if isinstance(part, OneOf):
                group = q.add_mutually_exclusive_group()
                for one in part.arguments:
                    group.add_argument(one.name, **one.options)
            else:
                q.add_argument(part.name, **part.options)
        q.set_defaults(run=_shown(addition.run))


def _shown(run: Callable[[argparse.Namespace], FolderEdit]) -> Callable[[argparse.Namespace], int]:
    def show(args: argparse.Namespace) -> int:
        outcome = run(args)
        for message in outcome.messages:
            print(message, file=sys.stderr if outcome.code else sys.stdout)
        return outcome.code

    return show


def _question(args: argparse.Namespace) -> FolderEdit:
    from bot.core.model.files.parts import Kind
    from bot.operator.add import add_question

    return add_question(
        _editable(args.flow), args.id, Kind(args.kind), after=args.after, before=args.before,
        options=args.option, when=args.when, usual=args.usual, describes=args.describes,
    )  # fmt: skip


def _option(args: argparse.Namespace) -> FolderEdit:
    from bot.operator.add import add_option

    return add_option(_editable(args.flow), args.id, args.question, after=args.after, worry=args.worry, when=args.when)


def _red_flag(args: argparse.Namespace) -> FolderEdit:
    from bot.core.model.files.parts import Level
    from bot.operator.add import add_red_flag

    return add_red_flag(
        _editable(args.flow), args.id, args.question, Level(args.level),
        after=args.after, when=args.when, how=args.how, because=args.because,
    )  # fmt: skip


def _rule(args: argparse.Namespace) -> FolderEdit:
    from bot.core.model.files.parts import Level
    from bot.operator.add import add_rule

    return add_rule(_editable(args.flow), args.id, args.when, Level(args.level), because=args.because, how=args.how)


def _line(args: argparse.Namespace) -> FolderEdit:
    from bot.core.model.files.parts import Level
    from bot.operator.add import add_line

    return add_line(
        _editable(args.flow), args.id, args.section, [Level(x) for x in args.level],
        when=args.when, claims=args.because, plain=args.plain,
    )  # fmt: skip


def _language(args: argparse.Namespace) -> FolderEdit:
    from bot.operator.add import add_language

    return add_language(_editable(args.flow), args.language, own_name=args.name, like=args.like)


def _undo(args: argparse.Namespace) -> FolderEdit:
    from bot.operator.changes import undone

    return undone(_editable(args.flow))


def _flow(args: argparse.Namespace) -> FolderEdit:
    from bot.operator.new_flow import add_flow

    return add_flow(_home(), args.id, like=_editable(args.like) if args.like else None)


def _editable(name: str) -> Path:
    """The folder of a flow that may be edited: not one inside the installed package."""
    folder = folders([name])[0]
    shipped = Path(__file__).resolve().parent.parent / "_flows"
    if folder.resolve().is_relative_to(shipped):
        raise Stop(f"{folder} belongs to the installed package. Copy it first: cp -r {folder.parent} flows")
    return folder


def _home() -> Path:
    """The folder in which a new flow is put."""
    from bot.library import UnknownFlow, flows_folder

    chosen = settings().flows_dir
    if chosen is None and not Path("flows").is_dir():
        return Path("flows")
    try:
        return flows_folder(chosen)
    except UnknownFlow as error:
        raise Stop(str(error)) from None


# --- what can be added ------------------------------------------------------------------------------------------------


class Argument(NamedTuple):
    """One argument of a command, as argparse takes it."""

    name: str
    options: dict[str, Any]


class OneOf(NamedTuple):
    """Arguments of which at most one may be given."""

    arguments: tuple[Argument, ...]


class Addition(NamedTuple):
    """Something that can be added. `says`: its line in --help."""

    name: str
    says: str
    run: Callable[[argparse.Namespace], FolderEdit]
    arguments: tuple[Argument | OneOf, ...]


def _a(name: str, **options: Any) -> Argument:
    return Argument(name, options)


_FLOW = _a("flow", help="name or folder of a flow")
_IN_CONDITIONS = _a("id", help="its name in conditions")
_NAME = _a("id", help="its name")
_AFTER_OPTION = _a("--after", metavar="OPTION")
_SHOWN_WHEN = _a("--when", metavar="CONDITION", help="the line is shown only if this holds")
_WHY = (
    _a("--because", action="append", default=[], metavar="CLAIM", help="a claim of evidence.yaml; else a new one"),
    _a("--how", metavar="WAY", help="way to get help, e.g. go or ambulance"),
)

ADDITIONS = (
    Addition("question", "a question, with its words", _question, (
        _FLOW,
        _a("id", help="its name in conditions, e.g. swelling"),
        _a("--kind", required=True, choices=QUESTION_KINDS),
        OneOf((_a("--after", metavar="QUESTION"), _a("--before", metavar="QUESTION"))),
        _a("--option", action="append", default=[], metavar="ID", help="kinds one and many; once for each option"),
        _a("--when", metavar="CONDITION", help="asked only if this holds"),
        _a("--usual", metavar="ANSWER", help="the answer of an uncomplicated patient"),
        _a("--describes", action="store_true", help="only describes; asked last, offered as extra"),
    )),
    Addition("option", "an option of a question", _option, (
        _FLOW,
        _IN_CONDITIONS,
        _a("--question", required=True, metavar="QUESTION"),
        _AFTER_OPTION,
        _SHOWN_WHEN,
        _a("--worry", type=int, metavar="N", help="rank among the options, 0 = least worrying"),
    )),
    Addition("red-flag", "a sign on a list: option, rule, claim, property, hazard, words", _red_flag, (
        _FLOW,
        _IN_CONDITIONS,
        _a("--question", required=True, metavar="QUESTION", help="the list (kind many) on which it stands"),
        _a("--level", required=True, choices=("emergency", "same_day")),
        _AFTER_OPTION,
        _SHOWN_WHEN,
        *_WHY,
    )),
    Addition("rule", "a rule: condition and level", _rule, (
        _FLOW,
        _NAME,
        _a("--when", required=True, metavar="CONDITION"),
        _a("--level", required=True, choices=LEVELS),
        *_WHY,
    )),
    Addition("line", "a line of advice", _line, (
        _FLOW,
        _NAME,
        _a("--section", required=True, choices=SECTIONS),
        _a("--level", required=True, action="append", choices=LEVELS, help="once for each level"),
        _a("--when", metavar="CONDITION", help="said only if this holds"),
        _a("--because", action="append", default=[], metavar="CLAIM", help="a claim of evidence.yaml"),
        _a("--plain", action="store_true", help="not a clinical sentence: needs no claim"),
    )),
    Addition("language", "the words in another language, to be translated", _language, (
        _FLOW,
        _a("language", help="language code, e.g. fr"),
        _a("--name", help="the language's own name, e.g. Français"),
        _a("--like", metavar="LANGUAGE", help="the language to translate from (default: en)"),
    )),
    Addition("undo", "take the last addition back, if its files were not edited since", _undo, (_FLOW,)),
    Addition("flow", "a new flow: a folder with a beginning of every file", _flow, (
        _a("id", help="its name, which is also that of its folder"),
        _a("--like", metavar="FLOW", help="take over the system words of this flow"),
    )),
)  # fmt: skip
"""All that can be added, in the order of --help."""
