"""What a patient can do in a channel, what the patient then sees, and who brings the two together: a driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow


@dataclass(frozen=True, slots=True)
class Open:
    """Open the chat (/start)."""


@dataclass(frozen=True, slots=True)
class Press:
    """Press the button with this data under this message of the bot's."""

    data: str
    message: int


@dataclass(frozen=True, slots=True)
class Write:
    """Type words. `number`: which typed message this is, from 1."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edit the typed message of this number."""

    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Order:
    """Give a command."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    """Send something that is not text: sticker, voice, ..."""

    kind: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass in silence."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Restart:
    """Stop the bot as it is and start it again."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Put a new version of the flow in place."""

    flow: Flow


Act = Open | Press | Write | Rewrite | Order | Send | Wait | Restart | Replace


@dataclass(frozen=True, slots=True)
class Key:
    """A button as the patient sees it, and the data that pressing it sends."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of the bot's, plain text. `edits`: it took the place of what `message` showed before.

    An edit with empty text took away or changed the buttons only.
    """

    message: int
    text: str
    rows: tuple[tuple[Key, ...], ...] = ()
    edits: bool = False

    @property
    def keys(self) -> tuple[Key, ...]:
        """All buttons in order."""
        return tuple(k for row in self.rows for k in row)


class Driver(Protocol):
    """One chat with the bot in some channel. Each way to run a script has its own."""

    async def do(self, act: Act) -> tuple[Shown, ...]:
        """Do it, and return what the bot showed until it came to rest, in order."""
        ...

    async def session(self) -> Session | None:
        """The chat's session as the bot keeps it; None if it keeps none."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
