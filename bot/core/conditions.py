"""The condition language: text -> typed tree, or findings that say what, where and what to do.

Grammar (three-valued when evaluated, see `evaluation.py`):

    either   := both ("or" both)*            both := unary ("and" unary)*
    unary    := "not" unary | "(" either ")" | "surely" name | group | asked(name) | answered(name) | simple
    group    := ("any of" | "all of" | "at least" N "of") "(" either ("," either)* ")"
    simple   := name | name ("is" | "is not") name | name ["not"] "in" (name | "(" name, ... ")")
              | name OP quantity | name "between" quantity "and" quantity
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .findings import Finding, Place, did_you_mean
from .flow import NUMERIC, Kind, Question
from .quantities import BadQuantity, in_base_units


@dataclass(frozen=True, slots=True)
class All:
    """True if all parts are."""

    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Any_:
    """True if any part is."""

    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """True if at least `count` parts are."""

    count: int
    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True if the part is false."""

    part: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Named:
    """A condition of `define:` in its place."""

    name: str
    part: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ticked:
    """An option of a `many` question is ticked; unless `surely`, "not sure" counts as ticked."""

    question: str
    option: str
    surely: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing of a `many` question is ticked or unsure."""

    question: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A `one` question has this answer ("not sure" counts as the question's `unsure_as`)."""

    question: str
    option: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Says:
    """A `yes_no` question has one of these answers."""

    question: str
    answers: tuple[str, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """A numeric question compares so with `value` (base units: days, seconds, years, 0-10)."""

    question: str
    op: str
    value: float
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """The question was asked (`answered`: and answered otherwise than "not sure")."""

    question: str
    answered: bool = False
    at: int = field(default=0, compare=False)


Node = All | Any_ | AtLeast | Not | Named | Ticked | Nothing | Chosen | Says | Compare | Asked
Leaf = Ticked | Nothing | Chosen | Says | Compare | Asked


class Names:
    """What a condition may name: questions, options, none-answers and defined conditions."""

    def __init__(self, questions: list[Question]) -> None:
        self.questions = {q.ask: q for q in questions}
        self.order = {q.ask: i for i, q in enumerate(questions)}
        self.options: dict[str, str] = {}
        self.nones: dict[str, str] = {}
        self.defined: dict[str, Node] = {}
        for q in questions:
            if q.kind in (Kind.many, Kind.one):
                for option in q.options:
                    self.options.setdefault(option.id, q.ask)
                if q.none:
                    self.nones.setdefault(q.none, q.ask)

    def known(self) -> list[str]:
        """All names, for suggestions."""
        return [*self.questions, *self.options, *self.nones, *self.defined]


class ConditionError(Exception):
    """One thing wrong in a condition, at an offset of its text."""

    def __init__(self, code: str, at: int, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.code, self.at, self.message, self.remedy = code, at, message, remedy


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<op><=|>=|==|!=|<|>|=|\(|\)|,))")
_OPS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "=": "=", "==": "="}
_WORDS = frozenset(
    ["and", "or", "not", "in", "is", "surely", "any", "all", "of", "at", "least", "between", "asked", "answered"]
)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise ConditionError(
                "FLOW010", start, f'"{text[start]}" means nothing in a condition.',
                "Use names, numbers, and, or, not, in, is, < <= > >= = and brackets.",
            )  # fmt: skip
        kind = match.lastgroup or "op"
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    found.append(_Token("end", "", len(text)))
    return found


class _Parser:
    def __init__(self, text: str, names: Names) -> None:
        self.names = names
        self.tokens = _tokens(text)
        self.i = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.i]

    def take(self, *texts: str) -> _Token | None:
        """The next tokens if they are these words, else None."""
        for offset, text in enumerate(texts):
            if self.i + offset >= len(self.tokens) or self.tokens[self.i + offset].text != text:
                return None
        token = self.now
        self.i += len(texts)
        return token

    def need(self, text: str) -> None:
        if self.take(text) is None:
            what = f'"{self.now.text}"' if self.now.text else "the end"
            raise ConditionError("FLOW010", self.now.at, f'Expected "{text}" here, but found {what}.')

    def whole(self) -> Node:
        node = self.either()
        if self.now.kind != "end":
            raise ConditionError(
                "FLOW010", self.now.at, f'"{self.now.text}" cannot stand here.',
                'Join conditions with "and" or "or".',
            )  # fmt: skip
        return node

    def either(self) -> Node:
        at, parts = self.now.at, [self.both()]
        while self.take("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Any_(tuple(parts), at)

    def both(self) -> Node:
        at, parts = self.now.at, [self.unary()]
        while self.take("and"):
            parts.append(self.unary())
        return parts[0] if len(parts) == 1 else All(tuple(parts), at)

    def unary(self) -> Node:
        at = self.now.at
        if self.take("not"):
            return Not(self.unary(), at)
        if self.take("("):
            node = self.either()
            self.need(")")
            return node
        if self.take("any", "of"):
            return Any_(self.listed(), at)
        if self.take("all", "of"):
            return All(self.listed(), at)
        if self.take("at", "least"):
            count = self.now
            if count.kind != "number" or "." in count.text:
                raise ConditionError("FLOW010", count.at, 'After "at least" comes a whole number.')
            self.i += 1
            self.need("of")
            parts = self.listed()
            if not 1 <= int(count.text) <= len(parts):
                raise ConditionError("FLOW013", count.at, f"Only {len(parts)} conditions are listed here.")
            return AtLeast(int(count.text), parts, at)
        if self.take("surely"):
            return self.bare(self.name(), surely=True)
        if self.now.text in ("asked", "answered") and self.tokens[self.i + 1].text == "(":
            word = self.now.text
            self.i += 2
            question = self.question(self.name())
            self.need(")")
            return Asked(question.ask, word == "answered", at)
        return self.simple()

    def listed(self) -> tuple[Node, ...]:
        self.need("(")
        parts = [self.either()]
        while self.take(","):
            parts.append(self.either())
        self.need(")")
        return tuple(parts)

    def name(self) -> _Token:
        token = self.now
        if token.kind != "name" or token.text in _WORDS:
            what = f'"{token.text}"' if token.text else "the end"
            raise ConditionError("FLOW010", token.at, f"Expected a name here, but found {what}.")
        self.i += 1
        return token

    def question(self, token: _Token) -> Question:
        found = self.names.questions.get(token.text)
        if found is None:
            raise ConditionError(
                "FLOW012", token.at, f'"{token.text}" is no question of this flow.',
                did_you_mean(token.text, self.names.questions),
            )  # fmt: skip
        return found

    def simple(self) -> Node:
        token = self.name()
        if self.take("is", "not"):
            return Not(self.is_(token), token.at)
        if self.take("is"):
            return self.is_(token)
        if self.take("not", "in"):
            return Not(self.within(token), token.at)
        if self.take("in"):
            return self.within(token)
        if self.take("between"):
            low = self.quantity(self.numeric(token))
            self.need("and")
            high = self.quantity(self.numeric(token))
            return All((Compare(token.text, ">=", low, token.at), Compare(token.text, "<=", high, token.at)), token.at)
        if self.now.text in _OPS:
            op = _OPS[self.now.text]
            self.i += 1
            return Compare(token.text, op, self.quantity(self.numeric(token)), token.at)
        if self.now.text == "!=":
            raise ConditionError("FLOW010", self.now.at, '"!=" is not used here.', 'Write "is not".')
        return self.bare(token)

    def numeric(self, token: _Token) -> Question:
        question = self.question(token)
        if question.kind not in NUMERIC:
            raise ConditionError(
                "FLOW013", token.at, f'"{token.text}" is not a number: its kind is {question.kind}.',
                f"Compare it with `{token.text} is ...` or name one of its options.",
            )  # fmt: skip
        return question

    def quantity(self, question: Question) -> float:
        number = self.now
        if number.kind != "number":
            raise ConditionError(
                "FLOW013", number.at, f'"{question.ask}" is compared with a number.', f'Example: "{question.ask} >= 4".'
            )
        self.i += 1
        unit = ""
        if self.now.kind == "name" and self.now.text not in _WORDS:
            unit = self.now.text
            self.i += 1
        try:
            return in_base_units(question.kind, float(number.text), unit)
        except BadQuantity as bad:
            raise ConditionError("FLOW018", number.at, str(bad)) from None

    def is_(self, subject: _Token) -> Node:
        question = self.question(subject)
        token = self.now
        word = token.text
        if question.kind in NUMERIC:
            raise ConditionError(
                "FLOW013", subject.at, f'"{subject.text}" is a number.', "Compare it with < <= > >= or =."
            )
        self.i += 1
        if question.kind is Kind.yes_no:
            if word not in ("yes", "no", "not_sure"):
                raise ConditionError(
                    "FLOW014", token.at, f'"{word}" is no answer of "{question.ask}".', "It is yes, no or not_sure."
                )
            return Says(question.ask, (word,), subject.at)
        if question.kind is Kind.many:
            if word == question.none:
                return Nothing(question.ask, subject.at)
            raise ConditionError(
                "FLOW013", subject.at, f'"{question.ask}" takes several answers.', f"Write `{word} in {question.ask}`."
            )
        self.option(question, token)
        return Chosen(question.ask, word, subject.at)

    def option(self, question: Question, token: _Token) -> None:
        if token.text not in question.option_ids:
            raise ConditionError(
                "FLOW014", token.at, f'"{token.text}" is no option of "{question.ask}".',
                did_you_mean(token.text, question.option_ids) or f"It has: {', '.join(question.option_ids)}.",
            )  # fmt: skip

    def within(self, subject: _Token) -> Node:
        if self.take("("):
            question = self.question(subject)
            if question.kind is not Kind.one:
                raise ConditionError(
                    "FLOW013", subject.at, f'"{question.ask}" is not a question with one answer.',
                    "Write `any of (a, b)` instead.",
                )  # fmt: skip
            parts: list[Node] = []
            while True:
                token = self.name()
                self.option(question, token)
                parts.append(Chosen(question.ask, token.text, subject.at))
                if not self.take(","):
                    break
            self.need(")")
            return parts[0] if len(parts) == 1 else Any_(tuple(parts), subject.at)
        question = self.question(self.name())
        if question.kind is not Kind.many:
            raise ConditionError(
                "FLOW013", subject.at, f'"{question.ask}" does not take several answers.',
                f"Write `{question.ask} is {subject.text}`.",
            )  # fmt: skip
        if subject.text == question.none:
            return Nothing(question.ask, subject.at)
        self.option(question, subject)
        return Ticked(question.ask, subject.text, False, subject.at)

    def bare(self, token: _Token, surely: bool = False) -> Node:
        names, word = self.names, token.text
        if word in names.defined:
            if surely:
                raise ConditionError("FLOW013", token.at, f'"surely" goes with an option, not with "{word}".')
            return Named(word, names.defined[word], token.at)
        if word in names.questions:
            kind = names.questions[word].kind
            if kind is Kind.yes_no:
                return Says(word, ("yes",) if surely else ("yes", "not_sure"), token.at)
            raise ConditionError(
                "FLOW013", token.at, f'"{word}" alone is neither true nor false: its kind is {kind}.',
                f"Compare it (`{word} > ...`)." if kind in NUMERIC else f"Name one of its options (`x in {word}`).",
            )  # fmt: skip
        if word in names.options:
            question = names.questions[names.options[word]]
            if question.kind is Kind.many:
                return Ticked(question.ask, word, surely, token.at)
            return Chosen(question.ask, word, token.at)
        if word in names.nones:
            return Nothing(names.nones[word], token.at)
        raise ConditionError(
            "FLOW011", token.at, f'"{word}" is neither a question, an option nor a defined condition of this flow.',
            did_you_mean(word, names.known()),
        )  # fmt: skip


def parse(text: str, names: Names, place: Place) -> Node | Finding:
    """The typed tree of a condition, or the finding that says where it goes wrong."""
    try:
        return _Parser(text, names).whole()
    except ConditionError as error:
        return Finding(place.shifted(error.at), error.code, error.message, error.remedy)
    except RecursionError:
        return Finding(place, "FLOW010", "The condition is nested too deeply.", "Name its parts under `define:`.")


def leaves(node: Node) -> tuple[Leaf, ...]:
    """All leaves of a condition in reading order, defined conditions expanded."""
    found: list[Leaf] = []
    _collect(node, found)
    return tuple(found)


def _collect(node: Node, found: list[Leaf]) -> None:
    if isinstance(node, All | Any_ | AtLeast):
        for part in node.parts:
            _collect(part, found)
    elif isinstance(node, Not | Named):
        _collect(node.part, found)
    else:
        found.append(node)


def reads(node: Node) -> frozenset[str]:
    """The questions whose answers the condition reads."""
    return frozenset(leaf.question for leaf in leaves(node))


def thresholds(nodes: Mapping[str, Node] | list[Node], question: str) -> frozenset[tuple[str, float]]:
    """All (operator, value) pairs with which `question` is compared."""
    trees = nodes.values() if isinstance(nodes, Mapping) else nodes
    return frozenset(
        (leaf.op, leaf.value)
        for tree in trees
        for leaf in leaves(tree)
        if isinstance(leaf, Compare) and leaf.question == question
    )
