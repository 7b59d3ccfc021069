"""A flow on its way from files to `Flow`."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bot.core.conditions.nodes import Node
from bot.core.model.files.advice import Advice
from bot.core.model.files.answers import Topic
from bot.core.model.files.countries import Country
from bot.core.model.files.evidence import Evidence
from bot.core.model.files.governance import Hazards, Safety, Signoffs
from bot.core.model.files.interview import Interview, Question
from bot.core.model.files.texts import Texts
from bot.core.model.files.triage import Triage
from bot.core.model.findings import Finding, Place

from .yaml_places import KEY, Loaded, Path

MOST_KEPT = 5_000
"""Conditions that are known under the same questions and defined conditions, before all of them are forgotten."""


@dataclass
class Kept:
    """What was found out about conditions, by their texts: it stands in every version with the same questions and the same defined
    conditions. `nodes`: what they mean; `guarded`: those that read no answer that may not have been asked for."""

    interview: Interview
    define: dict[str, str]
    nodes: dict[str, Node] = field(default_factory=dict)
    guarded: set[str] = field(default_factory=set)


KEPT: deque[Kept] = deque(maxlen=4)
"""What is known of the versions that were read last."""


def kept_of(interview: Interview, define: dict[str, str]) -> Kept:
    """What is known under these questions, which are the same only if they were read from the same text, and these conditions."""
    for kept in tuple(KEPT):
        if kept.interview is interview and kept.define == define and len(kept.nodes) < MOST_KEPT:
            return kept
    new = Kept(interview, define)
    KEPT.append(new)
    return new


@dataclass
class Draft:
    """Models, parsed conditions and their texts by (file, path), places.

    `partial`: some file could not be read, and nothing stands for it.
    """

    name: str
    interview: Interview
    triage: Triage
    advice: Advice
    evidence: Evidence
    texts: dict[str, Texts]
    safety: Safety
    hazards: Hazards
    signoffs: Signoffs
    countries: tuple[Country, ...]
    topics: tuple[Topic, ...]
    loaded: dict[str, Loaded]
    partial: bool = False
    nodes: dict[tuple[str, Path], Node] = field(default_factory=dict)
    conditions: dict[tuple[str, Path], str] = field(default_factory=dict)
    defined: dict[str, Node] = field(default_factory=dict)
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = kept_of(self.interview, self.triage.define)

    def finding(self, file: str, path: Path, code: str, message: str, remedy: str = "", key: bool = False) -> Finding:
        """A finding at the value (or key) of a path."""
        loaded = self.loaded[file]
        place = loaded.places.get((*path, KEY)) if key else None
        return Finding(place or loaded.place(path), code, message, remedy)

    def spot(self, file: str, path: Path, leaf: Node) -> Place:
        """The place of a part of a condition."""
        return self.loaded[file].spot(path, leaf.at, self.conditions[file, path])

    @property
    def questions(self) -> dict[str, Question]:
        """Questions by id (the first, where an id stands twice)."""
        found: dict[str, Question] = {}
        for question in self.interview.questions:
            found.setdefault(question.ask, question)
        return found
