"""Where an error was raised, without a word of it."""

from __future__ import annotations


def place_of(error: BaseException | None) -> str:
    """Where an error was raised, e.g. "engine.py:120": no words of it, for they may quote a patient."""
    trace = error.__traceback__ if error is not None else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
