"""What can go wrong with the store, each as one plain line that says what to do and never repeats what was stored."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import exc


class StoreError(Exception):
    """The store cannot be used; the message is one line for whoever runs the bot."""


class NoDatabase(StoreError):
    """There is no database yet, and none was to be made."""

    def __init__(self, where: str) -> None:
        super().__init__(f"There is no database yet ({where}): the first chat makes it.")


class StoreUnavailable(StoreError):
    """The database did not answer or is busy: nothing was changed, try the same again later."""


class Unstorable(StoreError):
    """Something in this batch cannot be stored as it is (a data error): nothing was changed; halve the batch."""


class AlreadySeen(StoreError):
    """Some updates of the batch were committed before: nothing was changed; leave `updates` out and commit again."""

    def __init__(self, updates: Iterable[int]) -> None:
        self.updates = frozenset(updates)
        super().__init__(f"{len(self.updates)} update(s) of this batch were handled before")


_OF_DATA = {errno.EINVAL, errno.EOVERFLOW, errno.ERANGE, errno.EDOM, errno.EILSEQ, errno.ENAMETOOLONG}
"""Errors of the operating system that a number or a word can cause, such as a date that no clock can hold."""


def of_surroundings(error: BaseException) -> bool:
    """Whether disk, handles, memory, network, the database or the installation failed, and no patient's words: what was to be
    done is then done again, never set aside."""
    if isinstance(error, OSError):
        return error.errno not in _OF_DATA
    return isinstance(error, StoreUnavailable | MemoryError | ImportError)


@contextmanager
def in_plain_words(where: str) -> Iterator[None]:
    """Turn a driver's errors into the store's, without the driver's text: it may quote what a patient wrote."""
    try:
        yield
    except (exc.DataError, exc.IntegrityError) as error:
        raise Unstorable(f"{where} cannot hold this ({_kind(error)}).") from None
    except exc.DatabaseError as error:
        if _kind(error).startswith("42"):  # PostgreSQL: a table is missing or may not be used, whatever the data
            raise StoreUnavailable(
                f"{where} lacks a table or a permission ({_kind(error)}). Give its user all rights on its own database, "
                "or restore a backup copy."
            ) from None
        if type(error) is exc.DatabaseError:  # SQLite says so of a damaged file
            raise StoreUnavailable(f"{where} is damaged or is no database. Restore a backup copy.") from None
        raise StoreUnavailable(f"{where} did not answer ({_kind(error)}). {_remedy(error)}") from None
    except (exc.InterfaceError, exc.TimeoutError) as error:
        raise StoreUnavailable(f"{where} did not answer ({_kind(error)}). {_remedy(error)}") from None
    except (OSError, MemoryError) as error:
        kind = errno.errorcode.get(getattr(error, "errno", None) or 0, type(error).__name__)
        raise StoreUnavailable(f"{where} could not be used ({kind}). {_OF_THE_MACHINE.get(kind, _CHECK)}") from None
    except (UnicodeError, exc.StatementError, OverflowError) as error:
        raise Unstorable(f"{where} cannot hold this ({type(error).__name__}).") from None


def _kind(error: exc.DBAPIError | exc.TimeoutError) -> str:
    original = getattr(error, "orig", None)
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return code or type(original or error).__name__


_CHECK = "Check that the database is running and reachable."
_FULL = "The disk is full: free some space."
_OF_THE_MACHINE = {
    "EMFILE": "The bot has no file handle left: raise its limit (ulimit -n), and look what holds so many.",
    "ENFILE": "The machine has no file handle left.",
    "ENOSPC": _FULL,
    "EDQUOT": _FULL,
    "EIO": "The disk reports an error: check it, and restore a backup copy if need be.",
    "ENOMEM": "The machine has no memory left.",
    "MemoryError": "The machine has no memory left.",
    "EROFS": "The disk is read-only by now: check it.",
}
_REMEDIES = {
    "SQLITE_BUSY": "It is locked by another program that writes to it: close that program, or wait.",
    "SQLITE_READONLY": "Make the file and its folder writable, or set DATABASE_URL to another place.",
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": "The disk reports an error: check it, and restore a backup copy if need be.",
    "SQLITE_CORRUPT": "It is damaged: restore a backup copy.",
    "SQLITE_CANTOPEN": "Check that the folder exists and is writable, and that the bot has file handles left (ulimit -n).",
    "25006": "It is read-only: connect to the primary server, or let its user write.",
    "53100": "The disk of its server is full: free some space.",
    "53200": "Its server has no memory left.",
    "53300": "Its server takes no more connections: raise max_connections, or end what holds them.",
    "55P03": "Another program holds a lock: close that program, or wait.",
    "57P03": "It is starting or stopping: wait.",
}
"""What to do, by the beginning of SQLite's name or PostgreSQL's number of an error."""


def _remedy(error: exc.DBAPIError | exc.TimeoutError) -> str:
    kind = _kind(error)
    return next((remedy for code, remedy in _REMEDIES.items() if kind.startswith(code)), _CHECK)
