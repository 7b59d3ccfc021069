"""What a text says as a whole: a plain yes, no or "not sure", and a wish to die."""

from __future__ import annotations

from bot.understanding.patterns import Match
from bot.understanding.scope import HYPOTHETICAL, MAYBE, Scope
from bot.understanding.words import Words

_LONGEST_WORD = 16
"""Words of a text that may still be nothing but a yes or a no."""


def polarity(words: Words, match: Match, list_open: bool, none_says: str = "") -> str | None:
    """Whether the text is nothing but a yes, a no or a "not sure". A thumb up says "none of these" to a list (`list_open`).

    `none_says`: the name of phrases that say "none of these" to the open list.
    """
    said = words.words
    if len(said) > _LONGEST_WORD:
        return None
    found = {name: match.spans(name) for name in ("say_no", "say_yes", "say_unsure", "thumb")}
    if none_says:
        found["say_no"] = (*found["say_no"], *match.spans(none_says))
    every = [(span, name) for name, spans in found.items() for span in spans]
    if not every:
        return None
    covered: set[int] = set()
    meant: set[str] = set()
    for span, name in sorted(every, key=lambda e: e[0][0] - e[0][1]):
        if not covered & set(range(*span)):
            covered |= set(range(*span))
            meant.add(name)
    if not _all_of_it(words, match, covered):
        return None
    if "say_unsure" in meant:
        return "not_sure"
    if "thumb" in meant:
        return "no" if list_open or "say_no" in meant else "yes"
    if meant == {"say_no", "say_yes"} and not list_open:
        first = min(((s, n) for s, n in every), key=lambda e: e[0])[1]
        return "no" if first == "say_no" else "yes"
    return "no" if "say_no" in meant else "yes"


def greeting(words: Words, match: Match) -> bool:
    """Whether the text is nothing but a greeting."""
    spans = match.spans("greeting")
    return bool(spans) and _all_of_it(words, match, {place for span in spans for place in range(*span)})


def _all_of_it(words: Words, match: Match, covered: set[int]) -> bool:
    """Whether nothing is left of the text but polite words."""
    polite = {place for span in match.spans("polite") for place in range(*span)}
    return all(place in covered or place in polite or not word.isalnum() for place, word in enumerate(words.words))


def crisis(match: Match, scope: Scope) -> bool:
    """A wish to die or to harm oneself, not denied, not of somebody else, not a manner of speaking."""
    unless = match.spans("crisis.unless")
    for span in match.spans("crisis.plain"):
        if any(u[0] < span[1] and span[0] < u[1] for u in unless):
            continue
        if scope.verdict(span, True) in (None, MAYBE, HYPOTHETICAL):
            return True
    return False
