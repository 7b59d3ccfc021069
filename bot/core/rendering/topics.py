"""What people ask about after the advice: what can be asked, and what is told; guidance is said to be that."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Inform, Offer
from bot.core.model.files.answers import TopicLine

from .advice import put_claims
from .drawing import Drawing
from .message import Button, Message
from .questions import columns


def draw_offer(d: Drawing, effect: Offer) -> Message:
    """Buttons of the groups, or of the topics of one."""
    if effect.unknown:
        d.say("topic_unknown")
    d.put("title", d.words.system("topics_offer") if not effect.group else d.words.texts.topic_groups[effect.group])
    if effect.group:
        topics = d.flow.topic_groups[effect.group]
        labelled = [(name, d.words.texts.topics[name].label) for name in topics]
    else:
        labelled = [(sc.GROUP_PREFIX + g, d.words.texts.topic_groups[g]) for g in d.flow.topic_groups]
    rows = columns([d.button(sc.TOPICS, choice, label) for choice, label in labelled])
    return d.message([*rows, *_back(d)] if effect.group else rows)


def draw_told(d: Drawing, effect: Inform) -> Message:
    """What is told about a topic: what the documents say, then guidance, under its own heading; what it rests on unfolds."""
    topic, texts = d.flow.topics[effect.topic].topic, d.words.texts.topics[effect.topic]
    lines = [line for line in topic.lines if line.line in effect.lines]
    sourced = {c.claim for c in d.flow.evidence.claims if c.document is not None}
    guidance = [line for line in lines if line.claims and not sourced.issuperset(line.claims)]
    d.put("title", texts.title)
    _put(d, effect.topic, [line for line in lines if line.claims and line not in guidance])
    if guidance:
        d.put("heading", d.words.system("topic_guidance"))
    _put(d, effect.topic, guidance)
    for line in lines:
        if not line.claims:
            d.put("text", d.words.fill(texts.lines[line.line]))
    put_claims(d, [claim for line in lines for claim in line.claims])
    return d.message(_back(d))


def _put(d: Drawing, topic: str, lines: Iterable[TopicLine]) -> None:
    for line in lines:
        d.put("item", f"\u2022 {d.words.fill(d.words.texts.topics[topic].lines[line.line])}")


def _back(d: Drawing) -> list[tuple[Button, ...]]:
    return [(d.system_button(sc.TOPICS, sc.ALL_TOPICS),)]
