"""One change of a flow that touches several files: all of them are written, or none."""

from __future__ import annotations

import json
import os
import shutil
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bot.core.flow.reading import TEXTS, TO_DO, try_flow
from bot.core.flow.yaml_places import text_of
from bot.core.model.files.parts import Identifier, Strict
from bot.core.model.findings import Finding
from bot.library import as_named

from .yaml_text import CannotEdit, YamlText

LAST = ".last-addition.json"
"""In the flow's folder: what its files were before the last addition."""


class _Name(Strict):
    name: Identifier


def checked_name(name: str) -> str:
    """The name, if it can be an id. Raises CannotEdit."""
    try:
        return _Name(name=name).name
    except ValueError:
        raise CannotEdit(
            f'"{name}" cannot be a name: small letters, digits and _, beginning with a letter, '
            "and no word of the condition language."
        ) from None


@dataclass(frozen=True)
class FolderEdit:
    """What a change did: the files changed, lines to print, exit code (0 done, 1 findings, 2 usage)."""

    changed: tuple[Path, ...]
    messages: tuple[str, ...]
    code: int


class Change:
    """The files of a flow while they are changed; `write` at the end, if the flow is no worse than before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._bytes = {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))}
        self._before = {name: text_of(data) for name, data in self._bytes.items()}
        self._sheets: dict[str, YamlText] = {}
        self._new: dict[str, str] = {}

    @property
    def languages(self) -> list[str]:
        """The files with words, one for each language."""
        return [name for name in self._before if TEXTS.match(name)]

    def has(self, name: str) -> bool:
        """Whether the flow has a file of this name."""
        return name in self._before

    def sheet(self, name: str) -> YamlText:
        """A file to edit. Raises CannotEdit if it is missing or no YAML."""
        if name not in self._sheets:
            if name not in self._before:
                raise CannotEdit(f"{self.folder} has no {name}.")
            self._sheets[name] = YamlText(name, self._before[name])
            if not isinstance(self._sheets[name].value, dict):
                raise CannotEdit(f"{name} is no list of keys with values; mend it first.")
        return self._sheets[name]

    def create(self, name: str, text: str) -> None:
        """A file that does not exist yet. Raises CannotEdit if it does."""
        if name in self._before:
            raise CannotEdit(f"{self.folder / name} exists already.")
        YamlText(name, text)
        self._new[name] = text

    def write(self, done: str, advice: tuple[str, ...] = ()) -> FolderEdit:
        """Write all files, or none. Raises CannotEdit if the change would bring findings other than things to do."""
        after = self._before | {n: s.text for n, s in self._sheets.items()} | self._new
        changed = [name for name in sorted(after) if after[name] != self._before.get(name)]
        to_do = self._worse(after)
        _replace(self.folder, {n: after[n] for n in changed}, self._bytes)
        _remember(self.folder, changed, self._bytes, done)
        messages = [done]
        for name in changed:
            lines = after[name].count("\n") - self._before.get(name, "").count("\n")
            messages.append(f"  {'new    ' if name in self._new else 'changed'}  {self.folder / name}  +{lines} lines")
        shown = to_do if len(to_do) <= 20 else to_do[:10]
        messages += [
            f"  to do    {self.folder / str(f.place)}  {f.message.removeprefix('Still to do: ')}" for f in shown
        ]
        if len(shown) < len(to_do):
            messages.append(f"  to do    … and {len(to_do) - len(shown)} more lines that begin with TODO")
        messages += [f"  {line}" for line in advice]
        messages.append(f"Then:  symptom-bot check {self.folder}")
        return FolderEdit(tuple(self.folder / name for name in changed), tuple(messages), 0)

    def _worse(self, after: dict[str, str]) -> list[Finding]:
        """What is to do after the change. Raises CannotEdit for any other finding that was not there before."""
        name = as_named(self.folder).name
        had = Counter((f.place.file, f.code, f.message) for f in try_flow(name, self._before)[1])
        new: list[Finding] = []
        for finding in try_flow(name, after)[1]:
            key = (finding.place.file, finding.code, finding.message)
            if had[key]:
                had[key] -= 1
            else:
                new.append(finding)
        wrong = tuple(f for f in new if f.code != TO_DO)
        if wrong:
            raise CannotEdit("Nothing was changed, for this would come of it:", wrong)
        return new


def refused(error: CannotEdit) -> FolderEdit:
    """The outcome of a change that was not made."""
    return FolderEdit((), (str(error), *(f"  {finding}" for finding in error.findings)), 1 if error.findings else 2)


def undone(folder: Path) -> FolderEdit:
    """The last addition taken back, if nobody has edited its files since."""
    kept = folder / LAST
    try:
        last = json.loads(kept.read_text(encoding="utf-8"))
        before = {str(n): None if old is None else b64decode(old) for n, (old, _) in last["files"].items()}
        made, done = {str(n): str(now) for n, (_, now) in last["files"].items()}, str(last["done"])
    except (OSError, ValueError, KeyError, TypeError):
        return refused(CannotEdit(f"Nothing was added to {folder} that could be taken back."))
    edited = [name for name in before if _hash(folder / name) != made[name]]
    if edited:
        what = ", ".join(str(folder / name) for name in edited)
        return refused(
            CannotEdit(f"Nothing was changed: {what} was edited since. Take the addition back by hand, or with git.")
        )
    for name, old in before.items():
        if old is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(old)
    kept.unlink()
    files = tuple(folder / name for name in before)
    return FolderEdit(files, (f"Taken back: {done}", *(f"  as before  {file}" for file in files)), 0)


def _remember(folder: Path, changed: list[str], before: dict[str, bytes], done: str) -> None:
    """What the files were, for `undone`; only the last addition is kept."""
    files = {n: (b64encode(before[n]).decode() if n in before else None, _hash(folder / n)) for n in changed}
    (folder / LAST).write_text(json.dumps({"done": done, "files": files}), encoding="utf-8")


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _replace(folder: Path, files: dict[str, str], before: dict[str, bytes]) -> None:
    """Write all files beside their places, then move them there; on failure everything stands as it did."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting = {name: folder / f".{name}.new" for name in files}
    moved: list[str] = []
    try:
        for name, text in files.items():
            mark = b"\xef\xbb\xbf" if before.get(name, b"").startswith(b"\xef\xbb\xbf") else b""
            waiting[name].write_bytes(mark + text.encode("utf-8"))
            if name in before:
                shutil.copymode(folder / name, waiting[name])
        for name in files:
            os.replace(waiting[name], folder / name)
            moved.append(name)
    except OSError as error:
        for name in moved:
            if name in before:
                (folder / name).write_bytes(before[name])
            else:
                (folder / name).unlink(missing_ok=True)
        for path in waiting.values():
            path.unlink(missing_ok=True)
        raise CannotEdit(f"Nothing was changed: {error.strerror} ({error.filename}).") from None
