"""The workbench as tests open it: as the command itself, or in a thread on a flow of a few questions; asked over HTTP as it is."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import uvicorn

from bot.app import equip
from bot.workbench.application import application
from bot.workbench.desk import Desk, DeskFolders
from bot.workbench.guard import Guarded
from bot.workbench.serving import host_names, listen_on
from tests.support.watched import heeds_ctrl_c

KEY = "the-key-of-the-tests"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("UTC"))
PATIENCE = 60.0
"""Seconds after which something hangs."""


@dataclass(frozen=True)
class Answered:
    """What came back. `text`: as UTF-8, whatever it is."""

    status: int
    headers: HTTPMessage
    text: str


@dataclass
class Opened:
    """A workbench that can be asked. `folder`: where it works, with `flows/` in it; `process`: of the command, if it is one."""

    port: int
    key: str
    folder: Path
    process: subprocess.Popen[str] | None = None
    desk: Desk | None = None
    said: list[str] = field(default_factory=list)
    host: str = "127.0.0.1"

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """What an operator opens."""
        return f"{self.origin}/?key={self.key}"

    @property
    def mine(self) -> dict[str, str]:
        """What a browser that was let in sends along."""
        return {"Cookie": f"workbench_{self.port}={self.key}", "Origin": self.origin}

    def raw(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answered:
        """One request with exactly these headers, `Host` beside them where it is not among them."""
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE)
        given = dict(headers or {})
        try:
            connection.putrequest(method, path, skip_host="Host" in given, skip_accept_encoding=True)
            if body is not None:
                given.setdefault("Content-Length", str(len(body)))
            for name, value in given.items():
                if value:
                    connection.putheader(name, value.encode("latin-1"))
            connection.endheaders()
            if body is not None:
                connection.send(body)
            answer = connection.getresponse()
            read = b"" if answer.headers.get_content_type() == "text/event-stream" else answer.read()
            return Answered(answer.status, answer.headers, read.decode("utf-8", "replace"))
        finally:
            connection.close()

    def get(self, path: str, **more: str) -> Answered:
        """A page, as the operator's browser asks for it."""
        return self.raw("GET", path, {**self.mine, **more})

    def post(self, path: str, given: Mapping[str, str] | None = None, **more: str) -> Answered:
        """A form that is sent off, as a page without JavaScript does."""
        form = urlencode(given or {}).encode()
        return self.raw("POST", path, {**self.mine, "Content-Type": "application/x-www-form-urlencoded", **more}, form)


@contextmanager
def opened_in_thread(folder: Path, name: str, checks: bool = False) -> Iterator[Opened]:
    """The application behind its guard, in a thread. `folder`: holds `flows/`; `checks`: whether saves are checked, too."""
    listening = listen_on("127.0.0.1", 0)
    port = listening.getsockname()[1]
    desk = Desk(
        folder / "flows",
        DeskFolders(folder / "scripts", folder / "people", folder / "build"),
        lambda: NOON,
        equip,
        name,
    )
    config = uvicorn.Config(
        Guarded(application(desk, checks), KEY, host_names("127.0.0.1", port)),
        log_level="critical",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield Opened(port, KEY, folder, desk=desk)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()


@contextmanager
def opened_by_command(folder: Path, *arguments: str) -> Iterator[Opened]:
    """The command itself, working in `folder`, until it is interrupted as Ctrl-C does; all that it said is in `said` then."""
    command = [sys.executable, "-m", "bot", "workbench", "--port", "0", *arguments]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**kept, "PYTHONPATH": root},
        preexec_fn=heeds_ctrl_c,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    opened = Opened(0, "", folder, process, said=[first])
    try:
        found = re.match(r"http://(\S+):(\d+)/\?key=(\S+)", first)
        assert found, first + process.stdout.read()
        opened.port, opened.key = int(found[2]), found[3]
        yield opened
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        opened.said.append(
            process.stdout.read()
        )  # not `communicate`: the first line may have been read with more behind it
        process.wait(PATIENCE)
        process.stdout.close()


def until_so(condition: object, seconds: float = PATIENCE) -> None:
    """Wait until something is so. Raises AssertionError if it never is."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never was so"
        time.sleep(0.02)
