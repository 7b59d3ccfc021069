"""A workbench to ask: the command itself on a copy of the shipped flow, or a quick one in a thread; and a browser to open it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.replay.phone.picture import find_chromium
from tests.support.flow_edits import BACK_SPASM, SPRAIN, write
from tests.support.operators_page import ARGUMENTS, Operator
from tests.support.workbench import Opened, opened_by_command, opened_in_thread

NEEDED = "SYMPTOM_BOT_NEEDS_CHROMIUM"
"""Set by `.ci/run`: where a browser is needed, that there is none is a failure."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Opened]:
    """A workbench in a thread, on a copy of the small flow."""
    write(SPRAIN, tmp_path / "flows")
    with opened_in_thread(tmp_path, "sprain") as opened:
        yield opened


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Opened]:
    """The command itself, on a copy of the shipped flow."""
    shutil.copytree(BACK_SPASM, tmp_path / "flows" / "back_spasm")
    with opened_by_command(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for the tests of one file: while it is there, no other loop can run in the process."""
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get(NEEDED):
            pytest.fail(f"There is no Chromium on this machine, and {NEEDED} says that there has to be one.")
        pytest.skip("no Chromium on this machine: the workbench is not opened in a browser")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield found
        found.close()


@pytest.fixture
def operator(browser: Browser, bench: Opened) -> Iterator[Operator]:
    """An operator in front of the quick workbench, let in, on the spine."""
    with Operator(browser, bench) as one:
        yield one.let_in()


@pytest.fixture
def expert(browser: Browser, command: Opened) -> Iterator[Operator]:
    """An operator in front of the command itself with the shipped flow."""
    with Operator(browser, command) as one:
        yield one.let_in()
