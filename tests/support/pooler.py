"""What PgBouncer does in transaction mode, with its default settings, as far as a client can tell.

Each transaction has the next session of the server, whoever asked for the one before; parameters at the start that PgBouncer
does not know are refused, the number of the session is made up, and prepared statements are not carried along (as before its
release 1.21). It stands in for PgBouncer where that is not installed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import struct
import threading
from collections.abc import Iterator

from sqlalchemy.engine import URL, make_url

SESSIONS = 3
"""Sessions of the server; a client that comes back is given another one."""
KNOWN = {
    "user",
    "database",
    "client_encoding",
    "datestyle",
    "timezone",
    "standard_conforming_strings",
    "application_name",
}
_ENCRYPT = (80877103, 80877104)


class _Session:
    """One connection to the server, begun and idle. `hello`: what it said of itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: bytes) -> None:
        self.reader, self.writer, self.hello = reader, writer, hello


class Pooler:
    """Clients connect to `url`. `statements`: the words of all statements that went through, in order; `named`: how many
    were prepared under a name; `transactions`: how often a session was lent."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._sessions: asyncio.Queue[_Session] = asyncio.Queue()
        self.url = ""
        self.statements: list[str] = []
        self.named = 0
        self.transactions = 0

    async def start(self) -> asyncio.Server:
        for _ in range(SESSIONS):
            self._sessions.put_nowait(await self._connect())
        listening = await asyncio.start_server(self._client, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        self.url = f"postgresql://{self._server.username or 'postgres'}@127.0.0.1:{port}/{self._server.database}"
        return listening

    async def _connect(self) -> _Session:
        host = str(self._server.query.get("host") or self._server.host or "127.0.0.1")
        port = self._server.port or 5432
        reader, writer = await (
            asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
            if host.startswith("/")
            else asyncio.open_connection(host, port)
        )
        words = ("user", self._server.username or "postgres", "database", self._server.database or "", "")
        body = struct.pack("!i", 196608) + b"\0".join(word.encode() for word in words) + b"\0"
        writer.write(struct.pack("!i", len(body) + 4) + body)
        hello = b""
        while True:
            kind, message = await _message(reader)
            assert kind != b"E", "the server of the tests asks for a password"
            hello += message
            if kind == b"Z":
                return _Session(reader, writer, hello)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            if await self._greeted(reader, writer):
                while await self._transaction(reader, writer):
                    pass
        writer.close()

    async def _greeted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        while True:
            (size,) = struct.unpack("!i", await reader.readexactly(4))
            body = await reader.readexactly(size - 4)
            if struct.unpack("!i", body[:4])[0] not in _ENCRYPT:
                break
            writer.write(b"N")
        names = body[4:].rstrip(b"\0").decode().split("\0")[::2]
        unknown = [name for name in names if name.lower() not in KNOWN]
        if unknown:
            fields = b"SFATAL\0C08P01\0M" + f"unsupported startup parameter: {unknown[0]}".encode() + b"\0\0"
            writer.write(b"E" + struct.pack("!i", len(fields) + 4) + fields)
            return False
        session = await self._sessions.get()
        self._sessions.put_nowait(session)
        writer.write(
            re.sub(rb"K\0\0\0\x0c.{8}", b"K\0\0\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08", session.hello, flags=re.S)
        )
        return True

    async def _transaction(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Lend a session until its transaction is over. False if the client has gone."""
        kind, message = await _message(reader)
        if kind == b"X":
            return False
        session, idle = await self._sessions.get(), False
        self.transactions += 1
        try:
            while not idle:
                self._note(kind, message)
                session.writer.write(message)
                if kind in (b"Q", b"S"):
                    idle = await self._answer(session, writer)
                if not idle:
                    kind, message = await _message(reader)
                    if kind == b"X":
                        return False
        finally:
            if not idle:  # as PgBouncer: a session in the middle of something is of no use to anybody
                session.writer.close()
                session = await self._connect()
            self._sessions.put_nowait(session)
        return True

    async def _answer(self, session: _Session, writer: asyncio.StreamWriter) -> bool:
        while True:
            kind, message = await _message(session.reader)
            writer.write(message)
            if kind == b"Z":
                return message[-1:] == b"I"

    def _note(self, kind: bytes, message: bytes) -> None:
        if kind == b"Q":
            self.statements.append(message[5:-1].decode())
        elif kind == b"P":
            name, words = message[5:].split(b"\0")[:2]
            self.named += bool(name)
            self.statements.append(words.decode())


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    return head[:1], head + await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)


@contextlib.contextmanager
def pooled(url: str) -> Iterator[Pooler]:
    """A pooler before this database, in a thread of its own."""
    pooler, loop = Pooler(make_url(url)), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(pooler.start(), loop).result(10)
    try:
        yield pooler
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
