"""All faults: the small slips and the whole edits."""

from __future__ import annotations

from bot.core.flow.compiled import Flow

from .mutations import Mutation, mutations
from .mutations_whole import whole_mutations


def all_mutations(flow: Flow) -> tuple[Mutation, ...]:
    """The small slips and the whole edits."""
    return (*mutations(flow), *whole_mutations(flow))
