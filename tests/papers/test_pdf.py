"""A page of paper, read back from its PDF: nothing is lost, everything can be read aloud, and nothing of it is ever source."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, NumberObject

from bot.channels.telegram.pictures import paper_file
from bot.core.rendering import message as core
from bot.core.rendering.message import PaperPart, PaperRow, Picture
from bot.papers import pdf
from bot.papers.pdf import PaperError, can_make_pdf
from tests.support.notes import notes_of_a_crowd
from tests.support.places import ROOT
from tests.support.talking import listening

WRITTEN = datetime(2026, 3, 14, 9, 42, tzinfo=UTC)
SMALLEST = 7.5
"""Points: below that a page is not readable."""
SENTENCE = "The pain comes when sitting down and getting up from a low chair and eases with walking slowly about. "


class Paper(NamedTuple):
    """A page with its pictures, all alike, as they look."""

    title: str
    lang: str
    level: str
    under: str
    parts: tuple[PaperPart, ...]
    foot: str
    picture: bytes = b""
    picture_words: str = ""
    pictures: int = 1


def pdf_of(made: Paper, written: datetime) -> bytes:
    drawn = [made.picture] * made.pictures if made.picture else []
    told = tuple(Picture("body", (), made.picture_words) for _ in drawn) if made.picture_words else ()
    return pdf.pdf_of(core.Paper(*made[:6], told), written, drawn)


def png(width: int = 360, height: int = 380) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = (b"\0" + bytes(x % 251 for x in range(width))) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def paper(*texts: str, **fields: Any) -> Paper:
    rows = tuple(PaperRow(f"Label{n}", text) for n, text in enumerate(texts))
    plain = Paper("Title", "en", "Level", "Under", (PaperPart("Heading", rows),), "Foot")
    return plain._replace(**fields)


def long_note(rows: int = 25, picture: bytes = b"", mark: str = "") -> Paper:
    """Rows in parts of four, every third with 300 characters, the others with 60."""
    texts = [(SENTENCE * 3)[: 300 if n % 3 == 0 else 60] + mark for n in range(rows)]
    all_rows = [PaperRow(f"What makes it {n}", text) for n, text in enumerate(texts)]
    parts = tuple(PaperPart(f"Part {n}", tuple(all_rows[n : n + 4])) for n in range(0, rows, 4))
    foot = "A program asked, nobody examined. Not signed off. Content 3f8a91c277de0b14."
    return paper(parts=parts, foot=foot, picture=picture, picture_words="A body" if picture else "")


def read(made: Paper) -> PdfReader:
    return PdfReader(io.BytesIO(pdf_of(made, WRITTEN)))


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def row_text(text: str, **fields: Any) -> str:
    """What of a row can be read back; where its lines ended is not."""
    found = text_of(read(paper(text, "end", **fields)))
    return found.partition("Label0 ")[2].partition("\nLabel1 end")[0].replace(" \n", " ").replace("\n", "")


def tags(reader: PdfReader) -> list[tuple[int, str, Any]]:
    """The tree of tags: depth, name, what else it says."""

    def walk(node: Any, depth: int) -> Iterator[tuple[int, str, Any]]:
        node = node.get_object()
        if isinstance(node, ArrayObject):
            for child in node:
                yield from walk(child, depth)
        elif not isinstance(node, NumberObject) and "/S" in node:
            yield depth, node["/S"], node
            yield from walk(node.get("/K", ArrayObject()), depth + 1)

    root: Any = reader.trailer["/Root"]
    return list(walk(root["/StructTreeRoot"]["/K"], 0))


def names(reader: PdfReader) -> str:
    return " ".join(name[1:] for _, name, _ in tags(reader))


def sizes(reader: PdfReader) -> set[float]:
    """The sizes of type on all pages, in points."""
    found, current = set(), [0.0]

    def before(operator: bytes, operands: Any, page: Any, line: Any) -> None:
        if operator == b"Tf":
            current[0] = float(operands[1])
        elif operator in (b"Tj", b"TJ"):
            found.add(round(current[0] * abs(line[3] * page[3]), 2))

    for sheet in reader.pages:
        sheet.extract_text(visitor_operand_before=before)
    return found


def text_marks(reader: PdfReader) -> list[str]:
    """For each piece of text that is drawn, the innermost mark around it that is a tag's or says that it is none."""
    found = []
    for sheet in reader.pages:
        around: list[str] = []
        for operands, operator in ContentStream(sheet["/Contents"], reader).operations:
            if operator == b"BDC":
                around.append("tag" if "/MCID" in operands[1] else str(operands[0]))
            elif operator == b"BMC":
                around.append(str(operands[0]))
            elif operator == b"EMC":
                around.pop()
            elif operator in (b"Tj", b"TJ"):
                found.append(next((mark for mark in reversed(around) if mark in ("tag", "/Artifact")), ""))
    return found


def fonts(reader: PdfReader) -> set[str]:
    resources: Any = [sheet["/Resources"] for sheet in reader.pages]
    return {font.get_object()["/BaseFont"].split("+")[1] for r in resources for font in r["/Font"].values()}


# --- equal pages, equal bytes -----------------------------------------------------------------------------------------


def test_equal_pages_are_equal_bytes() -> None:
    note = long_note(picture=png())
    elsewhere = WRITTEN.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert pdf_of(note, WRITTEN) == pdf_of(note, WRITTEN) == pdf_of(note, elsewhere)
    assert pdf_of(note, WRITTEN) != pdf_of(note, WRITTEN + timedelta(seconds=1))


def test_another_process_in_another_place_makes_the_same_bytes(tmp_path: Path) -> None:
    code = f"""
import hashlib, sys
sys.path.insert(0, {str(ROOT)!r})
from datetime import datetime
from bot.core.rendering import message as page
from bot.papers import pdf
row = page.PaperRow("Where", "low back ☺ 😀")
paper = page.Paper("Note", "en", "", "", (page.PaperPart("", (row,)),), "")
assert "typst" not in sys.modules
print(hashlib.sha256(pdf.pdf_of(paper, datetime.fromisoformat({WRITTEN.isoformat()!r}))).hexdigest())
"""
    places = (tmp_path, ROOT)
    environment = {"TZ": "Asia/Kathmandu", "HOME": "/nowhere", "LANG": "de_DE.UTF-8", "SOURCE_DATE_EPOCH": "1"}
    ways = [{}, environment]
    out = [
        subprocess.run([sys.executable, "-c", code], cwd=cwd, env=env, capture_output=True, check=True).stdout
        for cwd, env in zip(places, ways, strict=True)
    ]
    assert out[0] == out[1] != b""


def test_a_folder_to_be_in_is_not_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, gone = pdf_of(paper("x"), WRITTEN), tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert pdf_of(paper("x"), WRITTEN) == here


def test_threads_make_what_one_makes() -> None:
    notes = [long_note(rows=5 + n, picture=png() if n % 2 else b"", mark=" 😀") for n in range(8)]
    alone = [pdf_of(note, WRITTEN) for note in notes]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda note: pdf_of(note, WRITTEN), notes)) == alone


def test_only_the_fonts_of_typst_are_used() -> None:
    used = fonts(read(paper("low back", "مرحبا", "→ ☐ ½", "हिन्दी", "你好 😀")))
    assert used
    assert [name for name in used if not name.startswith(("Libertinus", "NewCM", "DejaVuSansMono"))] == []


# --- read aloud -------------------------------------------------------------------------------------------------------


def test_it_says_what_it_is() -> None:
    reader = read(paper("low back", title='Note & "more" <b>', lang="de-CH"))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de-CH"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == 'Note & "more" <b>'
    assert reader.metadata.creation_date == reader.metadata.modification_date == WRITTEN
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "Note &amp; " in xmp


def test_what_is_tagged_as_what() -> None:
    row = "LI Lbl LBody P"
    part = f"H2 L {row} {row}"
    plain = re.sub(r" (Span|Strong|Div)\b", "", names(read(paper("a", "b", parts=paper("a", "b").parts * 2))))
    assert plain == f"Document H1 P P {part} {part} P"


def test_a_label_and_its_words_are_one_item() -> None:
    found = [(depth, name) for depth, name, _ in tags(read(paper("a", "b")))]
    lists = [depth for depth, name in found if name == "/L"]
    assert [depth - lists[0] for depth, name in found if name == "/LI"] == [1, 1]
    assert [depth - lists[0] for depth, name in found if name in ("/Lbl", "/LBody")] == [2] * 4


@pytest.mark.parametrize("shape", [(360, 380), (720, 450), (10, 900), (360, 900)], ids=str)
def test_a_picture_is_told_in_words(shape: tuple[int, int]) -> None:
    note = long_note(picture=png(*shape))._replace(picture_words="A body from behind. Marked: 1 <low> back 😀")
    reader = read(note)
    figures = [node for _, name, node in tags(reader) if name == "/Figure"]
    assert [node["/Alt"] for node in figures] == [note.picture_words]
    assert len(reader.pages[0].images) == 1
    left, bottom, right, top = map(float, figures[0]["/A"][0]["/BBox"])
    assert 0 < left < right < 596
    assert 0 < bottom < top < 842
    assert top - bottom < 170, "a tall one leaves room for words"
    assert (right - left) / (top - bottom) == pytest.approx(shape[0] / shape[1], rel=0.02)


@pytest.mark.parametrize("rows", [1, 18])
def test_two_pictures_stand_one_below_the_other(rows: int) -> None:
    reader = read(long_note(rows, png())._replace(pictures=2))
    boxes = [node["/A"][0]["/BBox"] for _, name, node in tags(reader) if name == "/Figure"]
    (left, bottom, _, _), (below_left, _, _, below_top) = (map(float, box) for box in boxes)
    assert left == pytest.approx(below_left, abs=0.5)
    assert below_top < bottom
    assert len(reader.pages) == 1


@pytest.mark.parametrize("rows", [3, 25, 60])
@pytest.mark.parametrize("picture", [b"", png()], ids=["", "picture"])
def test_each_word_is_there_in_the_order_of_reading(rows: int, picture: bytes) -> None:
    note = long_note(rows, picture)
    texts = [note.title, note.under, note.level]
    for part in note.parts:
        texts += [part.heading, *(word for row in part.rows for word in row)]
    found = re.sub(r"\n\d / \d$", "", "\n".join(sheet.extract_text() + "\n" for sheet in read(note).pages), flags=re.M)
    assert found.split() == " ".join([*texts, note.foot]).split()


@pytest.mark.parametrize("rows", [3, 60])
def test_no_text_is_outside_of_a_tag_but_page_numbers(rows: int) -> None:
    reader = read(long_note(rows, png()))
    marks = text_marks(reader)
    assert set(marks) == ({"tag"} if rows == 3 else {"tag", "/Artifact"})
    assert marks.count("/Artifact") == (0 if rows == 3 else len(reader.pages))


def test_a_language_from_right_to_left() -> None:
    reader = read(paper("أسفل الظهر", lang="ar", title="ملاحظة للطبيب"))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "ar"
    assert root["/ViewerPreferences"]["/Direction"] == "/R2L"
    assert reader.metadata is not None
    assert reader.metadata.title == "ملاحظة للطبيب"


# --- words are data ---------------------------------------------------------------------------------------------------

HOSTILE = [
    '#eval("1") #sys.version #read("/etc/passwd") #panic()',
    "*x* _y_ `z` $a$ \\ \\u{41} <a> @b = e - f + g / h: i ~ --- ...",
    "// c /* d */ #let x = 1; [#x] {x} ]}) \"'",
    "= not a heading",
    "1. not a list",
    "</script> &amp; %s {0} ${x} %PDF-1.7 endstream",
    "fi ffi fl Äß ő ½ ≥ ≤ ± µ ° → ☐ ☑ ✓ ☺",
    "Привет ἀρχή",
    '{"title": "other"}',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_come_out_as_they_are(text: str) -> None:
    assert row_text(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_come_out_as_they_are_everywhere(text: str) -> None:
    note = Paper(text, "en", text, text, (PaperPart(text, (PaperRow(text, text),)),), text)
    reader = read(note)
    assert "".join(text_of(reader).split()) == "".join(text.split()) * 7
    assert reader.metadata is not None
    assert reader.metadata.title == text


def test_arabic_comes_out_with_all_its_letters() -> None:
    assert sorted(row_text("مرحبا بالعالم").split()) == sorted(["مرحبا", "بالعالم"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("so 😀 bad", "so [grinning face] bad"),
        ("😀😱", "[grinning face, face screaming in fear]"),
        ("👨\u200d👧 ❤\ufe0f ok", "[man, girl] ❤ ok"),
        ("你好 ok", "[U+4F60, U+597D] ok"),
        ("\ue000 \U0010ffff \ufffe", "[U+E000] [U+10FFFF] [U+FFFE]"),
        ("\ud83d\ude00 \ud800x", "[grinning face] \ufffdx"),
    ],
    ids=ascii,
)
def test_what_has_no_glyph_is_spelled(text: str, found: str) -> None:
    assert row_text(text).replace("\ufe0f", "") == found


def test_what_has_no_glyph_is_spelled_everywhere() -> None:
    text = "a😀"
    note = Paper(text, "en", text, text, (PaperPart(text, (PaperRow(text, text),)),), text, png(), text)
    reader = read(note)
    assert text_of(reader).count("a[grinning face]") == 7
    assert reader.metadata is not None
    assert reader.metadata.title == text
    assert [node["/Alt"] for _, name, node in tags(reader) if name == "/Figure"] == [text]


def test_if_typst_does_not_say_what_has_no_glyph_all_is_spelled_but_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_ROUNDS", 0)
    assert row_text("ok\ufe0f é 😀") == "ok [U+00E9] [grinning face]"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\x00b\x07\x1b[0m", "ab[0m"),
        ("50\u202e mg", "50 mg"),
        ("a\u200bb\u00adc\ufeffd", "abcd"),
        ("a\tb", "a b"),
        ("a\r\nb\x0bc\u2028d\x85e", "abcde"),
        ("  a  ", "a"),
    ],
    ids=ascii,
)
def test_what_is_no_letter_is_dropped(text: str, found: str) -> None:
    assert row_text(text) == found


@pytest.mark.parametrize(
    "text", ["x" * 5000, "W" * 5000, "e\u0301" * 2500, "!" * 5000, "(" * 5000], ids=lambda text: text[0]
)
def test_a_word_of_5000_characters_is_broken_and_whole(text: str) -> None:
    note = paper(text, "end")
    lines = text_of(read(note)).splitlines()
    assert max(map(len, lines)) < 250
    assert text in "".join(line.removeprefix("Label0 ") for line in lines if not re.fullmatch(r"\d / \d", line))


def test_a_long_word_leaves_no_trace_of_where_it_may_be_broken() -> None:
    text = "Bandscheibenvorfalloperationstermin"
    found = text_of(read(paper(parts=(PaperPart("", (PaperRow(text, text),)),))))
    assert found.replace("\n", "").count(text) == 2


def test_what_is_empty_is_left_out() -> None:
    bare = read(Paper("Title", "en", "", "", (), ""))
    assert (names(bare), text_of(bare)) == ("Document H1", "Title")
    rows = (PaperRow("", "text"), PaperRow("label", ""))
    some = read(paper(level="", under="", foot="", parts=(PaperPart("", rows), PaperPart("Alone", ()))))
    assert text_of(some).split() == ["Title", "text", "label", "Alone"]
    assert names(read(paper(parts=(), picture=png(), picture_words="A body"))).count("Figure") == 1


# --- one page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture", [b"", png()], ids=["", "picture"])
def test_a_long_note_is_one_readable_page(picture: bytes) -> None:
    reader = read(long_note(25, picture))
    assert len(reader.pages) == 1
    assert min(sizes(reader)) >= SMALLEST
    assert (float(reader.pages[0].mediabox.width), float(reader.pages[0].mediabox.height)) == pytest.approx(
        (595.3, 841.9), abs=0.1
    )


def test_the_type_is_as_large_as_one_page_allows() -> None:
    found = [min(sizes(read(long_note(rows)._replace(foot="")))) for rows in (3, 20, 25, 28, 31)]
    assert found == [11, 10, 9, 8, 7.5]


def test_what_is_too_long_runs_on_instead_of_becoming_unreadable() -> None:
    reader = read(long_note(60))
    assert 1 < len(reader.pages) < 5
    assert min(sizes(reader)) >= SMALLEST
    assert max(sizes(reader)) > 20
    for n, sheet in enumerate(reader.pages, 1):
        assert sheet.extract_text().endswith(f"\n{n} / {len(reader.pages)}")


def test_a_level_longer_than_a_page_is_whole() -> None:
    level = " ".join(f"word{n}" for n in range(2000))
    assert level.split() == [word for word in text_of(read(paper("x", level=level))).split() if word.startswith("word")]


def test_the_notes_of_people_who_type_much_are_one_page_each() -> None:
    """However slowly they type; the longest of a made crowd."""
    for note in notes_of_a_crowd(listening(), 60, 7)[:6]:
        _, made = paper_file(note)
        reader = PdfReader(io.BytesIO(made))
        assert len(reader.pages) == 1
        assert min(sizes(reader)) >= SMALLEST


def test_what_it_weighs() -> None:
    assert len(pdf_of(long_note(), WRITTEN)) < 60_000


# --- what cannot be made ----------------------------------------------------------------------------------------------


def test_without_typst_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_make_pdf()
    monkeypatch.setitem(sys.modules, "typst", None)
    assert not can_make_pdf()
    with pytest.raises(PaperError, match="pip install 'typst"):
        pdf_of(paper("x"), WRITTEN)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": " \x00\u200b"}, "title"),
        ({"lang": "english"}, "'english' is no language"),
        ({"lang": ""}, "is no language"),
        ({"picture": png()}, "words for who cannot see"),
        ({"picture": png()[:60], "picture_words": "a body"}, "decode image"),
        ({"picture": b"<svg/>", "picture_words": "a body"}, "decode image"),
    ],
    ids=str,
)
def test_a_page_that_cannot_be_read_aloud_is_not_made(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(PaperError, match=said):
        pdf_of(paper("x", **fields), WRITTEN)


def test_a_date_without_a_time_zone_is_no_date() -> None:
    with pytest.raises(PaperError, match="time zone"):
        pdf_of(paper("x"), WRITTEN.replace(tzinfo=None))


def test_the_look_is_shipped_with_the_package() -> None:
    assert (Path(pdf.__file__).parent / "paper.typ").is_file()


@pytest.mark.slow
def test_many_notes_need_no_more_memory_than_a_few() -> None:
    """Each process that sends notes is one that serves patients."""
    code = """
from tests.papers.test_pdf import WRITTEN, long_note, pdf_of, png

def size():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

for number in range(60):
    pdf_of(long_note(picture=png(), mark=f" {number}"), WRITTEN)
    if number == 4:
        few = size()
print(size() - few)
"""
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(out.stdout) < 50
