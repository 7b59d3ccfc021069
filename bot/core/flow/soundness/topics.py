"""Checks of the topics that people ask about after the advice: each has words, claims, and something to say at every level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.flow.draft import Draft
from bot.core.flow.yaml_places import Path
from bot.core.model.files.parts import Level
from bot.core.model.findings import Finding, did_you_mean

from .twice import met_before

FILE = "answers.yaml"
ASKED_AT = (Level.self_care, Level.see_soon, Level.same_day)
"""Levels at which questions are answered: an emergency stands alone."""


def topics_are_whole(draft: Draft) -> Iterator[Finding]:
    """FLOW020, FLOW028: a topic or a line twice, an emergency among the levels, a level at which a topic may have no answer."""
    for name, _, at in met_before((t.topic, i, ("topics", i, "topic")) for i, t in enumerate(draft.topics)):
        yield draft.finding(FILE, at, "FLOW020", f'There is already a topic "{name}".', "Rename one of them.")
    for i, topic in enumerate(draft.topics):
        lines = [(line.line, n, ("topics", i, "lines", n, "line")) for n, line in enumerate(topic.lines)]
        for name, _, at in met_before(lines):
            message = f'There is already a line "{name}" in "{topic.topic}".'
            yield draft.finding(FILE, at, "FLOW020", message, "Rename one of them.")
        for n, line in enumerate(topic.lines):
            if Level.emergency in line.levels:
                message = "In an emergency nothing is told but the emergency."
                yield draft.finding(
                    FILE, ("topics", i, "lines", n, "levels"), "FLOW028", message, "Take that level out."
                )
        for level in ASKED_AT:
            if not any(level in line.levels and line.when is None for line in topic.lines):
                message = f'"{topic.topic}" has no line that is always told at {level}.'
                yield draft.finding(FILE, ("topics", i), "FLOW028", message, "Add one without `when`.")


def topics_are_said(draft: Draft) -> Iterator[Finding]:
    """FLOW020, FLOW022, FLOW023: words of topics, their lines and groups that are missing, too many, or mean two topics."""
    for lang, texts in draft.texts.items():
        file = f"texts.{lang}.yaml"
        by_id = {topic.topic: topic for topic in draft.topics}
        yield from _named(draft, file, ("topics",), set(by_id), texts.topics)
        yield from _named(draft, file, ("topic_groups",), {t.behind for t in draft.topics}, texts.topic_groups)
        for name, topic in by_id.items():
            if name in texts.topics:
                lines = {line.line for line in topic.lines}
                yield from _named(draft, file, ("topics", name, "lines"), lines, texts.topics[name].lines)
        phrases = (
            (phrase, name, ("topics", name, "says", n))
            for name in texts.topics
            if name in by_id
            for n, phrase in enumerate(texts.topics[name].says)
        )
        for phrase, other, at in met_before(phrases, str.casefold):
            yield draft.finding(file, at, "FLOW020", f'"{phrase}" already asks about "{other}".', "Keep it for one.")


def _named(draft: Draft, file: str, path: Path, wanted: set[str], had: Iterable[str]) -> Iterator[Finding]:
    under, names = ".".join(map(str, path)), set(had)
    for name in sorted(wanted - names):
        yield draft.finding(file, path, "FLOW022", f'No words for "{name}" under {under}.', "Write them.", key=True)
    for name in sorted(names - wanted):
        remedy = did_you_mean(name, wanted - names) or "Delete it."
        message = f'"{name}" under {under} belongs to nothing.'
        yield draft.finding(file, (*path, name), "FLOW023", message, remedy, key=True)
