"""Calls of python-telegram-bot to the Telegram double, and how it refuses one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
)
from telegram.error import (
    BadRequest,
)

from bot.channels.telegram.http_request import HttpRequest
from bot.replay.double.server import TOKEN, TelegramDouble


def keys(*rows: str, data: str = "s1:0:0:") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data + label) for label in row.split("|")] for row in rows]
    )


@asynccontextmanager
async def bot_of(double: TelegramDouble, token: str = TOKEN, **timeouts: float) -> AsyncIterator[Bot]:
    requests = HttpRequest(**timeouts), HttpRequest(**timeouts)  # type: ignore[arg-type]
    bot = Bot(token, base_url=f"{double.url}/bot", request=requests[0], get_updates_request=requests[1])
    async with bot:
        yield bot


async def updates(bot: Bot, offset: int | None = None, wait: int = 0, **more: Any) -> tuple[Update, ...]:
    return await bot.get_updates(offset=offset, timeout=wait, **more)


async def refused(call: Any) -> str:
    with pytest.raises(BadRequest) as caught:
        await call
    return str(caught.value).lower()  # PTB changes the case of what Telegram says


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
