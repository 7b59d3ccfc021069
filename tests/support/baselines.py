"""Plain ways to understand the same texts, for the reading to be measured against: keywords, a library of dates, ConText.

What the keywords are stands in `tests/baselines.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.core.model.files.interview import Interview
from bot.core.model.readings import Reader
from bot.understanding.language import load
from bot.understanding.reading.flow_words import FlowWords
from bot.understanding.reading.options import OptionReader
from bot.understanding.scoring import Column, Understand, score
from tests.support.places import TESTS

Make = Callable[[Interview], Understand]


def keywords(interview: Interview) -> Understand:
    """Red flags by keyword, figures by the first number with its unit; nothing is ever denied, past or somebody else's."""
    read = yaml.safe_load((TESTS / "baselines.yaml").read_text(encoding="utf-8"))
    known = {option.id for question in interview.questions for option in question.options}
    patterns = {option: re.compile("|".join(words)) for option, words in read["red_flags"].items() if option in known}
    figures = {question: (re.compile(figure.pop("pattern")), figure) for question, figure in read["figures"].items()}

    def understand(text: str, now: datetime) -> Mapping[str, Any]:
        said = text.lower()
        answers: dict[str, Any] = {}
        for question, (pattern, figure) in figures.items():
            if found := pattern.search(said):
                unit = figure["units"][found[2]] if "units" in figure else 1
                answers[question] = int(found[1]) * unit
            elif word := next((w for w in figure.get("words", ()) if w in said), None):
                answers[question] = figure["words"][word]
        if moves := [movement for part, movement in read["movements"].items() if part in said]:
            answers["movements"] = moves
        return {"answers": answers, "ask": [], "red_flags": [o for o, p in patterns.items() if p.search(said)]}

    return understand


def dates(interview: Interview) -> Understand:
    """When it began by dateparser's search for dates, with the patient's own date; days before it."""
    from dateparser.search import search_dates

    def understand(text: str, now: datetime) -> Mapping[str, Any]:
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "past"}
        found = search_dates(text, languages=["en"], settings=settings)
        answers = {"onset": (now.date() - found[0][1].date()).days} if found else {}
        return {"answers": answers, "ask": [], "red_flags": []}

    return understand


def context(interview: Interview) -> Understand:
    """Red flags named by our own phrases, with medspaCy's ConText (its published rules) deciding whether they are meant.

    Raises ImportError if medspaCy is not installed. Needs no model: a blank English pipeline that splits sentences.
    """
    import spacy
    from medspacy.context import ConText

    language = load("en")
    assert language is not None
    reader = OptionReader(FlowWords(interview, language))
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    scope = ConText(pipeline)

    def understand(text: str, now: datetime) -> Mapping[str, Any]:
        document = pipeline(text)
        options: dict[tuple[int, int], list[str]] = {}
        for option, first, last in reader.mentions(text):
            span = document.char_span(first, last, label="SIGN", alignment_mode="expand")
            if span is not None:
                options.setdefault((span.start, span.end), []).append(option)
        flags: list[str] = []
        for (first_token, last_token), named in options.items():
            span = spacy.tokens.Span(document, first_token, last_token, label="SIGN")
            document.ents = [span]
            entity = scope(document).ents[0]
            seen = entity._
            if not (seen.is_negated or seen.is_family or seen.is_historical or seen.is_hypothetical):
                flags.extend(named)
        return {"answers": {}, "ask": [], "red_flags": list(dict.fromkeys(flags))}

    return understand


BASELINES: dict[str, tuple[Make, frozenset[str]]] = {
    "keywords": (keywords, frozenset({"flags", "not_flags", "onset", "spasm_length", "pain", "movements"})),
    "dateparser": (dates, frozenset({"onset"})),
    "ConText": (context, frozenset({"flags", "not_flags"})),
}
"""Name -> how it is made for a flow, and for which kinds of texts it is."""


def compared(folder: Path, reader: Reader, interview: Interview) -> str:
    """The table of `symptom-bot understand --score` with a column for each baseline on the measured half."""
    beside: list[Column] = []
    absent: list[str] = []
    for name, (make, kinds) in BASELINES.items():
        try:
            beside.append(Column(name, make(interview), kinds))
        except ImportError as error:
            absent.append(f"{name}: not installed ({error.name}), its column is left out")
    return "\n".join([score(folder, reader, interview, beside=beside), *absent])
