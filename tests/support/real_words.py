"""Messages built from real words: labelled phrases, what the flow's screens say, names of medicines and illnesses, denials,
connectors and typos. For the laws that must hold whatever is typed, which random letters hardly try."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.support.places import ROOT, TESTS
from tests.support.talking import back_spasm

LANGUAGE = ROOT / "bot" / "understanding" / "languages" / "en"

DENIALS = (
    "no",
    "nope",
    "none",
    "nah",
    "none of these",
    "nothing",
    "no problems",
    "all fine",
    "not at all",
    "never",
    "0",
)
"""Ways to say no to a whole list."""

TELLING = (
    "but",
    "except",
    "apart from",
    "only",
    "just a bit of",
    "well",
    "until today, now",
    "other than",
    "though",
    "yes",
)
"""Words that can turn a denial round."""

CONNECTING = (
    "", "as", "so", "than", "when", "since", "in fact", "if anything", "besides", "and", "then", "even", "because",
    "however", "although", "still", "also", "plus", "actually",
)  # fmt: skip
"""What may stand between a denial and a statement and turns the denial round, or is nothing at all."""

FILLERS = (
    "",
    "hi",
    "thanks",
    "i think",
    "to be honest",
    "please",
    "maybe",
    "and",
    "or",
    "2",
    "8/10",
    "since tuesday",
    "?",
)


def _texts(value: Any) -> Iterator[str]:
    """The phrases of a file: the first of each pair, or all below a label."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
            return
        for below in value.values():
            yield from _texts(below)
    elif isinstance(value, list):
        if value and isinstance(value[0], str) and any(not isinstance(x, str) for x in value):
            yield value[0]
        else:
            for below in value:
                yield from _texts(below)


@cache
def phrases() -> tuple[str, ...]:
    """Everything in `tests/phrases`."""
    files = sorted((TESTS / "phrases" / "tuning").glob("*.yaml"))
    found = [t for path in files for t in _texts(yaml.safe_load(path.read_text())["cases"])]
    return tuple(dict.fromkeys(found))


@cache
def flags() -> tuple[tuple[str, str], ...]:
    """(option, words) of emergency signs stated plainly."""
    signs = back_spasm().signs
    cases = yaml.safe_load((TESTS / "phrases" / "tuning" / "flags.yaml").read_text())["cases"]
    return tuple((o, str(text)) for o, texts in cases.items() if signs.get(o) == "emergency" for text in texts)


@cache
def screen_words() -> tuple[str, ...]:
    """Labels, full wordings and further words of every option."""
    found: list[str] = []
    for words in back_spasm().text("en").questions.values():
        for entry in words.options.values():
            found += [said for said in (entry.label, entry.text, entry.answer, *entry.says) if said]
    return tuple(dict.fromkeys(found))


@cache
def names() -> tuple[str, ...]:
    """Names of medicines and illnesses."""
    found: list[str] = []
    for file in ("names.yaml", "medicines.yaml"):
        for groups in yaml.safe_load((LANGUAGE / file).read_text())["names"].values():
            for group in groups.values():
                found += [str(name) for name in (group["names"] if isinstance(group, dict) else group)]
    return tuple(dict.fromkeys(found))


def misspelt(words: str, at: int, kind: int) -> str:
    """The words with one slip of the finger: a letter lost, doubled, or swapped with the next."""
    if len(words) < 4:
        return words
    at = at % (len(words) - 1)
    before, letter, after = words[:at], words[at], words[at + 1 :]
    return (before + after, before + letter * 2 + after, before + after[:1] + letter + after[1:])[kind % 3]


pieces = st.one_of(
    st.sampled_from(phrases()), st.sampled_from(screen_words()), st.sampled_from(names()),
    st.sampled_from(DENIALS), st.sampled_from(TELLING), st.sampled_from(FILLERS),
)  # fmt: skip
joints = st.sampled_from([" ", ", ", ". ", " and ", " but ", " - ", "\n"])


@st.composite
def messages(draw: st.DrawFn) -> str:
    """One message of one to four pieces, perhaps with a slip."""
    said = draw(pieces)
    for _ in range(draw(st.integers(0, 3))):
        said += draw(joints) + draw(pieces)
    return misspelt(said, draw(st.integers(0, 200)), draw(st.integers(0, 2))) if draw(st.booleans()) else said
