"""A message that no channel shapes: blocks of text, rows of buttons, a picture or a page of paper beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

BlockKind = Literal["title", "text", "item", "heading", "note", "fold"]
Style = Literal["", "primary", "danger", "copy"]


class Block(NamedTuple):
    """A paragraph. `item`: a line of a list; `note`: small print; `heading`: above items; `fold`: its first line is a heading,
    the rest is shown when it is asked for, where a channel can do that."""

    kind: BlockKind
    text: str


class Button(NamedTuple):
    """`data`: what comes back when it is tapped (at most 64 bytes); `choice`: the choice it stands for; `style`: the way on, or
    an emergency: never told by it alone; `copy`: a tap copies its `data` and comes back to nobody."""

    label: str
    data: str
    choice: str
    style: Style = ""


class PictureMark(NamedTuple):
    """A line of the list on its picture. `zones`: none if it is no place; its number stands on the first."""

    number: str
    zones: tuple[str, ...]
    marked: bool


class Picture(NamedTuple):
    """A drawing of `bot/pictures` that stands with a list. `marks`: of the first buttons, one each, in order; `words`: what it
    shows, for who cannot see it."""

    name: str
    marks: tuple[PictureMark, ...]
    words: str


class PaperRow(NamedTuple):
    """A label, and the words right of it. Its first line is bold; what stands below that (a name in the files) is small."""

    label: str
    text: str


class PaperPart(NamedTuple):
    """Rows under a heading; a heading that is empty is left out."""

    heading: str
    rows: tuple[PaperRow, ...]


class Paper(NamedTuple):
    """A page. `lang`: as "en" or "pt-BR"; `level`: big, in a frame; `under`: a line under the title; `foot`: small print;
    `written`: when (seconds, UTC). All but `title` and `lang` may be empty."""

    title: str
    lang: str
    level: str
    under: str
    parts: tuple[PaperPart, ...]
    foot: str
    pictures: tuple[Picture, ...] = ()
    written: float = 0.0

    def plain(self) -> str:
        """The page as text."""
        lines = [self.title, self.under, "", self.level]
        for part in self.parts:
            lines += ["", part.heading.upper(), *(f"{_in_one_line(row.label)}: {row.text}" for row in part.rows)]
        return "\n".join([*lines, "", self.foot, ""])


def _in_one_line(label: str) -> str:
    words, *small = label.splitlines() or [""]
    return f"{words} ({' '.join(small)})" if small else words


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `turn`: the turn whose screen it shows; `edits`: it replaces the message of `turn` instead of following it;
    `dates`: dates in its text, as they are written there, with a time on that day (seconds UTC); `paper`: a page that
    comes with it."""

    blocks: tuple[Block, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
    turn: int | None = None
    edits: bool = False
    urgent: bool = False
    dates: tuple[tuple[str, int], ...] = ()
    picture: Picture | None = None
    paper: Paper | None = None

    def plain(self) -> str:
        """The blocks as plain text, a paragraph each, items on lines of their own."""
        lines: list[str] = []
        for i, block in enumerate(self.blocks):
            if i and block.kind != "item":
                lines.append("")
            lines.append(block.text)
        return "\n".join(lines)
