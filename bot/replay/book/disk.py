"""Which files have changed since the last look: their time, size and inode, without reading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

Stamp = tuple[int, int, int]


class Disk:
    """Looks at files. A file that is empty is believed at the second look only: editors empty a file before they write it."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._known = _stamps(files)
        self._doubted: set[Path] = set()

    def changed(self, files: Iterable[Path]) -> frozenset[Path]:
        """Those that are new, are gone, or are not as they were at the last look."""
        now = _stamps(files)
        emptied = {f for f, stamp in now.items() if stamp[1] == 0 and self._known.get(f) != stamp} - self._doubted
        found = {f for f in {**self._known, **now} if self._known.get(f) != now.get(f)} - emptied
        self._doubted = emptied
        before = {f: self._known[f] for f in emptied if f in self._known}
        self._known = {**{f: s for f, s in now.items() if f not in emptied}, **before}
        return frozenset(found)


def _stamps(files: Iterable[Path]) -> dict[Path, Stamp]:
    found: dict[Path, Stamp] = {}
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        found[file] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found
