"""The conversation in Telegram: what a patient does and sees, against the double."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from pypdf import PdfReader

from bot.channels.telegram import pictures
from bot.replay.double.faults import Fault
from bot.replay.double.server import TelegramDouble
from tests.support.telegram_bot import UNCOMPLICATED, Clock, Patient, Running, eventually, quiet, serving


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble(clock=clock) as double:
        yield double
        assert not double.refused, "Telegram refused a call"
        assert not double.unanswered_taps, "a spinner was left turning"


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, sqlite_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, sqlite_url, clock=clock) as running:
        yield running
        await quiet(running, telegram)


def level(bot: Running, chat: int = 1) -> str | None:
    row = bot.store.load([f"telegram:{chat}"])[f"telegram:{chat}"]
    return None if row.session is None else row.session.level


async def test_a_conversation_by_taps_reads_as_a_transcript(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    await ann.start()
    await ann.walks(*UNCOMPLICATED)
    await quiet(bot, telegram)
    assert ann.last.text.startswith("Look after it yourself")
    assert level(bot) == "self_care"
    *earlier, advice = ann.person.messages
    assert advice.labels == ["Why button", "What changes button", "For my clinician", "Check on me", "More there"]
    assert {label for m in earlier for label in m.labels} == {"Change something"}, "an answered keyboard still stands"
    assert "Answered 1 to 3 days ago" in " ".join(m.text for m in earlier) or "Answered" in earlier[5].text


async def test_everything_can_be_typed(bot: Running, ann: Patient) -> None:
    await ann.start()
    for words in ("me", "none of these", "none of these", "35", "none of these", "2 days ago", "10 seconds", "no", "0",
                  "4 of 10", "no difference", "yes"):  # fmt: skip
        await ann.says(words)
    assert ann.last.text.startswith("Look after it yourself")


async def test_an_emergency_sign_is_answered_on_the_first_tap(bot: Running, ann: Patient) -> None:
    await ann.consents()
    message = await ann.taps_on("Open wound")
    assert message.text.startswith("Emergency")
    assert level(bot) == "emergency"


async def test_lists_toggle_in_place_and_are_done_with_done(bot: Running, ann: Patient) -> None:
    await ann.consents()
    await ann.taps_on("None of these")
    message = await ann.toggles("Crooked shape")
    assert "✓ Crooked shape" in message.labels
    assert "✓ Crooked shape" in message.text
    await ann.toggles("✓ Crooked shape")
    assert "Crooked shape" in message.labels
    await ann.toggles("Crooked shape")
    await ann.taps_on("Done")
    await ann.person.until(lambda: ann.person.chat.messages[message.id].labels == [])
    assert "Crooked shape" in ann.person.chat.messages[message.id].text


async def test_the_scale_stands_in_two_rows(bot: Running, ann: Patient) -> None:
    await ann.start()
    message = await ann.walks(*UNCOMPLICATED[:9])
    assert [len(row) for row in message.buttons] == [6, 5]


async def test_a_link_starts_the_flow_that_it_names(bot: Running, ann: Patient) -> None:
    await ann.start("sprain")
    assert "Who is this about?" in ann.last.text
    await ann.start("no_such_flow")
    assert "Who is this about?" in ann.last.text


async def test_commands(bot: Running, ann: Patient) -> None:
    await ann.consents()
    await ann.taps_on("None of these")
    await ann.says("/back")
    assert "Is any of these so?" in ann.last.text
    await ann.taps_on("None of these")
    await ann.says("/review")
    assert "Review title" in ann.person.transcript()
    for command, said in (("/why", "Why nothing"), ("/help", "Help"), ("/privacy", "Privacy 30")):
        assert said in (await ann.says(command)).text
    assert (await ann.says("/language")).labels == ["English"]
    await ann.says("/restart@back_spasm_bot")
    assert "Who is this about?" in ann.last.text
    await ann.says("/stop")
    assert "Stopped" in ann.last.text


async def test_an_unknown_command_is_read_as_words(bot: Running, ann: Patient) -> None:
    await ann.consents()
    await ann.says("/nonsense")
    assert "Is the foot colder or paler than the other one?" in ann.last.text


async def test_a_double_tap_is_one_answer(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    await ann.consents()
    first = ann.person.tap("None of these")
    second = ann.person.tap_again()
    await ann.person.answered(first)
    await ann.person.answered(second)
    await quiet(bot, telegram)
    assert "And any of these?" in ann.last.text
    assert sum("And any of these?" in m.text for m in ann.person.messages) == 1


async def test_an_old_keyboard_that_would_change_an_answer_is_asked_about(bot: Running, ann: Patient) -> None:
    await ann.start()
    message = await ann.walks(*UNCOMPLICATED[:3])
    data = message.button("55 or older").data
    await ann.taps_on("16 to 54")
    before = len(ann.person.messages)
    ann.person.press(message, data)
    await ann.person.until(lambda: len(ann.person.messages) > before)
    assert "Stale would change" in ann.last.text
    await ann.taps_on("Change it")
    await ann.says("/review")
    assert "55 or older" in ann.person.transcript().split("Review title")[-1]


async def test_a_red_flag_on_an_old_keyboard_counts(bot: Running, ann: Patient) -> None:
    message = await ann.consents()
    data = message.button("Cold foot").data
    await ann.walks("None of these", "None of these")
    before = len(ann.person.messages)
    ann.person.press(message, data)
    await ann.person.until(lambda: len(ann.person.messages) > before)
    assert "a cold or pale foot" in ann.last.text
    await ann.taps_on("Yes")
    assert level(bot) == "emergency"


async def test_a_red_flag_on_a_keyboard_of_an_earlier_session_counts(bot: Running, ann: Patient) -> None:
    message = await ann.consents()
    data = message.button("Cold foot").data
    await ann.says("/restart")
    before = len(ann.person.messages)
    ann.person.press(message, data)
    await ann.person.until(lambda: len(ann.person.messages) > before)
    assert "a cold or pale foot" in ann.last.text


@pytest.mark.parametrize("data", ["", "x", "0.0.0.0", "abcdef123456.1.99999.1", "....", "ä.1.2.3", "1.1.1." + "9" * 40])
async def test_a_forged_button_is_answered_with_the_question(bot: Running, ann: Patient, data: str) -> None:
    message = await ann.consents()
    before = len(ann.person.messages)
    ann.person.press(message, data)
    await ann.person.until(lambda: len(ann.person.messages) > before)
    assert "Is any of these so?" in ann.last.text


async def test_a_tap_after_everything_was_erased_begins_anew(bot: Running, ann: Patient) -> None:
    message = await ann.consents()
    data = message.button("None of these").data
    await ann.says("/forget")
    await ann.taps_on("Forget button")
    before = len(ann.person.messages)
    ann.person.press(message, data)
    await ann.person.until(lambda: len(ann.person.messages) > before)
    assert "Who is this about?" in ann.last.text


async def test_an_edited_message_corrects_the_answer_that_it_gave(bot: Running, ann: Patient) -> None:
    await ann.start()
    await ann.walks(*UNCOMPLICATED[:3])
    await ann.says("35")
    before = len(ann.person.messages)
    ann.person.edit("61")
    await ann.person.until(lambda: len(ann.person.messages) > before)
    await ann.says("/review")
    assert "Age: Years 61" in ann.person.transcript().split("Review title")[-1]


@pytest.mark.parametrize("what", ["sticker", "voice", "photo", "document", "video", "location", "contact", "poll"])
async def test_what_cannot_be_read_gets_a_kind_line_and_the_question(bot: Running, ann: Patient, what: str) -> None:
    await ann.consents()
    before = len(ann.person.messages)
    getattr(ann.person, what)()
    await ann.person.until(lambda: len(ann.person.messages) > before)
    assert ann.last.text.startswith("Not typed" if what in ("contact", "poll") else "Cant read")  # those have words
    assert "Is any of these so?" in ann.last.text


async def test_a_forwarded_message_is_not_taken_for_the_patients_words(bot: Running, ann: Patient) -> None:
    await ann.consents()
    before = len(ann.person.messages)
    ann.person.forward("none of these")
    await ann.person.until(lambda: len(ann.person.messages) > before)
    assert ann.last.text.startswith("Not typed")
    assert "Is any of these so?" in ann.last.text


async def test_a_group_is_refused_once_and_left(bot: Running, telegram: TelegramDouble) -> None:
    group = telegram.user(7, chat=-100123)
    group.send("hello")
    group.send("/start")
    await telegram.settled()
    await group.until(lambda: group.chat.left)
    await quiet(bot, telegram)
    assert [m.text for m in group.messages] == ["Group refused"]
    assert bot.store.load(["telegram:-100123"])["telegram:-100123"].session is None


async def test_a_group_that_adds_the_bot_again_is_refused_and_left_again(
    bot: Running, telegram: TelegramDouble
) -> None:
    group = telegram.user(7, chat=-100123)
    for times in (1, 2):
        group.adds()
        await group.until(lambda: group.chat.left)
        assert [m.text for m in group.messages] == ["Group refused"] * times
        group.removes()
        await quiet(bot, telegram)


@pytest.mark.parametrize("may_write", [True, False])
async def test_a_channel_is_left_whether_or_not_the_bot_may_write_there(
    bot: Running, telegram: TelegramDouble, may_write: bool
) -> None:
    channel = telegram.user(7, chat=-100124, kind="channel")
    if not may_write:
        telegram.fail("sendMessage", Fault("server_error", status=400))
    channel.adds("administrator")
    await channel.until(lambda: channel.chat.left)
    assert [m.text for m in channel.messages] == ["Group refused"] * may_write


async def test_who_blocks_the_bot_gets_nothing_more_and_keeps_their_data(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    await ann.start()
    await ann.walks(*UNCOMPLICATED[:4])
    ann.person.block()
    await quiet(bot, telegram)
    calls = len(telegram.calls)
    await bot.wait(3 * 3600)
    await quiet(bot, telegram)
    assert not [c for c in list(telegram.calls)[calls:] if c.method == "sendMessage"]
    row = bot.store.load(["telegram:1"])["telegram:1"]
    assert row.blocked
    assert row.session is not None
    ann.person.unblock()
    await ann.says("/start")
    assert not bot.store.load(["telegram:1"])["telegram:1"].blocked


async def test_a_language_is_one_tap(bot: Running, ann: Patient) -> None:
    await ann.consents()
    await ann.says("/language")
    await ann.taps_on("English")
    assert "Language changed" in ann.last.text
    assert "Is any of these so?" in ann.last.text


async def test_mydata_is_a_file(bot: Running, ann: Patient) -> None:
    await ann.start()
    await ann.walks(*UNCOMPLICATED[:4])
    message = await ann.says("/mydata")
    assert message.file is not None
    name, content = message.file
    assert name == "my-answers.txt"
    assert "Age: 16 to 54" in content.decode()


async def test_forget_leaves_nothing_behind(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    await ann.start()
    await ann.walks(*UNCOMPLICATED[:4])
    await ann.says("/forget")
    await ann.taps_on("Keep button")
    assert level(bot) is not None or bot.store.sessions_of("telegram:1")
    await ann.says("/forget")
    message = await ann.taps_on("Forget button")
    assert message.text == "Forgotten"
    await eventually(lambda: bot.store.load(["telegram:1"])["telegram:1"].seen == 0.0)
    assert bot.store.sessions_of("telegram:1") == []
    assert bot.store.waiting() == 0
    assert not bot.store.erase_chat("telegram:1"), "something was still known of the chat"


async def test_forget_leaves_nothing_of_somebody_who_then_blocks_the_bot(bot: Running, ann: Patient) -> None:
    await ann.consents()
    await ann.says("/forget")
    ann.person.chat.blocked = True
    ann.person.tap("Forget button")
    await eventually(lambda: bot.store.load(["telegram:1"])["telegram:1"].seen == 0.0)
    assert not bot.store.erase_chat("telegram:1"), "something was still known of the chat"


async def test_long_messages_are_split_and_html_is_escaped(bot: Running, ann: Patient) -> None:
    await ann.consents()
    await ann.says("<b>1 < 2 & \ud83d\ude00 </i>" * 3)
    assert "Is the foot colder or paler than the other one?" in ann.last.text


async def test_commands_and_descriptions_are_set_in_every_language_and_only_if_they_changed(
    telegram: TelegramDouble, clock: Clock, sqlite_url: str
) -> None:
    async with serving(telegram, sqlite_url, clock=clock):
        await telegram.until(
            lambda: (
                telegram.counts.get("setMyShortDescription", 0) >= 1
                and telegram.counts.get("getMyShortDescription", 0) >= 2
            )
        )
        await telegram.settled()
    settings = telegram.account.settings
    assert {("commands", ""), ("commands", "en"), ("description", ""), ("short_description", "")} <= {
        (what, lang) for what, _, lang in settings
    }
    menu = next(value for (what, _, lang), value in settings.items() if (what, lang) == ("commands", ""))
    assert [c["command"] for c in menu][:3] == ["start", "back", "review"]
    before, before_looks = telegram.counts["setMyCommands"], telegram.counts["getMyShortDescription"]
    async with serving(telegram, sqlite_url, clock=clock):
        await telegram.until(lambda: telegram.counts["getMyShortDescription"] >= before_looks + 2)
    assert telegram.counts["setMyCommands"] == before


async def test_the_note_for_a_clinician_is_one_page_with_a_line_to_copy(bot: Running, ann: Patient) -> None:
    await ann.start()
    await ann.walks(*UNCOMPLICATED)
    message = await ann.taps_on("For my clinician")
    assert message.file is not None
    name, content = message.file
    assert name == "note-for-clinician.pdf"
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    assert "Age 16 to 54" in reader.pages[0].extract_text().replace("\n", " ")
    ((button,),) = message.body["reply_markup"]["inline_keyboard"]
    assert button["copy_text"]["text"] in message.text
    again = await ann.taps_on("For my clinician")
    assert again.file == message.file


async def test_the_note_is_text_where_no_pdf_can_be_made(
    bot: Running, ann: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "can_make_pdf", lambda: False)
    await ann.start()
    await ann.walks(*UNCOMPLICATED)
    message = await ann.taps_on("For my clinician")
    assert message.file is not None
    name, content = message.file
    assert name == "note-for-clinician.txt"
    assert "Age: 16 to 54" in content.decode()
