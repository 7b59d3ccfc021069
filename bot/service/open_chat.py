"""A chat while a batch is handled: what stands in the database, what is to be written, and what has to wait for another batch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.store import ChatRow, ChatWrite, Due, FeedbackRow, SessionRow, Transaction

from .ahead import Lookout
from .incoming import Incoming

SHARE = 4
"""Updates of one chat that are handled in one batch; the others wait, in order, so that nobody else does."""
LATER = "later"
"""The state of a chat of which updates wait."""
MOST_KEPT = 200
"""Updates that wait and outlive that everything else of their chat is erased."""
FURTHEST = 2**50
"""Numbers of updates lie below it; places in the line are made of them."""


@dataclass
class OpenChat:
    """A chat while a batch is handled: what stands in the database, and what is to be written.

    `later`: updates of it wait for another batch; `put_off`: those that begin to; `taken`: how many came in this batch;
    `lookout`: the looks for red flags among those.
    `erase`: everything of it goes; `gone`: the patient blocked the bot; `cancel`: what waited for silence is void.
    """

    row: ChatRow
    session: Session | None
    flow: Flow | None
    state: str
    was_moved: bool = False
    erase: bool = False
    gone: bool = False
    written: dict[str, SessionRow] = field(default_factory=dict)
    due: dict[str, Due] = field(default_factory=dict)
    cancel: bool = False
    exported: bool = False
    later: bool = False
    put_off: list[Due] = field(default_factory=list)
    feedback: list[FeedbackRow] = field(default_factory=list)
    taken: int = 0
    lookout: Lookout = field(default_factory=Lookout)
    last_update: int = 0

    def as_row(self, now: float) -> ChatWrite:
        """The chat's own row as it is to be written."""
        session, lang = (None, self.row.lang) if self.session is None else (self.session.id, self.session.lang)
        return ChatWrite(
            self.row.chat, session, self.last_update, lang, LATER if self.later else self.state, now, self.gone
        )

    def has_to_wait(self, incoming: Incoming) -> bool:
        """Whether an update has to wait, since the chat had its share of this batch or others of it wait."""
        if incoming.raw is None or incoming.update is None or incoming.notice:
            return False
        self.taken += 1
        return self.later or incoming.wait or self.taken > SHARE

    def put_off_to_later(self, incoming: Incoming) -> None:
        """The update waits, behind what waits already."""
        assert incoming.raw is not None
        assert incoming.update is not None
        place = float(max(-FURTHEST, min(incoming.update, FURTHEST))) - 2 * FURTHEST
        self.put_off.append(Due(self.row.chat, f"later {incoming.update}", place, incoming.raw()))
        self.later = True

    def wait_on(self, tx: Transaction, done: Collection[Due]) -> None:
        """After a batch in which something that was put off was `done`: whether more of it waits. What waits outlives that
        everything else of the chat is erased: it was said afterwards."""
        rest = [
            due for due in tx.later_of(self.row.chat, len(done) + (MOST_KEPT if self.erase else 1)) if due not in done
        ]
        if self.erase:
            self.put_off[:0] = rest
        self.later = bool(rest or self.put_off)
