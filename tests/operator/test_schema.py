"""The schemas that editors use: they take what the reader takes, and underline what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.cli import main
from bot.core.flow.yaml_places import Loaded
from bot.core.model.files.flow import FILES
from bot.core.model.system_texts import SYSTEM
from bot.operator.reference import BEGIN, END, NoMarkers, with_tables, write_tables
from bot.operator.schema import all_schemas, editor_settings, schema_of
from bot.replay.schemas import SCRIPT_FILES, script_schema, script_schemas
from bot.replay.script.reading import BESIDE
from tests.support.flow_edits import BACK_SPASM, SPRAIN, edited_files
from tests.support.places import FLOWS, TESTS

FLOW_FILES = sorted(p for folder in (SPRAIN, BACK_SPASM) for p in folder.glob("*.yaml"))


def errors(kind: str, value: Any) -> list[str]:
    return [e.message for e in jsonschema.Draft202012Validator(schema_of(kind)).iter_errors(value)]


@pytest.mark.parametrize("kind", FILES)
def test_each_schema_is_one(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("path", FLOW_FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_flows_fit_their_schemas_with_all_shorthands(path: Path) -> None:
    loaded = Loaded(path.name, path.read_text(encoding="utf-8"))
    assert errors(path.name.split(".")[0], loaded.value) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("interview.yaml", "kind: scale", "kind: scales"),
        ("interview.yaml", "- diabetes", "- Diabetes"),
        ("interview.yaml", "- diabetes", "- {id: diabetes, wory: 1}"),
        ("interview.yaml", "expires:", "expire:"),
        ("triage.yaml", "level: self_care", "level: selfcare"),
        ("triage.yaml", "  settled:", "  Settled:"),
        ("triage.yaml", "because: [d_rest]", "because: d_rest"),
        ("advice.yaml", "section: expect", "section: expects"),
        ("texts.en.yaml", "  command_back:", "  comand_back:"),
        ("texts.en.yaml", "    short: For\n", ""),
        ("evidence.yaml", "fingerprint: 0", "fingerprint: z"),
    ],
)
def test_editors_underline_slips(file: str, old: str, new: str) -> None:
    loaded = Loaded(file, edited_files(SPRAIN, (file, old, new))[file])
    assert errors(file.split(".")[0], loaded.value) != []


def test_editors_explain_every_key() -> None:
    def without_words(schema: dict[str, Any], where: str) -> list[str]:
        return [f"{where}.{k}" for k, v in schema.get("properties", {}).items() if not v.get("description")]

    for kind, schema in (all_schemas() | script_schemas()).items():
        assert without_words(schema, kind) == []
        for name, inner in schema.get("$defs", {}).items():
            assert without_words(inner, name) == []
    assert set(schema_of("texts")["properties"]["system"]["properties"]) == set(SYSTEM)


SCRIPT_PLACES = {
    "script": [p for p in sorted((TESTS / "conversations").rglob("*.yaml")) if p.name not in BESIDE],
    "fragments": sorted((TESTS / "conversations").rglob("fragments.yaml")),
    "survivors": sorted((TESTS / "conversations").rglob("survivors.yaml")),
    "people": sorted((TESTS / "crowd").glob("*.yaml")),
}


@pytest.mark.parametrize("kind", SCRIPT_FILES)
def test_the_testers_files_fit_their_schemas(kind: str) -> None:
    schema = script_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    reading = jsonschema.Draft202012Validator(schema)
    assert SCRIPT_PLACES[kind]
    for path in SCRIPT_PLACES[kind]:
        value = Loaded(path.name, path.read_text(encoding="utf-8")).value
        assert [f"{path}: {e.json_path} {e.message}" for e in reading.iter_errors(value)] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("script", "title: T\nchat:\n  - tapp: a\n"),
        ("script", "title: T\nchat:\n  - {bot: {ask: a, say: b}}\n"),
        ("script", "title: T\nchat: [{tap: a}]\nexpect: {level: selfcare}\n"),
        ("script", "title: T\nchat: [{tap: a}]\ncases: {file: [1], fle: x}\n"),
        ("script", "chat: [{tap: a}]\n"),
        ("fragments", "a:\n  - {late: 3 days}\n"),
        ("survivors", "survivors: [{why: because}]\n"),
        ("people", "- {person: A}\n"),
        ("people", "- {person: A, facts: {}, tap: rest}\n"),
    ],
)
def test_editors_underline_slips_in_the_testers_files(kind: str, text: str) -> None:
    value = Loaded("a.yaml", text).value
    assert list(jsonschema.Draft202012Validator(script_schema(kind)).iter_errors(value))


@pytest.mark.parametrize(
    "text",
    [
        "title: T\nchat: [$step, {bot: {ask: $a, buttons: $n}}, {auto: $all}]\nexpect: {level: $level, turns: $n}\n",
        "title: T\nnow: 2026-11-20T18:00\nchat: [{me: 4}]\ncases: {file: boundary.csv}\nexpect: {turns: {max: 3}}\n",
    ],
)
def test_a_name_of_a_table_may_stand_for_any_value(text: str) -> None:
    assert not list(jsonschema.Draft202012Validator(script_schema("script")).iter_errors(Loaded("a", text).value))


def test_schema_prints_one_kind_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "triage"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "triage.yaml"
    assert main(["schema"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {*FILES, *SCRIPT_FILES}
    assert main(["schema", "people"]) == 0
    assert json.loads(capsys.readouterr().out) == script_schema("people")


def test_schema_writes_files_and_says_how_editors_find_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--write", str(tmp_path / "schemas")]) == 0
    said = capsys.readouterr().out
    for kind in FILES:
        path = tmp_path / "schemas" / f"{kind}.schema.json"
        assert json.loads(path.read_text(encoding="utf-8")) == schema_of(kind)
        assert str(path) in said
    for kind in SCRIPT_FILES:
        path = tmp_path / "schemas" / f"{kind}.schema.json"
        assert json.loads(path.read_text(encoding="utf-8")) == script_schema(kind)
    assert "# yaml-language-server: $schema=" in said
    mapping = json.loads(editor_settings(tmp_path, SCRIPT_FILES))["yaml.schemas"]
    assert mapping[str(tmp_path / "texts.schema.json")] == "**/flows/*/texts.*.yaml"
    assert mapping[str(tmp_path / "people.schema.json")] == ["**/crowd/**/*.yaml"]


def test_a_folder_that_cannot_be_written_is_a_plain_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("not a folder")
    assert main(["schema", "--write", str(tmp_path / "taken")]) == 2
    assert "taken" in capsys.readouterr().err


# --- the manual's tables ----------------------------------------------------------------------------------------------


def test_the_tables_of_the_manual_are_current() -> None:
    manual = (FLOWS / "README.md").read_text(encoding="utf-8")
    assert with_tables(manual) == manual, "run: symptom-bot schema --manual flows/README.md"


def test_tables_are_put_between_their_markers_and_nothing_else_changes(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert write_tables(path)
    text = path.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "| `unsure_as` | name |  |" in text
    assert "| `when` | condition | **needed** | Fires only when this is surely true. |" in text
    assert not write_tables(path)


def test_a_manual_without_markers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "README.md"
    path.write_text("nothing here\n")
    with pytest.raises(NoMarkers):
        write_tables(path)
    assert main(["schema", "--manual", str(path)]) == 2
    assert path.read_text() == "nothing here\n"
    assert BEGIN in capsys.readouterr().err
