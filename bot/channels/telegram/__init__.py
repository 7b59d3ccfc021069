"""Telegram: updates in, calls out; the only folder of the bot that imports python-telegram-bot."""
