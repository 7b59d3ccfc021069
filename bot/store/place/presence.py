"""Whether the SQLite file is still the one that was opened: who goes on writing into one that was removed loses it all."""

from __future__ import annotations

import os
from pathlib import Path

from bot.store.errors import StoreUnavailable


class Presence:
    """`path`: the file, which is open; None: no file is asked about."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._opened = None if path is None else _identity(path)

    def check(self) -> None:
        """Raises StoreUnavailable if the file is not there any more, or another one is."""
        if self._path is None or self._opened is None:
            return
        now = _identity(self._path)
        if now is None:
            raise StoreUnavailable(
                f"{self._path} was removed or moved while the bot uses it: nothing is taken until it is back. Move it back; "
                "if it is gone for good, stop the bot, and restore a backup."
            )
        if now != self._opened:
            raise StoreUnavailable(
                f"{self._path} was replaced by another file while the bot uses it: nothing is taken any more. Restart the bot if "
                "the new one is meant (`symptom-bot restore` puts a backup back), or put back the old one."
            )


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands there; None if none does."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
