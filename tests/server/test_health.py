"""/healthz: alive; /readyz: the flow is proved, the database reached, updates arrive; each part names its cause."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.replay.double.server import TelegramDouble
from tests.support.telegram_bot import eventually, serving
from tests.support.webhook_bot import HEADER, Server, server


async def asked(bot: Server, page: str) -> tuple[int, list[str]]:
    async with ClientSession() as web, web.get(f"{bot.url}/{page}") as answer:
        return answer.status, (await answer.text()).splitlines()


async def test_who_is_served_is_said_part_by_part(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram, server(telegram, sqlite_url) as bot:
        await eventually(lambda: bot.channel.hearing.ago is not None)
        flow = bot.channel.service.flows.named(None)
        status, lines = await asked(bot, "readyz")
        assert status == 200
        assert lines[0] == f"flow: ok, sprain {flow.version}"
        assert lines[1] == "database: ok, reached"
        assert lines[2].startswith("updates: ok, last heard of ")
        async with ClientSession() as web, web.get(f"{bot.url}/metrics") as answer:
            text = await answer.text()
        assert "symptom_bot_ready 1.0" in text
        assert "symptom_bot_heard_seconds_ago " in text

        service = bot.channel.service
        assert service.store.withdraw(flow.version)
        await bot.channel.chores.withdrawn()
        status, lines = await asked(bot, "readyz")
        assert (status, lines[0].partition(",")[0]) == (
            503,
            "flow: no version of the flow sprain is proved and not withdrawn: patients get the emergency list alone",
        )
        assert (await asked(bot, "healthz"))[0] == 503


async def test_nothing_is_ready_before_it_was_heard_of(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram, server(telegram, sqlite_url, register=False) as bot:
        status, lines = await asked(bot, "readyz")
        assert (status, lines[2]) == (503, "updates: nothing was heard of Telegram yet")
        assert (await asked(bot, "healthz"))[0] == 200
        bot.channel.health.begun = False
        assert (await asked(bot, "readyz"))[1][0] == "flow: not proved yet"


async def test_polling_is_heard_of_at_once(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram, serving(telegram, sqlite_url) as bot:
        await eventually(lambda: bot.channel.hearing.ago is not None, 3)


async def test_a_database_file_that_goes_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    path, away = tmp_path / "bot.db", tmp_path / "away.db"
    async with TelegramDouble() as telegram, server(telegram, f"sqlite:///{path}") as bot, ClientSession() as web:
        ann = telegram.user(1)
        await eventually(lambda: bot.channel.hearing.ago is not None)
        path.rename(away)
        ann.send("/start")

        async def says(status: int, words: str) -> bool:
            for _ in range(200):
                found, lines = await asked(bot, "readyz")
                if found == status and words in lines[1]:
                    return True
            return False

        assert await says(503, "was removed or moved while the bot uses it")
        away.rename(path)
        assert await says(200, "reached")
        async with web.post(bot.hook, data=b"[]", headers=HEADER) as answer:
            assert answer.status == 400
        await ann.sees("Who is this about?", 10)


@pytest.mark.parametrize("page", ["healthz", "readyz"])
async def test_a_flow_that_lags_behind_its_folder_is_said_and_serves(sqlite_url: str, page: str) -> None:
    async with TelegramDouble() as telegram, server(telegram, sqlite_url) as bot:
        await eventually(lambda: bot.channel.hearing.ago is not None)
        bot.channel.service.flows.behind["sprain"] = "the last good version of the flow sprain serves"
        status, lines = await asked(bot, page)
        assert (status, lines[-1]) == (200, "the last good version of the flow sprain serves")
