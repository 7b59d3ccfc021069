"""Tables of cases in a CSV file beside their script: the same cases as in YAML, and what is wrong named by line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.replay.playing.run import failure
from tests.support.scripts import findings, played, script, write

FROM_FILE = script("  - tap: $sign", "{level: $level}", "cases: {file: boundary.csv}\n")


def table(folder: Path, text: str, data: bytes = b"") -> Path:
    path = write(folder, FROM_FILE)
    (path.parent / "boundary.csv").write_bytes(data or text.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "case,sign,level\ncold,cold_pale_foot,emergency\n,bone_through_skin,emergency\n",
        "case;sign;level\r\ncold;cold_pale_foot;emergency\r\n;bone_through_skin;emergency",
        '\ufeffcase, sign, "level"\n"cold", "cold_pale_foot" ,emergency\n\n"",bone_through_skin,emergency\n\n',
    ],
)
def test_a_table_in_a_file_makes_the_cases_that_it_would_make_in_yaml(tmp_path: Path, text: str) -> None:
    outcomes = played(table(tmp_path, text))
    assert [o.case.title for o in outcomes] == ["A case: cold", "A case: bone_through_skin, emergency"]
    assert all(o.passed for o in outcomes)


def test_cells_mean_what_they_mean_in_a_table_of_yaml(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "title: T\nchat:\n  - auto: {age: $age, movements: $moves}\n    until: result\n"
        "expect: {answers: {age: $age}}\ncases: {file: t.csv}\n",
    )
    (path.parent / "t.csv").write_text(
        'age,moves,expect\n35,"[walking, twisting]","{answers: {movements: [walking, twisting]}}"\n40,[],\n'
    )
    first, second = played(path)
    assert first.case.expect.answers == {"movements": ["walking", "twisting"]}
    assert second.case.expect.answers == {"age": 40}
    assert first.passed, failure(first)
    assert second.passed, failure(second)


def test_a_case_that_fails_names_its_row_and_its_cell(tmp_path: Path) -> None:
    (outcome,) = played(table(tmp_path, "sign,level\n\ncold_pale_foot,self_care\n"))
    assert str(outcome.case.place).endswith("boundary.csv:3:1")
    assert str(outcome.deviations[0].place).endswith("boundary.csv:3:16")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("sign,level\ncold_pale_foo,emergency\n", 'boundary.csv:2:1  SCRIPT012  No button of this flow is called "cold_pale_foo"'),
        ("sign,level\ncold_pale_foot,emergncy\n", 'boundary.csv:2:16  SCRIPT006  "emergncy" cannot stand here.'),
        ("sign,level\ncold_pale_foot\n", "boundary.csv:2:1  SCRIPT023  This row has 1 cells, and there are 2 columns."),
        ("sign,level\na,b,c\n", "boundary.csv:2:1  SCRIPT023  This row has 3 cells, and there are 2 columns."),
        ("sign,level\n,emergency\n", 'boundary.csv:2:1  SCRIPT023  The cell of "sign" is empty.'),
        ("sign,level,sign\n", 'boundary.csv:1:12  SCRIPT023  The column "sign" stands twice.'),
        ("sign,My level\n", 'boundary.csv:1:6  SCRIPT023  "My level" is no name of a column.'),
        ("sign,level,more\ncold_pale_foot,emergency,1\n", 'boundary.csv:1:12  SCRIPT023  The column "more" is used nowhere'),
        ('sign,level\n"cold_pale_foot,emergency\n', "boundary.csv:2:1  SCRIPT023  These quotes do not end with the cell."),
        ('sign,level\n"a" b,emergency\n', "boundary.csv:2:1  SCRIPT023  These quotes do not end with the cell."),
        ('"two\nlines",level\n', 'boundary.csv:1:1  SCRIPT023  "two\nlines" is no name of a column.'),
        ('sign,level\n"[cold_pale_foot, {]",emergency\n', "boundary.csv:2:20  SCRIPT001"),
        ("sign,level\n", "script.yaml:2:8  SCRIPT023  The table of cases is empty."),
        ("", "script.yaml:2:8  SCRIPT023  The table of cases is empty."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_shown_at_its_cell(tmp_path: Path, text: str, wrong: str) -> None:
    found = findings(table(tmp_path, text))
    assert any(wrong in f for f in found), found


def test_a_table_that_is_not_there_or_no_text_is_shown_where_the_script_names_it(tmp_path: Path) -> None:
    path = write(tmp_path, FROM_FILE)
    assert "script.yaml:2:15  SCRIPT003  There is no file" in findings(path)[0]
    path = table(tmp_path, "", b"sign,level\n\xff\xfe,emergency\n")
    assert "script.yaml:2:15  SCRIPT001" in findings(path)[0]
