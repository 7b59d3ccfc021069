"""`interview.yaml`: the questions, their answers, and what a phone shows of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from bot.core.model.pictures import PICTURES, ZONES

from .parts import SCHEMA, Condition, Identifier, Kind, Quantity, Strict

if TYPE_CHECKING:
    from collections.abc import Mapping

Zone = Annotated[str, WithJsonSchema({"enum": list(ZONES)})]
"""A part of a picture. One that does not exist is a finding of its own, with the nearest name."""


def _option(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


class Option(Strict):
    """One answer that can be chosen. A bare word stands for `{id: word}`."""

    id: Identifier = Field(description="The option's name in conditions; unique in the flow. Use the red flag's slug.")
    worry: int | None = Field(
        None,
        description="Order of worry. `many`: 1 (default) ticked is more worrying, 0 says nothing. `one`: rank among "
        "the options; options without a rank are not compared.",
    )
    when: Condition | None = Field(
        None,
        description="`many`: shown only if this holds (reads earlier questions only). Who says it in words is heard all the "
        "same. Such options stand last, so that numbers stay.",
    )
    opens: Identifier | None = Field(
        None, description="The question that this option opens; in answer files a fact of that question implies it."
    )
    declines: bool = Field(False, description="Choosing it ends the chat before anything is stored (consent only).")
    other: bool = Field(
        False,
        description="The patient is somebody else (consent only): what is typed of others is read as the patient's.",
    )
    sign: Literal["emergency", "same_day"] | None = Field(
        None, description="A red flag that typed words may carry at any moment: how urgent it is on its own."
    )
    behind: Identifier | None = Field(
        None,
        description="`many`: its button stands behind one with the others of this name, whose label stands in the texts "
        "(`groups`); the line itself is shown like any other.",
    )
    zones: list[Zone] = Field(
        default_factory=list,
        description="Where it is on the question's `picture`: its number stands on the first, all are marked once it is chosen.",
    )


OptionEntry = Annotated[Option, BeforeValidator(_option, json_schema_input_type=Identifier | Option)]


class Choice(Strict):
    """A ready-made answer of a numeric question: a value or a range, and what else the tap answers."""

    id: Identifier = Field(description="The choice's name; its label stands in the texts.")
    value: Quantity | None = Field(None, description="The exact value, e.g. `1 day`.")
    min: Quantity | None = Field(None, description="The least value of the range (inclusive).")
    max: Quantity | None = Field(None, description="The greatest value of the range (inclusive); absent = no end.")
    also: dict[Identifier, str] = Field(
        default_factory=dict, description="Answers to later `one` or `yes_no` questions that this tap gives as well."
    )
    behind: Identifier | None = Field(
        None,
        description="Shown behind one button with the others of this name, e.g. `child`; its label stands in the texts.",
    )

    @model_validator(mode="after")
    def _value_or_range(self) -> Choice:
        if (self.value is None) == (self.min is None and self.max is None):
            raise ValueError("a choice has either `value`, or `min` and/or `max`")
        return self

    def says_otherwise(self, answers: Mapping[str, Any]) -> bool:
        """Whether a tap on it would answer another question in another way than these answers do."""
        return any(answers.get(question, raw) != raw for question, raw in self.also.items())


class TypedAnswer(Strict):
    """A quantity in typed words that answers a `yes_no` question: "ten months ago", "37.9"."""

    what: Literal["ago", "temperature"] = Field(
        description="What is looked for: a time ago, the latest that is named; or a temperature in °C, or °F made °C."
    )
    below: Quantity | None = Field(None, description="Below this it means yes, e.g. `2 years`.")
    least: Quantity | None = Field(None, description="From this on it means yes, e.g. `37.5`.")
    otherwise: Literal["no"] | None = Field(
        None, description="`no`: every other quantity means no. Absent: it answers nothing by itself."
    )

    @model_validator(mode="after")
    def _one_limit(self) -> TypedAnswer:
        if (self.below is None) == (self.least is None):
            raise ValueError("a typed answer has either `below` or `least`")
        return self


class Question(Strict):
    """One question of the interview, asked in the order of the file when its `when` holds."""

    ask: Identifier = Field(description="The question's name in conditions, scripts and answer files.")
    kind: Kind = Field(description="What sort of answer it takes.")
    when: Condition | None = Field(None, description="Asked only if this holds; may read earlier questions only.")
    options: list[OptionEntry] = Field(default_factory=list, description="The options (`one`, `many`).")
    none: Identifier | None = Field(None, description="`many`: the name of the answer `none of these`.")
    unsure: bool = Field(
        True,
        description="Whether `Not sure` is offered. On `many` each item can be unsure; conditions count that as yes.",
    )
    unsure_as: Identifier | None = Field(
        None, description="`one` and numeric kinds: the option or choice that `Not sure` counts as; needed to offer it."
    )
    choices: list[Choice] = Field(default_factory=list, description="Ready-made answers (numeric kinds).")
    min: Quantity | None = Field(None, description="Least value accepted (numeric kinds).")
    max: Quantity | None = Field(None, description="Greatest value accepted (numeric kinds).")
    whole: bool = Field(False, description="`number`: only whole numbers.")
    tap: Literal["first", "done"] = Field(
        "done", description="`many`: `first` = one tap is the answer (emergency screens); `done` = toggles and Done."
    )
    typed: TypedAnswer | None = Field(
        None, description="`yes_no`: a quantity in typed words that answers it, e.g. `{what: ago, below: 2 years}`."
    )
    picture: str | None = Field(
        None,
        description="`one`, `many`: a picture above the buttons, on which options that have `zones` stand by their number: "
        f"{', '.join(f'`{name}`' for name in PICTURES)}. Words and typing stay as they are.",
        json_schema_extra={"enum": list(PICTURES)},
    )
    expires: Quantity | None = Field(
        None, description="Asked again when a chat is resumed after this long, e.g. `6 hours` (emergency screens)."
    )
    consent: bool = Field(False, description="The first question: nothing is stored before it is answered.")
    describes: bool = Field(
        False, description="Only describes: asked after everything that can raise the level, offered as extra."
    )
    may_change: bool = Field(False, description="May be named to the patient under `What would change it?`.")
    worry: Literal["rising", "falling"] | None = Field(
        None,
        description="Numeric kinds: whether a greater value is more (`rising`) or less worrying; absent = no order.",
    )
    usual: Any = Field(
        None,
        description="The answer of an uncomplicated patient; used by answer files and searches only, never in a chat. "
        "`many` without it: none of these.",
    )

    @cached_property
    def option_ids(self) -> tuple[str, ...]:
        """Ids of the options in order; for numeric kinds those of the choices."""
        return tuple(o.id for o in self.options) or tuple(c.id for c in self.choices)

    @cached_property
    def group_of(self) -> Mapping[str, str]:
        """Option or choice -> the button behind which its own stands, for those that have one."""
        behind = [(o.id, o.behind) for o in self.options] + [(c.id, c.behind) for c in self.choices]
        return {name: group for name, group in behind if group}

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Names of the buttons behind which others stand, in order."""
        return tuple(dict.fromkeys(self.group_of.values()))

    def behind(self, group: str) -> tuple[str, ...]:
        """The options or choices behind the button of that name."""
        return tuple(name for name, home in self.group_of.items() if home == group)


class Conflict(Strict):
    """Two answers that cannot both be: the more worrying one holds, and the patient is told."""

    conflict: Identifier = Field(description="The conflict's name; its words stand in the texts.")
    when: Condition = Field(description="The contradiction.")


class Shorthand(Strict):
    """In answer files: a fact that stands for, or can only be known after, several answers."""

    fact: Identifier = Field(description="The fact's name: an option id, or a name of its own.")
    answers: dict[str, Any] = Field(
        default_factory=dict, description="Answers it brings along where the file gives none (question: value)."
    )
    facts: list[Identifier] = Field(default_factory=list, description="Options that it also switches on.")


class Audience(Strict):
    """For whom some texts have words of their own: they stand in the texts under `audiences`, by this name."""

    audience: Identifier = Field(description="The audience's name; its words stand in the texts under `audiences`.")
    when: Condition = Field(description="Who it is, e.g. `age < 16`. Where several hold, the first one's words count.")


class Screens(Strict):
    """What fits a phone: no screen that a conversation can show is more than this."""

    width: int = Field(35, ge=10, description="Characters of a line, where phones begin the next one.")
    lines: int = Field(14, ge=1, description="Lines of a screen that asks, with the lines of its list.")
    choices: int = Field(
        8,
        ge=1,
        description="Buttons to choose from: none, not sure, done and the way out do not count, a scale has its eleven.",
    )
    emergency_lines: int = Field(
        20,
        ge=1,
        description="Lines of a screen that asks about emergency signs (`tap: first`), "
        "or lists them: consent, and one whose help names the emergency number.",
    )
    card_lines: int = Field(16, ge=1, description="Lines of a card, or of anything that is told, before what unfolds.")
    review_lines: int = Field(
        33,
        ge=1,
        description="Lines of the review of an uncomplicated patient: what is in view at once. That of others is as long "
        "as what they told.",
    )
    above_lines: int = Field(6, ge=1, description="Lines of what is said above a question, e.g. what was misread.")
    words: int = Field(900, ge=1, description="Words that an uncomplicated patient reads up to and with the advice.")
    grade: float = Field(6, gt=0, description="School year from which on a screen can be read (English, German).")
    names: list[Identifier] = Field(
        default_factory=list,
        description="Lists whose lines are names (medicines, illnesses), which no plainer words could replace: only their "
        "questions are graded.",
    )


class Interview(Strict):
    """`interview.yaml`: the questions in their order."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    flow: Identifier = Field(description="The flow's name; equals its folder.")
    longest: int = Field(60, description="Stated limit: no conversation asks more questions than this.")
    screens: Screens = Field(default_factory=Screens, description="Stated limits: no screen shows more than this.")
    questions: list[Question] = Field(min_length=1, description="The questions, in the order in which they are asked.")
    emergency_signs: list[Identifier] = Field(
        default_factory=list, description="The signs named in the closing check, the first being asked again first."
    )
    conflicts: list[Conflict] = Field(default_factory=list, description="Contradictions that are pointed out.")
    shorthand: list[Shorthand] = Field(default_factory=list, description="Facts of answer files that bring answers.")
    audiences: list[Audience] = Field(
        default_factory=list, description="For whom some texts have words of their own: a child, somebody else."
    )
