"""The only reader of the environment. Every setting stands in `.env.example` with a comment; a test compares the two."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from rapidfuzz.distance import OSA

from bot.core.rendering.answer_words import Places


class SettingsError(Exception):
    """A setting that is missing or wrong: one plain line that says what to do."""


class Settings(BaseSettings):
    """Everything that can be set, from the environment or `.env`. Empty values count as unset."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8-sig", extra="ignore", env_ignore_empty=True
    )

    telegram_bot_token: SecretStr | None = Field(None, description="The bot's token from @BotFather.")
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Base URL of the Bot API, without /bot; a self-hosted server otherwise."
    )
    database_url: str = Field("sqlite:///symptom-bot.db", description="SQLite file or PostgreSQL database.", repr=False)
    data_key_file: Path | None = Field(
        None, description="File with the keys of the database; unset: beside the SQLite file, else ./symptom-bot.key."
    )
    flows_dir: Path | None = Field(None, description="Folder with the flows; unset: ./flows, then the shipped ones.")
    flow: str = Field("back_spasm", description="The flow that a chat starts with when no link names another.")
    mode: Literal["polling", "webhook"] = Field("polling", description="How updates arrive.")
    webhook_url: str | None = Field(None, description="Public https address that Telegram calls in webhook mode.")
    webhook_secret: SecretStr | None = Field(None, description="Secret that Telegram sends along (A-Z a-z 0-9 _ -).")
    listen: str = Field("127.0.0.1:8080", description="Host and port of the webhook, /healthz and /metrics.")
    serve_metrics: bool = Field(False, description="Serve /healthz and /metrics in polling mode too.")
    emergency_number: str | None = Field(
        None, description="The emergency number where the patients are; unset: they are asked for their country."
    )
    urgent_line: str | None = Field(None, description="Whom to call for urgent advice, e.g. NHS 111.")
    crisis_line: str | None = Field(None, description="Whom to call in a crisis, e.g. a suicide line.")
    timezone: str = Field("UTC", description="The patients' time zone, e.g. Europe/London.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    retention_days: int = Field(30, ge=1, le=3650, description="Days after which finished sessions are erased.")
    rate_overall: float = Field(
        30.0, gt=0, description="Messages a second to all chats, of all workers (Telegram allows 30)."
    )
    rate_chat: float = Field(
        1.0, gt=0, description="Messages a second to one chat on average (Telegram allows about 1)."
    )

    editor_url: str | None = Field(
        None, description="The workbench opens places in your editor by this address, e.g. vscode://file/{file}:{line}."
    )

    @field_validator("editor_url")
    @classmethod
    def _opens_a_file(cls, value: str | None) -> str | None:
        scheme = re.match(r"([a-z][a-z0-9+.-]*)://", value or "")
        if scheme is not None and scheme[1] in RUNS_IN_A_PAGE:
            raise ValueError(f'"{scheme[1]}:" opens no editor; write e.g. vscode://file/{{file}}:{{line}}')
        if value is None or (scheme is not None and "{file}" in value):
            return value
        raise ValueError(f'"{value}" does not say where the file goes; write e.g. vscode://file/{{file}}:{{line}}')

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'"{value}" is no time zone; use a name such as Europe/London') from None
        return value

    @field_validator("flows_dir", "data_key_file")
    @classmethod
    def _at_home(cls, value: Path | None) -> Path | None:
        """`~` is the home folder, as in a shell, which has no part in what stands in .env."""
        return None if value is None else Path(os.path.expanduser(value))

    @property
    def zone(self) -> ZoneInfo:
        """The patients' time zone."""
        return ZoneInfo(self.timezone)

    @property
    def places(self) -> Places:
        """Words that depend on the place."""
        return Places(self.emergency_number, self.urgent_line, self.crisis_line, self.retention_days)


SECRETS = ("telegram_bot_token", "database_url", "webhook_secret")
"""Settings that may stand in a file of their own, named by NAME_FILE, as containers and systemd hand secrets over."""

RUNS_IN_A_PAGE = ("javascript", "data", "vbscript", "blob", "about", "filesystem")
"""What a browser does itself instead of handing it to an editor."""

_SHORTEST = {".env": 5, "the environment": 8}
"""Letters that a name has at least to be taken for a slip of a setting's: the environment is full of other programs' names."""


def read_settings() -> Settings:
    """The settings as they stand. Raises SettingsError with one line for the first that is wrong."""
    written = _env_file(Path(".env"))
    for where, names in ((".env", written), ("the environment", os.environ)):
        _no_slip(where, names)
    try:
        return Settings(**_from_files({**written, **os.environ}))
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]).upper() if problem["loc"] else "the settings"
        message = str(problem["msg"]).removeprefix("Value error, ")
        raise SettingsError(f"{name}: {message}. Change it in the environment or in .env.") from None


def _env_file(path: Path) -> Mapping[str, str | None]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path}: it cannot be read ({error.strerror}).") from None
    try:
        return dotenv_values(stream=StringIO(raw.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}, line {line}: a character that is not UTF-8. Save the file as UTF-8.") from None


def _no_slip(where: str, names: Iterable[str]) -> None:
    """Raises SettingsError for a name that is nearly a setting's (a letter too many, too few, another one, two swapped; two
    slips in a long name): what it says would silently not count."""
    known = [*(name.upper() for name in Settings.model_fields), *(f"{name.upper()}_FILE" for name in SECRETS)]
    for name in names:
        if name.upper() in known or len(name) < _SHORTEST[where]:
            continue
        slips = 1 if len(name) < 16 else 2
        near = next((one for one in known if OSA.distance(name.upper(), one, score_cutoff=slips) <= slips), None)
        if near is not None:
            raise SettingsError(f"{name} in {where} is no setting. Is it {near}? Rename it, or take it out.")


def _from_files(given: Mapping[str, str | None]) -> dict[str, Any]:
    """The secrets that stand in files: setting -> value."""
    found: dict[str, Any] = {}
    for name in SECRETS:
        path = given.get(f"{name.upper()}_FILE")
        if not path:
            continue
        if given.get(name.upper()):
            raise SettingsError(f"{name.upper()} and {name.upper()}_FILE are both set. Keep one of them.")
        try:
            found[name] = Path(os.path.expanduser(path)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise SettingsError(f"{name.upper()}_FILE: {path} cannot be read ({why}).") from None
        if not found[name]:
            raise SettingsError(f"{name.upper()}_FILE: {path} is empty.")
    return found
