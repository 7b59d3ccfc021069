"""Inserting into YAML text: what is added is added, and not one other character of the file changes.

A file that is loaded and dumped again comes back with other line breaks and quotes; here the places of the values say
where the new lines belong, and the result is read again and compared with what it should be.
"""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

import yaml

from bot.core.flow.yaml_places import Loaded, Path
from bot.core.model.findings import Finding

WIDTH = 118
"""Columns after which a list in brackets goes on in the next line."""

_PLAIN = re.compile(r"[A-Za-z0-9_(][^:#\[\]{}\n]*")
_NUMBER = re.compile(r"[-+]?[0-9][0-9_.,eE+-]*")
_EMPTY = re.compile(r"^(.*:)[ \t]*(?:\[ *\]|\{ *\}|null|~)?[ \t]*(#.*?)?(\r?)$")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CannotEdit(Exception):
    """A change that could not be made; `findings`: what is wrong with the files, where that is the reason."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class YamlText:
    """One YAML file that is being edited: its text and its values, kept equal."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        loaded = Loaded(name, text)
        if loaded.findings:
            raise CannotEdit(f"{name} cannot be read; mend it first.", tuple(loaded.findings))
        self.value: Any = loaded.value

    def at(self, path: Path) -> Any:
        """The value at a path; None if there is none."""
        value = self.value
        for step in path:
            if isinstance(value, list):
                value = dict(enumerate(value))
            if not isinstance(value, dict) or step not in value:
                return None
            value = value[step]
        return value

    def insert(self, path: Path, index: int, value: Any) -> None:
        """Insert an entry into the list at `path`, so that it stands at `index`. A list that is missing is begun."""
        there = self.at(path)
        if not there:
            self._begin(path, [value])
            return
        node = self._node(path)
        if node.flow_style:
            self._insert_in_brackets(node, index, _inline(value, True))
        else:
            self._insert_entry(node, index, value)
        there.insert(index, value)
        self._agree()

    def put(self, path: Path, key: str, value: Any, after: str | None = None) -> None:
        """Add a key to the mapping at `path`: behind the key `after`, or last."""
        there = self.at(path)
        if not there and path:
            self._begin(path, {key: value})
            return
        node = self._node(path)
        keys = [str(k.value) for k, _ in node.value]
        index = keys.index(after) + 1 if after in keys else len(keys)
        if node.flow_style:
            self._insert_in_brackets(node, index, f"{_scalar(key)}: {_inline(value, True)}")
        else:
            column = node.value[0][0].start_mark.column
            line = node.start_mark.line if index == 0 else self._last_line(node.value[index - 1][1]) + 1
            block = _block({key: value}, column)
            ends = [self._last_line(v) for _, v in node.value]
            self._insert_lines(line, self._spaced(block, index, ends))
        items = list(there.items())
        items.insert(index, (key, value))
        there.clear()
        there.update(items)
        self._agree()

    def reword(self, path: Path, text: str) -> None:
        """Put another text in the place of the one at `path`, in the same quotes; all around it stays."""
        node = self._node(path)
        if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">"):
            raise CannotEdit(f"{self.name}: this text is written in a way that cannot be reworded; do it by hand.")
        written = _scalar(text, quoted=node.style == "'" or "," in text)
        if node.style == '"':
            written = json.dumps(text, ensure_ascii=False)
        lines = self.text.split("\n")
        begin, end = node.start_mark, node.end_mark
        line = lines[begin.line][: begin.column] + written + lines[end.line][end.column :]
        self.text = "\n".join([*lines[: begin.line], line, *lines[end.line + 1 :]])
        around = self.at(path[:-1])
        around[path[-1]] = text
        self._agree()

    def _begin(self, path: Path, value: Any) -> None:
        """Put a list or mapping where nothing, or an empty one, stands."""
        parent, key = path[:-1], str(path[-1])
        there = self.at(parent)
        if there is None or (isinstance(there, dict) and key not in there):
            self.put(parent, key, value)
            return
        name = next(k for k, _ in self._node(parent).value if k.value == key)
        lines = self.text.split("\n")
        line = name.start_mark.line
        match = _EMPTY.match(lines[line])
        if match is None:
            raise CannotEdit(f'{self.name}: "{key}" is written in a way that cannot be added to; add it by hand.')
        comment = f"  {match[2]}" if match[2] else ""
        lines[line] = match[1] + comment + match[3]
        self.text = "\n".join(lines)
        self._insert_lines(line + 1, _block(value, name.start_mark.column + 2))
        there[key] = value
        self._agree()

    def _insert_entry(self, node: Any, index: int, value: Any) -> None:
        """Insert an entry into a list that has one entry a line, spaced from its neighbours as they are."""
        ends = [self._last_line(entry) for entry in node.value]
        lines = self.text.split("\n")
        first = node.value[0].start_mark
        dash = lines[first.line].rindex("-", 0, first.column)
        line = node.start_mark.line if index == 0 else ends[index - 1] + 1
        self._insert_lines(line, self._spaced(_block([value], dash), index, ends))

    def _spaced(self, block: list[str], index: int, ends: list[int]) -> list[str]:
        """The lines with an empty one before (or behind) them, if the neighbours are set apart like this."""
        lines = self.text.split("\n")
        apart = sum(not lines[end + 1].strip() for end in ends[:-1] if end + 1 < len(lines))
        if 2 * apart < len(ends) or apart == 0:
            return block
        return [*block, ""] if index == 0 else ["", *block]

    def _last_line(self, node: Any) -> int:
        """The last line (from 0) on which something of the node stands, comments behind it not counted."""
        if isinstance(node, yaml.MappingNode | yaml.SequenceNode):
            if node.flow_style or not node.value:
                return int(node.end_mark.line)
            last = node.value[-1]
            if not isinstance(last, tuple):
                return self._last_line(last)
            key, value = last
            return max(int(key.end_mark.line), self._last_line(value) if value.value else 0)
        if node.style not in ("|", ">"):
            return int(node.end_mark.line)
        lines = self.text.split("\n")
        last_line = line = int(node.start_mark.line)
        inside = None
        while line + 1 < len(lines):
            line += 1
            if not lines[line].strip():
                continue
            indent = len(lines[line]) - len(lines[line].lstrip(" "))
            inside = indent if inside is None else inside
            if indent < inside or indent == 0:
                break
            last_line = line
        return last_line

    def _node(self, path: Path) -> Any:
        node: Any = yaml.compose(self.text, Loader=_LOADER)
        for step in path:
            known: dict[Any, Any] = dict(enumerate(node.value))
            if isinstance(node, yaml.MappingNode):
                known = {k.value: v for k, v in node.value}
            node = known[step]
        return node

    def _insert_lines(self, line: int, new: list[str]) -> None:
        lines = self.text.split("\n")
        if line >= len(lines):
            lines.append("")
        ending = "\r" if lines[0].endswith("\r") else ""
        self.text = "\n".join([*lines[:line], *(x + ending for x in new), *lines[line:]])

    def _insert_in_brackets(self, node: Any, index: int, new: str) -> None:
        entries = [e[1] if isinstance(e, tuple) else e for e in node.value]
        lines = self.text.split("\n")
        first = index == 0
        mark = (node.value[0][0] if isinstance(node.value[0], tuple) else node.value[0]).start_mark
        if not first:
            mark = entries[index - 1].end_mark
        line = lines[mark.line]
        head, tail = line[: mark.column], line[mark.column :]
        if first:
            lines[mark.line] = f"{head}{new}, {tail}"
        elif len(head) + len(new) + 2 + len(tail.rstrip()) <= WIDTH:
            lines[mark.line] = f"{head}, {new}{tail}"
        else:
            begun = (node.value[0][0] if isinstance(node.value[0], tuple) else node.value[0]).start_mark.column
            lines[mark.line] = f"{head},\n{' ' * begun}{new}{tail}"
        self.text = "\n".join(lines)

    def _agree(self) -> None:
        loaded = Loaded(self.name, self.text)
        if loaded.findings or loaded.value != self.value:
            raise CannotEdit(f"{self.name} is written in a way that this command cannot add to; add it by hand.")


def as_yaml(value: Any) -> str:
    """A mapping or list as the text of a YAML file."""
    return "\n".join(_block(value, 0)) + "\n"


def _block(value: Any, column: int) -> list[str]:
    """A mapping or list as lines of YAML that begin at `column`."""
    space = " " * column
    lines: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list) and inner and not _fits_inline(inner):
                lines += [f"{space}{_scalar(key)}:", *_block(inner, column + 2)]
            elif isinstance(inner, str) and _folds(inner):
                folded = textwrap.wrap(inner, WIDTH - column - 2, break_long_words=False, break_on_hyphens=False)
                lines += [f"{space}{_scalar(key)}: >-", *(f"{space}  {line}" for line in folded)]
            else:
                lines.append(f"{space}{_scalar(key)}: {_inline(inner)}")
        return lines
    for inner in value:
        if isinstance(inner, dict | list) and inner and not _fits_inline(inner):
            block = _block(inner, column + 2)
            lines += [f"{space}- {block[0].lstrip()}", *block[1:]]
        else:
            lines.append(f"{space}- {_inline(inner)}")
    return lines


def _folds(text: str) -> bool:
    """Whether a text is long and may be broken at its spaces without becoming another one."""
    return len(text) > 90 and text.isprintable() and "  " not in text and text == text.strip()


def _fits_inline(value: Any) -> bool:
    """Whether a list of words, or a mapping of an option, is written in brackets."""
    if isinstance(value, list):
        return all(not isinstance(v, dict | list) for v in value) and len(_inline(value)) <= 90
    return "id" in value and all(not isinstance(v, dict | list) for v in value.values()) and len(_inline(value)) <= 90


def _inline(value: Any, inside: bool = False) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k)}: {_inline(v, True)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(v, True) for v in value) + "]"
    return _scalar(value, inside and "," in str(value))


def _scalar(value: Any, quoted: bool = False) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text == text.strip() and not quoted and not _NUMBER.fullmatch(text)
    if plain and text.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n"):
        return text
    if "\n" in text or not text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"
