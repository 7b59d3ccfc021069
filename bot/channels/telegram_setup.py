"""What the bot tells Telegram about itself at start: who it is, its commands and descriptions in every language, its webhook."""

from __future__ import annotations

from telegram import Bot, BotCommand, User
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.channels.starting import CannotStart
from bot.channels.telegram_updates import ALLOWED
from bot.core.compiled import Flow
from bot.core.wording import Places, words_for
from bot.core.words import COMMANDS

DESCRIPTION, SHORT_DESCRIPTION = 512, 120
"""Characters that Telegram allows."""


async def who_am_i(bot: Bot, url: str) -> User:
    """The bot's own account. Raises CannotStart for a wrong token or an API that cannot be reached."""
    try:
        return await bot.get_me()
    except (InvalidToken, Forbidden):
        raise CannotStart(
            "Telegram does not know this TELEGRAM_BOT_TOKEN. Copy it from @BotFather again, or ask there for a new one."
        ) from None
    except TimedOut:
        raise CannotStart(f"{url} did not answer in time. Check the network, and TELEGRAM_API_URL.") from None
    except NetworkError as error:
        why = "" if isinstance(error, BadRequest) else f" ({error.message})"
        raise CannotStart(f"{url} cannot be reached{why}. Check the network, and TELEGRAM_API_URL.") from None
    except TelegramError:
        raise CannotStart(f"{url} does not answer like the Bot API. Check TELEGRAM_API_URL.") from None


async def introduce(bot: Bot, flow: Flow, places: Places) -> None:
    """Set the command menu and both descriptions, in the flow's first language for everybody and in each one for its own.

    What stands already is left alone, for Telegram allows few changes a day. Raises TelegramError.
    """
    for number, lang in enumerate(flow.texts):
        words = words_for(flow, lang, places)
        commands = [BotCommand(name, words.system(f"command_{name}")[:256]) for name in COMMANDS]
        about = _cut(words.system("bot_description"), DESCRIPTION)
        short = _cut(words.system("bot_short_description"), SHORT_DESCRIPTION)
        for code in ([None] if number == 0 else []) + ([lang] if len(lang) == 2 else []):
            if tuple(await bot.get_my_commands(language_code=code)) != tuple(commands):
                await bot.set_my_commands(commands, language_code=code)
            if (await bot.get_my_description(language_code=code)).description != about:
                await bot.set_my_description(about, language_code=code)
            if (await bot.get_my_short_description(language_code=code)).short_description != short:
                await bot.set_my_short_description(short, language_code=code)


async def use_polling(bot: Bot) -> None:
    """End a webhook that another run left; what waits there is kept."""
    await bot.delete_webhook(drop_pending_updates=False)


async def use_webhook(bot: Bot, url: str, secret: str, connections: int) -> None:
    """Let Telegram post updates here. Raises CannotStart if it will not."""
    try:
        await bot.set_webhook(url, secret_token=secret, max_connections=connections, allowed_updates=ALLOWED)
    except BadRequest as error:
        raise CannotStart(
            f"Telegram refuses WEBHOOK_URL ({error.message}). It must be a public https address."
        ) from None


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
