"""`symptom-bot add flow`: a small flow that is whole but for its medicine and its words, which are TODO lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bot.core.flow.yaml_places import Loaded, text_of
from bot.core.model.files.advice import Section
from bot.core.model.files.parts import LEVELS
from bot.core.model.system_texts import SYSTEM

from .add import or_refused
from .changes import Change, FolderEdit, checked_name
from .parts import PHRASES
from .yaml_text import CannotEdit, as_yaml

OF_THE_COMPLAINT = frozenset(
    {
        *("start", "start_for_other", "help", "last_check", "bot_description", "bot_short_description"),
        *(
            "emergency_go",
            "emergency_ambulance",
            "emergency_maternity",
            "emergency_why",
            "sign_plain",
            "paused",
            "outage",
        ),
        *("check_new", "crisis", "kind_anger", "why_documents", "topic_guidance"),
    }
)
"""System texts that speak of the complaint, or of the documents on which its flow rests: they are written anew for each flow, as is
any that names the other flow's."""

INTERVIEW: list[dict[str, Any]] = [
    {
        "ask": "for_whom",
        "kind": "one",
        "consent": True,
        "unsure": False,
        "options": ["me", {"id": "no_thanks", "declines": True}],
        "usual": "me",
    },
    {
        "ask": "danger",
        "kind": "many",
        "tap": "first",
        "expires": "6 hours",
        "options": [{"id": "first_danger_sign", "sign": "emergency"}],
        "none": "no_danger",
    },
    {
        "ask": "warning",
        "kind": "many",
        "options": [{"id": "first_warning_sign", "sign": "same_day"}],
        "none": "no_warning",
    },
    {
        "ask": "age",
        "kind": "age",
        "unsure": False,
        "choices": [{"id": "under_16", "max": 15}, {"id": "from_16", "min": 16}],
        "usual": 40,
    },
    {
        "ask": "onset",
        "kind": "ago",
        "may_change": True,
        "choices": [
            {"id": "today", "value": 0},
            {"id": "this_week", "min": "1 day", "max": "7 days"},
            {"id": "up_to_4_weeks", "min": "8 days", "max": "4 weeks"},
            {"id": "longer", "min": "29 days"},
        ],
        "unsure_as": "longer",
        "usual": "2 days",
    },
    {"ask": "pain", "kind": "scale", "unsure": False, "worry": "rising", "describes": True, "usual": 4},
]
RULES: list[dict[str, Any]] = [
    {"rule": "danger_sign", "when": "not no_danger", "level": "emergency", "how": "go", "because": ["g_danger"]},
    {"rule": "warning_sign", "when": "surely first_warning_sign", "level": "same_day", "because": ["g_warning"]},
    {"rule": "perhaps_a_warning_sign", "when": "not no_warning", "level": "see_soon", "because": ["g_warning"]},
    {"rule": "goes_on", "when": "onset > 4 weeks", "level": "see_soon", "because": ["g_goes_on"]},
    {"rule": "child", "when": "age < 16", "level": "see_soon", "because": ["g_child"]},
    {
        "rule": "uncomplicated",
        "when": "no_danger and no_warning and age >= 16 and onset <= 4 weeks",
        "level": "self_care",
        "because": ["g_uncomplicated"],
    },
]
LINES: list[dict[str, Any]] = [
    {"line": "get_help_now", "section": "do", "levels": ["emergency"], "claims": ["g_danger"]},
    {"line": "be_seen_today", "section": "do", "levels": ["same_day"], "claims": ["g_warning"]},
    {"line": "be_seen_soon", "section": "do", "levels": ["see_soon"], "claims": ["g_goes_on"]},
    {"line": "look_after_it", "section": "do", "levels": ["self_care"], "claims": ["g_uncomplicated"]},
    {
        "line": "pain_is_strong",
        "section": "say",
        "levels": ["self_care"],
        "when": "pain >= 7",
        "claims": ["g_uncomplicated"],
    },
    {"line": "get_help_if", "section": "help", "levels": ["self_care", "see_soon", "same_day"], "claims": ["g_danger"]},
    {"line": "look_again", "section": "again", "levels": ["self_care", "see_soon"], "plain": True},
]
PROPERTIES: list[dict[str, Any]] = [
    {
        "property": "danger_is_emergency",
        "when": "not no_danger",
        "at_least": "emergency",
        "because": "TODO why it must never be less",
        "sources": ["g_danger"],
    },
    {
        "property": "warning_is_same_day",
        "when": "surely first_warning_sign",
        "at_least": "same_day",
        "because": "TODO why it must never be less",
        "sources": ["g_warning"],
    },
    {
        "property": "self_care_is_earned",
        "level": "self_care",
        "requires": "answered(danger) and no_danger and answered(warning) and no_warning and age >= 16 and onset <= 4 weeks",
        "because": "TODO why only they may look after it themselves",
        "sources": ["g_uncomplicated"],
    },
    {
        "property": "help_is_told",
        "when": "for_whom is me",
        "tells": ["get_help_if"],
        "levels": ["self_care", "see_soon", "same_day"],
        "because": "TODO why everybody must know when to get help",
        "sources": ["g_danger"],
    },
    {
        "property": "pain_never_lowers",
        "compare": ["pain"],
        "from": "least",
        "to": "any",
        "because": "TODO why more pain is no reason to wait",
        "sources": ["g_uncomplicated"],
    },
]
HEADS = {
    "interview.yaml": "The questions, in the order in which they are asked. What the answers mean stands in triage.yaml.",
    "triage.yaml": "What the answers mean. The highest level that fires wins; the order of rules never matters.",
    "advice.yaml": "What is said at the end, in the order in which it is said.",
    "evidence.yaml": "Source documents, guidance outside them, and the claims that rules and advice rest on.",
    "safety.yaml": "What every conversation must keep; `symptom-bot check` proves it over all answers.",
    "hazards.yaml": "What can harm a patient, what keeps it in check, and what shows that it does.",
    "signoff.yaml": "Approvals by clinicians, one for each language.",
}


def add_flow(parent: Path, name: str, *, like: Path | None = None) -> FolderEdit:
    """A new flow folder under `parent`. `like`: a flow whose system words are taken over where they fit any complaint."""

    def make() -> FolderEdit:
        folder = parent / checked_name(name)
        if folder.exists():
            raise CannotEdit(f"{folder} exists already.")
        change = Change(folder)
        for file, value in _files(name).items():
            change.create(
                file, f"# {HEADS[file]}\n#\n# Not signed off by a clinician.\n" + as_yaml({"schema": 1} | value)
            )
        change.create("texts.en.yaml", "# Everything a patient reads, in English.\n" + as_yaml(_texts(like)))
        return change.write(
            f'Added the flow "{name}": a beginning with one question of each sort that every flow has.',
            ("Write what is to do, then add questions, red flags, rules and lines with `symptom-bot add`.",),
        )

    return or_refused(make)


def _files(name: str) -> dict[str, dict[str, Any]]:
    claims = sorted({c for rule in RULES for c in rule["because"]})
    return {
        "interview.yaml": {
            "flow": name,
            "longest": 12,
            "questions": INTERVIEW,
            "emergency_signs": ["first_danger_sign"],
        },
        "triage.yaml": {"rules": RULES},
        "advice.yaml": {
            "recheck": {"self_care": "4 weeks", "see_soon": "2 weeks"},
            "recheck_from": {"self_care": "onset"},
            "lines": LINES,
        },
        "evidence.yaml": {
            "documents": [],
            "sources": [
                {
                    "source": "GUIDANCE",
                    "title": "TODO what guidance this flow rests on",
                    "read": "background",
                    "where": "TODO where it was read",
                }
            ],
            "claims": [
                {"claim": claim, "says": "TODO the fact, in our own words", "sources": ["GUIDANCE"]} for claim in claims
            ],
        },
        "safety.yaml": {"properties": PROPERTIES},
        "hazards.yaml": {
            "hazards": [
                {
                    "hazard": "missed_danger_sign",
                    "harm": "TODO what happens to a patient in whom it is missed",
                    "severity": "severe",
                    "causes": ["TODO how it could be missed"],
                    "controls": [
                        {
                            "control": "TODO what stands against it",
                            "shown_by": ["property:danger_is_emergency", "rule:danger_sign"],
                        }
                    ],
                }
            ]
        },
        "signoff.yaml": {"signoffs": []},
    }


def _texts(like: Path | None) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if like is not None and (like / "texts.en.yaml").is_file():
        loaded = Loaded("texts.en.yaml", text_of((like / "texts.en.yaml").read_bytes())).value
        known = loaded if isinstance(loaded, dict) else {}
    words = known.get("system") or {}
    complaint = frozenset() if like is None else frozenset(like.name.split("_"))
    questions: dict[str, Any] = {}
    for question in INTERVIEW:
        name = question["ask"]
        entry: dict[str, Any] = {
            "text": "TODO the question as asked",
            "short": f"TODO {name} in the review",
            "why": "TODO why it is asked",
        }
        entries = [*question.get("options", ()), *question.get("choices", ())]
        if entries:
            entry["options"] = {(e["id"] if isinstance(e, dict) else e): _words_of(e) for e in entries}
        questions[name] = entry
    return {
        "schema": 1,
        "language": "en",
        "name": "English",
        "questions": questions,
        "levels": {x.value: (known.get("levels") or {}).get(x.value) or f"TODO the title of {x}" for x in LEVELS},
        "rules": {rule["rule"]: "TODO why this level, as the patient reads it" for rule in RULES},
        "advice": {line["line"]: "TODO the sentence that is said" for line in LINES},
        "sections": {x.value: w for x in Section if (w := (known.get("sections") or {}).get(x.value))},
        "system": {key: _system(key, places, words.get(key), complaint) for key, places in SYSTEM.items()},
    }


def _words_of(entry: Any) -> Any:
    """Words of an option: a sign has phrases to write, since patients type it."""
    name = entry["id"] if isinstance(entry, dict) else entry
    label = f"TODO the button for {name}"
    return {"label": label, "says": [PHRASES]} if isinstance(entry, dict) and "sign" in entry else label


def _system(key: str, places: tuple[str, ...], known: str | None, complaint: frozenset[str]) -> str:
    """The other flow's words, where they do not speak of its complaint (the button "Back" and its like do not)."""
    named = complaint - set(key.split("_"))
    if known and key not in OF_THE_COMPLAINT and not named & set(re.findall(r"[a-z]+", known.lower())):
        return known
    filled = "".join(f" {{{place}}}" for place in places)
    if key == "months":
        return "January, February, March, April, May, June, July, August, September, October, November, December"
    return f"TODO the words of {re.sub('_', ' ', key)}{filled}"
