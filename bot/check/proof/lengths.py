"""The shortest and the longest conversation, and whether any is longer than the flow's stated limit."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.answers.results import Failed
from bot.check.answers.witness import Witness, example_of
from bot.core.model.files.parts import Level

from .encoding import Formula, conj, disj, exactly, neg
from .solver import Prover


def _questions(p: Prover, told: bool = True) -> list[tuple[Formula, int]]:
    """The questions that some conversation leaves out, each with weight 1 (consent is no question about the patient)."""
    asked = [_counted(p, q, f) if told else f for q, f in p.one.asked.items() if not p.flow.questions[q].consent]
    return [(f, 1) for f in asked if not isinstance(f, bool)]


def _counted(p: Prover, question: str, asked: Formula) -> Formula:
    """That it counts as asked: a list that has no line for such a person does if something is said of it (`Ending.asked`)."""
    lines = p.flow.for_some.get(question)
    if lines is None:
        return asked
    told = (p.one.yes[question, o] for o in p.flow.questions[question].option_ids)
    shown = (neg(p.one.false(node)) for node, _ in lines)
    return conj([asked, disj([*shown, *told, p.one.any_unsure(question)])])


def shortest(p: Prover, formula: Formula = True) -> Witness | None:
    """The conversation with the fewest questions for which the formula holds."""
    model = p.least(formula, _questions(p), surely=True)
    return None if model is None else example_of(p.space, p.one.chosen(model))


def longest(p: Prover, told: bool = True) -> Witness | None:
    """The conversation with the most questions. `told` False: lists that have no line for such a person count even if nothing
    is said of them."""
    model = p.least(True, [(neg(f), 1) for f, _ in _questions(p, told)], surely=True)
    return None if model is None else example_of(p.space, p.one.chosen(model))


def length(witness: Witness, p: Prover) -> int:
    """How many questions a conversation has, without consent."""
    return sum(1 for q in witness.outcome.asked if not p.flow.questions[q].consent)


def no_longer_than_stated(p: Prover) -> Iterator[Failed]:
    """No conversation asks more questions than `longest:` of interview.yaml."""
    found = longest(p)
    if found is not None and length(found, p) > p.flow.interview.longest:
        yield Failed(
            "FLOW058", "longest", p.flow.place("interview.yaml", ("longest",)),
            f"A conversation has {length(found, p)} questions; stated are at most {p.flow.interview.longest}.",
            "Raise `longest:`, or ask less.", safety=False, example=found.example,
        )  # fmt: skip


def lengths(p: Prover) -> dict[str, int]:
    """Questions in the shortest conversation, the shortest that ends in self-care, and the longest."""
    found: dict[str, int] = {}
    for name, witness in (
        ("shortest", shortest(p)),
        ("shortest_self_care", shortest(p, conj([exactly(p.one, Level.self_care.rank)]))),
        ("longest", longest(p)),
    ):
        if witness is not None:
            found[name] = length(witness, p)
    return found
