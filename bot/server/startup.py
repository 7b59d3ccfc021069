"""What is found out before the first update is taken, each as one line that says what to do."""

from __future__ import annotations

import asyncio
import errno
import re
import secrets
import socket
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from bot.settings import Settings

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


HANDLES = 65_536
"""Files and connections that are asked for at most; the bounds of the bot come to some 700."""


class CannotStart(Exception):
    """The bot cannot start: one line that says what to do."""


def raise_handle_limit() -> None:
    """As many files and connections as the machine lets this process have: the usual soft limit (1,024, on macOS 256) is for
    programs that count in them, which none here does. Windows has no such limit."""
    if sys.platform == "win32":  # pragma: no cover
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = HANDLES if hard == resource.RLIM_INFINITY else min(hard, HANDLES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # macOS refuses what is above a limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def first(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether `work` was done before `stop`; otherwise it is cancelled. Raises what `work` raises."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            return True
        working.cancel()
        await asyncio.wait((working,))
        return False
    finally:
        working.cancel()
        stopping.cancel()


def token_of(settings: Settings) -> str:
    """The token, if it is there and looks like one. Raises CannotStart."""
    token = settings.telegram_bot_token.get_secret_value().strip() if settings.telegram_bot_token else ""
    if not token:
        raise CannotStart("TELEGRAM_BOT_TOKEN is not set. Ask @BotFather for one and put it into .env.")
    if not _TOKEN.fullmatch(token):
        raise CannotStart(
            "TELEGRAM_BOT_TOKEN is no token: it looks like 123456789:AbC... Copy it from @BotFather again."
        )
    return token


def api_url_of(settings: Settings) -> str:
    """The base of the Bot API. Raises CannotStart."""
    url = settings.telegram_api_url.rstrip("/")
    if not _is_address(url) or urlsplit(url).path.endswith("/bot"):
        raise CannotStart("TELEGRAM_API_URL must be the base address of a Bot API, such as https://api.telegram.org.")
    return url


def webhook_of(settings: Settings) -> tuple[str, str]:
    """(public address, secret) for webhook mode; a secret of its own for this run if none is set. Raises CannotStart."""
    url = settings.webhook_url
    if not url:
        raise CannotStart("WEBHOOK_URL is not set. MODE=webhook needs the public https address that Telegram calls.")
    if not _is_address(url):
        raise CannotStart("WEBHOOK_URL is no address. Write it like https://bot.example.org/telegram.")
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else secrets.token_urlsafe(32)
    if not _SECRET.fullmatch(secret):
        raise CannotStart("WEBHOOK_SECRET may have 1 to 256 of A-Z a-z 0-9 _ -.")
    return url, secret


def listen(address: str) -> socket.socket:
    """A socket bound to host:port. Raises CannotStart if it is in use or no address."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdecimal() or int(port) > 65535:
        raise CannotStart(f'LISTEN="{address}" is no address. Write it like 127.0.0.1:8080.')
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind)
    except OSError:
        raise CannotStart(f'LISTEN="{address}": there is no host {host} here.') from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(place)
        found.listen(1024)
        found.setblocking(False)
    except OSError as error:
        found.close()
        why = _NO_PLACE.get(error.errno or 0, f"cannot be used ({error.strerror}). Set LISTEN to another host or port.")
        raise CannotStart(f"LISTEN={address} {why}") from None
    return found


_NO_PLACE = {
    errno.EADDRINUSE: "is in use by another program. Stop that program, or set LISTEN to another port.",
    errno.EADDRNOTAVAIL: "is no address of this machine. Set LISTEN to 127.0.0.1, or to 0.0.0.0 for all of its addresses.",
    errno.EACCES: "may not be used without special rights. Set LISTEN to a port above 1023.",
}


def _is_address(url: str) -> bool:
    """Whether it is an http address with a host and, if it names one, a port that can be."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
