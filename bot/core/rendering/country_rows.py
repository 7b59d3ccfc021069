"""The country on the first screen, and the list of countries: words and buttons."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.conversation import screens as sc
from bot.core.conversation.countries import LISTED, offered

from .drawing import COLUMN, Drawing
from .message import Button

Rows = list[tuple[Button, ...]]


def put_country(d: Drawing) -> None:
    """Where the patient is, or the question where; nothing where the settings name the number."""
    if not d.places.asks(d.flow):
        return
    if not d.s.country:
        d.put("note", d.words.system("country_hint"))
    elif d.s.country == sc.OTHER_COUNTRY:
        d.put("note", d.words.system("country_other"))
    else:
        d.put("note", d.words.system("country_is", country=d.words.country(d.s.country)))


def first_countries(d: Drawing) -> Rows:
    """The buttons of the first screen: the country that the phone names, else a few; and the way to the list."""
    if not d.places.asks(d.flow):
        return []
    codes = () if d.s.country else offered(d.flow, d.s.phone)
    return _paired([*_named(d, codes), d.system_button(sc.COUNTRY, sc.COUNTRY_LIST)])


def all_countries(d: Drawing) -> Rows:
    """The buttons of the list."""
    if not d.places.asks(d.flow):
        return []
    named = _named(d, offered(d.flow, d.s.phone, LISTED))
    return _paired([*named, d.system_button(sc.COUNTRY, sc.OTHER_COUNTRY)])


def _named(d: Drawing, codes: Iterable[str]) -> list[Button]:
    words = d.words
    labels = ((c, words.system("country_button", country=words.country(c))) for c in codes)
    return [d.button(sc.COUNTRY, code, label) for code, label in labels]


def _paired(buttons: list[Button]) -> Rows:
    across = 2 if all(len(b.label) <= COLUMN + 2 for b in buttons) else 1
    return [tuple(buttons[i : i + across]) for i in range(0, len(buttons), across)]
