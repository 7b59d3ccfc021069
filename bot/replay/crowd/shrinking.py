"""A person who differs, shrunk to the words that did it, and these as a script: words become taps, facts become usual."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.check.cases import BadCase
from bot.core.flow.compiled import Flow
from bot.replay.playing.outcome import Played
from bot.replay.playing.ways import MemoryWay, run_case
from bot.replay.script.model import ScriptLine, ScriptStep
from bot.replay.script.writing import script_text

from .people import Person
from .reading import case_of


def ends_elsewhere(outcome: Played) -> bool:
    """Whether somebody came to another level than they should."""
    return outcome.standing.level is not outcome.case.expect.level


def played_alone(person: Person, flow: Flow, lines: tuple[ScriptLine, ...] = ()) -> Played | None:
    """The person in memory; None if the facts are none."""
    try:
        case = case_of(person, flow, lines=lines, all_told=True)
    except BadCase:
        return None
    return run_case(MemoryWay(), case, flow, {})


def shrunk_person(person: Person, flow: Flow, lines: tuple[ScriptLine, ...] = ()) -> Person:
    """The plainest person found who differs from the level of their facts; the same one if none is plainer."""
    again = True
    while again:
        again = False
        for plainer in _plainer(person):
            outcome = played_alone(plainer, flow, lines)
            if outcome is not None and ends_elsewhere(outcome):
                person, again = plainer, True
                break
    return person


def _plainer(person: Person) -> Iterator[Person]:
    """The same person with one message or one fact less: whole questions first."""
    for question in person.says:
        yield _but(person, says={q: w for q, w in person.says.items() if q != question})
    for n in range(len(person.opens_with)):
        yield _but(person, opens_with=[*person.opens_with[:n], *person.opens_with[n + 1 :]])
    for question, words in person.says.items():
        for n in range(len(words) if len(words) > 1 else 0):
            yield _but(person, says={**person.says, question: [*words[:n], *words[n + 1 :]]})
    if person.why is None:
        for fact in person.facts:
            yield _but(person, facts={q: v for q, v in person.facts.items() if q != fact})


def _but(person: Person, **changes: Any) -> Person:
    return person.model_copy(update=changes)


def script_of_person(person: Person, outcome: Played, flow: Flow) -> str:
    """What the person did, as a script that fails as they do."""
    case = outcome.case
    earlier = [_plain(line.step) for line in case.lines]
    begins: list[dict[str, Any]] = [] if earlier else [{"bot": flow.interview.questions[0].ask}]
    words = "; ".join(f"{q}: {v}" for q, v in person.facts.items())
    comment = f"A person: {person.person}\nFacts: {words or 'all as usual'}"
    expect = {} if case.expect.level is None else {"level": case.expect.level.value}
    steps = [*begins, *earlier, *outcome.talked.steps]
    return script_text(person.person, flow.name, case.now, steps, expect, comment, case.lang)


def _plain(step: ScriptStep) -> dict[str, Any]:
    return step.model_dump(mode="json", by_alias=True, exclude_defaults=True)
