"""Flows on disk -> checked, versioned flows. One broken flow does not take the others down."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.flow.compiled import Flow
from bot.core.flow.reading import content_hash, read_stored, try_flow
from bot.core.flow.yaml_places import text_of
from bot.core.model.findings import Finding, FlowError, Place, did_you_mean

LARGEST = 2_000_000
"""Bytes of one flow file; more is a mistake."""

Equip = Callable[[Flow], Flow]
"""Gives a flow its reader of typed words."""
Stamp = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of each file of a flow: another one when something was edited."""


class UnknownFlow(Exception):
    """No such flow; the message says which there are."""


@dataclass(frozen=True)
class Shelf:
    """All flows of a folder: the sound ones, and the findings of the others."""

    flows: Mapping[str, Flow] = field(default_factory=dict)
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


def flows_folder(chosen: Path | None = None) -> Path:
    """The folder of the flows: the chosen one, else ./flows, else those that the package ships.

    Raises UnknownFlow if the chosen one is not there.
    """
    if chosen is not None:
        if not chosen.is_dir():
            raise UnknownFlow(f"FLOWS_DIR: there is no folder {chosen}.")
        return chosen
    here = Path("flows")
    if here.is_dir() and any(p.is_dir() and (p / "interview.yaml").is_file() for p in here.iterdir()):
        return here
    package = Path(__file__).resolve().parent
    for shipped in (package / "_flows", package.parent / "flows"):
        if shipped.is_dir():
            return shipped
    raise UnknownFlow("There are no flows: no folder ./flows, and none came with the installation.")


def as_named(folder: Path) -> Path:
    """The whole path, its last name as people wrote it: `flows/back_spasm` may be a link to a release folder."""
    return Path(os.path.abspath(folder))


def flow_names(folder: Path) -> list[str]:
    """The flows in a folder: each sub-folder with a YAML file."""
    return sorted(p.name for p in folder.iterdir() if p.is_dir() and any(p.glob("*.yaml")))


def find_flow(name_or_path: str, folder: Path | None = None) -> Path:
    """The folder of one flow, given its name or a path. Raises UnknownFlow."""
    path = Path(name_or_path)
    if path.is_dir() and (path.is_absolute() or len(path.parts) > 1 or any(path.glob("*.yaml"))):
        return path
    if folder is None:
        folder = flows_folder()
    if "/" not in name_or_path and "\\" not in name_or_path and (folder / name_or_path).is_dir():
        return folder / name_or_path
    names = flow_names(folder)
    near = did_you_mean(name_or_path, names)
    raise UnknownFlow(f'There is no flow "{name_or_path}" in {folder}. {near or "There is: " + ", ".join(names) + "."}')


def read_files(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    """The YAML files of a flow folder as text, and findings for those that are no text."""
    files: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.y*ml")):
        try:
            if path.stat().st_size > LARGEST:
                findings.append(
                    Finding(Place(path.name), "FLOW009", "The file is larger than 2 MB.", "Is it the right file?")
                )
                continue
            files[path.name] = text_of(path.read_bytes())
        except OSError as error:
            findings.append(
                Finding(Place(path.name), "FLOW001", f"It cannot be read: {error.strerror}.", "Look at its rights.")
            )
    return files, findings


def try_folder(
    folder: Path, equip: Equip | None = None, draft: bool = False
) -> tuple[Flow | None, tuple[Finding, ...]]:
    """The flow of a folder if it is sound, and its findings. `draft`: lines that are still to do do not count."""
    files, unreadable = read_files(folder)
    flow, findings = try_flow(as_named(folder).name, files, draft=draft)
    if unreadable or flow is None:
        there = {finding.place.file for finding in unreadable}
        missing = {f for f in findings if f.code == "FLOW003" and f.place.file in there}
        return None, tuple(sorted({*unreadable, *findings} - missing))
    return (flow if equip is None else equip(flow)), findings


def load_flow(folder: Path, equip: Equip | None = None) -> Flow:
    """The flow of a folder. Raises FlowError with all findings."""
    flow, findings = try_folder(folder, equip)
    if flow is None:
        raise FlowError(folder.name, findings)
    return flow


def load_shelf(folder: Path, equip: Equip | None = None, draft: bool = False) -> Shelf:
    """All flows of a folder."""
    flows: dict[str, Flow] = {}
    broken: dict[str, tuple[Finding, ...]] = {}
    for name in flow_names(folder):
        flow, findings = try_folder(folder / name, equip, draft)
        if flow is None:
            broken[name] = findings
        else:
            flows[name] = flow
    return Shelf(flows, broken)


def stamp_of(folder: Path) -> Stamp:
    """The stamp of a flow folder as it stands on disk."""
    found = []
    for path in sorted(folder.glob("*.y*ml")):
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((path.name, stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def folder_hash(folder: Path) -> str:
    """The content hash of a flow folder as it stands on disk."""
    return content_hash(read_files(folder)[0])


def from_stored(
    name: str, files: Mapping[str, str], words: Mapping[str, Mapping[str, str]], equip: Equip | None = None
) -> Flow:
    """A flow from files that the database kept; `words`: language -> today's system words, for those that came since.

    Raises FlowError if this release cannot read them.
    """
    flow = read_stored(name, files, words)
    return flow if equip is None else equip(flow)
