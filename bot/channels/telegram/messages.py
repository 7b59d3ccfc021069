"""Messages as Telegram takes them: HTML escaped, split at paragraphs, with inline keyboards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Literal, NamedTuple

from bot.core.rendering.message import Paper, Picture
from bot.service.payload import Payload, Row

LONGEST = 4096
"""Characters of a message, as Telegram counts: UTF-16 units of what the reader sees."""
LONGEST_CAPTION = 1024
CAPTION_TO_COME = 200
"""Characters that a caption keeps free: lines get ticks, and an answer stands under them in the end."""
SHORT = 1000
"""Characters of a piece, where a message is sent in pieces because Telegram refuses it whole."""

_TAGS = {
    "title": ("<b>", "</b>"),
    "heading": ("<b>", "</b>"),
    "note": ("<i>", "</i>"),
    "item": ("", ""),
    "text": ("", ""),
    "fold": ("<blockquote expandable>", "</blockquote>"),
}
_DATE = "wD"
"""How a phone writes a date: with its day of the week, in its own language."""
_NO_PREVIEW = {"is_disabled": True}
ACROSS = 4
"""Buttons with a number beside each other."""

Look = Literal["text", "picture", "caption"]
"""How something with a picture is said: without it, with it, or as new words under the picture that stands there."""


class Call(NamedTuple):
    """One call of the Bot API. `file`: name and content of a document to upload; `paper`: the page to upload; `picture`: what its
    message shows."""

    method: str
    values: Mapping[str, Any]
    file: tuple[str, bytes] | None = None
    picture: Picture | None = None
    paper: Paper | None = None

    @property
    def sends_picture(self) -> bool:
        """Whether its picture is still to be put in (`with_photo`)."""
        return self.method in ("sendPhoto", "editMessageMedia")

    def with_photo(self, photo: str | None) -> dict[str, Any]:
        """Its values with Telegram's number of the picture, or the name under which it is uploaded."""
        if self.method == "sendPhoto":
            return {**self.values, "photo": photo}
        return {**self.values, "media": {**self.values["media"], "media": photo}}


def calls(chat: int, payload: Payload, message_id: int | None, late: str = "", look: Look = "text") -> tuple[Call, ...]:
    """The calls that bring a payload into a chat, in order: a long text needs several, the keyboard is under the last.

    `message_id`: the message that an edit replaces (an edit of a message that is not known needs no call); `late`:
    what is said about its delay.
    """
    blocks = (("text", late), *payload.blocks) if late else payload.blocks
    if look != "text":
        return _beside_picture(chat, payload, message_id, blocks, look)
    texts = [_dated(text, payload.dates) for text in pieces(blocks, LONGEST)]
    markup = keyboard(payload.rows)
    if payload.edits:
        return () if message_id is None else (_edit(chat, message_id, texts, markup),)
    if payload.file is not None:
        name, content = payload.file
        caption = next(pieces(blocks, LONGEST_CAPTION), "")
        return (_document(chat, caption, None)._replace(file=(name, content.encode())),)
    if payload.paper is not None:
        caption = next(pieces(blocks, LONGEST_CAPTION), "")
        return (_document(chat, caption, markup)._replace(paper=payload.paper),)
    found = _with_buttons([Call("sendMessage", _text(chat, text)) for text in texts], markup)
    return (*found, Call("leaveChat", {"chat_id": chat})) if payload.leave else found


def _document(chat: int, caption: str, markup: dict[str, Any] | None) -> Call:
    values: dict[str, Any] = {"chat_id": chat, "caption": caption, "parse_mode": "HTML"}
    return Call("sendDocument", values if markup is None else {**values, "reply_markup": markup})


def first_look(payload: Payload) -> Look:
    """How to say something first: what is urgent is a text, since texts are shown everywhere, and so is what is too long."""
    if payload.picture is None or payload.urgent:
        return "text"
    ticks = sum(2 for kind, _ in payload.blocks if kind == "item")
    used = sum(text_units(text) + 2 for _, text in payload.blocks) + ticks
    if used + (0 if payload.edits else CAPTION_TO_COME) <= LONGEST_CAPTION:
        return "picture"
    return "caption" if payload.edits else "text"


def next_look(look: Look, refused: str, edits: bool) -> Look | None:
    """What to try when Telegram refused a look for this reason (see `post`); None: nothing."""
    if not edits:
        return "text" if look == "picture" else None
    if refused in ("no_media", "no_caption"):
        return "text"
    if refused == "no_text" or (look == "picture" and refused not in _NOT_OF_THE_PICTURE):
        return "caption"
    return None


_NOT_OF_THE_PICTURE = frozenset({"chat_not_found", "message_not_found", "cannot_edit", "too_old", "button_data"})


def _beside_picture(
    chat: int, payload: Payload, message_id: int | None, blocks: Sequence[tuple[str, str]], look: Look
) -> tuple[Call, ...]:
    """The words above the picture, the buttons with the numbers on it below."""
    *_, words = "", *pieces(blocks, LONGEST_CAPTION)
    caption: dict[str, Any] = {
        "caption": _dated(words, payload.dates),
        "parse_mode": "HTML",
        "show_caption_above_media": True,
    }
    markup = keyboard(_by_number(payload))
    values: dict[str, Any] = {"chat_id": chat} if markup is None else {"chat_id": chat, "reply_markup": markup}
    if not payload.edits:
        return (Call("sendPhoto", {**values, **caption}, picture=payload.picture),)
    if message_id is None:
        return ()
    values["message_id"] = message_id
    if look == "picture":
        media = {"type": "photo", **caption}
        return (Call("editMessageMedia", {**values, "media": media}, picture=payload.picture),)
    return (Call("editMessageCaption", {**values, **caption}, picture=payload.picture),)


def _by_number(payload: Payload) -> Iterator[Row]:
    """The rows of buttons, those of the numbered lines by their number."""
    marks = () if payload.picture is None or not payload.rows else payload.picture.marks
    buttons = [button for row in payload.rows for button in row][: len(marks)]
    short = [
        (f"\u2713 {mark.number}" if mark.marked else mark.number, data, style)
        for mark, (_, data, style) in zip(marks, buttons, strict=False)
    ]
    for i in range(0, len(short), ACROSS):
        yield tuple(short[i : i + ACROSS])
    passed = 0
    for row in payload.rows:
        passed += len(row)
        if passed > len(marks):
            yield row


def plainer(chat: int, payload: Payload, late: str, cut_short: str) -> tuple[tuple[Call, ...], ...]:
    """Other ways to say what must be read, for when Telegram refuses `calls`, each plainer than the one before: as plain
    text, in pieces without buttons, and `cut_short`, which stands in for it."""
    blocks = (("text", late), *payload.blocks) if late else payload.blocks
    whole = [_plain(chat, text) for text in pieces(blocks, LONGEST, plain=True)]
    small = [_plain(chat, text) for block in blocks for text in pieces((block,), SHORT, plain=True)]
    return _with_buttons(whole, keyboard(payload.rows)), tuple(small), (_plain(chat, cut_short),)


def answer_tap(tap: str, notice: str = "") -> Call:
    """The call that ends a tap's spinner, with a short text shown for a moment."""
    values = {"callback_query_id": tap}
    return Call("answerCallbackQuery", {**values, "text": notice[:200]} if notice else values)


def keyboard(rows: Iterable[Row]) -> dict[str, Any] | None:
    """An inline keyboard, or None for no buttons."""
    keys = [[_button(*button) for button in row] for row in rows]
    return {"inline_keyboard": keys} if keys else None


def _button(label: str, data: str, style: str) -> dict[str, Any]:
    if style == "copy":
        return {"text": label, "copy_text": {"text": data}}
    plain = {"text": label, "callback_data": data}
    return {**plain, "style": style} if style else plain


def _with_buttons(messages: Sequence[Call], markup: Mapping[str, Any] | None) -> tuple[Call, ...]:
    """The messages, with the buttons under the last."""
    if markup is None or not messages:
        return tuple(messages)
    last = messages[-1]
    return (*messages[:-1], last._replace(values={**last.values, "reply_markup": markup}))


def _plain(chat: int, text: str) -> Call:
    return Call("sendMessage", {"chat_id": chat, "text": text})


def _text(chat: int, text: str) -> dict[str, Any]:
    return {"chat_id": chat, "text": text, "parse_mode": "HTML", "link_preview_options": _NO_PREVIEW}


def _edit(chat: int, message_id: int, texts: Sequence[str], markup: dict[str, Any] | None) -> Call:
    """The message as it is now; of one that was split, the last part, which carried the keyboard."""
    if not texts:
        return Call("editMessageReplyMarkup", {"chat_id": chat, "message_id": message_id})
    values = {**_text(chat, texts[-1]), "message_id": message_id}
    return Call("editMessageText", values if markup is None else {**values, "reply_markup": markup})


def pieces(blocks: Sequence[tuple[str, str]], most: int, plain: bool = False) -> Iterator[str]:
    """The blocks as HTML texts of at most `most` UTF-16 units each, split between blocks where that is possible. `plain`: as
    plain texts."""
    html: list[str] = []
    used = 0
    if 2 * sum([len(text) + 2 for _, text in blocks]) > most:  # a character is two units at most
        blocks = list(_short_enough(blocks, most))
    for kind, text in blocks:
        text = text.strip()
        if not text:
            continue
        before = "" if not html else "\n" if kind == "item" else "\n\n"
        size = text_units(text) + len(before)
        if html and used + size > most:
            yield "".join(html)
            html, used, before = [], 0, ""
            size = text_units(text)
        html += (before, text if plain else _html(kind, text))
        used += size
    if html:
        yield "".join(html)


def _html(kind: str, text: str) -> str:
    opening, closing = _TAGS.get(kind, ("", ""))
    said = escape(text, quote=False)
    if kind == "fold":
        heading, *rest = said.split("\n", 1)
        said = "\n".join((f"<b>{heading}</b>", *rest))
    return f"{opening}{said}{closing}"


def _dated(html: str, dates: Sequence[tuple[str, int]]) -> str:
    """The dates in a text as what they are, so that a phone can write them in its own way."""
    for words, moment in dates:
        html = html.replace(words, f'<tg-time unix="{moment}" format="{_DATE}">{words}</tg-time>')
    return html


def text_units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _short_enough(blocks: Sequence[tuple[str, str]], most: int) -> Iterator[tuple[str, str]]:
    """The blocks, those that are longer than a message cut at line ends, sentences or spaces. None is empty."""
    for kind, text in blocks:
        left = text.strip()
        while text_units(left) > most:
            head = left.encode("utf-16-le")[: most * 2].decode("utf-16-le", "ignore")
            cut = max(head.rfind("\n"), 0) or max(head.rfind(". ") + 1, 0) or max(head.rfind(" "), 0) or len(head)
            yield kind, left[:cut].rstrip()
            left = left[cut:].lstrip()
        if left:
            yield kind, left
