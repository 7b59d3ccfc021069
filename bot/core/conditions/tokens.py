"""The words of a condition, and what is said when a character is none of them."""

from __future__ import annotations

import re
from typing import NamedTuple


class ConditionError(Exception):
    """One thing wrong in a condition, at an offset of its text."""

    def __init__(self, code: str, at: int, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code, self.at, self.message, self.remedy = code, at, message, remedy


class Token(NamedTuple):
    """A word, number or sign of a condition: `kind` name, number, op or end; `at`: its offset."""

    kind: str
    text: str
    at: int


_PATTERN = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?)|(?P<name>[A-Za-z_]\w*)|(?P<op><=|>=|==|!=|<|>|=|\(|\)|,))"
)
OPS: dict[str, str] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "==": "="}
"""Signs of comparison, and how each is kept."""
WORDS = frozenset(
    ["and", "or", "not", "in", "is", "surely", "any", "all", "of", "at", "least", "between", "asked", "answered"]
)
"""Words that are no names."""


_UNQUOTED = "Names stand without quotes: take the quotation marks out."
_INSTEAD = {
    "&": 'Write "and".', "|": 'Write "or".', "!": 'Write "not" or "is not".', "'": "Names stand without quotes.",
    '"': "Names stand without quotes.", "[": "Use round brackets.", "{": "Use round brackets.",
    "\u201c": _UNQUOTED, "\u201d": _UNQUOTED, "\u2018": _UNQUOTED, "\u2019": _UNQUOTED, "\u00ab": _UNQUOTED, "\u00bb": _UNQUOTED,
    "≤": "Write <=.", "≥": "Write >=.", "≠": 'Write "is not".',
    "-": "Names are written with _, and numbers are not negative.", "/": "Divide it yourself: 0.5.",
}  # fmt: skip


def tokens(text: str) -> list[Token]:
    """The words of a condition, with an `end` after the last. Raises ConditionError at what is none."""
    found: list[Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _PATTERN.match(text, at)
        if match is None:
            start = at
            while text[start].isspace():
                start += 1
            raise ConditionError(
                "FLOW010", start, f'"{text[start]}" means nothing in a condition.',
                _INSTEAD.get(text[start], "Use names, numbers, and, or, not, in, is, < <= > >= = and brackets."),
            )  # fmt: skip
        kind = match.lastgroup or "op"
        found.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found
