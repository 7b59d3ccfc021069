"""Somebody who goes on by themselves once the lines of a case are played: what they are lent, and what they bring back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow


class WordsTyped(NamedTuple):
    """Words that were typed while a question stood there (None: before any), and how they were read: `outcome` is a key of
    `OUTCOMES`, `read_as` says what was taken from them that is not so."""

    question: str | None
    text: str
    outcome: str
    read_as: str = ""


READ, ASKED, UNREAD, WRONG, DENIED = "read", "asked about", "not read", "wrong", "denied wrongly"
OUTCOMES = (READ, ASKED, UNREAD, WRONG, DENIED)
"""What can become of typed words, the best first."""


@dataclass(frozen=True)
class Talked:
    """What somebody said. `steps`: the same as lines of a script."""

    answers: tuple[WordsTyped, ...] = ()
    steps: tuple[dict[str, Any], ...] = ()


NOTHING_SAID = Talked()


class Hands(Protocol):
    """What a chat lends to somebody who talks in it. `press` and `write` raise Deviated."""

    @property
    def flow(self) -> Flow:
        """The flow in which the chat runs."""
        ...

    async def session(self) -> Session | None:
        """The chat as the bot keeps it."""
        ...

    async def press(self, name: str) -> None:
        """Tap the button of that name."""
        ...

    async def write(self, text: str) -> None:
        """Type words."""
        ...


class Patient(Protocol):
    """Somebody who talks until there is a result."""

    async def talk(self, hands: Hands) -> Talked:
        """Talk in a chat that is open. Raises Deviated."""
        ...
