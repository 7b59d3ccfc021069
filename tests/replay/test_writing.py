"""Scripts made of chats: recorded while they go, told of stored ones, and written so that YAML reads them back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.conversation.events import Started, Typed
from bot.core.flow.compiled import Flow
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import failure, run_all
from bot.replay.playing.ways import MemoryWay
from bot.replay.recording.record import Recording
from bot.replay.recording.retelling import stored_script
from bot.replay.script.reading import Scripts, read_scripts
from bot.replay.script.writing import Exists, save, script_text
from tests.support.scripts import FLOW_FOLDERS
from tests.support.talking import NOW, Person, sprain


def replayed(text: str, folder: Path) -> Played:
    """The text as a script, run in memory."""
    folder.mkdir(exist_ok=True)
    path = folder / "recorded.yaml"
    path.write_text(text, encoding="utf-8")
    scripts = read_scripts([path], FLOW_FOLDERS)
    assert not scripts.findings, [str(f) for f in scripts.findings]
    (outcome,) = run_all(scripts, [MemoryWay()])
    return outcome


def test_a_recorded_chat_is_a_script_without_the_words_that_were_typed(tmp_path: Path) -> None:
    person = Person(sprain())
    recording = Recording(sprain(), NOW)
    recording.turn(Started(), person.session)
    for words in ("Me", "None of these", "0", "I live in Lima", "43", "Thin bones", "done", "in Lima again"):
        person.does(Typed(words))
        recording.turn(Typed(words), person.session)
    text = recording.script("Recorded")
    assert "Lima" not in text
    assert "43" not in text
    outcome = replayed(text, tmp_path / "sprain")
    assert outcome.passed, text + failure(outcome)
    assert outcome.standing.answers["health"].yes == {"thin_bones"}
    assert "tap: adult" in text


def test_words_are_kept_on_request() -> None:
    person = Person(sprain())
    recording = Recording(sprain(), NOW, keep_words=True)
    recording.turn(Started(), person.session)
    person.does(Typed("Me"))
    recording.turn(Typed("Me"), person.session)
    assert "me: Me" in recording.script("Recorded")


@pytest.mark.ci
def test_a_stored_chat_replays_to_where_it_stood(tmp_path: Path, shipped: tuple[Scripts, list[Played], Flow]) -> None:
    _, outcomes, flow = shipped
    for number, outcome in enumerate(outcomes):
        session = outcome.handled[-1].turn.session
        if number % 9 or not session.consented or session.at not in ("ADVICE", "EMERGENCY"):
            continue
        again = replayed(stored_script(flow, session, "Stored"), tmp_path / "back_spasm")
        assert again.passed, outcome.case.title + failure(again)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    save(path, "x")
    with pytest.raises(Exists):
        save(path, "y")
    assert path.read_text() == "x"


def test_values_that_yaml_would_misread_are_quoted(tmp_path: Path) -> None:
    steps = [
        {"me": "yes"},
        {"me": "12:30"},
        {"me": "4"},
        {"me": "a: b, [c] #d"},
        {"answer": {"danger": "none_of_these"}},
    ]
    text = script_text("On: off", "sprain", NOW, steps, {"at": "warning"})
    (tmp_path / "s.yaml").write_text(text)
    scripts = read_scripts([tmp_path / "s.yaml"], FLOW_FOLDERS)
    assert not scripts.findings, text
    (case,) = scripts.cases
    assert case.title == "On: off"
    assert [line.step.me for line in case.lines][:4] == ["yes", "12:30", "4", "a: b, [c] #d"]
