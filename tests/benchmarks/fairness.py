"""How long somebody waits for an answer while another chat floods the bot. Run: python tests/benchmarks/fairness.py [MESSAGES]

A bystander writes to the shipped flow, through the double of Telegram and real HTTP; first alone, then beside a chat that has just
sent a hundred messages (or MESSAGES) of 4,096 characters, the dearest to read that are known: half a second more is allowed.
"sign": how long a red flag takes that stands at the end of the flood itself.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.remove(str(Path(__file__).resolve().parent))  # where a telegram.py lies

from bot.replay.double.server import TelegramDouble
from tests.support.nasty_texts import nasty_texts
from tests.support.telegram_bot import Clock, Patient, Running, eventually
from tests.support.written import begun, listening_bot

KINDS = ("signs of both legs", "signs without a mark", "a sign, denied behind", "unknown words")
SIGN, AT_LEAST = "numb between my legs", 20


async def turn(person: Patient) -> float:
    began = time.perf_counter()
    await person.says("/help")
    return time.perf_counter() - began


async def flooded(bot: Running, telegram: TelegramDouble, clock: Clock, kind: str, many: int, number: int) -> str:
    flooder, bystander = Patient(telegram.user(number)), Patient(telegram.user(number + 1))
    await begun(flooder, clock)
    await begun(bystander, clock)
    alone = [await turn(bystander) for _ in range(AT_LEAST)]
    for _ in range(many):
        flooder.person.send(nasty_texts()[kind])
    flooder.person.send(SIGN)
    sent, beside, heard = time.perf_counter(), [], 0.0
    while bot.store.later("", 1)[1] or len(beside) < AT_LEAST:
        beside.append(await turn(bystander))
        if not heard and any(SIGN in message.text for message in flooder.person.chat.from_bot()):
            heard = time.perf_counter() - sent
    took = time.perf_counter() - sent
    worst = max(beside) - statistics.median(alone)
    return (
        f"{kind:28}{statistics.median(alone) * 1000:8.0f}{statistics.median(beside) * 1000:8.0f}{max(beside) * 1000:8.0f}"
        f"{worst * 1000:10.0f}{heard * 1000 if heard else float('nan'):8.0f}{took:10.1f}"
    )


async def main(many: int) -> None:
    clock = Clock()
    async with TelegramDouble() as telegram:
        with tempfile.TemporaryDirectory() as folder:
            async with listening_bot(telegram, f"sqlite:///{folder}/bot.db", clock) as bot:
                print(
                    f"{'ms of a bystander':28}{'alone':>8}{'median':>8}{'worst':>8}{'delayed':>10}{'sign':>8}{'line, s':>10}"
                )
                for number, kind in enumerate(KINDS):
                    print(await flooded(bot, telegram, clock, kind, many, 10 * number + 1), flush=True)
                    await eventually(lambda: not bot.store.later("", 1)[1], 120)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
