"""Settings: `.env.example` lists them all as they are, and what is wrong is said in one line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read_settings
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
