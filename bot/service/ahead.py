"""A red flag among what a chat sends beyond its share of a batch goes ahead of the line; looking for it costs little.

What goes ahead answers no screen, since words that wait before it were said first: its signs and facts count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.conversation.events import Edited, Event, Received, Typed
from bot.core.flow.compiled import Flow

from .incoming import Incoming, RedFlagOr

MOST = 2
"""Updates of one chat that go ahead in one batch, beyond its share."""
LOOKED_AT = 160
"""Characters of one message that are looked at: who is in an emergency writes short."""
A_LOOK = 15
"""What a look costs however short the message is, in characters."""
COST = 2_000
"""Characters of one chat that are looked at in one batch, half of them at most in messages that are longer: at the most that words
can cost a twentieth of a second."""


@dataclass
class Lookout:
    """The looks at what one chat sends beyond its share of one batch."""

    found: int = 0
    left: int = COST

    def event(self, incoming: Incoming, flow: Flow, lang: str, now: datetime) -> Event | None:
        """What goes ahead of its turn: the event if a sign is told by it, or a wish to die; None if it has to wait."""
        told = _told(incoming.event)
        if told is None or incoming.warned or self.found == MOST:
            return None
        event, words = told
        cost = A_LOOK + min(len(words), LOOKED_AT)
        if self.left - cost < (COST // 2 if len(words) > LOOKED_AT else 0):
            return None
        self.left -= cost
        reading = flow.reader(words[:LOOKED_AT], now, lang, None)
        if not (reading.signs or reading.crisis):
            return None
        self.found += 1
        return event


def _told(event: object) -> tuple[Event, str] | None:
    """An event that answers no screen but says the same, and its words; None if there are none."""
    if isinstance(event, RedFlagOr):
        told = _told(event.words)
        return None if told is None else (told[0], event.text)
    if isinstance(event, Typed):
        return replace(event, unseen=True), event.text
    if isinstance(event, Edited):
        return Typed(event.text, event.message, event.edited, unseen=True), event.text
    return (event, event.words) if isinstance(event, Received) and event.words else None
