"""One clock for the bot and Telegram, Telegram's double, and a patient."""

from tests.channels.telegram.conftest import ann, clock, telegram

__all__ = ["ann", "clock", "telegram"]
