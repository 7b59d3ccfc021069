"""The bot with nothing encrypted and nothing counted, to measure what that costs: never for patients.

`python -m tests.benchmarks.unsealed run` is `symptom-bot run` so.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from bot.cli import main
from bot.service import service
from bot.store.sealing.vault import ChatKey, Vault

_CIPHER: Any = object()


@contextmanager
def unsealed() -> Iterator[None]:
    """A vault that gives back what it gets; for stores that are opened meanwhile."""
    with (
        patch.object(Vault, "_row", lambda self, chat: chat),
        patch.object(Vault, "_kind", lambda self, row, kind: kind),
        patch.object(Vault, "new_key", lambda self, row: ChatKey(row, self.keys.keys.newest.id, b"-", _CIPHER)),
        patch.object(Vault, "chat_key", lambda self, row, by, wrapped: ChatKey(row, by, wrapped, _CIPHER)),
        patch.object(ChatKey, "seal", lambda self, place, text: text.encode()),
        patch.object(ChatKey, "open", lambda self, place, sealed: bytes(sealed).decode()),
        patch.object(service, "counted_in", lambda handled: {}),
    ):
        yield


if __name__ == "__main__":
    with unsealed():
        sys.exit(main(sys.argv[1:]))
