"""What the bot tells Telegram about itself at start: who it is, its commands and descriptions in every language, its webhook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Bot, BotCommand, User
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.core.flow.compiled import Flow
from bot.core.model.system_texts import COMMANDS
from bot.core.rendering.answer_words import Places, words_for
from bot.server.startup import CannotStart

from .post import asked_pause
from .updates import ALLOWED

DESCRIPTION, SHORT_DESCRIPTION = 512, 120
"""Characters that Telegram allows."""

PAUSES = (0.25, 0.5, 1.0, 2.0)
"""Seconds between the tries of a call that the bot cannot begin without."""
LONGEST_PAUSE = 60.0
"""Seconds that Telegram may ask the bot to wait before it begins."""

T = TypeVar("T")

log = logging.getLogger("symptom_bot.telegram")


async def patiently(asked: Callable[[], Awaitable[T]], url: str) -> T:
    """The result of a call that the bot cannot begin without, made again if Telegram or the network fails for a moment.
    Raises CannotStart if that lasts, or if the token or the address is wrong; BadRequest for what Telegram refuses."""
    for wait in (*PAUSES, None):
        try:
            return await asked()
        except BadRequest:
            raise
        except RetryAfter as error:
            seconds = asked_pause(error)
            if wait is None or seconds > LONGEST_PAUSE:
                raise CannotStart(
                    f"Telegram asks for a pause of {seconds:g} s. Start the bot again after that."
                ) from None
            wait, reason = seconds, "RetryAfter"
        except TelegramError as error:
            if wait is None or not isinstance(error, NetworkError):
                raise CannotStart(_why(error, url)) from None
            reason = type(error).__name__
        log.warning("Telegram did not answer as it should: trying again", extra={"reason": reason, "seconds": wait})
        await asyncio.sleep(wait)
    raise AssertionError  # the last round returns or raises


def _why(error: TelegramError, url: str) -> str:
    """What is wrong and what to do about it, in one line."""
    match error:
        case InvalidToken() if "not found" in error.message.lower():
            return (
                f"{url} knows no Bot API, or not this bot (404). Check TELEGRAM_API_URL first (the base address without "
                '"/bot"), then TELEGRAM_BOT_TOKEN.'
            )
        case InvalidToken() | Forbidden():
            return "Telegram does not know this TELEGRAM_BOT_TOKEN. Copy it from @BotFather again, or ask there for a new one."
        case TimedOut():
            return f"{url} did not answer in time. Check the network, and TELEGRAM_API_URL."
        case NetworkError():
            return f"{url} cannot be reached ({error.message}). Check the network, and TELEGRAM_API_URL."
    return f"{url} does not answer like the Bot API. Check TELEGRAM_API_URL."


async def who_am_i(bot: Bot, url: str) -> User:
    """The bot's own account. Raises CannotStart for a wrong token or an API that cannot be reached."""
    try:
        return await patiently(bot.get_me, url)
    except BadRequest:
        raise CannotStart(f"{url} does not answer like the Bot API. Check TELEGRAM_API_URL.") from None


async def introduce(bot: Bot, flow: Flow, places: Places) -> None:
    """Set the command menu and both descriptions, in the flow's first language for everybody and in each one for its own.

    What stands already is left alone, for Telegram allows few changes a day. Raises TelegramError.
    """
    for number, lang in enumerate(flow.texts):
        words = words_for(flow, lang, places)
        commands = [
            BotCommand(name, words.system(f"command_{name}")[:256])
            for name in COMMANDS
            if name != "country" or places.asks(flow)
        ]
        about = _cut(words.system("bot_description"), DESCRIPTION)
        short = _cut(words.system("bot_short_description"), SHORT_DESCRIPTION)
        for code in ([None] if number == 0 else []) + ([lang] if len(lang) == 2 else []):
            if tuple(await bot.get_my_commands(language_code=code)) != tuple(commands):
                await bot.set_my_commands(commands, language_code=code)
            if (await bot.get_my_description(language_code=code)).description != about:
                await bot.set_my_description(about, language_code=code)
            if (await bot.get_my_short_description(language_code=code)).short_description != short:
                await bot.set_my_short_description(short, language_code=code)


async def use_polling(bot: Bot, url: str) -> None:
    """End a webhook that another run left; what waits there is kept. Raises CannotStart if Telegram cannot be reached."""
    await patiently(lambda: bot.delete_webhook(drop_pending_updates=False), url)


async def use_webhook(bot: Bot, url: str, public: str, secret: str, connections: int) -> None:
    """Let Telegram post updates to the address `public`. Raises CannotStart if it will not."""
    try:
        await patiently(
            lambda: bot.set_webhook(public, secret_token=secret, max_connections=connections, allowed_updates=ALLOWED),
            url,
        )
    except BadRequest as error:
        raise CannotStart(
            f"Telegram refuses WEBHOOK_URL ({error.message}). It must be a public https address."
        ) from None


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
