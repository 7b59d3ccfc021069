"""A database that does not answer, on purpose."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
from collections.abc import Iterator

import psycopg


@contextlib.contextmanager
def hanging(url: str) -> Iterator[None]:
    """A database that does not answer: locked by another program, or with its server's processes stopped."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
        return
    with psycopg.connect(url, autocommit=True) as other:
        found = other.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'symptom-bot' AND datname = current_database()"
        ).fetchall()
    assert found
    for (pid,) in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for (pid,) in found:
            os.kill(pid, signal.SIGCONT)
