"""What people did as plain text, for a terminal, and as plain values, for JSON: what one hides the other hides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .small_counts import ShownCount
from .table import COLUMNS, PeopleTable, Portion, Typical

WIDTH = 15


def plain_table(people: PeopleTable) -> str:
    """A table of the questions, and below it what came of the chats."""
    return "\n".join(line.rstrip() for line in _lines(people))


def _lines(people: PeopleTable) -> Iterator[str]:
    several = f" ({len(people.versions)})" if len(people.versions) > 1 else ""
    yield f"{people.flow} {people.version}{several}"
    heads = (*(name.replace("_", " ") for name in COLUMNS), "time")
    yield f"  {'question':24}" + "".join(f"{head:>{WIDTH}}" for head in heads)
    for row in people.questions:
        cells = (*(str(count) for count in row.counts().values()), said_time(row.took))
        yield f"  {row.question:24}" + "".join(f"{cell:>{WIDTH}}" for cell in cells)
    yield from _group("advised", people.advised, people.levels)
    yield from _group("check-ins", people.asked_how, people.check_ins)
    yield from _group("felt wrong", people.felt_wrong, people.reasons)


def _group(name: str, whole: ShownCount, parts: tuple[Portion, ...]) -> Iterator[str]:
    if whole.most == 0:
        return
    yield f"  {name:24}{whole!s:>{WIDTH}}"
    for part in parts:
        percent = "" if part.share is None else f"{part.share:.1%}"
        yield f"    {part.name.replace('_', ' '):22}{part.count!s:>{WIDTH}}{percent:>{WIDTH}}"


def said_time(took: Typical | None) -> str:
    """The middle of the times, e.g. "10 to 20 s"."""
    if took is None:
        return ""
    return f"over {took.over} s" if took.most is None else f"{took.over} to {took.most} s"


def people_as_json(people: PeopleTable) -> dict[str, Any]:
    """As plain values: a count as its number, or, where it is hidden, {"least": …, "most": …} (null: not told)."""
    return {
        "flow": people.flow, "version": people.version, "versions": list(people.versions), "hides": people.hides,
        "questions": [
            {
                "question": row.question, **{name: _count(count) for name, count in row.counts().items()},
                "took": None if row.took is None else {"over": row.took.over, "most": row.took.most},
            }
            for row in people.questions
        ],
        "advised": _count(people.advised), "levels": _parts(people.levels),
        "check_ins": _count(people.asked_how), "answered": _parts(people.check_ins),
        "felt_wrong": _count(people.felt_wrong), "reasons": _parts(people.reasons),
    }  # fmt: skip


def _parts(parts: tuple[Portion, ...]) -> dict[str, Any]:
    return {part.name: _count(part.count) for part in parts}


def _count(count: ShownCount) -> int | dict[str, int | None]:
    return count.least if count.exact else {"least": count.least, "most": count.most}
