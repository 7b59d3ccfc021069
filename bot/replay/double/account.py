"""The bot's account at the double: its chats, the taps it owes an answer, its commands and descriptions."""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .chats import Chat, DoubleMessage
from .html import BrokenHtml, html_units, read_html
from .parameters import ApiError, bad_request

Body = dict[str, Any]
TAP_SECONDS = 15.0
"""For how long a tap may be answered; then the person's client has given up."""


@dataclass(slots=True)
class Tap:
    """A tap that waits for answerCallbackQuery. `at`: seconds of the double's clock."""

    id: str
    chat: int
    label: str
    at: float
    answered: bool = False
    toast: str = ""


@dataclass(slots=True)
class DoubleLimits:
    """How often the bot may send before it gets 429: messages a second over all chats, and in one chat."""

    overall: float
    per_chat: float


class Account:
    """`clock`: seconds since 1970; `keep`: how many messages of each chat stay (None: all)."""

    def __init__(self, token: str, username: str, clock: Callable[[], float], keep: int | None) -> None:
        self.token = token
        self.clock = clock
        self.keep = keep
        self.me: Body = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": username,
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self._author = {key: self.me[key] for key in ("id", "is_bot", "first_name", "username")}
        self.chats: dict[int, Chat] = {}
        self.taps: dict[str, Tap] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.settings: dict[tuple[str, str, str], Any] = {}
        self.limits: DoubleLimits | None = None
        self.on_message: Callable[[Chat, DoubleMessage], None] | None = None
        self._message_ids = itertools.count(1)
        self._sent: dict[int, deque[float]] = {}

    def chat(self, chat_id: Any) -> Chat:
        """The chat that a call names, if the bot may write there. Raises ApiError."""
        if isinstance(chat_id, str):
            chat_id = int(chat_id) if re.fullmatch(r"-?\d+", chat_id) else None
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat.left:
            raise ApiError(403, "Forbidden: bot is not a member of the group chat")
        return chat

    def message(self, chat: Chat, message_id: int, what: str) -> DoubleMessage:
        """A message that still stands. Raises ApiError."""
        message = chat.messages.get(message_id)
        if message is None or message.deleted:
            raise bad_request(f"message to {what} not found")
        return message

    def new_body(self, chat: Chat, author: Mapping[str, Any] | None = None) -> Body:
        """The beginning of a Message in the chat, by the bot unless an author is given."""
        return {
            "message_id": next(self._message_ids),
            "from": self._author if author is None else author,
            "chat": chat.body,
            "date": int(self.clock()),
        }

    def post(self, chat: Chat, body: Body, source: str) -> DoubleMessage:
        """Put a message of the bot into the chat."""
        message = DoubleMessage(body, by_bot=True, source=source)
        chat.add(message)
        chat.note("bot", message.text, message)
        if self.on_message is not None:
            self.on_message(chat, message)
        return message

    def changed(self, chat: Chat, message: DoubleMessage) -> None:
        """The bot changed its message."""
        message.edits += 1
        message.body["edit_date"] = int(self.clock())
        chat.note("edited", message.text, message)
        if self.on_message is not None:
            self.on_message(chat, message)

    def check_rate(self, chat: Chat) -> None:
        """Raise 429 if the bot sends more than `limits` allow."""
        if self.limits is None:
            return
        now = self.clock()
        for key, rate in ((0, self.limits.overall), (chat.id, self.limits.per_chat)):
            window = max(1.0, 1.0 / rate)
            times = self._sent.setdefault(key, deque())
            while times and times[0] <= now - window:
                times.popleft()
            if len(times) >= max(1, rate):
                wait = max(1, round(times[0] + window - now + 0.5))
                raise ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
        for key in (0, chat.id):
            self._sent[key].append(now)

    def tap_to_answer(self, tap_id: str) -> Tap:
        """The tap that a call answers. Raises ApiError if it was answered or is too old."""
        tap = self.taps.get(tap_id)
        if tap is None or tap.answered or self.clock() - tap.at > TAP_SECONDS:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        return tap


def shown_text(values: Mapping[str, Any], field: str, most: int) -> tuple[str, list[Body]]:
    """(text without tags, its entities) of a call's text or caption. Raises ApiError."""
    source = values.get(field) or ""
    if "\x00" in source or not _encodable(source):
        raise bad_request("strings must be encoded in UTF-8")
    entities: list[Body] = list(values.get("entities") or values.get("caption_entities") or ())
    mode = values.get("parse_mode")
    if mode is None or mode == "":
        text = source.strip()
    elif mode.lower() == "html":
        try:
            text, found = read_html(source)
        except BrokenHtml as error:
            raise bad_request(f"can't parse entities: {error}") from None
        entities = list(found)
    elif mode in ("Markdown", "MarkdownV2"):
        raise bad_request(f"unsupported parse_mode: this double reads HTML, not {mode}")
    else:
        raise bad_request("unsupported parse_mode")
    if html_units(text) > most:
        raise bad_request("message is too long" if field == "text" else "message caption is too long")
    return text, entities


def _encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
