"""Pictures on their way to Telegram: drawn once, sent once, and named by Telegram's own number from then on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from bot.core.rendering.message import Picture, PictureMark
from bot.pictures.drawing import draw

from .remembered import keep_newest

DRAWN, KNOWN = 64, 2_000
"""How many drawings (of some 30 kB), and how many numbers of Telegram's, are kept."""

Looks = tuple[str, tuple[PictureMark, ...]]


class Pictures:
    """What a picture is called at Telegram, and how it looks. Nothing of a patient: the same marks are the same picture."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[Looks, bytes] = OrderedDict()
        self._known: OrderedDict[Looks, str] = OrderedDict()

    def png(self, picture: Picture) -> bytes:
        """The drawing. Raises ValueError for one that cannot be drawn."""
        found = self._drawn.get(_looks(picture))
        if found is None:
            found = draw(picture)
            keep_newest(self._drawn, _looks(picture), found, DRAWN)
        return found

    def file_id(self, picture: Picture) -> str | None:
        """Telegram's number of a picture that was sent before."""
        return self._known.get(_looks(picture))

    def sent(self, picture: Picture, message: Any) -> None:
        """Telegram took it, and this is the message that it made."""
        sizes = message.get("photo") if isinstance(message, Mapping) else None
        number = sizes[-1].get("file_id") if isinstance(sizes, list) and sizes else None
        if isinstance(number, str):
            keep_newest(self._known, _looks(picture), number, KNOWN)

    def forget(self, picture: Picture) -> None:
        """Telegram does not know its number any more."""
        self._known.pop(_looks(picture), None)


def _looks(picture: Picture) -> Looks:
    return picture.name, picture.marks
