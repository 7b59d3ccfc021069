"""The condition language: text -> typed tree, or findings that say what, where and what to do.

Grammar (three-valued when evaluated, see `compiler.py`):

    either   := both ("or" both)*            both := unary ("and" unary)*
    unary    := "not" unary | "(" either ")" | "surely" name | group | asked(name) | answered(name) | simple
    group    := ("any of" | "all of" | "at least" N "of") "(" either ("," either)* ")"
    simple   := name | name ("is" | "is not") name | name ["not"] "in" (name | "(" name, ... ")")
              | name OP quantity | name "between" quantity "and" quantity
"""

from __future__ import annotations

from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.core.model.findings import Finding, Place, did_you_mean
from bot.core.model.quantities import BadQuantity, in_base_units

from .nodes import All, Any_, Asked, AtLeast, Chosen, Compare, Named, Node, Not, Nothing, Says, Ticked, shifted
from .tokens import OPS, WORDS, ConditionError, Token, tokens

LARGEST = 2_000
"""Answers that one condition may read, defined conditions written out."""
DEEPEST = 40
"""Brackets, `not`s and defined conditions that may stand inside each other."""


class Names:
    """What a condition may name: questions, options, none-answers and defined conditions.

    `later`: conditions that are defined further down. `broken`: defined ones that have a finding of their own.
    """

    def __init__(self, questions: list[Question]) -> None:
        self.questions = {q.ask: q for q in questions}
        self.order = {q.ask: i for i, q in enumerate(questions)}
        self.options: dict[str, str] = {}
        self.nones: dict[str, str] = {}
        self.defined: dict[str, Node] = {}
        self.later: frozenset[str] = frozenset()
        self.broken: set[str] = set()
        for q in questions:
            if q.kind in (Kind.many, Kind.one):
                for option in q.options:
                    self.options.setdefault(option.id, q.ask)
                if q.none:
                    self.nones.setdefault(q.none, q.ask)

    def known(self) -> list[str]:
        """All names, for suggestions."""
        return [*self.questions, *self.options, *self.nones, *self.defined]


class ReadsBroken(Exception):
    """The condition names a defined condition that is itself wrong; one finding for the two is enough."""


class _Parser:
    def __init__(self, text: str, names: Names) -> None:
        self.names = names
        self.tokens = tokens(text)
        self.i = 0
        self.depth = 0
        self.size = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.i]

    def take(self, *texts: str) -> Token | None:
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
            word = self.now.text
            remedy = 'Join conditions with "and" or "or".'
            if word.lower() in WORDS:
                remedy = f'Write "{word.lower()}" in small letters.'
            elif word == ")":
                remedy = "No bracket is open: delete it."
            elif word == "," and self.tokens[self.i + 1].kind == "number":
                remedy += " A fraction has a point: 1.5."
            raise ConditionError("FLOW010", self.now.at, f'"{word}" cannot stand here.', remedy)
        if self.size > LARGEST:
            raise ConditionError(
                "FLOW010", 0, f"The condition reads {self.size:,} answers, with what it names; {LARGEST:,} is the limit.",
                "Make it simpler.",
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
        if self.depth >= DEEPEST:
            raise ConditionError(
                "FLOW010", self.now.at, "The condition is nested too deeply.", "Name its parts under `define:`."
            )
        self.depth += 1
        node = self.single()
        self.depth -= 1
        return node

    def single(self) -> Node:
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
                raise ConditionError(
                    "FLOW013", count.at, f"{count.text} of {len(parts)} listed conditions makes no sense.",
                    f"Give a number from 1 to {len(parts)}.",
                )  # fmt: skip
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

    def name(self) -> Token:
        token = self.now
        if token.kind != "name" or token.text in WORDS:
            what = f'"{token.text}"' if token.text else "the end"
            remedy = "Write the name first: `pain >= 7`." if token.kind == "number" else ""
            raise ConditionError("FLOW010", token.at, f"Expected a name here, but found {what}.", remedy)
        self.i += 1
        self.size += 1
        return token

    def question(self, token: Token) -> Question:
        found = self.names.questions.get(token.text)
        if found is None:
            owner = self.names.options.get(token.text) or self.names.nones.get(token.text)
            if owner is not None or token.text in self.names.defined:
                what = f'an answer of "{owner}"' if owner else "a defined condition"
                raise ConditionError(
                    "FLOW012", token.at, f'"{token.text}" is {what}, not a question.',
                    f'It stands alone: write `{token.text}`, or `not {token.text}`.',
                )  # fmt: skip
            raise ConditionError(
                "FLOW012", token.at, f'"{token.text}" is no question of this flow.',
                did_you_mean(token.text, self.names.questions) or "Name one that is asked, or take this out.",
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
            if low > high:
                raise ConditionError(
                    "FLOW013", token.at, f'"{token.text}" is never between these: the first is greater.', "Swap them."
                )
            return All((Compare(token.text, ">=", low, token.at), Compare(token.text, "<=", high, token.at)), token.at)
        if self.now.text in OPS:
            op = OPS[self.now.text]
            self.i += 1
            return Compare(token.text, op, self.quantity(self.numeric(token)), token.at)
        if self.now.text == "!=":
            raise ConditionError("FLOW010", self.now.at, '"!=" is not used here.', 'Write "is not".')
        return self.bare(token)

    def numeric(self, token: Token) -> Question:
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
            signs = self.tokens[self.i - 1].text + number.text
            turned = {"=<": "<=", "=>": ">=", "<=": "<=", ">=": ">="}.get(signs)  # "age > = 70" has a space between
            unit = {Kind.ago: " weeks", Kind.length: " minutes"}.get(question.kind, "")
            raise ConditionError(
                "FLOW013", number.at, f'"{question.ask}" is compared with a number.',
                f"Write `{turned}`." if turned else f"In figures, for example: `{question.ask} >= 4{unit}`.",
            )  # fmt: skip
        self.i += 1
        unit = ""
        if self.now.kind == "name" and self.now.text not in WORDS:
            unit = self.now.text
            self.i += 1
        try:
            return in_base_units(question.kind, float(number.text), unit)
        except BadQuantity as bad:
            raise ConditionError("FLOW018", number.at, str(bad)) from None

    def is_(self, subject: Token) -> Node:
        question = self.question(subject)
        token = self.now
        word = token.text
        if question.kind in NUMERIC:
            raise ConditionError(
                "FLOW013", subject.at, f'"{subject.text}" is a number.', "Compare it with < <= > >= or =."
            )
        if token.kind != "name" or word in WORDS:
            what = f'"{word}"' if word else "the end"
            raise ConditionError(
                "FLOW010", token.at, f'After "is" comes an answer of "{question.ask}", but here is {what}.'
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

    def option(self, question: Question, token: Token) -> None:
        if token.text == "not_sure" and question.unsure_as:
            raise ConditionError(
                "FLOW014", token.at, f'"Not sure" counts as "{question.unsure_as}" here.',
                f"Write `{question.ask} is {question.unsure_as}`.",
            )  # fmt: skip
        if token.text not in question.option_ids:
            raise ConditionError(
                "FLOW014", token.at, f'"{token.text}" is no option of "{question.ask}".',
                did_you_mean(token.text, question.option_ids) or f"It has: {', '.join(question.option_ids)}.",
            )  # fmt: skip

    def within(self, subject: Token) -> Node:
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

    def named(self, token: Token) -> Node:
        part, size, depth = shifted(self.names.defined[token.text], token.at)
        self.size += size
        if self.depth + depth > DEEPEST + 1 or self.size > LARGEST:
            raise ConditionError(
                "FLOW010", token.at, f'With "{token.text}" written out, the condition is too large.', "Make it simpler."
            )
        return Named(token.text, part, token.at)

    def bare(self, token: Token, surely: bool = False) -> Node:
        names, word = self.names, token.text
        if word in names.broken:
            raise ReadsBroken
        if word in names.defined:
            if surely:
                raise ConditionError("FLOW013", token.at, f'"surely" goes with an option, not with "{word}".')
            return self.named(token)
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
        if word in names.later:
            raise ConditionError(
                "FLOW011", token.at, f'"{word}" is defined only here or further down.', "Define it before it is used."
            )
        raise ConditionError(
            "FLOW011", token.at, f'"{word}" is neither a question, an option nor a defined condition of this flow.',
            did_you_mean(word, names.known()),
        )  # fmt: skip


def parsed(text: str, names: Names) -> Node:
    """The typed tree of a condition. Raises ConditionError, or ReadsBroken where the finding is elsewhere."""
    return _Parser(text, names).whole()


def parse(text: str, names: Names, place: Place) -> Node | Finding:
    """The typed tree of a condition that stands on one line at `place`, or the finding that says where it goes wrong."""
    try:
        return parsed(text, names)
    except ConditionError as error:
        return Finding(place.shifted(error.at), error.code, error.message, error.remedy)
    except ReadsBroken:
        return Finding(place, "FLOW011", "The condition names a defined condition that is itself wrong.", "Mend that.")
