"""`symptom-bot`: the commands. Each imports what it needs when it is called, so that --help is instant."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import __version__

if TYPE_CHECKING:
    from bot.core.compiled import Flow
    from bot.settings import Settings

OK, FOUND, USAGE = 0, 1, 2
"""Exit codes: fine; findings or failures; wrong usage or surroundings."""


class Stop(Exception):
    """Ends the command with a line and an exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code


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


# --- commands ---------------------------------------------------------------------------------------------------------


def _add_chat(commands: Any) -> None:
    p = commands.add_parser("chat", help="chat in this terminal")
    p.add_argument("flow", nargs="?", help="name or folder of a flow (default: the setting FLOW)")
    p.add_argument("--lang", default="", help="language of the chat, e.g. en")
    p.add_argument("--now", help="pretend that it is this local time, e.g. 2026-11-20T18:00")
    p.add_argument("--unsafe", action="store_true", help="even if a safety property fails; marks every message")
    p.add_argument("--new", action="store_true", help="do not go on with an interrupted chat")
    p.set_defaults(run=_chat)


def _chat(args: argparse.Namespace) -> int:
    settings = _settings()
    from bot.channels.terminal import chat
    from bot.core.findings import FlowError
    from bot.library import UnknownFlow, find_flow, flows_folder
    from bot.store import StoreError, open_store

    try:
        folder = flows_folder(settings.flows_dir)
        path = find_flow(args.flow or settings.flow, folder)
    except UnknownFlow as error:
        raise Stop(str(error)) from None
    settings = settings.model_copy(update={"flow": path.resolve().name})
    from bot.app import clock, open_service

    now = clock
    if args.now:
        began, real = _time(args.now, settings).timestamp(), clock()

        def now() -> float:
            return began + clock() - real

    try:
        with open_store(settings.database_url, purpose="symptom-bot chat", access="guest") as store:
            service = open_service(settings, store, now, path.resolve().parent, args.unsafe)
            flow = service.flows.current[settings.flow]
            if args.lang and args.lang not in flow.texts:
                raise Stop(f'The flow has no language "{args.lang}"; it has: {", ".join(flow.texts)}.')
            name = f"terminal:{settings.flow}"
            if args.new:
                store.erase_chat(name)
            return chat(service, name, settings.flow, args.lang, sys.stdin, sys.stdout)
    except FlowError as error:
        _print_findings(error)
        return FOUND
    except StoreError as error:
        raise Stop(str(error)) from None


def _add_triage(commands: Any) -> None:
    p = commands.add_parser("triage", help="level of an answer file (for operators and tests, not advice)")
    p.add_argument("flow", help="name or folder of a flow")
    p.add_argument("--answers", required=True, metavar="FILE", help="JSON or YAML: one answer set or a list of them")
    p.add_argument("--json", action="store_true", help="print JSON")
    p.set_defaults(run=_triage)


def _triage(args: argparse.Namespace) -> int:
    from bot.check.cases import BadCase, run_case

    flow = _flow(args.flow)
    cases, many = _read_cases(args.answers)
    code = OK
    for number, case in enumerate(cases, 1):
        try:
            outcome = run_case(flow, case)
        except BadCase as bad:
            print(f"{args.answers}, answer set {number}: {bad}.", file=sys.stderr)
            if many:
                print(json.dumps({"error": str(bad)}))
            code = FOUND
            continue
        for warning in outcome.warnings:
            print(f"{args.answers}, answer set {number}: {warning}", file=sys.stderr)
        if many or args.json:
            print(json.dumps(outcome.as_json(flow), ensure_ascii=False))
        else:
            _print_outcome(flow, outcome)
    return code


def _print_outcome(flow: Flow, outcome: Any) -> None:
    print(f"level    {outcome.level}{'  (no rule fired: one level up)' if outcome.unplaced else ''}")
    for name in outcome.rules:
        rule = flow.rules_by_id[name].rule
        print(f"rule     {name} -> {rule.level}  because {', '.join(rule.because)}  ({flow.rule_place(name)})")
    print(f"asked    {', '.join(outcome.asked)}")
    print(f"assumed  {', '.join(outcome.assumed) or '-'}")
    print(f"unused   {', '.join(outcome.unused) or '-'}")
    print(f"advice   {', '.join(outcome.advice) or '-'}")
    print("For operators and tests. Not advice to a patient.")


def _read_cases(name: str) -> tuple[list[Any], bool]:
    text = sys.stdin.read() if name == "-" else _read(Path(name))
    try:
        value = json.loads(text)
    except ValueError:
        from bot.core.yaml_places import Loaded

        loaded = Loaded(name, text)
        if loaded.findings:
            raise Stop(str(loaded.findings[0]), FOUND) from None
        value = loaded.value
    if isinstance(value, dict) and isinstance(value.get("patients"), list):
        value = value["patients"]
    return (value, True) if isinstance(value, list) else ([value], False)


def _add_check(commands: Any) -> None:
    p = commands.add_parser("check", help="is a flow whole, and is every conversation safe?")
    p.add_argument("flow", nargs="*", help="names or folders of flows (default: all)")
    p.add_argument("--json", action="store_true", help="print JSON")
    p.add_argument("--build", default="build", metavar="DIR", help="where scripts of counterexamples are written")
    p.set_defaults(run=_check)


def _check(args: argparse.Namespace) -> int:
    from bot.check.report import check_command

    return check_command(_folders(args.flow), as_json=args.json, build=Path(args.build), out=sys.stdout)


def _add_diff(commands: Any) -> None:
    p = commands.add_parser("diff", help="which patients would be told something else?")
    p.add_argument("old", help="folder of a flow, or a git revision")
    p.add_argument("new", help="folder of a flow, or a git revision")
    p.add_argument("--fail-on", choices=["lowered", "changed"], help="exit 1 if a level was lowered / changed")
    p.add_argument("--build", default="build", metavar="DIR", help="where example scripts are written")
    p.add_argument("--json", action="store_true", help="print JSON")
    p.set_defaults(run=_diff)


def _diff(args: argparse.Namespace) -> int:
    from bot.check.report import diff_command

    return diff_command(args.old, args.new, args.fail_on, build=Path(args.build), as_json=args.json, out=sys.stdout)


def _add_evidence(commands: Any) -> None:
    p = commands.add_parser("evidence", help="is every sentence backed, and every passage there?")
    p.add_argument("flow", nargs="?", default="back_spasm", help="name or folder of a flow")
    p.add_argument("--documents", required=True, metavar="DIR", help="folder with the source documents")
    p.set_defaults(run=_evidence)


def _evidence(args: argparse.Namespace) -> int:
    from bot.check.evidence import DocumentsError, audit, report_lines, verify

    flow = _flow(args.flow)

    def place(file: str, path: Any) -> Any:
        return flow.place(file, path)

    try:
        checked = verify(flow.evidence, Path(args.documents), place)
    except DocumentsError as error:
        raise Stop(str(error)) from None
    audited = audit(flow.evidence, flow.advice, flow.triage, tuple(flow.texts.values()), place)
    for line in report_lines(flow.name, flow.evidence, checked, audited):
        print(line)
    return FOUND if checked.findings or audited.findings else OK


def _add_graph(commands: Any) -> None:
    p = commands.add_parser("graph", help="the flow's state machine as a Mermaid diagram")
    p.add_argument("flow", help="name or folder of a flow")
    p.add_argument("--all", action="store_true", help="every edge, also those that every question has")
    p.set_defaults(run=_graph)


def _graph(args: argparse.Namespace) -> int:
    from bot.check.graph import mermaid

    print(mermaid(_flow(args.flow), everything=args.all))
    return OK


def _add_erase(commands: Any) -> None:
    p = commands.add_parser("erase", help="erase everything that is kept of one chat")
    p.add_argument("--chat", required=True, metavar="ID", help="e.g. telegram:123456 or terminal:back_spasm")
    p.set_defaults(run=_erase)


def _erase(args: argparse.Namespace) -> int:
    with _store("symptom-bot erase") as store:
        if store.erase_chat(args.chat):
            print(f"Everything kept of {args.chat} is erased.")
            return OK
    print(f"Nothing is kept of {args.chat}.", file=sys.stderr)
    return FOUND


def _add_withdraw(commands: Any) -> None:
    p = commands.add_parser("withdraw", help="take an unsafe version of a flow out of running chats")
    p.add_argument("version", metavar="HASH", help="content hash, as `check` prints it")
    p.set_defaults(run=_withdraw)


def _withdraw(args: argparse.Namespace) -> int:
    with _store("symptom-bot withdraw") as store:
        if store.withdraw(args.version):
            print(f"Version {args.version} is withdrawn: its chats move to the current one at their next word.")
            return OK
    print(f"No chat ever ran on version {args.version}.", file=sys.stderr)
    return FOUND


COMMANDS: tuple[Callable[[Any], None], ...] = (
    _add_chat,
    _add_triage,
    _add_check,
    _add_diff,
    _add_evidence,
    _add_graph,
    _add_erase,
    _add_withdraw,
)

# --- what several commands need ---------------------------------------------------------------------------------------


def _settings() -> Settings:
    from bot.settings import SettingsError, read_settings

    try:
        return read_settings()
    except SettingsError as error:
        raise Stop(str(error)) from None


def _store(purpose: str) -> Any:
    from bot.store import StoreError, open_store

    try:
        return open_store(_settings().database_url, purpose=purpose, access="guest")
    except StoreError as error:
        raise Stop(str(error)) from None


def _folders(names: Sequence[str]) -> list[Path]:
    from bot.library import UnknownFlow, find_flow, flow_names, flows_folder

    try:
        if names:
            return [
                find_flow(name, None if Path(name).is_dir() else flows_folder(_settings().flows_dir)) for name in names
            ]
        folder = flows_folder(_settings().flows_dir)
        return [folder / name for name in flow_names(folder)]
    except UnknownFlow as error:
        raise Stop(str(error)) from None


def _flow(name: str) -> Flow:
    from bot.core.findings import FlowError
    from bot.library import load_flow

    try:
        return load_flow(_folders([name])[0])
    except FlowError as error:
        _print_findings(error)
        raise Stop(f'the flow "{error.name}" has findings.', FOUND) from None


def _print_findings(error: Any) -> None:
    for finding in error.findings:
        print(finding, file=sys.stderr)
    print(f'{len(error.findings)} finding(s): the flow "{error.name}" is not used.', file=sys.stderr)


def _time(text: str, settings: Settings) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(f'"{text}" is no time. Write it like 2026-11-20T18:00.') from None
    return found if found.tzinfo is not None else found.replace(tzinfo=settings.zone)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Stop(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{path} cannot be read: {error}.") from None


if __name__ == "__main__":
    sys.exit(main())
