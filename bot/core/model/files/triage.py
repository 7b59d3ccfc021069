"""`triage.yaml`: named conditions and the rules."""

from __future__ import annotations

from pydantic import Field

from .parts import SCHEMA, Condition, Identifier, Level, Strict


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
