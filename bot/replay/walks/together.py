"""Walks made by two processes, and put together as if one had made them.

Each walk is made by its number alone, so that either may make any of them, in any order; what the whole came to is put together in
the order of the numbers (`explored`). How many messages a walk may type hangs on those before it: one that was made with another
number of them is made again there. The second process is a copy of the first as it stands, which has read the flow and its words
already, where the system can make one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.check.answers.results import WalkReport
from bot.core.flow.compiled import Flow

from .tally import MOST_BROKEN, TAPS, TYPED, Tally
from .walking import OneWalk, as_script, explored, one_walk, walk_seeds

COPIES = "fork" in get_all_start_methods()
"""Whether the system can make a copy of a process."""

Made = Mapping[int, OneWalk]
"""Walks by their number."""


def walked_along(flow: Flow, tally: Tally, taps: int, typed: int, copies: bool = COPIES) -> dict[int, OneWalk]:
    """The walks that nobody else makes, until there are enough; once a second walker is wanted, also those of a copy of this
    process."""
    made: dict[int, OneWalk] = {}
    second: Connection | None = None
    seeds = enumerate(walk_seeds(int(flow.version, 16)))
    while (due := tally.next_walk(taps)) is not None:
        number, written = due
        seed = next(seed for place, seed in seeds if place == number)
        made[number] = one_walk(flow, seed, typed - written)
        tally.add(made[number])
        if copies and tally.wanted:
            tally.want(False)
            second = _second(flow, tally, taps, typed)
    if second is not None:
        with suppress(EOFError, OSError):  # what it has not made is made by who puts the walks together
            made |= second.recv()
    return made


def _second(flow: Flow, tally: Tally, taps: int, typed: int) -> Connection:
    """Begin a copy of this process that walks along; what it made comes through the pipe."""
    copying: Any = get_context("fork")
    here, there = copying.Pipe(duplex=False)
    copying.Process(target=_walk_along, args=(there, flow, tally, taps, typed)).start()
    there.close()
    return here  # type: ignore[no-any-return]


def _walk_along(pipe: Connection, flow: Flow, tally: Tally, taps: int, typed: int) -> None:
    pipe.send(walked_along(flow, tally, taps, typed, copies=False))


def walk_through(flow: Flow, build: Path, taps: int = TAPS, typed: int = TYPED, made: Made | None = None) -> WalkReport:
    """The walk, from a seed that only the flow's content decides. `made`: what was walked already."""
    began = perf_counter()
    walked = explored(flow, taps, typed, int(flow.version, 16), MOST_BROKEN, made)
    broken = []
    for number, one in enumerate(walked.broken, 1):
        build.mkdir(parents=True, exist_ok=True)
        script = build / f"walk-{flow.name}-{number}.yaml"
        script.write_text(as_script(flow, one, f"A walk through {flow.name}: {one.law}"), encoding="utf-8")
        broken.append((one.law, one.detail, str(script)))
    missed = (
        ("questions", tuple(name for name in flow.questions if name not in walked.asked)),
        ("rules", tuple(rule.rule.rule for rule in flow.rules if rule.rule.rule not in walked.fired)),
    )
    seconds = perf_counter() - began
    return WalkReport(walked.turns, walked.taps, walked.typed, flow.version, seconds, missed, tuple(broken))
