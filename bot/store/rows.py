"""What goes into the store and comes out of it: frozen rows whose sessions and messages are opaque text.

All times are seconds since 1970-01-01 UTC as float. A chat is named by its key, such as "telegram:123".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

EMERGENCY = 0
ORDINARY = 1
LONGEST_WAIT = 60.0
"""Seconds that a chat's messages wait at most for a lease or another try: what lies further ahead was written by a wrong clock."""
REPEATS = 2 * 86400.0
"""Seconds after which Telegram surely does not repeat an update, so that its id can be forgotten."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One interview. `json`: the session as the core wrote it; `version`: content hash of its flow;
    `schema`: number of the session's own format; `status`: "running" until `finished` is set."""

    id: str
    chat: str
    flow: str
    version: str
    json: str
    started: float
    seen: float
    schema: int = 1
    status: str = "running"
    level: str | None = None
    finished: float | None = None


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A chat as it was loaded, with its current session. `state`: opaque text that outlives sessions (consent,
    language asked, ...); `last_update`: highest update id handled; the last five fields belong to delivery
    (`lease_left`: in seconds)."""

    chat: str
    session: SessionRow | None = None
    lang: str = ""
    state: str = ""
    last_update: int = 0
    blocked: bool = False
    seen: float = 0.0
    next_seq: int = 1
    fence: int = 0
    lease_owner: str | None = None
    lease_left: float = 0.0
    hold_until: float = 0.0

    def held(self, now: float) -> bool:
        """Whether its messages wait until a time that is not too far ahead to be meant."""
        return now < self.hold_until <= now + LONGEST_WAIT

    @property
    def leased(self) -> bool:
        """Whether somebody's lease still lasts."""
        return self.lease_owner is not None and 0.0 < self.lease_left <= LONGEST_WAIT


class ChatWrite(NamedTuple):
    """What a turn leaves of a chat. `session`: id of the current session or None."""

    chat: str
    session: str | None
    last_update: int = 0
    lang: str = ""
    state: str = ""
    seen: float = 0.0
    blocked: bool = False


class FeedbackRow(NamedTuple):
    """What felt wrong to a patient. `text`: as the service wrote it."""

    chat: str
    at: float
    text: str


class Outgoing(NamedTuple):
    """A message that must go out. `ref`: a name under which its message id can be found later."""

    chat: str
    payload: str
    created: float
    priority: int = ORDINARY
    ref: str = ""


class Delivery(NamedTuple):
    """A stored message to deliver, in the order of `seq` within its chat; `fence` proves the lease."""

    chat: str
    seq: int
    payload: str
    created: float
    priority: int = ORDINARY
    ref: str = ""
    attempts: int = 0
    fence: int = 0


class KeptMessage(NamedTuple):
    """What is kept of a message to a chat: `waiting` is its text until it is sent, then ""."""

    seq: int
    created: float
    sent: float | None
    message_id: int | None
    waiting: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took the message. `message_id`: None if it said none."""

    chat: str
    seq: int
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take the message (400): it is dropped. `reason`: a code, never words of the chat."""

    chat: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """Try again at `until` (429, network): the whole chat waits, and its lease is given back."""

    chat: str
    seq: int
    fence: int
    until: float


@dataclass(frozen=True, slots=True)
class Released:
    """Nothing of the chat is in flight here any more."""

    chat: str
    fence: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person blocked the bot (403): what waits for them is dropped, what they told stays until retention."""

    chat: str


DeliveryOutcome = Sent | Refused | Held | Released | Blocked


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do for a chat when its time comes, at most one of a `kind`. `urgent`: at night too. An update that was put
    off is one whose time, below 0, is its place in the line; `session` is then the update."""

    chat: str
    kind: str
    at: float
    session: str | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """An update that could not be handled: its id and a reason code, no content."""

    update: int
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """The files of one version of a flow, so that a chat can end as it began. `version`: their content hash."""

    version: str
    flow: str
    files: Mapping[str, str]
    stored: float
    schema: int = 1
    withdrawn: bool = False


class ListedVersion(NamedTuple):
    """A version that chats ran on. `stored`: when it was first taken into use; `last`: when a chat of it was last heard, None if
    none is kept; `chats`: interviews of it that run."""

    flow: str
    version: str
    stored: float
    last: float | None
    chats: int
    withdrawn: bool


class Tallied(NamedTuple):
    """Something of which only is counted how often it happened. `question`: "" where none is meant."""

    flow: str
    version: str
    question: str
    what: str


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one batch of updates changes; it is committed whole or not at all.

    `updates`: ids of the updates that count now; `dates`: of those that have one, their own date. `erase`: chats of which
    everything goes before the rest is written.
    `cancel_due`: chats whose due rows go before `due` is written. `done_due`: rows that were carried out.
    `counts`: how often what is counted happened.
    """

    now: float
    updates: tuple[int, ...] = ()
    chats: tuple[ChatWrite, ...] = ()
    sessions: tuple[SessionRow, ...] = ()
    outbox: tuple[Outgoing, ...] = ()
    due: tuple[Due, ...] = ()
    cancel_due: tuple[str, ...] = ()
    done_due: tuple[Due, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    erase: tuple[str, ...] = ()
    outcomes: tuple[DeliveryOutcome, ...] = ()
    counts: Mapping[Tallied, int] = field(default_factory=dict)
    dates: Mapping[int, float] = field(default_factory=dict)
    feedback: tuple[FeedbackRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit leaves to do. `deliveries`: what this process may send now, in order within each chat;
    `leases`: chat -> fence; `lost`: chats of `outcomes` whose lease another worker holds by now: drop their queue."""

    deliveries: tuple[Delivery, ...] = ()
    leases: Mapping[str, int] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
