"""A crowd is played: everybody on every way, counted, with those who differ kept. Who slips is counted apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.replay.playing.outcome import Played
from bot.replay.playing.run import run_all
from bot.replay.playing.ways import Way
from bot.replay.script.reading import Scripts

from .figures import Figures, apart
from .teller import Teller

OVER = "`known:` is over: this person comes to the right level. Delete the line."


@dataclass
class CrowdPlayed:
    """What came of a crowd on one way. `apart`: of people whose words slip; `differ`: who fails, the known ones not among
    them; `over`: those who are right though they are said not to be."""

    way: str
    figures: Figures = field(default_factory=Figures)
    slipping: Figures = field(default_factory=Figures)
    differ: list[Played] = field(default_factory=list)
    over: list[Played] = field(default_factory=list)

    def add(self, outcome: Played) -> None:
        """Count one person."""
        slips = isinstance(outcome.case.patient, Teller) and outcome.case.patient.person.typos
        (self.slipping if slips else self.figures).add(outcome)
        right = apart(outcome) == 0
        if right and outcome.case.known:
            self.over.append(replace(outcome, handled=()))
        elif not right and not outcome.case.known:
            self.differ.append(replace(outcome, handled=()))

    @property
    def passed(self) -> bool:
        """Whether everybody is at the right level, but for those of whom it is known, and those who slip."""
        return not self.over and self.figures.right + self.figures.known == self.figures.people

    def __str__(self) -> str:
        lines = [f"{self.way}: {self.figures}"] * bool(self.figures.people)
        lines += [f"{self.way}, words with slips, scored apart: {self.slipping}"] * bool(self.slipping.people)
        return "\n".join(lines)


def play_crowd(
    people: Scripts, ways: Sequence[Way], seeds: Sequence[int | None] = (None,)
) -> Iterator[CrowdPlayed | Played]:
    """Each person's outcome as it comes, and after the last of a way what came of all."""
    for way in ways:
        found = CrowdPlayed(way.name)
        for outcome in run_all(people, [way], seeds):
            found.add(outcome)
            yield outcome
        yield found


def person_as_json(outcome: Played) -> dict[str, Any]:
    """What came of one person, as plain values."""
    expected, level = outcome.case.expect.level, outcome.standing.level
    return {
        "kind": "person", "person": outcome.case.title, "file": outcome.case.file, "line": outcome.case.place.line,
        "way": outcome.way, "right": apart(outcome) == 0, "known": bool(outcome.case.known),
        "expected": expected and expected.value, "level": level and level.value,
        "typed": [a._asdict() for a in outcome.talked.answers],
    }  # fmt: skip
