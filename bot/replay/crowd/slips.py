"""How people type: fillers, hedges, slips of the finger. English; what a language lacks is left out."""

from __future__ import annotations

import random

FILLERS = ("um ", "well ", "ok so ", "hi ", "erm ", "right, ", "oh ", "hello, ", "sorry, ")
CLOSINGS = (" thanks", " please", " tbh", " love", " lol", " mate", "...", " :)", "!!", " doctor")
HEDGES = ("i think ", "maybe ", "probably ", "i suppose ", "possibly ", "could be ")
ALWAYS = 5
"""Letters of a word from which on a slip leaves it readable."""


def with_filler(text: str, rng: random.Random) -> str:
    """The words with something beside them that says nothing."""
    return rng.choice(FILLERS) + text if rng.random() < 0.5 else text + rng.choice(CLOSINGS)


def with_hedge(text: str, rng: random.Random) -> str:
    """The words as somebody says them who is not quite sure."""
    hedge = rng.choice(HEDGES)
    return hedge + text if rng.random() < 0.7 else f"{text}, {hedge.strip()}"


def with_slip(text: str, rng: random.Random) -> str:
    """The words with one slip of the finger in a word that is long enough; the same words if none is."""
    words = text.split(" ")
    long = [n for n, word in enumerate(words) if len(word) >= ALWAYS and word.isalpha()]
    if not long:
        return text
    at = rng.choice(long)
    word, n = words[at], rng.randrange(1, len(words[at]) - 1)
    words[at] = rng.choice(
        (word[:n] + word[n + 1 :], word[:n] + word[n] + word[n:], word[:n] + word[n + 1] + word[n] + word[n + 2 :])
    )
    return " ".join(words)


def with_case(text: str, rng: random.Random) -> str:
    """The words in capitals, as a sentence, or as they are."""
    return rng.choice((text, text, text, text.capitalize(), text.upper()))
