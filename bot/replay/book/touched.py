"""Which cases an edit of a flow touches: those whose last play visited an edited question, rule or line of advice.

Names are like `question pain`, `rule fever_now`, `line rest_it`. What was not visited may be touched all the same, by a rule
that fires now: so these come first, and the others of the flow after them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Advise, Ask
from bot.core.flow.compiled import Flow
from bot.replay.playing.memory import MemoryTurn
from bot.replay.playing.outcome import Played


def visited_in(handled: MemoryTurn) -> Iterator[str]:
    """What a turn visited; a name may come twice."""
    for effect in handled.turn.effects:
        if isinstance(effect, Ask):
            question = sc.question_of(handled.flow, effect.screen)
            if question is not None:
                yield f"question {question.ask}"
        elif isinstance(effect, Advise):
            yield from (f"line {line}" for line in effect.lines)
    yield from (f"rule {rule}" for rule in handled.turn.trace.fired)


def visited_by(outcome: Played) -> frozenset[str]:
    """What a play in memory visited."""
    return frozenset(name for handled in outcome.handled for name in visited_in(handled))


def edited_names(old: Flow, new: Flow) -> frozenset[str]:
    """What is not the same in two versions of a flow, its condition and its words included."""
    before, after = dict(_said(old)), dict(_said(new))
    return frozenset(name for name in {**before, **after} if before.get(name) != after.get(name))


def _said(flow: Flow) -> Iterator[tuple[str, Any]]:
    """Everything that has a name, with all that the flow says of it."""
    texts = list(flow.texts.values())
    for asked in flow.asking:
        name = asked.question.ask
        yield f"question {name}", (asked.question, asked.node, [t.questions.get(name) for t in texts])
    for rule in flow.rules:
        name = rule.rule.rule
        yield f"rule {name}", (rule.rule, rule.node, [t.rules.get(name) for t in texts])
    for line in flow.lines:
        name = line.line.line
        yield f"line {name}", (line.line, line.node, [t.advice.get(name) for t in texts])
