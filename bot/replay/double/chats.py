"""Chats as the double keeps them: messages with their keyboards, what happened in which order, and a text transcript."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A key of an inline keyboard. `data`: its callback data; `url`: where it leads instead."""

    label: str
    data: str | None = None
    url: str | None = None


class Message:
    """A message as it stands in its chat. `body`: the Bot API's Message; `by_bot`: who wrote it; `edits`: how often it
    was changed; `file`: (name, content) of a document that the bot sent; `source`: the text before Telegram read it."""

    __slots__ = ("body", "by_bot", "deleted", "edits", "file", "source")

    def __init__(self, body: dict[str, Any], *, by_bot: bool, source: str = "") -> None:
        self.body = body
        self.by_bot = by_bot
        self.source = source
        self.edits = 0
        self.deleted = False
        self.file: tuple[str, bytes] | None = None

    @property
    def id(self) -> int:
        """The message id."""
        number: int = self.body["message_id"]
        return number

    @property
    def text(self) -> str:
        """What the reader sees: text or caption, without tags."""
        return str(self.body.get("text", self.body.get("caption", "")))

    @property
    def buttons(self) -> tuple[tuple[Button, ...], ...]:
        """The rows of its inline keyboard, or ()."""
        rows = self.body.get("reply_markup", {}).get("inline_keyboard", ())
        return tuple(tuple(Button(b["text"], b.get("callback_data"), b.get("url")) for b in row) for row in rows)

    @property
    def labels(self) -> list[str]:
        """The labels of all its buttons."""
        return [button.label for row in self.buttons for button in row]

    def button(self, which: str) -> Button | None:
        """The button with this label or callback data, the label first."""
        every = [button for row in self.buttons for button in row]
        return next((b for b in every if b.label == which), None) or next((b for b in every if b.data == which), None)

    def __repr__(self) -> str:
        return f"Message({self.id}, {self.text!r}, {self.labels})"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened in a chat. `what`: "bot", "me", "tap", "edited" (by the bot), "my_edit", "deleted",
    "toast" (the answer to a tap), "action" (typing…), "other" (anything else a person did); `text`: its words."""

    what: str
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()


class Chat:
    """One chat. `body`: the Bot API's Chat; `blocked`: the person blocked the bot; `happened`: all of it, in order;
    `spinning`: ids of the taps that the bot has not answered yet."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.id: int = body["id"]
        self.blocked = False
        self.left = False
        self.messages: dict[int, Message] = {}
        self.happened: list[Happening] = []
        self.spinning: set[str] = set()
        self.keep: int | None = None
        self.changed = Changed()

    def add(self, message: Message) -> None:
        """Put a message at the end."""
        self.messages[message.id] = message
        if self.keep is not None and len(self.messages) > self.keep:
            del self.messages[next(iter(self.messages))]

    def note(self, what: str, text: str, message: Message | None = None) -> None:
        """Remember what happened, and wake those who wait for it."""
        if self.keep is None:
            self.happened.append(Happening(what, text, message.buttons if message else ()))
        self.changed()

    def from_bot(self) -> Iterator[Message]:
        """The bot's messages that still stand, the newest first."""
        return (message for message in reversed(self.messages.values()) if message.by_bot)


class Changed:
    """Wakes whoever waits for a condition, by looking again at each change and never in between."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def __call__(self) -> None:
        """Something changed."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        for condition, future in waiting:
            if future.done():
                continue
            try:
                met = condition()
            except Exception as error:
                future.set_exception(error)
                continue
            if met:
                future.set_result(None)
            else:
                self._waiting.append((condition, future))

    async def until(self, condition: Callable[[], bool], seconds: float, failure: Callable[[], str]) -> None:
        """Return when the condition holds; AssertionError with the failure's words after that many seconds."""
        if condition():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((condition, future))
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            raise AssertionError(failure()) from None


_WHO = {"bot": "bot", "me": "me", "edited": "bot (edits)", "my_edit": "me (edits)", "toast": "bot (notice)"}
_LEFT = {"tap": "me taps", "deleted": "bot deletes", "action": "bot is", "other": "me sends"}
_INDENT = 13


def as_it_stands(messages: Sequence[Message]) -> str:
    """The chat as it would look on a screen now: each message once, with its keyboard."""
    return "\n".join(_entry("bot" if m.by_bot else "me", m.text or _kind(m.body), m.buttons) for m in messages)


def as_it_went(happened: Sequence[Happening]) -> str:
    """The chat as it went: messages, taps, edits and notices in order."""
    lines = []
    for one in happened:
        if one.what in _LEFT:
            lines.append(_entry(_LEFT[one.what], f"[{one.text}]" if one.what == "tap" else one.text, ()))
        else:
            lines.append(_entry(_WHO[one.what], one.text, one.buttons))
    return "\n".join(lines)


def _entry(who: str, text: str, buttons: tuple[tuple[Button, ...], ...]) -> str:
    lines = text.split("\n") + [" ".join(f"[{button.label}]" for button in row) for row in buttons]
    first = f"{who:<{_INDENT}}{lines[0]}"
    return "\n".join([first.rstrip(), *(f"{'':<{_INDENT}}{line}".rstrip() for line in lines[1:])])


_KINDS = ("document", "sticker", "voice", "photo", "location", "contact", "poll", "video", "audio", "animation")


def _kind(body: Mapping[str, Any]) -> str:
    found = next((kind for kind in _KINDS if kind in body), "message")
    name = body[found].get("file_name", "") if found == "document" else ""
    return f"({found}{f' {name}' if name else ''})"
