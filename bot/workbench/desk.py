"""What lies on the operator's desk: the folder of the flows, the flow that is open, the chat on the phone, what the checks said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from urllib.parse import quote

from bot.core.flow.compiled import Flow
from bot.core.flow.reading import content_hash, read_stored, try_flow
from bot.core.model.findings import Finding, Place
from bot.library import Equip, Stamp, flow_names, read_files, stamp_of, try_folder
from bot.store import Store, StoreError

from .checking.bases import Bases
from .checking.checker import Checker
from .checking.results import Checked, Files
from .kits import Kits
from .phone.chat import PhoneChat
from .rehearsal import Rehearsal

OpenStore = Callable[[], Store]
"""Opens the database as it is, beside a running bot. Raises StoreError."""


class Look(NamedTuple):
    """A flow as it stands on disk. `flow`: None if it cannot be read at all; `draft`: whether it has lines that are still to do or
    findings, so that no bot would serve it; `findings`: what is wrong."""

    stamp: Stamp
    flow: Flow | None
    draft: bool
    findings: tuple[Finding, ...]


class DeskFolders(NamedTuple):
    """Where things are written and looked for. `flows`: other folders in which scripts find their flow; `editor`: the address that
    opens a file, "" for none."""

    scripts: Path
    people: Path
    build: Path
    flows: tuple[Path, ...] = ()
    editor: str = ""


@dataclass
class Desk:
    """One operator's desk. `folder`: of all flows; `now`: the time at which a chat begins; `equip`: gives a flow its reader;
    `open_store`: opens the database of the chats, None if there is none to look at."""

    folder: Path
    folders: DeskFolders
    now: Callable[[], datetime]
    equip: Equip
    name: str = ""
    phone: PhoneChat | None = None
    checker: Checker | None = None
    rehearsal: Rehearsal | None = None
    open_store: OpenStore | None = None
    kits: Kits = field(default_factory=Kits)
    _bases: dict[str, Bases] = field(default_factory=dict)
    _looks: dict[str, Look] = field(default_factory=dict)
    _readable: dict[str, Flow] = field(default_factory=dict)
    _versions: dict[str, Flow] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def names(self) -> list[str]:
        """The flows that there are; none while the folder is away."""
        try:
            return flow_names(self.folder)
        except OSError:
            return []

    def open(self, name: str) -> bool:
        """Open another flow; whether there is one of this name."""
        if name not in self.names():
            return False
        if name != self.name:
            self.name, self.phone = name, None
        return True

    @property
    def flow_folder(self) -> Path:
        """The folder of the flow that is open."""
        return self.folder / self.name

    def look(self) -> Look:
        """The open flow as it stands now; read anew only if a file changed."""
        stamp = stamp_of(self.flow_folder)
        with self._lock:
            known = self._looks.get(self.name)
            if known is not None and known.stamp == stamp:
                return known
            flow, findings = try_folder(self.flow_folder, self.equip)
            draft = flow is None
            if draft:
                flow, _ = try_folder(self.flow_folder, self.equip, draft=True)
            look = self._looks[self.name] = Look(stamp, flow, draft, tuple(findings))
            if flow is not None:
                self._readable[self.name] = flow
            return look

    def get_ready(self) -> None:
        """Have the reader of typed words made, which takes a second or two."""
        flow = self.shown()
        if flow is not None:
            flow.reader("", self.now(), next(iter(flow.texts)), None)

    def shown(self) -> Flow | None:
        """The open flow as it could be read last, so that a slip in the middle of an edit does not empty the page: at least as it
        stood when the workbench began."""
        flow = self.look().flow or self._readable.get(self.name)
        if flow is None:
            flow, _ = try_flow(self.name, self.bases.start)
            if flow is not None:
                flow = self._readable[self.name] = self.equip(flow)
        return flow

    # --- checks -------------------------------------------------------------------------------------------------------

    @property
    def bases(self) -> Bases:
        """What edits of the open flow are compared with."""
        with self._lock:
            if self.name not in self._bases:
                self._bases[self.name] = Bases(self.flow_folder)
            return self._bases[self.name]

    def flow_of(self, files: Files) -> Flow:
        """Another version of the open flow, from its files. Raises FlowError if this release cannot read it."""
        today = self.shown()
        words = {} if today is None else today.system_words
        version = content_hash(files)
        with self._lock:
            known = self._versions.get(version)
        if known is None:
            known = self.equip(read_stored(self.name, files, words))
            with self._lock:
                self._versions = {version: known}
        return known

    def check(self) -> None:
        """Have the open flow checked as it stands on disk."""
        if self.checker is None:
            return
        files, _ = read_files(self.flow_folder)
        self.checker.check(self.flow_folder, files, content_hash(files), self.bases.base())

    @property
    def checked(self) -> Checked:
        """What is known of the newest save."""
        return Checked() if self.checker is None else self.checker.checked

    def note_what_held(self) -> None:
        """Keep the files for which everything held, to compare with."""
        if self.checked.running:
            return
        look = self.look()
        if look.flow is not None and self.checked.state(look.flow)[0] == "good":
            self.bases.held = dict(look.flow.files)

    # --- the phone ----------------------------------------------------------------------------------------------------

    def chat(self) -> PhoneChat | None:
        """The chat on the phone; begun now if there is none. None if the flow cannot be read."""
        if self.phone is None:
            self.begin()
        return self.phone

    def begin(self, lang: str = "", now: datetime | None = None) -> None:
        """Begin a new chat with the flow as it stands; in its first language, and now, if nothing else is chosen."""
        flow = self.shown()
        if flow is not None:
            chosen = lang if lang in flow.texts else next(iter(flow.texts))
            self.phone = PhoneChat(flow, chosen, now or self.now(), begins=now).begin()

    def database(self) -> Store:
        """The database of the chats. Raises StoreError."""
        if self.open_store is None:
            raise StoreError("This workbench was started without a database to look at.")
        return self.open_store()

    # --- places -----------------------------------------------------------------------------------------------------

    def file_line(self, place: Place) -> str:
        """A place as an editor takes it: file and line."""
        return f"{self.flow_folder / place.file}:{place.line}"

    def editor_link(self, place: Place) -> str:
        """The address that opens the place in the operator's editor, "" without one."""
        if not self.folders.editor:
            return ""
        path = (self.flow_folder / place.file).resolve()
        return self.folders.editor.replace("{file}", quote(str(path))).replace("{line}", str(place.line))
