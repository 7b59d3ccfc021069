"""Who may use the workbench: whoever has the key, from its own pages, under its own name. Everybody else sees nothing.

A page of another origin can make a browser send requests to loopback, and a name that it owns can be made to point there (DNS
rebinding). So the name asked for must be ours, the key must be there (in the address once, then in a cookie that other sites
cannot send), and whatever changes something must come from a page of ours. Nothing that is asked for is logged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = frozenset({"GET", "HEAD"})
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # with none at all, a browser names no origin when a form of ours is sent
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
LET_IN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">
<title>Workbench</title></head><body><p><a href="/">Open the workbench</a></p></body></html>"""
"""A page of ours that goes on by itself: a cookie for our own pages only is not sent along with a redirect from elsewhere."""


class Guarded:
    """An application behind the guard. `names`: the values of `Host` under which it may be asked for, with the port."""

    def __init__(self, application: Application, key: str, names: Iterable[str]) -> None:
        self._application, self._key, self._names = application, key, frozenset(names)
        port = next(iter(self._names)).rpartition(":")[2]
        self._cookie = f"workbench_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        refused = self._refused(Request(scope))
        await (self._application if refused is None else refused)(scope, receive, send_guarded)

    def _refused(self, request: Request) -> Response | None:
        """What is answered instead, or None if the request may pass."""
        if request.headers.get("host", "") not in self._names:
            return PlainTextResponse("The workbench is not asked for under this name.", 421)
        given = parse_qs(request.url.query).get("key")
        if given is not None and request.url.path == "/" and request.method in SAFE:
            return self._let_in() if self._is_key(given[-1]) else _no_key()
        if not self._is_key(self._of_cookie(request.headers.get("cookie", ""))):
            return _no_key()
        if request.method not in SAFE and request.headers.get("origin") not in {f"http://{n}" for n in self._names}:
            return PlainTextResponse("Only a page of the workbench may do this.", 403)
        return None

    def _let_in(self) -> Response:
        page = HTMLResponse(LET_IN)
        page.set_cookie(self._cookie, self._key, httponly=True, samesite="strict", path="/")
        return page

    def _is_key(self, given: str) -> bool:
        return compare_digest(given.encode(), self._key.encode())

    def _of_cookie(self, header: str) -> str:
        try:
            found = SimpleCookie(header).get(self._cookie)
        except CookieError:
            return ""
        return "" if found is None else found.value


def _no_key() -> Response:
    return PlainTextResponse(
        "The workbench opens with the address that `symptom-bot workbench` printed, its key included.", 403
    )
