"""The YAML of a script file with its places, and its shape: what does not fit is a finding at its line and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.core.flow.yaml_places import KEY, Loaded
from bot.core.model.findings import Finding, Place, did_you_mean

from .model import ACTS, BotSays, Edit, Expect, Old, Script, ScriptStep, Turns
from .shape_words import in_words
from .tables import TableRow

Here = Loaded | TableRow
"""Where a script stands: in a file, or in a row of the table in one."""

YAML_CODES = {"FLOW001": "SCRIPT001", "FLOW002": "SCRIPT002", "FLOW004": "SCRIPT004", "FLOW005": "SCRIPT005"}
CODES = {
    "SCRIPT001": "The file is not readable as YAML.",
    "SCRIPT002": "The file, or the folder, is empty.",
    "SCRIPT003": "There is no such file or folder, or its name ends in .yml.",
    "SCRIPT004": "A key stands twice.",
    "SCRIPT005": "A key is no single word.",
    "SCRIPT006": "A key or a value is not what a script has there.",
    "SCRIPT010": "The flow is unknown or cannot be used.",
    "SCRIPT011": "A question, screen or text is unknown.",
    "SCRIPT012": "An answer or button is unknown.",
    "SCRIPT013": "A rule, claim or line is unknown.",
    "SCRIPT020": "The script expects nothing.",
    "SCRIPT021": "Two scripts have one title.",
    "SCRIPT022": "A fragment is unknown, or uses itself.",
    "SCRIPT023": "A table of cases does not fit together.",
    "SCRIPT024": "The level of a person is not what their facts come to.",
}
"""What can be wrong with scripts."""


def load_file(file: Path, findings: list[Finding]) -> Loaded | None:
    """The YAML of a file with its places; None if it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror)
        findings.append(
            Finding(Place(str(file)), "SCRIPT001", f"This cannot be read: {reason}.", "Save it again as UTF-8.")
        )
        return None
    return loaded(file, text, findings)


def loaded(file: Path, text: str, findings: list[Finding]) -> Loaded | None:
    """The YAML of a text with its places; None if it is empty or has findings."""
    here = Loaded(str(file), text)
    findings.extend(Finding(f.place, YAML_CODES.get(f.code, "SCRIPT001"), f.message, f.remedy) for f in here.findings)
    return None if here.value is None or here.findings else here


def validated(model: Any, here: Loaded, findings: list[Finding]) -> Any:
    """What the whole file says, as this model; None if it does not say that."""
    return validate_script(model, here.value, here, (), findings)


def validate_script(model: Any, value: Any, here: Here, path: tuple[str | int, ...], findings: list[Finding]) -> Any:
    """The value that stands at this path, as this model; None if it is not one."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        top = [*model.model_fields, *_BESIDE.get(model, ())]
        findings.extend(_shape(here, path, problem, top) for problem in error.errors())
    return None


_KEYS: dict[str, list[str]] = {
    "step": [*ACTS, "until", "with"], "bot": list(BotSays.model_fields), "edit": list(Edit.model_fields),
    "old": list(Old.model_fields), "expect": list(Expect.model_fields), "turns": list(Turns.model_fields),
}  # fmt: skip
_BESIDE: dict[Any, tuple[str, ...]] = {Script: ("cases",)}
"""Model -> keys that stand beside its own and are read before it."""


def _shape(here: Here, base: tuple[str | int, ...], problem: Any, top: Sequence[str] = ()) -> Finding:
    """`top`: the keys that are known where the whole value stands."""
    path = (*base, *(p for p in problem["loc"] if not (isinstance(p, str) and "[" in p) and p not in ("dict", "list")))
    path = tuple(p for p in path if p not in ("int", "str"))
    last = str(path[-1]) if path else ""
    if problem["type"] == "extra_forbidden":
        inside = path[-2] if len(path) > 1 else ""
        known = top if len(path) == len(base) + 1 else _KEYS.get("step" if isinstance(inside, int) else str(inside), [])
        remedy = did_you_mean(last, known) or f"Known here: {', '.join(known)}."
        return Finding(
            here.places.get((*path, KEY), here.place(path)), "SCRIPT006", f'"{last}" is not a known key here.', remedy
        )
    if problem["type"] == "missing":
        return Finding(here.place(path[:-1]), "SCRIPT006", f'"{last}" is missing here.', "Add it.")
    return Finding(here.place(path), "SCRIPT006", *in_words(problem))


_STEPS: TypeAdapter[list[ScriptStep]] = TypeAdapter(list[ScriptStep])


def steps_of(raw: Any, here: Here, path: tuple[str | int, ...], findings: list[Finding]) -> list[ScriptStep]:
    """The steps that stand at this path; none if one of them has another shape."""
    try:
        return _STEPS.validate_python(raw)
    except ValidationError as error:
        findings.extend(_shape(here, path, problem) for problem in error.errors())
    return []
