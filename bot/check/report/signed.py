"""Whether the content of a flow is signed off, and if not, why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from bot.core.flow.compiled import Flow
from bot.core.model.files.governance import Signoff

_HASH = re.compile(r"[0-9a-f]{16}")


class SignoffState(NamedTuple):
    """How it stands with the sign-off of one language. `said`: in words; `valid`: whether this content is signed off today."""

    language: str
    said: str
    valid: bool = False


def signoff_states(flow: Flow, today: date) -> Iterator[SignoffState]:
    """For each language: signed off, expired, not yet, lapsed since, or by nobody; and before that, hashes that are none."""
    for lang in flow.texts:
        entries = [entry for entry in flow.signoffs.signoffs if entry.language == lang]
        wrong = [entry.reviewed for entry in entries if not _HASH.fullmatch(entry.reviewed)]
        yield from (
            SignoffState(lang, f'"{text}" in signoff.yaml is no content hash: write the 16 characters of `content`')
            for text in wrong
        )
        valid = flow.signoff(lang, today)
        here = [entry for entry in entries if entry.reviewed == flow.version]
        newest = max(here or entries, key=lambda entry: entry.date, default=None)
        if valid is not None:
            yield SignoffState(lang, f"signed off by {valid.reviewer} on {valid.date}, until {valid.expires}", True)
        elif newest is None:
            yield SignoffState(lang, "nobody has signed this content off; patients read that it is a test version")
        elif not (newest.reviewed in wrong and len(entries) == len(wrong)):
            why = _why_not(newest, bool(here), today)
            yield SignoffState(lang, f"{why}; patients read that it is a test version")


def signoff_words(flow: Flow, today: date) -> Iterator[str]:
    """A line for each state of each language."""
    yield from (f"{state.language}: {state.said}" for state in signoff_states(flow, today))


def _why_not(entry: Signoff, here: bool, today: date) -> str:
    if not here:
        return f"lapsed: {entry.reviewer} signed {entry.reviewed} on {entry.date}, and the content is another one since"
    if today > entry.expires:
        return f"expired on {entry.expires}: {entry.reviewer} signed this content on {entry.date}"
    return f"counts from {entry.date} on: {entry.reviewer}"
