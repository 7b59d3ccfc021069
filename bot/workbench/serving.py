"""The workbench on loopback, until Ctrl-C."""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import TextIO

import uvicorn

from .application import application
from .desk import Desk
from .guard import WEB, Guarded

HERE_ONLY = "127.0.0.1"
OWN_NAMES = (HERE_ONLY, "localhost", "[::1]")
"""What this machine calls itself."""
BACKLOG = 100
OPEN_TO_OTHERS = (
    "Warning: not only this machine reaches {host}:{port}. Whoever does and has the key sees the flows, talks on the phone\n"
    "and saves files; key and pages go there in the clear. Safer: leave out --host, and use `ssh -L 8765:127.0.0.1:{port}`."
)
_PORT = re.compile(r":[0-9]+$")


class NoPort(Exception):
    """The workbench cannot listen there; the message says why and what to do."""


def listen_on(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes any that is free. Raises NoPort."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        found.close()
        why = error.strerror if isinstance(error, OSError) else "there is no such place"
        raise NoPort(f"The workbench cannot listen on {host}:{port}: {why}. Choose another with --port.") from None
    return found


def host_names(host: str, port: int, named: Iterable[str] = ()) -> list[str]:
    """Under which names the workbench may be asked for, besides the address at which a connection arrives: those of this machine
    to itself, the one that it listens on, and those that are `named`, with a port of their own if another one leads here."""
    ours = [f"{name}:{port}" for name in dict.fromkeys([*OWN_NAMES, in_address(host)])]
    given = [name.lower() if _PORT.search(name) else f"{name.lower()}:{port}" for name in named]
    return [*ours, *given, *(name.removesuffix(f":{WEB}") for name in (*ours, *given) if name.endswith(f":{WEB}"))]


def is_here(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def in_address(host: str) -> str:
    """A host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def addresses(host: str, port: int, named: Iterable[str] = ()) -> list[str]:
    """The addresses to open, the first from this machine."""
    here = {"0.0.0.0": HERE_ONLY, "::": "::1"}.get(host, host)
    return [f"http://{in_address(here)}:{port}", *(f"http://{n if _PORT.search(n) else f'{n}:{port}'}" for n in named)]


def serve_workbench(desk: Desk, host: str, port: int, stream: TextIO, named: Sequence[str] = ()) -> None:
    """Serve one desk until it is stopped; its address is printed. `named`: see `host_names`. Raises NoPort."""
    listening = listen_on(host, port)
    with listening:
        port = listening.getsockname()[1]
        key = secrets.token_urlsafe(24)
        first, *others = (f"{address}/?key={key}" for address in addresses(host, port, named))
        said = [f"{first}     {desk.flow_folder} is watched; Ctrl-C ends", *others]
        if not is_here(host):
            said.append(OPEN_TO_OTHERS.format(host=host, port=port))
        config = uvicorn.Config(
            Guarded(application(desk), key, host_names(host, port, named)),
            log_level="critical",  # what it would say of an error has the error's words; the guard says what may be said
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
            lifespan="on",
        )
        _Announced(config, "\n".join(said), stream).run(sockets=[listening])


class _Announced(uvicorn.Server):
    """A server that says where it is once it serves: from then on Ctrl-C ends it, and none is lost."""

    def __init__(self, config: uvicorn.Config, said: str, stream: TextIO) -> None:
        super().__init__(config)
        self._said, self._stream = said, stream

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so."""
        await super().startup(sockets)
        if not self.should_exit:
            print(self._said, file=self._stream, flush=True)
