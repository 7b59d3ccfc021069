"""JSON Schemas of the testers' files: scripts, their fragments, people, survivors. Those of flows: `operator/schema.py`."""

from __future__ import annotations

from typing import Any

from pydantic import Field, TypeAdapter

from bot.operator.schema import DIALECT, tidied

from .crowd.people import Person
from .mutation.survivors import Explanations
from .script.model import Script, ScriptStep, TableFile
from .script.tables import NAME

SCRIPT_FILES = {
    "script": ("**/conversations/**/*.yaml", "!**/fragments.yaml", "!**/survivors.yaml"),
    "fragments": ("**/fragments.yaml",),
    "survivors": ("**/survivors.yaml",),
    "people": ("**/crowd/**/*.yaml",),
}
"""Kind of file -> which files are of it, as editors are told; `!`: these are not."""


class ScriptWithCases(Script):
    """A conversation to replay, or a table of them."""

    cases: list[dict[str, Any]] | dict[str, list[Any]] | TableFile | None = Field(
        None, description="A script for each row, which gives values to the `$names`; {file: table.csv} for a CSV file."
    )


_MODELS: dict[str, Any] = {
    "script": ScriptWithCases, "fragments": dict[str, list[ScriptStep]], "survivors": Explanations, "people": list[Person],
}  # fmt: skip
_FILLED = ("script", "fragments")
"""Kinds in which `$name` may stand for any value."""


def script_schemas() -> dict[str, dict[str, Any]]:
    """The schemas by kind."""
    return {kind: script_schema(kind) for kind in SCRIPT_FILES}


def script_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of one of these kinds. Raises KeyError for an unknown one."""
    schema = tidied(TypeAdapter(_MODELS[kind]).json_schema(by_alias=True, mode="validation"))
    schema = _loose(schema, kind in _FILLED)
    return {"$schema": DIALECT, **schema, "title": SCRIPT_FILES[kind][0].rpartition("/")[2]}


def _loose(value: Any, filled: bool) -> Any:
    """Times as people write them, without a zone; `filled`: with `$name` in the place of any value that is no text."""
    if isinstance(value, list):
        return [_loose(v, filled) for v in value]
    if not isinstance(value, dict):
        return value
    kept = {k: _loose(v, filled) for k, v in value.items() if not (k == "format" and v == "date-time")}
    if filled and isinstance(kept.get("properties"), dict):
        kept["properties"] = {k: _or_name(v) for k, v in kept["properties"].items()}
    if filled and isinstance(kept.get("items"), dict):
        kept["items"] = _or_name(kept["items"])
    return kept


def _or_name(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("anyOf", [schema])
    if any(k.get("type") == "string" and "enum" not in k and "pattern" not in k for k in kinds) or not schema:
        return schema
    told: dict[str, Any] = {k: schema[k] for k in ("description", "default") if k in schema}
    name = {"type": "string", "pattern": f"^{NAME.pattern}$"}
    return {**told, "anyOf": [*({k: v for k, v in kind.items() if k not in told} for kind in kinds), name]}
