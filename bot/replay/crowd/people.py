"""What a person is: facts, and the words in which they tell them (a pydantic model). What is not named is as usual, and tapped."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field, model_validator

from bot.core.model.files.parts import Level
from bot.replay.script.model import DEFAULT_LANG, NOW, ScriptStep, ScriptWords, StrictScript, Word

LAST_CHECK = "review"
"""The screen that `says` may name beside the flow's questions."""


class Person(StrictScript):
    """Somebody who chats. Who ends at another level than the triage of the facts was misread, not misjudged."""

    person: str = Field(min_length=1, description="Who it is, in one line; no two have the same.")
    facts: dict[str, Any] = Field(
        description="What is so: question -> answer, as in an answer file. The rest is usual."
    )
    opens_with: ScriptWords = Field(default_factory=list, description="Typed before anything else, in this order.")
    says: dict[Word, ScriptWords] = Field(
        default_factory=dict,
        description="Question -> what is typed while it is on screen, one after the other; then it is tapped.",
    )
    taps: Literal["rest"] = Field("rest", description="What is not said is tapped, as the facts have it.")
    edge: str | None = Field(None, description="What makes the words hard: idk, swears, third_person, ...")
    level: Level | None = Field(None, description="The level; that of the facts, unless `why` says why not.")
    why: str | None = Field(None, description="Why the level is not that of the facts.")
    known: str | None = Field(
        None, description="Why this person still comes to another level. Delete it once they don't."
    )
    typos: bool = Field(False, description="The words carry slips of the keyboard, and are scored apart.")
    earlier: list[ScriptStep] = Field(
        default_factory=list, description="Lines of a script: what happened before in the same chat."
    )
    flow: str | None = Field(None, description="The flow's name; absent: a folder around is named after it.")
    lang: str = Field(DEFAULT_LANG, description="The person's language.")
    now: dt.datetime = Field(NOW, description="The local time at the beginning.")

    @model_validator(mode="after")
    def _why_not(self) -> Person:
        if self.why is not None and self.level is None:
            raise ValueError("`why` says why `level` is not that of the facts: give the level too")
        return self

    @property
    def words(self) -> int:
        """How many messages the person may type."""
        return len(self.opens_with) + sum(len(typed) for typed in self.says.values())
