"""What the YAML library could not read, in the words of somebody who edits texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import yaml

from bot.core.model.findings import Finding, Place

_UNMERGED = frozenset({"<<<<<<<", "=======", ">>>>>>>"})
_ODD_SPACE = re.compile(r"^[ \t]*[\u00a0\u2007\u202f]")
_TIGHT = re.compile(r"^\s*(?:-\s+)?[a-z_]\w*:(?=[^\s/])")
_OPENS = re.compile(r"""(?:^\s*(?:-\s+)?|:\s+)(["'])(?:(?!\1).)*$""")


class _Problem(NamedTuple):
    """An error of the library and what stands around it. `where`: where it was seen; `opened`: where what it is in began;
    `number`: the line from 0; `sign`: what stands at the place; `before`: the line up to there."""

    file: str
    lines: Sequence[str]
    words: str
    context: str
    number: int
    sign: str
    before: str
    where: Place
    opened: Place

    def line(self, number: int) -> str:
        """A line, counted from 0; "" if there is none."""
        return self.lines[number] if 0 <= number < len(self.lines) else ""


def what_is_wrong(file: str, lines: Sequence[str], error: yaml.MarkedYAMLError) -> Finding:
    """The finding FLOW001 for an error of the library; `lines`: the lines of the file."""
    words, mark = str(error.problem or "it is not YAML"), error.problem_mark or error.context_mark
    if mark is None:
        return Finding(Place(file), "FLOW001", f"This is not readable as YAML: {words}.")
    line = lines[mark.line] if mark.line < len(lines) else ""
    begun = error.context_mark or mark
    problem = _Problem(
        file, lines, words, str(error.context or ""), mark.line, line[mark.column : mark.column + 1], line[: mark.column].rstrip(),
        Place(file, mark.line + 1, mark.column + 1), Place(file, begun.line + 1, begun.column + 1),
    )  # fmt: skip
    place, message, remedy = next(said for explain in _EXPLANATIONS if (said := explain(problem)) is not None)
    return Finding(place, "FLOW001", message, remedy)


YamlWords = tuple[Place, str, str]
"""Place, what is wrong, what to do."""


def _beside(problem: _Problem) -> YamlWords | None:
    """What the library trips over may stand a line before or after."""
    for number in (problem.number - 1, problem.number, problem.number + 1):
        beside = problem.line(number)
        if beside[:7] in _UNMERGED:
            return (
                Place(problem.file, number + 1),
                f'A mark of an unfinished merge stands here ("{beside[:7]}").',
                "Keep one of the two versions, and delete all three marks.",
            )
        odd = _ODD_SPACE.match(beside)
        if odd is not None:
            return (
                Place(problem.file, number + 1, odd.end()),
                "This line is indented with a special space (no-break space).",
                "Delete it and press the space bar.",
            )
    return None


def _tab(problem: _Problem) -> YamlWords | None:
    if problem.sign == "\t" or "tab character" in problem.words:
        return problem.where, "A tab stands here.", "Indent with spaces."
    return None


def _colon(problem: _Problem) -> YamlWords | None:
    if "mapping values are not allowed" not in problem.words:
        return None
    tight = _TIGHT.match(problem.line(problem.number - 1))
    if tight is not None:
        return (
            Place(problem.file, problem.number, tight.end()),
            "A colon stands here without a space behind it.",
            "Put a space behind the colon, or the whole text in quotes.",
        )
    above, here = _KEY_AT.match(problem.line(problem.number - 1)), _KEY_AT.match(problem.line(problem.number))
    if above is not None and here is not None and here.end(1) > above.end(1):
        return (
            Place(problem.file, problem.where.line, here.end(1) + 1),
            "This line is indented deeper than the one above, so it is read as a part of its text.",
            "Let both begin in the same column.",
        )
    return (
        problem.where,
        "A colon cannot stand here.",
        "If it belongs to a text, put the whole text in quotes; else look at the indentation of this line.",
    )


def _cut_short(problem: _Problem) -> YamlWords | None:
    """The library names the place behind the end, which may be a line that is not there."""
    if any(line.strip() for line in problem.lines[problem.number :]) or "flow node" not in problem.context:
        return None
    last = max((n for n, line in enumerate(problem.lines, 1) if line.strip()), default=1)
    return (
        Place(problem.file, last),
        "The file ends here, within a bracket.",
        "Write what belongs into it, and close it.",
    )


def _bracket(problem: _Problem) -> YamlWords | None:
    if "expected ',' or" not in problem.words:
        return None
    shut = "]" if "]" in problem.words else "}"
    return (
        problem.opened,
        f'The bracket that opens here is not closed by "{shut}" before line {problem.where.line}.',
        "Close it; put texts with commas, colons or quotes in quotes.",
    )


def _after_a_quote(problem: _Problem) -> YamlWords | None:
    if "expected key" not in problem.words or problem.before[-1:] not in ("'", '"'):
        return None
    return (
        problem.where,
        f"Text goes on after the closing {problem.before[-1]}.{_far(problem.lines, problem.number, problem.before)}",
        "For a quote inside quotes use the other kind of quotes around the whole text.",
    )


def _alias(problem: _Problem) -> YamlWords | None:
    if "alias" in problem.context or "anchor" in problem.context:
        return problem.opened, "A text cannot begin with * or & here.", "Put the whole text in quotes."
    return None


def _where(words: str, message: str, remedy: str) -> Callable[[_Problem], YamlWords | None]:
    """Said where the library saw it, if it uses these words. `{sign}` in the message: what stands there."""
    return lambda p: (p.where, message.replace("{sign}", p.sign), remedy) if words in p.words else None


def _opened(words: str, message: str, remedy: str) -> Callable[[_Problem], YamlWords | None]:
    """Said where the thing began, if the library uses these words."""
    return lambda p: (p.opened, message, remedy) if words in p.words else None


_KEY_AT = re.compile(r"(\s*(?:- +)?)\w+: +\S")
"""A key with its value; the first group ends where the key begins."""
_NO_SPACE = re.compile(r"\s*(?:- *)?(\w+):(?=\S)|\s*(-)(?=\w)")


def _no_space(problem: _Problem) -> YamlWords | None:
    """A colon or a dash without the space behind it makes text of a key or of an entry."""
    line = problem.lines[problem.opened.line - 1] if problem.opened.line <= len(problem.lines) else ""
    found = _NO_SPACE.match(line) if "could not find expected ':'" in problem.words else None
    if found is None:
        return None
    sign = f'"{found[1]}:"' if found[1] else "The dash"
    return problem.opened, f"{sign} has no space behind it.", "Put one there."


def _anything(problem: _Problem) -> YamlWords:
    return (
        problem.where,
        f"This is not readable as YAML: {problem.words}.",
        "Look at the indentation (spaces, no tabs), colons and quotes around here.",
    )


_EXPLANATIONS: tuple[Callable[[_Problem], YamlWords | None], ...] = (
    _beside,
    _tab,
    _cut_short,
    _colon,
    _where("cannot start any token", 'A text cannot begin with "{sign}" here.', "Put the whole text in quotes."),
    _opened("end of stream", "The quote that opens here is never closed.", "Close it."),
    _bracket,
    _after_a_quote,
    _no_space,
    _opened(
        "could not find expected ':'",
        'This line is neither a "key: value" nor the continuation of one.',
        "Give it a key, or indent it deeper than the line that it continues.",
    ),
    _where("unknown escape", "A backslash in double quotes has a meaning of its own.", "Use single quotes."),
    _alias,
    _where(
        "expected",
        "This line does not fit the lines around it.",
        "Look at its indentation, at the dashes of its list, and at brackets and quotes that are open.",
    ),
    _anything,
)
"""The nearest cause first; the last one always has something to say."""


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
