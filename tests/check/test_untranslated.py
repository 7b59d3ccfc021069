"""Texts that nobody translated are listed with their places, and fail nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from bot.check.report.report import check_command
from bot.check.structure.structure import check_structure
from bot.check.structure.untranslated import untranslated, untranslated_lines
from bot.core.flow.reading import read_flow
from tests.support.flow_edits import SPRAIN, TODAY, Edit, files_of, write

FRENCH: list[Edit] = [
    ("texts.fr.yaml", "language: en", "language: fr"),
    ("texts.fr.yaml", "name: English", "name: Français"),
    ("texts.fr.yaml", "  book: Book an appointment.", "  book: Prenez rendez-vous."),
    ("texts.fr.yaml", "        label: Cold foot", "        label: GP 38"),
    ("texts.fr.yaml", "      diabetes: Diabetes", "      diabetes: Insulin"),
]
ENGLISH: list[Edit] = [
    ("texts.en.yaml", "        label: Cold foot", "        label: GP 38"),
    ("texts.en.yaml", "      diabetes: Diabetes", "      diabetes: Insulin"),
    ("interview.yaml", "screens: {grade: 8}", "screens: {grade: 8, names: [health]}"),
]


def half_translated() -> dict[str, str]:
    files = files_of(SPRAIN)
    files["texts.fr.yaml"] = files["texts.en.yaml"]
    for file, old, new in (*FRENCH, *ENGLISH):
        assert old in files[file], old
        files[file] = files[file].replace(old, new, 1)
    return files


def test_texts_that_read_as_in_the_first_language_are_listed_with_their_places() -> None:
    files = half_translated()
    flow = read_flow("sprain", files)
    found = {text.words: text for text in untranslated(flow)}
    lines = files["texts.fr.yaml"].splitlines()
    crooked = found["Crooked shape"]
    assert (crooked.lang, crooked.of, crooked.place.file) == ("fr", "en", "texts.fr.yaml")
    assert "Crooked shape" in lines[crooked.place.line - 1]
    assert "Book an appointment." not in found
    assert check_structure(flow) == ()


def test_what_is_equal_by_nature_is_left_out() -> None:
    """An abbreviation with a number, a name of a list of names, placeholders alone."""
    found = {text.words for text in untranslated(read_flow("sprain", half_translated()))}
    assert not found & {"GP 38", "Insulin", "Français", "English"}
    assert all(any(letter.isalpha() for letter in words) for words in found)


def test_a_flow_of_one_language_has_none() -> None:
    assert untranslated(read_flow("sprain", files_of(SPRAIN))) == ()


def test_the_first_few_are_shown_and_all_on_request() -> None:
    found = untranslated(read_flow("sprain", half_translated()))
    few, every = list(untranslated_lines(found, 3)), list(untranslated_lines(found, None))
    assert few[0].startswith(f"  untranslated  fr: {len(found)} texts read as in en")
    assert len(few) == 1 + 3 + 1
    assert f"and {len(found) - 3} more" in few[-1]
    assert len(every) == 1 + len(found)


@pytest.mark.parametrize("as_json", [False, True])
def test_check_notes_them_and_is_content(tmp_path: Path, as_json: bool) -> None:
    folder = write(SPRAIN, tmp_path)
    for name, text in half_translated().items():
        (folder / name).write_text(text, encoding="utf-8")
    out = io.StringIO()
    assert check_command([folder], as_json=as_json, build=tmp_path, out=out, today=TODAY) == 0
    if as_json:
        (result,) = json.loads(out.getvalue())
        assert "Crooked shape" in {text["text"] for text in result["untranslated"]}
    else:
        assert "  untranslated  fr: " in out.getvalue()
