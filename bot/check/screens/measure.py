"""A message measured as a phone shows it: lines of so many characters, choices, words, and how hard it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from bot.core.conversation import screens as sc
from bot.core.flow.compiled import Flow
from bot.core.rendering.message import Message
from bot.core.rendering.phone_lines import before_unfolding

FEWEST_WORDS = 30
"""A formula says nothing of fewer words than these."""

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['\u2019-][^\W\d_]+)*(?!\w)")
"""A word: letters only, so that the version at the end of an advice is none."""
_VOWELS = re.compile(r"[aeiouy]+")
_UMLAUTS = re.compile(r"[aeiouyäöü]+")
_END = re.compile(r"[.!?:;]+(?:\s|$)|\n")


def choices_of(flow: Flow, message: Message) -> int:
    """The buttons that have to be chosen from: none of these, not sure, done and the way out are on every screen, and the lines
    of the review that can be changed are as many as were answered."""
    nones = {q.none for q in flow.interview.questions if q.none}
    always = nones | {sc.NOT_SURE, sc.DONE, sc.ALL, sc.STOP_HERE}
    choices = [b.choice for row in message.rows for b in row if not b.choice.startswith(sc.CHANGE_PREFIX)]
    return sum(1 for choice in choices if choice not in always)


def word_count(text: str) -> int:
    """The words of a text; a number is none."""
    return len(_WORD.findall(text))


@lru_cache(maxsize=4096)
def grade_of(text: str, lang: str) -> float | None:
    """The school year from which on a text is read with ease; None where it is too short, or no formula is known. Remembered:
    most screens say the same to many kinds of people."""
    formula = FORMULAS.get(lang.partition("-")[0])
    if formula is None or word_count(text) < FEWEST_WORDS:
        return None
    sentences = sum(1 for part in _END.split(text) if word_count(part))
    return formula([w.lower() for w in _WORD.findall(text)], max(1, sentences))


def _flesch_kincaid(words: list[str], sentences: int) -> float:
    syllables = sum(_syllables(w) for w in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    """English syllables by the groups of vowels; an e at the end is mute, but for -le."""
    word = re.sub(r"(?<=[^aeiouyl])es?$|(?<=[^aeiouytd])ed$|(?<=[aeiouy]l)es?$", "", word) if len(word) > 3 else word
    return max(1, len(_VOWELS.findall(word)))


def _wiener(words: list[str], sentences: int) -> float:
    """The first Wiener Sachtextformel, for German."""
    syllables = [max(1, len(_UMLAUTS.findall(w))) for w in words]
    share = 100 / len(words)
    many, one = sum(n >= 3 for n in syllables) * share, sum(n == 1 for n in syllables) * share
    long = sum(len(w) > 6 for w in words) * share
    return 0.1935 * many + 0.1672 * len(words) / sentences + 0.1297 * long - 0.0327 * one - 0.875


FORMULAS: Mapping[str, Callable[[list[str], int], float]] = {"en": _flesch_kincaid, "de": _wiener}
"""Language -> what tells the school year from its words and the number of its sentences."""


def measured_text(messages: Iterable[Message]) -> str:
    """The words of messages as one text, without their buttons and what unfolds."""
    return "\n".join(before_unfolding(m).plain() for m in messages)
