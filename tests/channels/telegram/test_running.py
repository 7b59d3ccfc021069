"""`symptom-bot run` as a process: what is wrong is one line and exit 2, it starts and stops quickly, and it never tells."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import sqlite3
import stat
import sys
from pathlib import Path
from time import perf_counter

import pytest
from aiohttp import ClientSession

from bot.replay.double.faults import Fault, Faults
from bot.replay.double.server import TelegramDouble
from bot.store import open_store
from tests.support.hanging import hanging
from tests.support.places import ROOT
from tests.support.runs import ends, one_line
from tests.support.telegram_bot import UNCOMPLICATED, Patient, Starting, by_webhook, log_lines, process

pytestmark = pytest.mark.usefixtures("bot_process")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TELEGRAM_BOT_TOKEN": ""}, "TELEGRAM_BOT_TOKEN is not set"),
        ({"TELEGRAM_BOT_TOKEN": "hunter2"}, "TELEGRAM_BOT_TOKEN is no token"),
        ({"TELEGRAM_BOT_TOKEN": "1234:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, "does not know this TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_API_URL": "http://127.0.0.1:9"}, "cannot be reached"),
        ({"TELEGRAM_API_URL": "telegram"}, "TELEGRAM_API_URL must be"),
        ({"TELEGRAM_API_URL": "http://127.0.0.1:port"}, "TELEGRAM_API_URL must be"),
        ({"TELEGRAM_API_URL": "http://[::1"}, "TELEGRAM_API_URL must be"),
        ({"MODE": "webhook", "WEBHOOK_URL": "https://a.b:99999/c"}, "WEBHOOK_URL is no address"),
        ({"SERVE_METRICS": "1", "LISTEN": "203.0.113.7:8080"}, "is no address of this machine. Set LISTEN"),
        ({"DATABASE_URL": "mysql://x"}, "not supported"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:9/none"}, "did not answer"),
        ({"FLOWS_DIR": "/nowhere/at/all"}, "there is no folder"),
        ({"FLOW": "back_spam"}, "no flow"),
        ({"MODE": "webhook"}, "WEBHOOK_URL is not set"),
        ({"MODE": "webhook", "WEBHOOK_URL": "bot.example.org"}, "WEBHOOK_URL is no address"),
        ({"MODE": "webhook", "WEBHOOK_URL": "https://a.b/c", "WEBHOOK_SECRET": "ü"}, "WEBHOOK_SECRET"),
        ({"MODE": "webhook", "WEBHOOK_URL": "https://a.b/c", "LISTEN": "nonsense"}, "is no address"),
        ({"TIMEZONE": "Mars"}, "TIMEZONE"),
    ],
    ids=lambda value: next(iter(value.values()))[:20] if isinstance(value, dict) else "",
)
async def test_what_is_wrong_is_one_line(sqlite_url: str, environment: dict[str, str], said: str) -> None:
    async with TelegramDouble() as telegram:
        code, err = await ends(telegram, environment.pop("DATABASE_URL", sqlite_url), **environment)
    assert code == 2, err
    assert said in one_line(err)
    token = environment.get("TELEGRAM_BOT_TOKEN") or telegram.token
    assert token not in err


BROKEN = [
    ("getMe", Fault("server_error"), "cannot be reached (Internal Server Error)"),
    ("getMe", Fault("too_many", retry_after=300), "asks for a pause of 300 s"),
    ("getMe", Fault("server_error", status=404), "Check TELEGRAM_API_URL first"),
    ("deleteWebhook", Fault("server_error"), "cannot be reached (Internal Server Error)"),
    ("deleteWebhook", Fault("reset"), "cannot be reached"),
    ("setWebhook", Fault("server_error"), "cannot be reached (Internal Server Error)"),
    ("setWebhook", Fault("server_error", status=400), "refuses WEBHOOK_URL"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "fault", "said"), BROKEN, ids=lambda value: getattr(value, "breakage", value))
async def test_an_api_that_stays_broken_at_start_is_one_line(
    sqlite_url: str, method: str, fault: Fault, said: str
) -> None:
    more = {"MODE": "webhook", "WEBHOOK_URL": "https://a.b/c", "LISTEN": "127.0.0.1:0"} if "set" in method else {}
    async with TelegramDouble() as telegram:
        telegram.fail(method, *[fault] * 20)
        code, err = await ends(telegram, sqlite_url, **more)
    assert code == 2, err
    assert said in one_line(err)
    assert "serving" not in [line["event"] for line in log_lines(err)], "said that it serves before it did"
    assert telegram.token not in err


MOMENTARY = [Fault("too_many"), Fault("server_error"), Fault("reset"), Fault("reset_after"), Fault("silence_after")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "fault"),
    [*(("polling", fault) for fault in MOMENTARY), *(("webhook", fault) for fault in MOMENTARY[:2])],
    ids=lambda value: getattr(value, "breakage", value),
)
async def test_an_api_that_fails_for_a_moment_at_start_is_asked_again(sqlite_url: str, mode: str, fault: Fault) -> None:
    more = by_webhook() if mode == "webhook" else {}
    async with TelegramDouble() as telegram:
        telegram.fail("getMe", fault)
        telegram.fail("deleteWebhook" if mode == "polling" else "setWebhook", fault)
        ann = Patient(telegram.user(1))
        ann.person.send("/start")
        async with process(telegram, sqlite_url, **more):
            await ann.person.sees("Who is this about?", 30)


async def test_it_stops_at_once_while_it_waits_for_the_api(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram:
        telegram.fail("getMe", Fault("too_many", retry_after=50))
        async with process(telegram, sqlite_url) as bot:
            assert bot.stderr is not None
            assert b"key file made" in await asyncio.wait_for(bot.stderr.readline(), 20)
            assert b"trying again" in await asyncio.wait_for(bot.stderr.readline(), 20)
            bot.terminate()
            assert await asyncio.wait_for(bot.wait(), 5) == 0


async def test_a_port_in_use_is_one_line(sqlite_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with TelegramDouble() as telegram:
            code, err = await ends(
                telegram, sqlite_url, SERVE_METRICS="true", LISTEN=f"127.0.0.1:{taken.getsockname()[1]}"
            )
    assert code == 2
    assert "in use" in one_line(err)


async def test_a_database_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder.db").mkdir()
    async with TelegramDouble() as telegram:
        code, err = await ends(telegram, f"sqlite:///{tmp_path}/folder.db")
        assert (code, "folder" in one_line(err)) == (2, True)
        path = tmp_path / "read_only.db"
        sqlite3.connect(path).close()
        path.chmod(stat.S_IRUSR)
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        monkeypatch.setattr(Starting, "as_command", True)  # rights are given up at the exec of a new program
        try:
            code, err = await ends(telegram, f"sqlite:///{path}", before=_keep_to_permissions)
        finally:
            tmp_path.chmod(stat.S_IRWXU)
    assert code == 2
    assert "writable" in one_line(err)


def _keep_to_permissions() -> None:
    """Before the bot is run in this process: even root may only write what its permissions allow."""
    if os.geteuid() == 0:
        capbset_drop, cap_dac_override = 24, 1
        if ctypes.CDLL(None, use_errno=True).prctl(capbset_drop, cap_dac_override, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "root cannot be kept from writing everywhere")


async def test_a_second_process_on_one_file_is_one_line(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram, process(telegram, sqlite_url):
        await telegram.until(lambda: telegram.updates.polled, 20)
        code, err = await ends(telegram, sqlite_url)
    assert code == 2
    assert "in use by symptom-bot run" in one_line(err)


async def test_it_stops_within_five_seconds(database_url: str) -> None:
    async with TelegramDouble() as telegram:
        ann = Patient(telegram.user(1))
        ann.person.send("/start")
        async with process(telegram, database_url) as bot:
            await ann.person.sees("Who is this about?", 60)
            began = perf_counter()
            bot.terminate()
            assert await asyncio.wait_for(bot.wait(), 10) == 0
            assert perf_counter() - began < 5.0


async def test_a_database_that_hangs_is_said_and_holds_up_no_stop(database_url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    async with TelegramDouble() as telegram, ClientSession() as web:

        async def says(status: int) -> None:
            async with asyncio.timeout(20):
                while True:
                    async with web.get(f"http://{listen}/healthz") as answer:
                        if answer.status == status:
                            return
                    await asyncio.sleep(0.05)

        ann = Patient(telegram.user(1))
        async with process(telegram, database_url, SERVE_METRICS="true", LISTEN=listen) as bot:
            await telegram.until(lambda: telegram.updates.polled, 20)
            await ann.start()
            await says(200)
            with hanging(database_url):
                ann.person.send("me")
                await says(503)
            await ann.person.sees("Is any of these so?", 20)
            await says(200)
            with hanging(database_url):
                ann.person.send("/help")
                await says(503)
                began = perf_counter()
                bot.terminate()
                await asyncio.wait_for(bot.wait(), 20)
                assert perf_counter() - began < 5.0
        async with process(telegram, database_url):
            await ann.person.sees("Help", 20)


async def test_a_stop_in_the_middle_loses_nothing(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram:
        people = [Patient(telegram.user(n)) for n in range(1, 21)]
        async with process(telegram, sqlite_url) as bot:
            for one in people:
                one.person.send("/start")
            await telegram.until(
                lambda: telegram.updates.confirmed > 0 or telegram.counts.get("sendMessage", 0) > 0, 20
            )
            bot.terminate()
            assert await asyncio.wait_for(bot.wait(), 5) == 0
        async with process(telegram, sqlite_url):
            for one in people:
                await one.person.sees("Who is this about?", 20)
        assert all(len(one.person.messages) == 1 for one in people)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_the_command_itself_serves(sqlite_url: str, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is forked here: imports, proofs and pauses as patients get them."""
    monkeypatch.setattr(Starting, "as_command", True)
    more = by_webhook() if mode == "webhook" else {}
    async with TelegramDouble() as telegram, process(telegram, sqlite_url, **more) as bot:
        ann = Patient(telegram.user(1))
        ann.person.send("/start")
        await ann.person.sees("Who is this about?", 60)
        bot.terminate()
        assert await asyncio.wait_for(bot.wait(), 10) == 0


SECRETS = ("Marzipan-7", "Quokka-8", "Zephyr-9", "Gingko-10")
"""Words that occur nowhere but in what patients say and are called."""


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_no_log_and_no_error_tells_who_or_what(sqlite_url: str, mode: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    async with TelegramDouble() as telegram:
        name, typed, caption, deep = SECRETS
        ann = Patient(telegram.user(4711007, name=name))
        more = {"MODE": mode, "WEBHOOK_URL": f"http://{listen}/{deep}", "LISTEN": listen, "WEBHOOK_SECRET": deep}
        async with process(telegram, sqlite_url, LOG_LEVEL="DEBUG", **more) as bot:
            await telegram.until(lambda: telegram.counts.get("getMyShortDescription", 0) > 0, 20)
            await ann.says(f"/start {typed}")
            telegram.faults = Faults(seed=5, server_error=0.1, reset=0.1, reset_after=0.1, too_many=0.02)
            ann.person.send(f"{typed} \ud83d\ude00 <b>")
            ann.person.edit(f"{typed} again")
            ann.person.photo(caption)
            ann.person.send(f"/nonsense {typed}")
            ann.person.send(f"/language {typed}")
            ann.person.press(ann.person.messages[0], f"{typed}.1.2.3")
            telegram.redeliver({"update_id": 1, "message": {"chat": {"id": typed}, "text": typed, "date": typed}})
            half = {"data": typed, "from": {"first_name": name}, "message": {"chat": {"id": 4711007}}}
            telegram.redeliver({"update_id": 2, "callback_query": half})
            telegram.fail("sendMessage", Fault("server_error", status=400))
            ann.person.send("/help")
            ann.person.send("/mydata")
            await telegram.settled(20)
            telegram.faults = Faults()
            await ann.says("/privacy")
            bot.terminate()
            out, err = await asyncio.wait_for(bot.communicate(), 10)
    text = (out + err).decode()
    assert log_lines(text), "nothing was logged at all"
    assert all(line.startswith("{") for line in text.splitlines()), text
    for secret in (*SECRETS, "4711007", telegram.token, telegram.token.partition(":")[2]):
        assert secret not in text


async def test_a_crash_tells_where_but_not_what() -> None:
    """An error that nobody foresaw, with a patient's words in it."""
    code = (
        f"from bot.server import logs; logs.set_up('DEBUG')\ndef f(words): raise ValueError(words)\nf({SECRETS[0]!r})"
    )
    crash = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=asyncio.subprocess.PIPE, cwd=ROOT)
    _, err = await crash.communicate()
    assert SECRETS[0] not in err.decode()
    assert "ValueError" in err.decode()


async def test_what_the_operator_erases_is_gone_from_a_running_bot(sqlite_url: str) -> None:
    async with TelegramDouble() as telegram, process(telegram, sqlite_url):
        ann = Patient(telegram.user(1))
        await telegram.until(lambda: telegram.updates.polled, 20)
        await ann.start()
        await ann.walks(*UNCOMPLICATED[:4])
        with open_store(sqlite_url, access="guest") as store:
            assert store.erase_chat("telegram:1")
        await ann.says("hello")
        assert "Who is this about?" in ann.last.text
