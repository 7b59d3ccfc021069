"""The Telegram double, driven by python-telegram-bot's own Bot over real HTTP: what it keeps, refuses and breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardRemove,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.replay.double.faults import Fault, Faults
from bot.replay.double.parameters import parameters
from bot.replay.double.server import TOKEN, TelegramDouble, known_methods
from tests.support.published_api import problems

API = Path(__file__).resolve().parents[2] / "shared" / "telegram" / "api.json"


def keys(*rows: str, data: str = "s1:0:0:") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data + label) for label in row.split("|")] for row in rows]
    )


@asynccontextmanager
async def bot_of(double: TelegramDouble, token: str = TOKEN, **timeouts: float) -> AsyncIterator[Bot]:
    requests = AiohttpRequest(**timeouts), AiohttpRequest(**timeouts)  # type: ignore[arg-type]
    bot = Bot(token, base_url=f"{double.url}/bot", request=requests[0], get_updates_request=requests[1])
    async with bot:
        yield bot


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramDouble]:
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
async def bot(telegram: TelegramDouble) -> AsyncIterator[Bot]:
    async with bot_of(telegram) as bot:
        yield bot


async def updates(bot: Bot, offset: int | None = None, wait: int = 0, **more: Any) -> tuple[Update, ...]:
    return await bot.get_updates(offset=offset, timeout=wait, **more)


async def refused(call: Any) -> str:
    with pytest.raises(BadRequest) as caught:
        await call
    return str(caught.value).lower()  # PTB changes the case of what Telegram says


# A conversation


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
    photo = await bot.send_photo(1, b"\x89PNG")
    assert photo.photo
    assert "(photo" in ann.history()


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


# What Telegram refuses


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


# Polling


async def test_updates_stay_until_they_are_confirmed(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    for word in "abc":
        ann.send(word)
    first = await updates(bot)
    assert [u.message and u.message.text for u in first] == ["a", "b", "c"]
    assert await updates(bot) == first
    assert len(await updates(bot, limit=2)) == 2
    assert [u.update_id for u in await updates(bot, offset=first[1].update_id)] == [u.update_id for u in first[1:]]
    assert not telegram.updates.settled()
    assert await updates(bot, offset=first[2].update_id + 1) == ()
    assert telegram.updates.settled()
    await telegram.settled()


async def test_a_negative_offset_forgets_all_but_the_last(telegram: TelegramDouble, bot: Bot) -> None:
    for word in "abc":
        telegram.user(1).send(word)
    assert [u.message and u.message.text for u in await updates(bot, offset=-1)] == ["c"]
    assert len(await updates(bot)) == 1


async def test_a_long_poll_ends_with_the_first_update_or_with_nothing(telegram: TelegramDouble, bot: Bot) -> None:
    waiting = asyncio.ensure_future(updates(bot, wait=50))
    await telegram.until(lambda: telegram.updates.polled)
    telegram.user(1).send("hi")
    assert len(await waiting) == 1
    assert await updates(bot, offset=9999, wait=1) == ()


async def test_only_the_kinds_asked_for_come(telegram: TelegramDouble, bot: Bot) -> None:
    ann = telegram.user(1)
    assert await updates(bot, allowed_updates=["callback_query"]) == ()
    await bot.send_message(1, "x", reply_markup=keys("A"))
    ann.send("not wanted")
    ann.tap("A")
    assert [u.callback_query is not None for u in await updates(bot)] == [True]


async def test_a_second_poller_ends_the_first(telegram: TelegramDouble, bot: Bot) -> None:
    async with bot_of(telegram) as other:
        first = asyncio.ensure_future(updates(bot, wait=50))
        await telegram.until(lambda: telegram.updates.polled)
        second = asyncio.ensure_future(updates(other, wait=50))
        with pytest.raises(Conflict, match="other getUpdates"):
            await first
        telegram.user(1).send("hi")
        assert len(await second) == 1
    third = asyncio.ensure_future(updates(bot, offset=9999, wait=50))
    await telegram.until(lambda: telegram.updates.polled)
    telegram.second_poller()
    with pytest.raises(Conflict):
        await third
    telegram.second_poller()
    with pytest.raises(Conflict):
        await updates(bot)


async def test_a_poller_that_hung_up_does_not_count_as_a_second(telegram: TelegramDouble) -> None:
    async with bot_of(telegram) as one, bot_of(telegram) as two:
        first = asyncio.ensure_future(updates(one, wait=50))
        await telegram.until(lambda: telegram.updates.polled)
        first.cancel()
        while telegram.updates.polled:
            await asyncio.sleep(0)
        telegram.user(1).send("hi")
        assert len(await updates(two)) == 1


# The webhook


class Hook:
    """A bot's webhook: keeps what it got; `answers` says what to reply, 200 without body by default."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answers: Callable[[dict[str, Any]], web.Response] = lambda _: web.Response()
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.got.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        return self.answers(update)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.got]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_what_waits_and_what_comes(telegram: TelegramDouble, bot: Bot, hook: Hook) -> None:
    ann = telegram.user(1)
    ann.send("before")
    await bot.set_webhook(hook.url, secret_token="s3cret", max_connections=5)
    ann.send("after")
    await telegram.settled()
    assert hook.texts == ["before", "after"]
    assert set(hook.secrets) == {"s3cret"}
    assert Update.de_json(hook.got[0], bot).message is not None
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (hook.url, 0, 5)
    with pytest.raises(Conflict, match="webhook is active"):
        await updates(bot)
    await bot.delete_webhook()
    ann.send("later")
    assert len(await updates(bot)) == 1
    assert (await bot.get_webhook_info()).url == ""


async def test_a_webhook_is_asked_again_until_it_says_200_and_a_chat_stays_in_order(
    telegram: TelegramDouble, bot: Bot, hook: Hook
) -> None:
    failures = 2

    def answer(update: dict[str, Any]) -> web.Response:
        nonlocal failures
        if update["message"]["text"] == "a" and failures:
            failures -= 1
            return web.Response(status=500)
        return web.Response()

    hook.answers = answer
    await bot.set_webhook(hook.url)
    ann, ben = telegram.user(1), telegram.user(2)
    for word in "abc":
        ann.send(word)
    ben.send("not held up")
    await telegram.settled()
    assert [text for text in hook.texts if len(text) == 1] == ["a", "a", "a", "b", "c"]
    assert hook.texts.index("not held up") < 3
    assert "500" in str((await bot.get_webhook_info()).last_error_message)


async def test_a_webhook_s_answer_may_carry_a_call(telegram: TelegramDouble, bot: Bot, hook: Hook) -> None:
    hook.answers = lambda update: web.json_response({"method": "sendMessage", "chat_id": 1, "text": "in the answer"})
    await bot.set_webhook(hook.url)
    ann = telegram.user(1)
    ann.send("hi")
    assert (await ann.next_message()).text == "in the answer"
    assert telegram.calls[-1].rode
    hook.answers = lambda update: web.json_response({"method": "sendMessage", "chat_id": 1, "text": ""})
    ann.send("hi")
    await telegram.settled()
    assert [(call.method, call.rode) for call in telegram.refused] == [("sendMessage", True)]


async def test_a_webhook_that_is_down_loses_nothing(telegram: TelegramDouble, bot: Bot, hook: Hook) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    ann = telegram.user(1)
    ann.send("a")
    ann.send("b")
    await telegram.until(lambda: telegram.updates.webhook is not None and telegram.updates.webhook.last_error != "")
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 2
    assert "Connection" in str(info.last_error_message)
    await bot.set_webhook(hook.url)
    await telegram.settled()
    assert hook.texts == ["a", "b"]
    await bot.set_webhook(hook.url, drop_pending_updates=True)
    assert "https" in await refused(bot.set_webhook("http://example.org/hook"))
    assert "unallowed characters" in await refused(bot.set_webhook(hook.url, secret_token="a b"))
    assert "max_connections" in await refused(bot.set_webhook(hook.url, max_connections=500))


# Faults


async def test_planned_faults_happen_once_and_as_named(telegram: TelegramDouble) -> None:
    ann = telegram.user(1)
    async with bot_of(telegram, read_timeout=0.2) as bot:
        telegram.fail(
            "sendMessage",
            Fault("too_many", retry_after=3),
            Fault("server_error", status=502),
            Fault("reset"),
            Fault("reset_after"),
            Fault("silence_after"),
        )
        with pytest.raises(RetryAfter):
            await bot.send_message(1, "never 1")
        with pytest.raises(NetworkError):
            await bot.send_message(1, "never 2")
        with pytest.raises(NetworkError):
            await bot.send_message(1, "never 3")
        with pytest.raises(NetworkError):
            await bot.send_message(1, "took effect 1")
        with pytest.raises(TimedOut):
            await bot.send_message(1, "took effect 2")
        await bot.send_message(1, "fine")
    assert [message.text for message in ann.messages] == ["took effect 1", "took effect 2", "fine"]


async def test_a_lost_answer_to_get_updates_loses_no_update(telegram: TelegramDouble, bot: Bot) -> None:
    telegram.user(1).send("hi")
    telegram.fail("getUpdates", Fault("reset_after"))
    with pytest.raises(NetworkError):
        await updates(bot)
    assert len(await updates(bot)) == 1


async def test_faults_come_at_their_rate_and_the_same_for_a_seed(telegram: TelegramDouble, bot: Bot) -> None:
    telegram.user(1)
    outcomes = []
    for seed in (5, 5, 6):
        telegram.faults = Faults(seed=seed, too_many=0.2, server_error=0.2, latency=(0.0, 0.001))
        one = []
        for number in range(60):
            try:
                await bot.send_message(1, str(number))
                one.append("ok")
            except RetryAfter:
                one.append("429")
            except NetworkError:
                one.append("500")
        outcomes.append(one)
    assert outcomes[0] == outcomes[1] != outcomes[2]
    assert 15 < 60 - outcomes[0].count("ok") < 35
    telegram.faults = Faults()
    assert (await bot.get_me()).username == "back_spasm_bot"


async def test_updates_come_twice_or_interleaved_anew_when_told_to(telegram: TelegramDouble, bot: Bot) -> None:
    people = [telegram.user(number) for number in (1, 2, 3)]
    for word in "abc":
        for person in people:
            person.send(word)
    telegram.faults = Faults(seed=1, reorder=1.0, duplicate=1.0)
    batch = await updates(bot)
    ids = [u.update_id for u in batch]
    assert ids != sorted(ids)
    for person in people:
        own = [
            u.message.text for u in batch if u.message and u.effective_chat and u.effective_chat.id == person.chat.id
        ]
        assert own == ["a", "b", "c"]
    again = await updates(bot, offset=max(ids) + 1)
    assert sorted(u.update_id for u in again) == sorted(ids)
    telegram.faults = Faults()
    assert await updates(bot, offset=max(ids) + 1) == ()


async def test_duplicates_reach_a_webhook_too(telegram: TelegramDouble, bot: Bot, hook: Hook) -> None:
    telegram.faults = Faults(duplicate=1.0)
    await bot.set_webhook(hook.url)
    telegram.user(1).send("hi")
    await telegram.settled()
    assert hook.texts == ["hi", "hi"]
    telegram.redeliver(hook.got[0])
    await telegram.settled()
    assert len(hook.got) == 4


async def test_more_messages_than_the_limits_allow_are_told_to_wait(telegram: TelegramDouble) -> None:
    now = 1000.0
    async with TelegramDouble(clock=lambda: now) as double, bot_of(double) as bot:
        for number in range(1, 5):
            double.user(number)
        double.limit(overall=3, per_chat=1)
        await bot.send_message(1, "a")
        with pytest.raises(RetryAfter):
            await bot.send_message(1, "b")
        await bot.send_message(2, "a")
        await bot.send_message(3, "a")
        with pytest.raises(RetryAfter):
            await bot.send_message(4, "a")
        now += 1.01
        await bot.send_message(1, "b")


async def test_answers_take_as_long_as_they_are_told_to_and_do_not_wait_for_each_other(
    telegram: TelegramDouble,
) -> None:
    telegram.user(1)
    loop = asyncio.get_running_loop()
    async with bot_of(telegram) as bot:
        telegram.faults = Faults(latency=(0.1, 0.1))
        begin = loop.time()
        await asyncio.gather(*(bot.send_message(1, str(number)) for number in range(20)))
        assert 0.1 <= loop.time() - begin < 1.0


async def test_chats_survive_a_stop_of_the_server(telegram: TelegramDouble) -> None:
    ann = telegram.user(1)
    async with bot_of(telegram) as bot:
        await bot.send_message(1, "before")
    await telegram.stop()
    ann.send("while it was away")
    await telegram.start()
    async with bot_of(telegram) as bot:
        assert len(await updates(bot)) == 1
        await bot.send_message(1, "after")
    assert [message.text for message in ann.messages] == ["before", "after"]


async def test_a_webhook_survives_a_stop_and_one_that_never_answers_is_asked_again(hook: Hook) -> None:
    silent = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    async with TelegramDouble(webhook_patience=0.1) as double, bot_of(double) as bot:
        await bot.set_webhook(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        ann = double.user(1)
        ann.send("hi")
        await silent.wait()
        await double.until(lambda: "TimeoutError" in str(double.updates.webhook and double.updates.webhook.last_error))
        await bot.set_webhook(hook.url)
        await double.settled()
        await double.stop()
        ann.send("while it was away")
        await double.start()
        await double.settled()
    server.close()
    assert hook.texts == ["hi", "while it was away"]


async def test_long_runs_may_keep_little(telegram: TelegramDouble) -> None:
    reacted: list[str] = []
    async with TelegramDouble(keep=3, record=0) as double, bot_of(double) as bot:
        ann = double.user(1)
        double.on_message = lambda chat, message: reacted.append(message.text)
        for number in range(10):
            await bot.send_message(1, str(number))
        assert [message.text for message in ann.messages] == ["7", "8", "9"]
        assert len(double.calls) == 0
        assert double.counts["sendMessage"] == 10
    assert reacted == [str(number) for number in range(10)]


# Against a published description of the Bot API


def api() -> dict[str, Any]:
    if not API.exists():
        pytest.skip("the description of the Bot API is not beside this project")
    found: dict[str, Any] = json.loads(API.read_text())
    return found


def test_the_parameters_read_off_ptb_are_those_of_the_bot_api() -> None:
    described = api()["methods"]
    for method in known_methods():
        read = parameters(method)
        assert read is not None, method
        fields = {field["name"]: field["required"] for field in described[method].get("fields", ())}
        newer = {"rich_message"}  # of a Bot API later than python-telegram-bot's
        assert set(read) == set(fields) - newer, method
        assert {n for n, (_, required) in read.items() if required} - {"text"} == {n for n in fields if fields[n]} - {
            "text"
        }


async def test_recorded_calls_agree_with_the_bot_api(telegram: TelegramDouble, bot: Bot) -> None:
    described = api()
    ann = telegram.user(1)
    sent = await bot.send_message(1, "<b>x</b>", parse_mode="HTML", reply_markup=keys("A", "B"))
    await bot.answer_callback_query(ann.tap("A").id, "ok")
    await bot.edit_message_text("y", 1, sent.message_id, reply_markup=keys("C"))
    await bot.edit_message_reply_markup(1, sent.message_id)
    await bot.send_document(1, b"x", filename="a.txt")
    await bot.set_my_commands([("a", "b")], scope=BotCommandScopeAllPrivateChats(), language_code="sk")
    await bot.set_my_description("d")
    await bot.set_webhook("https://example.org/x", secret_token="s", allowed_updates=["message"])
    await bot.delete_webhook(drop_pending_updates=True)
    await updates(bot, offset=1)
    assert len(telegram.calls) == 11
    for call in telegram.calls:
        assert problems(described, call.method, call.values) == [], call


def test_a_call_that_disagrees_with_the_bot_api_is_named() -> None:
    described = api()
    assert problems(described, "sendNothing", {}) == ["sendNothing: no such method"]
    assert problems(described, "sendMessage", {"chat_id": 1}) == ["sendMessage.text: missing"]
    assert problems(described, "sendMessage", {"chat_id": 1, "text": "x", "colour": "red"})
    assert problems(described, "sendMessage", {"chat_id": True, "text": "x"})
    broken = {"inline_keyboard": [[{"text": "a", "callback": "b"}]]}
    assert problems(described, "sendMessage", {"chat_id": 1, "text": "x", "reply_markup": broken})
