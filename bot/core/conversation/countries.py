"""The country, asked once: which ones are offered, what a choice or a typed name does. It is kept as the language is: with the
session, no answer about health; declining and /forget take it away. Whether it is asked at all is a matter of the settings,
which the core does not know: rendering leaves it out where they name a number.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.conversation.typed.matching import folded_words
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow

from . import screens as sc
from .events import Acknowledge, Redraw
from .session import EMERGENCY, START
from .turn import Making

FIRST, LISTED = 3, 7
"""Countries offered on the first screen where the phone names none, and on the list."""


def offered(flow: Flow, phone: str, most: int = FIRST) -> tuple[str, ...]:
    """Countries to offer by the language of the phone: the one that it names by itself, else those of its language."""
    language, _, rest = phone.replace("_", "-").partition("-")
    region = rest.rpartition("-")[2].upper()
    if region in flow.countries and most == FIRST:
        return (region,)
    known = [code for code, country in flow.countries.items() if language.lower() in country.languages]
    first = [region] if region in flow.countries else []
    return tuple(dict.fromkeys((*first, *(known or flow.countries))))[:most]


def country_named(flow: Flow, lang: str, text: str) -> str | None:
    """The country that the whole text names: "Ireland", "I'm in the UK"."""
    return _names(flow, lang).get(_bare(flow, lang, text))


@per_flow
def _names(flow: Flow, lang: str) -> Mapping[str, str]:
    """Names as people type them -> country."""
    known: dict[str, str] = {}
    button = flow.text(lang).system["country_button"]
    for code, words in flow.text(lang).countries.items():
        for name in (words.name, *words.says, button.replace("{country}", words.name)):
            known[_bare(flow, lang, name)] = code
    return known


def _bare(flow: Flow, lang: str, text: str) -> str:
    """Folded words without how people begin to say where they are."""
    said = folded_words(text)
    begins = (folded_words(x) for x in flow.text(lang).system["country_in"].split(","))
    for words in sorted(begins, key=len, reverse=True):
        if words and said.startswith(words + " "):
            return said.removeprefix(words + " ")
    return said


def choose(m: Making, choice: str, tapped: bool = False) -> None:
    """A country was chosen, or the list of them is wanted. What was asked stays asked, now with the number."""
    if choice == sc.COUNTRY_LIST or choice not in (*m.flow.countries, sc.OTHER_COUNTRY):
        ask_country(m)
        return
    if choice == m.s.country:
        m.effects.append(Acknowledge())
        return
    m.set(country=choice)
    key = "country_other" if choice == sc.OTHER_COUNTRY else "country_chosen"
    if m.s.at == EMERGENCY:
        m.say(key)
        m.emergency()
    elif m.s.at == START:
        m.begin()
    elif not _on_first_screen(m):
        m.note(key)
        m.again()
    elif tapped and not m.before.placing:
        m.effects.append(Redraw(m.s.at, m.s.turn))
    else:
        m.again()  # it says where the patient is


def _on_first_screen(m: Making) -> bool:
    return m.question is not None and m.question.consent and m.s.at == m.question.ask


def ask_country(m: Making) -> None:
    """The list of countries, over whatever is on screen; a name may be typed."""
    m.set(placing=True)
    m.say("country_ask")


def country(m: Making, argument: str = "") -> None:
    """/country, perhaps with a name."""
    named = country_named(m.flow, m.s.lang, argument) if argument else None
    if named is None:
        ask_country(m)
    elif named == m.s.country:
        m.note("country_chosen")
        m.again()
    else:
        choose(m, named)


def place_said(m: Making, text: str) -> bool:
    """Words that name a country, or the button beside them, on the first screen or after the list. True if they did."""
    said, system = folded_words(text), m.flow.text(m.s.lang).system
    other = sc.OTHER_COUNTRY if m.before.placing else sc.COUNTRY_LIST
    named = country_named(m.flow, m.s.lang, text)
    if named is None and m.flow.countries and said == folded_words(system[other]):
        named = other
    if named is None:
        return False
    if named == m.s.country:
        m.again()
    else:
        choose(m, named)
    return True
