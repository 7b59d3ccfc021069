"""Where an error was raised and of which kind it is, without a word of it."""

from __future__ import annotations

import errno


def place_of(error: BaseException | None) -> str:
    """Where an error was raised, e.g. "engine.py:120": no words of it, for they may quote a patient."""
    trace = error.__traceback__ if error is not None else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"


def reason_of(error: BaseException) -> str:
    """The kind of an error, of the operating system with its name: "OSError EMFILE"."""
    kind, number = type(error).__name__, error.errno if isinstance(error, OSError) else None
    return f"{kind} {errno.errorcode[number]}" if number in errno.errorcode else kind
