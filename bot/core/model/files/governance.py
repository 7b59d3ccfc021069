"""`safety.yaml`, `hazards.yaml`, `signoff.yaml`: what must hold, what can harm, and who approved it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from .parts import SCHEMA, Condition, Identifier, Level, Strict


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
