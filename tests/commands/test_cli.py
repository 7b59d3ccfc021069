"""The command line as people meet it: what it prints, what it exits with, and that bad input never ends in a traceback."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app import clock, open_service
from bot.cli import main
from bot.core.conversation.events import Started
from bot.library import load_flow
from bot.settings import read_settings
from bot.store import open_store
from tests.support.places import FLOWS, ROOT, TESTS
from tests.support.proved_once import ProvedOnce
from tests.support.service_chat import Chat


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'chat.db'}")
    monkeypatch.setenv("FLOWS_DIR", str(FLOWS))
    monkeypatch.setattr("bot.check.proof.own_process.ProofProcess", ProvedOnce)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    return code, out.out, out.err


def chats(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *lines: str, now: str = "18:00") -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    code, out, err = run(capsys, "chat", "--now", f"2026-11-20T{now}")
    assert code == 0, err
    return out


# --- chat --------------------------------------------------------------------------------------------------------------


def test_a_chat_comes_to_advice(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    out = chats(
        monkeypatch, capsys, "1", "44", "0", "0", "0", "0", "0", "yesterday", "lifting boxes", "1", "done", "0",
        "slower", "bending and lifting", "a minute", "yes", "4", "yes",
    )  # fmt: skip
    assert "You can look after this yourself for now" in out
    assert "not yet checked by a clinician" in out


def test_an_interrupted_chat_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    chats(monkeypatch, capsys, "1", "44", "0", "0")
    out = chats(monkeypatch, capsys, now="18:10")
    assert "In the last weeks" in out
    assert "Who is this for?" not in out


def test_an_empty_line_is_no_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    out = chats(monkeypatch, capsys, "1", "44", "", "  ", "", "0")
    assert "Sorry, " not in out
    assert "Since the pain began, any of these" in out


def test_numbers_stand_only_where_they_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = chats(monkeypatch, capsys, "1", "44", "1", "/forget", "no, keep", "I can't pee", "1")
    assert "1 I'm getting help" in out
    assert "Yes, erase \u00b7 No, keep" in out
    out = chats(monkeypatch, capsys, "/forget", "yes, erase")
    assert "Erased." in out
    out = chats(monkeypatch, capsys, "1", "my chest hurts")
    assert "Yes \u00b7 No \u00b7 Not sure" in out


def test_an_emergency_is_answered_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    out = chats(monkeypatch, capsys, "1", "44", "2")
    assert "Go to an emergency department now" in out


def test_a_typed_red_flag_is_answered_in_any_state(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = chats(monkeypatch, capsys, "1", "44", "0", "0", "0", "i cant pee since this morning", "yes")
    assert "Go to an emergency department now" in out


def test_ten_thousand_characters_and_emoji(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    out = chats(monkeypatch, capsys, "1", "44", "x" * 10_000, "😀🦴")
    assert "line by line" in out


def test_a_database_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "chat.db").write_text("this is no database, but somebody's diary\n" * 100)
    code, _, err = run(capsys, "chat")
    assert code == 2
    assert "chat.db" in err
    assert "diary" in (tmp_path / "chat.db").read_text()


def test_a_database_of_a_newer_release(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(capsys, "erase", "--chat", "terminal:nobody")
    with sqlite3.connect(tmp_path / "chat.db") as db:
        db.execute("UPDATE symptom_bot_version SET version_num = '9999'")
    code, _, err = run(capsys, "chat")
    assert code == 2
    assert "newer" in err


def test_an_unknown_flow_and_language(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "chat", "back_spam")
    assert code == 2
    assert 'Did you mean "back_spasm"?' in err
    code, _, err = run(capsys, "chat", "--lang", "xx")
    assert code == 2
    assert "no language" in err


def test_erase(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    chats(monkeypatch, capsys, "1", "0")
    assert run(capsys, "erase", "--chat", "terminal:back_spasm")[0] == 0
    assert run(capsys, "erase", "--chat", "terminal:back_spasm")[0] == 1
    assert "Who is this for?" in chats(monkeypatch, capsys)


def test_erase_takes_a_bare_number_for_a_telegram_chat(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    settings = read_settings()
    with open_store(settings.database_url, access="guest") as store:
        Chat(open_service(settings, store, clock, FLOWS, unsafe=True), "telegram:123").does(Started())
    code, out, _ = run(capsys, "erase", "--chat", "123")
    assert (code, out) == (0, "Everything kept of telegram:123 is erased.\n")


# --- triage ------------------------------------------------------------------------------------------------------------


def test_triage_of_one_answer_set(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"answers": {"age": 52, "onset": 14}, "facts": {"fever": True}}))
    code, out, _ = run(capsys, "triage", "back_spasm", "--answers", "a.json", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["level"] == "same_day"
    assert {"rule", "level", "because"} == set(found["rules"][0])
    assert "pain" in found["assumed"]
    assert found["unused"] == []
    assert found["advice"]


def test_triage_of_a_list_prints_an_object_a_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases = [
        {"facts": {"saddle_numbness": True}},
        {"answers": {"pain": 99}},
        {"answers": {"onset": {"min": 8, "max": 13}}},
    ]
    (tmp_path / "a.yaml").write_text(json.dumps(cases))
    code, out, err = run(capsys, "triage", "back_spasm", "--answers", "a.yaml")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert lines[0]["level"] == "emergency"
    assert "out of range" in lines[1]["error"]
    assert lines[2]["level"] == "self_care"
    assert "answer set 2" in err


def test_triage_says_what_it_does_not_know(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"facts": {"fevr": true}}')
    code, out, err = run(capsys, "triage", "back_spasm", "--answers", "a.json", "--json")
    assert code == 0
    assert json.loads(out)["unused"] == ["fevr"]
    assert 'Did you mean "fever"?' in err


def test_triage_of_a_file_nested_without_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 200_000)
    code, _, err = run(capsys, "triage", "back_spasm", "--answers", "a.json")
    assert code == 2
    assert "nested too deeply" in err


def test_triage_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "triage", "back_spasm", "--answers", "nothing.json")[0] == 2


def test_a_range_that_a_condition_tells_apart_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"answers": {"onset": {"min": 20, "max": 40}}}')
    code, _, err = run(capsys, "triage", "back_spasm", "--answers", "a.json")
    assert code == 1
    assert "narrower" in err


# --- flows -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow  # `.ci/run` runs this very command
def test_the_shipped_flow_checks_clean(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "back_spasm")
    assert code == 0, out + err
    assert "structure     ok" in out


@pytest.mark.parametrize(
    ("name", "text"),
    [("triage.yaml", "rules: [\n  - {"), ("triage.yaml", ""), ("advice.yaml", "lines: 3"), ("interview.yaml", "\t- x")],
)
def test_a_broken_file_is_a_finding_with_a_place(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, text: str
) -> None:
    shutil.copytree(TESTS / "flows" / "sprain", tmp_path / "sprain")
    (tmp_path / "sprain" / name).write_text(text)
    code, out, err = run(capsys, "check", "./sprain")
    assert code == 1
    assert f"{name}:" in out + err


def test_a_flow_without_words_is_refused_for_chat(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shutil.copytree(TESTS / "flows" / "sprain", tmp_path / "sprain")
    (tmp_path / "sprain" / "texts.en.yaml").unlink()
    code, _, err = run(capsys, "chat", "./sprain")
    assert code == 1
    assert "texts.en.yaml" in err
    assert not (tmp_path / "sprain" / "texts.en.yaml").exists()


def test_one_broken_flow_does_not_take_the_others_down(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FLOWS, tmp_path / "all")
    shutil.copytree(TESTS / "flows" / "sprain", tmp_path / "all" / "sprain")
    (tmp_path / "all" / "sprain" / "triage.yaml").write_text("")
    monkeypatch.setenv("FLOWS_DIR", str(tmp_path / "all"))
    assert "Who is this for?" in chats(monkeypatch, capsys)


def test_the_graph_is_the_spine(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "graph", "back_spasm")
    assert code == 0
    assert out.startswith("flowchart TD")
    flow = load_flow(FLOWS / "back_spasm")
    (spine,) = [line for line in out.splitlines() if line.count(" --> ") > 5]
    assert spine.strip().split(" --> ") == [*flow.questions, "ADVICE"]
    assert '    dark_urine_more(["<b>dark_urine_more</b><br>' in out, "a question that is asked of some keeps its name"
    assert "    warning -. decides .-> dark_urine_more" in out
    assert "    nerves ==> EMERGENCY{{emergency}}" in out
    assert len(out.splitlines()) < 150


def test_the_whole_graph_is_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "graph", "back_spasm", "--all")
    assert code == 0
    assert out.startswith("stateDiagram-v2")
    assert "nerves --> EMERGENCY" in out
    assert "[*] --> for_whom" in out


def test_evidence_without_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "evidence", "--documents", "nowhere")
    assert code == 2
    assert "nowhere" in err


def test_evidence_with_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    documents = ROOT.parent / "shared" / "documents"
    if not documents.is_dir():
        pytest.skip("the source documents are not here")
    code, out, _ = run(capsys, "evidence", "--documents", str(documents))
    assert code == 0, out


def test_a_wrong_setting_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEZONE", "Mars/Olympus")
    code, _, err = run(capsys, "chat")
    assert code == 2
    assert err.count("\n") == 1
    assert "TIMEZONE" in err


def test_usage_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["chat", "--nonsense"])
    assert stopped.value.code == 2
    assert main([]) == 2


# --- safety ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def unsafe_flow(tmp_path: Path) -> Path:
    """The small flow, after somebody dropped a red flag from its emergency rule."""
    folder = tmp_path / "sprain"
    shutil.copytree(TESTS / "flows" / "sprain", folder)
    triage = folder / "triage.yaml"
    text = triage.read_text()
    assert text.count(", foot_wont_move)") == 1
    triage.write_text(text.replace(", foot_wont_move)", ")"))
    return folder


def test_a_flow_that_fails_a_safety_property_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], unsafe_flow: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n0\n0\n"))
    code, out, err = run(capsys, "chat", "./sprain")
    assert code == 1
    assert "safety.yaml:" in err
    assert "Is any of these so?" not in out


def test_unsafe_marks_every_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], unsafe_flow: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n0\n0\n"))
    code, out, _ = run(capsys, "chat", "./sprain", "--unsafe")
    assert code == 0
    assert out.count("symptom-bot  Unsafe version") == out.count("symptom-bot  ") == 4


def test_a_flow_may_be_a_link_to_a_folder_of_another_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(FLOWS / "back_spasm", tmp_path / "releases" / "r42")
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "back_spasm").symlink_to(tmp_path / "releases" / "r42")
    monkeypatch.setenv("FLOWS_DIR", str(tmp_path / "flows"))
    assert "Who is this for?" in chats(monkeypatch, capsys)


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_can_be_tried_marked_and_is_stored_nowhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("FLOWS_DIR", str(tmp_path / "flows"))
    (tmp_path / "flows").mkdir()
    assert run(capsys, "add", "flow", "sore_throat")[0] == 0
    monkeypatch.setenv("FLOW", "sore_throat")
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n0\n"))
    code, _, err = run(capsys, "chat", "sore_throat")
    assert code == 1
    assert "FLOW029" in err
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n0\n"))
    code, out, err = run(capsys, "chat", "sore_throat", "--draft")
    assert code == 0, err
    assert "TODO the button for me" in out
    assert out.count("TODO the words of unsafe version") == out.count("symptom-bot  ")
    assert run(capsys, "versions")[0] == 1


def test_what_day_it_is_brings_no_store_along() -> None:
    """`check` asks for the day alone: importing what serves takes a fifth of a second."""
    program = "import sys; from bot.commands.common import today; today(); print({'sqlalchemy', 'bot.store'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout == "set()\n", done.stderr
