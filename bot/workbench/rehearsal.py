"""The scripts and people of the workbench, and what each came to: read, watched and played in a thread of its own."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Literal, NamedTuple

from bot.core.model.findings import Finding, Place
from bot.library import Equip
from bot.replay.book.book import Book
from bot.replay.book.entries import BookEntry
from bot.replay.book.records import Records
from bot.replay.book.touched import visited_by
from bot.replay.crowd.reading import read_people
from bot.replay.playing.counted import asked_in, tallied_in
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import run_all
from bot.replay.playing.ways import MemoryWay
from bot.replay.script.flows import FlowFolders
from bot.replay.script.model import Case
from bot.replay.script.reading import Scripts
from bot.service.people.table import PeopleTable, people_of
from bot.store import Tallied

LOOK_EVERY, TELL_EVERY = 0.5, 0.5
"""Seconds between two looks at the folders, and between two pieces of news while much is played."""
Which = Literal["all", "failed", "touched", "people"]
Visited = frozenset[str]


class Rehearsed(NamedTuple):
    """A script or a person, and what it came to. `id`: to name it by; `state`: as of a `BookEntry`; `touched`: whether the last
    edit of the flow may have changed what it comes to; `why`: what is wrong, in a line."""

    id: str
    kind: Literal["script", "person"]
    title: str
    place: Place
    state: str
    touched: bool = False
    why: str = ""


class Progress(NamedTuple):
    """What is being played: so many of so many."""

    done: int
    whole: int


@dataclass
class _People:
    scripts: Scripts = field(default_factory=Scripts)
    came: dict[str, tuple[str, Played, Visited]] = field(default_factory=dict)
    """Person -> the version of the flow, what they came to, and what they visited."""


class Rehearsal:
    """`told`: called from the thread whenever something is new; `busy`: whether a save is being checked, which goes first."""

    def __init__(
        self,
        flows: tuple[Path, ...],
        scripts: Path,
        people: Path,
        build: Path,
        flow: str,
        equip: Equip,
        told: Callable[[], None],
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._scripts, self._people_folder, self._build = scripts, people, build
        self._busy = busy
        self._folders, self._flow, self._told = FlowFolders(flows, equip), flow, told
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._stop, self._no_more = threading.Event(), threading.Event()
        self._book: Book | None = None
        self._people = _People()
        self._tallied: dict[str, tuple[str, Counter[Tallied]]] = {}
        self._asked: dict[str, tuple[str, ...]] = {}
        self._touched: frozenset[tuple[str, str]] = frozenset()
        self.progress: Progress | None = None
        self.read = False
        self._thread = threading.Thread(target=self._work, name="rehearsal", daemon=True)

    def start(self) -> None:
        """Begin to read and to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is being played is left."""
        self._stop.set()
        self._no_more.set()
        self._orders.put(None)
        self._thread.join(10)

    # --- what is asked of it --------------------------------------------------------------------------------------------

    def listed(self, words: str = "", state: str = "") -> list[Rehearsed]:
        """Scripts and people with these words, in this state (`touched` is one too); what failed first."""
        found = [*self._scripts_listed(), *self._people_listed()]
        said = words.casefold().split()
        found = [r for r in found if all(word in f"{r.title} {r.place.file}".casefold() for word in said)]
        if state:
            found = [r for r in found if r.state == state or (state == "touched" and r.touched)]
        order = {"failed": 0, "broken": 0, "outdated": 1, "new": 2, "passed": 3}
        return sorted(found, key=lambda r: order[r.state])

    def counts(self) -> Mapping[str, int]:
        """State -> how many."""
        return Counter(r.state for r in self.listed())

    def case(self, id: str) -> tuple[Rehearsed, Case | None, tuple[Finding, ...]] | None:
        """A script or person by its id: with its case, or with what is wrong with it."""
        listed = next((r for r in self.listed() if r.id == id), None)
        if listed is None:
            return None
        for entry in self._entries():
            if _id(*entry.key) == id:
                return listed, entry.case, entry.findings
        case = next((c for c in self._people.scripts.cases if _id(c.file, c.title) == id), None)
        return listed, case, ()

    def scripts_of(self, case: Case) -> Scripts:
        """Where the flow of a case, and the versions that it puts in place, are."""
        book = self._book
        return self._people.scripts if book is None or case.flow not in book.scripts.flows else book.scripts

    def met(self) -> tuple[Mapping[str, list[Rehearsed]], int]:
        """What was met, e.g. `question pain` or `rule fever_now` -> those that met it when they last passed; and of how many that
        is known."""
        known = {_id(*e.key): e.last.visited for e in self._entries() if e.last is not None and e.last.passed}
        known |= {person: visited for person, (_, came, visited) in list(self._people.came.items()) if came.passed}
        found: dict[str, list[Rehearsed]] = {}
        for one in self.listed():
            for name in known.get(one.id, frozenset()):
                found.setdefault(name, []).append(one)
        return found, len(known)

    def people(self, kind: str) -> tuple[PeopleTable, ...]:
        """What the people of scripts ("script") or of the crowd ("person") did, of those that were played since the start."""
        counts: Counter[Tallied] = Counter()
        for of, tallied in list(self._tallied.values()):
            if of == kind:
                counts.update(tallied)
        return people_of(counts, self._asked, hides=False)

    def play(self, which: Which) -> None:
        """Play all, those that failed, those that the last edit touched, or the people."""
        self._orders.put(lambda: self._play(which))

    def leave_off(self) -> None:
        """Play no more of what is being played."""
        self._no_more.set()

    # --- the thread -----------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        self._read_all()
        while not self._stop.is_set():
            try:
                order = self._orders.get(timeout=LOOK_EVERY)
            except queue.Empty:
                self._look()
                continue
            if order is not None:
                order()

    def _read_all(self) -> None:
        if self._scripts.is_dir():
            self._book = Book([self._scripts], self._folders, Records(self._build))
        self._read_people()
        self.read = True
        self._told()

    def _read_people(self) -> None:
        if self._people_folder.is_dir():
            self._people.scripts = read_people([self._people_folder], self._folders, self._flow)

    def _look(self) -> None:
        """See what changed on the disk, once the save is checked; a script that was saved is played."""
        if self._busy():
            return
        if self._book is None:
            if self._scripts.is_dir():
                self._read_all()
            return
        changes = self._book.refresh()
        if changes is None:
            return
        of_flow = {e.key for e in (*changes.first, *changes.rest)}
        saved = [e for e in changes.first if Path(e.file) in changes.files]
        self._touched = frozenset({e.key for e in changes.first} | (self._touched & of_flow))
        self._read_people()
        self._through(self._book.play(saved), len(saved))
        self._told()

    def _play(self, which: Which) -> None:
        self._no_more.clear()
        book = self._book
        chosen: list[BookEntry] = []
        if book is not None and which != "people":
            chosen = list(book.select(failed=which == "failed"))
            if which == "touched":
                chosen = [e for e in chosen if e.key in self._touched or e.state in ("new", "outdated")]
        people = self._people.scripts.cases if which in ("all", "people") else self._people_failing(which)
        whole = len(chosen) + len(people)
        if book is not None and chosen:
            self._through(book.play(chosen), whole)
            with suppress(OSError):
                book.save()
        if people and not self._no_more.is_set():
            of_people = Scripts(people, [], self._people.scripts.flows)
            self._through(self._kept(run_all(of_people, (MemoryWay(),))), whole, len(chosen))
        self.progress = None
        self._told()

    def _people_failing(self, which: Which) -> list[Case]:
        known = self._people.came
        failing = (
            c for c in self._people.scripts.cases if (id := _id(c.file, c.title)) in known and not known[id][1].passed
        )
        return list(failing) if which == "failed" else []

    def _kept(self, outcomes: Iterable[Played]) -> Iterable[Played]:
        for outcome in outcomes:
            version = self._people.scripts.flow(outcome.case).version
            kept = version, replace(outcome, handled=()), visited_by(outcome)
            self._people.came[_id(outcome.case.file, outcome.case.title)] = kept
            yield outcome

    def _through(self, outcomes: Iterable[Played], whole: int, done: int = 0) -> None:
        told = monotonic()
        self.progress = Progress(done, whole)
        for number, outcome in enumerate(outcomes, done + 1):
            self.progress = Progress(number, whole)
            kind = "script" if outcome.case.patient is None else "person"
            self._tallied[_id(outcome.case.file, outcome.case.title)] = kind, tallied_in(outcome)
            self._asked |= asked_in(outcome)
            if monotonic() - told > TELL_EVERY:
                told = monotonic()
                self._told()
            if self._no_more.is_set():
                break
        self.progress = None

    # --- listing --------------------------------------------------------------------------------------------------------

    def _entries(self) -> tuple[BookEntry, ...]:
        return () if self._book is None else self._book.entries

    def _scripts_listed(self) -> Iterable[Rehearsed]:
        for entry in self._entries():
            why = "; ".join(f"{f.message} {f.remedy}".strip() for f in entry.findings)
            if entry.state == "failed" and entry.last is not None:
                why = f"expected {entry.last.expected}, came {entry.last.came}"
            touched = entry.key in self._touched and entry.state == "outdated"
            yield Rehearsed(_id(*entry.key), "script", entry.title, entry.place, entry.state, touched, why)

    def _people_listed(self) -> Iterable[Rehearsed]:
        for finding in self._people.scripts.findings:
            name = Path(finding.place.file).name
            yield Rehearsed(
                _id(finding.place.file, str(finding)),
                "person",
                name,
                finding.place,
                "broken",
                False,
                f"{finding.message} {finding.remedy}".strip(),
            )
        for case in self._people.scripts.cases:
            id, state, why = _id(case.file, case.title), "new", ""
            known = self._people.came.get(id)
            if known is not None:
                version, came, _ = known
                state = "passed" if came.passed else "failed"
                if version != self._people.scripts.flow(case).version:
                    state = "outdated"
                elif not came.passed:
                    why = f"expected {came.deviations[0].expected}, came {came.deviations[0].came}"
            yield Rehearsed(id, "person", case.title, case.place, state, False, why)


def _id(file: str, title: str) -> str:
    return hashlib.blake2b(f"{file}\0{title}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
