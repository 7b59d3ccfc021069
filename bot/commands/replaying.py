"""What `symptom-bot replay` does, for `scripts.py`: plain arguments in, text on a stream, an exit code out."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.replay.book.book import Book
from bot.replay.book.brief import brief_failure, failure_list
from bot.replay.book.records import Records
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import failure, run_all, run_jobs, run_text, summary, transcript, versions_of, write_json
from bot.replay.playing.ways import MemoryWay, Way
from bot.replay.script.flows import FlowFolders
from bot.replay.script.reading import Scripts, read_scripts
from bot.replay.script.writing import save

from .common import FOUND, OK, USAGE, Stop

if TYPE_CHECKING:
    from bot.core.conversation.session import Session
    from bot.core.flow.compiled import Flow
    from bot.replay.recording.record import Recording


def replay_command(
    paths: Sequence[Path],
    flows: FlowFolders,
    ways: Mapping[str, Way],
    stream: TextIO,
    *,
    through: Sequence[str] = ("memory",),
    seeds: Sequence[int | None] = (None,),
    words: str = "",
    failed: bool = False,
    build: Path | None = None,
    verbose: bool = False,
    brief: bool = False,
    json: bool = False,
    junit: Path | None = None,
    html: Path | None = None,
    coverage: bool = False,
    page: Path | None = None,
    phone: Path | None = None,
    mutate: bool = False,
    share: float = 1.0,
    seed: int = 0,
    at_least: float = 0.0,
    jobs: int = 1,
) -> int:
    """Replay scripts. A single script shows its transcript; several show failures, a list of them, and a summary. One that
    cannot be read is said, and keeps no other from being played.

    `words`, `failed`: only cases with these words, only those that are not known to have passed last time, which a file in the
    folder `build` says (None: nothing is kept). `brief`: a failure in ten lines. `junit`, `html`: files for reports.
    `coverage`: say what no script has met (`page`: also as an HTML file); with `json`, one JSON object a flow,
    which its `kind` tells from those of the scripts. `phone`: a folder to draw the conversations into.
    `mutate`: break the flow in every way and see whether a script notices (`share`: of the ways, chosen by `seed`); wrong
    if the score is under `at_least` percent, or a survivor is not explained beside the scripts. `jobs`: processes.
    """
    wrong = _wrong_usage(paths, ways, through, seeds, counted=coverage or page is not None or mutate)
    if wrong:
        print(wrong, file=stream)
        return USAGE
    book = Book(paths, flows, Records(build))
    chosen = book.select(words, failed)
    for finding in book.scripts.findings:
        print(dumps({"kind": "finding", **finding.as_json()}) if json else finding, file=stream)
    if not chosen:
        return _nothing_chosen(book, words, failed, stream)
    scripts = book.of(chosen)
    began = time.perf_counter()
    if jobs > 1 and not (coverage or mutate or page):
        keys = frozenset(entry.key for entry in chosen)
        running = book.kept(run_jobs(paths, flows, through, seeds, jobs, keys))
    else:
        running = book.play(chosen, [ways[t] for t in through], seeds)
    outcomes: list[Played] = []
    for outcome in running:
        outcomes.append(outcome)
        _print(outcome, stream, json, brief, whole=verbose or len(scripts.cases) == 1)
    save_records(book)
    if not json:
        _summary(book, outcomes, time.perf_counter() - began, stream)
    write_reports(book, outcomes, junit, html)
    if coverage or page is not None:
        _coverage(scripts, outcomes, stream, json, page)
    if phone is not None:
        from bot.replay.phone.draw import draw_scripts

        draw_scripts(scripts, phone, stream)
    fine = not book.broken and all(o.passed for o in outcomes)
    if mutate and book.broken:
        print("Mend the scripts that cannot be read first: without them, a score says too little.", file=stream)
    elif mutate:
        fine = _mutate(scripts, outcomes, paths, flows, stream, json, share, seed, at_least, jobs) and fine
    return OK if fine else FOUND


def _nothing_chosen(book: Book, words: str, failed: bool, stream: TextIO) -> int:
    if words and not book.select(words):
        print(f'No script has "{words}" in its title, its tags or the name of its file.', file=stream)
        return FOUND if book.broken else USAGE
    if failed and book.select(words):
        print("Nothing failed last time.", file=stream)
    return FOUND if book.broken else OK


def _print(outcome: Played, stream: TextIO, json: bool, brief: bool, whole: bool) -> None:
    """`whole`: one that passed, too."""
    if json:
        write_json([outcome], stream)
    elif not outcome.passed:
        print((brief_failure if brief else failure)(outcome) + "\n", file=stream)
    elif whole:
        print(f"ok  {outcome.case.title}  ({outcome.way})\n{transcript(outcome)}\n", file=stream)


def _summary(book: Book, outcomes: Sequence[Played], seconds: float, stream: TextIO) -> None:
    """The list of what failed, if there is more than that one, and the last line."""
    failed = {(o.case.file, o.case.title) for o in outcomes if not o.passed}
    listed = failure_list([e for e in book.entries if e.case is not None and e.key in failed], book.broken)
    if listed and (len(outcomes) > 1 or book.broken):
        print(listed, file=stream)
    print(summary(outcomes, seconds, len(book.broken)), file=stream)


def save_records(book: Book) -> None:
    """Keep what came for the next `--failed`; where nothing can be written, the scripts were played all the same."""
    try:
        book.save()
    except OSError as error:
        print(f"What came is not kept for --failed: {error.filename}: {error.strerror}.", file=sys.stderr)


def write_reports(book: Book, outcomes: Sequence[Played], junit: Path | None, html: Path | None) -> None:
    """Write what is wanted. Raises Stop where it cannot be written."""
    from bot.replay.book.junit import junit as as_junit
    from bot.replay.book.report import report

    try:
        if junit is not None:
            junit.parent.mkdir(parents=True, exist_ok=True)
            junit.write_text(as_junit(outcomes, book.broken), encoding="utf-8")
        if html is not None:
            html.parent.mkdir(parents=True, exist_ok=True)
            html.write_text(report(outcomes, book.broken, book.scripts), encoding="utf-8")
    except OSError as error:
        raise Stop(f"{error.filename} cannot be written: {error.strerror}.") from None


def _wrong_usage(
    paths: Sequence[Path], ways: Mapping[str, Way], through: Sequence[str], seeds: Sequence[int | None], counted: bool
) -> str:
    """What is wrong with the command, in a line; nothing if it can be done. `counted`: what scripts meet is wanted."""
    unknown = [t for t in through if t not in ways]
    in_memory = [isinstance(ways[t], MemoryWay) for t in through if t in ways]
    if unknown:
        return f"There is no way {unknown[0]!r}: there are {', '.join(ways)}."
    if not paths:
        return "Name a script or a folder."
    if counted and not any(in_memory):
        return "What scripts meet is counted in memory: add --through memory, or leave --through out."
    if any(s is not None for s in seeds) and all(in_memory):
        return "Faults are Telegram's: add --through telegram or --through webhook."
    return ""


def _findings(scripts: Scripts, stream: TextIO) -> bool:
    for finding in scripts.findings:
        print(finding, file=stream)
    return bool(scripts.findings)


def _coverage(scripts: Scripts, outcomes: Sequence[Played], stream: TextIO, as_json: bool, page: Path | None) -> None:
    from bot.replay.coverage import page as coverage_page
    from bot.replay.coverage.coverage import coverage_of, table

    in_memory = [o for o in outcomes if o.handled]
    first = {(o.case.file, o.case.title): o for o in reversed(in_memory)}
    for number, key in enumerate(sorted({c.flow for c in scripts.cases})):
        found = coverage_of(scripts.flows[key], [o for o in first.values() if o.case.flow == key])
        if as_json:
            print(dumps({"kind": "coverage", **found.as_json()}), file=stream)
        else:
            print("\n" + table(found), file=stream)
        if page is not None:
            target = page if number == 0 else page.with_stem(f"{page.stem}-{found.flow.name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(coverage_page.page(found), encoding="utf-8")


def _mutate(
    scripts: Scripts, outcomes: Sequence[Played], paths: Sequence[Path], flows: FlowFolders, stream: TextIO, as_json: bool,
    share: float, seed: int, at_least: float, jobs: int,
) -> bool:  # fmt: skip
    """Print the mutation score of each flow; whether it is high enough and each survivor is explained."""
    from bot.replay.mutation.mutate import mutation_score, score_in_jobs
    from bot.replay.mutation.survivors import Judged, read_explained, score_table

    keys = sorted({c.flow for c in scripts.cases})
    read = [read_explained(Path(c.file).parent for c in scripts.cases if c.flow == key) for key in keys]
    findings = [finding for _, found in read for finding in found]
    for finding in findings:
        print(finding, file=stream)
    noticed = not findings
    for key, (explained, _) in zip(keys, read, strict=True) if noticed else ():
        if jobs > 1:
            score = score_in_jobs(paths, flows, key, jobs, share=share, seed=seed)
        else:
            score = mutation_score(scripts, outcomes, scripts.flows[key], share=share, seed=seed)
        judged = Judged(score, explained)
        print(dumps({"kind": "mutations", **judged.as_json()}) if as_json else "\n" + score_table(judged), file=stream)
        noticed = noticed and judged.passed(at_least)
    return noticed


def script_command(
    paths: Sequence[Path],
    flows: FlowFolders,
    stream: TextIO,
    *,
    flow: str | None = None,
    cover: bool = False,
    walks: int = 0,
    seed: int = 0,
    into: Path | None = None,
) -> int:
    """Propose scripts: for what the scripts of `paths` do not reach (`cover`), or from random walks that break a law.

    `into`: a folder to write them to, where nothing is written over; printed if there is none.
    """
    from bot.check.proof.solver import NotProved
    from bot.replay.coverage.generate import propose
    from bot.replay.walks.walking import as_script
    from bot.replay.walks.walking import walks as random_walks

    if cover == bool(walks) or walks < 0:
        print("Choose --cover, or --random N with at least one walk.", file=stream)
        return USAGE
    if walks:
        folder = flows.folder(flow or "")
        found_flow, findings = flows.read(folder) if folder is not None else (None, ())
        if found_flow is None:
            known = ", ".join(flows.names())
            print(f"Name a flow that can be used (known: {known}).", *findings, sep="\n", file=stream)
            return USAGE
        walked = random_walks(found_flow, walks, seed)
        for number, broken in enumerate(walked.broken, 1):
            print(f"BROKEN  {broken.law}\n  {broken.detail}", file=stream)
            text = as_script(found_flow, broken, f"Random walk {seed}-{number}: {broken.law}")
            _deliver(f"walk_{seed}_{number}.yaml", text, into, stream)
        print(f"{walked.turns} turns of random walks, {len(walked.broken)} laws broken", file=stream)
        return FOUND if walked.broken else OK
    scripts = read_scripts(paths, flows)
    if _findings(scripts, stream):
        return FOUND
    outcomes = list(run_all(scripts, [MemoryWay()]))
    from bot.replay.coverage.coverage import coverage_of

    for key in sorted({c.flow for c in scripts.cases}):
        try:
            proposed = propose(coverage_of(scripts.flows[key], [o for o in outcomes if o.case.flow == key]))
        except NotProved as reason:
            print(f"No scripts are proposed for {key}: {reason}.", file=stream)
            return FOUND
        for proposal in proposed.proposals:
            _deliver(proposal.name, proposal.text, into, stream)
        for name in proposed.unreachable:
            print(f"No conversation reaches {name}.", file=stream)
        for name in proposed.by_hand:
            print(f"Not reached by answers alone, write it by hand: {name}", file=stream)
        print(f"{len(proposed.proposals)} scripts proposed", file=stream)
    return OK


def _deliver(name: str, text: str, into: Path | None, stream: TextIO) -> None:
    if into is None:
        print(f"# {name}\n{text}", file=stream)
        return
    into.mkdir(parents=True, exist_ok=True)
    save(into / name, text)
    print(f"written: {into / name}", file=stream)


def load_command(paths: Sequence[Path], flows: FlowFolders, way: Way, stream: TextIO, chats: int = 200) -> int:
    """Play the scripts by so many people at once through a bot with its channel and store, and print how fast it was."""
    from bot.replay.telegram.way import TelegramWay

    if not isinstance(way, TelegramWay) or chats < 1:
        print("Load goes through telegram or webhook, with at least one chat.", file=stream)
        return USAGE
    scripts = read_scripts(paths, flows)
    if _findings(scripts, stream):
        return FOUND
    cases = [(case, scripts.flow(case), versions_of(scripts, case)) for case in scripts.cases]
    load = asyncio.run(way.load(cases, chats))
    if load.left_out:
        why = "they move the clock or the bot (later, restart, version), or are of another flow"
        print(f"{load.left_out} of {len(cases)} scripts are left out: {why}.", file=stream)
    if load.left_out == len(cases):
        print("No script is left to play. Name others.", file=stream)
        return USAGE
    print(f"{way.name}, {chats} chats: {load}", file=stream)
    return OK if not load.failed else FOUND


def stored_command(file: Path, flow: Flow, session: Session, stream: TextIO) -> int:
    """Write the script of a stored session."""
    from bot.replay.recording.retelling import stored_script

    return _recorded(file, flow, stored_script(flow, session, _title(file)), stream)


def recorded_command(file: Path, recording: Recording, stream: TextIO) -> int:
    """Write the script of a chat that was played just now."""
    if not recording.said:
        print("Nothing was said, so nothing is written.", file=stream)
        return FOUND
    otherwise = "" if recording.keep_words else "record again with --keep-words"
    return _recorded(file, recording.flow, recording.script(_title(file)), stream, otherwise)


def _title(file: Path) -> str:
    return file.stem.replace("_", " ").capitalize()


def _recorded(file: Path, flow: Flow, text: str, stream: TextIO, otherwise: str = "") -> int:
    """Write a recording, and play it once: what was said instead of the patient's words may not say all of it.

    `otherwise`: what else can be done if it does not come out as the chat did.
    """
    save(file, text)
    print(f"written: {file}", file=stream)
    outcome = run_text(text, file, flow)
    if outcome is not None and outcome.passed:
        return OK
    remedy = "Mend it by hand" + (f", or {otherwise}." if otherwise else ".")
    print(f"Played back, it does not come out as the chat did. {remedy}", file=stream)
    if outcome is not None:
        print("\n" + failure(outcome), file=stream)
    return FOUND
