"""Texts that another language has word for word from the first: nobody may have translated them. A note, not a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.core.flow.compiled import Flow
from bot.core.model.files.texts import Key, whoever_for
from bot.core.model.findings import Place

_FILLED_IN = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 2
"""Letters of the shortest word; a single one is a symbol or a unit."""


class SameText(NamedTuple):
    """A text that reads as in the language `of`."""

    lang: str
    of: str
    place: Place
    words: str


def untranslated(flow: Flow) -> tuple[SameText, ...]:
    """Every text of the other languages that equals that of the first (English, where the flow speaks it), in their order.

    Left out is what is equal by nature: numbers, words in braces, single letters, abbreviations in capitals, names of
    countries, and one-word labels of the lists that `screens: names:` says are names.
    """
    first = "en" if "en" in flow.texts else next(iter(flow.texts))
    known = dict(flow.texts[first].said())
    return tuple(
        SameText(lang, first, flow.place(f"texts.{lang}.yaml", at), words)
        for lang, texts in flow.texts.items()
        if lang != first
        for at, words in texts.said()
        if known.get(at) == words and at != ("name",) and not _by_nature(flow, at, words)
    )


def _by_nature(flow: Flow, at: Key, words: str) -> bool:
    said = [w for w in _WORD.findall(_FILLED_IN.sub(" ", words)) if len(w) >= SHORTEST and not w.isupper()]
    return not said or at[0] == "countries" or (len(said) == 1 and _in_list_of_names(flow, whoever_for(at)))


def _in_list_of_names(flow: Flow, at: Key) -> bool:
    return at[0] == "questions" and "options" in at and at[1] in flow.interview.screens.names


def untranslated_lines(found: tuple[SameText, ...], most: int | None) -> Iterator[str]:
    """What `check` notes of them, for each language: how many and the first few, or all of them (`most`: None)."""
    for lang in dict.fromkeys(text.lang for text in found):
        own = [text for text in found if text.lang == lang]
        yield f"  untranslated  {lang}: {len(own)} texts read as in {own[0].of}; no finding, but look whether they are meant so"
        yield from (f"                {text.place}  {text.words}" for text in own[:most])
        if most is not None and len(own) > most:
            yield f"                ... and {len(own) - most} more: `symptom-bot check --untranslated` lists them"
