"""What is wrong with scripts that look right: names that nobody says, tables, and expectations that expect nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_replay import FLOWS, ROOT, deviation, findings, played, script, write

from bot.replay.playing.run import failure
from bot.replay.playing.ways import MemoryWay
from bot.replay.script.reading import read_scripts

TO_ADVICE = "  - auto: {}\n    until: result\n"

# --- names and words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (script("  - bot: danger", "{not_said: [emergency_goo]}"), 'Did you mean "emergency_go"?'),
        (script("  - bot: danger", "{at: danger, said: [privacy_x]}"), '"privacy_x" is no text of this flow'),
        (script("  - bot: {ask: danger, not_said: [agree_frist]}"), 'Did you mean "agree_first"?'),
    ],
)
def test_a_mistyped_name_of_a_text_is_a_finding(tmp_path: Path, text: str, expected: str) -> None:
    (found,) = findings(write(tmp_path, text))
    assert "SCRIPT011" in found
    assert expected in found


def test_what_must_not_be_said_is_a_name_and_a_word(tmp_path: Path) -> None:
    """`pain` is a question of the flow: its text is not said here, and the word is."""
    chat = "  - bot: {ask: danger, not_said: [privacy]}\n  - tap: none_of_these\n"
    path = write(tmp_path, script(chat + TO_ADVICE, "{not_said: [pain]}"))
    expected, came = deviation(path)
    assert "pain" in expected
    assert "pain" in came.casefold()


def test_the_bot_is_named_by_its_words_too(tmp_path: Path) -> None:
    words = "  - bot: Who is this about?\n  - tap: me\n  - bot: Is any of these so?\n"
    (outcome,) = played(write(tmp_path, script(words, "{at: danger}")))
    assert outcome.passed, outcome.deviations
    expected, came = deviation(write(tmp_path, script("  - bot: Is it raining there?\n", "{at: danger}")))
    assert expected == 'a message saying "Is it raining there?"'
    assert came.startswith("danger: ")


def test_a_ticked_button_is_called_as_it_is_seen(tmp_path: Path) -> None:
    chat = "  - auto: {}\n    until: health\n  - tap: thin_bones\n  - tap: \u2713 Thin bones\n"
    (outcome,) = played(write(tmp_path, script(chat, "{at: health}")))
    assert outcome.passed, outcome.deviations


# --- nothing expected -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expect",
    ["{because: [], answers: {}, said: []}", "{level: null, turns: {}}", "{turns: {min: 0}}"],
)
def test_keys_that_ask_for_nothing_expect_nothing(tmp_path: Path, expect: str) -> None:
    (found,) = findings(write(tmp_path, script("  - bot: danger", expect)))
    assert "SCRIPT020" in found


def test_no_lines_at_all_is_an_expectation(tmp_path: Path) -> None:
    assert not findings(write(tmp_path, script("  - bot: danger", "{only_advice: []}")))


def test_a_bot_line_that_says_nothing_is_a_finding(tmp_path: Path) -> None:
    (found,) = findings(write(tmp_path, script("  - bot: {}")))
    assert "says nothing of what the bot answers" in found


# --- tables -----------------------------------------------------------------------------------------------------------

ROWS = """title: A
chat:
  - tap: $sign
expect: {level: $level}
cases:
  - {sign: cold_pale_foot, level: emergency}
  - {sign: bone_through_skin, level: emergency}
"""


def test_a_column_that_nothing_uses_is_a_finding_at_the_column(tmp_path: Path) -> None:
    text = ROWS.replace("level: $level", "because: [danger_sign]")
    assert findings(write(tmp_path, text)) == [
        'script.yaml:6:28  SCRIPT023  The column "level" is used nowhere, so it shows nothing. Write $level where it '
        "belongs, or delete it. What only this row expects stands under `expect`."
    ]
    columns = "cases: {sign: [cold_pale_foot], level: [emergency]}\n"
    (found,) = findings(write(tmp_path, text.split("cases:")[0] + columns))
    assert "SCRIPT023" in found
    assert found.startswith("script.yaml:5:")


def test_what_a_row_expects_fails_at_the_row(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS.replace("skin, level: emergency", "skin, level: self_care"))
    good, bad = played(path)
    assert good.passed
    assert (bad.deviations[0].place.line, bad.deviations[0].place.column) == (7, 38)
    path = write(tmp_path, ROWS.replace("skin, level: emergency", "skin, level: emergency, expect: {at: review}"))
    assert played(path)[1].deviations[0].place.line == 7


def test_a_wrong_value_of_a_row_is_found_at_the_value(tmp_path: Path) -> None:
    (found,) = findings(write(tmp_path, ROWS.replace("sign: bone_through_skin", "sign: bone_thruogh_skin")))
    assert found.startswith('script.yaml:7:12  SCRIPT012  No button of this flow is called "bone_thruogh_skin".')
    (found,) = findings(write(tmp_path, ROWS.replace("skin, level: emergency", "skin, level: emergancy")))
    assert found.startswith("script.yaml:7:38  SCRIPT006")


def test_two_rows_of_one_name_are_found_at_the_second(tmp_path: Path) -> None:
    (found,) = findings(write(tmp_path, ROWS.replace("bone_through_skin", "cold_pale_foot")))
    assert found.startswith("script.yaml:7:5  SCRIPT021")


# --- in plain words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (script("  - bot: danger", "{level: emergancy}"), '"emergancy" cannot stand here. Did you mean "emergency"?'),
        (script("  - send: voise"), 'Did you mean "voice"?'),
        (script("  - double: false"), "Only `true` can stand here. Write `true`, or delete the line."),
        (script("  - bot: danger", "self_care"), "Here belong keys and values, like `level: self_care`."),
        (script("  - bot: 5"), "Here belong keys and values"),
        (script("  - answer: pain"), "Here belong keys and values"),
        ("title: A\nchat: tap\nexpect: {level: self_care}\n", "Here belongs a list. Write it as [a, b]"),
        ("title: A\nchat: []\nexpect: {level: self_care}\n", "This is empty. Fill it, or delete it."),
        (script("  - use: [a]"), "Here belongs one word or text."),
        (script("  - edit: {message: 0, text: a}"), "The number is too small: it begins at 1."),
        (script("  - edit: {message: x, text: a}"), "Here belongs a whole number."),
        (script("  - bot: danger", more="now: x\n"), "This is no date with a time. Write it like 2026-11-20T18:00."),
        (script("  - later: 3 blips"), '"3 blips" is no length of time: write e.g. 20 minutes, 6 hours, 3 days.'),
    ],
)
def test_a_wrong_shape_is_said_in_words_of_scripts(tmp_path: Path, text: str, expected: str) -> None:
    found = findings(write(tmp_path, text))
    assert any(expected in f for f in found), found
    assert not [f for f in found if "Input" in f or "instance" in f or "this question" in f or f.endswith("..")]


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_that_would_never_be_played_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, script("  - bot: danger", "{at: danger}"))
    path = write(tmp_path, script("  - bot: nowhere_at_all"), "other.yml")
    (found,) = findings(path.parent)
    assert "other.yml:1:1  SCRIPT003" in found
    assert found.endswith("Name it other.yaml.")


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, script("  - bot: danger", "{at: danger}"))
    scripts = read_scripts([path.parent, path, path.parent], FLOWS)
    assert len(scripts.cases) == 1
    assert not scripts.findings


# --- new versions, and what came --------------------------------------------------------------------------------------


def newer_version(folder: Path) -> None:
    """The small flow with one more question, before all others but consent."""
    (folder / "newer").mkdir()
    for file in (ROOT / "tests" / "flows" / "sprain").glob("*.yaml"):
        text = file.read_text()
        if file.name == "interview.yaml":
            text = text.replace(
                "  - ask: danger\n", "  - ask: fell_now\n    kind: yes_no\n    usual: 'no'\n  - ask: danger\n"
            )
        if file.name == "texts.en.yaml":
            text = text.replace(
                "  danger:\n",
                "  fell_now:\n    text: Did you fall just now?\n    short: Fall\n    why: It matters.\n  danger:\n",
                1,
            )
        (folder / "newer" / file.name).write_text(text)


VERSIONS = """  - bot: danger
  - tap: none_of_these
  - version: ../newer
  - bot: warning
  - tap: none_of_these
  - bot: age
  - command: forget
  - tap: forget_button
  - command: start
  - bot: for_whom
  - tap: me
  - bot: {ask: fell_now, says: fall just now, buttons: 3}
  - tap: "yes"
  - bot: danger
"""


@pytest.mark.parametrize("reload", [False, True])
def test_a_new_session_runs_in_the_new_version_with_its_names_and_words(tmp_path: Path, reload: bool) -> None:
    newer_version(tmp_path)
    expect = "{at: danger, answers: {fell_now: true}, asked: [fell_now, warning], said: [fell_now]}"
    path = write(tmp_path, script(VERSIONS, expect.replace("true", '"yes"')))
    assert not findings(path)
    (outcome,) = played(path, MemoryWay(reload=reload))
    assert outcome.passed, failure(outcome)
    (found,) = findings(write(tmp_path, script(VERSIONS + "  - bot: fell_later\n", expect)))
    assert '"fell_later" is no question or screen' in found


def test_what_the_older_version_does_not_ask_is_no_answer(tmp_path: Path) -> None:
    newer_version(tmp_path)
    chat = "  - tap: none_of_these\n  - version: ../newer\n  - bot: warning\n"
    path = write(tmp_path, script(chat, '{answers: {fell_now: "yes"}}'))
    assert deviation(path) == ("fell_now: yes", "fell_now: no answer")


def test_what_came_is_no_message_that_was_named_before(tmp_path: Path) -> None:
    chat = "  - bot: danger\n  - bot: danger\n"
    assert deviation(write(tmp_path, script(chat)))[1].startswith("nothing more; the last was danger: ")


def test_an_answer_that_came_is_written_as_a_script_writes_it(tmp_path: Path) -> None:
    path = write(tmp_path, script(TO_ADVICE, "{answers: {age: 70, health: [diabetes]}}"))
    (outcome,) = played(path)
    said = [(d.expected, d.came) for d in outcome.deviations]
    assert said == [("age: 70", "age: adult"), ("health: [diabetes]", "health: none_of_these")]
