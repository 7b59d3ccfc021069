"""What is told about topics, at its longest: all lines of a level, or, where these are too many, most that anybody gets."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.answers.player import NOON
from bot.check.proof.encoding import exactly
from bot.core.conversation.events import Effect, Inform, Offer
from bot.core.conversation.session import ADVICE
from bot.core.conversation.triage import fold_session, told_about
from bot.core.flow.compiled import CompiledTopic
from bot.core.model.files.parts import Level
from bot.core.rendering.phone_lines import screen_lines

from .cards import Results
from .drawn import ShownScreen, Sort, drawn_messages, text_place
from .viewers import Viewer


def told_screens(results: Results) -> Iterator[ShownScreen]:
    """The buttons of topics, and what is told about each."""
    flow = results.flow
    for lang in flow.texts if flow.topics else ():
        viewer = results.viewers.at_the_end(lang)[0]
        for group in ("", *flow.topic_groups):
            yield from _drawn(results, viewer, Offer(group), "question", f"topics {group}".strip(), ("topic_groups",))
        for name, topic in flow.topics.items():
            for level in dict.fromkeys(level for told in topic.lines for level in told.line.levels):
                effect = Inform(name, _most_told(results, viewer, topic, level))
                yield from _drawn(results, viewer, effect, "card", f"topic {name} at {level}", ("topics", name))


def _drawn(
    results: Results, viewer: Viewer, effect: Effect, sort: Sort, name: str, path: tuple[str, ...]
) -> Iterator[ShownScreen]:
    session = viewer.session.but(at=ADVICE)
    place = text_place(results.flow, session.lang, (), path)
    for message in drawn_messages(results.flow, session, effect):
        yield ShownScreen(sort, name, session.lang, viewer.named, place, message)


def _most_told(results: Results, viewer: Viewer, topic: CompiledTopic, level: Level) -> tuple[str, ...]:
    """The lines of a topic that make most of a card, of those that somebody can get together at this level."""
    flow, name, session = results.flow, topic.topic.topic, viewer.session.but(at=ADVICE)

    def length(*lines: str) -> int:
        return sum(screen_lines(m, results.width) for m in drawn_messages(flow, session, Inform(name, lines)))

    told = [t for t in topic.lines if level in t.line.levels]
    whole = tuple(t.line.line for t in told)
    if length(*whole) <= flow.interview.screens.card_lines:
        return whole
    one, bare = results.p.one, length()
    weights = [(True if t.node is None else one.true(t.node), length(t.line.line) - bare) for t in told]
    model = results.p.most(exactly(one, level.rank), weights, -1)
    if model is None:
        return ()
    *_, turn = results.player.turns(one.chosen(model), session.lang)
    env = fold_session(flow, turn.session, NOON.date()).env
    return tuple(line.line for line in told_about(flow, env, level, name))
