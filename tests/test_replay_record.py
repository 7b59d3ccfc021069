"""Recordings: what a script of somebody's chat leaves out, and that it plays back wherever the chat stood."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from talking import NOW, Person, sprain

from bot.core.compiled import Flow
from bot.core.events import Commanded, Started, Typed
from bot.replay.record import Recording, stored_script


def spoken_in_two_languages() -> Flow:
    """The small flow with its words a second time, under another language."""
    flow = sprain()
    return dataclasses.replace(flow, texts={**flow.texts, "de": flow.texts["en"]})


# --- nothing personal -------------------------------------------------------------------------------------------------


def test_words_behind_a_command_are_left_out() -> None:
    flow = spoken_in_two_languages()
    person = Person(flow)
    recording = Recording(flow, NOW)
    recording.turn(Started(), person.session)
    for name, words in (("back", "my name is Anna Smith"), ("language", "Anna Smith"), ("language", "de")):
        person.commands(name, words)
        recording.turn(Commanded(name, words), person.session)
    text = recording.script("Recorded")
    assert "Anna" not in text
    assert "command: language\n" in text
    assert "command: language de\n" in text


def test_a_stored_chat_is_told_without_its_day_and_with_days_counted_as_they_were() -> None:
    person = Person(sprain())
    person.now = datetime(2025, 3, 8, 23, 41, tzinfo=UTC)
    person.tap("me", "none_of_these")
    person.waits(minutes=3)
    person.types("it happened on 5 march")
    text = stored_script(sprain(), person.session, "Stored")
    assert "now: 2026-11-20T10:00\n" in text
    assert "2025" not in text
    assert "march" not in text.lower()
    moved = dataclasses.replace(person.session, started=person.session.started - timedelta(days=40))
    assert stored_script(sprain(), moved, "Stored") == text


def test_a_chat_in_another_language_is_told_in_it() -> None:
    flow = spoken_in_two_languages()
    person = Person(flow, "de")
    recording = Recording(flow, NOW)
    recording.turn(Started(), person.session)
    person.tap("me")
    recording.turn(Typed("Me"), person.session)
    assert "lang: de\n" in recording.script("Recorded")
    assert "lang: de\n" in stored_script(flow, person.session, "Stored")
    assert "lang:" not in stored_script(flow, Person(flow).session, "Stored")
