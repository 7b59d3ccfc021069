"""`safety.yaml`, `hazards.yaml`, `signoff.yaml`: what must hold, what can harm, and who approved it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import Field

from .parts import SCHEMA, Condition, Identifier, Level, Quantity, Strict


class Property(Strict):
    """A safety rule that every conversation must keep (`safety.yaml`)."""

    property: Identifier = Field(description="The property's name.")
    when: Condition | None = Field(None, description="For conversations in which this holds ...")
    at_least: Level | None = Field(None, description="... the level is at least this.")
    how: list[Identifier] = Field(
        default_factory=list, description="With `at_least`: and of the ways to get help one of these is said."
    )
    tells: list[Identifier] = Field(
        default_factory=list, description="... all these lines of advice are told, at each of the `levels` ..."
    )
    never_tells: list[Identifier] = Field(
        default_factory=list, description="... none of these lines of advice is told."
    )
    levels: list[Level] = Field(default_factory=list, description="... at which the conversation can end.")
    offers: list[Identifier] = Field(
        default_factory=list, description="... all these lines of lists are shown, wherever their question is asked."
    )
    asked_first: list[Identifier] = Field(
        default_factory=list,
        description="Whoever is asked one of the questions in `before` was asked these questions ...",
    )
    before: list[Identifier] = Field(default_factory=list, description="... before it.")
    level: Level | None = Field(None, description="Whenever the level is this ...")
    requires: Condition | None = Field(None, description="... this holds (`asked(q)` and `answered(q)` may be used).")
    compare: list[Identifier] = Field(default_factory=list, description="Changing these questions' answers ...")
    from_: Any = Field(None, alias="from", description="... from this answer (or `least`: the least worrying) ...")
    to: Any = Field(None, description="... to this answer (or `any`) never lowers the level.")
    because: str = Field(description="Why, in words.")
    sources: list[str] = Field(default_factory=list, description="Claims or sources behind it.")


FORMS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "at_least": (frozenset({"when", "at_least"}), frozenset({"how"})),
    "requires": (frozenset({"level", "requires"}), frozenset()),
    "compare": (frozenset({"compare", "from_", "to"}), frozenset()),
    "tells": (frozenset({"when", "tells", "levels"}), frozenset()),
    "never_tells": (frozenset({"when", "never_tells"}), frozenset()),
    "offers": (frozenset({"when", "offers"}), frozenset()),
    "asked_first": (frozenset({"asked_first", "before"}), frozenset()),
}
"""The forms of a safety rule, by the key that tells them apart: what it has, and what it may have."""
_PROPERTY_KEYS = frozenset().union(*(must | may for must, may in FORMS.values()))


def form_of(rule: Property) -> str | None:
    """Which of the forms a safety rule has; None for one that says nothing that could be proved."""
    written = {key for key in _PROPERTY_KEYS if getattr(rule, key) not in (None, [])}
    return next((name for name, (must, may) in FORMS.items() if must <= written <= must | may), None)


class WordRule(Strict):
    """A rule that words must keep, in every language and for every audience (`safety.yaml`).

    Patterns are words: `#` stands for a number in digits, `(a|b c)` for one or the other, `..` for at most four words of the same
    sentence, `*` at the end of a word for any ending. Capitals and punctuation do not matter.
    """

    words: Identifier = Field(description="The rule's name.")
    of: list[str] = Field(
        min_length=1,
        description="Which texts, by place in `texts.<language>.yaml`; `*` is anything: `advice.*`, `levels.emergency`. What a "
        "claim says is `claims.<name>`, wherever it stands.",
    )
    says: dict[str, list[str]] = Field(
        default_factory=dict, description="Language -> patterns, each of which every such text must have."
    )
    never_says: dict[str, list[str]] = Field(
        default_factory=dict, description="Language -> patterns, none of which any such text may have."
    )
    but_for: dict[str, list[str]] = Field(
        default_factory=dict, description="Language -> patterns that are harmless: what they cover is not looked at."
    )
    together: bool = Field(
        False, description="All these texts are read as one: each pattern must stand in one of them."
    )
    because: str = Field(description="Why, in words.")


class SettingRule(Strict):
    """A setting of another file that must stay within bounds (`safety.yaml`)."""

    setting: str = Field(
        pattern=r"^[a-z]+(\.\w+)+$",
        description="File, keys and names, e.g. `advice.recheck.self_care`, `interview.questions.nerves.expires`.",
    )
    at_most: Quantity | None = Field(None, description="It is there, and not more than this.")
    at_least: Quantity | None = Field(None, description="It is there, and not less than this.")
    is_: str | None = Field(None, alias="is", description="It is this: conditions word by word, lists as `a, b`.")
    has: list[str] = Field(default_factory=list, description="Each of these stands in the list.")
    because: str = Field(description="Why, in words.")


class Safety(Strict):
    """`safety.yaml`: the properties, and what words and settings must keep."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    properties: list[Property] = Field(default_factory=list, description="The safety rules.")
    words: list[WordRule] = Field(default_factory=list, description="What the words must say, and must never say.")
    settings: list[SettingRule] = Field(default_factory=list, description="What settings must keep.")


class Control(Strict):
    """What keeps a hazard in check, and what shows that it does."""

    control: str = Field(description="The control, in words.")
    shown_by: list[str] = Field(
        default_factory=list,
        description="`property:<name>`, `rule:<name>`, `script:<file>`, `test:<file>::<test>` or `setting:<NAME>`.",
    )


Likelihood = Literal["rare", "possible", "likely"]
Residual = Literal["low", "medium", "high"]
LIKELIHOODS: tuple[str, ...] = get_args(Likelihood)
RESIDUALS: tuple[str, ...] = get_args(Residual)


class Hazard(Strict):
    """Something that can harm a patient, with its causes and controls."""

    hazard: Identifier = Field(description="The hazard's name.")
    harm: str = Field(description="What could happen to the patient.")
    severity: Literal["minor", "serious", "severe"] = Field(description="How bad it would be.")
    likelihood: Likelihood | None = Field(
        None,
        description="How likely it would be if nothing stood against it: `rare` (not among thousands of chats), `possible` "
        "(some among thousands), `likely` (some among a hundred).",
    )
    residual: Residual | None = Field(
        None, description="What is left of the risk with all that stands against it: the harm and how often, together."
    )
    causes: list[str] = Field(min_length=1, description="How it could come about.")
    controls: list[Control] = Field(min_length=1, description="What stands against it.")


class Hazards(Strict):
    """`hazards.yaml`: the hazard log."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    rated_by: str | None = Field(
        None,
        description="Who estimated `likelihood` and `residual`, and whether a clinician agreed; the review kit says so.",
    )
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
