"""A page of paper as PDF/UA-1: the words go as data into `paper.typ`, which is never written anew. Equal pages, equal bytes."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bot.papers.page import Paper

if TYPE_CHECKING:
    import typst

LONGEST_WORD, LONGEST_LABEL = 24, 16
"""Characters of a word, in a text and in a label, that can stand on one line; a longer one may be broken anywhere."""
MOST_ROUNDS = 4
"""How often characters without a glyph are looked for: how one is joined to its neighbours can change when they are spelled."""
_PIECE = 8
_BREAK = "\u200b"
_DROPPED = {c: None for c in (*range(0x20), *range(0x7F, 0xA0), 0x202D, 0x202E) if c != 0x0A}
"""Controls, and the two signs that turn letters round: "50 mg" could be seen as "gm 05"."""
_LANG = re.compile(r"([a-z]{2,3})(?:-([A-Za-z]{2}))?")
_WITHOUT_GLYPH = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_JOINERS = "\u200d\ufe0e\ufe0f"


class PaperError(Exception):
    """No PDF can be made: typst is not installed, or the page lacks what a PDF needs to be read aloud."""


def can_make_pdf() -> bool:
    """Whether typst is installed."""
    return find_spec("typst") is not None


def pdf_of(paper: Paper, written: datetime) -> bytes:
    """The page as PDF, dated `written`. A character that no font here has is spelled: a symbol "[grinning face]", a letter
    "[U+4F60]". Can be called from several threads at once. Raises PaperError."""
    _check(paper, written)
    seconds = int(written.timestamp())
    unseen: frozenset[str] = frozenset()
    for _ in range(MOST_ROUNDS):
        made = _made(paper, unseen, seconds)
        if isinstance(made, bytes):
            return made
        if made <= unseen:
            break
        unseen |= made
    made = _made(paper, frozenset(c for text in _texts(paper) for c in text if not c.isascii()), seconds)
    if isinstance(made, bytes):
        return made
    raise PaperError(f"typst has no letters for {sorted(made)}")


def _check(paper: Paper, written: datetime) -> None:
    if not paper.title.translate(_DROPPED).strip():
        raise PaperError("a paper needs a title")
    if not _LANG.fullmatch(paper.lang):
        raise PaperError(f'{paper.lang!r} is no language: write it as "en" or "pt-BR"')
    if paper.picture and not paper.picture_words.strip():
        raise PaperError("a picture needs words for who cannot see it")
    if written.tzinfo is None:
        raise PaperError("the date of a paper needs a time zone")


def _made(paper: Paper, unseen: Collection[str], seconds: int) -> bytes | frozenset[str]:
    """The PDF, or characters that no font has. Raises PaperError."""
    try:
        import typst
    except ImportError as error:
        raise PaperError("a PDF needs typst: pip install 'typst>=0.15.2,<0.16'") from error
    sources: Any = sources_of(paper, unseen)
    try:
        return typst.compile(sources, font_paths=_fonts(), format="pdf", pdf_standards="ua-1", timestamp=seconds)
    except typst.TypstError as error:
        found = _WITHOUT_GLYPH.findall(error.diagnostic)
        if not found:
            raise PaperError(f"typst: {error.message}") from error
        return frozenset(c for text in found for c in _unescaped(text) if not c.isascii())


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with typst, and no others: a page looks the same on every machine."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


@cache
def _template() -> bytes:
    return files(__package__).joinpath("paper.typ").read_bytes()


def sources_of(paper: Paper, unseen: Collection[str] = ()) -> dict[str, bytes]:
    """What typst reads: file -> text. `unseen`: characters to spell."""
    spell = _speller(unseen)

    def shown(text: str, longest: int = LONGEST_WORD) -> str:
        return _breakable(spell.sub(_spelled, _plain(text)), longest)

    lang = _LANG.fullmatch(paper.lang)
    words = {
        "name": " ".join(_plain(paper.title).split()),
        "lang": lang and lang[1],
        "region": lang and lang[2],
        "title": shown(paper.title),
        "under": shown(paper.under),
        "level": shown(paper.level),
        "parts": [
            {
                "heading": shown(part.heading),
                "rows": [[shown(r.label, LONGEST_LABEL), shown(r.text)] for r in part.rows],
            }
            for part in paper.parts
        ],
        "foot": shown(paper.foot),
        "picture": list(paper.picture) or None,
        "words": _plain(paper.picture_words),
    }
    return {"main.typ": _template(), "paper.json": json.dumps(words).encode()}


def _texts(paper: Paper) -> list[str]:
    rows = [text for part in paper.parts for text in (part.heading, *(w for row in part.rows for w in row))]
    return [paper.title, paper.under, paper.level, paper.foot, *rows]


def _plain(text: str) -> str:
    """Without what is no letter: controls, halves of characters; every kind of line end is one."""
    lines = "\n".join(text.replace("\t", " ").splitlines()).translate(_DROPPED)
    return lines.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _speller(unseen: Collection[str]) -> re.Pattern[str]:
    """Finds runs of characters to spell. Those for private use are among them: a font shows there what it likes."""
    chars = f"[{re.escape(''.join(sorted(unseen)))}\ue000-\uf8ff\U000f0000-\U0010ffff]"
    return re.compile(f"{chars}(?:[{_JOINERS}]*{chars})*[{_JOINERS}]*")


def _spelled(run: re.Match[str]) -> str:
    return f"[{', '.join(_name(c) for c in run[0] if c not in _JOINERS)}]"


def _name(char: str) -> str:
    symbol = unicodedata.name(char, "") if unicodedata.category(char)[0] == "S" else ""
    return symbol.lower() or f"U+{ord(char):04X}"


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _breakable(text: str, longest: int) -> str:
    """With places to break a word that is longer than a line. They leave no trace in the text of the PDF."""
    return re.sub(rf"\S{{{longest + 1},}}", lambda word: _in_pieces(word[0]), text)


def _in_pieces(word: str) -> str:
    pieces = [""]
    for char in word:
        joined = unicodedata.category(char)[0] == "M" or char in _JOINERS or pieces[-1].endswith("\u200d")
        if len(pieces[-1]) < _PIECE or joined:
            pieces[-1] += char
        else:
            pieces.append(char)
    return _BREAK.join(pieces)
