"""What Telegram refuses, the double refuses: with Telegram's words and codes."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardRemove,
)
from telegram.error import (
    InvalidToken,
    TelegramError,
)

from bot.replay.double.server import TOKEN, TelegramDouble
from tests.support.double_calls import bot_of, keys, refused


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("closed</b>", "Unexpected end tag"),
        ("<b><i>crossed</b></i>", 'expected "</i>", found "</b>"'),
        ("<h1>title</h1>", 'Unsupported start tag "h1"'),
        ("<br>", "Unsupported start tag"),
        ("1 < 2", "Unclosed start tag"),
        ("<span>x</span>", 'must have class "tg-spoiler"'),
    ],
)
async def test_broken_html_is_refused(telegram: TelegramDouble, bot: Bot, html: str, words: str) -> None:
    telegram.user(1)
    assert words.lower() in await refused(bot.send_message(1, html, parse_mode="HTML"))
    assert len(telegram.refused) == 1


async def test_html_is_read_as_telegram_reads_it(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    sent = await bot.send_message(
        1,
        ' 😀 <b>a<i>b</i></b> <a href="https://x.org/?a=1&amp;b=2">link</a> &amp;&lt;&#33;&copy; <u></u>\n',
        parse_mode="html",
    )
    assert ann.last_message.text == "😀 ab link &<!&copy;"
    assert [(e.type, e.offset, e.length, e.url) for e in sent.entities] == [
        ("bold", 3, 2, None),
        ("italic", 4, 1, None),
        ("text_link", 6, 4, "https://x.org/?a=1&b=2"),
    ]
    assert (await bot.send_message(1, "1 < 2 <b>")).text == "1 < 2 <b>", "plain text is not read as HTML"


async def test_texts_have_their_limits(telegram: TelegramDouble, bot: Bot) -> None:
    telegram.user(1)
    assert await bot.send_message(1, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML"), "tags do not count"
    assert "too long" in await refused(bot.send_message(1, "x" * 4097))
    assert "too long" in await refused(bot.send_message(1, "😀" * 2049)), "Telegram counts UTF-16 units"
    assert "empty" in await refused(bot.send_message(1, "  \n "))
    assert "empty" in await refused(bot.send_message(1, "<b> </b>", parse_mode="HTML"))
    assert "caption is too long" in await refused(bot.send_document(1, b"x", caption="x" * 1025))
    assert "utf-8" in await refused(bot.send_message(1, "\ud800"))
    assert "unsupported parse_mode" in await refused(bot.send_message(1, "x", parse_mode="BBCode"))
    assert "reads html" in await refused(bot.send_message(1, "x", parse_mode="MarkdownV2"))


async def test_keyboards_have_their_limits(telegram: TelegramDouble, bot: Bot) -> None:
    telegram.user(1)

    def one(**button: Any) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton("Go", **button)]])

    assert await bot.send_message(1, "x", reply_markup=one(callback_data="x" * 64))
    assert "button_data_invalid" in await refused(bot.send_message(1, "x", reply_markup=one(callback_data="x" * 65)))
    assert "button_data_invalid" in await refused(bot.send_message(1, "x", reply_markup=one(callback_data="á" * 33)))
    assert "unsupported url protocol" in await refused(bot.send_message(1, "x", reply_markup=one(url="tel:112")))
    assert await bot.send_message(1, "x", reply_markup=one(url="https://example.org"))
    assert "text buttons are unallowed" in await refused(bot.send_message(1, "x", reply_markup=one()))
    many = keys(*["a|b|c|d|e"] * 21)
    assert "too long" in await refused(bot.send_message(1, "x", reply_markup=many))
    assert "non-empty" in await refused(bot.send_message(1, "x", reply_markup=keys(" ", data="d")))
    assert await bot.send_message(1, "x", reply_markup=ReplyKeyboardRemove())


async def test_an_equal_edit_is_refused_and_an_edit_takes_the_keyboard_unless_it_brings_one(
    telegram: TelegramDouble, bot: Bot
) -> None:
    ann = telegram.user(1)
    sent = await bot.send_message(1, "<b>x</b>", parse_mode="HTML", reply_markup=keys("A"))
    place = {"chat_id": 1, "message_id": sent.message_id}
    equal = bot.edit_message_text("<b>x</b>", parse_mode="HTML", reply_markup=keys("A"), **place)
    assert "message is not modified" in await refused(equal)
    assert "message is not modified" in await refused(bot.edit_message_reply_markup(reply_markup=keys("A"), **place))
    await bot.edit_message_reply_markup(reply_markup=keys("✓ A"), **place)
    assert ann.last_message.labels == ["✓ A"]
    await bot.edit_message_text("y", **place)
    assert ann.last_message.labels == []
    assert "not modified" in await refused(bot.edit_message_reply_markup(**place))
    assert "identifier is not specified" in await refused(bot.edit_message_text("y"))


async def test_a_tap_is_answered_once_and_in_time(telegram: TelegramDouble) -> None:
    now = 1000.0
    async with TelegramDouble(clock=lambda: now) as double, bot_of(double) as bot:
        ann = double.user(1)
        await bot.send_message(1, "x", reply_markup=keys("A"))
        tap = ann.tap("A")
        assert "message_too_long" in await refused(bot.answer_callback_query(tap.id, "x" * 201))
        await bot.answer_callback_query(tap.id)
        assert "query is too old" in await refused(bot.answer_callback_query(tap.id))
        late = ann.tap("A")
        now = 1016.0
        assert "query is too old" in await refused(bot.answer_callback_query(late.id))
        assert "query is too old" in await refused(bot.answer_callback_query("999"))
        assert double.unanswered_taps == [late]


async def test_unknown_and_ill_typed_parameters_are_refused(telegram: TelegramDouble, bot: Bot) -> None:
    telegram.user(1)
    for extra, words in (
        ({"colour": "red"}, "no parameter colour"),
        ({"disable_notification": "perhaps"}, "disable_notification"),
        ({"message_thread_id": "x"}, "message_thread_id"),
        ({"link_preview_options": {"big": True}}, "unknown field big"),
        ({"link_preview_options": "{"}, "can't parse link_preview_options"),
        ({"reply_markup": {"keyboard": "x"}}, "reply_markup"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "a", "callback": "b"}]]}}, "unknown field callback"),
        ({"reply_markup": {"inline_keyboard": [{"text": "a"}]}}, "can't parse inline keyboard"),
        ({"entities": {"type": "bold"}}, "entities"),
        ({"entities": [{"type": "bold", "offset": 0}]}, "no field length"),
    ):
        assert words.lower() in await refused(bot.send_message(1, "x", api_kwargs=extra)), extra
    assert await bot.send_message(1, "x", link_preview_options=LinkPreviewOptions(is_disabled=True))
    assert "chat_id is missing" in await refused(bot.do_api_request("sendMessage", {"text": "x"}))
    assert "chat not found" in await refused(bot.send_message(404, "x"))
    assert "chat not found" in await refused(bot.send_message("@channel", "x"))
    assert await bot.do_api_request("sendMessage", {"chat_id": "1", "text": "x"})


async def test_wrong_tokens_and_unknown_methods(telegram: TelegramDouble, bot: Bot) -> None:
    with pytest.raises(InvalidToken):
        async with bot_of(telegram, "1:wrong"):
            pass
    with pytest.raises(TelegramError, match="not found"):
        await bot.do_api_request("sendNothing")
    with pytest.raises(TelegramError, match=r"[Nn]ot found"):
        await bot.do_api_request("sendVenue", {"chat_id": 1})


async def test_forms_are_understood_as_well_as_json(telegram: TelegramDouble) -> None:
    """PTB's own request class sends forms."""
    telegram.user(1)
    async with Bot(TOKEN, base_url=f"{telegram.url}/bot") as bot:
        sent = await bot.send_message(
            1, "á & b", reply_markup=keys("Á"), disable_notification=True, message_thread_id=5
        )
        assert sent.text == "á & b"
        await bot.send_document(1, b"content", filename="a.txt", caption="á")
        await bot.set_my_commands([("a", "b")])
        assert "message_thread_id" in await refused(bot.send_message(1, "x", api_kwargs={"message_thread_id": "x"}))
    assert telegram.calls[1].values["message_thread_id"] == 5
    assert telegram.calls[1].values["disable_notification"] is True
