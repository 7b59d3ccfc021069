"""Settings: `.env.example` lists them all as they are, and what is wrong is said in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read_settings
from bot.store.place.address import address_of, sqlite_file
from tests.support.places import ROOT

EXAMPLE = ROOT / ".env.example"
LINES = EXAMPLE.read_text(encoding="utf-8").splitlines()
GIVEN = dict(line.split("=", 1) for line in LINES if re.match(r"[A-Z_]+=", line))


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_example_lists_every_setting_and_nothing_else() -> None:
    assert list(GIVEN) == [name.upper() for name in Settings.model_fields]


def test_every_setting_in_the_example_has_a_comment_above_it() -> None:
    for name in GIVEN:
        at = next(i for i, line in enumerate(LINES) if line.startswith(f"{name}="))
        assert LINES[at - 1].startswith("# "), f"{name} has no comment"


def test_the_values_of_the_example_are_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("RETENTION_DAYS=7\nLISTEN=0.0.0.0:80\n", encoding="utf-8")
    monkeypatch.setenv("RETENTION_DAYS", "9")
    settings = read_settings()
    assert settings.retention_days == 9
    assert settings.listen == "0.0.0.0:80"


def test_empty_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMERGENCY_NUMBER", "")
    monkeypatch.setenv("RETENTION_DAYS", "")
    settings = read_settings()
    assert settings.emergency_number is None
    assert settings.retention_days == 30


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TIMEZONE", "Mars/Olympus", "TIMEZONE"),
        ("TIMEZONE", "../etc/passwd", "TIMEZONE"),
        ("MODE", "carrier-pigeon", "MODE"),
        ("RETENTION_DAYS", "0", "RETENTION_DAYS"),
        ("RETENTION_DAYS", "a month", "RETENTION_DAYS"),
        ("RATE_CHAT", "-1", "RATE_CHAT"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1234:very-secret-token-of-the-bot")
    monkeypatch.setenv("WEBHOOK_SECRET", "another-secret")
    shown = repr(read_settings())
    assert "very-secret" not in shown
    assert "another-secret" not in shown


def test_a_file_that_is_not_utf8_is_one_line_that_names_the_place(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"FLOW=back_spasm\nCRISIS_LINE=call \xa3-free 0800\n")
    with pytest.raises(SettingsError, match=r"^\.env, line 2: .*UTF-8"):
        read_settings()


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfRETENTION_DAYS=7\n")
    assert read_settings().retention_days == 7


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("EMERGENCY_NUMER", "EMERGENCY_NUMBER"),
        ("EMERGENCYNUMBER", "EMERGENCY_NUMBER"),
        ("RETENTION_DAY", "RETENTION_DAYS"),
        ("DATABASEURL", "DATABASE_URL"),
        ("WEBHOOK_SECRTE", "WEBHOOK_SECRET"),
        ("telegram_bot_tokn", "TELEGRAM_BOT_TOKEN"),
        ("DATABASE_URL_FIEL", "DATABASE_URL_FILE"),
        ("TIMZEONE", "TIMEZONE"),
        ("RATE_CAHT", "RATE_CHAT"),
        ("LOG_LEVLE", "LOG_LEVEL"),
    ],
)
@pytest.mark.parametrize("in_file", [True, False])
def test_a_slip_in_a_name_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, slip: str, meant: str, in_file: bool
) -> None:
    if in_file:
        (tmp_path / ".env").write_text(f"{slip}=112\n", encoding="utf-8")
    else:
        monkeypatch.setenv(slip, "112")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert slip in str(error.value)
    assert meant in str(error.value)


@pytest.mark.parametrize(("slip", "meant"), [("LISTN", "LISTEN"), ("TIMEZON", "TIMEZONE"), ("MODEE", "MODE")])
def test_in_the_file_a_slip_in_a_short_name_is_told_too(tmp_path: Path, slip: str, meant: str) -> None:
    (tmp_path / ".env").write_text(f"{slip}=x\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=f"^{slip} in .env is no setting. Is it {meant}"):
        read_settings()


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / ".env").write_text(
        "FLOWS_DIR=~/flows\nDATA_KEY_FILE=~/k.key\nDATABASE_URL=sqlite:///~/b.db\n", encoding="utf-8"
    )
    chosen = read_settings()
    assert (chosen.flows_dir, chosen.data_key_file) == (tmp_path / "home" / "flows", tmp_path / "home" / "k.key")
    assert sqlite_file(address_of(chosen.database_url)) == tmp_path / "home" / "b.db"
    assert sqlite_file(address_of("~/b.db")) == tmp_path / "home" / "b.db"


def test_names_of_other_programs_are_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "COMPOSE_PROJECT_NAME=bot\nPOSTGRES_PASSWORD=x\nNODE=1\nFLOWCHART=1\nPUBLIC_HOST=x\n", encoding="utf-8"
    )
    monkeypatch.setenv("DATABASE_USER", "bot")
    read_settings()


def test_a_secret_may_stand_in_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("1234:token-from-a-file\n", encoding="utf-8")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN_FILE", str(tmp_path / "token"))
    (tmp_path / ".env").write_text(f"DATABASE_URL_FILE={tmp_path}/database\n", encoding="utf-8")
    (tmp_path / "database").write_text("sqlite:///elsewhere.db", encoding="utf-8")
    settings = read_settings()
    assert settings.telegram_bot_token is not None
    assert settings.telegram_bot_token.get_secret_value() == "1234:token-from-a-file"
    assert settings.database_url == "sqlite:///elsewhere.db"


@pytest.mark.parametrize("content", [None, "", "\n", b"\xff\xfe"])
def test_a_secret_in_a_file_that_says_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | bytes | None
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("WEBHOOK_SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(SettingsError, match=r"^WEBHOOK_SECRET_FILE: "):
        read_settings()


def test_a_secret_that_stands_twice_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("other", encoding="utf-8")
    monkeypatch.setenv("WEBHOOK_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("WEBHOOK_SECRET", "one")
    with pytest.raises(SettingsError, match="both set"):
        read_settings()
