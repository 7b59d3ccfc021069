"""The short way for posted updates inside uvicorn: a request that is exactly what Telegram sends is read here.

uvicorn's own reading of a request and the ASGI call cost more than the turn that the update makes. Whatever is not a plain
`POST` of a known length to the webhook's path is handed to uvicorn's protocol, connection and all (bot/README.md).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from uvicorn.protocols.http.h11_impl import H11Protocol

LARGEST = 1_000_000
"""Bytes of one update; Telegram's are far smaller."""
LONGEST_HEAD = 16_384

Answer = tuple[int, bytes, bytes]
"""Status, content type, body."""
Take = Callable[[bytes, bytes], Awaitable[Answer]]
"""(secret, body) -> the answer."""

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
_SECRET = re.compile(rb"\r\nx-telegram-bot-api-secret-token:[ \t]*([^\r\n]*?)[ \t]*\r\n", re.IGNORECASE)
_UNUSUAL = re.compile(rb"\r\n(?:transfer-encoding|expect|upgrade|connection:[^\r]*close)", re.IGNORECASE)
_REASONS = {status.value: status.phrase for status in HTTPStatus}


def quick(path: str, take: Take) -> type[H11Protocol]:
    """The protocol class for uvicorn."""
    beginning = f"POST {path} HTTP/1.1\r\n".encode()

    class Quick(H11Protocol):
        """One connection. It goes uvicorn's way for good from the first request that is not a plain one."""

        _buffer = b""
        _uvicorns = False
        _busy = False
        _last = False

        def data_received(self, data: bytes) -> None:
            if self._uvicorns:
                super().data_received(data)
                return
            self._buffer = self._buffer + data if self._buffer else data
            self._unset_keepalive_if_required()
            if not self._busy:
                self._read()

        def _read(self) -> None:
            buffer = self._buffer
            if not buffer.startswith(beginning):
                if not beginning.startswith(buffer):
                    self._hand_over()
                return
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(buffer) > LONGEST_HEAD:
                    self._hand_over()
                return
            head = buffer[: end + 2]
            lengths = _LENGTH.findall(head)
            if len(lengths) != 1 or int(lengths[0]) > LARGEST or _UNUSUAL.search(head):
                self._hand_over()
                return
            after = end + 4 + int(lengths[0])
            if len(buffer) < after:
                return
            self._buffer = buffer[after:]
            secret = _SECRET.search(head)
            self._busy = True
            task = asyncio.get_running_loop().create_task(
                self._serve(secret[1] if secret else b"", buffer[end + 4 : after])
            )
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

        def _hand_over(self) -> None:
            self._uvicorns = True
            buffer, self._buffer = self._buffer, b""
            super().data_received(buffer)

        async def _serve(self, secret: bytes, body: bytes) -> None:
            status, kind, answer = await take(secret, body)
            self._busy = False
            if self.transport.is_closing():
                return
            self.transport.write(
                b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s"
                % (status, _REASONS[status].encode(), kind, len(answer), answer)
            )
            if self._last:
                self.transport.close()
            elif self._buffer:
                self._read()
            else:
                self.timeout_keep_alive_task = asyncio.get_running_loop().call_later(
                    self.timeout_keep_alive, self.timeout_keep_alive_handler
                )

        def shutdown(self) -> None:
            """Called by uvicorn when it ends: what was begun is answered first."""
            if self._busy:
                self._last = True
            else:
                super().shutdown()

    return Quick
