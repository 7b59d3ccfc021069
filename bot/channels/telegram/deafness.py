"""Why no update comes, in words for whoever runs the bot; and the look after the webhook, which others may take away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from telegram import WebhookInfo
from telegram.error import Conflict, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.server.hearing import Hearing

HOOK_TAKEN = "another program set a webhook with this token, and Telegram lets nobody poll while it stands: stop it, then restart"
POLLED_TWICE = "another process polls with this token: stop it, or only one of the two will see an update"
HOOK_GONE = "the webhook was taken away or replaced by another program with this token: stop it, then restart"
HOOK_REFUSED = "Telegram's calls of the webhook fail"

Look = Callable[[], Awaitable[WebhookInfo]]


def cause_of(error: TelegramError) -> str:
    """Why Telegram gives no updates."""
    match error:
        case Conflict():
            return HOOK_TAKEN if "webhook" in error.message.lower() else POLLED_TWICE
        case RetryAfter():
            return "Telegram asks for a pause"
        case TimedOut():
            return "Telegram does not answer in time"
        case NetworkError():
            return "Telegram cannot be reached"
    return f"Telegram refuses it ({type(error).__name__})"


async def watch_webhook(look: Look, url: str, hearing: Hearing, every: float) -> None:
    """For ever: whether Telegram still knows the address and its calls of it come through. `every`: seconds between two looks."""
    while True:
        hearing.tries(every)
        try:
            info = await look()
        except TelegramError as error:
            hearing.failed(cause_of(error))
        else:
            if info.url != url:
                hearing.failed(HOOK_GONE)
            elif info.pending_update_count and info.last_error_message:
                hearing.failed(f"{HOOK_REFUSED}: {info.last_error_message}"[:200])
            else:
                hearing.heard()
        await asyncio.sleep(every)
