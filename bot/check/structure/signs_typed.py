"""A red flag can be typed: its line has phrases to read it by, wherever lines of that language have them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.conditions.nodes import Node, Not, Nothing, Ticked, parts_of
from bot.core.flow.compiled import Flow
from bot.core.model.files.parts import Kind, Level
from bot.core.model.findings import Finding

URGENT = (Level.emergency, Level.same_day)


def signs_have_phrases(flow: Flow) -> Iterator[Finding]:
    """FLOW073: a line of a list that a rule of level emergency or same day counts, without phrases (`says:`) of its own.

    A language in which no line has phrases is one in which nothing is typed: there it is no finding.
    """
    counted = _counted(flow)
    for lang, texts in flow.texts.items():
        if not any(words.says for question in texts.questions.values() for words in question.options.values()):
            continue
        for question in flow.interview.questions:
            for option in question.options if question.kind is Kind.many else ():
                rule = counted.get((question.ask, option.id))
                if rule is None or texts.questions[question.ask].options[option.id].says:
                    continue
                yield Finding(
                    flow.place(f"texts.{lang}.yaml", ("questions", question.ask, "options", option.id)), "FLOW073",
                    f'"{option.id}" is a red flag (rule "{rule}"), and no phrase says how patients type it.',
                    "Write some under `says:`, as patients would put it: `says: [my chest hurts, tight chest]`.",
                )  # fmt: skip


def _counted(flow: Flow) -> dict[tuple[str, str], str]:
    """Question and line -> the first urgent rule for which a tick counts. A line that only keeps a rule from firing is none:
    unheard, it leaves the level where it is."""
    lines = {q.ask: [option.id for option in q.options] for q in flow.interview.questions}
    found: dict[tuple[str, str], str] = {}
    for rule in flow.rules:
        if rule.rule.level not in URGENT:
            continue
        for leaf, denied in _with_sense(rule.node, False):
            if isinstance(leaf, Ticked) and not denied:
                found.setdefault((leaf.question, leaf.option), rule.rule.rule)
            elif isinstance(leaf, Nothing) and denied:
                for line in lines[leaf.question]:
                    found.setdefault((leaf.question, line), rule.rule.rule)
    return found


def _with_sense(node: Node, denied: bool) -> Iterator[tuple[Node, bool]]:
    """The leaves of a condition, each with whether an odd number of `not` stands before it."""
    parts = parts_of(node)
    if not parts:
        yield node, denied
    for part in parts:
        yield from _with_sense(part, denied != isinstance(node, Not))
