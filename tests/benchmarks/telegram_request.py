"""What one sendMessage costs over reqwest and over PTB's own httpx: `python -m tests.benchmarks.telegram_request`.

Both send a question with ten buttons to the Telegram double in another process, one call at a time and 64 at once;
"bare" leaves out what PTB does around the request (building parameters and the Message that comes back), "call" is what
the bot does all day. CPU is that of the event loop's thread, and of the whole process, for reqwest works beside it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter, process_time, thread_time

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram.http_request import HttpRequest
from bot.replay.double.server import TOKEN

SERVE = """
import asyncio, sys
from bot.replay.double.server import TelegramDouble
async def main():
    async with TelegramDouble(record=0, keep=5) as double:
        for number in range(1, 201):
            double.user(number)
        print(double.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""
KEYBOARD = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton(f"option {row}{place}", callback_data=f"s1:{row}:{place}") for place in (0, 1)]
        for row in range(5)
    ]
)
PLAIN = KEYBOARD.to_dict()
TEXT = "<b>Does it hurt?</b> " + "Words and more words of a question. " * 12


def question(chat: int) -> dict[str, object]:
    """The parameters of one call."""
    return {"chat_id": chat, "text": TEXT, "parse_mode": "HTML", "reply_markup": PLAIN}


async def measure(name: str, at_once: int, calls: int, call: Callable[[int], Awaitable[object]]) -> None:
    """Make `calls` calls, `at_once` of them in flight, and print what one cost."""

    async def work(first: int) -> None:
        for number in range(first, calls, at_once):
            await call(1 + number % 200)

    begin, cpu, loop = perf_counter(), process_time(), thread_time()
    await asyncio.gather(*(work(first) for first in range(at_once)))
    seconds, cpu, loop = perf_counter() - begin, process_time() - cpu, thread_time() - loop
    print(
        f"{name:13} {at_once:3} at once: {calls / seconds:7.0f} calls/s, "
        f"{loop / calls * 1e6:5.0f} us CPU a call in the loop, {cpu / calls * 1e6:5.0f} in all"
    )


async def compare(url: str) -> None:
    """Measure all of them against the double at `url`."""
    for at_once in (1, 64):
        requests: dict[str, tuple[BaseRequest, int]] = {
            "reqwest": (HttpRequest(), 2000),
            "httpx": (HTTPXRequest(), 600),
        }
        for name, (request, calls) in requests.items():
            async with Bot(TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=request) as bot:

                async def by_bot(chat: int, bot: Bot = bot) -> object:
                    return await bot.send_message(chat, TEXT, parse_mode="HTML", reply_markup=KEYBOARD)

                async def bare(chat: int, request: BaseRequest = request) -> object:
                    data = RequestData([RequestParameter(key, value, None) for key, value in question(chat).items()])
                    return await request.post(f"{url}/bot{TOKEN}/sendMessage", data)

                await measure(name, at_once, calls, by_bot)
                await measure(f"{name}, bare", at_once, calls, bare)
                if isinstance(request, HttpRequest):
                    short = request.call
                    await measure(
                        f"{name}, call",
                        at_once,
                        calls,
                        lambda chat, short=short: short(f"{url}/bot{TOKEN}/sendMessage", question(chat)),
                    )


def main() -> None:
    """Start the double, measure, stop it."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as double:
        assert double.stdout is not None
        asyncio.run(compare(double.stdout.readline().strip()))
        double.communicate("")


if __name__ == "__main__":
    main()
