"""The safety rules of a flow's own (`safety.yaml`), in whichever form they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.check.answers.conditions_of import PropertyNodes, property_place
from bot.check.answers.from_to import sides_fit
from bot.check.answers.results import Failed
from bot.check.answers.witness import why_not_higher
from bot.core.conditions.nodes import Node
from bot.core.model.files.governance import form_of
from bot.core.model.files.parts import LEVELS

from .encoding import Formula, conj, disj, exactly, neg, way_said
from .laws import levels_from, never_lower
from .pairs import compared
from .solver import Prover

CODE = "FLOW059"


def one_property(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """One safety rule, in whichever form it has."""
    form = form_of(entry.property)
    if form is None or (form == "compare" and sides_fit(p.space, entry.property) is not None):
        yield Failed(
            "FLOW040", entry.property.property, property_place(p.flow, entry.property.property),
            "It says nothing that could be proved.", "Write it in one of the forms of the manual.",
        )  # fmt: skip
    else:
        yield from _PROOFS[form](p, entry)


def _at_least(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """For conversations in which something holds the level is at least this, and help is got in one of these ways."""
    prop, when = entry.property, _node(entry.when)
    assert prop.at_least is not None
    place, reached = property_place(p.flow, prop.property), p.one.at_least[prop.at_least.rank]
    shown = p.example(conj([p.one.true(when), neg(reached)]))
    if shown is not None:
        near = why_not_higher(p.flow, shown, prop.at_least, None, when)
        yield Failed(
            CODE, prop.property, place,
            f"{shown.outcome.level or 'no level'}, must be at least {prop.at_least}. {near}".rstrip(),
            prop.because, accepted=levels_from(prop.at_least.rank), example=shown.example,
        )  # fmt: skip
        return
    ways = disj(
        conj([exactly(p.one, level.rank), way_said(p.one, level, how)])
        for level in LEVELS[prop.at_least.rank :]
        for how in prop.how
    )
    other = p.example(conj([p.one.true(when), neg(ways)])) if prop.how else None
    if other is not None:
        yield Failed(
            CODE, prop.property, place, f"Help is not got by {' or '.join(prop.how)}, as it must be.",
            prop.because, example=other.example,
        )  # fmt: skip


def _requires(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """Whenever the level is this, something holds."""
    prop, requires = entry.property, _node(entry.requires)
    assert prop.level is not None
    shown = p.example(conj([exactly(p.one, prop.level.rank), neg(p.one.true(requires))]))
    if shown is not None:
        yield Failed(
            CODE, prop.property, property_place(p.flow, prop.property),
            f"{prop.level} is given although this is not so: {shown.not_so(p.flow, requires)}.",
            prop.because, accepted=tuple(v for v in LEVELS if v is not prop.level), example=shown.example,
        )  # fmt: skip


def _compare(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """Changing these answers so never lowers the level."""
    prop = entry.property
    relation = compared(p.one, p.pair[0], prop)
    place = property_place(p.flow, prop.property)
    yield from never_lower(p, relation, CODE, prop.property, place, "The change lowers the level.", prop.because)


def _tells(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """For conversations in which something holds, and that end at these levels, these lines are told."""
    prop, lines = entry.property, {line.line: (line, node) for line, node, _ in p.flow.lines}
    for name in prop.tells:
        line, node = lines[name]
        for level in prop.levels:
            said: Formula = level in line.levels
            if said is True:
                parts = [True if node is None else p.one.true(node)]
                said = conj([*parts, way_said(p.one, level, line.how) if line.how is not None else True])
            shown = p.example(conj([p.one.true(_node(entry.when)), exactly(p.one, level.rank), neg(said)]))
            if shown is not None:
                yield Failed(
                    CODE, f"{prop.property}:{name}", property_place(p.flow, prop.property),
                    f'"{name}" is not told at {level}.', prop.because, example=shown.example,
                )  # fmt: skip
                break


def _never_tells(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """For conversations in which something holds these lines are told at no level."""
    prop, lines = entry.property, {line.line: (line, node) for line, node, _ in p.flow.lines}
    for name in prop.never_tells:
        line, node = lines[name]
        for level in line.levels:
            told = [
                p.one.true(_node(entry.when)),
                exactly(p.one, level.rank),
                True if node is None else p.one.true(node),
            ]
            shown = p.example(conj([*told, True if line.how is None else way_said(p.one, level, line.how)]))
            if shown is not None:
                yield Failed(
                    CODE, f"{prop.property}:{name}", property_place(p.flow, prop.property),
                    f'"{name}" is told at {level}.', prop.because, example=shown.example,
                )  # fmt: skip
                break


def _offers(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """For conversations in which something holds these lines are shown, if their question is asked."""
    prop = entry.property
    for option in prop.offers:
        question = p.flow.option_home[option]
        only = p.flow.offered.get(option)
        hidden = False if only is None else neg(p.one.true(only[0]))
        shown = p.example(conj([p.one.true(_node(entry.when)), p.one.asked[question], hidden]))
        if shown is not None:
            yield Failed(
                CODE, f"{prop.property}:{option}", property_place(p.flow, prop.property),
                f'"{option}" is not on the list of "{question}" that this patient sees.', prop.because, example=shown.example,
            )  # fmt: skip


def _asked_first(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """Whoever is asked one of these questions was asked those before it."""
    prop, order = entry.property, list(p.flow.questions)
    for later in prop.before:
        for first in prop.asked_first:
            not_before = order.index(first) > order.index(later)
            missed = True if not_before else neg(p.one.asked[first])
            shown = p.example(conj([p.one.asked[later], missed]))
            if shown is not None:
                yield Failed(
                    CODE, f"{prop.property}:{later}", property_place(p.flow, prop.property),
                    f'"{later}" is asked of somebody who was not asked "{first}" before it.', prop.because,
                    example=shown.example,
                )  # fmt: skip
                break


def _node(node: Node | None) -> Node:
    assert node is not None  # a form with conditions has them, read when the flow was
    return node


_PROOFS: Mapping[str, Callable[[Prover, PropertyNodes], Iterator[Failed]]] = {
    "at_least": _at_least,
    "requires": _requires,
    "compare": _compare,
    "tells": _tells,
    "never_tells": _never_tells,
    "offers": _offers,
    "asked_first": _asked_first,
}
"""Form -> its proof."""
