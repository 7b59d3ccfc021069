"""YAML -> plain values with the place of each, and none of YAML 1.1's surprises.

`yes`, `no`, `on`, `off` stay words, `12:30` stays text, a key that stands twice is a finding. Places are kept by path:
`("rules", 3, "when")` -> line and column of the value; `("rules", 3, "when", KEY)` of the key.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from .findings import Finding, Place

Path = tuple[str | int, ...]
KEY = "\0key"

_INT = re.compile(r"^[-+]?(0|[1-9][0-9]*)$")
_FLOAT = re.compile(r"^[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?$")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loaded:
    """One YAML file: its values, the places of its values, and what was wrong with it as YAML."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.places: dict[Path, Place] = {}
        self.findings: list[Finding] = []
        self.value: Any = None
        try:
            node = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
            problem = str(error.problem or "it is not YAML").replace("\t", "tab")
            self.findings.append(
                Finding(
                    where,
                    "FLOW001",
                    f"This is not readable as YAML: {problem}.",
                    "Look at the indentation (spaces, no tabs), colons and quotes around here.",
                )
            )
            return
        except (yaml.YAMLError, ValueError) as error:
            reason = str(error).splitlines()[0]
            self.findings.append(
                Finding(Place(file), "FLOW001", f"This is not readable as YAML: {reason}.", "Save it as UTF-8 text.")
            )
            return
        if node is None:
            self.findings.append(Finding(Place(file), "FLOW002", "The file is empty.", "Write it, or delete it."))
            return
        self.value = self._build(node, ())

    def place(self, path: Path) -> Place:
        """The place of the value at `path`, or of the nearest value around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.file))

    def _build(self, node: yaml.Node, path: Path) -> Any:
        self.places[path] = Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(child, (*path, i)) for i, child in enumerate(node.value)]
        return _scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            here = Place(self.file, mark.line + 1, mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self.findings.append(Finding(here, "FLOW005", "A key must be a single word.", "Put it in quotes."))
                continue
            key = str(key_node.value)
            if key in built:
                first = self.places[(*path, key, KEY)]
                self.findings.append(
                    Finding(
                        here,
                        "FLOW004",
                        f'"{key}" stands twice here (first in line {first.line}).',
                        "Keep one of the two.",
                    )
                )
                continue
            self.places[(*path, key, KEY)] = here
            built[key] = self._build(value_node, (*path, key))
        return built


def _scalar(node: yaml.ScalarNode) -> Any:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
