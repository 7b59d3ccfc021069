"""The workbench on loopback, until Ctrl-C."""

from __future__ import annotations

import secrets
import socket
from typing import TextIO

import uvicorn

from .application import application
from .desk import Desk
from .guard import Guarded

HERE_ONLY = "127.0.0.1"
PORT = 8765


class NoPort(Exception):
    """The workbench cannot listen there; the message says why and what to do."""


def listen_on(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes any that is free. Raises NoPort."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise NoPort(
            f"The workbench cannot listen on {host}:{port}: {error.strerror}. Choose another with --port."
        ) from None
    return found


def host_names(host: str, port: int) -> list[str]:
    """Under which names the workbench may be asked for."""
    shown = f"[{host}]" if ":" in host else host
    names = [shown] if host not in (HERE_ONLY, "::1", "localhost") else [HERE_ONLY, "localhost", "[::1]"]
    return [f"{name}:{port}" for name in names]


def serve_workbench(desk: Desk, host: str, port: int, stream: TextIO) -> None:
    """Serve one desk until it is stopped, after its address is printed. Raises NoPort."""
    listening = listen_on(host, port)
    with listening:
        port = listening.getsockname()[1]
        key = secrets.token_urlsafe(24)
        shown = f"[{host}]" if ":" in host else host
        print(
            f"http://{shown}:{port}/?key={key}     {desk.flow_folder} is watched; Ctrl-C ends", file=stream, flush=True
        )
        config = uvicorn.Config(
            Guarded(application(desk), key, host_names(host, port)),
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
            lifespan="on",
        )
        uvicorn.Server(config).run(sockets=[listening])
