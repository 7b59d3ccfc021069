"""`symptom-bot schema`: JSON Schema of each file kind, so that editors complete, explain and underline while one types."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.core.model.files.flow import FILES
from bot.core.model.system_texts import PLACES, SYSTEM

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_of(kind: str) -> str:
    """The file (or the pattern of files) that a kind describes."""
    return "texts.*.yaml" if kind == "texts" else f"{kind}.yaml"


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of one file kind. Raises KeyError for an unknown kind."""
    schema = tidied(FILES[kind].model_json_schema(by_alias=True, mode="validation"))
    if kind == "texts":
        schema["properties"]["system"] |= {
            "properties": {key: _system_text(places) for key, places in SYSTEM.items()},
            "required": list(SYSTEM),
            "additionalProperties": False,
        }
    return {"$schema": DIALECT, **schema, "title": file_of(kind)}


def all_schemas() -> dict[str, dict[str, Any]]:
    """The schemas by kind."""
    return {kind: schema_of(kind) for kind in FILES}


def _system_text(places: tuple[str, ...]) -> dict[str, Any]:
    filled = ", ".join("{" + place + "}" for place in (*places, *PLACES))
    return {"type": "string", "description": f"Filled in here: {filled}."}


def tidied(value: Any, parent: str = "") -> Any:
    """Without the titles that only repeat the key, and without `null`: an operator leaves a key out."""
    if isinstance(value, list):
        return [tidied(v) for v in value]
    if not isinstance(value, dict):
        return value
    named = parent in ("properties", "$defs", "patternProperties")
    kept = {k: tidied(v, "" if named else k) for k, v in value.items() if named or k != "title"}
    if named:
        return kept
    if kept.get("default", 0) is None:
        del kept["default"]
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    choices = [c for c in kept.get("anyOf", ()) if c != {"type": "null"}]
    if choices and len(choices) < len(kept["anyOf"]):
        del kept["anyOf"]
        kept = {"anyOf": choices, **kept} if len(choices) > 1 else {**choices[0], **kept}
    return kept


def write_schemas(folder: Path, schemas: Mapping[str, dict[str, Any]]) -> list[Path]:
    """Write `<kind>.schema.json` for each kind; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, schema in schemas.items():
        path = folder / f"{kind}.schema.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def editor_settings(folder: Path, others: Mapping[str, Sequence[str]]) -> str:
    """Settings with which VS Code and other editors with yaml-language-server use the schemas in `folder`. `others`: kinds of
    files that are no flow's -> which files these are."""
    mapping: dict[str, Any] = {str(folder / f"{kind}.schema.json"): f"**/flows/*/{file_of(kind)}" for kind in FILES}
    mapping |= {str(folder / f"{kind}.schema.json"): list(files) for kind, files in others.items()}
    return json.dumps({"yaml.schemas": mapping}, indent=2)
