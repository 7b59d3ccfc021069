"""`symptom-bot check` and `symptom-bot diff`: what was found, as text that an operator reads or as JSON."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

from bot.check.answers.results import Failed, Proofs, WalkReport
from bot.check.difference.diff import Difference, compare
from bot.check.proof.prove import proofs
from bot.check.proof.solver import NotProved
from bot.check.screens.budget import Fit, fit, fit_words
from bot.check.structure.safety_and_hazards import controls_have_files
from bot.check.structure.structure import check_structure
from bot.check.structure.untranslated import SameText, untranslated, untranslated_lines
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding
from bot.library import from_stored, read_files, try_folder

from .counterexample import chat_lines, write_counterexample
from .diff_words import difference_lines
from .revisions import NoSuchVersion, open_versions
from .signed import signoff_words

OK, FOUND, USAGE = 0, 1, 2
FIRST_FEW = 3
"""Texts of a language that read as in another one, of which `check` names the first."""
BROKEN_LAW, OWN_RULE = "FLOW070", "FLOW059"

BeginWalk = Callable[[Flow, Path, Path], Callable[[], WalkReport]]
"""(flow, its folder, folder for scripts) -> what walks along and waits for the walk that began."""

NOT_PROVED = "FLOW062"


def check_command(
    folders: Sequence[Path],
    as_json: bool,
    build: Path,
    out: IO[str],
    today: date,
    begin_walk: BeginWalk | None = None,
    all_untranslated: bool = False,
) -> int:
    """Check flow folders; 0 if all is well, 1 if anything was found. `begin_walk`: begins random walks through the engine, which
    go on beside the proofs, and gives what waits for what they found. `all_untranslated`: not only the first texts are listed that
    read as in another language."""
    results = []
    code = OK
    for folder in folders:
        flow, findings = try_folder(folder)
        walk = None if flow is None or begin_walk is None else begin_walk(flow, folder, build)
        if flow is None:
            code = FOUND
            results.append({"flow": folder.name, "ok": False, "findings": [f.as_json() for f in findings]})
            if not as_json:
                print(f"{folder}  cannot be used: {len(findings)} findings", file=out)
                _print_findings(folder, findings, out)
            continue
        structure = (*check_structure(flow), *missing_files(flow, folder))
        screens = fit(flow)
        proved = proofs(flow)
        walked = None if walk is None else walk()
        scripts = {f.name: write_counterexample(flow, folder, build, f) for f in proved.failed}
        same = untranslated(flow)
        bad = bool(structure or screens.findings or proved.failed or (walked and walked.broken))
        code = FOUND if bad else code
        if as_json:
            results.append(_as_json(flow, structure, same, screens, proved, scripts, walked, today))
        else:
            print("\n".join(check_lines(folder, flow, structure, screens, proved, scripts, today)), file=out)
            beside = [*_walk_lines(walked), *untranslated_lines(same, None if all_untranslated else FIRST_FEW)]
            print("\n".join(beside), end="\n" if beside else "", file=out)
    if as_json:
        print(json.dumps(results, ensure_ascii=False, indent=1), file=out)
    return code


def missing_files(flow: Flow, folder: Path) -> tuple[Finding, ...]:
    """Scripts and tests that hazards name; they are looked for where a `tests` folder stands beside the flows."""
    root = folder.resolve().parent.parent
    return tuple(controls_have_files(flow, root)) if (root / "tests").is_dir() else ()


def _as_json(
    flow: Flow,
    structure: Sequence[Finding],
    same: Sequence[SameText],
    screens: Fit,
    proved: Proofs,
    scripts: dict[str, Path | None],
    walked: WalkReport | None,
    today: date,
) -> dict[str, Any]:
    return {
        "flow": flow.name,
        "version": flow.version,
        "signoff": list(signoff_words(flow, today)),
        "ok": not (structure or screens.findings or proved.failed or (walked and walked.broken)),
        "safe": proved.safe,
        "findings": [f.as_json() for f in (*structure, *screens.findings)],
        "untranslated": [{"lang": t.lang, "of": t.of, "place": str(t.place), "text": t.words} for t in same],
        "screens": screens.as_json(),
        "proofs": proved.as_json(),
        "walk": None if walked is None else walked._asdict(),
        "scripts": {name: str(path) for name, path in scripts.items() if path is not None},
    }


def _print_findings(folder: Path | str, findings: Sequence[Finding], out: IO[str]) -> None:
    for finding in findings:
        print(f"  {folder}/{finding}", file=out)


def check_lines(
    folder: Path,
    flow: Flow,
    structure: Sequence[Finding],
    screens: Fit,
    proved: Proofs,
    scripts: dict[str, Path | None],
    today: date,
) -> list[str]:
    """The report of one flow."""
    figures = proved.figures
    lines = [f"{folder}  {_sizes(flow)}", f"  content {flow.version}"]
    lines += [f"  sign-off      {words}" for words in signoff_words(flow, today)]
    dead = [f for f in proved.failed if not f.safety]
    if structure or dead:
        lines.append(f"  structure     {len(structure) + len(dead)} findings")
        lines += [f"    {finding}" for finding in structure]
        lines += [f"    {f.place}  {f.code}  {f.message} {f.remedy}".rstrip() for f in dead]
    else:
        lines.append(
            "  structure     ok   every question is asked, every option is read, every rule and line is needed"
        )
    lines += _screens(flow, screens)
    whole = int(figures["properties"])
    holding = whole - int(figures["failing"])
    took = sum(proved.seconds.values())
    kinds = f"{figures['conversations']:.2g}" if figures["conversations"] >= 10**6 else f"{figures['conversations']:,}"
    bound = "" if figures["conversations_exact"] else " (at most)"
    unproved = sum(1 for f in proved.failed if f.safety and f.code == NOT_PROVED)
    verb = "hold" if holding != 1 else "holds"
    gap = f", {unproved} not proved" if unproved else ""
    lines.append(
        f"  safety        {holding} of {whole} properties {verb} for all {kinds}{bound} conversations{gap}   {took:.1f} s"
    )
    if figures.get("by_level"):
        levels = ", ".join(f"{name} {_short(n)}" for name, n in figures["by_level"].items() if n)
        lines.append(f"                {levels}; numbers count as the ranges that conditions tell apart")
    lines.append(
        f"  questions     at least {figures.get('shortest', '-')}, {figures.get('shortest_self_care', '-')} until self-care, "
        f"at most {figures.get('longest', '-')} (stated: {flow.interview.longest})"
    )
    if not any(f.code == "FLOW061" for f in proved.failed):
        lines.append(
            f"  step          {figures['walks']} random conversations come out the same when they are really held"
        )
    lines += [f"  limit         {limit}" for limit in proved.limits]
    for first, *others in by_patient(proved.failed):
        lines += failure_lines(flow, first, scripts.get(first.name))
        lines += [
            f"         The same patient also shows:  {other.name}  {other.place}  {other.code}" for other in others
        ]
    return lines


def by_patient(failed: Sequence[Failed]) -> list[list[Failed]]:
    """The safety rules that fail, those that one patient shows together, most of them first: one edit is behind
    them. The flow's own rule comes first, since it names the sign; what every flow must keep is farther from the cause."""
    groups: dict[Any, list[Failed]] = {}
    for one in (f for f in failed if f.safety):
        shown = one.other or one.example
        key = one.name if shown is None else json.dumps([dict(shown.answers), shown.fired], sort_keys=True, default=str)
        groups.setdefault(key, []).append(one)
    nearest = [sorted(group, key=lambda f: f.code != OWN_RULE) for group in groups.values()]
    return sorted(nearest, key=len, reverse=True)


def _walk_lines(walked: WalkReport | None) -> list[str]:
    """How far the engine itself was walked, what that did not reach, and what broke."""
    if walked is None:
        return []
    found = f"{len(walked.broken)} laws broken" if walked.broken else "no law broken"
    lines = [
        f"  walk          {found} in {walked.turns:,} turns at random ({walked.taps:,} taps, {walked.typed:,} typed; "
        f"seed {walked.seed})   {walked.seconds:.1f} s"
    ]
    missed = [
        f"{len(names)} {what}: {', '.join(names[:6])}{' ...' if len(names) > 6 else ''}"
        for what, names in walked.missed
        if names
    ]
    lines.append(f"                not reached: {'; '.join(missed) or 'nothing'}")
    for law, detail, script in walked.broken:
        lines += [
            f"  FAILS  {law}  {BROKEN_LAW}",
            f"         {detail}",
            f"         replay it:  symptom-bot replay {script}",
        ]
    return lines


def _screens(flow: Flow, screens: Fit) -> list[str]:
    """How the screens fit a phone, and what does not."""
    found = f"{len(screens.findings)} findings" if screens.findings else "ok   no screen shows more than stated"
    lines = [f"  screens       {found} ({screens.screens} drawn)   {screens.seconds:.1f} s"]
    lines.append(f"                {fit_words(flow, screens)}")
    return [*lines, *(f"    {finding}" for finding in screens.findings), *(f"    {limit}" for limit in screens.limits)]


def _short(number: int) -> str:
    return f"{number:,}" if number < 10**6 else f"{number:.1e}".replace("e+0", "e").replace("e+", "e")


def _sizes(flow: Flow) -> str:
    claims = flow.evidence.claims
    documents = sum(1 for c in claims if c.document is not None)
    languages = len(flow.texts)
    return (
        f"{len(flow.interview.questions)} questions, {len(flow.rules)} rules, {len(claims)} claims "
        f"({documents} documents, {len(claims) - documents} guidance), {languages} language{'s' if languages > 1 else ''}"
    )


def failure_lines(flow: Flow, failed: Failed, script: Path | None) -> list[str]:
    """What fails, why, and a conversation that shows it."""
    lines = [f"  FAILS  {failed.name}      {failed.place}  {failed.code}", f"         {failed.message}"]
    if failed.remedy:
        lines.append(f"         {failed.remedy}")
    if failed.example is not None and failed.other is None:
        lines.append("         A conversation that shows it:")
        lines += [f"         {line}" for line in chat_lines(flow, failed.example)]
    elif failed.example is not None and failed.other is not None:
        lines.append("         With these answers:")
        lines += [f"         {line}" for line in chat_lines(flow, failed.example, failed.other)]
        lines.append("         and with these (* changed):")
        lines += [f"         {line}" for line in chat_lines(flow, failed.other, failed.example)]
    if script is not None:
        lines.append(f"         replay it:  symptom-bot replay {script}")
    return lines


def diff_command(old: str, new: str, fail_on: str | None, build: Path, as_json: bool, out: IO[str]) -> int:
    """Compare two versions of a flow; 2 if one cannot be found, 1 if `fail_on` says so or one has findings."""
    with tempfile.TemporaryDirectory(prefix="symptom-bot-") as space:
        try:
            first, second, folder = open_versions(old, new, Path(space))
        except NoSuchVersion as error:
            print(f"symptom-bot: {error}", file=out)
            return USAGE
        after, findings = try_folder(second)
        if after is None:
            return _cannot_compare(new, second, findings, out)
        before, findings = old_version(first, after)
        if before is None:
            return _cannot_compare(old, first, findings, out)
    try:
        found = compare(before, after)
    except NotProved as reason:
        print(f"{new}  not compared: {reason}. Whom the edit moves is not known.", file=out)
        return FOUND
    if as_json:
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=1), file=out)
    else:
        print("\n".join(difference_lines(before, after, found, build, folder)), file=out)
    return FOUND if fails(found, fail_on) else OK


def _cannot_compare(name: str, path: Path, findings: Sequence[Finding], out: IO[str]) -> int:
    print(f"{name}  cannot be compared: {len(findings)} findings", file=out)
    _print_findings(path.name, findings, out)
    return FOUND


def old_version(path: Path, new: Flow) -> tuple[Flow | None, tuple[Finding, ...]]:
    """The older flow; where it only lacks words that came since, or has words that are gone, today's stand in."""
    flow, findings = try_folder(path)
    if flow is None and all(f.code in ("FLOW022", "FLOW023") and "system" in f.message for f in findings):
        return from_stored(new.name, read_files(path)[0], new.system_words), ()
    return flow, findings


def fails(found: Difference, fail_on: str | None) -> bool:
    """Whether the difference is one that `--fail-on` forbids."""
    if fail_on == "lowered":
        return found.lowered
    return fail_on == "changed" and found.changed
