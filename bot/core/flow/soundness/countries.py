"""Checks of the countries: each stands once, has a name in every language, and no name or button means two."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.flow.draft import Draft
from bot.core.model.findings import Finding, did_you_mean

FILE = "countries.yaml"


def countries_are_said(draft: Draft) -> Iterator[Finding]:
    """FLOW020, FLOW022, FLOW023: a country twice, one without words, words of none, a name that two of them have."""
    codes: set[str] = set()
    for i, country in enumerate(draft.countries):
        if country.country in codes:
            message = f'There is already a country "{country.country}".'
            yield draft.finding(FILE, ("countries", i, "country"), "FLOW020", message, "Keep one.")
        codes.add(country.country)
    for lang, texts in draft.texts.items():
        file, meant = f"texts.{lang}.yaml", dict[str, str]()
        for code in sorted(codes - set(texts.countries)):
            message = f'No words for "{code}" under countries.'
            yield draft.finding(file, ("countries",), "FLOW022", message, "Write them.", key=True)
        for code, words in texts.countries.items():
            if code not in codes:
                remedy = did_you_mean(code, codes - set(texts.countries)) or "Delete it, or give its numbers there."
                message = f'"{code}" under countries is no country of {FILE}.'
                yield draft.finding(file, ("countries", code), "FLOW023", message, remedy, key=True)
            for name in (words.name, *words.says):
                other = meant.setdefault(name.casefold(), code)
                if other != code:
                    message = f'"{name}" already means {other}.'
                    yield draft.finding(file, ("countries", code), "FLOW020", message, "Keep it for one.", key=True)
