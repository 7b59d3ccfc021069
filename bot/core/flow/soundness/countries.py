"""Checks of the countries: each stands once, has a name in every language, and no name or button means two."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.flow.draft import Draft
from bot.core.model.findings import Finding, did_you_mean

from .twice import met_before

FILE = "countries.yaml"


def countries_are_said(draft: Draft) -> Iterator[Finding]:
    """FLOW020, FLOW022, FLOW023: a country twice, one without words, words of none, a name that two of them have."""
    for code, _, at in met_before((c.country, i, ("countries", i, "country")) for i, c in enumerate(draft.countries)):
        yield draft.finding(FILE, at, "FLOW020", f'There is already a country "{code}".', "Keep one.")
    codes = {country.country for country in draft.countries}
    for lang, texts in draft.texts.items():
        file = f"texts.{lang}.yaml"
        for code in sorted(codes - set(texts.countries)):
            message = f'No words for "{code}" under countries.'
            yield draft.finding(file, ("countries",), "FLOW022", message, "Write them.", key=True)
        for code in texts.countries:
            if code not in codes:
                remedy = did_you_mean(code, codes - set(texts.countries)) or "Delete it, or give its numbers there."
                message = f'"{code}" under countries is no country of {FILE}.'
                yield draft.finding(file, ("countries", code), "FLOW023", message, remedy, key=True)
        called = (
            (name, code, ("countries", code))
            for code, words in texts.countries.items()
            for name in (words.name, *words.says)
        )
        for name, other, at in met_before(called, str.casefold):
            yield draft.finding(file, at, "FLOW020", f'"{name}" already means {other}.', "Keep it for one.", key=True)
