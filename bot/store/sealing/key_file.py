"""The key file, which lies outside the database: the lookup key, the wrapping keys by age, and which are destroyed.

Rules: it is made only for a database that holds nothing sealed yet; it belongs to one database; every change replaces it
whole and overwrites what stood there; whoever changes it reads it anew first, with the others locked out.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from bot.store.errors import StoreError
from bot.store.place.ownership import lock_now

FORMAT = 1
LENGTH = 32
PATIENCE = 5.0
"""Seconds for which another process may be changing the file."""


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """A key that wraps the keys of chats. `made`: seconds UTC."""

    id: str
    made: float
    key: bytes


@dataclass(frozen=True, slots=True)
class Keys:
    """What a key file holds. `database`: the id of the database that it belongs to; `bound`: that database exists;
    `wrapping`: oldest first; `destroyed`: id -> when, of wrapping keys that nobody has any more."""

    database: str
    lookup: bytes
    wrapping: tuple[WrappingKey, ...]
    bound: bool = False
    destroyed: Mapping[str, float] = field(default_factory=dict)

    @property
    def newest(self) -> WrappingKey:
        return self.wrapping[-1]

    def replaced(self, made: float, replaced: float) -> frozenset[str]:
        """The ids of those that were made, and replaced by the next one, by these times."""
        return frozenset(key.id for key, by in pairwise(self.wrapping) if key.made <= made and by.made <= replaced)


def fresh_keys(now: float) -> Keys:
    """Keys that were never used."""
    return Keys(secrets.token_hex(16), secrets.token_bytes(LENGTH), (_wrapping_key(now),))


def _wrapping_key(now: float) -> WrappingKey:
    return WrappingKey(secrets.token_hex(6), now, secrets.token_bytes(LENGTH))


class KeyFile:
    """The keys of `path` as they were last read; None: keys of this process alone, for a database in memory."""

    def __init__(self, path: Path | None, keys: Keys) -> None:
        self.path = path
        self.keys = keys
        self._seen = _stamp(path)

    @staticmethod
    def open(path: Path, where: str) -> KeyFile:
        """The file that is there. Raises StoreError, which says what to do; `where`: the database that needs it."""
        return KeyFile(path, _read(path, where))

    @staticmethod
    def make(path: Path, now: float) -> KeyFile:
        """The file, made if there is none. Raises StoreError."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with changing(path):
                if not path.exists():
                    _write(path, fresh_keys(now))
        except OSError as error:
            raise StoreError(_cannot_write(path, error)) from None
        return KeyFile(path, _read(path, "The new database"))

    @staticmethod
    def in_memory(now: float) -> KeyFile:
        """Keys for a database that ends with the process."""
        return KeyFile(None, fresh_keys(now))

    @property
    def open_to_others(self) -> bool:
        """Whether people beside its owner may read the file."""
        return self.path is not None and os.name == "posix" and bool(self.path.stat().st_mode & 0o077)

    def refresh(self) -> None:
        """Take up what another process changed. A file that cannot be read just now leaves the keys as they are."""
        if self.path is None or _stamp(self.path) == self._seen:
            return
        try:
            stamp = _stamp(self.path)
            self.keys, self._seen = _read(self.path, "The database"), stamp
        except StoreError:
            return

    def wrapping(self, id_: str) -> WrappingKey | None:
        """A wrapping key by its id; None if it is not there (any more)."""
        for known in (False, True):
            for key in self.keys.wrapping:
                if key.id == id_:
                    return key
            if not known:
                self.refresh()
        return None

    def bind(self) -> None:
        """Say that its database exists: from now on the file serves no other."""
        if not self.keys.bound:
            self._change(lambda keys: replace(keys, bound=True))

    def add(self, now: float, older_than: float) -> bool:
        """Make a new wrapping key if the newest one was made by `older_than`. False: another process did so meanwhile."""
        made: list[WrappingKey] = []

        def added(keys: Keys) -> Keys:
            if older_than < keys.newest.made <= now:
                return keys
            made.append(_wrapping_key(now))
            # A key of the future was made by a clock that was wrong: it must not outlive the others for that.
            known = tuple(replace(key, made=min(key.made, now)) for key in keys.wrapping)
            return replace(keys, wrapping=(*known, *made))

        self._change(added)
        return bool(made)

    def destroy(self, ids: frozenset[str], now: float) -> int:
        """Destroy these wrapping keys, for good; the newest one stays. Returns how many went."""
        before = len(self.keys.wrapping)

        def without(keys: Keys) -> Keys:
            gone = {key.id for key in keys.wrapping[:-1] if key.id in ids}
            kept = tuple(key for key in keys.wrapping if key.id not in gone)
            return replace(keys, wrapping=kept, destroyed={**keys.destroyed, **dict.fromkeys(gone, now)})

        self._change(without)
        return before - len(self.keys.wrapping)

    def _change(self, change: Callable[[Keys], Keys]) -> None:
        path = self.path
        if path is None:
            self.keys = change(self.keys)
            return
        try:
            with changing(path):
                before = _read(path, "The database")
                after = change(before)
                if after != before:
                    _write(path, after)
                self.keys, self._seen = after, _stamp(path)
        except OSError as error:
            raise StoreError(_cannot_write(path, error)) from None


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile. Raises StoreError if somebody does so for too long."""
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        give_up = monotonic() + PATIENCE
        while not lock_now(descriptor):
            if monotonic() > give_up:
                raise StoreError(f"{path} is being changed by another process for {PATIENCE:.0f} s. End that process.")
            sleep(0.01)
        yield
    finally:
        os.close(descriptor)


def _stamp(path: Path | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _read(path: Path, where: str) -> Keys:
    for again in (True, True, False):
        try:
            return _parsed(path.read_bytes())
        except FileNotFoundError:
            raise StoreError(
                f"The keys of {where} are not there: {path} is missing. Put it back from your copy, or set DATA_KEY_FILE to "
                "where it is. Nothing was changed; without it nothing of what is kept can be read."
            ) from None
        except OSError as error:
            raise StoreError(
                f"The keys of {where} cannot be read: {path} ({error.strerror}). Let the bot's user read and write it. "
                "Nothing was changed."
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            if again:  # it was replaced under our eyes
                sleep(0.01)
    raise StoreError(f"{path} is damaged or is no key file. Put it back from your copy. Nothing was changed.")


def _parsed(text: bytes) -> Keys:
    plain: Any = json.loads(text)
    if plain["symptom_bot_keys"] != FORMAT:
        raise ValueError
    wrapping = tuple(WrappingKey(k["id"], float(k["made"]), _bytes(k["key"])) for k in plain["wrapping"])
    if not wrapping:
        raise ValueError
    destroyed = {str(id_): float(at) for id_, at in plain["destroyed"].items()}
    return Keys(str(plain["database"]), _bytes(plain["lookup"]), wrapping, bool(plain["bound"]), destroyed)


def _bytes(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != LENGTH:
        raise ValueError
    return key


def _write(path: Path, keys: Keys) -> None:
    """Replace the file, as one step that a crash does not halve, and overwrite what stood there."""
    plain = {
        "symptom_bot_keys": FORMAT,
        "keep": "Apart from the database and its copies. Without this file nothing in them can be read.",
        "database": keys.database,
        "bound": keys.bound,
        "lookup": base64.b64encode(keys.lookup).decode(),
        "wrapping": [{"id": k.id, "made": k.made, "key": base64.b64encode(k.key).decode()} for k in keys.wrapping],
        "destroyed": dict(keys.destroyed),
    }
    fresh = path.with_name(path.name + ".new")
    write_privately(fresh, json.dumps(plain, indent=1).encode(), like=path)
    old = os.open(path, os.O_RDWR) if os.name == "posix" and path.exists() else None
    try:
        os.replace(fresh, path)
        _sync_folder(path.parent)
        if old is not None:
            os.pwrite(old, b"\0" * os.fstat(old).st_size, 0)
            os.fsync(old)
    finally:
        if old is not None:
            os.close(old)


def write_privately(path: Path, content: bytes, like: Path) -> None:
    """Write a file that its owner alone can read, durably; its owner and mode are those of `like`, if that exists."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if os.name == "posix" and like.exists():  # whoever changes it need not be whom the bot runs as
            found = like.stat()
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode))
            if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(descriptor, found.st_uid, found.st_gid)
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # pragma: no cover
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_write(path: Path, error: OSError) -> str:
    return (
        f"Cannot write the key file {path} ({error.strerror}). Make it and its folder writable for the bot's user, "
        "or set DATA_KEY_FILE to another place. Nothing was changed."
    )
