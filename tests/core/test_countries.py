"""The country, asked once: what is offered, what a choice does, and that every text has one number from then on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conversation import screens
from bot.core.conversation.countries import LISTED, country_named, offered
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import Acknowledge, Redraw, Started, Tapped, Typed
from bot.core.conversation.session import EMERGENCY, STOPPED, Session
from bot.core.flow.reading import try_flow
from bot.core.model.files.countries import Country
from bot.core.rendering.answer_words import Places, words_for
from bot.core.rendering.message import Message
from bot.core.rendering.render import render
from tests.core.test_laws import Move, event_of, moves
from tests.support.flow_edits import BACK_SPASM, edited_files
from tests.support.talking import NOW, Person, back_spasm, listening, sprain

GENERAL = "your emergency number (Europe 112, North America 911, UK 999)"
AGREE = "me"


class Caller(Person):
    """A person whose phone speaks this language."""

    def __init__(self, phone: str = "en-GB", flow: Any = None, places: Places | None = None) -> None:
        self.flow, self.now, self.places = flow or listening(), NOW, places or Places()
        self.session = start(self.flow, "abcdef123456", "en", NOW, phone)
        self.messages: list[Message] = []
        self.turn = self.does(Started())

    def chooses(self, choice: str, turn: int | None = None, session: str | None = None) -> None:
        """Tap a button with a country, or the one beside them."""
        self.does(Tapped(session or self.session.id, turn or self.session.turn, screens.COUNTRY, choice))

    @property
    def shown(self) -> Message:
        """The last message of the last turn, as the settings have it."""
        found = (m for e in self.turn.effects for m in render(self.flow, self.session, e, self.places, self.now))
        return [m for m in found if m.blocks][-1]

    @property
    def countries(self) -> list[str]:
        """The choices of countries on the last message."""
        return [b.choice for row in self.shown.rows for b in row if self._of_country(b.data)]

    def _of_country(self, data: str) -> bool:
        tapped = screens.decode(self.flow, data)
        return tapped is not None and tapped.screen == screens.COUNTRY


# --- what is offered --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "first"),
    [
        ("en-GB", ["GB"]), ("en-IN", ["IN"]), ("en_us", ["US"]), ("zh-hans-SG", ["SG"]), ("de", ["DE", "AT", "CH"]),
        ("en", ["GB", "US", "IE"]), ("fr", ["FR", "BE", "CH"]), ("fr-SN", ["FR", "BE", "CH"]), ("", ["GB", "US", "IE"]),
        ("sw", ["GB", "US", "IE"]), ("no", ["NO"]), ("-", ["GB", "US", "IE"]),
    ],
)  # fmt: skip
def test_the_phone_says_which_countries_come_first(phone: str, first: list[str]) -> None:
    assert Caller(phone).countries == [*(first if phone else ["GB", "US", "IE"]), screens.COUNTRY_LIST]
    assert offered(back_spasm(), phone) == tuple(first)


@given(st.text(max_size=20))
def test_whatever_the_phone_says_a_few_are_offered(phone: str) -> None:
    assert 1 <= len(offered(back_spasm(), phone)) <= 3
    assert 1 <= len(offered(back_spasm(), phone, LISTED)) <= LISTED


def test_the_list_begins_with_the_phones_country_and_has_a_way_out() -> None:
    ann = Caller("en-IN")
    ann.chooses(screens.COUNTRY_LIST)
    assert ann.countries[0] == "IN"
    assert ann.countries[-1] == screens.OTHER_COUNTRY
    assert len(ann.countries) == LISTED + 1
    assert len(set(ann.countries)) == len(ann.countries)


def test_agreeing_stays_one_tap_and_leaves_the_general_words() -> None:
    ann = Caller("en-GB")
    assert GENERAL in ann.read  # the phone's country is a guess, and no number is told by it
    ann.tap(AGREE)
    assert ann.at == "age"
    assert GENERAL in ann.read
    assert ann.session.country == ""


def test_a_flow_without_numbers_asks_nothing() -> None:
    ann = Caller("en-GB", sprain())
    assert ann.countries == []
    assert "Country" not in ann.shown.plain()
    ann.commands("country")
    assert ann.shown.plain() == "Country fixed"


# --- a choice ---------------------------------------------------------------------------------------------------------


def test_a_tap_puts_the_number_in_place_and_stays_on_the_screen() -> None:
    ann = Caller("en-GB")
    ann.chooses("GB")
    assert [type(e) for e in ann.turn.effects[:1]] == [Redraw]
    assert "Call 999 or go" in ann.read
    assert "You are in Great Britain." in ann.read
    assert "112" not in ann.read
    assert ann.countries == [screens.COUNTRY_LIST]
    ann.tap(AGREE)
    assert "Call 999 or go" in ann.read


def test_the_second_of_two_taps_does_nothing() -> None:
    ann = Caller("en-GB")
    ann.chooses("GB")
    ann.chooses("GB", turn=1)
    assert ann.turn.effects[0] == Acknowledge()
    assert ann.session.country == "GB"


def test_a_tap_that_comes_after_agreeing_counts_and_what_was_asked_stays() -> None:
    ann = Caller("en")
    ann.tap(AGREE)
    ann.chooses("IE", turn=1)
    assert ann.at == "age"
    assert ann.notes == ["country_chosen"]
    assert "You are in Ireland. In an emergency call 112." in ann.read


def test_a_tap_of_an_earlier_chat_asks_anew() -> None:
    """The countries of another version may have stood in another order: a number of the wrong country would be worse."""
    ann = Caller("en")
    ann.tap(AGREE)
    ann.commands("restart")
    ann.chooses("IE", turn=1, session="abcdef123456")
    assert ann.session.country == ""
    assert Acknowledge("stale_tap") in ann.turn.effects
    assert ann.countries[-1] == screens.OTHER_COUNTRY


def test_what_was_said_of_one_country_is_not_shown_with_the_number_of_another() -> None:
    ann = Caller("en")
    ann.tap(AGREE)
    ann.types("/country")
    ann.types("Ireland")
    ann.chooses("US")
    ann.does(Tapped(ann.session.id, ann.session.turn, "age", "from_20"))
    told = "\n".join(m.plain() for m in ann.messages[-3:])
    assert "911" in told
    assert "Ireland" not in told


def test_another_country_keeps_the_general_words_and_is_asked_no_more() -> None:
    ann = Caller("en")
    ann.chooses(screens.COUNTRY_LIST)
    ann.chooses(screens.OTHER_COUNTRY)
    assert "the emergency number of the country that you are in" in ann.read
    assert ann.countries == [screens.COUNTRY_LIST]
    ann.tap(AGREE)
    assert GENERAL in ann.read


def test_the_list_answers_on_the_first_screen_again_below_it() -> None:
    ann = Caller("en")
    ann.chooses(screens.COUNTRY_LIST)
    ann.chooses("AU")
    assert ann.at == "for_whom"
    assert not ann.shown.edits
    assert "Call 000 or go" in ann.shown.plain()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("I'm in Ireland", "IE"), ("i’m in the UK.", "GB"), ("uk", "GB"), ("in the US", "US"), ("we are in Germany", "DE"),
        ("Deutschland", "DE"), ("northern ireland", "GB-NIR"), ("I'm in Great Britain", "GB"), ("im in usa", "US"),
    ],
)  # fmt: skip
def test_a_country_may_be_typed(typed: str, code: str) -> None:
    ann = Caller("en")
    ann.types(typed)
    assert ann.session.country == code
    assert ann.at == "for_whom"
    assert f"Call {ann.flow.countries[code].emergency.call} or go" in ann.read


@pytest.mark.parametrize("typed", ["me", "agree", "I agree", "us", "no", "in pain", "I'm in agony", "in", "", "hello"])
def test_other_words_are_no_country(typed: str) -> None:
    assert country_named(listening(), "en", typed) is None
    ann = Caller("en")
    ann.types(typed)
    assert ann.session.country == ""


def test_the_button_beside_them_may_be_typed() -> None:
    ann = Caller("en")
    ann.types("another country")
    assert ann.notes == ["country_ask"]
    ann.types("none of these")
    assert ann.session.country == screens.OTHER_COUNTRY


def test_a_sign_comes_before_a_country() -> None:
    ann = Caller("en")
    ann.types("I'm in Ireland and I can't pee")
    assert "sign_plain" in ann.notes
    assert GENERAL in "\n".join(m.plain() for m in ann.messages[-2:])


def test_words_are_countries_only_where_one_is_asked_for() -> None:
    ann = Caller("en")
    ann.tap(AGREE, "from_20")
    ann.types("Ireland")
    assert ann.session.country == ""
    ann.types("/country")
    ann.types("yes")  # what is no country answers the screen that is open
    ann.types("Ireland")
    assert ann.session.country == ""


@pytest.mark.parametrize("argument", ["ireland", "the UK", "Narnia", ""])
def test_the_command_takes_a_name_or_shows_the_list(argument: str) -> None:
    ann = Caller("en")
    ann.tap(AGREE)
    ann.commands("country", argument)
    known = country_named(ann.flow, "en", argument)
    assert ann.session.country == (known or "")
    assert ann.notes == (["country_chosen"] if known else ["country_ask"])
    assert ann.at == "age"


# --- how long it is kept ----------------------------------------------------------------------------------------------


def test_it_outlives_a_new_start_and_a_mistaken_emergency() -> None:
    ann = Caller("en-IE")
    ann.chooses("IE")
    ann.tap(AGREE, "from_20", "saddle_numbness")
    assert ann.at == EMERGENCY
    ann.tap("mistake", "no")
    assert ann.session.country == "IE"
    ann.commands("restart")
    assert ann.session.country == "IE"
    assert "112" in ann.read
    assert ann.countries == [screens.COUNTRY_LIST]


def test_declining_takes_it_away() -> None:
    ann = Caller("en-IE")
    ann.chooses("IE")
    ann.tap("no_thanks")
    assert ann.at == STOPPED
    assert ann.session.country == ""


def test_in_an_emergency_it_is_said_again_with_the_number() -> None:
    ann = Caller("en")
    ann.tap(AGREE, "from_20", "saddle_numbness")
    assert GENERAL in ann.messages[-2].plain(), "the first card of two"
    ann.commands("country", "Australia")
    assert ann.at == EMERGENCY
    assert ann.advised is not None
    assert "000" in "".join(m.plain() for m in ann.messages[-2:])
    assert "112" not in ann.shown.plain()


def test_sessions_of_earlier_releases_have_none() -> None:
    old = Session.from_json('{"schema": 1, "id": "a", "flow": "f", "version": "v", "lang": "en", '
                            '"started": "2026-11-20T18:00:00+00:00", "seen": "2026-11-20T18:00:00+00:00"}')  # fmt: skip
    assert (old.country, old.phone, old.placing) == ("", "", False)


# --- where the settings name the number -------------------------------------------------------------------------------


def test_with_a_number_in_the_settings_nothing_is_asked() -> None:
    ann = Caller("en-GB", places=Places("116", "the ward"))
    assert ann.countries == []
    assert "Call 116 or go" in ann.shown.plain()
    assert "Where are you" not in ann.shown.plain()
    ann.commands("country", "ireland")
    assert "Call 116 or go" in ann.shown.plain()
    ann.tap(AGREE)
    ann.commands("country")
    assert ann.shown.plain() == "In an emergency call 116."
    ann.commands("country", "germany")
    assert "In an emergency call 116." in ann.shown.plain()
    assert "Germany" not in ann.shown.plain()


def test_lines_of_the_settings_stand_beside_the_number_of_the_country() -> None:
    words = words_for(back_spasm(), "en", Places(None, "the ward", None, 7, "GB"))
    assert words.places == {
        "emergency_number": "999", "urgent_line": "the ward", "crisis_line": "Samaritans, 116 123", "days": 7,
        "version": back_spasm().version[:8],
    }  # fmt: skip


# --- the law ----------------------------------------------------------------------------------------------------------


@cache
def figures() -> frozenset[str]:
    """Every number that some country's people call."""
    return frozenset(n for country in back_spasm().countries.values() for n in own(country))


def own(country: Country) -> frozenset[str]:
    lines = [country.emergency.call, *(x.call for x in (country.urgent, country.crisis) if x is not None)]
    return frozenset(n for line in lines for n in re.findall(r"\d[\d ]+\d", line))


def numbers_in(text: str) -> set[str]:
    found = (n for n in figures() if re.search(rf"(?<![\w.,:]){n}(?![\d%]|[.,:]\d)", text))
    return {n for n in found if not any(n != m and n in m and m in text for m in figures())}


def texts_of(code: str) -> Iterator[tuple[str, str]]:
    """Every text that a patient in this country can read, whoever they are."""
    flow = back_spasm()
    for audiences in ((), *((a.audience,) for a in flow.interview.audiences)):
        words = words_for(flow, "en", Places(country=code), audiences)
        for key, text in words.texts.system.items():
            if not key.endswith("_unset"):
                yield key, words.fill(text)
        yield from ((line, words.fill(text)) for line, text in words.texts.advice.items())
        for name, question in words.texts.questions.items():
            yield name, words.fill(f"{question.text} {question.help or ''} {question.why}")
    yield from ((source.source, source.title) for source in flow.evidence.sources)


@pytest.mark.parametrize("code", list(back_spasm().countries))
def test_every_text_has_one_number(code: str) -> None:
    country = back_spasm().countries[code]
    told = False
    for key, text in texts_of(code):
        assert numbers_in(text) <= own(country), key
        assert "your emergency number" not in text, key
        told = told or country.emergency.call in text
    assert told


def test_the_general_words_do_name_several() -> None:
    assert numbers_in(words_for(back_spasm(), "en", Places()).system("start")) == {"112", "911", "999"}


@given(moves, st.sampled_from(["AU", "US", "GB", "IN", "NO"]))
def test_whatever_is_done_after_the_choice_one_number_is_said(done: list[Move], code: str) -> None:
    ann = Caller("en")
    ann.chooses(code)
    said = len(ann.messages)
    for kind, value in done:
        if kind == "type" and numbers_in(str(value)):
            continue
        event = event_of(ann, kind, value)
        if event is None or (isinstance(event, Tapped) and event.screen == screens.COUNTRY):
            continue
        ann.does(event)
        if ann.session.country != code:  # declined
            return
    for message in ann.messages[said:]:
        assert numbers_in(message.plain()) <= own(ann.flow.countries[code])


# --- findings ---------------------------------------------------------------------------------------------------------

FIRST_NAME = "  GB: {name: Great Britain,"


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "words"),
    [
        ("countries.yaml", "- country: US", "- country: GB", "FLOW020", 'There is already a country "GB".'),
        ("texts.en.yaml", FIRST_NAME, "  XX: {name: Great Britain,", "FLOW022", 'No words for "GB" under countries.'),
        ("texts.en.yaml", FIRST_NAME, "  XX: Nowhere\n" + FIRST_NAME, "FLOW023", '"XX" under countries'),
        ("texts.en.yaml", "  FR: France", "  FR: ireland", "FLOW020", '"ireland" already means IE.'),
        ("countries.yaml", 'call: "911"', 'call: "911 or 112"', "FLOW006", "no emergency number"),
        ("countries.yaml", 'call: "999", source: "NHS', 'call: 999, source: "NHS', "FLOW006", "quotes"),
        ("countries.yaml", ', source: "Healthdirect Australia"', "", "FLOW006", "source"),
    ],
)
def test_slips_are_found(file: str, old: str, new: str, code: str, words: str) -> None:
    flow, findings = try_flow("back_spasm", edited_files(BACK_SPASM, (file, old, new)))
    assert flow is None
    assert any(f.code == code and words in f.message + f.remedy for f in findings), [str(f) for f in findings]


def test_a_button_means_the_same_country_in_every_screen() -> None:
    """A button's number is that of its version; the flow of the chat reads it (SEMANTICS 15)."""
    flow = back_spasm()
    for code in flow.countries:
        tapped = screens.decode(flow, screens.encode(flow, "abc", 1, screens.COUNTRY, code))
        assert tapped == Tapped("abc", 1, screens.COUNTRY, code, False)


def test_the_first_word_of_a_chat_shows_the_first_screen() -> None:
    flow = listening()
    turn = step(flow, start(flow, "abc", "en", NOW, "en-GB"), Typed("Ireland"), NOW)
    assert turn.session.at == "for_whom"
