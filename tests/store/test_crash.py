"""A process that is killed at any moment has lost nothing that it had committed, and left nothing half done."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from bot.store import Batch, ChatWrite, Outgoing, SessionRow, open_store

CHATS = [f"telegram:{number}" for number in range(5)]

# Answers of five chats, three a batch; each session counts its chat's answers. What is committed is printed after it.
WORK = """
import json, random, sys
from bot.store import Batch, ChatWrite, Outgoing, SessionRow, open_store
store = open_store(sys.argv[1])
update, rng = int(sys.argv[2]), random.Random(sys.argv[2])
while True:
    mine = rng.sample([f"telegram:{n}" for n in range(5)], 3)
    updates = list(range(update, update + 3))
    with store.transaction(mine) as tx:
        counts = {c: json.loads(tx.rows[c].session.json)["count"] + 1 if tx.rows[c].session else 1 for c in mine}
        tx.commit(Batch(
            now=1.0,
            updates=tuple(updates),
            chats=tuple(ChatWrite(c, "s" + c, u) for c, u in zip(mine, updates)),
            sessions=tuple(
                SessionRow("s" + c, c, "f", "v", json.dumps({"count": counts[c], "padding": "x" * 3000}), 1.0, 1.0)
                for c in mine
            ),
            outbox=tuple(Outgoing(c, f"reply {counts[c]}", 1.0) for c in mine),
        ))
    print(update, flush=True)
    update += 3
"""


def kill_at_random(url: str, times: int, seed: int) -> None:
    rng = random.Random(seed)
    promised = 0
    for round_ in range(times):
        begin = 1_000_000 * (round_ + 1)
        worker = subprocess.Popen([sys.executable, "-c", WORK, url, str(begin)], stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        said = [worker.stdout.readline()]
        sleep(rng.uniform(0.0, 0.08))  # the moment of the kill, not a wait for anything
        worker.send_signal(signal.SIGKILL)
        said += worker.communicate()[0].splitlines()
        promised += 3 * sum(line.strip().isdigit() for line in said)
        with open_store(url) as store:
            rows = store.load(CHATS)
            answers = sum(json.loads(row.session.json)["count"] for row in rows.values() if row.session)
            replies = sum(row.next_seq - 1 for row in rows.values())
            with store.transaction([]) as tx:
                last = int([line for line in said if line.strip().isdigit()][-1])
                assert tx.were_seen(range(begin, last + 3)) == set(range(begin, last + 3)), "a promise was broken"
                extra = tx.were_seen(range(last + 3, last + 6))
                assert len(extra) in (0, 3), "half a batch"
            promised += len(extra)
            assert answers == replies == promised == store.waiting()


@pytest.mark.slow
@pytest.mark.parametrize("times", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_nothing_committed_is_lost_and_nothing_is_half_done(database_url: str, times: int) -> None:
    kill_at_random(database_url, times, seed=times)


@pytest.mark.ci
def test_a_kill_in_the_first_start_leaves_a_database_that_opens(tmp_path: Path, sqlite_url: str) -> None:
    rng = random.Random(7)
    code = "import sys; from bot.store import open_store; print('go', flush=True); open_store(sys.argv[1])"
    for _ in range(6):
        starting = subprocess.Popen([sys.executable, "-c", code, sqlite_url], stdout=subprocess.PIPE)
        assert starting.stdout is not None
        starting.stdout.readline()
        sleep(rng.uniform(0.0, 0.15))  # the moment of the kill
        starting.kill()
        starting.communicate()
        open_store(sqlite_url).close()
        for file in tmp_path.iterdir():
            file.unlink()


CHANGING = """
import sys
from bot.store import open_store
store, now = open_store(sys.argv[1]), float(sys.argv[2])
print("go", flush=True)
while True:
    now += 1.0
    store.change_keys(now, keep=4.0, at_once=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("times", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_a_kill_while_keys_change_leaves_every_chat_readable(database_url: str, times: int) -> None:
    chats = [f"telegram:{n}" for n in range(30)]
    with open_store(database_url, now=1.0) as store:
        store.commit(
            Batch(
                now=1.0,
                chats=tuple(ChatWrite(c, f"s{c}") for c in chats),
                sessions=tuple(SessionRow(f"s{c}", c, "f", "v", f'"{c}"', 1.0, 1.0) for c in chats),
                outbox=tuple(Outgoing(c, f"hello {c}", 1.0) for c in chats),
            )
        )
    rng = random.Random(times)
    for number in range(times):
        process = subprocess.Popen(
            [sys.executable, "-c", CHANGING, database_url, str(1000.0 * (number + 1))], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        sleep(rng.uniform(0.0, 0.3))  # the moment of the kill, not a wait for anything
        process.kill()
        process.communicate()
        with open_store(database_url) as store:
            rows = store.load(chats)
            assert [row.session.json for row in rows.values() if row.session] == [f'"{c}"' for c in chats]
            with store.transaction(chats) as tx:
                assert [tx.messages_of(c)[0].waiting for c in chats] == [f"hello {c}" for c in chats]
