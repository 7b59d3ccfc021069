"""A person at the double: writes, taps, edits, sends what no bot expects, looks at the screen, and waits for answers."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any, Protocol

from .account import Account, Tap
from .chats import Chat, DoubleMessage, as_it_stands, as_it_went
from .html import html_units
from .updates import Updates

PATIENCE = 20.0
"""Seconds after which what has not come counts as something that never will: long, since machines may be busy."""


class Switchboard(Protocol):
    """What a person needs of the double: its account, the updates to the bot, and a tap that the bot must answer."""

    account: Account
    updates: Updates

    def new_tap(self, chat: Chat, label: str) -> Tap:
        """A tap that the bot must answer."""


class User:
    """One person in one chat. What they do becomes an update at once and returns without waiting for the bot."""

    def __init__(self, double: Switchboard, chat: Chat, body: dict[str, Any]) -> None:
        self.double = double
        self.chat = chat
        self.body = body
        self.last_update = 0
        self.last_sent: DoubleMessage | None = None
        self._last_tap: tuple[DoubleMessage, str, str] | None = None

    # What they do

    def send(self, text: str, **more: Any) -> DoubleMessage:
        """Write a message. `more`: further fields of the Bot API's Message."""
        fields: dict[str, Any] = {"text": text, **more}
        if text.startswith("/"):
            fields["entities"] = [{"type": "bot_command", "offset": 0, "length": html_units(text.split()[0])}]
        self.last_sent = self._write(fields, "me", text)
        return self.last_sent

    def start(self, parameter: str = "") -> DoubleMessage:
        """Press Start, or follow a deep link with this parameter."""
        return self.send(f"/start {parameter}".strip())

    def edit(self, text: str, message: DoubleMessage | None = None) -> None:
        """Change a message of one's own, the last one unless another is named."""
        message = message or self.last_sent
        assert message is not None, "nothing was sent that could be edited"
        message.body = {**message.body, "text": text, "edit_date": int(self.double.account.clock())}
        message.edits += 1
        self.chat.note("my_edit", text)
        self._update("edited_message", message.body)

    def tap(self, which: str, on: DoubleMessage | None = None) -> Tap:
        """Tap the button with this label or callback data: on the newest message that has it, or on the one given."""
        shown = [on] if on is not None else list(self.chat.from_bot())
        for message in shown:
            button = message.button(which)
            if button is not None:
                assert button.data is not None, f"the button {which!r} is a link"
                return self.press(message, button.data, button.label)
        raise AssertionError(f"no button {which!r} on the screen:\n{self.transcript()}")

    def press(self, message: DoubleMessage, data: str, label: str = "") -> Tap:
        """Send callback data as if from a message, even if its keyboard is gone: a stale tap, or a forged one."""
        self._last_tap = message, data, label
        tap = self.double.new_tap(self.chat, label or data)
        body: dict[str, Any] = dict(message.body)
        if message.deleted:
            body = {"chat": self.chat.body, "message_id": message.id, "date": 0}
        self.chat.note("tap", label or data)
        self._update(
            "callback_query",
            {"id": tap.id, "from": self.body, "message": body, "chat_instance": str(self.chat.id), "data": data},
        )
        return tap

    def tap_again(self) -> Tap:
        """Repeat the last tap: a nervous finger."""
        assert self._last_tap is not None, "nothing was tapped yet"
        return self.press(*self._last_tap)

    def sticker(self) -> DoubleMessage:
        """Send a sticker."""
        kind = {"type": "regular", "is_animated": False, "is_video": False, "emoji": "😀"}
        return self._other("sticker", {**_file("sticker"), **kind, "width": 512, "height": 512})

    def voice(self) -> DoubleMessage:
        """Send a voice message."""
        return self._other("voice", {**_file("voice"), "duration": 3})

    def photo(self, caption: str = "") -> DoubleMessage:
        """Send a photo."""
        return self._other("photo", [{**_file("photo"), "width": 90, "height": 90}], caption)

    def document(self, name: str = "letter.pdf", caption: str = "") -> DoubleMessage:
        """Send a file."""
        return self._other("document", {**_file("document"), "file_name": name}, caption)

    def video(self) -> DoubleMessage:
        """Send a video."""
        return self._other("video", {**_file("video"), "width": 90, "height": 90, "duration": 3})

    def location(self) -> DoubleMessage:
        """Send a place."""
        return self._other("location", {"latitude": 48.1, "longitude": 17.1})

    def contact(self) -> DoubleMessage:
        """Send a contact."""
        return self._other("contact", {"phone_number": "+000", "first_name": "Somebody"})

    def poll(self) -> DoubleMessage:
        """Send a poll."""
        options = [{"text": "a", "voter_count": 0, "persistent_id": "0"}]
        flags = {"is_closed": False, "is_anonymous": True, "allows_multiple_answers": False, "allows_revoting": False}
        flags["members_only"] = False
        return self._other(
            "poll", {"id": "1", "question": "?", "options": options, "total_voter_count": 0, "type": "regular", **flags}
        )

    def forward(self, text: str) -> DoubleMessage:
        """Forward somebody else's message."""
        origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 0}
        return self._write({"text": text, "forward_origin": origin}, "me", text)

    def sends(self, **fields: Any) -> DoubleMessage:
        """Send a message of any content, of kinds that nobody knows yet too. `fields`: of the Bot API's Message."""
        return self._write(fields, "other", f"a message of {', '.join(fields)}")

    def adds(self, status: str = "member") -> None:
        """Add the bot to the group or channel."""
        self.chat.left = False
        self._membership("left", status)

    def removes(self) -> None:
        """Remove the bot from the group or channel; also what Telegram says after the bot left by itself."""
        self.chat.left = True
        self._membership("member", "left")

    def block(self) -> None:
        """Block the bot."""
        self.chat.blocked = True
        self._membership("member", "kicked")

    def unblock(self) -> None:
        """Let the bot write again."""
        self.chat.blocked = False
        self._membership("kicked", "member")

    # What they see

    @property
    def messages(self) -> list[DoubleMessage]:
        """The bot's messages that stand in the chat, oldest first."""
        return list(self.chat.from_bot())[::-1]

    @property
    def last_message(self) -> DoubleMessage:
        """The bot's newest message."""
        found = next(self.chat.from_bot(), None)
        assert found is not None, f"the bot has said nothing in chat {self.chat.id}"
        return found

    @property
    def unanswered_taps(self) -> list[Tap]:
        """Taps on which the client still shows a spinner."""
        taps = self.double.account.taps
        return [taps[number] for number in sorted(self.chat.spinning, key=int) if number in taps]

    def transcript(self) -> str:
        """The chat as it stands on the screen, as text with keyboards."""
        return as_it_stands(list(self.chat.messages.values()))

    def history(self) -> str:
        """All that happened in the chat, in order: also taps, notices, and what edits and deletions replaced."""
        return as_it_went(self.chat.happened)

    # What they wait for

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until the condition holds; it is looked at whenever something happens in the chat. AssertionError
        with the transcript after `seconds`."""
        await self.chat.changed.until(
            condition, seconds, lambda: f"nothing of the kind within {seconds:g} s:\n{self.history()}"
        )

    async def sees(self, words: str, seconds: float = PATIENCE) -> DoubleMessage:
        """Wait until the bot's newest message has these words in its text or as a button; returns the message."""

        def seen() -> bool:
            newest = next(self.chat.from_bot(), None)
            return newest is not None and (words in newest.text or words in newest.labels)

        await self.until(seen, seconds)
        return self.last_message

    async def next_message(self, seconds: float = PATIENCE) -> DoubleMessage:
        """Wait until the bot has written a message after the last thing that this person wrote."""
        after = max((m.id for m in self.chat.messages.values() if not m.by_bot), default=0)

        def come() -> bool:
            newest = next(self.chat.from_bot(), None)
            return newest is not None and newest.id > after

        await self.until(come, seconds)
        return self.last_message

    async def answered(self, tap: Tap, seconds: float = PATIENCE) -> Tap:
        """Wait until the tap was answered."""
        await self.until(lambda: tap.answered, seconds)
        return tap

    def _other(self, kind: str, body: Any, caption: str = "") -> DoubleMessage:
        return self._write({kind: body, **({"caption": caption} if caption else {})}, "other", f"a {kind}")

    def _write(self, fields: dict[str, Any], what: str, words: str) -> DoubleMessage:
        """These people answer within the second in which they are asked; Telegram's dates are whole seconds. So theirs are
        rounded up, or an answer would look older than its question."""
        body = {
            **self.double.account.new_body(self.chat, self.body),
            "date": ceil(self.double.account.clock()),
            **fields,
        }
        message = DoubleMessage(body, by_bot=False)
        self.chat.add(message)
        self.chat.note(what, words)
        self._update("message", message.body)
        return message

    def _membership(self, old: str, new: str) -> None:
        def member(status: str) -> dict[str, Any]:
            return {
                "user": self.double.account.me,
                "status": status,
                **({"until_date": 0} if status == "kicked" else {}),
            }

        self.chat.changed()
        self._update(
            "my_chat_member",
            {
                "chat": self.chat.body,
                "from": self.body,
                "date": int(self.double.account.clock()),
                "old_chat_member": member(old),
                "new_chat_member": member(new),
            },
        )

    def _update(self, kind: str, body: dict[str, Any]) -> None:
        self.last_update = self.double.updates.add(kind, body)


def _file(kind: str) -> dict[str, Any]:
    return {"file_id": f"a-{kind}", "file_unique_id": kind, "file_size": 1000}
