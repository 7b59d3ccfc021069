"""Pages as PNG, by a Chromium that is on the machine; without one there are none."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = (
    "chromium", "chromium-browser", "chromium-headless-shell", "google-chrome", "google-chrome-stable", "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
)  # fmt: skip
"""Where a Chromium is looked for, in this order."""
LONGEST_WAIT = 60
"""Seconds for one picture."""


class NoPicture(RuntimeError):
    """The Chromium did not draw; the message says why."""


def find_chromium() -> str | None:
    """The Chromium of this machine, if it has one."""
    return next((found for name in NAMES if (found := shutil.which(name)) is not None), None)


def draw_picture(chromium: str, html: str, width: int, height: int, target: Path) -> None:
    """Draw a page of that size in pixels. Raises NoPicture if it cannot be drawn."""
    with tempfile.TemporaryDirectory(prefix="symptom-bot-") as space:
        page = Path(space) / "page.html"
        page.write_text(html, encoding="utf-8")
        command = [
            chromium, "--headless", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={space}/profile",
            f"--window-size={width},{height}", f"--screenshot={target.absolute()}", page.as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(
                1, "--no-sandbox"
            )  # it has no other way to run as root; the page is our own and loads nothing
        try:
            done = subprocess.run(command, capture_output=True, timeout=LONGEST_WAIT, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPicture(f"{chromium} did not draw {target.name}: {type(error).__name__}.") from None
    if done.returncode or not target.is_file():
        raise NoPicture(f"{chromium} did not draw {target.name}: it ended with {done.returncode}.")
