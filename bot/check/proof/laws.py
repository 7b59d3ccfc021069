"""The laws that every conversation of every flow must keep."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.answers.results import Failed
from bot.check.answers.witness import why_not_higher
from bot.core.flow.compiled import Flow
from bot.core.model.files.advice import Section
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import LEVELS, Kind, Level
from bot.core.model.findings import Place

from .encoding import Formula, conj, disj, exactly, neg, way_said
from .pairs import in_order_of_worry, unsure_for_no
from .solver import Prover


def no_gap(p: Prover) -> Iterator[Failed]:
    """Every conversation ends in advice: some rule fires, whatever is answered."""
    shown = p.example(neg(p.one.at_least[0]))
    if shown is not None:
        near = why_not_higher(p.flow, shown, Level.self_care, None)
        yield Failed(
            "FLOW050", "no_gap", Place("triage.yaml"), f"No rule fires for some answers. {near}".rstrip(),
            "Widen a rule, or add one for these answers.", accepted=levels_from(0), example=shown.example,
        )  # fmt: skip


def nothing_undecided(p: Prover) -> Iterator[Failed]:
    """At the end of a conversation each rule is surely true or surely false."""
    undecided = {
        r.rule.rule: conj([neg(p.one.true(r.node)), neg(p.one.false(r.node)), neg(p.one.stopped[-1])])
        for r in p.flow.rules
    }
    for name in sorted(p.alive(undecided)):
        shown = p.example(undecided[name])
        if shown is not None:
            yield Failed(
                "FLOW051", f"undecided:{name}", p.flow.rule_place(name),
                f'"{name}" is neither true nor false at the end: it reads an answer that was not asked for.',
                "Put the condition of that question before it.", example=shown.example,
            )  # fmt: skip


def monotone(p: Prover) -> Iterator[Failed]:
    """Making any answers more worrying, however many at once, never lowers the level (SEMANTICS 10)."""
    yield from never_lower(
        p, in_order_of_worry(p.one, p.pair[0]), "FLOW056", "monotone", Place("triage.yaml"),
        "More worrying answers give a lower level.",
    )  # fmt: skip


def unsure_never_lower(p: Prover) -> Iterator[Failed]:
    """ "Not sure" never gives a lower level than "no", to any question and to any number of them (SEMANTICS 3)."""
    yield from never_lower(
        p, unsure_for_no(p.one, p.pair[0]), "FLOW057", "unsure_never_lower", Place("triage.yaml"),
        '"Not sure" gives a lower level than "no".',
    )  # fmt: skip


def never_lower(
    p: Prover, relation: list[Formula], code: str, name: str, place: Place, message: str, note: str = ""
) -> Iterator[Failed]:
    """Of two conversations so related the second never gets a lower level."""
    lower = disj(conj([p.one.at_least[k], neg(p.pair[0].at_least[k])]) for k in (1, 2, 3))
    shown = p.two(lower, relation)
    if shown is None:
        return
    mild, worse = shown
    raised = worse.outcome.level
    near = why_not_higher(p.flow, worse, LEVELS[mild.outcome.rank], mild)
    yield Failed(
        code, name, place, f"{message} {mild.outcome.level} becomes {raised or 'no level'}. {near}".rstrip(),
        note or "Let the rule of the milder answers hold for the more worrying ones too.",
        accepted=levels_from(mild.outcome.rank), example=mild.example, other=worse.example,
    )  # fmt: skip


def levels_from(rank: int) -> tuple[str, ...]:
    """The levels from this rank on."""
    return tuple(v.value for v in LEVELS[rank:])


def exit_is_sound(p: Prover) -> Iterator[Failed]:
    """ "Tell me now" is offered only if nothing left can raise the level: what is surely true or false of some of the
    answers stays so, whatever else is answered."""
    full, part, solver = p.partly
    for rule in p.flow.rules:
        name = rule.rule.rule
        turned = disj(
            [
                conj([full.true(rule.node), part.false(rule.node)]),
                conj([part.true(rule.node), neg(full.true(rule.node))]),
            ]
        )
        if p.model(turned, solver) is not None:
            yield Failed(
                "FLOW060", f"exit:{name}", p.flow.rule_place(name),
                f'"{name}" can change after it was surely true or false: the exit would be offered too early.',
                "This is a bug of symptom-bot, not of the flow: please report it.",
            )  # fmt: skip


def low_level_is_earned(p: Prover) -> Iterator[Failed]:
    """self_care and see_soon only for somebody who was asked the emergency screens and the warning screen (SEMANTICS 8c)."""
    low = conj([p.one.at_least[0], neg(p.one.at_least[Level.same_day.rank])])
    for name in screens_of_signs(p.flow):
        shown = p.example(conj([low, neg(p.one.asked[name])]))
        if shown is not None:
            yield Failed(
                "FLOW063", f"screens_asked:{name}", p.flow.question_place(name),
                f'{shown.outcome.level} is given to somebody who was not asked "{name}".',
                "A low level is earned by having been asked: ask this screen of everybody.",
                accepted=levels_from(Level.same_day.rank), example=shown.example,
            )  # fmt: skip


def something_to_do(p: Prover) -> Iterator[Failed]:
    """Whoever is given a level is told what to do: some line of the section `do` is said to them."""
    lines = [(line, node) for line, node, _ in p.flow.lines if line.section is Section.do]
    for level in LEVELS:
        told = []
        for line, node in lines:
            if level in line.levels:
                way = True if line.how is None else way_said(p.one, level, line.how)
                told.append(conj([True if node is None else p.one.true(node), way]))
        shown = p.example(conj([exactly(p.one, level.rank), neg(disj(told))]))
        if shown is not None:
            yield Failed(
                "FLOW072", f"nothing_to_do:{level}", Place("advice.yaml"),
                f"Somebody at {level} is not told what to do: no line of `section: do` is said. Decided by "
                f"{', '.join(r.rule.rule for r in shown.outcome.deciding)}.",
                "Give the rule a `how:` for which there is a line, or add a line that is said to everybody at this level.",
                example=shown.example,
            )  # fmt: skip


def signs_count_alike(p: Prover) -> Iterator[Failed]:
    """Words that name a sign bring at least its `sign:` at any moment. On the emergency screens and the warning screen, and
    wherever there is such a mark, it must be what a tick always brings: else it would count for less typed than tapped."""
    screens = screens_of_signs(p.flow)
    milder = {
        (option.id, level): conj([p.one.yes[question.ask, option.id], neg(p.one.at_least[level.rank])])
        for question in p.flow.interview.questions
        for option in question.options
        if question.kind is Kind.many and (question.ask in screens or option.sign is not None)
        for level in (Level.emergency, Level.same_day)
        if option.sign is None or Level(option.sign).rank < level.rank
    }
    sometimes, too_low = p.alive(milder), dict[str, Level]()
    for sign, level in milder:
        if (sign, level) not in sometimes and p.model(p.one.yes[p.flow.option_home[sign], sign]) is not None:
            too_low.setdefault(sign, level)
    for sign, level in too_low.items():
        question = p.flow.questions[p.flow.option_home[sign]]
        marked = next(option.sign for option in question.options if option.id == sign)
        yield Failed(
            "FLOW069", f"sign:{sign}", p.flow.question_place(question.ask),
            f'Whoever ticks "{sign}" always gets {level}, but `sign:` says {marked or "nothing"}: typed, it would count for less.',
            f"Write `sign: {level}` beside it.",
        )  # fmt: skip


def screens_of_signs(flow: Flow) -> list[str]:
    """The emergency screens and the warning screen, told by what stands in them, whatever their `when:` says: the lists on
    which the first tap answers or that are asked again after a while; where none of these has an emergency sign, or signs
    for the same day alone, the first list that has."""
    lists = [q for q in flow.interview.questions if q.kind is Kind.many]
    kept = [q for q in lists if q.tap == "first" or q.expires is not None]
    for fits in (_has_emergency, _only_same_day):
        if not any(fits(q) for q in kept):
            kept += [q for q in lists if fits(q)][:1]
    return [q.ask for q in kept]


def _has_emergency(question: Question) -> bool:
    return any(o.sign == "emergency" for o in question.options)


def _only_same_day(question: Question) -> bool:
    return not _has_emergency(question) and any(o.sign is not None for o in question.options)
