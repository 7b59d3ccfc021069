"""Scripts through Telegram: a whole bot, its channel, service and store, against the Telegram double over HTTP.

The app hands in how a service is made. One world (double, store, bot) serves many cases at the same time, each with a person
of its own; a case that lets time pass or restarts the bot has a world to itself. Under faults the double misbehaves, taps
come twice, and the bot is dropped uncommitted in the middle of a turn and opened again on the same store.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.core.flow.compiled import Flow
from bot.replay.playing.outcome import Outcome
from bot.replay.playing.ways import played
from bot.replay.script.model import Case

from .driver import TelegramDriver
from .world import MakeService, World

AT_ONCE = 120
"""Cases in one world at the same time."""
WORLDS = 4
"""Worlds at the same time."""


class TelegramWay:
    """`webhook`: updates are posted to the bot instead of polled."""

    def __init__(self, make_service: MakeService, webhook: bool = False) -> None:
        self.name = "webhook" if webhook else "telegram"
        self._make, self._webhook = make_service, webhook

    async def run(self, case: Case, flow: Flow, versions: Mapping[str, Flow], faults: int | None = None) -> Outcome:
        """See `Way`."""
        return (await self.run_many([(case, flow, versions)], faults))[0]

    async def run_many(
        self, cases: Sequence[tuple[Case, Flow, Mapping[str, Flow]]], faults: int | None = None
    ) -> list[Outcome]:
        """Many cases, in several worlds at a time: while one waits for another try, or for its disk, others go on.
        Outcomes in the order of the cases."""
        found: dict[int, Outcome] = {}
        room = asyncio.Semaphore(WORLDS)

        async def one_world(number: int, group: Sequence[Numbered]) -> None:
            _, (first, flow, _) = group[0]
            seed = None if faults is None else faults * 1000 + number
            async with room, World(self._make, flow, seed, self._webhook) as world:
                world.clock.now = first.now.replace(tzinfo=UTC).timestamp()
                done = await asyncio.gather(*(self._one(world, case, versions) for _, (case, _, versions) in group))
                found.update({at: outcome for (at, _), outcome in zip(group, done, strict=True)})

        async with asyncio.TaskGroup() as tasks:
            for number, group in enumerate(_together(list(enumerate(cases)))):
                tasks.create_task(one_world(number, group))
        return [found[i] for i in range(len(cases))]

    async def load(self, cases: Sequence[tuple[Case, Flow, Mapping[str, Flow]]], chats: int) -> Load:
        """The cases played over and over by so many people at the same time, each until all cases were played once by
        somebody and everybody has played one.

        Cases that move the clock or the bot, which all share, are left out, and those of another flow than the first.
        """
        still = [c for c in cases if not _moves_the_bot(c[0])]
        fitting = [c for c in still if c[1] is still[0][1]]
        found = Load(left_out=len(cases) - len(fitting))
        if not fitting:
            return found
        flow = fitting[0][1]
        left = list(fitting) * max(1, -(-chats // len(fitting)))
        async with World(self._make, flow, None, self._webhook) as world:
            world.clock.now = fitting[0][0].now.replace(tzinfo=UTC).timestamp()

            async def person() -> None:
                while left:
                    case, _, versions = left.pop()
                    driver = TelegramDriver(world, case)
                    outcome = await played(self.name, case, flow, versions, driver, UTC)
                    found.turns += outcome.acts
                    found.failed += not outcome.passed
                    found.waits += driver.waits

            began, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(person() for _ in range(chats)))
            found.seconds, found.cpu = time.perf_counter() - began, time.process_time() - cpu
        return found

    async def _one(self, world: World, case: Case, versions: Mapping[str, Flow]) -> Outcome:
        driver = TelegramDriver(world, case)
        return await played(self.name, case, world.flow, versions, driver, UTC)


@dataclass
class Load:
    """What a load came to. `waits`: seconds from each thing that a patient did until the bot was at rest again; `cpu`:
    seconds of this process, the double's and the patients' share included; `left_out`: cases that were not played."""

    left_out: int = 0
    turns: int = 0
    failed: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    waits: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        waits = sorted(self.waits) or [0.0]
        middle, late = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
        return (
            f"{self.turns} turns in {self.seconds:.1f} s: {self.turns / self.seconds:.0f} turns/s, answered after "
            f"{middle * 1000:.0f} ms (median) and {late * 1000:.0f} ms (99 in 100), "
            f"{self.cpu / max(1, self.turns) * 1000:.2f} ms of CPU a turn with the double's share, {self.failed} scripts failed"
        )


Numbered = tuple[int, tuple[Case, Flow, Mapping[str, Flow]]]


def _together(cases: Sequence[Numbered]) -> list[list[Numbered]]:
    """Groups that share a world: they have one flow, begin at the same time and do nothing to the bot that others notice."""
    groups: dict[tuple[str, datetime], list[Numbered]] = {}
    alone: list[list[Numbered]] = []
    for numbered in cases:
        case, flow, _ = numbered[1]
        if _moves_the_bot(case):
            alone.append([numbered])
        else:
            groups.setdefault((flow.version, case.now), []).append(numbered)
    return [g[i : i + AT_ONCE] for g in groups.values() for i in range(0, len(g), AT_ONCE)] + alone


def _moves_the_bot(case: Case) -> bool:
    """Whether the case moves the bot's clock or version, or restarts it: others would notice."""
    return any(line.step.act in ("later", "version", "restart") for line in case.lines)
