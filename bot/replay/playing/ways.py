"""The ways to run a case: in memory, reloaded before every turn, and those that the app hands in (`Way`)."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, TypeVar, runtime_checkable

from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places
from bot.replay.script.model import Case

from .acts import Driver
from .memory import MemoryDriver, NotTheSame
from .outcome import NOWHERE, Deviation, Played
from .play import Play

T = TypeVar("T")
MEMORY, RELOAD = "memory", "reload"
WAYS_GROUP = "symptom_bot.ways"
"""Entry points of this group are functions that return a Way: how `telegram` gets here without replay knowing the app."""


class Way(Protocol):
    """One way to run cases. `faults`: seed of a fault schedule, None = no faults."""

    name: str

    async def run(self, case: Case, flow: Flow, versions: Mapping[str, Flow], faults: int | None = None) -> Played:
        """Play the case from its first line to what it expects."""
        ...


@runtime_checkable
class ManyWay(Protocol):
    """A way that runs many cases better than one after the other."""

    async def run_many(
        self, cases: Sequence[tuple[Case, Flow, Mapping[str, Flow]]], faults: int | None = None
    ) -> list[Played]:
        """The outcomes in the order of the cases."""
        ...


class MemoryWay:
    """In memory; with `reload`, the session is saved and read again before every turn."""

    def __init__(self, reload: bool = False, places: Places | None = None, zone: tzinfo = UTC) -> None:
        self.name = RELOAD if reload else MEMORY
        self.reload, self.places, self.zone = reload, places or Places(), zone

    async def run(self, case: Case, flow: Flow, versions: Mapping[str, Flow], faults: int | None = None) -> Played:
        """See `Way`. Faults are those of a channel: here there are none."""
        driver = MemoryDriver(flow, case.lang, case.now.replace(tzinfo=self.zone), self.places, self.reload, case.phone)
        outcome = await played(self.name, case, flow, versions, driver, self.zone)
        return replace(outcome, handled=tuple(driver.turns))


async def played(
    way: str, case: Case, flow: Flow, versions: Mapping[str, Flow], driver: Driver, zone: tzinfo
) -> Played:
    """Play a case through a driver: what every way does once it has one."""
    play = Play(case, flow, dict(versions), driver, zone)
    notes: tuple[str, ...] = ()
    began = time.perf_counter()
    try:
        deviations = await play.run()
        stands = await play.standing()
    except Exception as error:  # one broken chat must not keep the others from being played
        deviations, stands = [_broken(play, error)], NOWHERE
        if not isinstance(error, AssertionError):
            notes = ("", "".join(traceback.format_exception(error)).rstrip())
    finally:
        await driver.close()
    return Played(
        case, way, tuple(play.said), tuple(deviations), stands, play.acts,
        seconds=time.perf_counter() - began, notes=notes, talked=play.talked,
    )  # fmt: skip


def _broken(play: Play, error: Exception) -> Deviation:
    """An error as a deviation. With AssertionError, the way itself found something wrong."""
    expected, came = "a bot that comes to rest", str(error)
    if isinstance(error, NotTheSame):
        expected = "the same session after saving"
    elif not isinstance(error, AssertionError):
        expected, came = "a bot that does not break", f"{type(error).__name__}: {error}"
    return Deviation(play.place, expected, came, max(0, len(play.said) - 1), play.used)


def now_or_never(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits: in memory nothing does, so no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise RuntimeError("this way waits for something: run it in an event loop")


def run_case(way: Way, case: Case, flow: Flow, versions: Mapping[str, Flow], faults: int | None = None) -> Played:
    """Run one case on one way, from code that is not asynchronous."""
    coroutine = way.run(case, flow, versions, faults)
    return now_or_never(coroutine) if isinstance(way, MemoryWay) else asyncio.run(coroutine)


def run_cases(
    way: Way, cases: Sequence[tuple[Case, Flow, Mapping[str, Flow]]], faults: int | None = None
) -> Iterator[Played]:
    """Run many cases on one way; a way that can runs many at the same time."""
    if isinstance(way, ManyWay):
        yield from asyncio.run(way.run_many(cases, faults))
        return
    for case, flow, versions in cases:
        yield run_case(way, case, flow, versions, faults)


def known_ways() -> dict[str, Callable[[], Way]]:
    """All ways by name: the two in memory, and those registered as entry points."""
    ways: dict[str, Callable[[], Way]] = {MEMORY: MemoryWay, RELOAD: lambda: MemoryWay(reload=True)}
    for entry in entry_points(group=WAYS_GROUP):
        ways.setdefault(entry.name, partial(_loaded, entry))
    return ways


def _loaded(entry: EntryPoint) -> Way:
    way: Way = entry.load()()
    return way
