"""`answers.yaml`: what is told when somebody asks about something after the advice. A flow without it answers nothing."""

from __future__ import annotations

from pydantic import Field

from .advice import SaidLine
from .parts import SCHEMA, Identifier, Level, Strict


class TopicLine(SaidLine):
    """One line that is told. Its words stand in the texts under `topics`, by topic."""

    levels: list[Level] = Field(
        default=[Level.self_care, Level.see_soon, Level.same_day],
        min_length=1,
        description="Levels at which it is told; without it, all below emergency. In an emergency nothing is told but that.",
    )


class Topic(Strict):
    """Something that people ask about."""

    topic: Identifier = Field(description="The topic's name; its words stand in the texts under `topics`.")
    behind: Identifier = Field(
        description="The button behind which its own stands; its label stands in the texts under `topic_groups`."
    )
    first: bool = Field(
        False,
        description="Told instead of topics that are asked about with it: for whom these hold differently (a child, a pregnancy).",
    )
    lines: list[TopicLine] = Field(min_length=1, description="What is told: all lines that hold, in this order.")


class Answers(Strict):
    """`answers.yaml`: the topics."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    topics: list[Topic] = Field(default_factory=list, description="The topics, in the order of their buttons.")
