"""A list with a picture in Telegram: tapped by number, changed in place, answered in words, and never silent when it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.telegram import pictures
from bot.channels.telegram.messages import LONGEST_CAPTION, first_look, pieces, text_units
from bot.core.rendering.message import Picture, PictureMark
from bot.replay.double.chats import DoubleMessage
from bot.replay.double.faults import Breakage, Fault, Faults
from bot.replay.double.server import DoubleCall, TelegramDouble
from bot.service.payload import Payload
from tests.support.telegram_bot import UNCOMPLICATED, Clock, Patient, Running, eventually, quiet, serving
from tests.support.webhook_bot import server

TO_PICTURE = UNCOMPLICATED[:10]
LIST = "What makes it worse?\n1. Walking\n2. Twisting"
TICKED = "What makes it worse?\n1. \u2713 Walking\n2. Twisting"
NUMBERS = ["1", "2", "No difference", "Not sure", "Done"]
WORDS = ["Walking", "Twisting", "No difference", "Not sure", "Done"]
REFUSED = Fault("server_error", status=400, description="Bad Request: IMAGE_PROCESS_FAILED")
UNKNOWN_FILE = Fault("server_error", status=400, description="Bad Request: wrong file identifier/HTTP URL specified")
NO_MEDIA = Fault("server_error", status=400, description="Bad Request: there is no media in the message to edit")


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramDouble]:
    """A photo is never edited as a text, nor a text's caption: Telegram would refuse it."""
    async with TelegramDouble(clock=clock) as double:
        yield double
        refused = [c for c in double.refused if c.method != "answerCallbackQuery" and c.description not in _MEANT]
        refused = [c for c in refused if "not modified" not in c.description]
        assert not refused, "Telegram refused a call"
        assert not double.unanswered_taps, "a spinner was left turning"


_MEANT = {f.description for f in (REFUSED, UNKNOWN_FILE, NO_MEDIA)}


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, sqlite_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, sqlite_url, clock=clock) as running:
        yield running
        await quiet(running, telegram)


async def to_picture(ann: Patient) -> DoubleMessage:
    """The screen with the picture."""
    await ann.start()
    message: DoubleMessage = await ann.walks(*TO_PICTURE)
    return message


def made(telegram: TelegramDouble, method: str) -> list[DoubleCall]:
    return [c for c in telegram.calls if c.method == method and c.status == 200]


def edits_of(telegram: TelegramDouble, message: DoubleMessage) -> list[str]:
    """Which calls changed a message."""
    return [
        c.method
        for c in telegram.calls
        if c.status == 200 and "edit" in c.method and c.values["message_id"] == message.id
    ]


def drawn(message: DoubleMessage) -> bytes:
    assert message.file is not None
    return message.file[1]


async def test_numbers_toggle_and_the_picture_changes_with_them(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    message = await to_picture(ann)
    assert message.body["photo"]
    assert message.body["show_caption_above_media"], "the words stand above, the numbers beside their buttons"
    assert (LIST in message.text, message.labels) == (True, NUMBERS)
    plain = drawn(message)
    await ann.toggles("1")
    assert (TICKED in message.text, message.labels[0]) == (True, "\u2713 1")
    marked = drawn(message)
    assert marked != plain
    await ann.toggles("2")
    assert drawn(message) not in (plain, marked)
    await ann.toggles("\u2713 2")
    assert drawn(message) == marked
    await ann.taps_on("Done")
    await ann.person.until(lambda: not message.labels)
    assert message.text.endswith("Answered Walking")
    assert TICKED in message.text
    assert drawn(message) == marked
    assert edits_of(telegram, message) == [*["editMessageMedia"] * 3, "editMessageCaption"]
    uploads = [c for c in telegram.calls if "attach://" in str(c.values.get("media", c.values.get("photo")))]
    assert len(uploads) == 3, "what was sent before goes by its number"


async def test_a_picture_that_somebody_else_got_is_not_sent_again(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    await to_picture(ann)
    bob = Patient(telegram.user(2, name="Bob"))
    assert drawn(await to_picture(bob)) == drawn(ann.last)
    first, second = made(telegram, "sendPhoto")
    assert (first.values["photo"], second.values["photo"]) == ("attach://photo", ann.last.body["photo"][-1]["file_id"])


async def test_a_double_tap_is_one_change(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    message = await to_picture(ann)
    for tap in [ann.person.tap("1", message) for _ in range(2)]:
        await ann.person.answered(tap)
    await quiet(bot, telegram)
    assert edits_of(telegram, message) == ["editMessageMedia"]
    assert TICKED in message.text


async def test_words_mark_it_as_taps_do(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    message = await to_picture(ann)
    await ann.toggles("1")
    by_tap = drawn(message)
    await ann.toggles("\u2713 1")
    await ann.says("walking")
    await quiet(bot, telegram)
    assert message.text.endswith("Answered Walking")
    assert drawn(message) == by_tap
    assert message.labels == []


async def test_none_of_these_and_not_sure(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    message = await to_picture(ann)
    plain = drawn(message)
    await ann.taps_on("Not sure")
    await quiet(bot, telegram)
    assert (message.text.endswith("Answered Not sure"), drawn(message) == plain) == (True, True)


async def test_back_and_a_correction_show_it_again(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    message = await to_picture(ann)
    await ann.toggles("2")
    marked = drawn(message)
    await ann.taps_on("Done")
    await ann.says("/back")
    again = ann.last
    assert again.id != message.id
    assert again.body["photo"]
    assert LIST.splitlines()[0] in again.text
    await ann.taps_on("No difference")
    await ann.says("/review")
    await ann.walks("Change something", "Movements")
    assert ann.last.labels[-1] == "Done"
    assert ann.last.body["photo"]
    await quiet(bot, telegram)
    late = ann.person.press(message, message_data(telegram, message))
    await ann.person.answered(late)
    await quiet(bot, telegram)
    assert drawn(message) == marked, "an old picture stays as it was answered"


def message_data(telegram: TelegramDouble, message: DoubleMessage) -> str:
    """The data of the first button that a message once had."""
    keys: Any = made(telegram, "sendPhoto")[0].values["reply_markup"]["inline_keyboard"]
    assert message.id
    return str(keys[0][0]["callback_data"])


# Refused, lost, late


async def test_a_picture_that_is_refused_is_said_in_words(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    telegram.fail("sendPhoto", REFUSED)
    message = await to_picture(ann)
    assert "photo" not in message.body
    assert (LIST in message.text, message.labels) == (True, WORDS)
    await ann.toggles("Walking")
    assert TICKED in message.text
    await ann.taps_on("Done")
    await quiet(bot, telegram)
    assert message.text.endswith("Answered Walking")
    assert edits_of(telegram, message) == ["editMessageText"] * 2


async def test_what_cannot_be_drawn_is_said_in_words(
    bot: Running, ann: Patient, telegram: TelegramDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_drawing(_: Picture) -> bytes:
        raise ValueError("no such zone")

    monkeypatch.setattr(pictures, "draw", no_drawing)
    message = await to_picture(ann)
    assert ("photo" in message.body, message.labels) == (False, WORDS)
    assert telegram.counts.get("sendPhoto", 0) == 0


async def test_a_change_of_the_picture_that_is_refused_changes_the_words(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    message = await to_picture(ann)
    plain = drawn(message)
    telegram.fail("editMessageMedia", REFUSED)
    await ann.toggles("1")
    assert (TICKED in message.text, message.labels[0], drawn(message) == plain) == (True, "\u2713 1", True)
    await ann.toggles("2")
    assert drawn(message) != plain, "the next change draws both marks"


async def test_a_number_that_telegram_forgot_is_sent_as_a_picture(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    message = await to_picture(ann)
    await ann.toggles("1")
    marked = drawn(message)
    await ann.toggles("\u2713 1")
    telegram.fail("editMessageMedia", UNKNOWN_FILE)
    await ann.toggles("1")
    assert drawn(message) == marked
    assert [str(c.values["media"]["media"])[:9] for c in made(telegram, "editMessageMedia")][-1] == "attach://"


@pytest.mark.parametrize(
    "breakage", [pytest.param("too_many", marks=pytest.mark.slow), "server_error", "reset", "reset_after"]
)
async def test_a_call_that_failed_is_made_again(
    bot: Running, ann: Patient, telegram: TelegramDouble, breakage: Breakage
) -> None:
    telegram.fail("sendPhoto", Fault(breakage))
    await to_picture(ann)
    await quiet(bot, telegram)
    message = ann.last
    assert message.labels == NUMBERS
    telegram.fail("editMessageMedia", Fault(breakage))
    ann.person.tap("1", message)
    await ann.person.until(lambda: TICKED in message.text, 10)
    await quiet(bot, telegram)
    assert message.labels[0] == "\u2713 1"
    await ann.taps_on("Done")
    await ann.person.until(lambda: message.text.endswith("Answered Walking"))


async def test_what_was_shown_without_an_answer_is_taken_back_all_the_same(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    """An edit whose answer was lost is done: the one that leads back to what stood before is no change of nothing."""
    message = await to_picture(ann)
    for button in ("1", "2", "\u2713 2"):  # from here on the pictures are known to Telegram
        await ann.toggles(button)
    telegram.fail("editMessageMedia", Fault("reset_after"))
    ann.person.tap("2", message)
    await ann.person.until(lambda: message.labels[1] == "\u2713 2", 10)
    await quiet(bot, telegram)
    ann.person.tap("\u2713 2", message)
    await ann.person.until(lambda: message.labels[1] == "2", 10)
    assert message.labels[0] == "\u2713 1"


async def test_an_update_that_comes_again_changes_nothing(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    message = await to_picture(ann)
    telegram.faults = Faults(duplicate=1.0)
    await ann.toggles("1")
    await quiet(bot, telegram)
    assert TICKED in message.text
    assert edits_of(telegram, message) == ["editMessageMedia"]


@pytest.mark.parametrize("in_words", [False, True], ids=["photo", "text"])
async def test_who_starts_anew_does_not_know_what_it_is_and_edits_it_right(
    telegram: TelegramDouble, ann: Patient, clock: Clock, database_url: str, in_words: bool
) -> None:
    """Only the message's number is stored: after a restart a photo is edited as one, and a text becomes one."""
    async with serving(telegram, database_url, clock=clock) as bot:
        if in_words:
            telegram.fail("sendPhoto", REFUSED)
        message = await to_picture(ann)
        await quiet(bot, telegram)
    async with serving(telegram, database_url, clock=clock) as bot:
        await ann.toggles("Walking" if in_words else "1")
        assert (TICKED in message.text, "photo" in message.body, message.labels[0]) == (True, True, "\u2713 1")
        await quiet(bot, telegram)
    async with serving(telegram, database_url, clock=clock) as bot:
        await ann.taps_on("Done")
        await quiet(bot, telegram)
        assert message.text.endswith("Answered Walking")
    assert edits_of(telegram, message) == ["editMessageMedia"] * 2


async def test_a_text_that_may_not_become_a_photo_is_edited_as_a_text(
    telegram: TelegramDouble, ann: Patient, clock: Clock, sqlite_url: str
) -> None:
    async with serving(telegram, sqlite_url, clock=clock) as bot:
        telegram.fail("sendPhoto", REFUSED)
        message = await to_picture(ann)
        await quiet(bot, telegram)
    async with serving(telegram, sqlite_url, clock=clock) as bot:
        telegram.fail("editMessageMedia", NO_MEDIA)
        await ann.toggles("Walking")
        assert (TICKED in message.text, "photo" in message.body) == (True, False)
        await ann.taps_on("Done")
        await quiet(bot, telegram)
        assert edits_of(telegram, message) == ["editMessageText"] * 2


async def test_by_webhook(telegram: TelegramDouble, ann: Patient, clock: Clock, sqlite_url: str) -> None:
    async with server(telegram, sqlite_url, clock):
        message = await to_picture(ann)
        await ann.toggles("2")
        assert message.labels[:2] == ["1", "\u2713 2"]
        await ann.taps_on("Done")
        await eventually(lambda: message.text.endswith("Answered Twisting"))


async def test_a_log_has_no_word_of_it(
    bot: Running, ann: Patient, telegram: TelegramDouble, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail("sendPhoto", REFUSED)
    await to_picture(ann)
    await ann.toggles("Walking")
    assert "picture refused" in caplog.text
    assert "alking" not in caplog.text


# As values

MARKS = Picture("legs", (PictureMark("1", ("calves", "feet"), True), PictureMark("2", (), False)), "Legs.")


def test_a_payload_keeps_names_and_marks_and_no_drawing() -> None:
    kept = Payload((("title", "Where?"),), picture=MARKS)
    assert Payload.from_json(kept.to_json()) == kept
    assert len(kept.to_json()) < 200
    assert Payload.from_json('{"blocks":[["text","of an earlier release"]]}').picture is None


@pytest.mark.parametrize(
    ("payload", "look"),
    [
        (Payload((("title", "Where?"),), picture=MARKS), "picture"),
        (Payload((("title", "Where?"),)), "text"),
        (Payload((("title", "Where?"),), picture=MARKS, urgent=True), "text"),
        (Payload((("text", "a" * 900),), picture=MARKS), "text"),
        (Payload((("text", "\U0001f9b5" * 450),), picture=MARKS), "text"),
        (Payload((("text", "a" * 900),), picture=MARKS, edits=True), "picture"),
        (Payload((("text", "a" * 1030),), picture=MARKS, edits=True), "caption"),
    ],
    ids=["a list", "no picture", "urgent", "long", "long in units", "an edit", "a long edit"],
)
def test_when_it_is_shown(payload: Payload, look: str) -> None:
    """What must be read is a text, and no word is lost for a picture."""
    assert first_look(payload) == look
    if look == "picture":
        (words,) = pieces(payload.blocks, LONGEST_CAPTION)
        assert text_units(words) <= LONGEST_CAPTION
