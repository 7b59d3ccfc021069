"""A Bot API on loopback that behaves, and misbehaves, like Telegram's. It knows nothing of the bot."""
