"""The README's transcript is a real one: its answers, typed again, give its lines. Run this file to bring it up to date."""

from __future__ import annotations

import io
import re
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bot.app import open_service  # noqa: E402
from bot.channels.terminal import chat  # noqa: E402
from bot.settings import Settings  # noqa: E402
from bot.store import open_store  # noqa: E402

README = ROOT / "README.md"
BEGIN, END = "<!-- transcript -->\n", "<!-- /transcript -->"
NOW = 1795197600.0  # 2026-11-20 18:00 UTC
TYPED = (
    "1", "44", "0", "nope all fine", "0", "0", "0", "yesterday", "shifting boxes", "low back", "done", "0", "slower",
    "bending and lifting", "about a minute", "4/10", "yes",
)  # fmt: skip
SHOWN = 3
LAST = 6
"""Messages at the beginning and at the end that the README shows."""


def transcript(typed: tuple[str, ...]) -> str:
    """The whole chat as the terminal shows it, folded to 100 columns."""
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None, database_url=f"sqlite:///{folder}/t.db", timezone="UTC", emergency_number="112"
        )  # type: ignore[call-arg]
        with open_store(settings.database_url, access="guest") as store:
            service = open_service(settings, store, lambda: NOW, ROOT / "flows")
            chat(service, "terminal:back_spasm", "back_spasm", "en", io.StringIO("\n".join(typed) + "\n"), out)
    lines: list[str] = []
    for line in re.sub(r"Content [0-9a-f]{8}", "Content ........", out.getvalue()).rstrip().splitlines():
        indent = " " * 13
        lines.extend(textwrap.wrap(line, 112, subsequent_indent=indent, drop_whitespace=True) or [""])
    return "\n".join(lines).removesuffix("\nyou")


def excerpt(text: str) -> str:
    """The first messages and the last ones."""
    parts = re.split(r"(?m)^(?=symptom-bot  )", text)
    return "".join(parts[: SHOWN + 1]) + "...\n" + "".join(parts[-LAST:])


def section() -> str:
    return BEGIN + "```text\n" + excerpt(transcript(TYPED)).rstrip() + "\n```\n" + END


def test_the_transcript_is_what_the_bot_says() -> None:
    text = README.read_text(encoding="utf-8")
    shown = text[text.index(BEGIN) : text.index(END) + len(END)]
    assert shown == section()


if __name__ == "__main__":
    old = README.read_text(encoding="utf-8")
    new = old[: old.index(BEGIN)] + section() + old[old.index(END) + len(END) :]
    README.write_text(new, encoding="utf-8")
