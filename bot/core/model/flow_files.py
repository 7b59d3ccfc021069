"""What a flow is: the pydantic models of the files in `flows/<name>/`, one model per file kind.

Routing (`interview.yaml`), policy (`triage.yaml`), words (`texts.<lang>.yaml`), what is said (`advice.yaml`) and
evidence (`evidence.yaml`) are different files. Every field has a description: the operators' reference tables and
the editors' JSON Schema are made from these models.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from .pictures import PICTURES, ZONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA = 1
"""The schema number of flow files that this release writes; older ones are read."""

RESERVED = frozenset(
    {
        *("and", "or", "not", "in", "is", "surely", "between", "asked", "answered", "any", "all", "none", "of", "at"),
        *("least", "true", "false", "yes", "no", "not_sure", "done", "back", "all_of_them", "stop_what_do_i_do"),
    }
)
"""Words that the condition language and the screens keep for themselves."""


class Level(StrEnum):
    """How urgently to be seen, lowest first. Compare with `rank`."""

    self_care = "self_care"
    see_soon = "see_soon"
    same_day = "same_day"
    emergency = "emergency"

    @property
    def rank(self) -> int:
        """0 for self_care up to 3 for emergency."""
        return _RANKS[self.value]


_RANKS = {"self_care": 0, "see_soon": 1, "same_day": 2, "emergency": 3}
LEVELS = tuple(Level)


class Kind(StrEnum):
    """What sort of answer a question takes."""

    one = "one"
    many = "many"
    yes_no = "yes_no"
    number = "number"
    scale = "scale"
    ago = "ago"
    length = "length"
    age = "age"


NUMERIC = frozenset({Kind.number, Kind.scale, Kind.ago, Kind.length, Kind.age})

_ID = re.compile(r"[a-z][a-z0-9_]{0,47}")


def _identifier(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("an id is small letters, digits and _ and begins with a letter (at most 48)")
    if value in RESERVED:
        raise ValueError(f'"{value}" is a word of the condition language and cannot be an id')
    return value


Identifier = Annotated[
    str, AfterValidator(_identifier), WithJsonSchema({"type": "string", "pattern": f"^{_ID.pattern}$"})
]
Condition = Annotated[str, Field(min_length=1, description="A condition, e.g. `pain >= 7 and onset > 4 weeks`.")]
Quantity = int | float | str
"""A number in the question's unit, or a number with a unit: `4 weeks`, `15 minutes`."""


class Strict(BaseModel):
    """Base of all models here: unknown keys are findings, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


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


class Rule(Strict):
    """Condition -> level. The order of rules never matters: the highest level that fires wins."""

    rule: Identifier = Field(description="The rule's name; its `because` words stand in the texts under `rules`.")
    when: Condition = Field(description="Fires only when this is surely true.")
    level: Level = Field(description="The level that it asks for.")
    how: Identifier | None = Field(
        None, description="Way to get help, where a level has several: `go` or `ambulance` for emergency, ..."
    )
    because: list[Identifier] = Field(default_factory=list, description="The claims behind it (`evidence.yaml`).")


class Triage(Strict):
    """`triage.yaml`: named conditions and the rules."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    define: dict[Identifier, Condition] = Field(default_factory=dict, description="Named conditions.")
    rules: list[Rule] = Field(min_length=1, description="The rules; their order never matters.")


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


class Line(Strict):
    """One line of advice."""

    line: Identifier = Field(description="The line's name; its words stand in the texts under `advice`.")
    section: Section = Field(description="The part of the advice in which it stands.")
    levels: list[Level] = Field(min_length=1, description="Levels at which it is said.")
    when: Condition | None = Field(None, description="Said only if this is surely true.")
    how: Identifier | None = Field(None, description="Said only if the deciding rule has this `how`.")
    if_unknown: bool = Field(
        False,
        description="Said also while `when` cannot be told yet, to who stops half-way: silence would not be safe.",
    )
    claims: list[Identifier] = Field(default_factory=list, description="The claims behind it (`evidence.yaml`).")
    plain: bool = Field(False, description="Not a clinical sentence (a date, a number to call): needs no claim.")


class Card(Strict):
    """One message of the advice."""

    shown: list[Section] = Field(min_length=1, description="The parts that are read at once, in order.")
    folded: list[list[Section]] = Field(
        default_factory=list,
        description="What unfolds at a tap: parts that stand together, under the heading of the first that has something to say.",
    )


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


class Document(Strict):
    """A source document."""

    document: str = Field(pattern=r"^D\d+$", description="Its short name: D1, D2.")
    title: str = Field(description="Its title.")
    file: str = Field(description="Its file name in the documents folder.")
    note: str = Field(description="What a reader must know of it: a sponsor, untraceable references.")


class Source(Strict):
    """A source of guidance outside the documents."""

    source: str = Field(description="Its short name: NHS, NG59.")
    title: str = Field(description="What it is.")
    read: Literal["read", "reproduction", "background"] = Field(
        description="How far it was read: itself, only a third party's reproduction, or background knowledge, unverified."
    )
    where: str = Field(description="Where it was read.")


class Claim(Strict):
    """A fact with its source, in our own words."""

    claim: Identifier = Field(description="The claim's name.")
    says: str = Field(description="The fact in our own words.")
    ref: str | None = Field(None, description="Its number in the claims ledger, e.g. D1-015.")
    document: str | None = Field(None, description="The document that it stands in.")
    section: str | None = Field(None, description="The section of the document.")
    fingerprint: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the passage, folded (white space, case, punctuation)."
    )
    words: int | None = Field(None, ge=3, description="How many words the folded passage has.")
    sources: list[str] = Field(default_factory=list, description="Guidance: the sources that say so.")
    entailed_by: str | None = Field(
        None, description="Who judged that our sentence follows from the passage, and when; empty until somebody did."
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Claim:
        if (self.document is None) == (not self.sources):
            raise ValueError("a claim names either a `document` or `sources` of guidance")
        if self.document is not None and not (self.section and self.fingerprint and self.words):
            raise ValueError("a claim of a document needs `section`, `fingerprint` and `words`")
        return self


class Evidence(Strict):
    """`evidence.yaml`: documents, sources and claims."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    documents: list[Document] = Field(description="The source documents.")
    sources: list[Source] = Field(description="Guidance outside the documents.")
    claims: list[Claim] = Field(description="The claims.")


class Property(Strict):
    """A safety rule that every conversation must keep (`safety.yaml`)."""

    property: Identifier = Field(description="The property's name.")
    when: Condition | None = Field(None, description="For conversations in which this holds ...")
    at_least: Level | None = Field(None, description="... the level is at least this.")
    level: Level | None = Field(None, description="Whenever the level is this ...")
    requires: Condition | None = Field(None, description="... this holds (`asked(q)` and `answered(q)` may be used).")
    compare: list[Identifier] = Field(default_factory=list, description="Changing these questions' answers ...")
    from_: Any = Field(None, alias="from", description="... from this answer (or `least`: the least worrying) ...")
    to: Any = Field(None, description="... to this answer (or `any`) never lowers the level.")
    because: str = Field(description="Why, in words.")
    sources: list[str] = Field(default_factory=list, description="Claims or sources behind it.")


class Safety(Strict):
    """`safety.yaml`: the properties."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    properties: list[Property] = Field(default_factory=list, description="The safety rules.")


class Control(Strict):
    """What keeps a hazard in check, and what shows that it does."""

    control: str = Field(description="The control, in words.")
    shown_by: list[str] = Field(
        default_factory=list,
        description="`property:<name>`, `rule:<name>`, `script:<file>`, `test:<file>::<test>` or `setting:<NAME>`.",
    )


class Hazard(Strict):
    """Something that can harm a patient, with its causes and controls."""

    hazard: Identifier = Field(description="The hazard's name.")
    harm: str = Field(description="What could happen to the patient.")
    severity: Literal["minor", "serious", "severe"] = Field(description="How bad it would be.")
    causes: list[str] = Field(min_length=1, description="How it could come about.")
    controls: list[Control] = Field(min_length=1, description="What stands against it.")


class Hazards(Strict):
    """`hazards.yaml`: the hazard log."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    hazards: list[Hazard] = Field(description="The hazards.")


class Signoff(Strict):
    """A clinician's approval of one language of the flow."""

    language: str = Field(description="The language that was reviewed.")
    reviewer: str = Field(description="Who reviewed it (name, registration).")
    date: dt.date = Field(description="When.")
    expires: dt.date = Field(description="Until when it holds.")
    reviewed: str = Field(description="The content hash of what was reviewed (`symptom-bot check` prints it).")


class Signoffs(Strict):
    """`signoff.yaml`: approvals. Not part of the content hash."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    signoffs: list[Signoff] = Field(default_factory=list, description="The approvals.")


class Helpline(Strict):
    """Whom to call, and who publishes that."""

    call: str = Field(min_length=2, max_length=40, description="As it is said: `NHS 111`.")
    source: str = Field(min_length=8, description="The body that publishes it, and what it says there.")


class Country(Strict):
    """Whom to call in one country. What is not known for sure is left out, and said in general words."""

    country: str = Field(
        pattern=r"^[A-Z]{2}(-[A-Z]{1,3})?$", description="Its ISO 3166 code, e.g. GB; of a part, GB-NIR."
    )
    languages: list[str] = Field(
        min_length=1, description="Languages of phones (en, de) for which it is offered, in the order of the file."
    )
    emergency: Helpline = Field(description="The one number to call in an emergency: digits alone, in quotes.")
    urgent: Helpline | None = Field(None, description="Whom to call for urgent advice, at any hour.")
    crisis: Helpline | None = Field(None, description="Whom to call with thoughts of dying, at any hour.")

    @model_validator(mode="after")
    def _one_number(self) -> Country:
        if not re.fullmatch(r"[0-9]{2,6}", self.emergency.call):
            raise ValueError(f'"{self.emergency.call}" is no emergency number: digits alone, and one number')
        return self


class Countries(Strict):
    """`countries.yaml`: numbers to call by country. A flow without it never asks for the country."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    countries: list[Country] = Field(default_factory=list, description="The countries, those offered first first.")


def _country_text(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class CountryText(Strict):
    """Words of one country. A bare string stands for `{name: string}`."""

    name: str = Field(description="As it stands behind `in`: the UK.")
    says: list[str] = Field(default_factory=list, description="Other names that mean it when typed.")


CountryTextEntry = Annotated[CountryText, BeforeValidator(_country_text, json_schema_input_type=str | CountryText)]


def _option_text(value: Any) -> Any:
    return {"label": value} if isinstance(value, str) else value


class OptionText(Strict):
    """Words of one option. A bare string stands for `{label: string}`."""

    label: str = Field(description="On the button: at most 18 characters in two columns, 30 in one.")
    text: str | None = Field(None, description="The full wording in the message above the buttons.")
    alone: str | None = Field(None, description="The plain question when the item is asked alone after `Not sure`.")
    answer: str | None = Field(None, description="As the patient's answer, in `You said: ...` and in emergency advice.")
    says: list[str] = Field(default_factory=list, description="Phrases that mean this option when typed.")


OptionTextEntry = Annotated[OptionText, BeforeValidator(_option_text, json_schema_input_type=str | OptionText)]


class QuestionText(Strict):
    """Words of one question."""

    text: str = Field(description="The question as asked.")
    short: str = Field(description="Its name in the review and in reports, e.g. `Began`.")
    why: str = Field(description="Why it is asked.")
    example: str | None = Field(None, description="An example of an answer that can be typed.")
    help: str | None = Field(None, description="One more line of explanation under the question.")
    picture: str | None = Field(None, description="What its picture shows, for who cannot see it.")
    none: str | None = Field(None, description="The label of `none of these`.")
    none_says: list[str] = Field(
        default_factory=list,
        description="Phrases that seem to say `none of these` (`no meds`): the list is asked again, with how to say so.",
    )
    unsure: str | None = Field(None, description="The label of `Not sure`, where it differs.")
    groups: dict[str, str] = Field(
        default_factory=dict, description="Labels of the buttons behind which several choices stand (`behind`)."
    )
    options: dict[str, OptionTextEntry] = Field(default_factory=dict, description="Words of options and choices.")


class OptionWording(Strict):
    """Other words of one option, where they differ for an audience."""

    label: str | None = Field(None, description="On the button.")
    text: str | None = Field(None, description="The full wording in the message above the buttons.")
    alone: str | None = Field(None, description="The plain question when the item is asked alone.")
    answer: str | None = Field(None, description="As the patient's answer.")


class QuestionWording(Strict):
    """Other words of one question, where they differ for an audience."""

    text: str | None = Field(None, description="The question as asked.")
    short: str | None = Field(None, description="Its name in the review and in reports.")
    why: str | None = Field(None, description="Why it is asked.")
    help: str | None = Field(None, description="One more line of explanation under the question.")
    options: dict[str, OptionWording] = Field(default_factory=dict, description="Words of options, where they differ.")


class Wording(Strict):
    """The words that differ for an audience; all others stay. Typed answers are read by the words of all others."""

    questions: dict[str, QuestionWording] = Field(default_factory=dict, description="Words of questions.")
    levels: dict[Level, str] = Field(default_factory=dict, description="Titles of the levels.")
    rules: dict[str, str] = Field(default_factory=dict, description="Why a rule fired.")
    advice: dict[str, str] = Field(default_factory=dict, description="Words of the advice lines.")
    sections: dict[Section, str] = Field(default_factory=dict, description="Headings of the parts of the advice.")
    conflicts: dict[str, str] = Field(default_factory=dict, description="Words of the contradictions.")
    system: dict[str, str] = Field(default_factory=dict, description="What else the bot says.")


class Texts(Strict):
    """`texts.<lang>.yaml`: all words that patients see, in one language."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    language: str = Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="Language code, e.g. en.")
    name: str = Field(description="The language's own name.")
    questions: dict[str, QuestionText] = Field(description="Words of the questions, by question id.")
    levels: dict[Level, str] = Field(description="Titles of the levels.")
    rules: dict[str, str] = Field(description="Why a rule fired, as a patient reads it, by rule id.")
    advice: dict[str, str] = Field(description="Words of the advice lines, by line id.")
    sections: dict[Section, str] = Field(default_factory=dict, description="Headings of the parts of the advice.")
    conflicts: dict[str, str] = Field(default_factory=dict, description="Words of the contradictions.")
    claims: dict[str, str] = Field(default_factory=dict, description="Claims as a patient reads them, where needed.")
    system: dict[str, str] = Field(
        description="Everything else that the bot says (`bot/core/words.py` lists the keys)."
    )
    countries: dict[str, CountryTextEntry] = Field(
        default_factory=dict, description="Names of the countries of countries.yaml, by code."
    )
    audiences: dict[str, Wording] = Field(
        default_factory=dict, description="Words that differ for an audience of interview.yaml, by its name."
    )

    def spoken_to(self, audiences: tuple[str, ...]) -> Texts:
        """The same texts with the words that differ for these audiences; of two, the first one's words count."""
        said = self.model_dump(exclude={"audiences"})
        for name in reversed(audiences):
            if name in self.audiences:
                _overlaid(said, self.audiences[name].model_dump(exclude_none=True))
        said["schema"] = said.pop("schema_number")
        return Texts.model_validate(said)


def _overlaid(under: dict[Any, Any], over: dict[Any, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(under.get(key), dict):
            _overlaid(under[key], value)
        else:
            under[key] = value


FILES: dict[str, type[Strict]] = {
    "interview": Interview,
    "triage": Triage,
    "advice": Advice,
    "evidence": Evidence,
    "safety": Safety,
    "hazards": Hazards,
    "signoff": Signoffs,
    "countries": Countries,
    "texts": Texts,
}
"""File kind -> model. `texts` is `texts.<lang>.yaml`; all others `<kind>.yaml`."""

REQUIRED = ("interview", "triage", "advice", "evidence")
"""Files that a flow must have, beside at least one `texts.<lang>.yaml`."""
