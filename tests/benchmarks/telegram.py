"""Turns a second against a loopback Bot API, beside python-telegram-bot and aiogram: `python -m tests.benchmarks.telegram`.

One process plays Telegram and all patients, who answer at once; the bot under test is a process of its own. Every
contestant makes the same calls per turn: a tapped turn is answerCallbackQuery, editMessageText and sendMessage, a typed
one the last two. Rate limits are lifted, ours included. Ours is durable (SQLite, synchronous=FULL); the others are as their
own documentation shows them. Latency is from the patient's tap or words to the next question's call.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bot.app import equip
from bot.channels.telegram.messages import pieces
from bot.core.conversation import screens
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import Started, Tapped
from bot.core.conversation.session import ADVICE
from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places
from bot.core.rendering.render import render
from bot.library import load_flow
from bot.replay.double.chats import Chat, DoubleMessage
from bot.replay.double.faults import Faults
from bot.replay.double.server import TelegramDouble
from bot.settings import Settings
from tests.support.crowd import usual

ROOT = Path(__file__).resolve().parents[2]
OURS = ("ours_polling", "ours_webhook")
UNSEALED = "ours_unsealed"
"""Ours by polling, with nothing encrypted and nothing counted: see sealing.py."""
OTHERS = ("ptb_echo", "ptb_conversation", "aiogram_fsm")


@dataclass
class Load:
    """The patients. `typed`: they write instead of tapping; `paced`: they act only when told to."""

    double: TelegramDouble
    act: Callable[[DoubleMessage, list[Any], bool], str | None]
    typed: bool = False
    paced: bool = False
    turns: int = 0
    latencies: list[float] = field(default_factory=list)
    waiting: list[tuple[Any, DoubleMessage, list[Any]]] = field(default_factory=list)
    asked: dict[int, float] = field(default_factory=dict)
    stopped: bool = False
    first: float | None = None

    def seen(self, chat: Chat, message: DoubleMessage) -> None:
        self.first = self.first or perf_counter()
        rows = message.body.get("reply_markup", {}).get("inline_keyboard")
        if message.edits or not rows or self.stopped:
            return
        since = self.asked.pop(chat.id, None)
        if since is not None:
            self.turns += 1
            self.latencies.append(perf_counter() - since)
        user = self.double.user(chat.id)
        if self.paced:
            self.waiting.append((user, message, rows))
        else:
            self.go(user, message, rows)

    def go(self, user: Any, message: DoubleMessage, rows: list[Any]) -> None:
        """Answer one question."""
        self.asked[user.chat.id] = perf_counter()
        if self.typed:
            user.send(self.act(message, rows, True) or "ok")
        else:
            user.press(message, self.act(message, rows, False) or rows[0][0]["callback_data"])


class Ours:
    """What an uncomplicated patient taps or types, by screen; a button is found by its numbers, as fast as any."""

    def __init__(self, flow: Flow) -> None:
        names = screens.screens(flow)
        self._choice = {}
        for number, name in enumerate(names):
            choices = screens.choices(flow, name)
            if choices:
                choice = screens.AGAIN if name == ADVICE else usual(flow, name)
                self._choice[str(number)] = str(choices.index(choice))

    def __call__(self, message: DoubleMessage, rows: list[Any], typed: bool) -> str | None:
        session, turn, screen, _ = rows[0][0]["callback_data"].split(".")
        data = f"{session}.{turn}.{screen}.{self._choice[screen]}"
        if not typed:
            return data
        return next((b["text"] for row in rows for b in row if b["callback_data"] == data), None)


def script_of(flow: Flow) -> list[tuple[str, list[list[str]]]]:
    """The messages of the same interview, for the contestants that have no flow."""
    now = datetime.now(UTC)  # noqa: TID251
    session = start(flow, "0" * 12, "en", now)
    turn = step(flow, session, Started(), now)
    script: list[tuple[str, list[list[str]]]] = []
    while True:
        for effect in turn.effects:
            for message in render(flow, turn.session, effect, Places(), now):
                if message.rows and not message.edits:
                    html = next(pieces([(b.kind, b.text) for b in message.blocks], 4096))
                    script.append((html, [[b.label for b in row] for row in message.rows]))
        s = turn.session
        if s.at == ADVICE:
            return script
        turn = step(flow, s, Tapped(s.id, s.turn, s.at, usual(flow, s.at)), now)


@dataclass
class Figures:
    """One measurement. `cpu`: seconds of the bot a turn; `load`: seconds a turn of Telegram's double and the patients;
    `start`: seconds from the start of the process to its first message; `memory`: MB."""

    name: str
    turns: float
    p50: float
    p99: float
    cpu: float
    load: float
    memory: float
    start: float

    def line(self, ratio: float | None = None) -> str:
        tail = "" if ratio is None else f"  {ratio:5.1f}x"
        return (
            f"{self.name:28} {self.turns:7.0f} turns/s  p50 {self.p50 * 1e3:7.1f} ms  p99 {self.p99 * 1e3:7.1f} ms  "
            f"CPU {self.cpu * 1e6:6.0f} us/turn (load {self.load * 1e6:4.0f})  {self.memory:4.0f} MB  "
            f"start {self.start:.1f} s{tail}"
        )


@contextlib.asynccontextmanager
async def contestant(name: str, double: TelegramDouble, script: Path, folder: Path, flow: str) -> AsyncIterator[int]:
    """The bot under test as a process; yields its id."""
    environment = {k: v for k, v in os.environ.items() if k.lower() not in Settings.model_fields}
    environment |= {
        "TELEGRAM_BOT_TOKEN": double.token,
        "TELEGRAM_API_URL": double.url,
        "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT)),
    }
    if name in (*OURS, UNSEALED):
        port = _free_port()
        environment |= {
            "DATABASE_URL": f"sqlite:///{folder}/bench.db", "FLOW": flow, "RATE_CHAT": "1000000",
            "RATE_OVERALL": "1000000", "LOG_LEVEL": "ERROR",
            "FLOWS_DIR": str(ROOT / ("tests/flows" if flow == "sprain" else "flows")),
        }  # fmt: skip
        if name == "ours_webhook":
            environment |= {
                "MODE": "webhook", "WEBHOOK_URL": f"http://127.0.0.1:{port}/hook", "LISTEN": f"127.0.0.1:{port}"
            }  # fmt: skip
        command = [sys.executable, "-m", "tests.benchmarks.unsealed" if name == UNSEALED else "bot", "run"]
    else:
        command = [sys.executable, "-m", "tests.benchmarks.contestants", name, str(script)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL,
        stderr=None if "-v" in sys.argv else asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Memory of a process, in MB."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def measure(
    name: str,
    flow: Flow,
    *,
    chats: int = 200,
    seconds: float = 5.0,
    typed: bool = False,
    delay: float = 0.0,
    rate: float | None = None,
    prepare: Callable[[Path], None] = lambda folder: None,
    label: str = "",
) -> Figures:
    """Run one contestant. `delay`: seconds added to every answer of the API; `rate`: turns a second, None for all it can."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        script = folder / "script.json"
        script.write_text(json.dumps(script_of(flow)), encoding="utf-8")
        prepare(folder)
        async with TelegramDouble(record=0, keep=6) as double:
            act: Callable[[DoubleMessage, list[Any], bool], str | None] = lambda message, rows, typed: None  # noqa: E731
            load = Load(double, Ours(flow) if name in (*OURS, UNSEALED) else act, typed, paced=rate is not None)
            double.on_message = load.seen
            if delay:
                double.faults = Faults(latency=(delay, delay))
            people = [double.user(n) for n in range(1, chats + 1)]
            spawned = perf_counter()
            async with contestant(name, double, script, folder, flow.name) as pid:
                for user in people:
                    load.asked[user.chat.id] = perf_counter()
                    user.send("/start" if name != "ptb_echo" else "hello")
                await double.until(lambda: load.turns >= chats, 30)
                if rate is not None:
                    pacing = asyncio.create_task(_pace(load, rate))
                await asyncio.sleep(1.0)
                load.latencies.clear()
                turns, cpu, mine, began = load.turns, cpu_seconds(pid), process_time(), perf_counter()
                await asyncio.sleep(seconds)
                took, done, cpu = perf_counter() - began, load.turns - turns, cpu_seconds(pid) - cpu
                mine, memory = process_time() - mine, resident(pid)
                load.stopped = True
                if rate is not None:
                    pacing.cancel()
        latencies = sorted(load.latencies) or [float("nan")]
        p99 = latencies[min(len(latencies) - 1, int(len(latencies) * 0.99))]
        return Figures(
            label or name,
            done / took,
            statistics.median(latencies),
            p99,
            cpu / max(done, 1),
            mine / max(done, 1),
            memory,
            (load.first or float("nan")) - spawned,
        )


async def _pace(load: Load, rate: float) -> None:
    while True:
        await asyncio.sleep(1 / rate)
        if load.waiting:
            load.go(*load.waiting.pop(0))


def fill(count: int) -> Callable[[Path], None]:
    """Put so many finished sessions of other chats into the database; made once, copied for each round."""
    made = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)

    def prepare(folder: Path) -> None:
        full = Path(made.name) / "bench.db"
        if not full.exists():
            _write_sessions(full, count)
        for name in ("bench.db", "bench.db.key"):
            shutil.copyfile(full.with_name(name), folder / name)

    return prepare


def _write_sessions(file: Path, count: int) -> None:
    from bot.store import Batch, ChatWrite, SessionRow, open_store

    text = '{"answers": "' + "x" * 1200 + '"}'
    now = datetime.now(UTC).timestamp()  # noqa: TID251
    with open_store(f"sqlite:///{file}") as store:
        for first in range(0, count, 5000):
            names = [f"telegram:9{number:09}" for number in range(first, min(first + 5000, count))]
            rows = tuple(
                SessionRow(f"s{n}", n, "back_spasm", "v" * 16, text, now, now, 1, "finished", "self_care", now)
                for n in names
            )
            chats = tuple(ChatWrite(name, f"s{name}") for name in names)
            store.commit(Batch(now=now, chats=chats, sessions=rows))


Contest = Sequence[tuple[str, Callable[[], Awaitable[Figures]]]]


async def compare(contest: Contest, rounds: int) -> None:
    """Measure all in turn, as often as there are rounds, and print of each the middle figures and the middle of its ratios
    to the first one in the same round: other programs of the machine, and its own moods, disturb all alike."""
    found: list[list[Figures]] = []
    for _ in range(rounds):
        found.append([await run() for _, run in contest])
    for i, (label, _) in enumerate(contest):
        middle = sorted((row[i] for row in found), key=lambda f: f.turns)[rounds // 2]
        ratios = [row[i].turns / row[0].turns for row in found]
        spread = f" ({min(ratios):.1f}-{max(ratios):.1f})" if rounds > 1 else ""
        print(replace(middle, name=label).line(statistics.median(ratios)) + spread, flush=True)


async def main(parts: Sequence[str], flow_name: str, seconds: float, rounds: int) -> None:
    """Run the parts that were asked for."""
    folder = ROOT / ("tests/flows" if flow_name == "sprain" else "flows") / flow_name
    flow = load_flow(folder, equip)
    print(f"{flow.name}, {len(script_of(flow))} turns an interview; rate limits are lifted; {os.cpu_count()} cores; "
          f"{rounds} rounds")  # fmt: skip

    def run(name: str, label: str = "", **how: Any) -> tuple[str, Callable[[], Awaitable[Figures]]]:
        return label or name, lambda: measure(name, flow, seconds=seconds, **how)

    for part in parts:
        title, contest = {
            "tapped": ("200 chats, tapped", [run(n) for n in (*OTHERS, *OURS)]),
            "typed": ("200 chats, typed", [run(n, typed=True) for n in (*OTHERS, *OURS)]),
            "delay": (
                "200 chats, tapped, 40 ms added to every answer of the API",
                [run(n, delay=0.04) for n in ("ptb_echo", "aiogram_fsm", *OURS)],
            ),
            "calm": ("200 chats, tapped, 30 turns a second", [run(n, rate=30) for n in OURS]),
            "many": (
                "200 and 2,000 chats, tapped",
                [run("ours_polling", f"ours_polling {n}", chats=n) for n in (200, 2000)],
            ),
            "many_hooked": (
                "200 and 2,000 chats, tapped, by webhook",
                [run("ours_webhook", f"ours_webhook {n}", chats=n) for n in (200, 2000)],
            ),
            "stored": (
                "200 chats, tapped, on an empty database and beside 1,000,000 stored sessions",
                [run("ours_polling", "empty"), run("ours_polling", "1,000,000 stored", prepare=fill(1_000_000))],
            ),
        }[part]
        print(f"\n{title}")
        await compare(contest, rounds)


PARTS = ("tapped", "typed", "delay", "calm", "many", "many_hooked", "stored")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all but the last if none is named")
    parser.add_argument("--flow", default="back_spasm", choices=["back_spasm", "sprain"])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3, help="how often all are measured in turn")
    parser.add_argument("-v", action="store_true", help="show what the bots write on standard error")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.parts or PARTS[:-1], arguments.flow, arguments.seconds, arguments.rounds))
