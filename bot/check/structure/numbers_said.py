"""Numbers to call are said by placeholders alone: a text that spells one out says it to patients of every country."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding
from bot.core.model.system_texts import PLACES

GENERAL = frozenset(f"{place}_unset" for place in PLACES)
"""System texts for patients whose country is not known: they may name several."""
_FIGURES = re.compile(r"\d[\d ]+\d")


def numbers_are_filled_in(flow: Flow) -> Iterator[Finding]:
    """FLOW049: a text in which a number of countries.yaml stands written out."""
    if not flow.countries:
        return
    known = "|".join(sorted({re.escape(number) for number in _numbers(flow)}, key=len, reverse=True))
    spelled = re.compile(rf"(?<![\d.,])(?:{known})(?![\d%]|[.,]\d)")
    for lang, texts in flow.texts.items():
        for path, text in texts.said():
            general = path[0] == "countries" or (path[0] == "system" and path[1] in GENERAL)
            found = None if general else spelled.search(text)
            if found is not None:
                yield Finding(
                    flow.place(f"texts.{lang}.yaml", path), "FLOW049",
                    f'"{found[0]}" is the number of one country, and everybody reads it.',
                    "Write {emergency_number}, {urgent_line} or {crisis_line}.",
                )  # fmt: skip


def _numbers(flow: Flow) -> Iterator[str]:
    for country in flow.countries.values():
        for line in (country.emergency, country.urgent, country.crisis):
            if line is not None:
                yield from _FIGURES.findall(line.call)
