"""The safety rules of a flow's own (`safety.yaml`), in whichever form they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.check.answers.conditions_of import PropertyNodes, property_place
from bot.check.answers.from_to import sides_fit
from bot.check.answers.results import Failed
from bot.check.answers.witness import why_not_higher
from bot.check.structure.safety_and_hazards import names_missing
from bot.core.conditions.nodes import Node
from bot.core.model.files.governance import form_of
from bot.core.model.files.parts import LEVELS

from .encoding import Formula, conj, disj, exactly, is_said, neg, way_said
from .laws import levels_from, never_lower
from .pairs import compared
from .solver import Prover

CODE = "FLOW059"


def one_property(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """One safety rule, in whichever form it has. One that names what is not there fails: it guards nothing any more."""
    form, prop = form_of(entry.property), entry.property
    gone = _of_what_is_gone(p, entry)
    if gone:
        yield Failed(
            CODE, prop.property, property_place(p.flow, prop.property), gone,
            "Mend the name, or write the rule for what stands there now.",
        )  # fmt: skip
        return
    if form is None or (form == "compare" and sides_fit(p.space, prop) is not None):
        yield Failed(
            "FLOW040", prop.property, property_place(p.flow, prop.property),
            "It says nothing that could be proved.", "Write it in one of the forms of the manual.",
        )  # fmt: skip
    else:
        yield from _PROOFS[form](p, entry)


def _of_what_is_gone(p: Prover, entry: PropertyNodes) -> str:
    """That a safety rule names what is not there, or has a condition about it."""
    prop = entry.property
    for key, number, what, _ in names_missing(p.flow, prop):
        return f'"{getattr(prop, key)[number]}" is no {what} of this flow.'
    for text, node in ((prop.when, entry.when), (prop.requires, entry.requires)):
        if text is not None and node is None:
            return f'"{text}" speaks of what is no more of this flow.'
    return ""


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
    lines = {line.line: (line, node) for line, node, _ in p.flow.lines}
    for name in entry.property.tells:
        line, node = lines[name]
        for level in entry.property.levels:
            told = is_said(p.one, node, level, line.how) if level in line.levels else False
            silent = conj([p.one.true(_node(entry.when)), exactly(p.one, level.rank), neg(told)])
            yield from _for_nobody(p, entry, name, silent, f'"{name}" is not told at {level}.')


def _never_tells(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """For conversations in which something holds these lines are told at no level."""
    lines = {line.line: (line, node) for line, node, _ in p.flow.lines}
    for name in entry.property.never_tells:
        line, node = lines[name]
        for level in line.levels:
            told = conj([p.one.true(_node(entry.when)), is_said(p.one, node, level, line.how)])
            yield from _for_nobody(p, entry, name, told, f'"{name}" is told at {level}.')


def _offers(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """For conversations in which something holds these lines are shown, if their question is asked."""
    for option in entry.property.offers:
        question, only = p.flow.option_home[option], p.flow.offered.get(option)
        hidden = False if only is None else neg(p.one.true(only[0]))
        missed = conj([p.one.true(_node(entry.when)), p.one.asked[question], hidden])
        message = f'"{option}" is not on the list of "{question}" that this patient sees.'
        yield from _for_nobody(p, entry, option, missed, message)


def _asked_first(p: Prover, entry: PropertyNodes) -> Iterator[Failed]:
    """Whoever is asked one of these questions was asked those before it."""
    order = list(p.flow.questions)
    for later in entry.property.before:
        for first in entry.property.asked_first:
            not_before = order.index(first) > order.index(later)
            missed = conj([p.one.asked[later], True if not_before else neg(p.one.asked[first])])
            message = f'"{later}" is asked of somebody who was not asked "{first}" before it.'
            yield from _for_nobody(p, entry, f"{later}:{first}", missed, message)


def _for_nobody(p: Prover, entry: PropertyNodes, name: str, formula: Formula, message: str) -> Iterator[Failed]:
    """What may hold for nobody, with somebody for whom it does."""
    prop, shown = entry.property, p.example(formula)
    if shown is not None:
        place = property_place(p.flow, prop.property)
        yield Failed(CODE, f"{prop.property}:{name}", place, message, prop.because, example=shown.example)


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
