"""`symptom-bot replay --update`: wording is written into scripts, and nothing else ever is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.cli import main
from tests.support.places import TESTS

SCRIPT = """\
# Kept as it is.
title: Cold foot   # and this
chat:
  - bot: {ask: danger, says: "any of thes so",   buttons: [Cold feet, None of these]}  # danger
  - tap:   cold_pale_foot
  - bot:
      ask: emergency
      says:
        - 'Get help'
expect: {level: emergency, because: [danger_sign]}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for scripts of the small flow, in which the command works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLOWS_DIR", str(TESTS / "flows"))
    (tmp_path / "sprain").mkdir()
    return tmp_path / "sprain"


def update(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["replay", "sprain", "--update", *arguments])
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out


def test_words_and_labels_are_rewritten_in_place_and_nothing_else(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.yaml").write_text(SCRIPT.replace("        - 'Get help'\n", "        - emergency_go\n"))
    code, said = update(capsys)
    assert code == 0, said
    right = SCRIPT.replace("any of thes so", "any of these so?").replace("Cold feet", "Cold foot")
    assert (place / "a.yaml").read_text() == right.replace("        - 'Get help'\n", "        - emergency_go\n")
    assert "sprain/a.yaml:4:30\n  was  any of thes so\n  now  any of these so?\n" in said
    assert said.endswith("2 wordings rewritten, 0 failing cases left as they are\n")
    assert main(["replay", "sprain"]) == 0


@pytest.mark.parametrize(
    ("chat", "expect", "why"),
    [
        ('{bot: {ask: danger, says: "any of thees"}}, {tap: cold_pale_foot}', "{level: same_day}", "The level is another"),
        ('{bot: {ask: danger, says: "any of thees"}}, {tap: cold_pale_foot}', "{because: [context]}", "More than the wording"),
        ('{bot: {ask: age, says: "any of thees"}}, {tap: cold_pale_foot}', "{level: emergency}", "More than the wording"),
        ('{bot: {says: "any of thees"}}, {tap: cold_pale_foot}', "{level: emergency}", "More than the wording"),
        ("{bot: {ask: danger, not_said: foot}}, {tap: cold_pale_foot}", "{level: emergency}", "More than the wording"),
        ("{bot: {ask: danger, buttons: 9}}, {tap: cold_pale_foot}", "{level: emergency}", "More than the wording"),
        ("{bot: {ask: danger, buttons: [diabetes]}}, {tap: cold_pale_foot}", "{level: emergency}", "The option diabetes is not"),
        ("{bot: {ask: danger, says: emergency_go}}, {tap: cold_pale_foot}", "{level: emergency}", "is the name of a text"),
        ("{bot: {ask: danger, says: the weather tomorrow}}, {tap: cold_pale_foot}", "{level: emergency}", "Nothing that is said"),
        ("{use: looks}, {tap: cold_pale_foot}", "{level: emergency}", "in a fragment"),
        ("{tap: cold_pale_foot}", '{level: emergency, said: ["Go to the hospitl"]}', "More than the wording"),
    ],
)  # fmt: skip
def test_what_is_more_than_wording_is_left_as_it_is(
    place: Path, capsys: pytest.CaptureFixture[str], chat: str, expect: str, why: str
) -> None:
    (place / "fragments.yaml").write_text("looks:\n  - bot: {ask: danger, says: any of thees}\n")
    text = f"title: A\nchat: [{chat}]\nexpect: {expect}\n"
    (place / "a.yaml").write_text(text)
    code, said = update(capsys)
    assert (code, why in said) == (1, True), said
    assert (place / "a.yaml").read_text() == text
    assert "0 wordings rewritten, 1 failing cases left as they are" in said


def test_in_a_table_the_row_is_rewritten_and_the_template_stays(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "title: T\nchat:\n  - bot: {ask: danger, says: $words}\n  - tap: cold_pale_foot\n"
        "expect: {level: $level}\ncases:\n"
        "  - {words: any of these, level: emergency}\n"
        "  - {words: any of thees, level: emergency}   # this one\n"
        "  - {words: any of thos, level: same_day}\n"
    )
    (place / "a.yaml").write_text(text)
    code, said = update(capsys)
    assert code == 1
    assert (place / "a.yaml").read_text() == text.replace("any of thees,", "any of these,")
    assert "left as it is: T: any of thos, same_day" in said


def test_words_in_a_table_of_another_file_are_left(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "a.yaml").write_text(
        "title: T\nchat: [{bot: {ask: danger, says: $words}}]\nexpect: {at: danger}\ncases: {file: t.csv}\n"
    )
    (place / "t.csv").write_text("words\nany of thees\n")
    code, said = update(capsys)
    assert (code, "does not stand in this script by itself" in said) == (1, True), said
    assert (place / "t.csv").read_text() == "words\nany of thees\n"


def test_words_that_another_case_needs_as_they_are_stay(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for two screens: what the one says now is wrong for the other, which passes."""
    text = (
        'title: T\nchat:\n  - answer: $told\n  - bot: {ask: $screen, says: "any of these so?"}\n'
        "expect: {at: $screen}\ncases:\n"
        "  - {told: {for_whom: for_me}, screen: danger}\n"
        "  - {told: {for_whom: for_me, danger: none_of_these}, screen: warning}\n"
    )
    (place / "a.yaml").write_text(text)
    code, said = update(capsys)
    assert code == 1
    assert (place / "a.yaml").read_text() == text
    assert "With the new words, another case of this script fails." in said


def test_lines_end_as_they_did(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SCRIPT.replace("        - 'Get help'\n", "        - emergency_go\n")
    (place / "a.yaml").write_bytes(text.replace("\n", "\r\n").encode())
    assert update(capsys)[0] == 0
    data = (place / "a.yaml").read_bytes()
    assert b"any of these so?" in data
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_copy_of_the_shipped_scripts_is_not_touched(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(TESTS / "conversations" / "sprain", place, dirs_exist_ok=True)
    before = {p: p.read_bytes() for p in place.rglob("*.yaml")}
    assert update(capsys)[0] == 0
    assert {p: p.read_bytes() for p in place.rglob("*.yaml")} == before
