"""Scripts: what they may say, what is wrong with them, how they run, and what a tester sees when one deviates."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from bot.app import telegram_way
from bot.commands.replaying import replay_command
from bot.replay.playing.run import failure, run_all
from bot.replay.playing.ways import MemoryWay, Way
from bot.replay.script.flows import FlowFolders
from bot.replay.script.reading import read_scripts
from tests.support.flow_edits import SPRAIN
from tests.support.flow_edits import write as write_flow
from tests.support.places import TESTS
from tests.support.scripts import FLOW_FOLDERS, deviation, findings, played, script, write

WAYS: dict[str, Way] = {"memory": MemoryWay(), "reload": MemoryWay(reload=True)}

TO_ADVICE = """
  - auto: {}
    until: result
"""


# --- what passes ------------------------------------------------------------------------------------------------------


def test_a_script_as_a_clinician_writes_it(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
title: Twisted on the stairs, hardly swollen
now: 2026-11-20T18:00
chat:
  - bot: danger
  - tap: none_of_these
  - bot: {ask: warning, says: "any of these", buttons: 6}
  - tap: [None of these]
  - bot: age
  - me: "35"
  - auto: {pain: 4, movements: [walking]}
  - bot: {ask: review, not_said: Fever}
  - tap: as_usual
  - bot: {ask: advice, says: [self_care, walking_hurts], not_said: book}
expect:
  level: self_care
  because: [uncomplicated]
  not_because: [goes_on]
  claims: [d_rest]
  advice: [rest_it, walking_hurts]
  not_advice: [hurts_much]
  answers: {age: 35, pain: 4, onset: days, danger: none_of_these, movements: [walking], course: not_asked}
  asked: [onset]
  not_asked: [course]
  said: [exit_offer]
  not_said: [crisis]
  at: advice
  turns: {min: 5, max: 20}
""".replace("  said: [exit_offer]\n", ""),
    )
    for way in WAYS.values():
        (outcome,) = played(path, way)
        assert outcome.passed, failure(outcome)


def test_a_table_makes_one_case_of_each_row_by_list_or_by_columns(tmp_path: Path) -> None:
    chat = "  - tap: $sign"
    rows = "cases:\n  - {case: cold, sign: cold_pale_foot}\n  - {sign: bone_through_skin, expect: {because: [danger_sign]}}\n"
    columns = "cases: {sign: [cold_pale_foot, foot_wont_move]}\n"
    first = played(write(tmp_path, script(chat, "{level: emergency}", rows)))
    second = played(write(tmp_path, script(chat, "{level: emergency}", columns)))
    assert [o.case.title for o in first] == ["A case: cold", "A case: bone_through_skin"]
    assert [o.case.title for o in second] == ["A case: cold_pale_foot", "A case: foot_wont_move"]
    assert all(o.passed for o in (*first, *second))


def test_a_value_of_a_table_may_be_anything_even_a_whole_step(tmp_path: Path) -> None:
    rows = "cases:\n  - {step: {tap: cold_pale_foot}}\n  - {step: {answer: {danger: [bone_through_skin]}}}\n"
    outcomes = played(write(tmp_path, script("  - $step", "{level: emergency}", rows)))
    assert [o.passed for o in outcomes] == [True, True]


def test_fragments_are_shared_and_take_values(tmp_path: Path) -> None:
    write(
        tmp_path,
        "quiet:\n  - tap: none_of_these\n  - use: second\n    with: {what: $what}\nsecond:\n  - tap: $what\n",
        "fragments.yaml",
    )
    path = write(tmp_path, script("  - use: quiet\n    with: {what: none_of_these}" + TO_ADVICE))
    (outcome,) = played(path)
    assert outcome.passed, failure(outcome)
    assert outcome.case.lines[0].used is not None
    assert "fragments.yaml" in outcome.case.lines[1].place.file


@pytest.mark.parametrize(
    ("chat", "expect"),
    [
        ("  - tap: none_of_these\n  - double: true\n  - bot: warning", "{at: warning}"),
        ("  - tap: none_of_these\n  - old: {ask: danger, tap: cold_pale_foot}\n  - bot: sign", "{at: sign}"),
        ("  - tap: none_of_these\n  - send: sticker\n  - bot: {ask: warning, says: cant_read}", "{at: warning}"),
        ("  - tap: none_of_these\n  - command: back\n  - bot: danger", "{at: danger}"),
        ("  - tap: none_of_these\n  - restart: true\n  - bot: warning", "{at: warning}"),
        ("  - tap: none_of_these\n  - later: 3 hours\n  - bot: silence_reminder", "{said: [silence_reminder]}"),
        ("  - tap: cold_pale_foot\n  - bot: emergency\n  - later: 21 minutes\n  - bot: silence_help", "{level: emergency}"),
        ("  - me: hello\n  - bot: for_whom\n  - tap: Me\n  - bot: danger", "{at: danger}"),
        ("  - bot: {ask: for_whom, buttons: [Me, no_thanks]}\n  - tap: no_thanks\n  - bot: declined", "{at: stopped}"),
        ("  - tap: [none_of_these, none_of_these]\n  - me: '40'\n  - edit: '60'\n  - bot: {ask: health, says: edit_noted}",
         "{answers: {age: 60}}"),
        ("  - tap: not_sure\n  - tap: [foot_wont_move, done]\n  - bot: {ask: danger/alone, says: foot_wont_move}\n"
         "  - tap: not_sure", "{level: emergency, answers: {danger: {not_sure: [foot_wont_move]}}}"),
        ("  - answer: {danger: none_of_these, warning: {not_sure: [crooked]}}\n  - auto: {exit: some_more}\n    until: review",
         "{level: see_soon, because: [perhaps_a_break]}"),
    ],
)  # fmt: skip
def test_everything_that_a_patient_can_do(tmp_path: Path, chat: str, expect: str) -> None:
    path = write(tmp_path, script(chat, expect))
    for way in WAYS.values():
        (outcome,) = played(path, way)
        assert outcome.passed, failure(outcome)


def test_a_new_version_in_mid_chat_leaves_the_running_chat_alone(tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    newer.mkdir()
    for file in (TESTS / "flows" / "sprain").glob("*.yaml"):
        (newer / file.name).write_text(file.read_text().replace("text: How old are you?", "text: Your age?"))
    chat = "  - tap: none_of_these\n  - version: ../newer\n  - tap: none_of_these\n  - bot: {ask: age, says: How old are you?}"
    (outcome,) = played(write(tmp_path, script(chat, "{at: age}")))
    assert outcome.passed, failure(outcome)


def test_who_begins_again_begins_with_the_new_version(tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    newer.mkdir()
    for file in (TESTS / "flows" / "sprain").glob("*.yaml"):
        (newer / file.name).write_text(file.read_text().replace("text: Who is this about?", "text: About whom?"))
    chat = "  - tap: none_of_these\n  - version: ../newer\n  - command: restart\n  - bot: {ask: for_whom, says: About whom}"
    path = write(tmp_path, script(chat, "{at: for_whom, said: [restarted]}"))
    for way in (*WAYS.values(), telegram_way()):
        (outcome,) = played(path, way)
        assert outcome.passed, failure(outcome)


def test_all_that_a_session_is_survives_being_saved_before_every_turn() -> None:
    scripts = read_scripts([TESTS / "conversations" / "sprain"], FLOW_FOLDERS)
    assert not scripts.findings
    plain, reloaded = (list(run_all(scripts, [way])) for way in WAYS.values())
    assert [o.standing.as_json() for o in plain] == [o.standing.as_json() for o in reloaded]


# --- what deviates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chat", "expect", "expected", "came"),
    [
        ("  - bot: warning", "{level: self_care}", "the bot's warning", "danger: Progress"),
        ("  - bot: {ask: danger, says: cold soup}", "{level: self_care}", 'saying "cold soup"', "danger:"),
        ("  - bot: {ask: danger, not_said: pale}", "{level: self_care}", 'not saying "pale"', "danger:"),
        ("  - bot: {ask: danger, buttons: 3}", "{level: self_care}", "3 buttons", "(5 buttons)"),
        ("  - tap: fever", "{level: self_care}", 'a button "fever"', "[Cold foot]"),
        ("  - bot: danger\n  - tap: none_of_these\n  - bot: warning\n  - bot: age", "{level: self_care}", "the bot's age", ""),
        ("  - answer: {age: 20}", "{level: self_care}", "that these were asked: age", '"danger"'),
        ("  - double: true", "{level: self_care}", "a tap that can come twice", "nothing was tapped"),
        ("  - edit: 'x'", "{level: self_care}", "a typed message number 0", "0 typed"),
        ("  - old: {ask: age, tap: adult}", "{level: self_care}", 'an old keyboard of "age"', "none was shown"),
        ("  - tap: cold_pale_foot", "{level: self_care}", "level self_care", "level emergency (rules: danger_sign)"),
        ("  - tap: none_of_these", "{level: see_soon}", "level see_soon", "not reached yet"),
        ("  - tap: cold_pale_foot", "{because: [bent_shape]}", "the rule bent_shape", "danger_sign"),
        ("  - tap: cold_pale_foot", "{not_because: [danger_sign]}", "not the rule danger_sign", "danger_sign"),
        ("  - tap: cold_pale_foot", "{advice: [book]}", "the advice book", "go_now"),
        ("  - tap: cold_pale_foot", "{said: [crisis]}", 'that the bot said "crisis"', "it never did"),
        ("  - tap: cold_pale_foot", "{not_said: [emergency_go]}", "never said", "Emergency"),
        ("  - tap: cold_pale_foot", "{answers: {danger: none_of_these}}", "danger: none_of_these", "cold_pale_foot"),
        ("  - tap: cold_pale_foot", "{turns: 2}", "2 turns", "1 turns"),
        ("  - tap: cold_pale_foot", "{at: advice}", 'an end at "advice"', '"emergency"'),
    ],
)  # fmt: skip
def test_what_was_expected_stands_beside_what_came(
    tmp_path: Path, chat: str, expect: str, expected: str, came: str
) -> None:
    wanted, found = deviation(write(tmp_path, script(chat, expect)))
    assert expected in wanted
    assert came in found


def test_a_screen_that_a_script_passes_over_is_an_answer_too_many(tmp_path: Path) -> None:
    chat = "  - me: hello\n  - bot: start\n  - bot: start"
    wanted, _ = deviation(write(tmp_path, script(chat, "{at: for_whom}")))
    assert "start" in wanted


def test_the_transcript_marks_the_line_that_deviates(tmp_path: Path) -> None:
    (outcome,) = played(write(tmp_path, script("  - tap: none_of_these\n  - bot: age")))
    text = failure(outcome)
    assert "> bot" in text
    assert "you  [None of these]" in text
    assert "script.yaml:4:10" in text
    assert "expected  the bot's age" in text


# --- what is wrong with a script --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("title: a: b: c\n", "SCRIPT001"),
        ("", "SCRIPT002"),
        ("- tap: x\n", "SCRIPT006  A script begins with"),
        ("title: A\ntitle: B\n", "SCRIPT004"),
        (script("  - tap: done", more="titel: x\n"), 'script.yaml:2:1  SCRIPT006  "titel" is not a known key here.'),
        (script("  - tapp: done"), '"tapp" is not a known key here. Did you mean "tap"?'),
        (script("  - {tap: done, me: x}"), "exactly one of"),
        (script("  - {}"), "found: nothing"),
        (script("  - {bot: {ask: danger, sayss: x}}"), '"sayss" is not a known key here. Did you mean "says"?'),
        (script("  - send: fish"), "SCRIPT006"),
        (script("  - command: bakc"), "There is no command"),
        (script("  - later: soon"), "SCRIPT006"),
        ("title: A\nexpect: {level: self_care}\n", '"chat" is missing here'),
        ("title: A\nchat: []\nexpect: {level: self_care}\n", "SCRIPT006"),
        ("title: A\nchat:\n  - bot: danger\n", "SCRIPT020"),
        ("title: A\nchat:\n  - bot: danger\nexpect: {}\n", "SCRIPT020"),
        (script("  - bot: dagner"), 'script.yaml:3:10  SCRIPT011  "dagner" is no question or screen'),
        (script("  - tap: feverr"), 'SCRIPT012  No button of this flow is called "feverr". Did you mean "fever"?'),
        (script("  - answer: {agee: 3}"), 'SCRIPT011  "agee" is no question of this flow. Did you mean "age"?'),
        (script("  - answer: {warning: [fevr]}"), 'SCRIPT012  "fevr" is no option'),
        (script("  - answer: {pain: 12}"), "SCRIPT012"),
        (script("  - bot: danger", "{level: urgent}"), "SCRIPT006"),
        (script("  - bot: danger", "{because: [uncomplicatd]}"), 'SCRIPT013  "uncomplicatd" is no rule of this flow. Did you mean'),
        (script("  - bot: danger", "{claims: [x]}"), 'SCRIPT013  "x" is no claim'),
        (script("  - bot: danger", "{advice: [x]}"), 'SCRIPT013  "x" is no line of advice'),
        (script("  - bot: danger", "{answers: {x: 1}}"), 'SCRIPT011  "x" is no question'),
        (script("  - bot: danger", more="flow: sprian\n"), 'SCRIPT010  There is no flow "sprian". Did you mean "sprain"?'),
        (script("  - bot: danger", more="lang: xx\n"), 'SCRIPT011  The flow has no language "xx"'),
        (script("  - use: nothing"), 'SCRIPT022  There is no fragment "nothing".'),
        (script("  - tap: $sign", more="cases: [{sgn: a}]\n"), 'SCRIPT023  "$sign" has no value here. Did you mean "sgn"?'),
        (script("  - tap: $a", more="cases: {a: [x, y], b: [z]}\n"), "SCRIPT023  The columns"),
        (script("  - bot: danger", more="cases: []\n"), "SCRIPT023"),
        (script("  - version: nowhere"), "SCRIPT010"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_finding_with_place_and_remedy(tmp_path: Path, text: str, finding: str) -> None:
    found = findings(write(tmp_path, text))
    assert any(finding in f for f in found), found
    assert all(f.startswith("script.yaml:") for f in found)


def test_all_findings_are_told_not_the_first(tmp_path: Path) -> None:
    found = findings(write(tmp_path, script("  - bot: dagner\n  - tap: feverr", "{because: [x]}")))
    assert len(found) == 3


def test_two_scripts_of_one_title_are_a_finding(tmp_path: Path) -> None:
    first = write(tmp_path, script("  - bot: danger", "{at: danger}"), "a.yaml")
    write(tmp_path, script("  - bot: danger", "{at: danger}"), "b.yaml")
    found = read_scripts([first.parent], FLOW_FOLDERS).findings
    assert [f.code for f in found] == ["SCRIPT021"]
    assert found[0].place.file.endswith("b.yaml")
    assert "a.yaml:1:8" in found[0].message


def test_a_fragment_that_uses_itself_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, "again:\n  - use: again\n", "fragments.yaml")
    assert "uses itself" in findings(write(tmp_path, script("  - use: again")))[0]


def test_an_empty_folder_and_a_missing_file_are_findings(tmp_path: Path) -> None:
    assert "SCRIPT002" in str(read_scripts([tmp_path], FLOW_FOLDERS).findings[0])
    assert "SCRIPT003" in str(read_scripts([tmp_path / "x.yaml"], FLOW_FOLDERS).findings[0])


def test_a_script_for_another_flow_says_so(tmp_path: Path) -> None:
    found = findings(write(tmp_path, script("  - bot: nerves", more="flow: sprain\n")))
    assert "SCRIPT011" in found[0]


@pytest.mark.parametrize(("number", "waiting"), [(1, ""), (3, " 3 conversations wait for it.")])
def test_what_is_wrong_with_a_flow_is_told_once(tmp_path: Path, number: int, waiting: str) -> None:
    broken = write_flow(SPRAIN, tmp_path / "flows", ("triage.yaml", "surely crooked", "surely croked")).parent
    for n in range(number):
        write(tmp_path, script("  - bot: danger", "{at: danger}").replace("A case", f"Case {n}"), f"{n}.yaml")
    write(tmp_path, "title: Other\nchat: 3\n", "other.yaml")
    scripts = read_scripts([tmp_path / "sprain"], FlowFolders([broken]))
    said, other = sorted((str(f) for f in scripts.findings), key=lambda f: "other.yaml" in f)
    assert "0.yaml" in said
    assert "1 finding, the first at sprain/triage.yaml:" in said
    assert said.endswith(f'Did you mean "crooked"? Mend the flow first.{waiting}')
    assert "other.yaml" in other


# --- the command ------------------------------------------------------------------------------------------------------


def run(*paths: Path, through: tuple[str, ...] = ("memory",), as_json: bool = False) -> tuple[int, str]:
    """The exit code and the output of the command."""
    out = io.StringIO()
    return replay_command(list(paths), FLOW_FOLDERS, WAYS, out, through=through, json=as_json), out.getvalue()


def test_the_command_shows_a_single_script_and_sums_up_several(tmp_path: Path) -> None:
    one = write(tmp_path, script("  - tap: cold_pale_foot", "{level: emergency}"), "a.yaml")
    write(tmp_path, script("  - bot: danger", "{at: danger}").replace("A case", "B case"), "b.yaml")
    code, text = run(one)
    assert (code, "you  [Cold foot]" in text) == (0, True)
    code, text = run(one.parent, through=("memory", "reload"))
    assert (code, "memory: 2 passed; reload: 2 passed" in text) == (0, True)


def test_exit_codes_one_for_findings_and_failures_two_for_usage(tmp_path: Path) -> None:
    bad = write(tmp_path, script("  - bot: dagner"), "bad.yaml")
    failing = write(tmp_path, script("  - bot: age"), "failing.yaml")
    assert run(bad)[0] == 1
    code, text = run(failing)
    assert (code, "FAILED  A case  (memory)" in text) == (1, True)
    assert run(failing, through=("pigeon",)) == (2, "There is no way 'pigeon': there are memory, reload.\n")
    assert run()[0] == 2


def test_json_has_one_object_for_each_outcome(tmp_path: Path) -> None:
    path = write(tmp_path, script("  - tap: cold_pale_foot", "{level: emergency}"))
    _, text = run(path, through=("memory", "reload"), as_json=True)
    found = [json.loads(line) for line in text.splitlines()]
    assert [f["way"] for f in found] == ["memory", "reload"]
    assert found[0]["level"] == "emergency"
    assert found[0]["rules"] == ["danger_sign"]
