"""Scripts into a folder: one page for each script, and its pictures where a Chromium is found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from bot.replay.playing.run import versions_of
from bot.replay.script.model import Case
from bot.replay.script.reading import Scripts

from .page import THEMES, phone_page, pictures
from .picture import NoPicture, draw_picture, find_chromium
from .seen import SeenCase, seen_case

NO_CHROMIUM = (
    "No pictures (PNG): no Chromium was found on this machine (e.g. install the package chromium). The pages are whole."
)


def draw_scripts(scripts: Scripts, into: Path, stream: TextIO) -> None:
    """Write the pages and pictures, and say which. What stood in the folder under these names is written over."""
    into.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    for name, cases in _by_script(scripts.cases).items():
        seen = [seen_case(case, scripts.flow(case), versions_of(scripts, case)) for case in cases]
        target = into / f"{name}.html"
        target.write_text(phone_page(seen), encoding="utf-8")
        drawn = _pictures(chromium, seen, into, name, stream) if chromium is not None else 0
        print(f"drawn: {target}" + (f" and {drawn} pictures" if drawn else ""), file=stream)
    if chromium is None:
        print(NO_CHROMIUM, file=stream)


def _pictures(chromium: str, cases: Sequence[SeenCase], into: Path, name: str, stream: TextIO) -> int:
    number = 0
    for theme in THEMES:
        pages = [drawn for case in cases for drawn in pictures(case, theme)]
        for at, (html, width, height) in enumerate(pages, 1):
            try:
                draw_picture(chromium, html, width, height, into / f"{name}-{theme}-{at}.png")
            except NoPicture as reason:
                print(f"{reason} The page {name}.html is whole.", file=stream)
                return number
            number += 1
    return number


def _by_script(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """File name -> the cases of a script; of two scripts with one name the folder's stands before it."""
    files = list(dict.fromkeys(case.file for case in cases))
    stems = [Path(file).stem for file in files]
    names = {
        file: stem if stems.count(stem) == 1 else f"{Path(file).parent.name}-{stem}"
        for file, stem in zip(files, stems, strict=True)
    }
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(names[case.file], []).append(case)
    return found
