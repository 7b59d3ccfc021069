"""What several commands need: exit codes, settings, flows, files, and one way to stop with a plain line."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.core.flow.compiled import Flow
    from bot.settings import Settings
    from bot.store import Store

OK, FOUND, USAGE = 0, 1, 2
"""Exit codes: fine; findings or failures; wrong usage or surroundings."""


class Stop(Exception):
    """Ends the command with a line and an exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code


def settings() -> Settings:
    """The settings. Raises Stop with one line for what is wrong."""
    from bot.settings import SettingsError, read_settings

    try:
        return read_settings()
    except SettingsError as error:
        raise Stop(str(error)) from None


def today() -> date:
    """Today, in UTC."""
    from bot.app import clock

    return datetime.fromtimestamp(clock(), UTC).date()


@contextmanager
def keeping_garbage() -> Iterator[None]:
    """Nothing is collected meanwhile: hundreds of thousands of values are made and kept, and to look through them again and again
    costs a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def guest_store(purpose: str) -> Iterator[Store]:
    """The database of the settings, for an errand beside a running bot. Raises Stop for whatever goes wrong with it meanwhile."""
    from bot.store import StoreError

    try:
        with open_as_guest(settings(), purpose) as store:
            yield store
    except StoreError as error:
        raise Stop(str(error)) from None


def open_as_guest(chosen: Settings, purpose: str, as_it_is: bool = False) -> Store:
    """The database of these settings, beside a running bot. `as_it_is`: nothing is made, and nothing migrated. Raises
    StoreError."""
    from bot.app import clock
    from bot.store import open_store

    return open_store(
        chosen.database_url,
        purpose=purpose,
        access="guest",
        keys=chosen.data_key_file,
        now=clock(),
        as_it_is=as_it_is,
    )


def folders(names: Sequence[str]) -> list[Path]:
    """The folders of flows given by name or path; all flows if none is named. Raises Stop."""
    from bot.library import UnknownFlow, find_flow, flow_names, flows_folder

    try:
        if names:
            return [
                find_flow(name, None if Path(name).is_dir() else flows_folder(settings().flows_dir)) for name in names
            ]
        folder = flows_folder(settings().flows_dir)
        return [folder / name for name in flow_names(folder)]
    except UnknownFlow as error:
        raise Stop(str(error)) from None


def flow_named(name: str) -> Flow:
    """One flow by name or path. Prints its findings and raises Stop if it has any."""
    from bot.core.model.findings import FlowError
    from bot.library import load_flow

    try:
        return load_flow(folders([name])[0])
    except FlowError as error:
        print_findings(error)
        raise Stop(f'the flow "{error.name}" has findings.', FOUND) from None


def print_findings(error: Any) -> None:
    """The findings of a flow, on standard error."""
    for finding in error.findings:
        print(finding, file=sys.stderr)
    print(f'{len(error.findings)} finding(s): the flow "{error.name}" is not used.', file=sys.stderr)


def read_time(text: str, settings: Settings) -> datetime:
    """A local time as typed, in the patients' zone. Raises Stop."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(f'"{text}" is no time. Write it like 2026-11-20T18:00.') from None
    return found if found.tzinfo is not None else found.replace(tzinfo=settings.zone)


def file_text(path: Path) -> str:
    """The text of a file. Raises Stop."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Stop(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{path} cannot be read: {error}.") from None
