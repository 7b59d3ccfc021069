"""Who may use the workbench: whoever has the key, from its own pages, under its own name. Everybody else sees nothing.

A page of another origin can make a browser send requests to loopback, and a name that it owns can be made to point there (DNS
rebinding). So the name asked for must be ours, the key must be there (in the address once, then in a cookie that other sites
cannot send), and whatever changes something must come from a page of the name that is asked. Nothing that is asked for is logged.

Ours are the names that are given, and the address at which a connection arrives: nobody can make a name of theirs out of digits.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hmac import compare_digest
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OURS = Path(__file__).parents[1]
WEB = 80
"""The port that no browser writes behind a name."""
SAFE = frozenset({"GET", "HEAD"})
MOST_BYTES = 1_000_000
"""Bytes that may be sent along with a request; a form of ours has a small part of it."""
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # without a referrer a plain form would name no origin either
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
LET_IN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">
<title>Workbench</title></head><body><p><a href="/">Open the workbench</a></p></body></html>"""
"""A page of ours that goes on by itself: a cookie for our own pages only is not sent along with a redirect from elsewhere."""


_log = logging.getLogger(__name__)


class Guarded:
    """An application behind the guard. `names`: the values of `Host` under which it may be asked for, with the port; the first
    one's is in the name of the cookie, which browsers send to every port."""

    def __init__(self, application: Application, key: str, names: Iterable[str]) -> None:
        self._application, self._key, self._names = application, key, tuple(names)
        self._cookie = f"workbench_{self._names[0].rpartition(':')[2]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, taken = False, 0

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        async def receive_some() -> MutableMapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST_BYTES:
                raise HTTPException(413, f"A form may have {MOST_BYTES // 1000} kB.")
            return message

        try:
            answer = self._refused(Request(scope)) or self._application
            await answer(scope, receive_some, send_guarded)
        except ClientDisconnect:
            pass  # the page went away before it had sent all
        except Exception as error:
            _log.error("The workbench stumbled: %s", where_it_broke(error))
            if not begun:
                await PlainTextResponse("The workbench stumbled.", 500)(scope, receive, send_guarded)

    def _refused(self, request: Request) -> Response | None:
        """What is answered instead, or None if the request may pass."""
        host = request.headers.get("host", "")
        if host not in self._names and host != arrived_at(request.scope):
            return PlainTextResponse("The workbench is not asked for under this name.", 421)
        given = parse_qs(request.url.query).get("key")
        if given is not None and request.url.path == "/" and request.method in SAFE:
            return self._let_in() if self._is_key(given[-1]) else _no_key()
        if not self._is_key(request.cookies.get(self._cookie, "")):
            return _no_key()
        if request.method not in SAFE and request.headers.get("origin") not in (f"http://{host}", f"https://{host}"):
            return PlainTextResponse("Only a page of the workbench may do this.", 403)
        return None

    def _let_in(self) -> Response:
        page = HTMLResponse(LET_IN)
        page.set_cookie(self._cookie, self._key, httponly=True, samesite="strict", path="/")
        return page

    def _is_key(self, given: str) -> bool:
        return compare_digest(given.encode(errors="replace"), self._key.encode())


def arrived_at(scope: Scope) -> str:
    """The address of this machine at which the connection of a request arrived, as `Host` says it; "" if it is unknown."""
    address, port = scope.get("server") or ("", None)
    address = address.removeprefix("::ffff:")
    shown = f"[{address}]" if ":" in address else address
    return "" if port is None else shown if port == WEB else f"{shown}:{port}"


def where_it_broke(error: Exception) -> str:
    """The kind of an error and the line of ours that it came from: its message may hold what was typed."""
    at, place = error.__traceback__, ""
    while at is not None:
        file = Path(at.tb_frame.f_code.co_filename)
        if file.is_relative_to(OURS):
            place = f" in {file.relative_to(OURS.parent)}, line {at.tb_lineno}"
        at = at.tb_next
    return type(error).__name__ + place


def _no_key() -> Response:
    return PlainTextResponse(
        "The workbench opens with the address that `symptom-bot workbench` printed, its key included.", 403
    )
