"""What people did, as values to be shown: by question and version, and what came of it; made of counters, small ones hidden."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from bot.core.conversation.afterwards.check_ins import BETTER, CAME, CHECK_IN, SAME, SOMETHING, WORSE
from bot.core.conversation.afterwards.feedback import IN_WORDS
from bot.core.conversation.screens import FELT
from bot.core.model.files.parts import LEVELS
from bot.service.counting import (
    AT_ONCE,
    BACK,
    CONTINUED,
    FELT_WRONG,
    LEFT,
    LEVEL,
    NOT_READ,
    REACHED,
    SECONDS,
    TOOK,
)
from bot.store import Tallied

from .small_counts import FEW, UNDER, ShownCount, as_it_is, share, to_show, total_beside, total_of

Times = Mapping[tuple[str, str], int]
"""Question and what -> how often, of one version."""
Show = Callable[[str, str], ShownCount]
"""Question and what -> the count as it may be shown."""

ALL_VERSIONS, SMALL_VERSIONS = "all versions", "versions with few chats"
"""What stands for a version where there are several."""


@dataclass(frozen=True, slots=True)
class Typical:
    """The middle one of the times after which a question was answered: more than `over` seconds, at most `most` (None: longer than
    is told apart). Of those who answered it on its own screen."""

    over: int
    most: int | None


@dataclass(frozen=True, slots=True)
class AskedCounts:
    """A question: how often people came to it, went on from it, fell silent at it, came back to it, came back right after they had
    answered it (a mistap), and typed what was not read. Each is a number of times: who goes back comes twice. `took`: None where
    too few answered."""

    question: str
    reached: ShownCount
    continued: ShownCount
    left: ShownCount
    back: ShownCount
    mistap: ShownCount
    not_read: ShownCount
    took: Typical | None = None

    def counts(self) -> dict[str, ShownCount]:
        """Name -> count, in the order of a table."""
        return {name: getattr(self, name) for name in COLUMNS}

    def share(self, name: str) -> float | None:
        """Of the times it was reached, from 0 to 1 (`not_read` may be more); None where that would tell what is hidden."""
        return share(getattr(self, name), self.reached)


_COUNTED = {
    "reached": REACHED, "continued": CONTINUED, "left": LEFT, "back": BACK, "mistap": AT_ONCE, "not_read": NOT_READ,
}  # fmt: skip
COLUMNS = tuple(_COUNTED)


@dataclass(frozen=True, slots=True)
class Portion:
    """One of several things that can come of a chat, e.g. a level. `share`: of all of them, from 0 to 1."""

    name: str
    count: ShownCount
    share: float | None


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """What people did with one version of a flow, or with several (`version`: ALL_VERSIONS, SMALL_VERSIONS). `versions`: which.

    `questions` in asking order. `advised`: advice given, by `levels`, the most urgent first. `asked_how`: check-ins that were
    asked; `check_ins`: what was answered to them. `felt_wrong`: how often something did, by `reasons`. `hides`: small counts.
    """

    flow: str
    version: str
    versions: tuple[str, ...]
    questions: tuple[AskedCounts, ...]
    advised: ShownCount
    levels: tuple[Portion, ...]
    asked_how: ShownCount
    check_ins: tuple[Portion, ...]
    felt_wrong: ShownCount
    reasons: tuple[Portion, ...]
    hides: bool


_LEVELS = tuple(level.value for level in reversed(LEVELS))
_CHECK_INS = (BETTER, SAME, WORSE, SOMETHING)
_REASONS = (*(name.removeprefix("felt_") for name in FELT), IN_WORDS)


class _Unit(NamedTuple):
    """What is shown as one: versions, what was counted in them, and their questions in asking order."""

    version: str
    versions: tuple[str, ...]
    times: Times
    order: tuple[str, ...]


def people_of(
    counts: Mapping[Tallied, int], asked: Mapping[str, Sequence[str]], hides: bool = True
) -> tuple[PeopleTable, ...]:
    """What was counted, by flow and version; of a flow with several of them, all together first, those with few chats last.

    `asked`: version -> its questions in asking order, the versions in the order in which they are to be shown; of others, those of
    the first version of their flow that has such an order. `hides`: small counts; those of made people need not be.
    """
    by: dict[str, dict[str, dict[tuple[str, str], int]]] = {}
    for (flow, version, question, what), times in counts.items():
        by.setdefault(flow, {}).setdefault(version, {})[question, what] = times
    found: list[PeopleTable] = []
    for flow, versions in sorted(by.items()):
        units = _units(versions, asked, hides)
        together_first = [units, *([unit] for unit in units)] if len(units) > 1 else [units]
        found += [_people(flow, shown_as_one, hides) for shown_as_one in together_first]
    return tuple(found)


def _units(versions: Mapping[str, Times], asked: Mapping[str, Sequence[str]], hides: bool) -> list[_Unit]:
    """The versions of a flow in the order in which they are shown; those with few chats as one, unless nothing is hidden."""
    known = [version for version in asked if version in versions]
    newest = asked[known[0]] if known else ()
    each: list[_Unit] = []
    for name in (*known, *sorted(versions.keys() - asked.keys())):
        each.append(_Unit(name, (name,), versions[name], _order(asked.get(name, newest), versions[name])))
    few = [unit for unit in each if hides and max(unit.times.values()) < FEW]
    if len(few) < 2:
        return each
    large = [unit for unit in each if unit not in few]
    return [*large, _as_one(few, SMALL_VERSIONS if large else ALL_VERSIONS)]


def _as_one(units: Sequence[_Unit], name: str) -> _Unit:
    times: Counter[tuple[str, str]] = Counter()
    for unit in units:
        times.update(unit.times)
    return _Unit(
        name, tuple(v for unit in units for v in unit.versions), times, one_order([unit.order for unit in units])
    )


def _order(asked: Sequence[str], times: Times) -> tuple[str, ...]:
    """The questions in asking order; those that were counted and stand nowhere come last."""
    counted = {question for question, _ in times if question}
    return (*asked, *sorted(counted.difference(asked)))


def _people(flow: str, units: Sequence[_Unit], hides: bool) -> PeopleTable:
    """Units together: the total of what is shown of each, so no more is told of any."""
    whole = units[0] if len(units) == 1 else _as_one(units, ALL_VERSIONS)
    as_shown = to_show if hides else as_it_is

    def show(question: str, what: str) -> ShownCount:
        return total_of(as_shown(unit.times.get((question, what), 0)) for unit in units)

    levels = _portions(whole.times, show, LEVEL, _LEVELS)
    reasons = _portions(whole.times, show, FELT_WRONG, _REASONS)
    return PeopleTable(
        flow,
        whole.version,
        versions=whole.versions,
        questions=tuple(_asked(question, whole.times, show, hides) for question in whole.order),
        advised=total_of(one.count for one in levels),
        levels=levels,
        asked_how=total_of(_asked_how(unit.times, hides) for unit in units),
        check_ins=_portions(whole.times, show, CHECK_IN, _CHECK_INS),
        felt_wrong=total_of(one.count for one in reasons),
        reasons=reasons,
        hides=hides,
    )


def _asked_how(times: Times, hides: bool) -> ShownCount:
    came, *parts = (times.get(("", f"{CHECK_IN}{name}"), 0) for name in (CAME, *_CHECK_INS))
    return total_beside(came, [to_show(part) for part in parts]) if hides else as_it_is(came)


def one_order(orders: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The questions of several versions in one order: that of the first; those of another stand behind what they followed there."""
    found: list[str] = []
    for order in orders:
        place = 0
        for question in order:
            if question in found:
                place = found.index(question) + 1
            else:
                found.insert(place, question)
                place += 1
    return tuple(found)


def _asked(question: str, times: Times, show: Show, hides: bool) -> AskedCounts:
    counts = {name: show(question, what) for name, what in _COUNTED.items()}
    return AskedCounts(question=question, took=_typical(question, times, hides), **counts)


def _portions(times: Times, show: Show, prefix: str, known: Sequence[str]) -> tuple[Portion, ...]:
    """The counters of a prefix with their shares: those that are known in their order, then others that an old version counted."""
    counted = {what.removeprefix(prefix) for _, what in times if what.startswith(prefix)}
    names = [*known, *sorted(counted.difference(known, {CAME}))]
    counts = {name: show("", f"{prefix}{name}") for name in names}
    whole = total_of(counts.values())
    return tuple(Portion(name, count, share(count, whole)) for name, count in counts.items())


def _typical(question: str, counted: Times, hides: bool) -> Typical | None:
    """Of all counters of its times only where the middle lies is shown: whichever of them is small can be another one."""
    times = [counted.get((question, what), 0) for what in TOOK]
    timed = sum(times)
    if timed == 0 or (hides and timed < UNDER):
        return None
    place = bisect_left(list(accumulate(times)), timed / 2)
    return Typical(SECONDS[place - 1] if place else 0, SECONDS[place] if place < len(SECONDS) else None)
