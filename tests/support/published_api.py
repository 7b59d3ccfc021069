"""Whether a Bot API call agrees with a published description of the Bot API, given as parsed JSON.

The description has `methods` and `types`; each has `fields` with `name`, `types` ("Integer", "Array of BotCommand",
…) and `required`; a type may have `subtypes` instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_SCALARS: Mapping[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
}


def problems(api: Mapping[str, Any], method: str, values: Mapping[str, Any]) -> list[str]:
    """What is wrong with a call, in words; [] if nothing. `values`: parameters as JSON values."""
    found = api["methods"].get(method)
    if found is None:
        return [f"{method}: no such method"]
    return _check_fields(api, found.get("fields", ()), values, method)


def _check_fields(api: Mapping[str, Any], fields: Any, values: Mapping[str, Any], where: str) -> list[str]:
    known = {field["name"]: field for field in fields}
    wrong = [f"{where}.{name}: no such field" for name in values if name not in known]
    wrong += [f"{where}.{name}: missing" for name, field in known.items() if field["required"] and name not in values]
    for name, value in values.items():
        if name in known and not any(_fits(api, kind, value) for kind in known[name]["types"]):
            wrong.append(f"{where}.{name}: {json.dumps(value)[:60]} is none of {', '.join(known[name]['types'])}")
    return wrong


def _fits(api: Mapping[str, Any], kind: str, value: Any) -> bool:
    if kind.startswith("Array of "):
        return isinstance(value, list) and all(_fits(api, kind.removeprefix("Array of "), item) for item in value)
    if kind in _SCALARS:
        return isinstance(value, _SCALARS[kind]) and (kind == "Boolean" or not isinstance(value, bool))
    if kind == "InputFile":
        return isinstance(value, str) and value.startswith("attach://")
    described = api["types"].get(kind)
    if described is None or not isinstance(value, dict):
        return False
    if "subtypes" in described:
        return any(_fits(api, each, value) for each in described["subtypes"])
    return not _check_fields(api, described.get("fields", ()), value, kind)
