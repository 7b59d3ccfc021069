"""The word lists of one language, read from `languages/<code>/*.yaml` and compiled. Nothing about any language is in Python.

A language is a folder of YAML files whose parts are put together: spelling, groups of phrases, cues, numbers and dates,
and which words mean which option. Operators' own phrases (`says:` of a flow's texts) are added to the options.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .patterns import Grammar, PatternError, spell_out
from .words import Speller, Spelling

FOLDER = Path(__file__).parent / "languages"

READINGS = ("plain", "possible", "denied", "unless", "unless_in_sentence")
"""What phrases of an option can say of it."""

TIME_CUES = ("began", "not_the_onset", "still_the_onset", "per_spasm", "not_one_spasm", "complaint")
"""Lists of the time words that are matched as groups: `time.began` and so on."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language, compiled. `parts` holds the parts of the files that are no patterns (numbers, dates, ages, pain)."""

    code: str
    spelling: Spelling
    grammar: Grammar
    options: Mapping[str, Mapping[str, Any]]
    parts: Mapping[str, Any]


def read_parts(folder: Path) -> dict[str, Any]:
    """The files of a language folder put together: what has the same name is joined (`_together`). Raises PatternError."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # words stay words: "no" and "on" are no truth values
    parts: dict[str, Any] = {}
    for file in sorted(folder.glob("*.yaml")):
        try:
            read = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
        except yaml.YAMLError as error:
            raise PatternError(f"{file.name}: {error}") from error
        if not isinstance(read, dict):
            raise PatternError(f"{file.name}: a word list is a mapping")
        parts = _together(parts, read)
    if not parts:
        raise PatternError(f"no word lists in {folder}")
    return parts


def _together(one: Any, other: Any) -> Any:
    """Two parts of the same name: mappings are joined name by name, lists are appended, and else the later one holds."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: _together(one.get(key), value) for key, value in other.items()}}
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else other


def load(code: str, says: Mapping[str, Iterable[str]] | None = None, folder: Path = FOLDER) -> Language | None:
    """The language `code` with operators' phrases `says` (option id -> phrases); None if there are no word lists for it.

    Raises PatternError, which names the phrase, if a word list cannot be read.
    """
    home = folder / code
    if not home.is_dir():
        home = folder / code.partition("-")[0]
    if not home.is_dir():
        return None
    parts = read_parts(home)
    opened = {str(key): tuple(str(value).split()) for key, value in (parts.get("opened") or {}).items()}
    pictures = {str(key): tuple(str(value).split()) for key, value in (parts.get("pictures") or {}).items()}
    options: dict[str, Mapping[str, Any]] = dict(parts.get("options") or {})
    groups = dict((parts.get("groups") or {}).items())
    crisis = parts.get("crisis") or {}
    for reading in ("plain", "unless"):
        groups[f"crisis.{reading}"] = crisis.get(reading, ())
    for cue in TIME_CUES:
        groups[f"time.{cue}"] = parts.get(cue) or ()
    for option, rule in options.items():
        for reading in READINGS:
            if rule.get(reading):
                groups[f"{option}.{reading}"] = rule[reading]
    kinds = parts.get("kinds") or {}
    for option, rule in options.items():
        alike = kinds.get(rule.get("kind", ""), {})
        for reading, listed in alike.items():
            name = f"{option}.{reading}"
            groups[name] = [*groups.get(name, ()), *(str(p).replace("<*>", f"<{option}.plain>") for p in listed)]
    for option, phrases in (says or {}).items():
        told = [_literal(phrase) for phrase in phrases]
        groups[f"{option}.plain"] = [*groups.get(f"{option}.plain", ()), *(p for p in told if p)]
        options.setdefault(option, {})
    small = frozenset(str(parts.get("small", "")).split())
    grammar = Grammar(
        groups,
        small,
        _words_of(parts, "binding"),
        opened,
        (_words_of(parts, "no_words"), _words_of(parts, "can_words")),
    )
    for words in _listed(parts):
        grammar.vocabulary.update(words.split())
    targets = frozenset(word for line in parts.get("mend") or () for word in spell_out(str(line)))
    known = (
        frozenset(f"{parts.get('known', '')} {parts.get('as_they_are', '')}".split())
        | small
        | frozenset(opened)
        | grammar.vocabulary
    )
    breaks = frozenset(map(str, parts.get("breaks") or ()))
    spelling = Spelling.of(opened, pictures, breaks, Speller(targets, known, _words_of(parts, "parted")))
    return Language(code, spelling, grammar, options, parts)


def _words_of(parts: Mapping[str, Any], name: str) -> frozenset[str]:
    return frozenset(map(str, parts.get(name) or ()))


def _literal(phrase: str) -> str:
    """An operator's phrase without the signs that patterns use."""
    return re.sub(r"[^\w\s'-]|_", " ", phrase.lower()).replace("-", " ").replace("'", "").strip()


def _listed(parts: Mapping[str, Any]) -> Iterable[str]:
    """All words of the parts that are no patterns, so that slips in them are mended too."""
    for key, value in parts.items():
        if key not in (
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
        ):
            yield from _leaves(value)


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _leaves(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner)
