"""Answers as values: as written in files, as kept in a session, as conditions read them.

Kept: `Many`, a word (`one`, `yes_no`), `Span` (numbers, seconds, years), `Since` (dates, for `ago`), or "not_sure".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from bot.core.model.answers import NOT_SURE, Many, Since, Span
from bot.core.model.files.interview import Choice, Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.quantities import BadQuantity, read_quantity


class BadAnswer(ValueError):
    """A value that is no answer of the question; the message says what it takes."""


def bounds(question: Question) -> tuple[float, float]:
    """The least and greatest number that a numeric question takes, in base units."""
    defaults = {Kind.scale: (0.0, 10.0), Kind.age: (0.0, 120.0), Kind.ago: (0.0, 36500.0)}
    low, high = defaults.get(question.kind, (0.0, math.inf))
    if question.min is not None:
        low = read_quantity(question.kind, question.min)
    if question.max is not None:
        high = read_quantity(question.kind, question.max)
    return low, high


def choice_span(question: Question, choice: Choice) -> Span:
    """The numbers that a ready-made choice stands for, in base units."""
    low, high = bounds(question)
    if choice.value is not None:
        value = read_quantity(question.kind, choice.value)
        return Span(value, value)
    return Span(
        low if choice.min is None else read_quantity(question.kind, choice.min),
        high if choice.max is None else read_quantity(question.kind, choice.max),
    )


def read_value(question: Question, raw: Any) -> Many | Span | str:
    """An answer as written in an answer file (days for `ago`) -> Many, Span or word. Raises BadAnswer."""
    if question.kind is Kind.many:
        return _read_many(question, raw)
    if question.kind is Kind.yes_no:
        word = {True: "yes", False: "no"}.get(raw, raw) if isinstance(raw, bool) else raw
        if word not in ("yes", "no", NOT_SURE):
            raise BadAnswer(f'"{raw}" is no answer of "{question.ask}": it takes yes, no or not_sure')
        return str(word)
    if question.kind is Kind.one:
        if raw not in (*question.option_ids, NOT_SURE):
            raise BadAnswer(f'"{raw}" is no option of "{question.ask}": it has {", ".join(question.option_ids)}')
        return str(raw)
    return _read_number(question, raw)


def _read_many(question: Question, raw: Any) -> Many:
    if raw is None or raw == question.none or raw == [question.none]:
        return Many(frozenset())
    if isinstance(raw, Mapping):
        unknown = set(raw) - {"yes", "not_sure"}
        if unknown:
            raise BadAnswer(
                f'"{question.ask}" takes yes: [...] and not_sure: [...], not {", ".join(sorted(map(str, unknown)))}'
            )
        yes, unsure = raw.get("yes") or [], raw.get("not_sure") or []
    else:
        yes, unsure = raw, []
    yes, unsure = ([one] if isinstance(one, str) else one for one in (yes, unsure))
    if not isinstance(yes, Iterable) or not isinstance(unsure, Iterable):
        raise BadAnswer(f'"{question.ask}" takes a list of options')
    yes, unsure = list(yes), list(unsure)
    for option in [*yes, *unsure]:
        if option not in question.option_ids:
            raise BadAnswer(f'"{option}" is no option of "{question.ask}": it has {", ".join(question.option_ids)}')
    return Many(frozenset(yes), frozenset(unsure) - frozenset(yes))


def _read_number(question: Question, raw: Any) -> Span | str:
    low, high = bounds(question)
    if raw == NOT_SURE:
        return NOT_SURE
    for choice in question.choices:
        if raw == choice.id:
            return choice_span(question, choice)
    try:
        if isinstance(raw, Mapping):
            if set(raw) - {"min", "max"}:
                raise BadAnswer(f'a range of "{question.ask}" is written as min and max')
            first = low if raw.get("min") is None else read_quantity(question.kind, raw["min"])
            last = high if raw.get("max") is None else read_quantity(question.kind, raw["max"])
        elif isinstance(raw, list | tuple) and len(raw) == 2:
            first, last = (read_quantity(question.kind, r) for r in raw)
        else:
            first = last = read_quantity(question.kind, raw)
    except BadQuantity as bad:
        raise BadAnswer(f'"{question.ask}": {bad}') from None
    if not (low <= first <= last <= high) or math.isnan(first):
        upper = f" to {high:g}" if high < math.inf else " and more"
        raise BadAnswer(f'"{raw}" is out of range for "{question.ask}": it takes {low:g}{upper}')
    if question.kind is Kind.age:
        # Years are completed years: "15 and a half" is 15, so that no age falls between `<= 15` and `>= 16`.
        first, last = float(math.floor(first)), last if last == math.inf else float(math.floor(last))
    if (question.whole or question.kind is Kind.scale) and (first % 1 or (last % 1 and last < math.inf)):
        raise BadAnswer(f'"{question.ask}" takes whole numbers')
    return Span(first, last)


def keep(question: Question, value: Any, today: date) -> Any:
    """The form in which a session keeps an answer: `ago` as dates, everything else as it is."""
    if question.kind is Kind.ago and isinstance(value, Span):
        _, high = bounds(question)
        first = None if value.high >= min(high, 36500.0) else today - timedelta(days=math.ceil(value.high))
        return Since(first, today - timedelta(days=math.floor(value.low)))
    return value


def as_read(question: Question, kept: Any, today: date) -> Any:
    """A kept answer as conditions read it on that day."""
    if isinstance(kept, Since):
        low = max(0, (today - kept.last).days)
        return Span(float(low), math.inf if kept.first is None else float(max(low, (today - kept.first).days)))
    if kept == NOT_SURE and question.kind in NUMERIC:
        for choice in question.choices:
            if choice.id == question.unsure_as:
                return choice_span(question, choice)
        return None
    return kept


def to_json(kept: Any) -> Any:
    """A kept answer as plain JSON values."""
    if isinstance(kept, Many):
        plain: dict[str, Any] = {"yes": sorted(kept.yes), "not_sure": sorted(kept.not_sure)}
        return plain | {"partial": True} if kept.partial else plain
    if isinstance(kept, Since):
        return {"first": kept.first and kept.first.isoformat(), "last": kept.last.isoformat()}
    if isinstance(kept, Span):
        return {"min": kept.low, "max": None if kept.high == math.inf else kept.high}
    return kept


def from_json(plain: Any) -> Any:
    """The inverse of `to_json`."""
    if not isinstance(plain, dict):
        return plain
    if "yes" in plain:
        return Many(frozenset(plain["yes"]), frozenset(plain["not_sure"]), plain.get("partial", False))
    if "last" in plain:
        first = plain["first"]
        return Since(date.fromisoformat(first) if first else None, date.fromisoformat(plain["last"]))
    return Span(plain["min"], math.inf if plain["max"] is None else plain["max"])
