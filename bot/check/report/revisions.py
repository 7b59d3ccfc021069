"""Versions of a flow folder: as it stands on disk, or at a git revision."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot.library import UnknownFlow, find_flow


class NoSuchVersion(Exception):
    """Neither a flow folder nor a git revision in which the flow exists; the message says what was tried."""


def open_versions(old: str, new: str, space: Path) -> tuple[Path, Path, Path]:
    """The folders of both versions, and the one on disk (the new one if both are).

    Either may be a git revision (`main`, `HEAD~3`, `v1:flows/back_spasm`); the flow is then that of the other one.
    `space`: an empty folder for what comes out of git. Raises NoSuchVersion.
    """
    first, second = _folder(old), _folder(new)
    here = second or first
    if here is None:
        name = new.partition(":")[2] or old.partition(":")[2] or "flows/back_spasm"
        here = Path(name)
    return (
        first or folder_at_revision(old, here, space / "old"),
        second or folder_at_revision(new, here, space / "new"),
        here,
    )


def _folder(name: str) -> Path | None:
    try:
        return find_flow(name)
    except UnknownFlow:
        return None


def commit_of(revision: str, folder: Path) -> str:
    """The commit that a revision of the repository around a folder means now. Raises NoSuchVersion."""
    return _git(folder.resolve().parent, "rev-parse", "--verify", f"{revision}^{{commit}}").strip()


def folder_at_revision(revision: str, folder: Path, space: Path) -> Path:
    """The folder as it was at a git revision, written to a folder of the same name in `space`."""
    revision, _, inside = revision.partition(":")
    around = folder.resolve().parent
    while not around.is_dir():
        around = around.parent
    if inside:
        around, prefix = Path(_git(around, "rev-parse", "--show-toplevel").strip()), inside.rstrip("/")
    else:
        prefix = _git(around, "rev-parse", "--show-prefix").strip() + folder.resolve().name
    if revision.startswith("-"):  # git would take it for an option
        raise NoSuchVersion(f'"{revision}" is no git revision.')
    names = _git(around, "ls-tree", "--name-only", "--full-tree", revision, f"{prefix}/").split("\n")
    files = [n for n in names if n.endswith(".yaml")]
    if not files:
        raise NoSuchVersion(f'There is no flow "{prefix}" at "{revision}", and no folder "{revision}".')
    target = space / Path(prefix).name
    target.mkdir(parents=True)
    for name in files:
        (target / Path(name).name).write_text(_git(around, "show", f"{revision}:{name}"), encoding="utf-8")
    return target


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, check=True, encoding="utf-8", timeout=60
        )
    except FileNotFoundError:
        raise NoSuchVersion("git is not installed here, so revisions cannot be read; give two folders.") from None
    except subprocess.TimeoutExpired:
        raise NoSuchVersion("git does not answer.") from None
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or "").strip().splitlines()
        raise NoSuchVersion(f"git: {reason[0] if reason else 'it failed'}.") from None
    return done.stdout
