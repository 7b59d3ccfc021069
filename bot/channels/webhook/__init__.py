"""The web server that Telegram calls."""
