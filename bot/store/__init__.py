"""Where chats, sessions and undelivered messages live: SQLite or PostgreSQL behind one set of typed calls."""

from bot.store.errors import AlreadySeen, StoreError, StoreUnavailable, Unstorable
from bot.store.opening import open_store
from bot.store.rows import (
    EMERGENCY,
    ORDINARY,
    Batch,
    Blocked,
    ChatRow,
    ChatWrite,
    Committed,
    Delivery,
    Due,
    FlowVersion,
    Held,
    KeptMessage,
    Outcome,
    Outgoing,
    Refused,
    Released,
    Sent,
    SessionRow,
    SetAside,
)
from bot.store.store import Store
from bot.store.thread import StoreThread
from bot.store.transaction import Transaction

__all__ = [
    "EMERGENCY",
    "ORDINARY",
    "AlreadySeen",
    "Batch",
    "Blocked",
    "ChatRow",
    "ChatWrite",
    "Committed",
    "Delivery",
    "Due",
    "FlowVersion",
    "Held",
    "KeptMessage",
    "Outcome",
    "Outgoing",
    "Refused",
    "Released",
    "Sent",
    "SessionRow",
    "SetAside",
    "Store",
    "StoreError",
    "StoreThread",
    "StoreUnavailable",
    "Transaction",
    "Unstorable",
    "open_store",
]
