"""What can go wrong with the store, each as one plain line that says what to do and never repeats what was stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import exc


class StoreError(Exception):
    """The store cannot be used; the message is one line for whoever runs the bot."""


class StoreUnavailable(StoreError):
    """The database did not answer or is busy: nothing was changed, try the same again later."""


class Unstorable(StoreError):
    """Something in this batch cannot be stored as it is (a data error): nothing was changed; halve the batch."""


class AlreadySeen(StoreError):
    """Some updates of the batch were committed before: nothing was changed; leave `updates` out and commit again."""

    def __init__(self, updates: Iterable[int]) -> None:
        self.updates = frozenset(updates)
        super().__init__(f"{len(self.updates)} update(s) of this batch were handled before")


@contextmanager
def in_plain_words(where: str) -> Iterator[None]:
    """Turn a driver's errors into the store's, without the driver's text: it may quote what a patient wrote."""
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, exc.InternalError) as error:
        raise StoreUnavailable(f"{where} did not answer ({_kind(error)}). {_remedy(error)}") from None
    except exc.DatabaseError as error:
        if type(error) is exc.DatabaseError:  # SQLite says so of a damaged file
            raise StoreUnavailable(f"{where} is damaged or is no database. Restore a backup copy.") from None
        if _kind(error).startswith("42"):  # PostgreSQL: a table is missing or may not be used, whatever the data
            raise StoreUnavailable(
                f"{where} lacks a table or a permission ({_kind(error)}). Give its user all rights on its own database, "
                "or restore a backup copy."
            ) from None
        raise Unstorable(f"{where} cannot hold this ({_kind(error)}).") from None
    except (UnicodeError, exc.StatementError, OverflowError) as error:
        raise Unstorable(f"{where} cannot hold this ({type(error).__name__}).") from None


def _kind(error: exc.DBAPIError | exc.TimeoutError) -> str:
    original = getattr(error, "orig", None)
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return code or type(original or error).__name__


_REMEDIES = {
    "SQLITE_BUSY": "Another program is writing to it: close that program, or wait.",
    "SQLITE_READONLY": "Make the file and its folder writable, or set DATABASE_URL to another place.",
    "SQLITE_FULL": "The disk is full: free some space.",
    "SQLITE_IOERR": "The disk reports an error: check it, and restore a backup copy if need be.",
    "25006": "It is read-only: connect to the primary server, or let its user write.",
    "SQLITE_CANTOPEN": "Check that the folder exists and is writable.",
}


def _remedy(error: exc.DBAPIError | exc.TimeoutError) -> str:
    kind = _kind(error)
    for code, remedy in _REMEDIES.items():
        if kind.startswith(code):
            return remedy
    return "Check that the database is running and reachable."
