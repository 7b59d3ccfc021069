"""What an edit is compared with: how the flow stood at the start, what held last, a git revision, a version that is signed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bot.check.report.revisions import NoSuchVersion, commit_of, folder_at_revision
from bot.library import read_files

from .results import Base, Files

AT_THE_START, HELD_LAST, COMMITTED = "start", "held", "HEAD"
"""Names of bases beside git revisions."""
WORDS = {
    AT_THE_START: "how it stood when the workbench began", HELD_LAST: "what held last", COMMITTED: "the last commit",
}  # fmt: skip
"""Name of a base -> what it is called."""


class Bases:
    """The bases of one flow folder. `held`: the files for which everything held last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start: Files = read_files(folder)[0]
        self.held: Files | None = None
        self._committed: dict[str, Files] = {}
        self.chosen = COMMITTED if self._at(COMMITTED).files is not None else AT_THE_START

    def base(self) -> Base:
        """The chosen one."""
        return self._at(self.chosen)

    def choose(self, name: str) -> Base:
        """Choose another one: one of the names, or any git revision."""
        self.chosen = name.strip() or AT_THE_START
        return self.base()

    def _at(self, name: str) -> Base:
        if name == AT_THE_START:
            return Base(WORDS[name], self.start)
        if name == HELD_LAST:
            return Base(WORDS[name], self.held, "Nothing held yet since the workbench began.")
        try:
            return Base(WORDS.get(name, name), self._at_commit(commit_of(name, self.folder)))
        except NoSuchVersion as reason:
            why = f'There is nothing to compare with: no git revision "{name}" of this folder ({reason})'
            return Base(WORDS.get(name, name), None, why)

    def _at_commit(self, commit: str) -> Files:
        if commit not in self._committed:
            with tempfile.TemporaryDirectory(prefix="symptom-bot-") as space:
                self._committed[commit] = read_files(folder_at_revision(commit, self.folder, Path(space)))[0]
        return self._committed[commit]
