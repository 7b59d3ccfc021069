"""The reference tables of the operators' manual, made from the models: every key of every file."""

from __future__ import annotations

import types
import typing
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.core.flow.shape_findings import fields_of
from bot.core.model.files.flow import FILES, REQUIRED
from bot.core.model.files.parts import Condition, Identifier, Quantity, Strict

from .schema import file_of

BEGIN = "<!-- reference tables: made by `symptom-bot schema --manual`, do not edit -->"
END = "<!-- end of the reference tables -->"


class NoMarkers(ValueError):
    """A manual without the two markers between which the tables stand."""


def reference_tables() -> str:
    """Markdown: one section a file kind, one table for the file and one for each sort of entry in it."""
    lines: list[str] = []
    for kind, model in FILES.items():
        need = "required" if kind in REQUIRED else "at least one" if kind == "texts" else "optional"
        lines += [f"### `{file_of(kind)}` ({need})", "", *_table(model)]
        for inner in _inner_models(model):
            lines += [f"#### {_entry(inner)}", "", inner.__doc__ or "", "", *_table(inner)]
    return "\n".join(lines).rstrip() + "\n"


def with_tables(manual: str) -> str:
    """The manual with current tables between its markers. Raises NoMarkers."""
    before, begin, rest = manual.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoMarkers(f"The manual lacks the lines between which the tables stand: {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{reference_tables()}\n{END}{after}"


def write_tables(manual: Path) -> bool:
    """Bring the tables of a manual up to date; True if they were not. Raises NoMarkers, OSError."""
    text = manual.read_text(encoding="utf-8")
    new = with_tables(text)
    if new != text:
        manual.write_text(new, encoding="utf-8")
    return new != text


def _entry(model: type[Strict]) -> str:
    first, _ = next(iter(fields_of(model).items()))
    return f"{model.__name__}: begins with `{first}:`"


def _table(model: type[Strict]) -> list[str]:
    rows = ["| key | value | if absent | meaning |", "|---|---|---|---|"]
    for key, field in fields_of(model).items():
        meaning = (field.description or "").replace("|", "\\|").replace("\n", " ")
        rows.append(f"| `{key}` | {_sort(_annotation(field))} | {_absent(field)} | {meaning} |")
    return [*rows, ""]


def _annotation(field: FieldInfo) -> Any:
    annotation = field.annotation
    return Annotated[annotation, *field.metadata] if field.metadata else annotation


def _absent(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None or default == [] or default == {} or default is PydanticUndefined or isinstance(default, Strict):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _sort(annotation: Any) -> str:
    """A type in an operator's words."""
    if annotation == Identifier:
        return "name"
    if annotation == Condition:
        return "condition"
    if annotation == Quantity:
        return "number or quantity"
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for known, word in ((Identifier, "name"), (Condition, "condition")):
            if set(map(repr, get_args(known)[1:])) <= set(map(repr, inner[1:])):
                return word
        if inner[0] is str and any(type(mark).__name__ == "MinLen" for mark in inner[1:]):
            return "condition"
        return _sort(inner[0])
    if origin in (typing.Union, types.UnionType):
        parts = [p for p in inner if p is not type(None)]
        if set(parts) == set(get_args(Quantity)):
            return "number or quantity"
        return " or ".join(dict.fromkeys(_sort(p) for p in parts))
    if origin is Literal:
        return " or ".join(f"`{word}`" for word in inner)
    if origin is list:
        return f"list: {_sort(inner[0])}"
    if origin is dict:
        return f"{_sort(inner[0])}: {_sort(inner[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " ".join(f"`{member.value}`" for member in annotation)
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return f"entry with `{next(iter(fields_of(annotation)))}:`"
    return _WORDS.get(annotation, "date" if getattr(annotation, "__name__", "") == "date" else "any value")


_WORDS: dict[Any, str] = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}


def _inner_models(model: type[Strict]) -> list[type[Strict]]:
    """The models of a model's entries, each once, in the order in which they are met."""
    found: list[type[Strict]] = []
    for field in fields_of(model).values():
        for inner in _models_in(field.annotation):
            found += [m for m in (inner, *_inner_models(inner)) if m not in found]
    return found


def _models_in(annotation: Any) -> list[type[Strict]]:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return [annotation]
    return [m for inner in get_args(annotation) for m in _models_in(inner)]
