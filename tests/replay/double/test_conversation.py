"""The Telegram double, driven by python-telegram-bot's own Bot over real HTTP: a conversation, and what it keeps."""

from __future__ import annotations

import asyncio

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    ReplyParameters,
)
from telegram.error import (
    Forbidden,
)

from bot.replay.double.server import TelegramDouble
from tests.support.double_calls import keys, refused, updates


async def test_a_conversation_with_buttons_edits_and_notices(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(7, name="Ann")
    ann.start("back_spasm")
    (start,) = await updates(bot)
    assert start.message is not None
    assert start.message.text == "/start back_spasm"
    assert start.message.entities[0].type == "bot_command"
    assert start.message.from_user is not None
    assert start.message.from_user.first_name == "Ann"

    sent = await bot.send_message(
        7, "<b>Does it hurt?</b>\n1 &lt; 2", parse_mode="HTML", reply_markup=keys("Yes|No", "Not sure")
    )
    assert sent.text == "Does it hurt?\n1 < 2"
    assert (sent.entities[0].type, sent.entities[0].offset, sent.entities[0].length) == ("bold", 0, 13)
    assert ann.last_message.labels == ["Yes", "No", "Not sure"]

    tap = ann.tap("No")
    (tapped,) = await updates(bot, offset=start.update_id + 1)
    query = tapped.callback_query
    assert query is not None
    assert query.data == "s1:0:0:No"
    assert query.message is not None
    assert query.message.message_id == sent.message_id
    assert ann.unanswered_taps == [tap]
    await query.answer("Noted")
    await ann.answered(tap)
    assert ann.unanswered_taps == []

    await query.edit_message_text("Does it hurt?\nNo")
    assert ann.last_message.labels == []
    assert ann.last_message.edits == 1
    ann.send("thank you")
    assert ann.transcript() == (
        "me           /start back_spasm\nbot          Does it hurt?\n             No\nme           thank you"
    )
    assert ann.history() == (
        "me           /start back_spasm\n"
        "bot          Does it hurt?\n"
        "             1 < 2\n"
        "             [Yes] [No]\n"
        "             [Not sure]\n"
        "me taps      [No]\n"
        "bot (notice) Noted\n"
        "bot (edits)  Does it hurt?\n"
        "             No\n"
        "me           thank you"
    )


async def test_chats_are_apart(telegram: TelegramDouble, bot: Bot) -> None:
    ann, ben = telegram.user(1), telegram.user(2, name="Ben", lang="sk")
    ben.send("hi")
    (update,) = await updates(bot)
    assert update.effective_user is not None
    assert (update.effective_user.id, update.effective_user.language_code) == (2, "sk")
    await bot.send_message(1, "to Ann")
    assert [message.text for message in ann.messages] == ["to Ann"]
    assert ben.messages == []
    assert telegram.user(1) is ann


async def test_everything_that_a_person_can_send_arrives_as_ptb_knows_it(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    ann.send("hello")
    ann.edit("hello!")
    for send in (ann.sticker, ann.voice, ann.photo, ann.document, ann.video, ann.location, ann.contact, ann.poll):
        send()
    ann.forward("not mine")
    ann.photo("look")
    seen = await updates(bot)
    assert [u.update_id for u in seen] == list(range(seen[0].update_id, seen[0].update_id + 12))
    assert seen[1].edited_message is not None
    assert seen[1].edited_message.text == "hello!"
    kinds = [u.message and u.message.effective_attachment for u in seen[2:10]]
    assert all(kinds), kinds
    assert seen[10].message is not None
    assert seen[10].message.forward_origin is not None
    assert seen[11].message is not None
    assert seen[11].message.caption == "look"


async def test_a_tap_names_what_is_on_the_screen_or_fails_with_the_screen(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    first = await bot.send_message(1, "one", reply_markup=keys("Yes", data="old:"))
    await bot.send_message(1, "two", reply_markup=keys("Yes", data="new:"))
    ann.tap("Yes")
    ann.tap("old:Yes")
    ann.tap("Yes", on=ann.messages[0])
    ann.tap_again()
    assert [u.callback_query and u.callback_query.data for u in await updates(bot)] == [
        "new:Yes",
        "old:Yes",
        "old:Yes",
        "old:Yes",
    ]
    with pytest.raises(AssertionError, match="no button 'Maybe'"):
        ann.tap("Maybe")
    await bot.edit_message_reply_markup(1, first.message_id)
    stale = ann.press(ann.messages[0], "old:Yes")
    assert stale in ann.unanswered_taps


async def test_a_person_s_wait_ends_with_what_they_wait_for_or_with_the_chat(
    telegram: TelegramDouble, bot: Bot
) -> None:
    ann = telegram.user(1)
    ann.send("hi")
    waiting = asyncio.ensure_future(ann.sees("Hello"))
    await asyncio.sleep(0)
    await bot.send_message(1, "Good day")
    assert not waiting.done()
    await bot.send_message(1, "Hello, Ann")
    assert (await waiting).text == "Hello, Ann"
    assert (await ann.next_message()).text == "Hello, Ann"
    assert (await ann.sees("Hello")).text == "Hello, Ann"
    with pytest.raises(AssertionError, match="Hello, Ann"):
        await ann.sees("Goodbye", seconds=0.05)
    badly = asyncio.ensure_future(ann.until(lambda: len(ann.messages) > 2 and bool(1 / 0)))
    await asyncio.sleep(0)
    await bot.send_message(1, "third")
    with pytest.raises(ZeroDivisionError):
        await badly


async def test_documents_keep_their_content(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    sent = await bot.send_document(1, b"all my answers", filename="môj.json", caption="<i>Yours</i>", parse_mode="HTML")
    assert sent.document is not None
    assert sent.document.file_name == "môj.json"
    assert ann.last_message.file == ("môj.json", b"all my answers")
    assert ann.last_message.text == "Yours"
    assert "there is no text" in await refused(bot.edit_message_text("x", 1, sent.message_id))
    edited = await bot.edit_message_caption(1, sent.message_id, caption="Still yours")
    assert not isinstance(edited, bool)
    assert edited.caption == "Still yours"
    assert "non-empty" in await refused(bot.send_document(1, b""))


async def test_typing_deleting_and_replying(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    mine = ann.send("question")
    assert await bot.send_chat_action(1, "typing")
    answer = await bot.send_message(1, "answer", reply_parameters=ReplyParameters(mine.id))
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.text == "question"
    assert await bot.delete_message(1, answer.message_id)
    assert ann.messages == []
    assert "to delete not found" in await refused(bot.delete_message(1, answer.message_id))
    assert "to edit not found" in await refused(bot.edit_message_text("x", 1, answer.message_id))
    assert "can't be edited" in await refused(bot.edit_message_text("x", 1, mine.id))
    assert "replied not found" in await refused(bot.send_message(1, "x", reply_parameters=ReplyParameters(99)))
    assert await bot.send_message(1, "x", reply_parameters=ReplyParameters(99, allow_sending_without_reply=True))
    assert "wrong parameter action" in await refused(bot.send_chat_action(1, "dancing"))
    assert await bot.delete_messages(1, [mine.id, 77])
    assert ann.history().startswith(
        "me           question\nbot is       typing\nbot          answer\nbot deletes  answer"
    )


async def test_groups(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1, chat=-100)
    ann.send("/start@back_spasm_bot")
    (update,) = await updates(bot)
    assert update.effective_chat is not None
    assert (update.effective_chat.id, update.effective_chat.type) == (-100, "supergroup")
    assert (await bot.get_chat(-100)).title == "A group"
    await bot.leave_chat(-100)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(-100, "still here?")
    assert telegram.user(1) is not ann


async def test_who_blocked_the_bot_gets_nothing(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    ann.block()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(1, "hello?")
    ann.unblock()
    await bot.send_message(1, "hello!")
    changes = [u.my_chat_member for u in await updates(bot)]
    assert [c and c.new_chat_member.status for c in changes] == ["kicked", "member"]


async def test_commands_and_descriptions_are_kept_per_language_and_scope(telegram: TelegramDouble, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("help", "Help"), ("start", "Begin")])
    await bot.set_my_commands([("pomoc", "Pomoc")], language_code="sk")
    await bot.set_my_commands([("stop", "Stop")], scope=BotCommandScopeAllPrivateChats())
    assert [c.command for c in await bot.get_my_commands()] == ["help", "start"]
    assert [c.command for c in await bot.get_my_commands(language_code="sk")] == ["pomoc"]
    assert [c.command for c in await bot.get_my_commands(scope=BotCommandScopeAllPrivateChats())] == ["stop"]
    await bot.delete_my_commands(language_code="sk")
    assert await bot.get_my_commands(language_code="sk") == ()
    await bot.set_my_description("An interview", language_code="en")
    await bot.set_my_short_description("Short")
    assert (await bot.get_my_description(language_code="en")).description == "An interview"
    assert (await bot.get_my_description()).description == ""
    assert (await bot.get_my_short_description(language_code="sk")).short_description == "Short"
    assert (await bot.get_my_name()).name == "back_spasm_bot"
    assert "command_invalid" in await refused(bot.set_my_commands([("Upper", "x")]))
    assert "description_invalid" in await refused(bot.set_my_commands([("a", "")]))
    assert "language code" in await refused(bot.set_my_commands([("a", "b")], language_code="english"))
    assert "too long" in await refused(bot.set_my_short_description("x" * 121))
    assert "too long" in await refused(bot.set_my_description("x" * 513))
