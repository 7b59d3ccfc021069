"""What stands in `.env` and the environment, as people write it: understood by the bot, or one line that says what to write."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from bot.replay.double.server import TelegramDouble
from tests.support.places import TESTS
from tests.support.runs import ends, one_line
from tests.support.telegram_bot import Patient, process, start_process

pytestmark = pytest.mark.usefixtures("bot_process")
SECRET = "Moon77"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"CRISIS_LINE=call \xa3-free 0800\n", ".env, line 1"),
        (b"# the doctor\x92s number\nCRISIS_LINE=0800\n", ".env, line 1"),
        (b"\n\nFLOW=sprain\nCLINIC=Caf\xe9\n", ".env, line 4"),
        ("CRISIS_LINE=0800\n".encode("utf-16"), ".env, line 1"),
        (b"EMERGENCY_NUMER=112\n", "Is it EMERGENCY_NUMBER"),
        (b"export EMERGENCY_NUMBR=112\n", "Is it EMERGENCY_NUMBER"),
        (b"emergency_nummber=112\n", "Is it EMERGENCY_NUMBER"),
        (b"CRISIS_LNE=0800\n", "Is it CRISIS_LINE"),
        (b"RETENTION_DAY=7\n", "Is it RETENTION_DAYS"),
        (b"TELEGRAM_BOT_TOKEN_FLIE=/run/token\n", "Is it TELEGRAM_BOT_TOKEN_FILE"),
    ],
)
async def test_a_slip_in_the_file_is_one_line(tmp_path: Path, sqlite_url: str, file: bytes, said: str) -> None:
    (tmp_path / ".env").write_bytes(file)
    async with TelegramDouble() as telegram:
        code, err = await ends(telegram, sqlite_url, partial(os.chdir, tmp_path))
    assert code == 2, err
    assert said in one_line(err)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://bot:Sun@{SECRET}@127.0.0.1:1/chat",
        f"postgresql://bot:{SECRET}@@127.0.0.1:1/chat",
        f"postgresql://bot:a/b#{SECRET}@127.0.0.1:1/chat",
        f"postgresql://bot@127.0.0.1:1/chat?password={SECRET}",
        f"postgresql://bot:{SECRET}%@127.0.0.1:1/chat",
        f"host=127.0.0.1 dbname=chat password={SECRET}",
        f"dbname=chat password = '{SECRET}'",
        f"postgres:{SECRET}@127.0.0.1/chat",
        f"mysql+pymysql://bot:{SECRET}@127.0.0.1:1/chat",
    ],
)
async def test_no_part_of_a_password_is_printed_or_made_a_file(tmp_path: Path, url: str) -> None:
    async with TelegramDouble() as telegram:
        code, err = await ends(telegram, url, partial(os.chdir, tmp_path), DATA_KEY_FILE=str(tmp_path / "k.key"))
    assert code == 2, err
    assert SECRET not in err
    one_line(err)
    assert not [name for name in os.listdir(tmp_path) if SECRET in name or "password" in name]


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///~/chats.db", "home/chats.db"),
        ("~/chats.db", "home/chats.db"),
        ("sqlite:///chats.db", "chats.db"),
        ("sqlite:///sub folder/chats.db", "sub folder/chats.db"),
    ],
)
async def test_a_file_lies_where_a_person_expects_it(tmp_path: Path, url: str, file: str) -> None:
    for folder in ("home", "sub folder"):
        (tmp_path / folder).mkdir()
    async with TelegramDouble() as telegram:
        environment = {"HOME": str(tmp_path / "home"), "DATA_KEY_FILE": ""}
        started = await start_process(telegram, url, partial(os.chdir, tmp_path), **environment)
        try:
            await Patient(telegram.user(1)).start()
        finally:
            started.terminate()
            await started.communicate()
    assert (tmp_path / file).exists()
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize("link", ["to another name", "of the whole folder", "to a link"])
async def test_a_flow_may_be_a_link(tmp_path: Path, sqlite_url: str, link: str) -> None:
    flows, release = tmp_path / "flows", tmp_path / "releases" / "r42"
    shutil.copytree(TESTS / "flows" / "sprain", release / "sprain" if link == "of the whole folder" else release)
    if link == "of the whole folder":
        flows.symlink_to(release)
    else:
        flows.mkdir()
        (tmp_path / "current").symlink_to(release)
        (flows / "sprain").symlink_to(tmp_path / "current" if link == "to a link" else Path("..", "releases", "r42"))
    async with TelegramDouble() as telegram, process(telegram, sqlite_url, FLOWS_DIR=str(flows)):
        assert "Who is this about?" in (await Patient(telegram.user(1)).start()).text
