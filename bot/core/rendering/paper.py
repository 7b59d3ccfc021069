"""What stands on a page of paper: only words, in the order in which they are read, and at most one picture."""

from __future__ import annotations

from typing import NamedTuple

from .message import Picture


class PaperRow(NamedTuple):
    """A label, and the words right of it."""

    label: str
    text: str


class PaperPart(NamedTuple):
    """Rows under a heading; a heading that is empty is left out."""

    heading: str
    rows: tuple[PaperRow, ...]


class Paper(NamedTuple):
    """A page. `lang`: as "en" or "pt-BR"; `level`: big, in a frame; `under`: a line under the title; `foot`: small print.
    All but `title` and `lang` may be empty."""

    title: str
    lang: str
    level: str
    under: str
    parts: tuple[PaperPart, ...]
    foot: str
    picture: Picture | None = None
