"""YAML -> plain values with the place of each, and none of YAML 1.1's surprises.

`yes`, `no`, `on`, `off` stay words, `12:30` stays text, a key that stands twice is a finding, and so are the signs
`&`, `*` and `!` at the beginning of a word, which YAML would swallow together with the word. Places are kept by path:
`("rules", 3, "when")` -> line and column of the value; `("rules", 3, "when", KEY)` of the key.

Files are read event by event, never composed: nesting and size have limits here, so no file can exhaust the stack,
the memory or the reader's patience.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from bot.core.model.findings import Finding, Place

from .yaml_problems import what_is_wrong

Path = tuple[str | int, ...]
KEY = "\0key"

DEEPEST = 24
"""Nesting that a file may have; flows need 8."""
LONGEST = 1_000_000
"""Characters that a file may have."""

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}([eE][-+]?[0-9]{1,2})?")
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def text_of(data: bytes) -> str:
    """A file's bytes as text. Bytes that are not UTF-8 become lone surrogates, which `Loaded` reports with their place."""
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


class _Stop(Exception):
    """Reading ends here; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


_DROPPED = "\0dropped"
"""The key of something that is read but not kept."""


class _Frame:
    """A mapping or list that is being read; `key`: the key whose value comes next."""

    __slots__ = ("built", "key", "path")

    def __init__(self, built: dict[str, Any] | list[Any], path: Path) -> None:
        self.built, self.path = built, path
        self.key: str | None = None


class Loaded:
    """One YAML file: its values, the places of its values, and what was wrong with it as YAML."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.places: dict[Path, Place] = {}
        self.findings: list[Finding] = []
        self.value: Any = None
        self._text = text.removeprefix("\ufeff")
        self._styles: dict[Path, str] = {}
        self._lines: list[str] | None = None
        try:
            self._limits()
            self._read()
        except _Stop as stop:
            self.findings.append(stop.finding)
            self.value = None
        except yaml.MarkedYAMLError as error:
            self.findings.append(what_is_wrong(file, self._source(), error))
            self.value = None
        except (yaml.YAMLError, ValueError) as error:
            reason = (str(error).splitlines() or ["it is not YAML"])[0]
            self.findings.append(Finding(Place(file), "FLOW001", f"This is not readable as YAML: {reason}."))
            self.value = None
        else:
            if self.value is None and not self.findings:
                self.findings.append(Finding(Place(file), "FLOW002", "The file is empty.", "Write it, or delete it."))

    def place(self, path: Path) -> Place:
        """The place of the value at `path`, or of the nearest value around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.file))

    def spot(self, path: Path, offset: int, value: str) -> Place:
        """The place of the character at `offset` of the text `value` at `path`, also in quoted and folded texts.

        Folding and stripping change white space alone, so it is found by counting the characters that are none.
        """
        start = self.place(path)
        style = self._styles.get(path)
        if style is None:
            return start
        wanted = sum(not c.isspace() for c in value[:offset])
        lines = self._source()
        line, column = start.line - 1, start.column - 1
        if style in ("|", ">"):
            line, column = line + 1, 0
        elif style in ("'", '"'):
            column += 1
        while line < len(lines):
            for i in range(column, len(lines[line])):
                if lines[line][i].isspace():
                    continue
                if wanted == 0:
                    return Place(self.file, line + 1, i + 1)
                wanted -= 1
            line, column = line + 1, 0
        return start

    def _source(self) -> list[str]:
        if self._lines is None:
            self._lines = _BREAK.split(self._text)
        return self._lines

    def _limits(self) -> None:
        if len(self._text) > LONGEST:
            raise _Stop(
                Finding(
                    Place(self.file), "FLOW009", f"The file has {len(self._text):,} characters; {LONGEST:,} are read.",
                    "Is it the right file?",
                )
            )  # fmt: skip
        bad = _UNREADABLE.search(self._text)
        if bad is None:
            return
        before = _BREAK.split(self._text[: bad.start()])
        place = Place(self.file, len(before), len(before[-1]) + 1)
        code = ord(bad[0])
        if 0xDC80 <= code <= 0xDCFF:
            raise _Stop(
                Finding(
                    place, "FLOW001", f"The byte 0x{code - 0xDC00:02X} here is not UTF-8.",
                    'Save the file as UTF-8 (in the editor: "Save as", encoding UTF-8).',
                )
            )  # fmt: skip
        raise _Stop(
            Finding(place, "FLOW001", f"The invisible character U+{code:04X} cannot stand in a flow.", "Delete it.")
        )

    def _read(self) -> None:
        stack: list[_Frame] = []
        documents = 0
        for event in yaml.parse(self._text, Loader=_LOADER):
            mark = event.start_mark
            here = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Stop(
                        Finding(here, "FLOW001", "A second document begins here (---).", "Delete the line ---.")
                    )
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
            elif isinstance(event, yaml.NodeEvent):
                self._node(event, here, stack)

    def _node(self, event: yaml.NodeEvent, here: Place, stack: list[_Frame]) -> None:
        self._no_special_signs(event, here)
        top = stack[-1] if stack else None
        scalar = event if isinstance(event, yaml.ScalarEvent) else None
        if top is not None and isinstance(top.built, dict) and top.key is None:
            if scalar is not None:
                top.key = self._key(str(scalar.value), here, top)
                return
            self.findings.append(Finding(here, "FLOW005", "A key must be a single word.", "Put it in quotes."))
            top.key = _DROPPED  # what is read next is this key's inside, then its value: both are dropped
            stack.append(_Frame([] if isinstance(event, yaml.SequenceStartEvent) else {}, (*top.path, _DROPPED, KEY)))
            return
        if top is None:
            path: Path = ()
        elif isinstance(top.built, list):
            path = (*top.path, len(top.built))
        else:
            path = (*top.path, top.key or "")
        value: Any
        if scalar is not None:
            value = _scalar(scalar)
            self._no_lost_words(scalar, here)
            if isinstance(value, str) and _UNREADABLE.search(value):
                self.findings.append(Finding(here, "FLOW001", "An invisible character is written here.", "Delete it."))
            self._styles[path] = scalar.style or ""
        elif isinstance(event, yaml.MappingStartEvent):
            value = {}
        else:
            value = [] if isinstance(event, yaml.SequenceStartEvent) else None
        self.places[path] = here
        if top is None:
            self.value = value
        elif isinstance(top.built, list):
            top.built.append(value)
        else:
            if top.key is not None and top.key != _DROPPED:
                top.built[top.key] = value
            top.key = None
        if isinstance(value, dict | list):
            if len(stack) >= DEEPEST:
                raise _Stop(
                    Finding(here, "FLOW009", f"This is nested more than {DEEPEST} deep.", "Is it the right file?")
                )
            stack.append(_Frame(value, path))

    def _key(self, key: str, here: Place, top: _Frame) -> str:
        if key in top.built:
            first = self.places[(*top.path, key, KEY)]
            self.findings.append(
                Finding(
                    here, "FLOW004", f'"{key}" stands twice here (first in line {first.line}).', "Keep one of the two."
                )
            )
            return _DROPPED
        self.places[(*top.path, key, KEY)] = here
        return key

    def _no_lost_words(self, event: yaml.ScalarEvent, here: Place) -> None:
        """A text without quotes ends before " #": in a file of words, `Press #1` would lose its end in silence."""
        mark = event.end_mark
        if event.style or mark is None or not self.file.startswith("texts."):
            return
        lines = self._source()
        rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
        if re.match(r"\s+#\S", rest):
            self.findings.append(
                Finding(
                    here, "FLOW008", f'"{rest.strip()}" is taken for a comment, so patients do not see it.',
                    "If it is text, put the whole text in quotes; if it is a comment, write a space behind the #.",
                )
            )  # fmt: skip

    def _no_special_signs(self, event: yaml.NodeEvent, here: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            sign, word = "*", str(event.anchor)
        elif getattr(event, "anchor", None) is not None:
            sign, word = "&", str(event.anchor)
        elif (tag := getattr(event, "tag", None)) is not None:
            sign, word = "!", str(tag).removeprefix("!").removeprefix("tag:yaml.org,2002:")
        else:
            return
        self.findings.append(
            Finding(
                here, "FLOW008", f'"{sign}{word}" has a meaning of its own in YAML, which flows do not use.',
                "If it is text, put the whole text in quotes; if you want the same thing twice, write it twice.",
            )
        )  # fmt: skip


def _scalar(event: yaml.ScalarEvent) -> Any:
    text = str(event.value)
    return text if event.style in ("'", '"', "|", ">") else plain_value(text)


def plain_value(text: str) -> Any:
    """What words without quotes mean: nothing, true or false, a number, or themselves."""
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
