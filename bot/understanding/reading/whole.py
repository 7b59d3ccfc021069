"""What a text says as a whole: a plain yes, no or "not sure", and a wish to die; and what one says that was read in part."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from bot.core.model.readings import Reading, Reply, Unclear
from bot.understanding.patterns.match import Match
from bot.understanding.scope.cues import HYPOTHETICAL, MAYBE
from bot.understanding.scope.verdict import Scope
from bot.understanding.words import SpokenWords

_LONGEST_WORD = 16
"""Words of a text that may still be nothing but a yes or a no."""


def polarity(words: SpokenWords, match: Match, list_open: bool) -> str | None:
    """Whether the text is nothing but a yes, a no or a "not sure". A thumb up says "none of these" to a list (`list_open`)."""
    said = words.words
    if len(said) > _LONGEST_WORD:
        return None
    found = {name: match.spans(name) for name in ("say_no", "say_yes", "say_unsure", "thumb")}
    every = [(span, name) for name, spans in found.items() for span in spans]
    if not every:
        return None
    covered: set[int] = set()
    meant: set[str] = set()
    for span, name in sorted(every, key=lambda e: e[0][0] - e[0][1]):
        if not covered & set(range(*span)):
            covered |= set(range(*span))
            meant.add(name)
    for span in match.spans("polite"):
        covered |= set(range(*span))
    if any(place not in covered and _says_something(word) for place, word in enumerate(said)):
        return None
    if match.spans("strict_yes") and match.spans("strict_no") and not match.spans("yes_and_no"):
        return None  # a yes beside a no is neither
    if "say_unsure" in meant:
        return "not_sure"
    if "thumb" in meant:
        return "no" if list_open or "say_no" in meant else "yes"
    if meant == {"say_no", "say_yes"} and not list_open:
        opening = match.spans("acknowledges")
        yes = [span for span, name in every if name == "say_yes"]
        if all(span[1] <= 1 and span in opening for span in yes):
            return "no"  # "right, no"; "ok so none"
        first = min(((s, n) for s, n in every), key=lambda e: e[0])[1]
        return "no" if first == "say_no" else "yes"
    return "no" if "say_no" in meant else "yes"


def nothing_but(words: SpokenWords, match: Match, name: str) -> bool:
    """Whether the text is nothing but phrases of this name and a word of courtesy: no figure, no picture, no question."""
    spans = match.spans(name)
    covered = {place for span in (*spans, *match.spans("courtesy")) for place in range(*span)}
    left = (word for place, word in enumerate(words.words) if place not in covered)
    return bool(spans) and all(unicodedata.category(c)[0] in "PZ" and c != "?" for word in left for c in word)


def _says_something(word: str) -> bool:
    """Whether it is a word or a figure: "39.5" is no word, but may be a temperature."""
    return word.isalnum() or any(c.isdigit() for c in word)


def crisis(match: Match, scope: Scope) -> bool:
    """A wish to die or to harm oneself, not denied, not of somebody else, not a manner of speaking."""
    unless = match.spans("crisis.unless")
    for span in match.spans("crisis.plain"):
        if any(u[0] < span[1] and span[0] < u[1] for u in unless):
            continue
        if scope.verdict(span, True) in (None, MAYBE, HYPOTHETICAL):
            return True
    return False


def in_doubt(reading: Reading, question: str | None) -> Reading:
    """The reading of the part that was read, of a message that may go on to say the opposite: its signs count, nothing is denied or
    answered by it, it is asked about. `question`: the open one."""
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
