"""Whether the content of a flow is signed off, and if not, why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.core.flow.compiled import Flow
from bot.core.model.files.governance import Signoff

_HASH = re.compile(r"[0-9a-f]{16}")


def signoff_words(flow: Flow, today: date) -> Iterator[str]:
    """A line for each language: signed off, expired, not yet, lapsed since, or by nobody; and a hash that is none."""
    for lang in flow.texts:
        entries = [entry for entry in flow.signoffs.signoffs if entry.language == lang]
        wrong = [entry.reviewed for entry in entries if not _HASH.fullmatch(entry.reviewed)]
        yield from (
            f'{lang}: "{text}" in signoff.yaml is no content hash: write the 16 characters of `content`'
            for text in wrong
        )
        valid = flow.signoff(lang, today)
        here = [entry for entry in entries if entry.reviewed == flow.version]
        newest = max(here or entries, key=lambda entry: entry.date, default=None)
        if valid is not None:
            yield f"{lang}: signed off by {valid.reviewer} on {valid.date}, until {valid.expires}"
        elif newest is None:
            yield f"{lang}: nobody has signed this content off; patients read that it is a test version"
        elif not (newest.reviewed in wrong and len(entries) == len(wrong)):
            yield f"{lang}: {_why_not(newest, bool(here), today)}; patients read that it is a test version"


def _why_not(entry: Signoff, here: bool, today: date) -> str:
    if not here:
        return f"lapsed: {entry.reviewer} signed {entry.reviewed} on {entry.date}, and the content is another one since"
    if today > entry.expires:
        return f"expired on {entry.expires}: {entry.reviewer} signed this content on {entry.date}"
    return f"counts from {entry.date} on: {entry.reviewer}"
