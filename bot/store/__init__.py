"""Where chats, sessions and undelivered messages live: SQLite or PostgreSQL behind one set of typed calls."""

from .errors import AlreadySeen, NoDatabase, StoreError, StoreUnavailable, Unstorable, of_surroundings
from .opening import Restored, open_store, put_back
from .place.backups import programs_of_postgresql
from .rows import (
    EMERGENCY,
    ORDINARY,
    REPEATS,
    Batch,
    Blocked,
    ChatRow,
    ChatWrite,
    Committed,
    Delivery,
    DeliveryOutcome,
    Due,
    FeedbackRow,
    FlowVersion,
    Held,
    KeptMessage,
    ListedVersion,
    Outgoing,
    Refused,
    Released,
    Sent,
    SessionRow,
    SetAside,
    Tallied,
)
from .sealing.rekeying import KeyChange
from .store import Store
from .thread import StoreThread
from .transaction import Transaction

__all__ = [
    "EMERGENCY",
    "ORDINARY",
    "REPEATS",
    "AlreadySeen",
    "Batch",
    "Blocked",
    "ChatRow",
    "ChatWrite",
    "Committed",
    "Delivery",
    "DeliveryOutcome",
    "Due",
    "FeedbackRow",
    "FlowVersion",
    "Held",
    "KeptMessage",
    "KeyChange",
    "ListedVersion",
    "NoDatabase",
    "Outgoing",
    "Refused",
    "Released",
    "Restored",
    "Sent",
    "SessionRow",
    "SetAside",
    "Store",
    "StoreError",
    "StoreThread",
    "StoreUnavailable",
    "Tallied",
    "Transaction",
    "Unstorable",
    "of_surroundings",
    "open_store",
    "programs_of_postgresql",
    "put_back",
]
