"""Who may write to a SQLite file: one process, which holds a lock beside the file for as long as it lives.

The lock is the operating system's, so it ends with the process however that ends; the file itself stays, because
removing it would let two processes hold locks on two files of the same name.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.store.errors import StoreError


class Ownership:
    """A held lock; `release` gives it back."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def take_ownership(database: Path, purpose: str) -> Ownership:
    """Become the one process that owns `database`. `purpose` is told to whoever comes second."""
    lock = database.with_name(database.name + ".lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise StoreError(
            f"Cannot write beside {database} ({error.strerror}). Make its folder writable, "
            "or set DATABASE_URL to another place."
        ) from None
    if not lock_now(descriptor):
        os.lseek(descriptor, 1, os.SEEK_SET)  # Windows lets nobody else read the locked first byte
        owner = os.read(descriptor, 200).decode("utf-8", "replace").strip() or "another process"
        os.close(descriptor)
        raise StoreError(f"{database} is in use by {owner}. Stop it first, or set DATABASE_URL to another file.")
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f" {purpose} (process {os.getpid()})\n".encode())
    return Ownership(descriptor)


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def lock_now(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def lock_now(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
