"""Pictures and pages on their way to Telegram. A picture is drawn once, sent once, and named by Telegram's own number from then on;
a page is made anew each time, and nothing of it is kept."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.core.rendering.message import Paper, Picture, PictureMark
from bot.papers.pdf import PaperError, can_make_pdf, pdf_of
from bot.pictures.drawing import PRINTED, draw

from .remembered import keep_newest

DRAWN, KNOWN = 64, 2_000
"""How many drawings (of some 30 kB), and how many numbers of Telegram's, are kept."""

NOTE = "note-for-clinician"
"""What the file of a page is called."""

log = logging.getLogger("symptom_bot.telegram")

Looks = tuple[str, tuple[PictureMark, ...]]


def paper_file(paper: Paper) -> tuple[str, bytes]:
    """Name and content of a page: PDF, or text where no PDF can be made. Takes some 50 ms: not for the event loop."""
    if can_make_pdf():
        try:
            drawn = [draw(picture, PRINTED) for picture in paper.pictures]
            return f"{NOTE}.pdf", pdf_of(paper, datetime.fromtimestamp(paper.written, UTC), drawn)
        except (PaperError, ValueError) as error:
            log.error("no PDF could be made, the page goes out as text", extra={"reason": type(error).__name__})
    return f"{NOTE}.txt", paper.plain().encode()


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
