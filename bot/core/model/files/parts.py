"""What the models of all files share: levels, kinds of questions, ids, quantities."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

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
