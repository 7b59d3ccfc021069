"""News for the pages that are open: one name each (`flow`, `checked`, ...); a page asks anew for what it shows of it.

All news are numbered. A page is drawn with the number of the last; the stream begins with the number as it is by then, so that what
came in between is not missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

BEAT = 15.0
"""Seconds after which a page that heard nothing is told that all is well, so that a lost connection is noticed."""
WAITING = 64
"""News that may wait for a page that does not read; what comes then is left out, since it asks anew for everything."""


class News:
    """Whom to tell, in the one event loop of the workbench."""

    def __init__(self) -> None:
        self._listening: set[asyncio.Queue[str]] = set()
        self.number = 0

    def tell(self, name: str) -> None:
        """Tell all pages that are open."""
        self.number += 1
        for queue in self._listening:
            with suppress(asyncio.QueueFull):
                queue.put_nowait(name)

    async def stream(self) -> AsyncIterator[bytes]:
        """Server-sent events for one page, until it goes."""
        queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self._listening.add(queue)
        try:
            yield f"data: #{self.number}\n\n".encode()
            while True:
                try:
                    name = await asyncio.wait_for(queue.get(), BEAT)
                except TimeoutError:
                    yield b": still here\n\n"
                else:
                    yield f"data: {name}\n\n".encode()
        finally:
            self._listening.discard(queue)
