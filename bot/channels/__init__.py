"""How people reach the bot: the terminal and Telegram."""

import sys

# python-telegram-bot imports httpx, and that its command line with rich and pygments where these are installed: 4 MB and
# 40 ms of every start. httpx is told that there is none, as on a machine without them.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
