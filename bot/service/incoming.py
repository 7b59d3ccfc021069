"""What comes in from a channel, and what became of it: the values that go into and come out of `Service.handle`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bot.core.conversation.events import Event, Received, Tapped, Turn, Typed
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.store import Due, Tallied

from .payload import Payload

MakeEvent = Callable[[Session, Flow], Event | None]
NO_SCREEN = Tapped("", -1, "", "")
"""A tap that no keyboard known here can have drawn: nothing is answered, the question is shown again."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button's data, which becomes a tap once it is known which version drew it. `message`: the channel's number of
    the message that it stands under."""

    data: str
    message: int | None = None


@dataclass(frozen=True, slots=True)
class RedFlagOr:
    """Words beside others: read if they carry a red flag (nothing is discarded before that look)."""

    words: Typed | Received
    text: str
    otherwise: Event

    def __call__(self, session: Session, flow: Flow) -> Event:
        reading = flow.reader(self.text, session.seen, session.lang, None)
        return self.words if reading.signs or reading.crisis else self.otherwise


class Incoming(NamedTuple):
    """Something that came in for a chat. `event`: may be made once the session and its flow are known; None = nothing
    to do but to count the update. `chat`: "" for an update that names none.

    `update`: the channel's number, which counts once; `sent`: when the patient wrote it (seconds, UTC), if known;
    `notice`: a system text to say once, without a session, before leaving the chat; `gone`: the patient blocked the bot;
    `back`: and does so no more; `raw`: it as text, from which the channel can read it again, so that it may wait for another
    batch; `wait`: it is to, unless a red flag is told; `warned`: something urgent is on its way to the chat already, so that even
    that waits; `ahead`: a red flag is told, so it did not wait; `phone`: the language of the
    phone, with its region if it names one.
    """

    chat: str
    event: Event | MakeEvent | Pressed | None
    update: int | None = None
    lang: str = ""
    flow: str | None = None
    sent: float | None = None
    due: Due | None = None
    notice: str = ""
    gone: bool = False
    back: bool = False
    raw: Callable[[], str] | None = None
    wait: bool = False
    warned: bool = False
    ahead: bool = False
    unreadable: bool = False
    phone: str = ""


Why = Literal["", "seen", "poison", "nothing", "later"]


class Handled(NamedTuple):
    """What became of one incoming event: the turn (None: seen before, set aside, or nothing to do), its messages, the
    short text to show with a tap, and the flow that handled it. `stored`: the messages as texts of the outbox; `counts`:
    what the turn adds one to in the statistics."""

    incoming: Incoming
    turn: Turn | None = None
    messages: tuple[Payload, ...] = ()
    why: Why = ""
    ack: str = ""
    flow: Flow | None = None
    stored: tuple[str, ...] = ()
    counts: tuple[Tallied, ...] = ()
