"""Telegram's updates as what the service handles. Nothing that a patient wrote is passed over.

An update is read as the plain JSON that it came as: fields that are not known here are of no concern, and one that
cannot be read is set aside alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.core.conversation.events import Commanded, Edited, Event, Received, Started, Typed
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.model.system_texts import COMMANDS
from bot.service.incoming import Incoming, MakeEvent, Pressed

Json = Mapping[str, Any]

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
"""The kinds of updates that the bot asks Telegram for."""

KINDS = (
    "sticker", "voice", "photo", "video", "video_note", "audio", "animation", "document", "location", "venue",
    "contact", "poll", "dice", "game", "story", "paid_media", "checklist", "invoice",
)  # fmt: skip
"""Contents that a person sends and the bot cannot read. What is neither words nor one of these is Telegram's own note."""

_ONE_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def chat_name(chat_id: int) -> str:
    """How a Telegram chat is called in the store."""
    return f"telegram:{chat_id}"


def chat_id(name: str) -> int:
    """The Telegram number of a chat of the store."""
    return int(name.partition(":")[2])


def read_update(update: Json) -> Incoming:
    """One update. Never raises for an update with an id: what cannot be read is marked as unreadable."""
    number = int(update["update_id"])
    for kind, read in _READERS.items():
        body = update.get(kind)
        if body is not None:
            try:
                return read(body, number)
            except (KeyError, TypeError, ValueError, AttributeError):
                return Incoming(_chat_anyhow(body), None, number, unreadable=True)
    return Incoming("", None, number)


def tap_id(update: Json) -> str | None:
    """The id of the tap that waits for an answer, if the update is one."""
    tap = update.get("callback_query")
    found = tap.get("id") if isinstance(tap, Mapping) else None
    return found if isinstance(found, str) else None


def _message(message: Json, number: int) -> Incoming:
    chat, lang = message["chat"], _lang(message)
    name = chat_name(int(chat["id"]))
    if chat["type"] != "private":
        left = message.get("left_chat_member") is not None
        return Incoming(name, None, number, lang, notice="" if left else "group_refused")
    sent = float(message["date"])
    text = message.get("text")
    if "forward_origin" in message or "forward_date" in message:
        return Incoming(name, Received("forward"), number, lang, sent=sent)
    if isinstance(text, str):
        event, flow = _words(text, int(message["message_id"]))
        return Incoming(name, event, number, lang, flow, sent)
    kind = next((k for k in KINDS if k in message), None)
    if kind is None:
        return Incoming(name, None, number)
    return Incoming(name, _captioned(message, kind), number, lang, sent=sent)


def _words(text: str, message: int) -> tuple[Event | MakeEvent, str | None]:
    """Typed words, or a command; "/start NAME" is a link to a flow."""
    if not text.startswith("/"):
        return Typed(text, message), None
    name, _, argument = text[1:].partition(" ")
    name, argument = name.partition("@")[0].lower(), argument.strip()
    if name not in COMMANDS:
        return Typed(text, message), None
    event: Event = Started() if name == "start" else Commanded(name, argument)
    if not argument or _ONE_WORD.fullmatch(argument):
        return event, argument if argument and name == "start" else None
    return _red_flag_or(Typed(argument, message), event), None


def _captioned(message: Json, kind: str) -> Event | MakeEvent:
    caption = message.get("caption")
    if not isinstance(caption, str) or not caption.strip():
        return Received(kind)
    return _red_flag_or(Typed(caption, int(message["message_id"])), Received(kind))


def _red_flag_or(words: Typed, otherwise: Event) -> MakeEvent:
    """Words where none are expected: read if they carry a red flag (nothing is discarded before that look)."""

    def make(session: Session, flow: Flow) -> Event:
        reading = flow.reader(words.text, session.seen, session.lang, None)
        return words if reading.signs or reading.crisis else otherwise

    return make


def _edited(message: Json, number: int) -> Incoming:
    chat, text = message["chat"], message.get("text")
    name = chat_name(int(chat["id"]))
    if chat["type"] != "private":
        return Incoming(name, None, number)
    sent, lang = float(message.get("edit_date", message["date"])), _lang(message)
    if isinstance(text, str):
        return Incoming(name, Edited(text, int(message["message_id"])), number, lang, sent=sent)
    kind = next((k for k in KINDS if k in message), None)
    if kind is None or not message.get("caption"):
        return Incoming(name, None, number)  # a place that moves, a poll that ends
    return Incoming(name, _captioned(message, kind), number, lang, sent=sent)


def _tapped(tap: Json, number: int) -> Incoming:
    message = tap.get("message") or {}
    chat = message.get("chat") or {"id": tap["from"]["id"], "type": "private"}
    name = chat_name(int(chat["id"]))
    if chat["type"] != "private" or "data" not in tap:
        return Incoming(name, None, number)
    return Incoming(name, Pressed(str(tap["data"]), message.get("message_id")), number, _lang(tap))


def _membership(change: Json, number: int) -> Incoming:
    chat, status = change["chat"], change["new_chat_member"]["status"]
    name = chat_name(int(chat["id"]))
    if status in ("kicked", "left"):
        return Incoming(name, None, number, gone=True)
    if chat["type"] != "private":
        return Incoming(name, None, number, _lang(change), notice="group_refused")
    return Incoming(name, None, number)


def _lang(body: Json) -> str:
    code = (body.get("from") or {}).get("language_code") or ""
    return str(code).partition("-")[0].lower()


def _chat_anyhow(body: Any) -> str:
    """The chat of an update that cannot be read, if at least that can: its person is told. "" otherwise."""
    for place in (body, body.get("message") if isinstance(body, Mapping) else None):
        chat = place.get("chat") if isinstance(place, Mapping) else None
        number = chat.get("id") if isinstance(chat, Mapping) else None
        if isinstance(number, int) and number > 0:
            return chat_name(number)
    return ""


_READERS: Mapping[str, Callable[[Json, int], Incoming]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _tapped,
    "my_chat_member": _membership,
}
