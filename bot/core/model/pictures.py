"""Which pictures a question can show, and which zones stand on them. They are drawn in `bot/pictures/body.svg`.

Names only grow: chats that run on an older version of a flow, and answers that are kept, still name them.
"""

from __future__ import annotations

from collections.abc import Mapping

_BOTH = ("buttocks", "groin", "hands")
_UPPER = ("head", "neck", "shoulders", "upper_back", "low_back", "chest", "belly", "arms")
_LOWER = ("front_of_thighs", "back_of_thighs", "knees", "shins", "calves", "feet")

ZONES = (*_UPPER, *_BOTH, *_LOWER)
"""Parts of the body, seen from behind and from the front, both sides at once."""

PICTURES: Mapping[str, tuple[str, ...]] = {"body": ZONES, "trunk": (*_UPPER, *_BOTH), "legs": (*_BOTH, *_LOWER)}
"""Picture -> the zones whose number can be seen on it: a whole body, its upper and its lower half, from behind and in front."""
