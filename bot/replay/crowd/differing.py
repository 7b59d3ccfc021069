"""Who differs, and by which words: the plainest person that still does, and the script that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.core.flow.compiled import Flow
from bot.replay.playing.outcome import Played
from bot.replay.script.patient import READ, WordsTyped

from .people import Person
from .shrinking import ends_elsewhere, played_alone, script_of_person, shrunk_person
from .teller import Teller


@dataclass(frozen=True)
class Differing:
    """Somebody who came to another level. `words`: of the plainest person, as they were read; `script`: what they did."""

    outcome: Played
    plainest: Person
    words: tuple[WordsTyped, ...]
    script: str

    def __str__(self) -> str:
        case, level = self.outcome.case, self.outcome.standing.level
        lines = [
            f"DIFFERS  {case.title}  ({self.outcome.way})   expected {case.expect.level}, got {level or 'no level'}"
        ]
        lines += [f"         {case.place}"] * bool(case.file)
        lines += [f"         {d.expected}, but {d.came}" for d in self.outcome.deviations if "level" not in d.expected]
        return "\n".join([*lines, *(f"         {words_read(a)}" for a in self.words), *self.outcome.notes])


def differing(outcome: Played, flow: Flow) -> Differing:
    """What is to be said of a person that came to another level."""
    assert isinstance(outcome.case.patient, Teller)
    person, shown = outcome.case.patient.person, outcome
    if ends_elsewhere(outcome) and outcome.talked.answers:
        plainest = shrunk_person(person, flow, outcome.case.lines)
        again = played_alone(plainest, flow, outcome.case.lines)
        if again is not None and ends_elsewhere(again):
            person, shown = plainest, again
    words = tuple(a for a in shown.talked.answers if a.outcome != READ) or shown.talked.answers
    return Differing(outcome, person, words, script_of_person(person, shown, flow))


def words_read(answer: WordsTyped) -> str:
    """One typed answer, and how it was read."""
    where = "at first" if answer.question is None else f'on "{answer.question}"'
    return f'{where}: "{answer.text}" was {answer.outcome}' + (f" ({answer.read_as})" if answer.read_as else "")


def write_differing(found: list[Differing], build: Path) -> Iterator[tuple[Differing, Path]]:
    """Their scripts, written into a folder of what tools make: crowd-1.yaml, crowd-2.yaml, ..."""
    for number, differs in enumerate(found, 1):
        build.mkdir(parents=True, exist_ok=True)
        path = build / f"crowd-{number}.yaml"
        path.write_text(differs.script, encoding="utf-8")
        yield differs, path
