"""The scripts of some files and folders as a book: each script read on its own, each case with what it last came to.

Nothing is printed here. `entries` lists all there is; `play` plays some and keeps what came; `refresh` looks at the disk,
reads again what changed, and says what to play.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import run_all, versions_of
from bot.replay.playing.ways import MemoryWay, Way
from bot.replay.script.flows import FlowFolders
from bot.replay.script.fragments import FRAGMENTS
from bot.replay.script.reading import Scripts, files_in, read_file, same_titles

from .disk import Disk
from .entries import BookEntry, came_of, digest_of
from .records import Records
from .touched import edited_names

_READ = (".yaml", ".yml", ".csv")


@dataclass(frozen=True)
class Changes:
    """What changed on the disk. `first`: what to play now, what an edit touches; `rest`: the other cases of an edited flow;
    `broken`: scripts that were saved and cannot be read; `flows`: what is wrong with a flow that cannot be used, of which
    the version before is played on."""

    files: tuple[Path, ...]
    first: tuple[BookEntry, ...] = ()
    rest: tuple[BookEntry, ...] = ()
    broken: tuple[BookEntry, ...] = ()
    flows: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class _Page:
    """One script file as it was read. `digests`: of its cases, in their order."""

    scripts: Scripts
    digests: tuple[str, ...]

    @property
    def uses_fragments(self) -> bool:
        return any(line.used is not None for case in self.scripts.cases for line in case.lines)


class Book:
    """`paths`: scripts and folders of scripts; `records`: what cases came to, kept between runs.

    `scripts`: what can be played, and everything that is wrong; `entries`: the same by file, broken scripts among them.
    """

    def __init__(self, paths: Sequence[Path], flows: FlowFolders, records: Records) -> None:
        self.paths, self.flows, self.records = tuple(paths), flows, records
        self.scripts, self.entries = Scripts(), tuple[BookEntry, ...]()
        self._pages: dict[Path, _Page] = {}
        self._read(frozenset())
        self._disk = Disk(self._files())

    def select(self, words: str = "", failed: bool = False) -> tuple[BookEntry, ...]:
        """The cases with these words; `failed`: only those that are not known to have passed when last played."""
        found = (e for e in self.entries if e.case is not None and e.has(words))
        return tuple(e for e in found if not failed or e.failed_last)

    @property
    def broken(self) -> tuple[BookEntry, ...]:
        """The scripts that cannot be read."""
        return tuple(e for e in self.entries if e.case is None)

    @property
    def failing(self) -> tuple[BookEntry, ...]:
        """The cases that failed as script and flow are now."""
        return tuple(e for e in self.entries if e.state == "failed")

    def of(self, entries: Iterable[BookEntry]) -> Scripts:
        """These cases, ready to be run."""
        return replace(self.scripts, cases=[e.case for e in entries if e.case is not None], findings=[])

    def play(
        self, entries: Iterable[BookEntry], ways: Sequence[Way] = (), seeds: Sequence[int | None] = (None,)
    ) -> Iterator[Played]:
        """Play these cases, in memory if no way is named. What came is kept; `save` writes it."""
        return self.kept(run_all(self.of(entries), ways or (MemoryWay(),), seeds))

    def kept(self, outcomes: Iterable[Played]) -> Iterator[Played]:
        """The outcomes, each kept; of a case that is played on several ways the one that failed."""
        digests = {entry.key: entry.digest for entry in self.entries if entry.case is not None}
        failed: set[tuple[str, str]] = set()
        for outcome in outcomes:
            key = outcome.case.file, outcome.case.title
            if key in digests and key not in failed:
                self.records.keep(*key, came_of(outcome, digests[key]))
                last = self.records.last(*key)
                same = (e.case is not None and e.key == key for e in self.entries)
                self.entries = tuple(
                    replace(e, last=last) if here else e for e, here in zip(self.entries, same, strict=True)
                )
            if not outcome.passed:
                failed.add(key)
            yield outcome

    def save(self) -> None:
        """Write what was kept. Raises OSError."""
        self.records.save(entry.key for entry in self.entries)

    # --- what changed -------------------------------------------------------------------------------------------------

    def refresh(self) -> Changes | None:
        """Read again what changed on the disk since the last look; None if nothing did."""
        changed = self._disk.changed(self._files())
        if not changed:
            return None
        names: set[str] = set()
        wrong: list[Finding] = []
        of_flow: set[Path] = set()
        mended = any(file.name == FRAGMENTS for file in changed)
        again = {f for f, p in self._pages.items() if p.scripts.tables & changed or (mended and p.uses_fragments)}
        for folder in self.flows.read_folders():
            if any(file.parent == folder for file in changed):
                before, _ = self.flows.read(folder)
                now, findings = self.flows.read_again(folder)
                if now is None:
                    wrong.extend(findings)
                    continue
                mended = True
                if before is not None:
                    names |= edited_names(before, now)
                    of_flow |= {f for f, page in self._pages.items() if _runs_in(page, before)}
        if mended:
            again |= {f for f, page in self._pages.items() if page.scripts.findings}
        entries, pages = {e.key: e for e in self.entries}, set(self._pages)
        self._read(again | of_flow | (pages & changed))
        saved = set(self._pages) & changed
        return self._to_play(changed, entries, saved, {str(f) for f in of_flow}, names, tuple(wrong))

    def _to_play(
        self, changed: frozenset[Path], before: dict[tuple[str, str], BookEntry], saved: set[Path], of_flow: set[str],
        names: set[str], wrong: tuple[Finding, ...],
    ) -> Changes:  # fmt: skip
        first: list[BookEntry] = []
        rest: list[BookEntry] = []
        for entry in self.entries:
            was = before.get(entry.key)
            if entry.case is None or (was is not None and was.digest == entry.digest):
                continue
            here = was is not None and entry.file in of_flow and Path(entry.file) not in saved
            touched = entry.last is None or not entry.last.passed or bool(entry.last.visited & names)
            (rest if here and not touched else first).append(entry)
        played = {e.file for e in first}
        for entry in self.entries:  # a script that was saved is played, also if it says what it said
            if entry.case is not None and Path(entry.file) in saved and entry.file not in played:
                first.append(entry)
        broken = tuple(e for e in self.broken if before.get(e.key) != e)
        first.sort(key=lambda e: Path(e.file) not in saved)
        return Changes(tuple(sorted(changed)), tuple(first), tuple(rest), broken, wrong)

    def _files(self) -> Iterator[Path]:
        """Every file that makes a difference, whether it is there or not."""
        for path in self.paths:
            if path.is_dir():
                for folder, _, names in os.walk(path):
                    yield from (Path(folder, name) for name in names if name.endswith(_READ))
            else:
                yield path
            yield from (folder / FRAGMENTS for folder in (path.resolve() / "_").parents)
        for page in self._pages.values():
            yield from page.scripts.tables
        for flow in self.flows.read_folders():
            yield from flow.glob("*.y*ml")

    def _read(self, again: Set[Path]) -> None:
        """List the files, read those that are new or named, and put everything in order."""
        found = Scripts()
        files = list(files_in(self.paths, found.findings))
        pages = {f: page for f, page in self._pages.items() if f not in again}
        self._pages = {file: pages.get(file) or self._page(file) for file in files}
        listed = [BookEntry(f.place.file, Path(f.place.file).name, f.place, findings=(f,)) for f in found.findings]
        for page in self._pages.values():
            found.cases.extend(page.scripts.cases)
            found.findings.extend(page.scripts.findings)
            found.flows.update(page.scripts.flows)
        before = len(found.findings)
        same_titles(found)
        once = set(map(id, found.cases))
        twice = {f.place: f for f in found.findings[before:]}
        for file, page in self._pages.items():
            findings = tuple(sorted(page.scripts.findings))
            if findings:
                listed.append(BookEntry(str(file), file.name, findings[0].place, findings=findings))
            for case, digest in zip(page.scripts.cases, page.digests, strict=True):
                entry = BookEntry(
                    case.file, case.title, case.place, case, digest, self.records.last(case.file, case.title)
                )
                listed.append(
                    entry if id(case) in once else replace(entry, case=None, last=None, findings=(twice[case.place],))
                )
        found.findings.sort()
        self.scripts, self.entries = found, tuple(listed)

    def _page(self, file: Path) -> _Page:
        found = Scripts()
        read_file(file, self.flows, found)
        if found.findings:
            found.cases.clear()
        return _Page(found, tuple(digest_of(c, found.flow(c), versions_of(found, c)) for c in found.cases))


def _runs_in(page: _Page, flow: Flow) -> bool:
    return any(f is flow for f in page.scripts.flows.values())
