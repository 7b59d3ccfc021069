"""Telegram's updates as what the service handles. Nothing that a patient wrote is passed over.

An update is read as the plain JSON that it came as: fields that are not known here are of no concern, and one that
cannot be read is set aside alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from bot.core.conversation.events import Commanded, Edited, Event, Received, Replied, Started, Typed
from bot.core.model.system_texts import COMMANDS
from bot.service.incoming import Incoming, MakeEvent, Pressed, RedFlagOr

from .contents import all_words, kind_of, plain_words, quoted

Json = Mapping[str, Any]

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
"""The kinds of updates that the bot asks Telegram for."""

LARGEST_NUMBER = 2**63
"""Ids are below it: what a database, and Telegram, can hold."""
LONGEST_LANG = 8
LAST_DATE = 2**33
"""Seconds UTC, in the year 2242; a date behind it is none."""

_PHONE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_ONE_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def chat_name(chat_id: int) -> str:
    """How a Telegram chat is called in the store. Raises ValueError for a number that no chat can have."""
    if abs(chat_id) >= LARGEST_NUMBER:
        raise ValueError("this is no number of a chat")
    return f"telegram:{chat_id}"


def chat_id(name: str) -> int:
    """The Telegram number of a chat of the store."""
    return int(name.partition(":")[2])


def number_of(update: Json) -> int | None:
    """The update's id; None if it has none that a database can hold: it cannot be counted, so it is passed over."""
    number = update.get("update_id")
    return number if type(number) is int and abs(number) < LARGEST_NUMBER else None


def read_update(update: Json, came: float | None = None, ahead: float = 0.0) -> Incoming:
    """One update. Never raises for an update with an id: what cannot be read is marked as unreadable.

    `came`: when it came in (seconds, UTC), if that is known; `ahead`: seconds by which our clock is ahead of Telegram's.
    """
    number = int(update["update_id"])
    incoming = _read(update, number)

    def ours(written: float | None) -> float | None:
        """The moment by the clock of the bot; never after it came in."""
        return min((t for t in (None if written is None else written + ahead, came) if t is not None), default=None)

    event = incoming.event
    if isinstance(event, RedFlagOr):
        return incoming._replace(
            event=replace(event, words=_moved(event.words, ours), otherwise=_moved(event.otherwise, ours))
        )
    return incoming if event is None or callable(event) else incoming._replace(event=_moved(event, ours))


E = TypeVar("E")


def _moved(event: E, ours: Callable[[float | None], float | None]) -> E:
    """The event with its times by another clock."""
    if isinstance(event, Edited):
        return replace(event, written=ours(event.written), edited=ours(event.edited))
    return replace(event, written=ours(event.written)) if isinstance(event, Typed | Received) else event


def _read(update: Json, number: int) -> Incoming:
    for kind, read in _READERS.items():
        body = update.get(kind)
        if body is not None:
            try:
                return read(body, number)._replace(phone=_phone(body))
            except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
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
    sent, kind, text = date_of(message), kind_of(message), plain_words(message)
    if "forward_origin" in message or "forward_date" in message:
        return Incoming(name, _beside(message, "forward", sent), number, lang, sent=sent)
    if isinstance(text, str) and text.strip():
        event, flow = _words(text, message, sent)
        return Incoming(name, event, number, lang, flow, sent)
    if kind is None and not isinstance(text, str):
        return Incoming(name, None, number)
    return Incoming(name, _beside(message, kind or "text", sent), number, lang, sent=sent)


def date_of(message: Json, field: str = "date") -> float | None:
    """Seconds UTC; None where Telegram names no time, or one that no calendar has."""
    seconds = message.get(field) or 0
    return float(seconds) if 0 < seconds < LAST_DATE else None


def _beside(message: Json, kind: str, sent: float | None) -> Received:
    """What is no typed answer, with every word in it."""
    origin = message.get("forward_origin") or {}
    forwarded = kind == "forward" or bool(origin)
    writer = (origin.get("sender_user") or {}).get("id")
    own = writer == (message.get("from") or {}).get("id") if forwarded else kind != "quote"
    return Received(kind, all_words(message), own, str(message.get("media_group_id") or ""), sent)


def _words(text: str, message: Json, sent: float | None) -> tuple[Event | MakeEvent, str | None]:
    """Typed words, or a command; "/start NAME" is a link to a flow."""
    number = message_number(message)
    typed = Typed(text, number, sent, _replied(message))
    if text.startswith("/"):
        name, _, argument = text[1:].partition(" ")
        name, argument = name.partition("@")[0].lower(), argument.strip()
        if name in COMMANDS:
            event: Event = Started() if name == "start" else Commanded(name, argument)
            if not argument or _ONE_WORD.fullmatch(argument):
                return event, argument if argument and name == "start" else None
            return RedFlagOr(Typed(argument, number, sent), argument, event), None
    quote = quoted(message)
    return (RedFlagOr(_beside(message, "quote", sent), quote, typed) if quote.strip() else typed), None


def message_number(message: Json) -> int | None:
    """The number of a message; None if it has none that a database can hold."""
    number = message.get("message_id")
    return number if type(number) is int and abs(number) < LARGEST_NUMBER else None


def _replied(message: Json) -> Replied | None:
    """The message of this chat that a reply points at."""
    to = message.get("reply_to_message")
    if not isinstance(to, Mapping):
        return None
    keys = (to.get("reply_markup") or {}).get("inline_keyboard") or [[{}]]
    own = not (to.get("from") or {}).get("is_bot", True)
    return Replied(all_words(to), str(keys[0][0].get("callback_data") or ""), message_number(to), own)


def _edited(message: Json, number: int) -> Incoming:
    chat, text = message["chat"], plain_words(message)
    name = chat_name(int(chat["id"]))
    if chat["type"] != "private":
        return Incoming(name, None, number)
    edited, lang = date_of(message, "edit_date") or date_of(message), _lang(message)
    if text is not None and text.strip():
        event = Edited(text, message_number(message) or 0, date_of(message), edited)
        return Incoming(name, event, number, lang, sent=edited)
    if not all_words(message).strip():
        return Incoming(name, None, number)  # a place that moves, a poll that ends
    return Incoming(name, _beside(message, kind_of(message) or "text", edited), number, lang, sent=edited)


def _tapped(tap: Json, number: int) -> Incoming:
    message = tap.get("message") or {}
    chat = message.get("chat") or {"id": tap["from"]["id"], "type": "private"}
    name = chat_name(int(chat["id"]))
    if chat["type"] != "private" or "data" not in tap:
        return Incoming(name, None, number)
    return Incoming(name, Pressed(str(tap["data"]), message_number(message)), number, _lang(tap))


def _membership(change: Json, number: int) -> Incoming:
    chat, status = change["chat"], change["new_chat_member"]["status"]
    name = chat_name(int(chat["id"]))
    if status in ("kicked", "left"):
        return Incoming(name, None, number, gone=True)
    if chat["type"] != "private":
        return Incoming(name, None, number, _lang(change), notice="group_refused")
    return Incoming(name, None, number, back=True)


def _phone(body: Json) -> str:
    """The language of the phone as Telegram names it, e.g. en-GB; "" for what is none."""
    code = str((body.get("from") or {}).get("language_code") or "")
    return code if _PHONE.fullmatch(code) else ""


def _lang(body: Json) -> str:
    code = (body.get("from") or {}).get("language_code") or ""
    lang = str(code).partition("-")[0].lower()
    return lang if lang.isalpha() and len(lang) <= LONGEST_LANG else ""


def _chat_anyhow(body: Any) -> str:
    """The chat of an update that cannot be read, if at least that can: its person is told. "" otherwise."""
    for place in (body, body.get("message") if isinstance(body, Mapping) else None):
        chat = place.get("chat") if isinstance(place, Mapping) else None
        number = chat.get("id") if isinstance(chat, Mapping) else None
        if isinstance(number, int) and 0 < number < LARGEST_NUMBER:
            return chat_name(number)
    return ""


_READERS: Mapping[str, Callable[[Json, int], Incoming]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _tapped,
    "my_chat_member": _membership,
}
