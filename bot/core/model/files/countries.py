"""`countries.yaml`: whom to call, by country."""

from __future__ import annotations

import re

from pydantic import Field, model_validator

from .parts import SCHEMA, Strict


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
