"""How many connections the web server holds, for how long and with how much: who sends nothing, or half a request, is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


@dataclass(frozen=True, slots=True)
class Bounds:
    """`connections`: open at once; `asking`: seconds in which a request must have come whole; `answering`: seconds that it
    may then take until its answer is taken; `idle`: seconds between two requests; `head`: bytes of a request's head."""

    connections: int = 256
    asking: float = 10.0
    answering: float = 90.0
    idle: float = 75.0
    head: int = 16_384


Refused = Callable[[str], None]
"""Is told why a connection was let go."""


class HeldConnection(HttpToolsProtocol):
    """uvicorn's connection within bounds. `idle` of the class that `connections_within` makes: those that wait for a request,
    the one that has waited longest first; it gives way to a new one when there are too many."""

    bounds = Bounds()
    refused: Refused
    idle: dict[HeldConnection, None]
    everyone: dict[HeldConnection, None]
    until = 0.0
    _head = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Takes it in, if need be in the place of one that waits."""
        super().connection_made(transport)
        self.everyone[self] = self.idle[self] = None
        self._within(self.bounds.asking)
        if len(self.everyone) > self.bounds.connections:
            self._let_go(next(iter(self.idle)), "too many connections")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets it."""
        self.everyone.pop(self, None)
        self.idle.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, unless its head has no end."""
        self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > self.bounds.head:
            self._let_go(self, "a head without end")

    def on_message_begin(self) -> None:
        """A request begins; the time of a connection's first one runs since it was opened."""
        super().on_message_begin()
        if self.cycle is not None:
            self._within(self.bounds.asking)

    def on_headers_complete(self) -> None:
        """From here on it is asked of the application, which looks at the secret first."""
        self._in_head = False
        self.idle.pop(self, None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._in_head, self._head = True, 0
        self._within(self.bounds.answering)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is on its way."""
        super().on_response_complete()
        if not self.pipeline and self in self.everyone:
            self.idle[self] = None
            if self._in_head:
                self._within(self.bounds.asking if self.transport.is_closing() else self.bounds.idle)

    def send_400_response(self, msg: str) -> None:
        """Says that it is no request."""
        self.refused("no request")
        super().send_400_response(msg)

    def _within(self, seconds: float) -> None:
        self.until = self.loop.time() + seconds

    def _let_go(self, one: HeldConnection, why: str) -> None:
        self.everyone.pop(one, None)
        self.idle.pop(one, None)
        one.transport.abort()
        self.refused(why)

    @classmethod
    def look(cls, now: float) -> None:
        """Let go of all whose time is over."""
        for one in [one for one in cls.everyone if one.until < now]:
            # Who has asked once and says nothing more did nothing wrong: such a connection ends without a word.
            why = "" if one in cls.idle and one.cycle is not None and not one._head else "a request that does not end"
            one._let_go(one, why)


def connections_within(bounds: Bounds, refused: Refused) -> type[HeldConnection]:
    """The connections of one server."""
    values: dict[str, Any] = {"bounds": bounds, "refused": staticmethod(refused), "idle": {}, "everyone": {}}
    return type("BoundedConnection", (HeldConnection,), values)
