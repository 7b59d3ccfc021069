"""What pydantic finds wrong with the shape of a script, in words of scripts: what stands there, and what belongs there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.core.model.findings import did_you_mean

Said = tuple[str, str]
"""(message, remedy)."""


def _choice(problem: Any) -> Said:
    known = re.findall(r"'([^']*)'", str(problem["ctx"]["expected"]))
    found = str(problem["input"])
    if not known:
        return "Only `true` can stand here.", "Write `true`, or delete the line."
    remedy = did_you_mean(found, known) or f"Known here: {', '.join(known)}."
    return f'"{found}" cannot stand here.', remedy


def _keys(problem: Any) -> Said:
    return "Here belong keys and values, like `level: self_care`.", "Write them below, or in { }."


def _list(problem: Any) -> Said:
    return "Here belongs a list.", "Write it as [a, b], or with a dash before each line."


def _empty(problem: Any) -> Said:
    return "This is empty.", "Fill it, or delete it."


def _text(problem: Any) -> Said:
    return "Here belongs one word or text.", 'Write it in quotes if it is a number, yes or no: "5".'


def _number(problem: Any) -> Said:
    return "Here belongs a whole number.", "Write e.g. 3."


def _least(problem: Any) -> Said:
    return f"The number is too small: it begins at {problem['ctx']['ge']}.", f"Write {problem['ctx']['ge']} or more."


def _time(problem: Any) -> Said:
    return "This is no date with a time.", "Write it like 2026-11-20T18:00."


def _own(problem: Any) -> Said:
    message = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{message[0].upper()}{message[1:]}.", ""


_WORDS: dict[str, Callable[[Any], Said]] = {
    "enum": _choice,
    "literal_error": _choice,
    "model_type": _keys,
    "model_attributes_type": _keys,
    "dict_type": _keys,
    "list_type": _list,
    "too_short": _empty,
    "string_too_short": _empty,
    "string_type": _text,
    "int_type": _number,
    "int_parsing": _number,
    "int_from_float": _number,
    "greater_than_equal": _least,
}


def in_words(problem: Any) -> Said:
    """The message and the remedy for one error of pydantic."""
    kind = str(problem["type"])
    return _WORDS.get(kind, _time if kind.startswith("date") else _own)(problem)
