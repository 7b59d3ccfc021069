"""How long until patients are served: `python -m tests.benchmarks.startup [--starts 5]`.

`symptom-bot run` as shipped, on a database that is there already, against a Bot API on loopback: from the start of the
process to its first getUpdates. Beside it what no bot of python-telegram-bot can do without, importing that package alone:
the ratio holds on a machine that is busy with something else, the seconds do not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bot.replay.double.server import TelegramDouble
from tests.support.telegram_bot import ROOT, start_process

IMPORT = "import telegram"


@dataclass(frozen=True)
class Start:
    """Seconds: `took` by the clock until the first getUpdates; `cpu` of the bot and of the proofs beside it, to the end."""

    took: float
    cpu: float


async def starts(url: str, count: int, **environment: str) -> list[Start]:
    """Start and stop the bot so many times, and once before to make the database."""
    found = []
    async with TelegramDouble() as telegram:
        for _ in range(count + 1):
            polls, before, began = telegram.counts.get("getUpdates", 0), _children(), perf_counter()
            bot = await start_process(telegram, url, **environment)
            await telegram.until(lambda polls=polls: telegram.counts.get("getUpdates", 0) > polls, 60)
            took = perf_counter() - began
            bot.terminate()
            await bot.communicate()
            found.append(Start(took, _children() - before))
    return found[1:]


def importing() -> Start:
    """Importing python-telegram-bot, in a process of its own."""
    before, began = _children(), perf_counter()
    subprocess.run([sys.executable, "-c", IMPORT], check=True)
    return Start(perf_counter() - began, _children() - before)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description="Start-up of symptom-bot run.")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--flows", type=Path, default=ROOT / "flows")
    parser.add_argument("--flow", default="back_spasm")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        more = {"FLOWS_DIR": str(args.flows.resolve()), "FLOW": args.flow}
        ours = asyncio.run(starts(f"sqlite:///{folder}/bot.db", args.starts, **more))
    alone = [importing() for _ in range(args.starts)]
    print(f"load of the machine       {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, found in (("symptom-bot run", ours), (IMPORT, alone)):
        took, cpu = [one.took for one in found], [one.cpu for one in found]
        print(f"{name:25} {min(took):.2f} s at best, {statistics.median(took):.2f} s median; CPU {min(cpu):.2f} s")
    print(f"ratio of CPU              {min(s.cpu for s in ours) / min(s.cpu for s in alone):.1f}")


if __name__ == "__main__":
    main()
