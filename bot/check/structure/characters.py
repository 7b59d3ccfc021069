"""Characters that do not belong into words that patients read: none that cannot be seen, no pictures on buttons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding

CODE = "FLOW071"
_UNSEEN = re.compile("[\u00a0\u00ad\u2007\u202f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_WRAPPED = re.compile("\\s*[\u201c\u201e\u00ab](.*)[\u201d\u201c\u00bb]\\s*", re.S)
_LABELS = frozenset({"label", "none", "unsure", "group"})


def characters_belong(flow: Flow) -> Iterator[Finding]:
    """FLOW071: a character that cannot be seen, a text within typographic quotes, a picture on a button."""
    for lang, texts in flow.texts.items():
        for at, words in texts.said():
            wrong = _wrong(words, at[-1] in _LABELS)
            if wrong is not None:
                yield Finding(flow.place(f"texts.{lang}.yaml", at), CODE, f'"{words}" {wrong[0]}.', wrong[1])


def _wrong(words: str, label: bool) -> tuple[str, str] | None:
    unseen = _UNSEEN.search(words)
    if unseen is not None:
        name = unicodedata.name(unseen[0], "a control character").lower()
        return f"has a character that nobody sees: {name}", "Write the words anew by hand, or put a plain space there."
    wrapped = _WRAPPED.fullmatch(words)
    if wrapped is not None and not re.search("[\u201c\u201d\u00ab\u00bb]", wrapped[1]):
        return (
            "stands within typographic quotes, which patients would see",
            'Take them out, or write plain ones: "...".',
        )
    pictured = next((c for c in words if unicodedata.category(c) == "So"), None) if label else None
    if pictured is not None:
        name = unicodedata.name(pictured, "a picture").lower()
        return f"has a picture on a button, which is read aloud as {name}", "Say it in words."
    return None
