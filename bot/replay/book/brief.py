"""A failure in at most ten lines: the line of the script, what was expected, what came, and the chat just before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.core.model.findings import Finding, Place
from bot.replay.playing.outcome import Played, Said
from bot.replay.playing.run import WIDTH

from .entries import BookEntry

MOST_LINES = 10
_WHO = {"you": "you", "bot": "bot", "time": "   "}


def brief_failure(outcome: Played) -> str:
    """The failure, ready to be printed."""
    first, *others = outcome.deviations
    lines = [f"FAILED  {outcome.case.title}  ({outcome.way})", f"  {_where(first.place, first.used)}"]
    source = script_line(first.place)
    lines += [f"    {first.place.line} | {source}"] * bool(source)
    lines += [f"  expected  {first.expected}", f"  came      {first.came}"]
    lines += [f"  and at {d.place}: {d.expected}, came {d.came}" for d in others[:2]]
    if len(others) > 2:
        lines.append(f"  and {len(others) - 2} more")
    before = [line for said in outcome.transcript[: first.line + 1] for line in _said(said)]
    left = MOST_LINES - len(lines)
    return "\n".join(map(_cut, [*lines, *before[len(before) - min(left, len(before)) :]]))


def brief_broken(entry: BookEntry) -> str:
    """What is wrong with a script that cannot be read."""
    return brief_findings(entry.findings)


def brief_findings(findings: Iterable[Finding]) -> str:
    """The findings, in at most ten lines."""
    lines = [str(f) for f in findings]
    return "\n".join(map(_cut, lines if len(lines) <= MOST_LINES else [*lines[:9], f"and {len(lines) - 9} more"]))


def failure_list(failed: Iterable[BookEntry], broken: Iterable[BookEntry]) -> str:
    """The list at the end: file and line of each that failed or is broken, with its title; nothing if there is none."""
    lines = [f"  {_spot(e.last.where if e.last and e.last.where else e.place)}  {e.title}{_away(e)}" for e in failed]
    lines += [f"  {_spot(e.place)}  cannot be read" for e in broken]
    return "\n".join(["Failed:", *lines]) if lines else ""


def script_line(place: Place) -> str:
    """The line of a script as it stands in its file now; nothing if there is none."""
    try:
        lines = Path(place.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return lines[place.line - 1].strip() if place.line <= len(lines) else ""


def _away(entry: BookEntry) -> str:
    """Where the case stands, if its line stands in another file."""
    where = entry.last.where if entry.last is not None else None
    return "" if where is None or where.file == entry.place.file else f"  ({_spot(entry.place)})"


def _where(place: Place, used: Place | None) -> str:
    return f"{place}" if used is None else f"{place}  (used at {used})"


def _spot(place: Place) -> str:
    return f"{place.file}:{place.line}"


def _said(said: Said) -> Iterator[str]:
    lines = [line for line in said.text.split("\n") if line.strip()]
    if said.buttons:
        lines.append(" ".join(f"[{b}]" for b in said.buttons))
    yield from (f"  {_WHO[said.who] if n == 0 else '   '}  {line}" for n, line in enumerate(lines))


def _cut(line: str) -> str:
    line = " ".join(line.splitlines())
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."
