"""`symptom-bot replay`, `record`, `script` and `load` given wrongly, or with a bot that breaks: one line, no traceback."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.core.conversation.events import Commanded
from bot.replay.playing import memory
from bot.replay.playing.run import failure, run_all, run_text
from bot.replay.playing.ways import MemoryWay
from bot.replay.script.flows import Only
from bot.replay.script.reading import read_scripts
from bot.replay.walks import walking as walk
from bot.replay.walks.laws import FOR_EMERGENCIES
from tests.support.places import FLOWS
from tests.support.talking import sprain


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'chat.db'}")
    monkeypatch.setenv("FLOWS_DIR", str(FLOWS))


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


@pytest.mark.slow
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


def test_no_words_can_be_kept_of_a_stored_chat(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, said = run(capsys, "record", "a.yaml", "--chat", "telegram:1", "--keep-words")
    assert code == 2
    assert "A stored chat keeps no words" in said


def test_a_chat_in_which_nothing_was_said_is_not_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("quit\n"))
    code, said = run(capsys, "record", "a.yaml")
    assert (code, "Nothing was said" in said, (tmp_path / "a.yaml").exists()) == (1, True, False)


def test_less_than_no_walks_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "script", "--random", -3)
    assert (code, "at least one walk" in said) == (2, True)


def test_a_deviation_in_a_fragment_names_the_script_and_where_it_uses_it(tmp_path: Path) -> None:
    (tmp_path / "fragments.yaml").write_text("outer:\n  - use: inner\ninner:\n  - bot: danger\n  - tap: no_such\n")
    (tmp_path / "fragments.yaml").write_text("outer:\n  - use: inner\ninner:\n  - bot: danger\n  - bot: age\n")
    (tmp_path / "a.yaml").write_text("title: A\nchat:\n  - bot: danger\n  - use: outer\nexpect: {at: age}\n")
    scripts = read_scripts([tmp_path], Only(sprain()))
    assert not scripts.findings, [str(f) for f in scripts.findings]
    (outcome,) = run_all(scripts, [MemoryWay()])
    text = failure(outcome)
    assert f"FAILED  A  (memory)  {tmp_path / 'a.yaml'}:1:8" in text
    assert f"{tmp_path / 'fragments.yaml'}:4:10  (used at {tmp_path / 'a.yaml'}:4:10)" in text


def test_a_level_that_fell_on_a_walk_is_expected_to_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script of such a failure fails as long as the bot does, and passes once it is mended."""
    whole = memory.step

    def forgetful(flow: Any, session: Any, event: Any, now: Any) -> Any:
        turn = whole(flow, session, event, now)
        if isinstance(event, Commanded) and session.latch is not None:
            turn = dataclasses.replace(turn, session=turn.session.but(latch=None, answers={}))
        return turn

    monkeypatch.setattr(memory, "step", forgetful)
    broken = walk.again(sprain(), [{"tap": "cold_pale_foot"}, {"command": "help"}])
    assert broken is not None
    assert broken.law == FOR_EMERGENCIES
    text = walk.as_script(sprain(), broken, "A walk")
    assert "level: emergency" in text
    outcome = run_text(text, Path("walk.yaml"), sprain())
    assert outcome is not None
    assert not outcome.passed
    monkeypatch.setattr(memory, "step", whole)
    outcome = run_text(text, Path("walk.yaml"), sprain())
    assert outcome is not None
    assert outcome.passed


# --- what is chosen, and how it is told -------------------------------------------------------------------------------

TO_ONSET = "{auto: {}, until: onset}"
WRONG = "{auto: {}, until: pain}"


def test_one_broken_script_does_not_stop_the_others_and_is_in_the_list(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script(tmp_path, TO_ONSET, "a")
    script(tmp_path, WRONG, "b")
    (tmp_path / "c.yaml").write_text("title: C\nflow: back_spasm\nchat: [{tapp: x}]\n")
    code, said = run(capsys, "replay", ".", "--brief")
    assert code == 1
    assert said.splitlines()[-5:-1] == ["", "Failed:", "  b.yaml:4  Case b", "  c.yaml:3  cannot be read"]
    assert said.splitlines()[-1].startswith("memory: 1 passed, 1 FAILED; 1 cannot be read")
    failed = said[said.index("FAILED  Case b") : said.index("\n\nFailed:")]
    assert len(failed.splitlines()) <= 10


def test_what_failed_is_played_again_until_it_passes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script(tmp_path, TO_ONSET, "a")
    script(tmp_path, WRONG, "b")
    assert run(capsys, "replay", ".", "--jobs", 2)[0] == 1
    code, said = run(capsys, "replay", ".", "--failed")
    assert (code, said.splitlines()[-1][:26]) == (1, "memory: 0 passed, 1 FAILED")
    script(tmp_path, TO_ONSET, "b")
    code, said = run(capsys, "replay", ".", "--failed")
    assert (code, "memory: 1 passed" in said) == (0, True)
    assert run(capsys, "replay", ".", "--failed") == (0, "Nothing failed last time.\n")
    assert (tmp_path / "build" / "replayed.json").is_file()


def test_a_folder_that_cannot_be_written_is_a_line_and_the_scripts_are_played(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script(tmp_path, TO_ONSET)
    (tmp_path / "taken").write_text("")
    code, said = run(capsys, "replay", "a.yaml", "--build", "taken")
    assert (code, "memory: 1 passed" in said, "is not kept for --failed" in said) == (0, True, True)
    code, said = run(capsys, "replay", "a.yaml", "--html", "taken/page.html")
    assert (code, "cannot be written" in said) == (2, True)


def test_words_choose_and_words_that_choose_nothing_are_wrong_usage(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script(tmp_path, TO_ONSET, "a")
    script(tmp_path, WRONG, "b")
    code, said = run(capsys, "replay", ".", "-k", "A.YAML case")
    assert (code, "memory: 1 passed" in said) == (0, True)
    assert run(capsys, "replay", ".", "-k", "nowhere")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--watch", "--coverage"], "--watch plays in memory, by itself: leave out --coverage."),
        (["--watch", "--through", "reload", "--jobs", 2], "leave out --through, --jobs."),
        (["--watch", "--update"], "leave out --update."),
        (["--update", "--junit", "a.xml"], "leave out --junit."),
        (["--mutate", "-k", "a"], "leave out -k and --failed."),
    ],
)
def test_what_does_not_go_together_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[object], why: str
) -> None:
    script(tmp_path, TO_ONSET)
    code, said = run(capsys, "replay", "a.yaml", *arguments)
    assert (code, why in said) == (2, True), said


def test_a_score_is_not_counted_while_scripts_cannot_be_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script(tmp_path, TO_ONSET)
    (tmp_path / "c.yaml").write_text("title: C\nchat: [{tapp: x}]\n")
    code, said = run(capsys, "replay", ".", "--mutate")
    assert (code, "Mend the scripts that cannot be read first" in said, "mutation score" in said) == (1, True, False)
