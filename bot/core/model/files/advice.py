"""`advice.yaml`: what is said at the end, line by line, and in which cards."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from .parts import SCHEMA, Condition, Identifier, Level, Quantity, Strict
from .triage import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable


class Section(StrEnum):
    """Parts of the advice. `because` has no lines: it is why; `about` ends with when and of which content the advice is."""

    do = "do"
    again = "again"
    because = "because"
    say = "say"
    expect = "expect"
    worse = "worse"
    until = "until"
    medicine = "medicine"
    guidance = "guidance"
    yours = "yours"
    help = "help"
    about = "about"


class SaidLine(Strict):
    """What every line has, of the advice and of what is told when somebody asks."""

    line: Identifier = Field(description="The line's name; its words stand in the texts.")
    levels: list[Level] = Field(min_length=1, description="Levels at which it is said.")
    when: Condition | None = Field(None, description="Said only if this is surely true.")
    if_unknown: bool = Field(
        False,
        description="Said also while `when` cannot be told yet, to who stops half-way: silence would not be safe.",
    )
    claims: list[Identifier] = Field(default_factory=list, description="The claims behind it (`evidence.yaml`).")
    plain: bool = Field(False, description="Not a clinical sentence (a date, a number to call): needs no claim.")


class Line(SaidLine):
    """One line of advice. Its words stand in the texts under `advice`."""

    section: Section = Field(description="The part of the advice in which it stands.")
    how: Identifier | None = Field(None, description="Said only if the deciding rule has this `how`.")


class Card(Strict):
    """One message of the advice."""

    shown: list[Section] = Field(min_length=1, description="The parts that are read at once, in order.")
    folded: list[list[Section]] = Field(
        default_factory=list,
        description="What unfolds at a tap: parts that stand together, under the heading of the first that has something to say.",
    )


class NotePart(Strict):
    """A part of the note for a clinician."""

    part: Identifier = Field(description="Its name; its heading stands in the texts under `note_parts`.")
    questions: list[Identifier] = Field(min_length=1, description="Whose answers stand in it, in order.")


class CheckInPlan(Strict):
    """When patients can be asked how it goes, if they want that."""

    days: list[Annotated[int, Field(ge=1, le=60)]] = Field(
        min_length=1,
        max_length=4,
        description="Days after the advice, e.g. `[1, 3, 14]`; patients take all or one of them.",
    )
    hours: list[Annotated[int, Field(ge=8, le=21)]] = Field(
        min_length=1,
        max_length=4,
        description="Hours of the day from which patients choose one; never at night (8 to 21).",
    )

    @model_validator(mode="after")
    def _rising(self) -> CheckInPlan:
        if sorted(set(self.days)) != self.days or sorted(set(self.hours)) != self.hours:
            raise ValueError("days and hours are rising, each named once")
        return self


DEFAULT_CARDS = (
    Card(shown=[Section.do, Section.again], folded=[[Section.because, Section.expect, Section.worse], [Section.say]]),
    Card(shown=[Section.until, Section.medicine], folded=[[Section.guidance]]),
    Card(shown=[Section.yours]),
    Card(shown=[Section.help], folded=[[Section.about]]),
)


class Advice(Strict):
    """`advice.yaml`: what is said at the end."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    lines: list[Line] = Field(min_length=1, description="The lines, in the order in which they are said.")
    cards: list[Card] = Field(
        default_factory=lambda: list(DEFAULT_CARDS),
        min_length=1,
        description="The messages in which it is said, in order. One of which nothing is shown goes into the one before.",
    )
    check_in: CheckInPlan | None = Field(
        None,
        description="Days and hours on which patients may be asked how it goes. Without it nobody is offered that.",
    )
    note: list[NotePart] = Field(
        default_factory=list,
        description="Parts of the note for a clinician, in clinical order; answers to other questions stand behind them. Signs "
        "that were asked, denied and not asked, the level and its reasons stand in every note.",
    )
    note_line: list[Identifier] = Field(
        default_factory=list,
        description="Questions whose answers stand in the one line of the note that can be copied.",
    )
    recheck: dict[Level, Quantity] = Field(
        default_factory=dict, description="When to look again, counted from now, or as `recheck_from` says."
    )
    recheck_from: dict[Level, Identifier] = Field(
        default_factory=dict,
        description="The question of kind `ago` from whose answer `recheck` is counted instead of from now, e.g. when it began.",
    )
    recheck_first: dict[Level, Quantity] = Field(
        default_factory=dict,
        description="An earlier look before that one (`{recheck_first}`), counted in the same way.",
    )
    recheck_by_way: dict[Identifier, Quantity] = Field(
        default_factory=dict,
        description="In place of `recheck` where the deciding rule has this `how`, counted in the same way.",
    )
    ways: list[Identifier] = Field(
        default_factory=list,
        description="Ways (`how`) in the order in which they count: of several only the first is said. Without it, all are.",
    )

    def way_of(self, rules: Iterable[Rule]) -> set[str]:
        """The ways of the deciding rules that are said: of those in `ways` the first."""
        taken = {rule.how for rule in rules if rule.how}
        first = next((way for way in self.ways if way in taken), None)
        return taken if first is None else {first}
