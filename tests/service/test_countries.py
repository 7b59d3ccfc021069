"""The country in a chat that is stored: over restarts, erased with the rest, in what is said beside the interview."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC

import pytest

from bot.core.conversation import screens
from bot.core.conversation.engine import start
from bot.core.conversation.events import Commanded, Started, Typed
from bot.core.flow.reading import read_flow
from bot.core.rendering.answer_words import Places
from bot.service.service import Service
from bot.service.versions import Versions, moved
from bot.service.what_changes import explain_changes
from bot.store import open_store
from tests.support.flow_edits import BACK_SPASM, SPRAIN, edited, files_of
from tests.support.service_chat import Chat, words
from tests.support.talking import NOW, back_spasm, listening, sprain
from tests.support.telegram_bot import Clock

GENERAL = "your emergency number (Europe 112"
Opened = Callable[..., Service]


@pytest.fixture
def opened(sqlite_url: str) -> Iterator[Opened]:
    """Opens the service on the same database, as each start of the bot does."""
    stores = []

    def begun(places: Places | None = None) -> Service:
        for store in stores:
            store.close()
        stores[:] = [open_store(sqlite_url)]
        known = {"back_spasm": listening(), "sprain": sprain()}
        return Service(
            stores[0],
            Versions(known, "back_spasm", lambda version: None),
            places or Places(),
            UTC,
            Clock(),
            explain_changes,
        )

    yield begun
    for store in stores:
        store.close()


def test_it_is_chosen_once_and_outlives_a_restart(opened: Opened) -> None:
    ann = Chat(opened())
    first = ann.does(Started(), lang="en", phone="en-GB")
    assert GENERAL in words(first)
    ann.taps(first, "I'm in Great Britain")
    ann.service = opened()
    assert ann.session is not None
    assert (ann.session.country, ann.session.phone) == ("GB", "en-GB")
    again = ann.does(Started(), lang="en", phone="en-GB")
    assert "Call 999 or go" in words(again)
    assert "I'm in Great Britain" not in [label for m in again.messages for row in m.rows for label, *_ in row]
    assert "Call 999 or go" in words(ann.taps(again, "Agree: it's for me"))


def test_before_agreeing_nothing_is_kept_but_the_choice(opened: Opened) -> None:
    ann = Chat(opened())
    ann.taps(ann.does(Started(), phone="de"), "I'm in Austria")
    ann.does(Typed("I'm in Ireland and my back hurts since Monday, I'm 44"))
    assert ann.session is not None
    assert (ann.session.country, dict(ann.session.answers), dict(ann.session.heard)) == ("AT", {}, {})


def test_forget_takes_it_away(opened: Opened) -> None:
    ann = Chat(opened())
    ann.taps(ann.does(Started(), phone="en-AU"), "I'm in Australia")
    farewell = ann.taps(ann.does(Commanded("forget")), "Yes, erase")
    assert "call 000" in words(farewell)
    assert ann.session is None
    anew = ann.does(Started(), phone="en-AU")
    assert GENERAL in words(anew)
    assert ann.session is not None
    assert ann.session.country == ""
    assert "I'm in Australia" in [label for m in anew.messages for row in m.rows for label, *_ in row]


def test_a_list_that_was_erased_with_its_chat_chooses_nothing(opened: Opened) -> None:
    """Its buttons stand in the chat for good; another version may have another order of countries."""
    ann = Chat(opened())
    ann.does(Started(), phone="en")
    listed = ann.does(Commanded("country"))
    ann.taps(ann.does(Commanded("forget")), "Yes, erase")
    ann.does(Started(), phone="en")
    late = ann.taps(listed, "I'm in Ireland")
    assert ann.session is not None
    assert ann.session.country == ""
    assert "Which country" in words(late)
    ann.taps(late, "I'm in Ireland")
    assert ann.session.country == "IE"


def test_a_link_to_another_flow_keeps_it_where_its_numbers_are_known(opened: Opened) -> None:
    ann = Chat(opened())
    ann.taps(ann.does(Started(), phone="en"), "I'm in Ireland")
    files = files_of(SPRAIN)
    files["texts.en.yaml"] += "countries: {IE: Ireland}\n"
    files["countries.yaml"] = (
        "schema: 1\ncountries:\n  - country: IE\n    languages: [en]\n"
        '    emergency: {call: "112", source: "HSE: when to call 112 or 999"}\n'
    )
    ann.service.flows.current["sprain"] = knowing = read_flow("sprain", files)
    ann.does(Started(), flow="sprain")
    assert ann.session is not None
    assert (ann.session.version, ann.session.country) == (knowing.version, "IE")


def test_a_link_to_a_flow_without_its_numbers_leaves_it(opened: Opened) -> None:
    ann = Chat(opened())
    ann.taps(ann.does(Started(), phone="en"), "I'm in Ireland")
    ann.does(Started(), flow="sprain")
    assert ann.session is not None
    assert (ann.session.flow, ann.session.country) == ("sprain", "")


def test_a_version_that_does_not_know_its_numbers_asks_again() -> None:
    flow = back_spasm()
    less = edited(
        BACK_SPASM, ("countries.yaml", "- country: IE", "- country: XX"), ("texts.en.yaml", "  IE: {", "  XX: {")
    )
    asked = start(flow, "abc", "en", NOW)
    assert moved(asked.but(country="IE"), flow, less).country == ""
    assert moved(asked.but(country="GB"), flow, less).country == "GB"
    assert moved(asked.but(country=screens.OTHER_COUNTRY), flow, less).country == screens.OTHER_COUNTRY


def test_what_is_said_beside_the_interview_has_the_number_too(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    service = opened()
    ann = Chat(service)
    ann.taps(ann.does(Started(), phone="en-NZ"), "I'm in New Zealand")
    assert "You are in New Zealand." in str(ann.does(Commanded("mydata")).messages[0].file)
    monkeypatch.setattr("bot.service.chat.step", lambda *a: 1 / 0)
    assert "call 111" in words(ann.does(Typed("hello")))
    service.flows.withdrawn = frozenset({listening().version})
    paused = words(ann.does(Typed("hello")))
    assert "111" in paused
    assert GENERAL not in paused


def test_a_number_in_the_settings_asks_nothing_whatever_the_phone_says(opened: Opened) -> None:
    ann = Chat(opened(places=Places("116")))
    first = ann.does(Started(), phone="en-GB")
    assert "Call 116 or go" in words(first)
    assert [label for m in first.messages for row in m.rows for label, *_ in row if "I'm in" in label] == []


def test_who_chose_before_the_setting_was_made_reads_the_setting(opened: Opened) -> None:
    ann = Chat(opened())
    ann.taps(ann.does(Started(), phone="en-GB"), "I'm in Great Britain")
    ann.service = opened(places=Places("116"))
    assert "Call 116 or go" in words(ann.does(Started()))
