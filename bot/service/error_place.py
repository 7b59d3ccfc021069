"""Where an error was raised and of which kind it is, without a word of it."""

from __future__ import annotations

import errno

from bot.store import StoreError


def place_of(error: BaseException | None) -> str:
    """Where an error was raised, e.g. "engine.py:120": no words of it, for they may quote a patient."""
    trace = error.__traceback__ if error is not None else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"


def reason_of(error: BaseException) -> dict[str, str]:
    """Of which kind an error is, as values of a log line: the system's name too ("OSError EMFILE"), and what the store says,
    which quotes nobody."""
    number = error.errno if isinstance(error, OSError) else None
    name = errno.errorcode.get(number or 0, "")
    kind = {"reason": f"{type(error).__name__} {name}".strip()}
    return {**kind, "cause": str(error)} if isinstance(error, StoreError) else kind
