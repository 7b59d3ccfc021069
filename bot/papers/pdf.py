"""A page of paper as PDF/UA-1: its words go into `paper.typ` as data, never as source. Equal pages make equal bytes, whatever
the machine: no font of its own, no clock, no network."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.core.rendering.message import Paper

if TYPE_CHECKING:
    import typst

LONGEST_WORD, LONGEST_LABEL = 24, 16
"""Characters of a word, in a text and in a label, that stay on one line; a longer one may be broken after every few."""
AGES = 12
"""Empty pages after which nothing of a note is kept."""
MOST_ROUNDS = 4
"""How often characters without a glyph are looked for: spelling one can change what its neighbours are joined to."""
_PIECE = 8
_INVISIBLE = (0xAD, 0x200B, 0x2060, 0xFEFF)
_TURNING = (0x202D, 0x202E)
_DROPPED = {c: None for c in (*range(0x20), *range(0x7F, 0xA0), *_INVISIBLE, *_TURNING) if c != 0x0A}
"""Controls, what only says where a line may end, and what turns letters round: "50 mg" could be seen as "gm 05"."""
_JOINERS = "\u200d\ufe0e\ufe0f"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_NOT_ASCII = "\u0080-\U0010ffff"
_LANG = re.compile(r"([a-z]{2,3})(?:-([A-Za-z]{2}))?")
_WITHOUT_GLYPH = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_ONE_AT_A_TIME = Lock()
"""Pages made at once are no sooner ready on a core or two, and each takes some 30 MB while it is made."""


class PaperError(Exception):
    """No PDF can be made: typst is not installed, or the page lacks what a PDF needs to be read aloud."""


def can_make_pdf() -> bool:
    """Whether typst is installed."""
    return find_spec("typst") is not None


def pdf_of(paper: Paper, written: datetime, drawn: Sequence[bytes] = ()) -> bytes:
    """The page as PDF, dated `written`. `drawn`: how its pictures look, as PNG, in their order.

    A character that none of the fonts has is spelled: a symbol as "[grinning face]", a letter as "[U+4F60]". Can be called from
    several threads. Raises PaperError.
    """
    _check(paper, written, drawn)
    seconds = int(written.timestamp())
    undrawn = ""
    for _ in range(MOST_ROUNDS):
        made = _made(paper, drawn, undrawn, seconds)
        if isinstance(made, bytes):
            return made
        undrawn = "".join(sorted({*undrawn, *made}))
    made = _made(paper, drawn, _NOT_ASCII, seconds)
    if isinstance(made, bytes):
        return made
    raise PaperError("typst has no glyphs for ASCII")


def _check(paper: Paper, written: datetime, drawn: Sequence[bytes]) -> None:
    if not _plain(paper.title):
        raise PaperError("a paper needs a title")
    if not _LANG.fullmatch(paper.lang):
        raise PaperError(f'{paper.lang!r} is no language: write it as "en" or "pt-BR"')
    if len(drawn) != len(paper.pictures) or not all(_plain(picture.words) for picture in paper.pictures):
        raise PaperError("a picture needs words for who cannot see it")
    if written.tzinfo is None:
        raise PaperError("the date of a paper needs a time zone")


def _made(paper: Paper, drawn: Sequence[bytes], undrawn: str, seconds: int) -> bytes | str:
    """The PDF, or characters that none of the fonts has. Raises PaperError."""
    try:
        import typst
    except ImportError as error:
        raise PaperError("a PDF needs typst: pip install 'typst>=0.15.2,<0.16'") from error
    sources = _sources(paper, drawn, undrawn)
    try:
        with _ONE_AT_A_TIME:
            made = typst.compile(
                sources, root=_root(), font_paths=_fonts(), format="pdf", pdf_standards="ua-1", timestamp=seconds
            )
            _forget_what_was_made()
            return made
    except typst.TypstError as error:
        found = _unescaped("".join(_WITHOUT_GLYPH.findall(error.diagnostic)))
        if not found:
            raise PaperError(f"typst: {error.message}") from error
        return "".join(c for c in found if not c.isascii())


def _forget_what_was_made() -> None:
    """typst keeps what it worked out until some ten later pages did not need it: 170 MB after 40 notes of patients. Empty pages
    age it, at some 10 ms; 60 MB are left."""
    import typst

    for number in range(AGES):
        empty: Any = {"main.typ": b"#let x = %d" % number}
        typst.compile(empty, root=_root(), font_paths=_fonts(), format="pdf", timestamp=0)


@cache
def _root() -> str:
    """The folder of the template: typst needs one, whatever the working folder is."""
    return str(files(__package__))


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with typst, and no others."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


@cache
def _template() -> bytes:
    return files(__package__).joinpath("paper.typ").read_bytes()


def _sources(paper: Paper, drawn: Sequence[bytes], undrawn: str = "") -> Any:
    """File -> text, which typst takes but its types do not name. `undrawn`: characters to spell."""
    lang = _LANG.fullmatch(paper.lang)
    run = _run_of(undrawn)

    def shown(text: str, longest: int = LONGEST_WORD) -> list[str]:
        return _pieces(run.sub(_spelled, _plain(text)), longest)

    def labelled(label: str) -> tuple[list[str], list[str]]:
        words, _, small = _plain(label).partition("\n")
        return shown(words, LONGEST_LABEL), shown(small, LONGEST_LABEL)

    words = {
        "name": " ".join(_plain(paper.title).split()),
        "lang": lang and lang[1],
        "region": lang and lang[2],
        "title": shown(paper.title),
        "under": shown(paper.under),
        "level": shown(paper.level),
        "parts": [
            [shown(part.heading), [[*labelled(row.label), shown(row.text)] for row in part.rows]]
            for part in paper.parts
        ],
        "foot": shown(paper.foot),
        "pictures": [[list(png), _plain(told.words)] for png, told in zip(drawn, paper.pictures, strict=True)],
    }
    return {"main.typ": _template(), "paper.json": json.dumps(words).encode()}


def _plain(text: str) -> str:
    """Without what is dropped and halves of characters; every kind of line end is one."""
    lines = "\n".join(text.replace("\t", " ").splitlines()).translate(_DROPPED)
    return lines.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _run_of(undrawn: str) -> re.Pattern[str]:
    """Characters to spell, one after another; those for private use are among them, for a font shows there what it likes."""
    char = f"[{undrawn}{_PRIVATE}]"
    return re.compile(f"{char}(?:[{_JOINERS}]*{char})*[{_JOINERS}]*")


def _spelled(run: re.Match[str]) -> str:
    names = [_name(c) for c in run[0] if c not in _JOINERS]
    return f"[{', '.join(names)}]" if names else ""


def _name(char: str) -> str:
    symbol = unicodedata.name(char, "") if unicodedata.category(char)[0] == "S" else ""
    return symbol.lower() or f"U+{ord(char):04X}"


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _pieces(text: str, longest: int) -> list[str]:
    """The text, cut where a word that is longer than a line may be broken."""
    parts = re.split(rf"(\S{{{longest + 1},}})", text)
    return [p for i, part in enumerate(parts) for p in (_in_pieces(part) if i % 2 else [part]) if p]


def _in_pieces(word: str) -> list[str]:
    pieces = [""]
    for char in word:
        joined = unicodedata.category(char)[0] == "M" or char in _JOINERS or pieces[-1].endswith("\u200d")
        if len(pieces[-1]) < _PIECE or joined:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces
