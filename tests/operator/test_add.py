"""`symptom-bot add`: what an operator gets, that nothing else of a file changes, and that a failure changes nothing."""

from __future__ import annotations

import difflib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.check.proof.prove import proofs
from bot.check.structure.structure import check_structure
from bot.cli import main
from bot.core.flow.reading import try_flow
from bot.core.flow.yaml_places import Loaded
from bot.core.model.files.parts import Kind, Level
from bot.operator import changes
from bot.operator.add import add_language, add_line, add_option, add_question, add_red_flag, add_rule
from bot.operator.changes import FolderEdit, undone
from bot.operator.new_flow import add_flow
from bot.operator.yaml_text import CannotEdit, YamlText, as_yaml
from tests.support.flow_edits import BACK_SPASM, SPRAIN, files_of, two_ways, write


@pytest.fixture
def sprain(tmp_path: Path) -> Path:
    """A copy of the sprain flow with a second language."""
    folder = tmp_path / "sprain"
    shutil.copytree(SPRAIN, folder)
    words = (folder / "texts.en.yaml").read_text(encoding="utf-8")
    words = words.replace("language: en", "language: fr").replace("name: English", "name: Français")
    (folder / "texts.fr.yaml").write_text(words, encoding="utf-8")
    return folder


def codes(folder: Path) -> list[str]:
    return sorted({f.code for f in try_flow(folder.name, files_of(folder))[1]})


def value(folder: Path, file: str) -> Any:
    return Loaded(file, (folder / file).read_text(encoding="utf-8")).value


def lost_lines(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Lines that were changed or removed; lists in brackets that got longer are changed lines."""
    return [
        line[2:]
        for name, text in before.items()
        for line in difflib.ndiff(text.splitlines(), after[name].splitlines())
        if line.startswith("- ")
    ]


def write_what_is_to_do(folder: Path) -> None:
    """Do what a clinician would: replace each text that begins with TODO."""
    for path in folder.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"sources: \[TODO[^\]]*\]", "sources: [MADE_UP]", text)
        text = re.sub(r"usual: TODO.*", "usual: 1", text)
        text = re.sub(r"TODO the button for (\w+)", r"\1", text)
        path.write_text(
            re.sub(r"(['\"]?)TODO[^\]\n]*?\1(\]?)$", r"Written\2", text, flags=re.MULTILINE), encoding="utf-8"
        )


# --- each kind --------------------------------------------------------------------------------------------------------


def test_a_question_comes_with_its_words_in_every_language(sprain: Path) -> None:
    before = files_of(sprain)
    outcome = add_question(sprain, "colour", Kind.one, after="swelling", options=["blue", "red"], when="onset > 3 days")
    assert outcome.code == 0
    assert [p.name for p in outcome.changed] == ["interview.yaml", "texts.en.yaml", "texts.fr.yaml"]
    asked = [q["ask"] for q in value(sprain, "interview.yaml")["questions"]]
    assert asked[asked.index("swelling") + 1] == "colour"
    for file in ("texts.en.yaml", "texts.fr.yaml"):
        assert list(value(sprain, file)["questions"]["colour"]["options"]) == ["blue", "red"]
    assert lost_lines(before, files_of(sprain)) == []
    assert codes(sprain) == ["FLOW029"]
    assert any("use `colour` in a rule" in line for line in outcome.messages)


def test_a_question_that_describes_goes_last_and_another_one_before_those(sprain: Path) -> None:
    assert add_question(sprain, "weather", Kind.yes_no, describes=True).code == 0
    assert add_question(sprain, "bruise", Kind.yes_no).code == 0
    asked = [q["ask"] for q in value(sprain, "interview.yaml")["questions"]]
    assert asked[-1] == "weather"
    assert asked.index("bruise") == asked.index("pain") - 1


@pytest.mark.parametrize("kind", [Kind.number, Kind.scale, Kind.ago, Kind.length, Kind.age, Kind.yes_no, Kind.many])
def test_each_kind_of_question_leaves_nothing_but_things_to_do(sprain: Path, kind: Kind) -> None:
    options = ["first_thing"] if kind is Kind.many else []
    assert add_question(sprain, "added", kind, options=options).code == 0
    assert codes(sprain) == ["FLOW029"]


def test_an_option_stands_behind_the_one_that_is_named(sprain: Path) -> None:
    assert add_option(sprain, "frail", "health", after="thin_bones").code == 0
    health = next(q for q in value(sprain, "interview.yaml")["questions"] if q["ask"] == "health")
    assert health["options"] == ["blood_thinner", "thin_bones", "frail", "diabetes"]
    assert list(value(sprain, "texts.fr.yaml")["questions"]["health"]["options"])[2] == "frail"
    assert codes(sprain) == ["FLOW029"]


def test_an_emergency_red_flag_is_whole_once_its_words_are_written(sprain: Path) -> None:
    before = files_of(sprain)
    outcome = add_red_flag(sprain, "blue_toes", "danger", Level.emergency)
    assert outcome.code == 0
    assert {p.name for p in outcome.changed} == set(before) - {"advice.yaml"}
    assert lost_lines(before, files_of(sprain)) == []
    assert codes(sprain) == ["FLOW029"]
    to_do = [line for line in outcome.messages if line.startswith("  to do")]
    assert len(to_do) == sum(text.count("TODO") for text in files_of(sprain).values())
    write_what_is_to_do(sprain)
    flow, findings = try_flow("sprain", files_of(sprain))
    assert findings == ()
    assert flow is not None
    assert check_structure(flow) == ()
    assert proofs(flow).failed == ()
    assert flow.rules_by_id["blue_toes"].rule.level is Level.emergency
    assert "blue_toes_is_emergency" in proofs(flow).held


def test_a_same_day_sign_counts_as_see_soon_while_one_is_not_sure(sprain: Path) -> None:
    assert add_red_flag(sprain, "bleeding", "warning", Level.same_day, because=["g_warning"]).code == 0
    rules = {r["rule"]: r for r in value(sprain, "triage.yaml")["rules"]}
    assert (rules["bleeding"]["when"], rules["bleeding"]["level"]) == ("surely bleeding", "same_day")
    assert (rules["bleeding_unsure"]["when"], rules["bleeding_unsure"]["level"]) == ("bleeding", "see_soon")
    write_what_is_to_do(sprain)
    flow, findings = try_flow("sprain", files_of(sprain))
    assert findings == ()
    assert flow is not None
    assert proofs(flow).failed == ()


def test_a_red_flag_on_a_list_that_not_everybody_sees_is_guarded(sprain: Path) -> None:
    assert (
        add_question(sprain, "more", Kind.many, options=["sweat"], when="fever or age >= 55", after="onset").code == 0
    )
    assert add_red_flag(sprain, "rash", "more", Level.emergency).code == 0
    rule = next(r for r in value(sprain, "triage.yaml")["rules"] if r["rule"] == "rash")
    assert rule["when"] == "(fever or age >= 55) and rash"
    assert codes(sprain) == ["FLOW029"]


def test_a_rule_stands_behind_the_others_of_its_level(sprain: Path) -> None:
    assert add_rule(sprain, "bad_pain", "pain >= 9", Level.see_soon, because=["g_warning"]).code == 0
    rules = [(r["rule"], r["level"]) for r in value(sprain, "triage.yaml")["rules"]]
    assert rules.index(("bad_pain", "see_soon")) == rules.index(("comes_back", "see_soon")) + 1


def test_a_line_of_advice_gets_a_claim_to_write_if_none_is_named(sprain: Path) -> None:
    assert add_line(sprain, "cool_it", "guidance", [Level.self_care], when="swelling").code == 0
    assert value(sprain, "advice.yaml")["lines"][-1] == {
        "line": "cool_it", "section": "guidance", "levels": ["self_care"], "when": "swelling", "claims": ["g_cool_it"],
    }  # fmt: skip
    assert value(sprain, "evidence.yaml")["claims"][-1]["claim"] == "g_cool_it"
    assert codes(sprain) == ["FLOW029"]


def test_a_language_has_every_text_as_something_to_do(sprain: Path) -> None:
    (sprain / "texts.fr.yaml").unlink()
    outcome = add_language(sprain, "fr", own_name="Français")
    assert outcome.code == 0
    words, english = value(sprain, "texts.fr.yaml"), value(sprain, "texts.en.yaml")
    assert words["language"] == "fr"
    assert words["name"] == "Français"
    assert words["system"]["progress"] == f"TODO (en) {english['system']['progress']}"
    assert list(words["questions"]) == list(english["questions"])
    assert codes(sprain) == ["FLOW029"]


def test_a_new_flow_is_sound_once_its_words_are_written(tmp_path: Path) -> None:
    outcome = add_flow(tmp_path / "flows", "sore_throat", like=SPRAIN)
    assert outcome.code == 0
    folder = tmp_path / "flows" / "sore_throat"
    assert codes(folder) == ["FLOW029"]
    signs = value(folder, "texts.en.yaml")["questions"]
    assert (
        signs["danger"]["options"]["first_danger_sign"]["says"]
        == signs["warning"]["options"]["first_warning_sign"]["says"]
    )
    assert value(folder, "texts.en.yaml")["levels"] == value(SPRAIN, "texts.en.yaml")["levels"]
    write_what_is_to_do(folder)
    flow, findings = try_flow("sore_throat", files_of(folder))
    assert findings == ()
    assert flow is not None
    assert check_structure(flow) == ()
    assert proofs(flow).failed == ()


def test_a_new_flow_without_a_model_lists_every_system_text(tmp_path: Path) -> None:
    assert add_flow(tmp_path, "sore_throat").code == 0
    assert codes(tmp_path / "sore_throat") == ["FLOW029"]


@pytest.mark.slow
def test_the_shipped_flow_takes_additions_without_losing_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "back_spasm"
    shutil.copytree(BACK_SPASM, folder)
    before = files_of(folder)
    steps: tuple[Callable[[], FolderEdit], ...] = (
        lambda: add_red_flag(folder, "new_sign", "danger", Level.emergency, how="ambulance"),
        lambda: add_red_flag(folder, "other_sign", "warning", Level.same_day, how="today"),
        lambda: add_question(folder, "new_question", Kind.yes_no, after="onset"),
        lambda: add_line(folder, "new_line", "say", [Level.self_care], when="surely new_question"),
        lambda: add_language(folder, "de", own_name="Deutsch"),
    )
    for step in steps:
        outcome = step()
        assert outcome.code == 0, outcome.messages
    assert lost_lines(before, files_of(folder)) == []
    assert codes(folder) == ["FLOW029"]


# --- refusals: nothing is changed -------------------------------------------------------------------------------------

REFUSED: list[tuple[Callable[[Path], FolderEdit], int, str]] = [
    (lambda f: add_question(f, "swelling", Kind.yes_no), 2, 'already a question "swelling"'),
    (lambda f: add_question(f, "fever", Kind.yes_no), 2, 'already an option "fever"'),
    (lambda f: add_question(f, "no_danger", Kind.yes_no), 2, 'already a none-answer "no_danger"'),
    (lambda f: add_question(f, "Bad-Name", Kind.yes_no), 2, "small letters"),
    (lambda f: add_question(f, "surely", Kind.yes_no), 2, "condition language"),
    (lambda f: add_question(f, "x", Kind.one), 2, "--option"),
    (lambda f: add_question(f, "x", Kind.scale, options=["a"]), 2, "takes no options"),
    (lambda f: add_question(f, "x", Kind.yes_no, after="sweling"), 2, 'Did you mean "swelling"?'),
    (lambda f: add_question(f, "x", Kind.yes_no, when="sweling"), 1, 'Did you mean "swelling"?'),
    (lambda f: add_question(f, "x", Kind.yes_no, when="pain > 3", before="danger"), 1, "before it can have been asked"),
    (lambda f: add_option(f, "crooked", "health"), 2, 'already an option "crooked"'),
    (lambda f: add_option(f, "x", "pain"), 2, "of kind scale"),
    (lambda f: add_red_flag(f, "x", "course", Level.emergency), 2, "of kind one"),
    (lambda f: add_red_flag(f, "x", "danger", Level.see_soon), 2, "emergency or same_day"),
    (lambda f: add_red_flag(f, "x", "danger", Level.emergency, because=["g_dangr"]), 2, 'Did you mean "g_danger"?'),
    (lambda f: add_red_flag(f, "x", "danger", Level.emergency, how="ambulence"), 1, 'Did you mean "ambulance"?'),
    (lambda f: add_rule(f, "goes_on", "fever", Level.see_soon), 2, 'already a rule "goes_on"'),
    (lambda f: add_rule(f, "x", "course is worse", Level.see_soon), 1, "FLOW016"),
    (lambda f: add_line(f, "book", "say", [Level.self_care]), 2, 'already a line "book"'),
    (lambda f: add_language(f, "en"), 2, "exists already"),
    (lambda f: add_language(f, "../fr"), 2, "no language code"),
    (lambda f: add_language(f, "de", like="it"), 2, 'no language "it"'),
]


@pytest.mark.parametrize(("change", "code", "said"), REFUSED)
def test_what_cannot_be_added_changes_nothing(
    sprain: Path, change: Callable[[Path], FolderEdit], code: int, said: str
) -> None:
    before = files_of(sprain)
    outcome = change(sprain)
    assert outcome.code == code
    assert outcome.changed == ()
    assert said in "\n".join(outcome.messages)
    assert files_of(sprain) == before


def test_a_broken_file_is_named_and_nothing_is_changed(sprain: Path) -> None:
    (sprain / "texts.fr.yaml").write_text("language: [fr\n")
    before = files_of(sprain)
    outcome = add_red_flag(sprain, "blue_toes", "danger", Level.emergency)
    assert outcome.code == 1
    assert "texts.fr.yaml" in outcome.messages[0]
    assert files_of(sprain) == before


def test_findings_that_were_there_before_do_not_stand_in_the_way(sprain: Path) -> None:
    path = sprain / "triage.yaml"
    path.write_text(path.read_text().replace("surely crooked", "surely croked"))
    assert add_option(sprain, "frail", "health").code == 0
    assert codes(sprain) == ["FLOW011", "FLOW029"]


def test_if_one_file_cannot_be_written_none_is(sprain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_of(sprain)
    real, seen = changes.os.replace, []

    def full(source: Any, target: Any) -> None:
        seen.append(target)
        if len(seen) == 3:
            raise OSError(28, "No space left on device", str(target))
        real(source, target)

    monkeypatch.setattr(changes.os, "replace", full)
    outcome = add_red_flag(sprain, "blue_toes", "danger", Level.emergency)
    assert outcome.code == 2
    assert "No space left" in outcome.messages[0]
    assert files_of(sprain) == before
    assert [p.name for p in sprain.iterdir() if p.name.endswith(".new")] == []


def test_a_flow_that_exists_is_not_written_over(tmp_path: Path) -> None:
    assert add_flow(tmp_path, "sore_throat").code == 0
    before = files_of(tmp_path / "sore_throat")
    assert add_flow(tmp_path, "sore_throat").code == 2
    assert files_of(tmp_path / "sore_throat") == before


# --- the text of a file -----------------------------------------------------------------------------------------------

ODD = """\
# head
a: 1   # one
list:
  # about x
  - ask: x   # trailing
    when: >-
      foo and
      bar

  - ask: y
    options: [a, b]  # in brackets
    empty:

  # --- next section
  - ask: z
    opts:
    - one
    - {id: two}
m: {a: b}
none: []   # nothing yet
nul:
last: "q"
"""


def test_insertions_go_where_they_belong_and_everything_else_stays() -> None:
    sheet = YamlText("odd.yaml", ODD)
    sheet.insert(("list",), 1, {"ask": "after_x", "when": "a and b"})
    sheet.insert(("list",), 3, {"ask": "after_y"})
    sheet.insert(("list", 2, "options"), 2, "c, d")
    sheet.insert(("list", 4, "opts"), 1, "between")
    sheet.insert(("none",), 0, {"x": "it's: so"})
    sheet.put(("m",), "c", "d")
    sheet.put(("nul",), "k", "v")
    sheet.put((), "new", {"a": {"b": "yes"}}, after="m")
    assert (
        sheet.text
        == """\
# head
a: 1   # one
list:
  # about x
  - ask: x   # trailing
    when: >-
      foo and
      bar

  - ask: after_x
    when: a and b

  - ask: y
    options: [a, b, 'c, d']  # in brackets
    empty:

  - ask: after_y

  # --- next section
  - ask: z
    opts:
    - one
    - between
    - {id: two}
m: {a: b, c: d}
new:
  a:
    b: 'yes'
none:   # nothing yet
  - x: 'it''s: so'
nul:
  k: v
last: "q"
""".replace("none:   #", "none:  #")
    )


def test_windows_line_ends_stay() -> None:
    sheet = YamlText("odd.yaml", "a:\r\n  - x\r\nb: 1\r\n")
    sheet.insert(("a",), 1, "z")
    assert sheet.text == "a:\r\n  - x\r\n  - z\r\nb: 1\r\n"


def test_a_file_that_cannot_be_added_to_is_refused_not_garbled() -> None:
    sheet = YamlText("odd.yaml", "a: {b:\n  []}\n")
    with pytest.raises(CannotEdit):
        sheet.insert(("a", "b"), 0, {"x": 1})


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "true", "null", "~", "1", "-1.5", "12:30", "a: b", "a #b", "#a", "- a", "*a", "&a", "!a", "{a}", "[a]", "it's",
     '"q"', " a ", "", "a\nb", "TODO x, y", "é", "%a", "@a", "`a`", "? a", "a:", "\t", "long " * 40, "1_000", "0x1f", ">", "|"],
)  # fmt: skip
def test_every_text_survives_being_written(text: str) -> None:
    for value in ({"k": text}, {"k": [text]}, {"k": [{"id": text}]}, {text or "x": {"a": "b"}}):
        assert Loaded("x.yaml", as_yaml(value)).value == value


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_says_what_was_changed_and_what_to_do_next(
    sprain: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["add", "red-flag", str(sprain), "blue_toes", "--question", "danger", "--level", "emergency"]) == 0
    said = capsys.readouterr().out
    assert f"changed  {sprain}/triage.yaml  +5 lines" in said
    assert re.search(rf"to do    {sprain}/texts\.en\.yaml:\d+:\d+  the button", said)
    assert f"Then:  symptom-bot check {sprain}" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["question", "{}", "bruise", "--kind", "yes_no", "--after", "swelling", "--usual", "no"],
        ["option", "{}", "frail", "--question", "health", "--worry", "1"],
        ["rule", "{}", "bad_pain", "--when", "pain >= 9", "--level", "see_soon", "--because", "g_warning"],
        ["line", "{}", "cool", "--section", "guidance", "--level", "self_care", "--level", "see_soon", "--plain"],
        ["language", "{}", "de", "--name", "Deutsch"],
    ],
)
def test_every_kind_has_its_command(sprain: Path, arguments: list[str]) -> None:
    assert main(["add", *(a.format(sprain) for a in arguments)]) == 0
    assert codes(sprain) == ["FLOW029"]


def test_an_unknown_flow_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "option", "no_such_flow", "x", "--question", "y"]) == 2
    assert "no_such_flow" in capsys.readouterr().err


def test_a_new_flow_is_put_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLOWS_DIR", "")
    assert main(["add", "flow", "sore_throat", "--like", str(SPRAIN)]) == 0
    assert codes(tmp_path / "flows" / "sore_throat") == ["FLOW029"]
    assert "sore_throat" in capsys.readouterr().out


# --- taking back ------------------------------------------------------------------------------------------------------


def test_the_last_addition_is_taken_back_to_the_byte(tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path)
    before = {p.name: p.read_bytes() for p in folder.glob("*.yaml")}
    assert undone(folder).code == 2
    assert add_option(folder, "asthma", "health").code == 0
    assert {p.name: p.read_bytes() for p in folder.glob("*.yaml")} != before
    outcome = undone(folder)
    assert outcome.code == 0
    assert 'Added the option "asthma"' in outcome.messages[0]
    assert {p.name: p.read_bytes() for p in folder.glob("*.yaml")} == before
    assert "Nothing was added" in undone(folder).messages[0]


def test_an_addition_that_was_edited_since_is_not_taken_back(tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path)
    add_option(folder, "asthma", "health")
    texts = folder / "texts.en.yaml"
    texts.write_text(texts.read_text().replace("TODO the button for asthma", "Asthma"))
    outcome = undone(folder)
    assert outcome.code == 2
    assert "texts.en.yaml was edited since" in outcome.messages[0]
    assert "Asthma" in texts.read_text()


def test_a_file_that_an_addition_made_goes_with_it(tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path)
    add_language(folder, "fr", own_name="Français")
    assert undone(folder).code == 0
    assert not (folder / "texts.fr.yaml").exists()


def test_a_new_flow_has_no_words_of_another_complaint(tmp_path: Path) -> None:
    add_flow(tmp_path, "sore_throat", like=BACK_SPASM)
    words = (tmp_path / "sore_throat" / "texts.en.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(words)["system"]
    other = (
        r"\b(back|spasms?|legs?|nerves?|muscles?|bones?|spine|bladder|numb|two (source )?documents|pain like this)\b"
    )
    assert {key for key, text in said.items() if re.search(other, text.lower())} == {"back", "command_back"}
    assert "get_help_if" in words


# --- what a sign needs besides ----------------------------------------------------------------------------------------


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """The small flow with phrases for one line."""
    label = "        label: Cold foot\n"
    return write(SPRAIN, tmp_path, ("texts.en.yaml", label, label + "        says: [my foot is cold]\n"))


def test_a_red_flag_has_phrases_to_write_where_other_lines_have_some(typed: Path) -> None:
    assert add_red_flag(typed, "blue_toes", "danger", Level.emergency).code == 0
    assert add_option(typed, "frail", "health").code == 0
    options = value(typed, "texts.en.yaml")["questions"]
    assert options["danger"]["options"]["blue_toes"]["says"] == ["TODO what patients type for it: some short phrases"]
    assert list(options["health"]["options"]["frail"]) == ["label", "says"]
    assert codes(typed) == ["FLOW029"]


def test_where_no_line_has_phrases_none_are_asked_for(sprain: Path) -> None:
    assert add_red_flag(sprain, "blue_toes", "danger", Level.emergency).code == 0
    assert "says" not in value(sprain, "texts.en.yaml")["questions"]["danger"]["options"]["blue_toes"]


def test_a_way_to_get_help_is_asked_for_where_there_are_several(sprain: Path) -> None:
    assert add_red_flag(sprain, "grey_foot", "danger", Level.emergency, how="ambulance").code == 0
    before = files_of(sprain)
    outcome = add_red_flag(sprain, "blue_toes", "danger", Level.emergency)
    assert outcome.code == 2
    assert "`--how go` or `--how ambulance`" in outcome.messages[0]
    assert add_rule(sprain, "old_and_sore", "age >= 90 and pain >= 9", Level.emergency).code == 2
    assert files_of(sprain) == before
    assert add_red_flag(sprain, "blue_toes", "danger", Level.emergency, how="go").code == 0


def test_a_rule_takes_no_way_where_others_of_its_level_take_none(tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path, *two_ways("by_phone", "in_person"))
    assert add_rule(folder, "bad_pain", "pain >= 9", Level.same_day, because=["g_warning"]).code == 0
    rule = next(r for r in value(folder, "triage.yaml")["rules"] if r["rule"] == "bad_pain")
    assert "how" not in rule


def test_the_safety_rule_guards_the_way_where_others_of_the_flow_do(tmp_path: Path) -> None:
    guarded = ("safety.yaml", "    at_least: emergency\n", "    at_least: emergency\n    how: [go]\n")
    folder = write(SPRAIN, tmp_path, guarded)
    assert add_red_flag(folder, "blue_toes", "danger", Level.emergency).code == 0
    rules = {p["property"]: p for p in value(folder, "safety.yaml")["properties"]}
    assert rules["blue_toes_is_emergency"]["how"] == ["go"]


def test_not_sure_of_a_new_sign_goes_the_way_that_most_such_rules_go(tmp_path: Path) -> None:
    folder = write(BACK_SPASM, tmp_path)
    outcome = add_red_flag(folder, "swollen_joint", "warning", Level.same_day, how="today", because=["g_fever"])
    assert outcome.code == 0
    rules = {r["rule"]: r for r in value(folder, "triage.yaml")["rules"]}
    assert (rules["swollen_joint"]["how"], rules["swollen_joint_unsure"]["how"]) == ("today", "days")
    assert any("`how: days`, as most rules" in line for line in outcome.messages)


def test_the_guard_of_the_neighbour_is_proposed(tmp_path: Path) -> None:
    folder = write(BACK_SPASM, tmp_path)
    question = add_question(folder, "bruise", Kind.yes_no, after="onset")
    assert any('"onset" beside it is asked only `when: full`' in line for line in question.messages)
    option = add_option(folder, "insulin", "medicines")
    assert option.code == 2
    assert '`--when "here and age >= 16"`' in option.messages[0]
    assert add_option(folder, "insulin", "medicines", when="here and age >= 16").code == 0
    sign = add_red_flag(folder, "hip", "nerves", Level.emergency, how="go")
    assert sign.code == 2
    assert '`--when "age >= 16"`' in sign.messages[0]
    assert "`--after gait_unsteady`" in sign.messages[0]
    assert add_red_flag(folder, "hip", "nerves", Level.emergency, how="go", after="gait_unsteady").code == 0
    unguarded = add_question(folder, "pale", Kind.yes_no, after="onset", when="full")
    assert not any("beside it" in line for line in unguarded.messages)
