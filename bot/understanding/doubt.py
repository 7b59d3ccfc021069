"""A message that was not read to its end: its signs count, and nothing is denied or answered by it; it is asked about."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.readings import Reading, Reply, Unclear


def in_doubt(reading: Reading, question: str | None) -> Reading:
    """The reading of the part that was read, as one of a message that may go on to say the opposite. `question`: the open one."""
    stated = reading.reply
    unclear = (Unclear(fact.question, fact.words) for fact in reading.facts if fact.question == question)
    return replace(
        reading,
        facts=(),
        unclear=(*unclear, *reading.unclear),
        polarity=None,
        said=None,
        greeting=False,
        none_said=False,
        names=(),
        reply=Reply(perhaps=(*stated.yes, *stated.perhaps), doubt=True),
    )
