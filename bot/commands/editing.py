"""What `symptom-bot replay` does while somebody edits: `--watch` and `--update`.

`--watch` is a warm process that plays what is edited as soon as it is saved, until Ctrl-C. The newest edit wins: what it
touches is played before whatever was still to be played. `--update` writes the bot's new wording into scripts.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from bot.replay.book.book import Book, Changes
from bot.replay.book.brief import brief_broken, brief_failure, brief_findings, failure_list
from bot.replay.book.entries import BookEntry
from bot.replay.book.records import Records
from bot.replay.book.rewording import RewordedScript, reworded
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import transcript
from bot.replay.script.flows import FlowFolders

from .common import FOUND, OK, Stop
from .replaying import save_records, write_reports

LOOK_EVERY = 0.05
"""Seconds between two looks at the disk, which takes some 2 ms of them."""
MOST_SHOWN = 10
"""Failures of one edit that are shown; the list at the end has all of them."""


def watch_command(
    paths: Sequence[Path],
    flows: FlowFolders,
    stream: TextIO,
    *,
    words: str = "",
    failed: bool = False,
    build: Path | None = None,
    verbose: bool = False,
    junit: Path | None = None,
    html: Path | None = None,
) -> int:
    """Play what is not known to pass as it is (`failed`: only what failed last time), then what is edited. See
    `replay_command`; the reports are written anew whenever nothing is left to play."""
    book = Book(paths, flows, Records(build))
    watcher = Watcher(book, words, verbose, junit, html, stream)
    try:
        watcher.begin(failed)
        while True:
            watcher.go_on()
    except KeyboardInterrupt:
        save_records(book)
        print("\nEnded.", file=stream, flush=True)
    return OK


class Watcher:
    """`now`: what the newest edit touches; `later`: the rest, in its turn."""

    def __init__(
        self, book: Book, words: str, verbose: bool, junit: Path | None, html: Path | None, stream: TextIO
    ) -> None:
        self.book, self.words, self.verbose, self.stream = book, words, verbose, stream
        self.junit, self.html = junit, html
        self.now: deque[BookEntry] = deque()
        self.later: deque[BookEntry] = deque()
        self._came: dict[tuple[str, str], Played] = {}
        self._looked = self._began = time.monotonic()
        self._passed = self._failed = self._shown = 0

    def begin(self, failed: bool) -> None:
        """Say what is there, and begin with what is not known to pass."""
        all_of_them = self.book.select(self.words)
        chosen = self.book.select(self.words, failed=True) if failed else all_of_them
        self.later.extend(e for e in chosen if failed or e.state != "passed" or self.junit or self.html)
        scripts = len({e.file for e in all_of_them})
        known = sum(e.state == "passed" for e in all_of_them)
        self._say(f"{len(all_of_them)} cases in {scripts} scripts, {known} known to pass as they are. Ctrl-C ends.")
        for entry in self.book.broken:
            self._say(brief_broken(entry))
        self._whole_if_done()

    def go_on(self) -> None:
        """Look at the disk if it is time to, then play one case, or wait a moment."""
        if time.monotonic() - self._looked >= LOOK_EVERY:
            changes = self.book.refresh()
            self._looked = time.monotonic()
            if changes is not None:
                self._edited(changes)
        if self.now:
            self._play(self.now.popleft())
            if not self.now:
                self._part()
                self._whole_if_done()
        elif self.later:
            self._play(self.later.popleft())
            self._whole_if_done()
        else:
            time.sleep(LOOK_EVERY)

    def _edited(self, changes: Changes) -> None:
        self._began, self._passed, self._failed, self._shown = time.monotonic(), 0, 0, 0
        names = list(dict.fromkeys(file.name for file in changes.files))
        self._say(f"\n--- {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}")
        if changes.flows:
            self._say(brief_findings(changes.flows))
            self._say("This flow cannot be used; scripts are played with what it was before.")
        for entry in changes.broken:
            self._say(brief_broken(entry))
        first, rest = self._of_words(changes.first), self._of_words(changes.rest)
        newer = {e.key for e in (*first, *rest)}
        waiting = [e.key for e in (*self.now, *self.later) if e.key not in newer]
        there = {e.key: e for e in self.book.entries if e.case is not None}
        self.now = deque(first)
        self.later = deque([*(there[key] for key in waiting if key in there), *rest])
        if not first:
            self._whole_if_done()

    def _of_words(self, entries: Iterable[BookEntry]) -> list[BookEntry]:
        return [e for e in entries if e.has(self.words)]

    def _play(self, entry: BookEntry) -> None:
        for outcome in self.book.play([entry]):
            if self.junit or self.html:
                self._came[entry.key] = replace(outcome, handled=())
            if outcome.passed:
                self._passed += 1
                if self.verbose:
                    self._say(f"ok  {outcome.case.title}\n{transcript(outcome)}\n")
                continue
            self._failed += 1
            self._shown += 1
            if self._shown <= MOST_SHOWN:
                self._say(brief_failure(outcome) + "\n")

    def _part(self) -> None:
        """What came of the newest edit, before the rest is played."""
        failed = f", {self._failed} FAILED" if self._failed else ""
        rest = f"; {len(self.later)} more to play" if self.later else ""
        self._say(f"played: {self._passed} passed{failed}  ({time.monotonic() - self._began:.2f} s){rest}")

    def _whole_if_done(self) -> None:
        """Where everything stands, once nothing is left to play."""
        if self.now or self.later:
            return
        save_records(self.book)
        there = {e.key for e in self.book.entries if e.case is not None}
        write_reports(self.book, [o for key, o in self._came.items() if key in there], self.junit, self.html)
        failing, broken = self._of_words(self.book.failing), self.book.broken
        listed = failure_list(failing, broken)
        if listed:
            self._say(listed)
        passed = sum(e.state == "passed" for e in self.book.select(self.words))
        parts = [f"{passed} passed", *[f"{len(failing)} FAILED"] * bool(failing)]
        parts += [f"{len(broken)} cannot be read"] * bool(broken)
        self._say(f"all: {', '.join(parts)}")

    def _say(self, text: str) -> None:
        print(text, file=self.stream, flush=True)


# --- the bot's new wording ---------------------------------------------------------------------------------------------


def update_command(
    paths: Sequence[Path],
    flows: FlowFolders,
    stream: TextIO,
    *,
    words: str = "",
    failed: bool = False,
    build: Path | None = None,
) -> int:
    """Play the scripts, reword those that fail by their wording alone, and say what was changed and what was not.

    0 if all that failed was reworded; a level, a rule or what is asked is never rewritten. Raises Stop.
    """
    book = Book(paths, flows, Records(build))
    for finding in book.scripts.findings:
        print(finding, file=stream)
    failing = {outcome.case.file: None for outcome in book.play(book.select(words, failed)) if not outcome.passed}
    found = [reworded(Path(file), flows) for file in failing]
    for script in found:
        _write(script, stream)
    book.refresh()
    for _ in book.play([e for e in book.entries if e.file in failing]):
        pass
    save_records(book)
    changed, left = sum(len(s.changes) for s in found), sum(len(s.refused) for s in found)
    print(f"{changed} wordings rewritten, {left} failing cases left as they are", file=stream)
    return FOUND if left or book.broken else OK


def _write(script: RewordedScript, stream: TextIO) -> None:
    if script.changes:
        try:
            script.file.write_bytes(script.text.encode("utf-8"))
        except OSError as error:
            raise Stop(f"{script.file} cannot be written: {error.strerror}.") from None
    for change in script.changes:
        print(f"{change.place}\n  was  {change.old}\n  now  {change.new}", file=stream)
    for case in script.refused:
        print(f"{case.place}  left as it is: {case.title}\n  {case.why}", file=stream)
