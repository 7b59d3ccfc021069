"""The versions that chats ran on: as operators look at them, and an earlier one put back into the flow's folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from bot.core.flow.compiled import Flow
from bot.core.flow.reading import UNHASHED
from bot.core.model.files.governance import Signoff
from bot.core.model.findings import Finding, FlowError
from bot.library import from_stored, try_folder
from bot.store import FlowVersion, ListedVersion

SHORTEST = 4
"""Characters of a content hash that may stand for the whole one."""

Prove = Callable[[Flow], Sequence[Finding]]
"""A flow -> the safety properties that fail. Slow."""


class NoVersion(Exception):
    """No version is called so, or several may be; the message says what to do."""


class NotPutBack(Exception):
    """A version is not put back; the message says why. `findings`: what is not safe about it, if it is that."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class Signing(NamedTuple):
    """A sign-off of a version, in words. `valid`: whether it counts today."""

    said: str
    valid: bool


class ShownVersion(NamedTuple):
    """A version of a flow. `current`: it stands in the flow's folder; `signings`: as the folder has them today."""

    listed: ListedVersion
    current: bool
    signings: tuple[Signing, ...]


class PutBack(NamedTuple):
    """`aside`: where what stood in the folder is kept, None if it held this version already; `left`: findings of what stands
    there now."""

    aside: Path | None
    left: tuple[Finding, ...] = ()


def day_of(at: float) -> str:
    """The day of a time in seconds UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def shown_versions(found: Iterable[ListedVersion], current: Flow | None, day: date) -> list[ShownVersion]:
    """Versions of one flow. `current`: as it stands in its folder, None if that cannot be used."""
    signed = () if current is None else current.signoffs.signoffs
    return [
        ShownVersion(
            one,
            current is not None and current.version == one.version,
            tuple(_signing(entry, day) for entry in signed if entry.reviewed == one.version),
        )
        for one in found
    ]


def _signing(entry: Signoff, day: date) -> Signing:
    if entry.expires < day:
        return Signing(f"sign-off ({entry.language}) expired on {entry.expires}", False)
    since = "" if entry.date <= day else f" from {entry.date}"
    return Signing(f"signed off ({entry.language}) by {entry.reviewer}{since} until {entry.expires}", not since)


def named_version(found: Sequence[ListedVersion], name: str) -> ListedVersion:
    """The version of this content hash, or the only one that begins so. Raises NoVersion."""
    fits = [version for version in found if version.version.startswith(name)]
    if len(name) < SHORTEST:
        raise NoVersion(f'"{name}" is too short: write at least {SHORTEST} characters of the content hash.')
    if not fits:
        raise NoVersion(f"No chat ever ran on version {name}. `symptom-bot versions` lists those on which some did.")
    if len(fits) > 1:
        raise NoVersion(f"{name} may be {' or '.join(version.version for version in fits)}: write more of it.")
    return fits[0]


def roll_back(kept: FlowVersion, folder: Path, prove: Prove) -> PutBack:
    """Put a version back into the flow's folder, if it is safe by what is proved today. Raises NotPutBack."""
    if kept.withdrawn:
        raise NotPutBack(
            f"Version {kept.version} is withdrawn. If it is safe after all: symptom-bot withdraw --undo {kept.version}"
        )
    current, _ = try_folder(folder)
    if current is not None and current.version == kept.version:
        return PutBack(None)
    words = {} if current is None else current.system_words
    try:
        findings: Sequence[Finding] = prove(from_stored(kept.flow, dict(kept.files), words))
    except FlowError as error:
        raise NotPutBack(
            f"Version {kept.version} is not put back: this release cannot read it.", error.findings
        ) from None
    if findings:
        raise NotPutBack(f"Version {kept.version} is not put back: it is not safe by what is proved today.", findings)
    aside = _exchange(folder, kept.files)
    _, left = try_folder(folder)
    return PutBack(aside, left)


def aside_for(folder: Path) -> Path:
    """Where what stands in a flow's folder will be kept: the next name that is free."""
    return next(
        p for n in range(1, 10**6) if not (p := folder.with_name(f".{folder.name}.before-rollback-{n}")).exists()
    )


def _exchange(folder: Path, files: Mapping[str, str]) -> Path:
    """The files into the folder, in one step; what is no part of the content (hazards, sign-offs) stays."""
    aside, made = aside_for(folder), folder.with_name(f".{folder.name}.rolled-back")
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(folder, made)
    for path in made.glob("*.yaml"):
        if path.name not in UNHASHED:
            path.unlink()
    for name in files.keys() - UNHASHED:
        (made / name).write_text(files[name], encoding="utf-8")
    folder.rename(aside)
    made.rename(folder)
    return aside
