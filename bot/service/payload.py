"""One message as the outbox keeps it: a channel-neutral message of the core, made for storage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from bot.core import fast_json
from bot.core.conversation.session import Session
from bot.core.rendering.message import Block, Button, Message, Paper, PaperPart, PaperRow, Picture, PictureMark

LONGEST_TEXT = 32_000
"""Characters of one message: eight of Telegram's."""
LONGEST_FILE = 1_000_000
"""Characters of a file."""
CUT = "\u2026"

Row = tuple[tuple[str, str, str], ...]
"""Buttons: label, data and style (`render.Style`)."""


class Payload(NamedTuple):
    """`blocks`: (kind, text) as in `render.Block`; `rows`: of (label, data, style); `dates`: as in `render.Message`.
    `ref`: the name of the screen it shows (session.turn); `edits`: it replaces the message of that name, whose
    number in the channel is `known` if a tap told it.
    `urgent`: emergencies and same-day signs: goes first. `file`: name and text of a document. `written`: when the
    patient wrote what this answers (seconds UTC), and `late`: what to say about it if this goes out late, before `midnight`
    (seconds UTC) of that day; `late_day`: afterwards.
    `picture`: what is drawn beside it, as names and numbers, never as bytes. `paper`: a page that comes with it, as words.
    `cut_short`: what is said instead of something urgent that the channel does not take, however it is put.
    `leave`: then leave the chat; `last`: then nothing of the chat is to be kept."""

    blocks: tuple[tuple[str, str], ...] = ()
    rows: tuple[Row, ...] = ()
    ref: str = ""
    edits: bool = False
    urgent: bool = False
    file: tuple[str, str] | None = None
    written: float | None = None
    late: str = ""
    late_day: str = ""
    midnight: float | None = None
    known: int | None = None
    cut_short: str = ""
    dates: tuple[tuple[str, int], ...] = ()
    leave: bool = False
    last: bool = False
    picture: Picture | None = None
    paper: Paper | None = None

    def lateness(self, now: float, after: float) -> str:
        """What to say about a delay if this goes out `now` (seconds UTC): nothing within `after` seconds."""
        if self.written is None or now - self.written <= after:
            return ""
        return self.late_day if self.midnight is not None and now >= self.midnight else self.late

    def to_json(self) -> str:
        """As text for the outbox."""
        plain = {name: value for name, value in zip(_NAMES, self, strict=True) if value != _USUAL[name]}
        return fast_json.text(plain)

    @staticmethod
    def from_json(text: str) -> Payload:
        """The inverse of `to_json`; fields of later releases are passed over."""
        plain: dict[str, Any] = {name: value for name, value in fast_json.read(text).items() if name in _NAMES}
        plain["blocks"] = tuple((kind, words) for kind, words in plain.get("blocks", ()))
        plain["rows"] = tuple(tuple(_button(*button) for button in row) for row in plain.get("rows", ()))
        plain["dates"] = tuple((words, moment) for words, moment in plain.get("dates", ()))
        if "file" in plain:
            plain["file"] = tuple(plain["file"])
        if "picture" in plain:
            plain["picture"] = _picture(plain["picture"])
        if "paper" in plain:
            plain["paper"] = _paper(plain["paper"])
        return Payload(**plain)

    def plain(self) -> str:
        """The blocks as plain text."""
        return self.as_message().plain()

    def as_message(self) -> Message:
        """The text and buttons as a message of the core."""
        return Message(
            tuple(Block(kind, text) for kind, text in self.blocks),  # type: ignore[arg-type]
            tuple(tuple(Button(label, data, "") for label, data, _ in row) for row in self.rows),
            edits=self.edits,
            urgent=self.urgent,
            picture=self.picture,
            paper=self.paper,
        )

    def within_limits(self) -> Payload:
        """The same, cut where it is longer than anything that is said: so no payload can fill memory or disk."""
        kept = self
        if sum([len(text) for _, text in self.blocks]) > LONGEST_TEXT:
            kept = kept._replace(blocks=tuple(_cut(self.blocks)))
        if self.file is not None and len(self.file[1]) > LONGEST_FILE:
            kept = kept._replace(file=(self.file[0], f"{self.file[1][:LONGEST_FILE]}{CUT}"))
        return kept


def _picture(plain: list[Any]) -> Picture:
    name, marks, words = plain
    return Picture(name, tuple(PictureMark(n, tuple(z), m) for n, z, m in marks), words)


def _paper(plain: list[Any]) -> Paper:
    title, lang, level, under, parts, foot, pictures, written = plain
    read = tuple(PaperPart(heading, tuple(PaperRow(*row) for row in rows)) for heading, rows in parts)
    return Paper(title, lang, level, under, read, foot, tuple(map(_picture, pictures)), written)


def _button(label: str, data: str, style: str = "") -> tuple[str, str, str]:
    """A stored button; those of earlier releases have no style."""
    return label, data, style


def is_file(stored: str) -> bool:
    """Whether a stored message is a file."""
    return bool(stored) and "file" in fast_json.read(stored)


def _cut(blocks: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    left = LONGEST_TEXT
    for kind, text in blocks:
        if len(text) > left:
            yield kind, f"{text[:left]}{CUT}"
            return
        yield kind, text
        left -= len(text)


_NAMES = Payload._fields
_USUAL = Payload._field_defaults


def payload_of(message: Message, session: Session, **more: Any) -> Payload:
    """A rendered message for the outbox. `session`: the one whose turn drew it."""
    return Payload(
        blocks=tuple([(kind, text) for kind, text in message.blocks]),
        rows=tuple([tuple([(label, data, style) for label, data, _, style in row]) for row in message.rows]),
        dates=message.dates,
        ref="" if message.turn is None else f"{session.id}.{message.turn}",
        edits=message.edits,
        urgent=message.urgent,
        picture=message.picture,
        paper=message.paper,
        **more,
    )
