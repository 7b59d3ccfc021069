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
from tests.support.flow_edits import BACK_SPASM, SPRAIN, edited_files
from tests.support.places import FLOWS

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

    for kind, schema in all_schemas().items():
        assert without_words(schema, kind) == []
        for name, inner in schema.get("$defs", {}).items():
            assert without_words(inner, name) == []
    assert set(schema_of("texts")["properties"]["system"]["properties"]) == set(SYSTEM)


def test_schema_prints_one_kind_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "triage"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "triage.yaml"
    assert main(["schema"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(FILES)


def test_schema_writes_files_and_says_how_editors_find_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--write", str(tmp_path / "schemas")]) == 0
    said = capsys.readouterr().out
    for kind in FILES:
        path = tmp_path / "schemas" / f"{kind}.schema.json"
        assert json.loads(path.read_text(encoding="utf-8")) == schema_of(kind)
        assert str(path) in said
    mapping = json.loads(editor_settings(tmp_path))["yaml.schemas"]
    assert mapping[str(tmp_path / "texts.schema.json")] == "**/flows/*/texts.*.yaml"


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
