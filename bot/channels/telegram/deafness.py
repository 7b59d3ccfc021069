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

_ADVICE = (
    (
        "401",
        "they carry another secret: give all workers the same WEBHOOK_SECRET, and stop other programs with this token",
    ),
    ("404", "they come to another path: the proxy must pass on that of WEBHOOK_URL as it is"),
    ("405", "they come to another path: the proxy must pass on that of WEBHOOK_URL as it is"),
    ("502", "the proxy does not reach the bot: compare where it passes them on to with LISTEN"),
    ("504", "the proxy waits for the bot in vain: compare where it passes them on to with LISTEN"),
    ("503", "the bot could not commit them, or the proxy does not reach it: the log of the bot says which"),
    ("ssl", "the certificate of WEBHOOK_URL is not taken"),
    ("certificate", "the certificate of WEBHOOK_URL is not taken"),
    ("refused", "nothing answers at WEBHOOK_URL: is the proxy running, and the port open?"),
    ("timed out", "nothing answers at WEBHOOK_URL in time: is the proxy running, and the port open?"),
    ("resolve", "the name in WEBHOOK_URL is not known to the world"),
)

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


def _refused(said: str) -> str:
    """Why Telegram's calls of the webhook fail, as it says itself, and what that means here."""
    advice = next((advice for sign, advice in _ADVICE if sign in said.lower()), "")
    return f"{HOOK_REFUSED}: {said[:150]}" + (f" ({advice})" if advice else "")


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
                hearing.failed(_refused(info.last_error_message))
            else:
                hearing.heard()
        await asyncio.sleep(every)
