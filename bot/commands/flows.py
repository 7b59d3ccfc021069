"""`symptom-bot triage | check | diff | evidence | graph`: looking at flows."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import FOUND, OK, Stop, file_text, flow_named, folders, keeping_garbage, today

if TYPE_CHECKING:
    from bot.core.flow.compiled import Flow


def add_triage(commands: Any) -> None:
    p = commands.add_parser("triage", help="level of an answer file (for operators and tests, not advice)")
    p.add_argument("flow", help="name or folder of a flow")
    p.add_argument("--answers", required=True, metavar="FILE", help="JSON or YAML: one answer set or a list of them")
    p.add_argument("--json", action="store_true", help="print JSON")
    p.set_defaults(run=_triage)


def _triage(args: argparse.Namespace) -> int:
    from bot.check.cases import BadCase, run_answers

    flow = flow_named(args.flow)
    cases, many = _read_cases(args.answers)
    code = OK
    for number, case in enumerate(cases, 1):
        try:
            outcome = run_answers(flow, case)
        except BadCase as bad:
            print(f"{args.answers}, answer set {number}: {str(bad).rstrip('.')}.", file=sys.stderr)
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
    text = sys.stdin.read() if name == "-" else file_text(Path(name))
    try:
        value = json.loads(text)
    except RecursionError:
        raise Stop(f"{name} is nested too deeply to be answers.") from None
    except ValueError:
        from bot.core.flow.yaml_places import Loaded

        loaded = Loaded(name, text)
        if loaded.findings:
            raise Stop(str(loaded.findings[0]), FOUND) from None
        value = loaded.value
    if isinstance(value, dict) and isinstance(value.get("patients"), list):
        value = value["patients"]
    return (value, True) if isinstance(value, list) else ([value], False)


def add_check(commands: Any) -> None:
    p = commands.add_parser("check", help="is a flow whole, and is every conversation safe?")
    p.add_argument("flow", nargs="*", help="names or folders of flows (default: all)")
    p.add_argument("--json", action="store_true", help="print JSON")
    p.add_argument("--build", default="build", metavar="DIR", help="where scripts of counterexamples are written")
    p.add_argument("--no-walk", action="store_true", help="leave out the random walks through the engine")
    p.add_argument("--untranslated", action="store_true", help="list every text that reads as in another language")
    p.set_defaults(run=_check)


def _check(args: argparse.Namespace) -> int:
    from bot.replay.walks.own_process import WalkProcesses

    with keeping_garbage(), nullcontext() if args.no_walk else WalkProcesses() as walking:
        chosen = folders(args.flow)
        if walking is not None:
            walking.read_ahead(chosen)
        from bot.check.report.report import check_command  # its import takes long, that of the walk too

        begin = None if walking is None else walking.begin
        return check_command(chosen, args.json, Path(args.build), sys.stdout, today(), begin, args.untranslated)


def add_diff(commands: Any) -> None:
    p = commands.add_parser("diff", help="which patients would be told something else?")
    p.add_argument("old", help="folder of a flow, or a git revision")
    p.add_argument("new", help="folder of a flow, or a git revision")
    p.add_argument("--fail-on", choices=["lowered", "changed"], help="exit 1 if a level was lowered / changed")
    p.add_argument("--build", default="build", metavar="DIR", help="where example scripts are written")
    p.add_argument("--json", action="store_true", help="print JSON")
    p.set_defaults(run=_diff)


def _diff(args: argparse.Namespace) -> int:
    from bot.check.report.report import diff_command

    return diff_command(args.old, args.new, args.fail_on, build=Path(args.build), as_json=args.json, out=sys.stdout)


def add_evidence(commands: Any) -> None:
    p = commands.add_parser("evidence", help="is every sentence backed, and every passage there?")
    p.add_argument("flow", nargs="?", default="back_spasm", help="name or folder of a flow")
    p.add_argument("--documents", required=True, metavar="DIR", help="folder with the source documents")
    p.set_defaults(run=_evidence)


def _evidence(args: argparse.Namespace) -> int:
    from bot.check.evidence import DocumentsError, audit, report_lines, verify

    flow = flow_named(args.flow)

    def place(file: str, path: Any) -> Any:
        return flow.place(file, path)

    try:
        checked = verify(flow.evidence, Path(args.documents), place)
    except DocumentsError as error:
        raise Stop(str(error)) from None
    topics = tuple(t.topic for t in flow.topics.values())
    audited = audit(flow.evidence, flow.advice, flow.triage, tuple(flow.texts.values()), topics, place)
    for line in report_lines(flow.name, flow.evidence, checked, audited):
        print(line)
    return FOUND if checked.findings or audited.findings else OK


def add_graph(commands: Any) -> None:
    p = commands.add_parser(
        "graph", help="the flow as a Mermaid diagram: questions in order, and what decides whether each is asked"
    )
    p.add_argument("flow", help="name or folder of a flow")
    p.add_argument("--all", action="store_true", help="the state machine instead, with every edge")
    p.set_defaults(run=_graph)


def _graph(args: argparse.Namespace) -> int:
    from bot.check.graph import mermaid

    print(mermaid(flow_named(args.flow), everything=args.all))
    return OK
