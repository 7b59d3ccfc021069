"""What the YAML library could not read, in the words of somebody who edits texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from bot.core.model.findings import Finding, Place

_UNMERGED = frozenset({"<<<<<<<", "=======", ">>>>>>>"})
_ODD_SPACE = re.compile(r"^[ \t]*[\u00a0\u2007\u202f]")
_TIGHT = re.compile(r"^\s*(?:-\s+)?[a-z_]\w*:(?=[^\s/])")
_OPENS = re.compile(r"""(?:^\s*(?:-\s+)?|:\s+)(["'])(?:(?!\1).)*$""")


def what_is_wrong(file: str, lines: Sequence[str], error: yaml.MarkedYAMLError) -> Finding:
    """The finding FLOW001 for an error of the library; `lines`: the lines of the file."""
    problem, context = str(error.problem or "it is not YAML"), str(error.context or "")
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Finding(Place(file), "FLOW001", f"This is not readable as YAML: {problem}.")
    line = lines[mark.line] if mark.line < len(lines) else ""
    sign, before = line[mark.column : mark.column + 1], line[: mark.column].rstrip()
    where = Place(file, mark.line + 1, mark.column + 1)
    begun = error.context_mark or mark
    opened = Place(file, begun.line + 1, begun.column + 1)

    def finding(place: Place, message: str, remedy: str) -> Finding:
        return Finding(place, "FLOW001", message, remedy)

    for number in (mark.line - 1, mark.line, mark.line + 1):
        beside = lines[number] if 0 <= number < len(lines) else ""
        if beside[:7] in _UNMERGED:
            return finding(
                Place(file, number + 1), f'A mark of an unfinished merge stands here ("{beside[:7]}").',
                "Keep one of the two versions, and delete all three marks.",
            )  # fmt: skip
        odd = _ODD_SPACE.match(beside)
        if odd is not None:
            return finding(
                Place(file, number + 1, odd.end()), "This line is indented with a special space (no-break space).",
                "Delete it and press the space bar.",
            )  # fmt: skip
    if sign == "\t" or "tab character" in problem:
        return finding(where, "A tab stands here.", "Indent with spaces.")
    if "mapping values are not allowed" in problem:
        tight = _TIGHT.match(lines[mark.line - 1]) if mark.line else None
        if tight is not None:
            return finding(
                Place(file, mark.line, tight.end()), "A colon stands here without a space behind it.",
                "Put a space behind the colon, or the whole text in quotes.",
            )  # fmt: skip
        return finding(
            where,
            "A colon cannot stand here.",
            "If it belongs to a text, put the whole text in quotes; else look at the indentation of this line.",
        )
    if "cannot start any token" in problem:
        return finding(where, f'A text cannot begin with "{sign}" here.', "Put the whole text in quotes.")
    if "end of stream" in problem:
        return finding(opened, "The quote that opens here is never closed.", "Close it.")
    if "expected ',' or" in problem:
        shut = "]" if "]" in problem else "}"
        return finding(
            opened,
            f'The bracket that opens here is not closed by "{shut}" before line {where.line}.',
            "Close it; put texts with commas, colons or quotes in quotes.",
        )
    if "expected key" in problem and before[-1:] in ("'", '"'):
        return finding(
            where,
            f"Text goes on after the closing {before[-1]}.{_far(lines, mark.line, before)}",
            "For a quote inside quotes use the other kind of quotes around the whole text.",
        )
    if "could not find expected ':'" in problem:
        return finding(
            opened,
            'This line is neither a "key: value" nor the continuation of one.',
            "Give it a key, or indent it deeper than the line that it continues.",
        )
    if "unknown escape" in problem:
        return finding(where, "A backslash in double quotes has a meaning of its own.", "Use single quotes.")
    if "alias" in context or "anchor" in context:
        return finding(opened, "A text cannot begin with * or & here.", "Put the whole text in quotes.")
    if "expected" in problem:
        return finding(
            where,
            "This line does not fit the lines around it.",
            "Look at its indentation, at the dashes of its list, and at brackets and quotes that are open.",
        )
    return finding(
        where,
        f"This is not readable as YAML: {problem}.",
        "Look at the indentation (spaces, no tabs), colons and quotes around here.",
    )


def _far(lines: Sequence[str], number: int, before: str) -> str:
    """Where the quote opened that ends `before`, the part of a line (from 0), if that was in an earlier line."""
    quote = before[-1]
    if before.count(quote) % 2 == 0:
        return ""
    for i in range(number - 1, -1, -1):
        found = _OPENS.search(lines[i])
        if found is not None and found[1] == quote:
            return f" Was the quote in line {i + 1} meant to be closed there?"
    return ""
