"""Values of a file -> its model, or findings that say in an operator's words which key or value does not fit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from bot.core.model.files.parts import SCHEMA, Strict
from bot.core.model.findings import Finding, did_you_mean

from .yaml_places import KEY, Loaded, Path

CODE = "FLOW006"


def validate(model: type[Strict], here: Loaded, findings: list[Finding]) -> Strict | None:
    """The model of a file's values; without one, what is wrong is appended to `findings`."""
    schema = here.value.get("schema") if isinstance(here.value, dict) else None
    if isinstance(schema, int) and schema != SCHEMA:
        findings.append(
            Finding(
                here.place(("schema",)),
                "FLOW026",
                f"The file has schema number {schema}; this release reads {SCHEMA}.",
                "Install a newer release." if schema > SCHEMA else f"Write `schema: {SCHEMA}`.",
            )
        )
        return None
    try:
        return model.model_validate(here.value)
    except ValidationError as error:
        findings.extend(_findings(model, here, error.errors(include_url=False)))
    return None


def _findings(model: type[Strict], here: Loaded, problems: Sequence[Mapping[str, Any]]) -> list[Finding]:
    by_path: dict[tuple[Path, bool], list[Mapping[str, Any]]] = {}
    for problem in problems:
        path, of_key = _path(here.value, problem)
        by_path.setdefault((path, of_key), []).append(problem)
    misspelt = {
        (path[:-1], near)
        for (path, _), found in by_path.items()
        if found[0]["type"] == "extra_forbidden" and (near := _nearest(str(path[-1]), _fields_at(model, path[:-1])))
    }
    return [
        _finding(model, here, path, of_key, found)
        for (path, of_key), found in by_path.items()
        if not (found[0]["type"] == "missing" and (path[:-1], path[-1]) in misspelt)
    ]


def _path(value: Any, problem: Mapping[str, Any]) -> tuple[Path, bool]:
    """The problem's path in the file (without the names of types that pydantic adds), and whether it is about the key."""
    path: list[str | int] = []
    steps = list(problem["loc"])
    for n, step in enumerate(steps):
        last = n == len(steps) - 1
        if (isinstance(value, dict) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        ):
            value = value[step]
        elif not (last and problem["type"] == "missing"):
            continue
        path.append(step)
    return tuple(path), bool(steps) and steps[-1] == "[key]"


def _finding(
    model: type[Strict], here: Loaded, path: Path, of_key: bool, problems: Sequence[Mapping[str, Any]]
) -> Finding:
    problem = problems[0]
    kind, name = str(problem["type"]), _named(path)
    place = here.place(path)
    at_key = here.places.get((*path, KEY), place)
    if kind == "extra_forbidden":
        known = _fields_at(model, path[:-1])
        near = did_you_mean(str(path[-1]), known)
        return Finding(
            at_key, CODE, f'"{path[-1]}" is not a known key here.', near or f"Known here: {', '.join(known)}."
        )
    if kind == "missing":
        field = _fields_at(model, path[:-1]).get(str(path[-1]))
        what = f" ({_first_sentence(field.description)})" if field is not None and field.description else ""
        return Finding(here.place(path[:-1]), CODE, f'"{path[-1]}:" is missing here{what}.', "Add it.")
    if of_key:
        return Finding(at_key, CODE, f"{name}: {_own_words(problem)}.", "Rename it.")
    found = problem.get("input")
    if not path:
        wanted = ", ".join(f"{key}:" for key in list(_fields_at(model, ()))[:3])
        return Finding(
            place, CODE, "The file is no list of keys with values.", f"It begins with keys such as {wanted}."
        )
    if found is None:
        return Finding(
            at_key, CODE, f"{name} is empty.", 'Write a value behind it (a text that begins with "#" needs quotes).'
        )
    if len(problems) > 1 or kind in _NUMBERS:
        remedy = 'Write a number, or one with a unit ("4 weeks").' if len(problems) > 1 else "Write a whole number."
        return Finding(place, CODE, f"{name}: {_shown(found)} is no number.", remedy)
    if kind in ("enum", "literal_error"):
        words = re.findall(r"'([^']*)'", str(problem.get("ctx", {}).get("expected", "")))
        near = did_you_mean(str(found), words)
        return Finding(
            place, CODE, f"{name}: {_shown(found)} is not known.", near or f"Known here: {', '.join(words)}."
        )
    if kind == "string_type" and isinstance(found, bool | int | float):
        written = str(found).lower() if isinstance(found, bool) else found
        return Finding(place, CODE, f"{name}: {written} is no text.", f"Put it in quotes: '{written}'.")
    if kind in _WANTED:
        what, remedy = _WANTED[kind]
        return Finding(place, CODE, f"{name}: {what} is wanted here, not {_sort(found)}.", remedy)
    return Finding(place, CODE, f"{name}: {_own_words(problem)}{_got(found)}.", "")


_NUMBERS = frozenset({"int_type", "int_parsing", "int_from_float", "float_type", "float_parsing"})
_WANTED = {
    "string_type": ("a text", 'If it is one text, put it in quotes: a ":" or "-" in it makes something else of it.'),
    "list_type": ("a list", "Write `[a, b]`, or one entry a line with a dash before it."),
    "dict_type": ("a list of keys with values", "Write `key: value` lines, indented."),
    "model_type": ("a list of keys with values", "Write `key: value` lines, indented."),
    "bool_type": ("true or false", ""),
    "bool_parsing": ("true or false", ""),
    "date_type": ("a date", "Write it as 2026-11-20."),
    "date_parsing": ("a date", "Write it as 2026-11-20."),
    "date_from_datetime_parsing": ("a date", "Write it as 2026-11-20."),
    "date_from_datetime_inexact": ("a date", "Write it as 2026-11-20."),
}
_OWN = {
    "too_short": "at least one entry is needed",
    "string_too_short": "a text is needed",
    "string_pattern_mismatch": "this does not have the wanted form",
    "greater_than_equal": "this is too small",
}


def _own_words(problem: Mapping[str, Any]) -> str:
    kind = str(problem["type"])
    if kind in _OWN:
        pattern = problem.get("ctx", {}).get("pattern")
        return _OWN[kind] + (f" ({pattern})" if pattern else "")
    message = str(problem["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _named(path: Path) -> str:
    """What stands at a path, for a message: `"level"`, or `entry 2 of "options"`."""
    if not path:
        return "the file"
    last = path[-1]
    if isinstance(last, str):
        return f'"{last}"'
    return f"entry {last + 1} of {_named(path[:-1])}"


def _shown(found: Any) -> str:
    text = f'"{found}"' if isinstance(found, str) else str(found)
    return text if len(text) < 60 else _sort(found)


def _got(found: Any) -> str:
    return f" (found: {_shown(found)})" if isinstance(found, str | int | float | bool) and found != "" else ""


def _sort(found: Any) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, str):
        return f'"{found}"' if len(found) < 40 else "a text"
    if isinstance(found, int | float):
        return str(found)
    return "a list" if isinstance(found, list) else "keys with values"


def _first_sentence(text: str) -> str:
    return re.split(r"(?<!e\.g)[.:;](?:\s|$)", text, maxsplit=1)[0]


def _nearest(word: str, known: Mapping[str, Any]) -> str | None:
    near = did_you_mean(word, known)
    return near.split('"')[1] if near else None


def _fields_at(model: type[Strict], path: Path) -> dict[str, FieldInfo]:
    """The keys that the model knows at a path; none where it has no keys of its own there."""
    current: type[Strict] | None = model
    for step in path:
        if isinstance(step, int) or current is None:
            continue
        field = fields_of(current).get(step)
        if field is None:  # the free key of a mapping: the model of its values was taken with the mapping
            continue
        current = _inner_model(field.annotation)
    return {} if current is None else fields_of(current)


def fields_of(model: type[Strict]) -> dict[str, FieldInfo]:
    """The keys of a model as files write them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _inner_model(annotation: Any) -> type[Strict] | None:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _inner_model(inner)
        if found is not None:
            return found
    return None
