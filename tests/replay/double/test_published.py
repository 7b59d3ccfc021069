"""The double against a published description of the Bot API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommandScopeAllPrivateChats,
)

from bot.replay.double.parameters import parameters
from bot.replay.double.server import TelegramDouble, known_methods
from tests.support.double_calls import keys, updates
from tests.support.places import ROOT
from tests.support.published_api import problems

API = ROOT.parent / "shared" / "telegram" / "api.json"


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
