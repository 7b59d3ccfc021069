"""Which chats were erased, beside the key file: so that they stay erased when an older backup is put back.

A line is what a chat's row was called at random when it began (`born`), and when it was erased (seconds UTC). It names nobody, and
no clock decides what counts: who comes back begins a row with another name. It goes once no backup of before can be read.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from bot.store.errors import StoreError

from .key_file import changing, write_privately


class Erased:
    """The list beside the key file `keys`; None: that of a database in memory, which nobody can put back."""

    def __init__(self, keys: Path | None) -> None:
        self.path = None if keys is None else keys.with_name(keys.name + ".erased")

    def add(self, born: Collection[str], now: float) -> None:
        """Write down that these chats were erased. Raises StoreError."""
        if self.path is None or not born:
            return
        try:
            with changing(self.path):
                file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                try:
                    os.write(file, "".join(f"{row} {now:.3f}\n" for row in born).encode())
                    os.fsync(file)
                finally:
                    os.close(file)
        except OSError as error:
            raise StoreError(
                f"Cannot write {self.path} ({error.strerror}). Make the folder of the key file writable for the bot's user: "
                "what is erased meanwhile comes back if an older backup is put back."
            ) from None

    def all(self) -> Mapping[str, float]:
        """Random name -> when it was erased. A line that a crash has halved is passed over."""
        if self.path is None:
            return {}
        try:
            lines = self.path.read_text(encoding="ascii", errors="replace").splitlines()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"Cannot read {self.path} ({error.strerror}). Let the bot's user read it.") from None
        found: dict[str, float] = {}
        for line in lines:
            row, _, at = line.partition(" ")
            try:
                found[row] = max(float(at), found.get(row, 0.0))
            except ValueError:
                continue
        return found

    def forget(self, before: float) -> None:
        """Leave out what was erased before a time. Raises StoreError."""
        if self.path is None or all(at >= before for at in self.all().values()):
            return
        try:
            with changing(self.path):
                found = self.all()
                kept = {row: at for row, at in found.items() if at >= before}
                if len(kept) < len(found):
                    fresh = self.path.with_name(self.path.name + ".new")
                    text = "".join(f"{row} {at:.3f}\n" for row, at in sorted(kept.items(), key=lambda one: one[1]))
                    write_privately(fresh, text.encode(), like=self.path)
                    os.replace(fresh, self.path)
        except OSError as error:
            raise StoreError(f"Cannot write {self.path} ({error.strerror}). Make its folder writable.") from None
