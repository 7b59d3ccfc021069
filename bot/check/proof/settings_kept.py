"""Settings that decide how safe a flow is stay within the bounds of safety.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.check.answers.results import Failed
from bot.core.flow.compiled import Flow
from bot.core.model.files.governance import SettingRule
from bot.core.model.files.parts import Kind
from bot.core.model.quantities import BadQuantity, read_quantity

Path = tuple[str | int, ...]
_NAMED_BY = (
    "ask",
    "id",
    "rule",
    "line",
    "audience",
    "topic",
    "country",
    "source",
    "document",
    "claim",
    "hazard",
    "conflict",
    "fact",
)


def setting_is_kept(flow: Flow, rule: SettingRule) -> Iterator[Failed]:
    """A setting that is not there, or beyond its bounds, fails."""
    file, *keys = rule.setting.split(".")
    found, path = _value(flow, file, keys)
    wrong = _wrong(rule, found)
    if wrong is not None:
        number = flow.safety.settings.index(rule)
        place = (
            flow.place(f"{file}.yaml", path) if found is not None else flow.place("safety.yaml", ("settings", number))
        )
        yield Failed("FLOW066", f"setting:{rule.setting}", place, f"{rule.setting} {wrong}.", rule.because)


def _value(flow: Flow, file: str, keys: list[str]) -> tuple[Any, Path]:
    """The value, None where there is none, and how far the way to it goes."""
    files = {
        "interview": flow.interview, "triage": flow.triage, "advice": flow.advice, "evidence": flow.evidence,
        "hazards": flow.hazards,
    }  # fmt: skip
    model = files.get(file)
    value: Any = None if model is None else model.model_dump(mode="json", by_alias=True)
    path: Path = ()
    for key in keys:
        step = _step(value, key)
        if step is None:
            return None, path
        value, path = value[step], (*path, step)
    return value, path


def _step(value: Any, key: str) -> str | int | None:
    """The key, or the number of the entry of that name."""
    if isinstance(value, dict):
        return key if key in value else None
    if isinstance(value, list):
        named = (n for n, entry in enumerate(value) if isinstance(entry, dict) and _name(entry) == key)
        return next(named, None)
    return None


def _name(entry: dict[str, Any]) -> Any:
    return next((entry[name] for name in _NAMED_BY if name in entry), None)


def _wrong(rule: SettingRule, found: Any) -> str | None:
    """What is wrong with the value, in words."""
    if found in (None, [], ""):
        return "is not there"
    if rule.has and (lacking := [name for name in rule.has if not isinstance(found, list) or name not in found]):
        return f"lacks {', '.join(lacking)}"
    found = ", ".join(map(str, found)) if isinstance(found, list) and rule.is_ is not None else found
    if rule.is_ is not None and " ".join(str(found).split()) != " ".join(rule.is_.split()):
        return f'is "{found}", not "{rule.is_}"'
    for bound, beyond, words in ((rule.at_most, 1, "at most"), (rule.at_least, -1, "at least")):
        if bound is not None:
            try:
                more = (_seconds(found) - _seconds(bound)) * beyond > 0
            except BadQuantity:
                return f"is {found}: no number that could be compared with {bound}"
            if more:
                return f"is {found}; it must be {words} {bound}"
    return None


def _seconds(value: Any) -> float:
    return read_quantity(Kind.length, value)
