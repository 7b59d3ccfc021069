"""Logs that cannot leak: JSON lines of our own fixed words and a few named values; everything else is dropped.

Nothing that a patient said, and no name, ever goes into a log call of ours. Other libraries' records keep their place and
the kind of their error only, because their words may quote a request.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType
from typing import Any, TextIO

from bot.service.error_place import place_of

OURS = "symptom_bot"

VALUES = {
    "bot": str, "cause": str, "chore": str, "count": int, "flow": str, "kind": str, "level": str, "listen": str, "method": str,
    "mode": str, "place": str, "reason": str, "seconds": float, "status": int, "store": str, "tries": int, "version": str,
    "finding": str,
}  # fmt: skip
"""The values that a record may carry, as `extra`, and their types. None of them is ever taken from a chat."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.partition(".")[0] == OURS:
            line["event"] = str(record.msg)  # the fixed words; arguments are not filled in
            for name, kind in VALUES.items():
                value = getattr(record, name, None)
                if isinstance(value, kind):
                    line[name] = value
        else:
            line["event"] = "other library"
        if record.exc_info and record.exc_info[0] is not None:
            line["reason"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def set_up(level: str, out: TextIO | None = None) -> None:
    """Let every logger of the process write such lines, uncaught errors included."""
    handler = logging.StreamHandler(out if out is not None else sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "telegram", "alembic"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        # uvicorn warns of every request that is none: whoever sends such would fill the disk.
        logger.setLevel(logging.ERROR if name.startswith("uvicorn") else logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a failed log call must not print its arguments
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


class Seldom:
    """Log lines that outsiders can cause: each kind of them once a minute."""

    def __init__(self, log: logging.Logger, every: float = 60.0) -> None:
        self._log, self._every = log, every
        self._last: dict[str, float] = {}

    def error(self, event: str, **values: str) -> None:
        """As `Logger.error`, with `values` as extra."""
        now = monotonic()
        if now - self._last.get(event, -self._every) >= self._every:
            self._last[event] = now
            self._log.error(event, extra=values)


def quiet_loop(loop: Any, context: Mapping[str, Any]) -> None:
    """asyncio's handler of errors that nobody awaited: where, and of which kind."""
    error = context.get("exception")
    log = logging.getLogger(f"{OURS}.loop")
    log.error("error in a task", extra={"reason": type(error).__name__, "place": place_of(error)})


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log = logging.getLogger(f"{OURS}.uncaught")
    log.critical("stopped by an error", extra={"reason": kind.__name__, "place": place_of(error)})
