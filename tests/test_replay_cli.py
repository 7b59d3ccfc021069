"""`symptom-bot replay`, `record`, `script` and `load` given wrongly, or with a bot that breaks: a line that says what, no traceback."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from talking import sprain

from bot.cli import main
from bot.replay.flows import Only
from bot.replay.reading import read_scripts
from bot.replay.run import failure, run_all
from bot.replay.ways import MemoryWay

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'chat.db'}")
    monkeypatch.setenv("FLOWS_DIR", str(ROOT / "flows"))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(a) for a in arguments])
    out = capsys.readouterr()
    assert "Traceback" not in out.out + out.err
    return code, out.out + out.err


def script(folder: Path, chat: str, name: str = "a") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"title: Case {name}\nflow: back_spasm\nchat: [{chat}]\nexpect: {{at: onset}}\n", encoding="utf-8")
    return path


def test_recording_a_flow_that_is_not_there_names_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "record", "a.yaml", "--flow", "nope")
    assert (code, "nope" in said, "back_spasm" in said) == (2, True, True)


def test_load_says_what_it_leaves_out_and_stops_where_nothing_is_left(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    moving = script(tmp_path, "{later: 3 days}, {auto: {}, until: onset}")
    code, said = run(capsys, "load", "--scripts", moving, "--chats", 1)
    assert (code, "1 of 1 scripts are left out" in said, "No script is left" in said) == (2, True, True)
    still = script(tmp_path, "{auto: {}, until: onset}", "b")
    code, said = run(capsys, "load", "--scripts", moving, still, "--chats", 1)
    assert code == 0
    assert "1 of 2 scripts are left out: they move the clock or the bot" in said
    assert "0 scripts failed" in said


def test_a_bot_that_breaks_fails_its_own_script_only(tmp_path: Path) -> None:
    flow = sprain()
    words = flow.texts["en"]
    spoiled = words.model_copy(update={"system": {**words.system, "cant_read": "{0.nothing}"}})
    for name, chat in (("a", "{bot: danger}, {send: sticker}"), ("b", "{bot: danger}")):
        (tmp_path / f"{name}.yaml").write_text(f"title: Case {name}\nchat: [{chat}]\nexpect: {{at: danger}}\n")
    scripts = read_scripts([tmp_path], Only(dataclasses.replace(flow, texts={"en": spoiled})))
    assert not scripts.findings
    broken, whole = run_all(scripts, [MemoryWay()])
    assert whole.passed
    assert not broken.passed
    (deviation,) = broken.deviations
    assert str(deviation.place) == f"{tmp_path / 'a.yaml'}:2:30"
    assert deviation.expected == "a bot that does not break"
    text = failure(broken)
    assert "(sticker)" in text
    assert "Traceback" in text
