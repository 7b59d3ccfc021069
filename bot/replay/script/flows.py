"""The flows that scripts talk to: by name from the flow folders, or by path. Each is read once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.core.flow.compiled import Flow
from bot.core.flow.reading import try_flow
from bot.core.model.findings import Finding
from bot.library import Equip, read_files


class FlowFolders:
    """Flow folders. `folders`: where flows are looked for by name, the first that has it wins."""

    def __init__(self, folders: Iterable[Path], equip: Equip | None = None) -> None:
        self.folders = tuple(folders)
        self.equip = equip
        self._read: dict[Path, tuple[Flow | None, tuple[Finding, ...]]] = {}

    def names(self) -> tuple[str, ...]:
        """The names of all flows that can be found."""
        found = {p.parent.name for folder in self.folders for p in folder.glob("*/interview.yaml")}
        return tuple(sorted(found))

    def folder(self, name: str, beside: Path | None = None) -> Path | None:
        """The folder of a flow: by name, or by a path seen from the folder `beside`."""
        if beside is not None and (beside / name / "interview.yaml").is_file():
            return (beside / name).resolve()
        if "/" in name:
            return None
        return next((f / name for f in self.folders if (f / name / "interview.yaml").is_file()), None)

    def read(self, folder: Path) -> tuple[Flow | None, tuple[Finding, ...]]:
        """The flow of a folder, or its findings. A new version lies in a folder of any name."""
        folder = folder.resolve()
        known = self._read.get(folder)
        if known is None:
            files, unreadable = read_files(folder)
            flow, findings = try_flow(_name_in(files) or folder.name, files)
            findings = tuple(sorted({*unreadable, *findings}))
            if flow is not None and self.equip is not None:
                flow = self.equip(flow)
            known = self._read[folder] = (None if unreadable else flow, findings)
        return known

    def read_folders(self) -> tuple[Path, ...]:
        """The folders that were read so far, whatever came of it."""
        return tuple(self._read)

    def read_again(self, folder: Path) -> tuple[Flow | None, tuple[Finding, ...]]:
        """The flow as its folder is now. One that cannot be used does not take the place of one that could."""
        before = self._read.pop(folder, None)
        found = self.read(folder)
        if found[0] is None and before is not None and before[0] is not None:
            self._read[folder] = before
        return found


class Only(FlowFolders):
    """One flow that is at hand already, whatever name a script gives it."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(())
        self._only = flow

    def folder(self, name: str, beside: Path | None = None) -> Path | None:
        """See `Flows`."""
        return Path(self._only.name)

    def read(self, folder: Path) -> tuple[Flow | None, tuple[Finding, ...]]:
        """See `Flows`."""
        return self._only, ()


def _name_in(files: dict[str, str]) -> str | None:
    """The name that a flow gives itself."""
    for line in files.get("interview.yaml", "").splitlines():
        if line.startswith("flow:"):
            return line.removeprefix("flow:").partition("#")[0].strip()
    return None


def with_reader(flow: Flow) -> Flow:
    """The flow with the reader of typed words that ships with the package."""
    from bot.understanding import make_reader

    return flow.with_reader(make_reader(flow))
