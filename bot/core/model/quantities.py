"""Numbers with units: `4 weeks`, `15 minutes`, `7`, in the base unit of a question's kind."""

from __future__ import annotations

import re
from typing import Any

from .files.parts import Kind

_SECONDS = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "month": 2592000, "year": 31536000,
}  # fmt: skip
_SHORT = {"s": "second", "sec": "second", "min": "minute", "h": "hour", "d": "day", "w": "week", "y": "year"}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_QUANTITY = re.compile(r"^\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([A-Za-z]*)\s*$")


class BadQuantity(ValueError):
    """A number or unit that does not fit the question's kind."""


def in_base_units(kind: Kind, number: float, unit: str) -> float:
    """`number` of `unit` in the kind's base unit: days (ago), seconds (length), years (age), the number itself otherwise.

    Raises BadQuantity if the unit does not fit.
    """
    name = unit.lower().removesuffix("s") if unit not in _SHORT else unit
    name = _SHORT.get(name, name)
    if kind is Kind.ago:
        if not name:
            return number
        if name in _DAYS:
            return number * _DAYS[name]
        if name in _SECONDS:
            return number * _SECONDS[name] / 86400
    elif kind is Kind.length:
        if not name:
            return number
        if name in _SECONDS:
            return number * _SECONDS[name]
    elif kind is Kind.age:
        if name in ("", "year"):
            return number
    elif not name:
        return number
    fitting = {
        Kind.ago: "days, weeks, months or years", Kind.length: "seconds, minutes, hours or days", Kind.age: "years",
    }.get(kind, "a bare number")  # fmt: skip
    raise BadQuantity(f'"{unit}" is no unit for this question: it takes {fitting}.')


def read_quantity(kind: Kind, value: Any) -> float:
    """A quantity of a flow file (`4 weeks`, 7) in base units. Raises BadQuantity."""
    if isinstance(value, bool):
        raise BadQuantity(f"{value} is not a number.")
    if isinstance(value, int | float):
        return float(value)
    match = _QUANTITY.match(str(value))
    if match is None:
        raise BadQuantity(f'"{value}" is not a number with a unit, such as "4 weeks".')
    return in_base_units(kind, float(match[1]), match[2])
