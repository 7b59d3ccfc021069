"""Plain ways to understand the same texts, to measure ourselves against: keywords, and a library of dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.core.model.flow_files import Interview

KEYWORDS: dict[str, str] = {
    "bladder_or_bowel_change": r"can'?t pee|urinat|bladder|bowel|incontinen|wet myself|soil",
    "saddle_numbness": r"saddle|between (my|the) legs|down there|genital|when i wipe",
    "bilateral_leg_symptoms": r"both (my )?(legs|feet)",
    "leg_weakness_progressive": r"getting weaker|giv(es|ing) way|paraly",
    "leg_weakness_or_foot_drop": r"foot drop|drags?|weak leg|leg is weak",
    "sexual_dysfunction_new": r"erection|orgasm|penis|vagina",
    "gait_unsteady": r"unsteady|jelly|balance",
    "chest_pain_or_breathless": r"chest|breath",
    "sudden_tearing_or_abdominal_pain": r"tearing|ripping|tummy|belly|stomach",
    "collapse_or_fainting": r"faint|passed out|blacked out|collaps",
    "confused_or_very_unwell": r"confus|drowsy",
    "major_trauma": r"crash|accident|fell|hit by",
    "cold_pale_numb_leg": r"(cold|pale|blue) (leg|foot)",
    "fever": r"fever|temperature|shiver|chills",
    "dark_urine": r"dark (urine|pee)",
    "unexplained_weight_loss": r"lost weight|weight loss",
    "trouble_swallowing": r"swallow",
    "drooping_eyelids_double_vision": r"double vision|eyelid",
    "proximal_weakness": r"weak (thighs|arms)|climb stairs",
}
"""Red flag -> the words that a plain keyword matcher looks for."""

_UNIT = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_MOVES = ("bend", "lift", "stand", "walk", "twist", "sit", "cough")
_OPTION = {
    "bend": "bending",
    "lift": "lifting",
    "stand": "standing",
    "walk": "walking",
    "twist": "twisting",
    "sit": "sitting",
    "cough": "coughing",
}


def keywords(interview: Interview) -> Callable[[str, datetime], Mapping[str, Any]]:
    """Red flags by keyword, figures by the first number with its unit; nothing is ever denied, past or somebody else's."""
    known = {option.id for question in interview.questions for option in question.options}
    patterns = {option: re.compile(words) for option, words in KEYWORDS.items() if option in known}

    def understand(text: str, now: datetime) -> Mapping[str, Any]:
        said = text.lower()
        answers: dict[str, Any] = {}
        if found := re.search(r"(\d+)\s*(second|sec|minute|min|hour)", said):
            answers["spasm_length"] = int(found[1]) * _UNIT[found[2]]
        if found := re.search(r"(\d+)\s*(day|week|month|year)", said):
            answers["onset"] = int(found[1]) * _DAYS[found[2]]
        elif "yesterday" in said:
            answers["onset"] = 1
        elif "today" in said:
            answers["onset"] = 0
        if found := re.search(r"\b(\d|10)(?:/10| out of 10)?\b", said):
            answers["pain"] = int(found[1])
        if moves := [_OPTION[m] for m in _MOVES if m in said]:
            answers["movements"] = moves
        return {"answers": answers, "ask": [], "red_flags": [o for o, p in patterns.items() if p.search(said)]}

    return understand


def dates(interview: Interview) -> Callable[[str, datetime], Mapping[str, Any]]:
    """When it began by dateparser's search for dates, with the patient's own date; days before it."""
    from dateparser.search import search_dates

    def understand(text: str, now: datetime) -> Mapping[str, Any]:
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "past"}
        found = search_dates(text, languages=["en"], settings=settings)
        answers = {"onset": (now.date() - found[0][1].date()).days} if found else {}
        return {"answers": answers, "ask": [], "red_flags": []}

    return understand


def context(interview: Interview) -> Callable[[str, datetime], Mapping[str, Any]]:
    """Red flags named by our own phrases, with medspaCy's ConText (its published rules) deciding whether they are meant.

    Raises ImportError if medspaCy is not installed. Needs no model: a blank English pipeline that splits sentences.
    """
    import spacy  # type: ignore[import-not-found]
    from medspacy.context import ConText  # type: ignore[import-not-found]

    from .language import load
    from .reader import LanguageReader

    language = load("en")
    assert language is not None
    reader = LanguageReader(interview, language)
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


BASELINES: dict[str, Callable[[Interview], Callable[[str, datetime], Mapping[str, Any]]]] = {
    "keywords": keywords,
    "dateparser": dates,
    "ConText": context,
}
"""Name -> how it is made for a flow."""

DOES: dict[str, frozenset[str]] = {
    "keywords": frozenset({"flags", "not_flags", "onset", "spasm_length", "pain", "movements"}),
    "dateparser": frozenset({"onset"}),
    "ConText": frozenset({"flags", "not_flags"}),
}
"""Which kinds of texts a baseline is for."""
