"""The review kits that lie in the folder for what is made, and the one that is being made."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import NamedTuple

from bot.check.review.kit import ANSWERS, TABLE, LabelsSay, NoKit
from bot.check.review.kit_process import KitWanted, make_apart
from bot.check.review.manifest import LABELLED, MANIFEST, SIGNATURE, BadManifest, check_manifest
from bot.core.flow.compiled import Flow

OFTEN = 0.25
"""Seconds between two news of how far a kit is."""
ABOUT = {
    "review.pdf": "what the clinician reads",
    "review.txt": "what the clinician reads, as text",
    "changes.pdf": "only what changed",
    "changes.txt": "only what changed, as text",
    TABLE: "patients to be labelled with a level; it is downloaded",
    ANSWERS: "what these patients answer, for reading the labels again",
    MANIFEST: "the content, and the hash of each file",
    SIGNATURE: "the signature of the manifest",
}
"""The files of a kit, in the order in which they are needed, and what each is for."""
_CONTENT = re.compile(r"[0-9a-f]{16}")


class KitFile(NamedTuple):
    """A file of a kit. `size`: in bytes; `about`: what it is for, "" if it is not one of ours."""

    name: str
    size: int
    about: str


class Kit(NamedTuple):
    """A whole kit on disk. `made`: local time; `wrong`: what is not as its manifest says, "" if all is; `scripts`: how many came of
    labels."""

    content: str
    folder: Path
    made: datetime
    files: tuple[KitFile, ...]
    wrong: str
    signed: bool
    scripts: int


@dataclass(frozen=True)
class KitProgress:
    """How far a kit is. `words`: what is being made, `done` of `of`; `wrong`: why there is none, "" if nothing went wrong."""

    content: str
    words: str = "begun"
    done: int = 0
    of: int = 1
    wrong: str = ""
    ended: bool = False


@dataclass
class Kits:
    """What is known of kits beside what lies on disk. `making`: the last one that was asked for, by flow; `labels`: kit -> the
    content that its labels were compared with, and what they say."""

    making: dict[str, KitProgress] = field(default_factory=dict)
    labels: dict[Path, tuple[str, LabelsSay]] = field(default_factory=dict)
    _one: Lock = field(default_factory=Lock)

    def begin(self, flow: Flow, wanted: KitWanted, news: Callable[[str], None]) -> bool:
        """Begin to make a kit, in a thread of its own; False if one is being made. `news`: hears `kit` of each step, and `kits` at
        the end."""
        if not self._one.acquire(blocking=False):
            return False
        self.making[flow.name] = KitProgress(flow.version)
        Thread(target=self._make, args=(flow.name, wanted, news), daemon=True, name="review kit").start()
        return True

    def _make(self, name: str, wanted: KitWanted, news: Callable[[str], None]) -> None:
        last = 0.0

        def told(words: str, done: int, of: int) -> None:
            nonlocal last
            now = self.making[name]
            self.making[name] = replace(now, words=words, done=done, of=of)
            if words != now.words or monotonic() - last >= OFTEN:
                last = monotonic()
                news("kit")

        wrong = "The workbench stumbled over it."
        try:
            make_apart(wanted, told)
            wrong = ""
        except NoKit as reason:
            wrong = str(reason)
        finally:
            self.making[name] = replace(self.making[name], wrong=wrong, ended=True)
            self._one.release()
            news("kits")


def kit_folder(build: Path, flow: str, content: str) -> Path:
    """Where the kit of a content lies."""
    return build / f"review-{flow}-{content}"


def kits_of(build: Path, flow: str) -> list[Kit]:
    """The whole kits of a flow, the newest first."""
    before = f"review-{flow}-"
    found = [
        _kit(folder, folder.name.removeprefix(before))
        for folder in build.glob(f"{before}*")
        if _CONTENT.fullmatch(folder.name.removeprefix(before)) and (folder / MANIFEST).is_file()
    ]
    return sorted(found, key=lambda kit: kit.made, reverse=True)


def _kit(folder: Path, content: str) -> Kit:
    wrong = ""
    try:
        check_manifest(folder)
    except BadManifest as reason:
        wrong = str(reason)
    names = sorted((p.name for p in folder.iterdir() if p.is_file()), key=_place_of)
    files = tuple(KitFile(name, (folder / name).stat().st_size, ABOUT.get(name, "")) for name in names)
    made = datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime).astimezone()
    scripts = len(list((folder / LABELLED).glob("*.yaml")))
    return Kit(content, folder, made, files, wrong, (folder / SIGNATURE).is_file(), scripts)


def _place_of(name: str) -> tuple[int, str]:
    return (list(ABOUT).index(name) if name in ABOUT else len(ABOUT)), name


def file_of_kit(build: Path, flow: str, content: str, name: str) -> Path | None:
    """A file of a kit; None for whatever is not in its folder."""
    if not _CONTENT.fullmatch(content):
        return None
    folder = kit_folder(build, flow, content).resolve()
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder) and path.is_file() else None
    except (OSError, ValueError):  # a name that no file can have
        return None
