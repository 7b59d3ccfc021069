"""Colourings of the spine: the same drawing, with a mark and a few words at each question. Never by colour alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from bot.check.answers.results import Example
from bot.check.difference.edits import edits
from bot.check.difference.words import changed_words
from bot.check.report.counterexample import answer_words
from bot.core.conditions.nodes import defined_in, reads
from bot.core.flow.compiled import Flow
from bot.core.model.files.texts import whoever_for
from bot.service.people.table import PeopleTable

MarkKind = Literal["none", "good", "some", "bad", "changed"]


class Mark(NamedTuple):
    """What a question is marked with. `share`: 0 to 1, drawn as a bar; None for none."""

    kind: MarkKind
    words: str
    share: float | None = None


class Colouring(NamedTuple):
    """`title`: what it shows; `marks`: question -> mark; `beside`: what no question shows, in lines."""

    title: str
    marks: Mapping[str, Mark]
    beside: tuple[str, ...] = ()


COLOURS: Mapping[str, str] = {
    "": "plain", "tests": "what scripts and people meet", "people": "where patients leave", "way": "the way of a counterexample",
    "difference": "what the edit changed",
}  # fmt: skip
"""Colouring -> what it shows, in the order of the menu."""


def way_of_patient(flow: Flow, title: str, example: Example) -> Colouring:
    """The way that a patient goes: what is answered, what is not asked."""
    marks: dict[str, Mark] = {}
    for name in flow.questions:
        if name not in example.answers:
            marks[name] = Mark("none", "not asked")
        else:
            said = answer_words(flow, name, example.answers[name])
            marks[name] = Mark(
                "bad" if name in example.unusual else "good", said if name in example.unusual else "as usual"
            )
    comes_to = f"comes to {example.level or 'no level'} by {', '.join(example.fired) or 'no rule'}"
    return Colouring(f"The way of {title}: {comes_to}", marks)


def where_people_leave(people: PeopleTable) -> Colouring:
    """How many came to each question, and what share of them fell silent there; the greatest share is marked."""
    shares = {row.question: row.share("left") for row in people.questions}
    most = max((share for share in shares.values() if share), default=None)
    marks: dict[str, Mark] = {}
    for row in people.questions:
        share = shares[row.question]
        left = "left: not told, too few" if share is None else f"left {share:.1%}"
        kind: MarkKind = "none" if share is None else "bad" if share == most else "good" if not share else "some"
        marks[row.question] = Mark(kind, f"reached {row.reached}, {left}", share)
    return Colouring(f"Where patients leave, {people.version}", marks)


def met_by_tests(met: Mapping[str, int], of: int) -> Colouring:
    """How many scripts and people meet each question. `of`: of how many that is known."""
    marks = {
        name: Mark("bad", "met by none", 0.0) if not n else Mark("good" if n > 1 else "some", f"met by {n}", n / of)
        for name, n in met.items()
    }
    return Colouring(f"Met by scripts and people, of {of} that passed when they were last played", marks)


def difference_of(old: Flow, new: Flow, base: str) -> Colouring:
    """What an edit changed at each question: itself, its words, rules that read it."""
    said: dict[str, list[str]] = {name: [] for name in new.questions}
    beside: list[str] = []
    for what, line in edits(old, new):
        kind, _, name = what.partition(" ")
        touched = _TOUCHED.get(kind, _nothing)(old, new, name)
        if not touched & said.keys():
            beside.append(line)
        for question in touched & said.keys():
            said[question].append(
                f"{kind} {name}" if kind != "question" else ("new" if name not in old.questions else "edited")
            )
    elsewhere = 0
    for change in changed_words(old, new):
        part, question, *_ = (*whoever_for(tuple(change.key.split("."))), "")
        if part == "questions" and question in said:
            said[question].append(f"words ({change.place.split('.')[1]})")
        else:
            elsewhere += 1
    if elsewhere:
        beside.append(f"{elsewhere} text{'' if elsewhere == 1 else 's'} beside those of the questions: see Findings")
    marks = {
        q: Mark("changed", ", ".join(dict.fromkeys(lines))) if lines else Mark("none", "as before")
        for q, lines in said.items()
    }
    return Colouring(f"Changed since {base}", marks, tuple(beside))


Touched = Callable[[Flow, Flow, str], frozenset[str]]


def _nothing(old: Flow, new: Flow, name: str) -> frozenset[str]:
    return frozenset()


def _question(old: Flow, new: Flow, name: str) -> frozenset[str]:
    return frozenset((name,))


def _rule(old: Flow, new: Flow, name: str) -> frozenset[str]:
    """The questions that a rule read before or reads now."""
    known = (flow.rules_by_id.get(name) for flow in (old, new))
    return frozenset(q for rule in known if rule is not None for q in reads(rule.node))


def _define(old: Flow, new: Flow, name: str) -> frozenset[str]:
    """The questions that a name reads, and those whose rules use it."""
    own = (flow.defined[name] for flow in (old, new) if name in flow.defined)
    asked = {a.question.ask for a in new.asking if a.node is not None and name in defined_in(a.node)}
    return frozenset({q for node in own for q in reads(node)} | asked)


def _line(old: Flow, new: Flow, name: str) -> frozenset[str]:
    nodes = (node for flow in (old, new) for line, node, _ in flow.lines if line.line == name and node is not None)
    return frozenset(q for node in nodes for q in reads(node))


_TOUCHED: Mapping[str, Touched] = {"question": _question, "rule": _rule, "define": _define, "line": _line}
"""Kind of entry -> the questions that an edit of it touches."""
