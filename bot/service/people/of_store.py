"""What is counted in a store, as it may be shown: its counters, and of each version that is kept the order of its questions."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.flow.yaml_places import Loaded
from bot.store import FlowVersion, Store

from .table import PeopleTable, people_of

INTERVIEW = "interview.yaml"


def people_in(store: Store) -> tuple[PeopleTable, ...]:
    """By flow; all its versions first, if it has several, then the one that was taken into use last. Raises StoreError."""
    counts = store.statistics()
    found = (store.flow_version(version) for version in {counted.version for counted in counts})
    kept = sorted((one for one in found if one is not None), key=_newest_first)
    return people_of(counts, {one.version: asking_order(one.files) for one in kept})


def asking_order(files: Mapping[str, str]) -> tuple[str, ...]:
    """The questions of a flow's files, read without making the flow; () of what cannot be read."""
    read = Loaded(INTERVIEW, files.get(INTERVIEW, "")).value
    questions = read.get("questions") if isinstance(read, dict) else None
    asked = (one.get("ask") for one in questions or () if isinstance(one, dict))
    return tuple(question for question in asked if isinstance(question, str))


def _newest_first(kept: FlowVersion) -> tuple[float, str]:
    return -kept.stored, kept.version
