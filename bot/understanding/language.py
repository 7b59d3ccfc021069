"""One language compiled from its word lists. Nothing about any language is in Python.

A language is a folder of YAML files whose parts are put together (`lists`): spelling, groups of phrases, cues, numbers and
dates, and which words mean which option. Operators' own phrases (`says:` of a flow's texts) are added to the options.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.understanding.lists.model import Lists, OptionWords, Part
from bot.understanding.lists.reading import read_lists
from bot.understanding.patterns.grammar import Grammar
from bot.understanding.patterns.phrases import spell_out
from bot.understanding.screen.classifier import FILE, Classifier, read_classifier

from .words import Speller, Spelling

FOLDER = Path(__file__).parent / "languages"

READINGS = ("plain", "possible", "denied", "unless", "unless_in_sentence")
"""What phrases of an option can say of it."""

TIME_CUES = (
    "began",
    "this_bout",
    "not_the_onset",
    "still_the_onset",
    "per_spasm",
    "not_one_spasm",
    "of_another_spasm",
    "complaint",
)
"""Lists of the time words that are matched as groups: `time.began` and so on."""

_NOT_WORDS = frozenset(
    {
        "groups",
        "options",
        "crisis",
        "opened",
        "pictures",
        "known",
        "small",
        "mend",
        "parted",
        "as_they_are",
        "ordinary",
        "never_mended_to",
        "account",
        "names",
    }
)
"""Parts whose words are patterns, or that are spelt otherwise: slips in the others are mended too."""

NOTHING = OptionWords()


@dataclass(frozen=True, slots=True)
class Language:
    """One language, compiled. `lists`: the word lists as they were read; `classifier`: what was learnt from replies."""

    code: str
    spelling: Spelling
    grammar: Grammar
    options: Mapping[str, OptionWords]
    lists: Lists
    classifier: Classifier


def load(code: str, says: Mapping[str, Iterable[str]] | None = None, folder: Path = FOLDER) -> Language | None:
    """The language `code` with operators' phrases `says` (option id -> phrases); None if there are no word lists for it.

    Raises PatternError, which names the phrase, if a word list cannot be read.
    """
    home = folder / code
    if not home.is_dir():
        home = folder / code.partition("-")[0]
    if not home.is_dir():
        return None
    files = sorted(f for f in home.iterdir() if f.suffix == ".yaml" or f.name == FILE)
    compiled = _compiled(home, tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files))
    told = {f"{option}.plain": [p for p in map(_literal, spoken) if p] for option, spoken in (says or {}).items()}
    grammar = compiled.grammar.with_phrases(told) if told else compiled.grammar
    options = {**dict.fromkeys(says or (), NOTHING), **compiled.options}
    lists, opened = compiled.lists, compiled.spelling.opened
    speller = _speller(lists, grammar.vocabulary, frozenset(lists.small.split()) | frozenset(opened))
    return Language(code, replace(compiled.spelling, speller=speller), grammar, options, lists, compiled.classifier)


@lru_cache(maxsize=4)
def _compiled(home: Path, _files: tuple[tuple[str, int, int], ...]) -> Language:
    """The word lists of a folder, compiled once for all flows as long as its files are the same. Its speller mends nothing: each
    flow has one of its own."""
    lists = read_lists(home)
    opened = {key: tuple(value.split()) for key, value in lists.opened.items()}
    lone = {key: tuple(value.split()) for key, value in lists.lone.items()}
    pictures = {key: tuple(value.split()) for key, value in lists.pictures.items()}
    options = dict(lists.options)
    groups: dict[str, Iterable[str]] = dict(lists.groups)
    groups["crisis.plain"], groups["crisis.unless"] = lists.crisis.plain, lists.crisis.unless
    for cue in TIME_CUES:
        groups[f"time.{cue}"] = getattr(lists, cue)
    for name, phrases in lists.requests.items():
        groups[f"request.{name}"] = phrases
    for question, answers in lists.screens.items():
        for answer, phrases in answers.items():
            reading = "possible" if answer.endswith("?") else "plain"
            groups[f"{question}/{answer.rstrip('?')}.{reading}"] = phrases
    for dictionary, kinds in lists.names.items():
        for kind, named in kinds.items():
            groups[f"names.{dictionary}.{kind}"] = named.names
    for option, rule in options.items():
        for reading in READINGS:
            if read := getattr(rule, reading):
                groups[f"{option}.{reading}"] = read
        for reading, listed in lists.kinds.get(rule.kind, {}).items():
            name = f"{option}.{reading}"
            groups[name] = [*groups.get(name, ()), *(p.replace("<*>", f"<{option}.plain>") for p in listed)]
    small = frozenset(lists.small.split())
    grammar = Grammar(
        groups, small, frozenset(lists.binding), opened, (frozenset(lists.no_words), frozenset(lists.can_words))
    )
    for words in _listed(lists):
        grammar.vocabulary.update(words.split())
    speller = Speller(frozenset(), frozenset())
    spelling = Spelling.of(opened, lone, pictures, frozenset(lists.breaks), speller)
    return Language(home.name, spelling, grammar, options, lists, read_classifier(home))


def _speller(lists: Lists, told: Iterable[str], short: frozenset[str]) -> Speller:
    """What slips are mended to: the words that matter, then those of the phrases (`told`), then ordinary ones; never a "no"."""
    never = frozenset(lists.never_mended_to.split())
    matter = frozenset(word for line in lists.mend for word in spell_out(line)) - never
    names = frozenset(name for kinds in lists.names.values() for named in kinds.values() for name in named.names)
    ordinary = frozenset(f"{lists.known} {lists.ordinary}".split())
    spoken = frozenset(word for word in told if word.isalpha()) - never
    able = frozenset(lists.can_words)
    spoken |= {
        key for key, means in lists.opened.items() if len(key) > 3 and key.isalpha() and means.split()[0] in able
    }
    known = ordinary | frozenset(lists.as_they_are.split()) | frozenset(told) | short
    return Speller(matter, known, frozenset(lists.parted), (spoken - names - matter, ordinary - never))


def _literal(phrase: str) -> str:
    """An operator's phrase without the signs that patterns use, but for the gap: ` .. `."""
    parts = (_words_alone(part) for part in re.split(r"\s\.\.\s", phrase.lower()))
    return " .. ".join(part for part in parts if part)


def _words_alone(phrase: str) -> str:
    return re.sub(r"[^\w\s'-]|_", " ", phrase).replace("-", " ").replace("'", "").strip()


def _listed(lists: Lists) -> Iterator[str]:
    """All words of the parts that are no patterns, so that slips in them are mended too."""
    for field, info in type(lists).model_fields.items():
        if (info.alias or field) not in _NOT_WORDS:
            yield from _leaves(getattr(lists, field))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Part):
        for field in type(value).model_fields:
            yield from _leaves(getattr(value, field))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _leaves(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _leaves(inner)
