"""What encryption and counting cost: `python -m tests.benchmarks.sealing [PAIRS] [SECONDS]`.

First turns of the service on a SQLite file, in this process, in turn as they are and with rows that are not sealed and nothing
counted: the CPU of a turn, which other programs of the machine disturb least. Then the whole bot, polling a loopback Bot API, 200
chats tapped, durable, in pairs, each first in turn: the ratio of turns a second, and of the bot's CPU a turn.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from time import process_time

from bot.app import equip, open_service
from bot.core.conversation.events import Event, Started
from bot.library import load_flow
from bot.service.incoming import Incoming, Pressed
from bot.service.service import Service
from bot.store import Sent, open_store
from tests.benchmarks.telegram import ROOT, UNSEALED, measure
from tests.benchmarks.unsealed import unsealed
from tests.support.telegram_bot import UNCOMPLICATED, Clock, settings

SEALED = "ours_polling"
ROUNDS, CHATS = 20, 20


def walk(service: Service, first: int) -> float:
    """CPU seconds a turn of some new chats that walk through the interview together."""
    names = [f"telegram:{first + n}" for n in range(CHATS)]
    number, turns, begin = first * 1000, 0, process_time()
    events: list[Event | Pressed] = [Started()] * CHATS
    sent: list[Sent] = []
    for label in (*UNCOMPLICATED, None):
        batch = [
            Incoming(name, event, update=number + n) for n, (name, event) in enumerate(zip(names, events, strict=True))
        ]
        handled, committed = service.handle(batch, sent)
        number, turns = number + CHATS, turns + CHATS
        sent = [Sent(d.chat, d.seq, d.seq) for d in committed.deliveries]
        if label is not None:
            events = [
                Pressed(next(data for m in h.messages for row in m.rows for text, data, _ in row if text == label))
                for h in handled
            ]
    return (process_time() - begin) / turns


def of_the_service() -> None:
    """Print what a turn costs with and without."""
    with tempfile.TemporaryDirectory() as folder:
        ways: tuple[tuple[str, AbstractContextManager[None]], ...]
        found: dict[str, list[float]] = {"sealed": [], "bare": []}
        services = {}
        for name, how in (("sealed", nullcontext()), ("bare", unsealed())):
            with how:
                services[name] = open_service(settings(), open_store(f"sqlite:///{Path(folder)}/{name}.db"), Clock())
        for number in range(1, ROUNDS + 1):
            ways = (("sealed", nullcontext()), ("bare", unsealed()))
            for name, how in ways if number % 2 else reversed(ways):
                with how:
                    found[name].append(walk(services[name], number * 1000))
        sealed, bare = (statistics.median(found[name][1:]) * 1e6 for name in ("sealed", "bare"))
        print(
            f"service, SQLite, batches of {CHATS}: {sealed:.0f} us CPU a turn, bare {bare:.0f}: {sealed - bare:.0f} us more"
        )


async def of_the_bot(pairs: int, seconds: float) -> None:
    """Measure the whole bot in pairs and print the ratios."""
    flow = load_flow(ROOT / "tests/flows/sprain", equip)
    turns, cpu = [], []
    for pair in range(pairs):
        found = {}
        for name in (SEALED, UNSEALED) if pair % 2 else (UNSEALED, SEALED):
            found[name] = await measure(name, flow, seconds=seconds)
        sealed, bare = found[SEALED], found[UNSEALED]
        turns.append(sealed.turns / bare.turns)
        cpu.append(sealed.cpu / bare.cpu)
        print(
            f"pair {pair + 1}: sealed {sealed.turns:5.0f} turns/s, {sealed.cpu * 1e6:4.0f} us CPU a turn; "
            f"bare {bare.turns:5.0f}, {bare.cpu * 1e6:4.0f}; ratio {turns[-1]:.3f}, CPU {cpu[-1]:.3f}",
            flush=True,
        )
    if pairs:
        print(
            f"middle of {pairs} pairs: turns/s {statistics.median(turns):.3f}, CPU a turn {statistics.median(cpu):.3f}"
        )


if __name__ == "__main__":
    of_the_service()
    asyncio.run(
        of_the_bot(int(sys.argv[1]) if len(sys.argv) > 1 else 5, float(sys.argv[2]) if len(sys.argv) > 2 else 4.0)
    )
