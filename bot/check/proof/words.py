"""What words must say, and must never say: the rules for words of safety.yaml, held against every text that patients read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from bot.check.answers.results import Failed
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.governance import WordRule
from bot.core.model.files.texts import whoever_for

_TOKENS = re.compile(r"\{\w+\}|\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[.!?:;,]")
_PARTS = re.compile(r"\.\.|[()|#]|\{\w+\}|[^\W_]+(?:'[^\W_]+)*\*?|\s+|.")
_ENDS = frozenset(".!?:;")
_MEANS = {"..": r"(?:(?:\w[^ ]*|,) ){0,4}", "(": "(?:", ")": ")", "|": "|", "#": r"\d\S* "}
CODE = "FLOW064"
REMEMBERED = 100_000
"""Words and rules whose verdict is remembered: of an edit only the words that it changed are looked at."""


class Text(NamedTuple):
    """A text that patients read: its file and where it stands there, what it is called whoever it is for, its words, and the same
    folded."""

    file: str
    at: tuple[str | int, ...]
    key: str
    words: str
    folded: str


class BadPattern(ValueError):
    """A pattern that means nothing. The message says why."""


@lru_cache(1_000)
def word_pattern(written: str) -> re.Pattern[str]:
    """A pattern of safety.yaml, to be searched in folded words. Raises BadPattern."""
    made = "".join(_regex(part) for part in _PARTS.findall(written.lower().replace("\u2019", "'")))
    try:
        found = re.compile(rf"(?<!\S)(?:{made})")
    except re.error:
        raise BadPattern(f'"{written}" has a bracket too many or too few') from None
    if found.search("") is not None:
        raise BadPattern(f'"{written}" could be nothing at all')
    return found


def _regex(part: str) -> str:
    if part in _MEANS:
        return _MEANS[part]
    if part.isspace():
        return ""
    if not re.fullmatch(r"\{\w+\}|[^\W_]+(?:'[^\W_]+)*\*?", part):
        raise BadPattern(f'"{part}" means nothing here: write words, #, (a|b), .. and *')
    return f"{re.escape(part.removesuffix('*'))}{'[^ ]*' if part.endswith('*') else ''} "


@lru_cache(REMEMBERED)
def folded(text: str) -> str:
    """The words of a text in small letters, a space after each; ends of sentences are full stops."""
    tokens = _TOKENS.findall(text.lower().replace("\u2019", "'"))
    return "".join(f"{'.' if token in _ENDS else token} " for token in tokens)


def texts_of(flow: Flow, lang: str, rule: WordRule) -> list[Text]:
    """The texts that a rule is about, for each audience that has its own."""
    about = tuple(rule.of)
    return [text for text in _all(flow, lang) if _is_about(about, text.key)]


@lru_cache(REMEMBERED)
def _is_about(about: tuple[str, ...], key: str) -> bool:
    return any(fnmatchcase(key, of) for of in about)


@per_flow
def _all(flow: Flow, lang: str) -> tuple[Text, ...]:
    said: list[tuple[str, tuple[str | int, ...], str, str]]
    said = [(f"texts.{lang}.yaml", at, ".".join(whoever_for(at)), words) for at, words in flow.texts[lang].said()]
    for number, claim in enumerate(flow.evidence.claims):
        if claim.claim not in flow.texts[lang].claims:
            said.append(("evidence.yaml", ("claims", number, "says"), f"claims.{claim.claim}", claim.says))
    return tuple(Text(*one, folded(one[-1])) for one in said)


def rule_is_kept(flow: Flow, rule: WordRule) -> Iterator[Failed]:
    """A rule for words, in every language: what is said that never may be, what is not said that must be."""
    try:
        yield from _broken(flow, rule)
    except BadPattern as reason:
        yield _guards_nothing(flow, rule, f"{reason}")


def _broken(flow: Flow, rule: WordRule) -> Iterator[Failed]:
    for lang in flow.texts:
        texts = texts_of(flow, lang, rule)
        if not texts or not (rule.says.get(lang) or rule.never_says.get(lang)):
            why = "there is no such text" if not texts else "it has no patterns for that language"
            yield _guards_nothing(flow, rule, f"in texts.{lang}.yaml {why}")
        asked = _Asked(*(tuple(found.get(lang, ())) for found in (rule.but_for, rule.never_says, rule.says)))
        for pattern in (*asked.harmless, *asked.never, *asked.must):
            word_pattern(pattern)  # one that means nothing is said even if there is nothing to search
        found = {text: _found(asked, text.folded) for text in texts}
        nowhere = tuple(one for one in asked.must if all(one in lacking for _, lacking in found.values()))
        for text, (said, lacking) in found.items():
            if rule.together:
                lacking = nowhere if text is texts[0] else ()
            if said or lacking:
                faults = [f"says {_quoted(said)}"] * bool(said) + [f"does not say {_quoted(lacking)}"] * bool(lacking)
                yield _failed(flow, rule, text, " and ".join(faults))


class _Asked(NamedTuple):
    """What a rule asks of words: patterns that are harmless, that must never be said, that must be said."""

    harmless: tuple[str, ...]
    never: tuple[str, ...]
    must: tuple[str, ...]


@lru_cache(REMEMBERED)
def _found(asked: _Asked, words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the words say that they never may, and what they do not say that they must. Raises BadPattern."""
    lacking = tuple(one for one in asked.must if word_pattern(one).search(words) is None)
    for harmless in asked.harmless:
        words = word_pattern(harmless).sub(". ", words)
    hits = (word_pattern(one).search(words) for one in asked.never)
    return tuple(hit[0].strip() for hit in hits if hit is not None), lacking


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f'"{one}"' for one in words)


def _guards_nothing(flow: Flow, rule: WordRule, why: str) -> Failed:
    number = flow.safety.words.index(rule)
    place = flow.place("safety.yaml", ("words", number, "words"))
    return Failed(
        "FLOW065", rule.words, place, f'"{rule.words}" guards nothing: {why}.',
        "Mend its `of:` or its patterns.",
    )  # fmt: skip


def _failed(flow: Flow, rule: WordRule, text: Text, what: str) -> Failed:
    place, name = flow.place(text.file, text.at), f"{rule.words}:{'.'.join(map(str, text.at))}"
    return Failed(CODE, name, place, f'"{_cut(text.words)}" {what} ("{rule.words}").', rule.because)


def _cut(words: str, most: int = 160) -> str:
    return words if len(words) <= most else f"{words[: most - 3].rsplit(' ', 1)[0]} ..."
