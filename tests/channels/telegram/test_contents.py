"""Whatever arrives is looked through for signs and answered: captions, polls, forwarded and quoted words, kinds that nobody
knows yet. Through the Bot API's double, and for every field that Telegram publishes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.telegram.contents import ENVELOPE, NOTES, all_words, kind_of, plain_words, words_in
from bot.channels.telegram.updates import read_update
from bot.replay.double.server import TelegramDouble
from tests.support.places import ROOT
from tests.support.telegram_bot import Clock, Patient, Running, quiet
from tests.support.written import begun, hears, listening_bot, reply_to, screen, session

DESCRIPTION = ROOT.parent / "shared" / "telegram" / "api.json"
ME, OTHER = {"id": 1, "is_bot": False, "first_name": "Ann"}, {"id": 2, "is_bot": False, "first_name": "Bob"}
SIGN = "numb between my legs since this morning"
PHOTO = [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}]
VOICE = {"file_id": "v", "file_unique_id": "v", "duration": 3}


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, sqlite_url: str) -> AsyncIterator[Running]:
    async with listening_bot(telegram, sqlite_url, clock) as running:
        yield running


def option(text: str) -> dict[str, Any]:
    return {"text": text, "voter_count": 0, "persistent_id": "0"}


def holding(words: str) -> dict[str, dict[str, Any]]:
    """Contents of many kinds that hold these words somewhere."""
    pieces = words.split(" ", 1)
    bold = [{"type": "bold", "text": pieces[0]}, " ", {"type": "italic", "text": ["", pieces[1]]}]
    table = [[{"text": words, "align": "left", "valign": "top"}]]
    return {
        "caption of a photo": {"photo": PHOTO, "caption": words},
        "caption of a voice note": {"voice": VOICE, "caption": words},
        "caption of a file": {"document": {**VOICE, "file_name": "letter.pdf"}, "caption": words},
        "poll question": {"poll": {"id": "1", "question": words, "options": [option("yes")], "type": "regular"}},
        "poll option": {"poll": {"id": "1", "question": "Which?", "options": [option("a"), option(words)]}},
        "venue": {"venue": {"location": {"latitude": 1.0, "longitude": 1.0}, "title": words, "address": "Here"}},
        "contact": {"contact": {"phone_number": "+1", "first_name": "Help", "last_name": words}},
        "checklist": {
            "checklist": {"title": "Now", "tasks": [{"id": 1, "text": "buy milk"}, {"id": 2, "text": words}]}
        },
        "added to a checklist": {"checklist_tasks_added": {"tasks": [{"id": 2, "text": words}]}},
        "game": {"game": {"title": "Game", "description": words, "photo": PHOTO}},
        "forwarded by the writer": {"text": words, "forward_origin": {"type": "user", "date": 1, "sender_user": ME}},
        "forwarded from somebody": {"text": words, "forward_origin": {"type": "user", "date": 1, "sender_user": OTHER}},
        "forwarded photo": {"photo": PHOTO, "caption": words, "forward_origin": {"type": "channel", "date": 1}},
        "quoted from another chat": {"text": "this", "quote": {"text": words, "position": 0}, "external_reply": {}},
        "rich paragraph": {"rich_message": {"blocks": [{"type": "paragraph", "text": words}]}},
        "rich pieces": {"rich_message": {"blocks": [{"type": "paragraph", "text": bold}]}},
        "rich list": {
            "rich_message": {
                "blocks": [
                    {"type": "list", "items": [{"label": "1.", "blocks": [{"type": "paragraph", "text": words}]}]}
                ]
            }
        },
        "rich table": {"rich_message": {"blocks": [{"type": "table", "cells": table}]}},
        "rich photo": {"rich_message": {"blocks": [{"type": "photo", "photo": PHOTO, "caption": {"text": words}}]}},
        "rich details": {"rich_message": {"blocks": [{"type": "details", "summary": words, "blocks": []}]}},
        "kind of next year": {"hologram": {"file_id": "h" * 60, "layers": [{"speech": {"said": words}}]}},
        "kind of a plain string": {"whisper": words},
        "kind of the year after": {"mood": {"level": 3, "notes": [words, "x"]}},
    }


@pytest.mark.parametrize("what", holding(SIGN))
async def test_a_sign_is_found_wherever_it_stands(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, what: str
) -> None:
    await begun(ann, clock)
    ann.person.sends(**holding(SIGN)[what])
    await quiet(bot, telegram)
    assert [s.option for s in session(bot).signs] == ["saddle_numbness"]


TYPED_SO = ("rich paragraph", "rich pieces", "rich list", "rich table", "rich photo", "rich details")


@pytest.mark.parametrize("what", [w for w in holding("x y") if w not in TYPED_SO and w != "quoted from another chat"])
async def test_what_was_not_typed_answers_nothing_and_is_answered(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, what: str
) -> None:
    await begun(ann, clock)
    before = len(ann.person.messages)
    ann.person.sends(**holding("none of these")[what])
    await quiet(bot, telegram)
    assert len(ann.person.messages) == before + 1
    assert "any of these NEW" in ann.last.text
    assert "I only take what you type" in ann.last.text
    assert set(session(bot).answers) == {"for_whom", "age"}


@pytest.mark.parametrize("what", TYPED_SO)
async def test_rich_words_are_typed_words(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, what: str
) -> None:
    await begun(ann, clock)
    ann.person.sends(**holding("none of these")[what])
    await quiet(bot, telegram)
    assert session(bot).at in ("danger", "nerves/alone")
    if what in ("rich paragraph", "rich pieces"):
        assert session(bot).at == "danger"


@pytest.mark.parametrize(
    "fields",
    [
        {"voice": VOICE},
        {"hologram": {"file_id": "x"}},
        {"rich_message": {"blocks": [{"type": "divider"}]}},
        {"rich_message": {"blocks": []}},
        {"text": "  \n "},
        {"dice": {"emoji": "x", "value": 3}},
        {"checklist_tasks_done": {"marked_as_done_task_ids": [1]}},
        {"photo": PHOTO, "caption": " "},
        {"live_photo": VOICE},
        {"giveaway": {"winner_count": 1}},
    ],
)
async def test_what_has_no_words_gets_a_line_and_the_question(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, fields: dict[str, Any]
) -> None:
    await begun(ann, clock)
    before = len(ann.person.messages)
    ann.person.sends(**fields)
    await quiet(bot, telegram)
    assert len(ann.person.messages) == before + 1
    assert "I can only read typed English" in ann.last.text


@pytest.mark.parametrize("name", ["pinned_message", "write_access_allowed", "message_auto_delete_timer_changed"])
async def test_what_telegram_notes_by_itself_is_not_answered(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, name: str
) -> None:
    await begun(ann, clock)
    before = len(ann.person.messages)
    ann.person.sends(**{name: {"text": SIGN}})
    await quiet(bot, telegram)
    assert len(ann.person.messages) == before


@pytest.mark.parametrize("count", [2, 5, 10])
async def test_an_album_is_answered_once(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, count: int
) -> None:
    await begun(ann, clock)
    before = len(ann.person.messages)
    for _ in range(count):
        clock.now += 3
        ann.person.sends(photo=PHOTO, media_group_id="77")
        await quiet(bot, telegram)
    assert len(ann.person.messages) == before + 1
    ann.person.sends(photo=PHOTO, media_group_id="78")
    await quiet(bot, telegram)
    assert len(ann.person.messages) == before + 2


async def test_a_sign_under_a_later_photo_of_an_album_counts(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    for caption in ("", "", SIGN, ""):
        ann.person.sends(photo=PHOTO, media_group_id="77", **({"caption": caption} if caption else {}))
    await quiet(bot, telegram)
    assert [s.option for s in session(bot).signs] == ["saddle_numbness"]


@pytest.mark.parametrize("words", ["I took 40 paracetamol", "call me an ambulance", "I want to die"])
async def test_calls_for_help_are_heard_in_a_caption(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, words: str
) -> None:
    await begun(ann, clock)
    ann.person.sends(photo=PHOTO, caption=words)
    await quiet(bot, telegram)
    assert "I only take what you type" not in "".join(m.text for m in ann.person.messages)


async def test_facts_in_the_patients_own_caption_are_kept_and_those_of_others_are_not(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    story = "it began 3 days ago when I lifted a box"
    ann.person.sends(text=story, forward_origin={"type": "user", "date": 1, "sender_user": OTHER})
    await quiet(bot, telegram)
    assert "onset" not in session(bot).answers
    ann.person.sends(photo=PHOTO, caption=story)
    await quiet(bot, telegram)
    assert "onset" in session(bot).answers


@pytest.mark.parametrize("change", [{"text": SIGN}, {"caption": SIGN, "photo": PHOTO}, {"poll": {"question": SIGN}}])
async def test_a_sign_in_an_edited_message_counts(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, change: dict[str, Any]
) -> None:
    await begun(ann, clock)
    body = {k: v for k, v in ann.person.send("hello").body.items() if k != "text"}
    await quiet(bot, telegram)
    clock.now += 20
    telegram.updates.add("edited_message", {**body, **change, "edit_date": int(clock.now)})
    await quiet(bot, telegram)
    assert [s.option for s in session(bot).signs] == ["saddle_numbness"]


async def test_a_reply_that_quotes_a_friend_is_looked_through(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    await hears(bot, telegram, ann, "none", **reply_to(screen(ann, "any of these NEW"), quote={"text": SIGN}))
    assert session(bot).at == "danger", "what the bot said itself is no sign"


@pytest.mark.skipif(not DESCRIPTION.exists(), reason="needs Telegram's published description of its API")
def test_every_published_field_of_a_message_is_known() -> None:
    fields = {f["name"] for f in json.loads(DESCRIPTION.read_text())["types"]["Message"]["fields"]}
    kinds = fields - ENVELOPE - NOTES
    assert {"photo", "voice", "poll", "rich_message", "checklist", "gift", "web_app_data"} <= kinds
    assert not ENVELOPE & NOTES
    assert {"quote", "external_reply", "forward_origin", "pinned_message"} & kinds == set()


@pytest.mark.parametrize(
    "content",
    [None, 7, "", [], {}, {"a": None}, [[["x"]]], {"text": {"text": {"text": "deep"}}}, {"text": [None, 3, "x"]}],
)
def test_no_shape_of_content_is_an_error(content: Any) -> None:
    words_in(content)
    message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "from": ME, "thing": content}
    assert kind_of(message) == "thing"
    all_words(message)
    plain_words({**message, "rich_message": content})
    incoming = read_update({"update_id": 1, "message": {**message, "rich_message": content, "quote": content}})
    assert incoming.event is not None
    assert not incoming.unreadable


def test_content_that_goes_on_for_ever_is_read_to_a_depth() -> None:
    content: Any = "deep"
    for _ in range(500):
        content = {"blocks": [content]}
    assert words_in(content) == ""
