"""What people ask about after the advice: told from the topics of the flow, as they hold for these answers."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Inform, Offer
from bot.core.conversation.session import ADVICE
from bot.core.conversation.triage import told_about
from bot.core.conversation.turn import Making

MOST = 2
"""Topics of one message that are told about."""


def offer(m: Making, unknown: bool = False) -> bool:
    """What can be asked about, or that nothing is known about what was. True if the flow knows topics at all."""
    if m.flow.topics:
        m.effects.append(Offer(unknown=unknown))
    return bool(m.flow.topics)


def choose_topic(m: Making, choice: str) -> None:
    """A topic, or a group of topics, was tapped. Once the advice does not stand any more, what does is shown."""
    if m.s.at != ADVICE:
        m.again()
    elif choice == sc.ALL_TOPICS:
        offer(m)
    elif choice.startswith(sc.GROUP_PREFIX):
        m.effects.append(Offer(choice.removeprefix(sc.GROUP_PREFIX)))
    else:
        tell_about(m, [choice])


def tell_about(m: Making, topics: Iterable[str]) -> None:
    """What is told about topics at the level that stands: the first `MOST`; those that hold for special people in their place."""
    asked = tuple(topics)
    special = tuple(t for t in asked if m.flow.topics[t].topic.first)
    level = m.judgement.level_to_say(m.s.unplaced)[0]
    for topic in (special or asked)[:MOST]:
        told = told_about(m.flow, m.judgement.env, level, topic)
        m.effects.append(Inform(topic, tuple(line.line for line in told)))
