"""`symptom-bot replay --watch`, as somebody meets it who edits scripts and flows beside it."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import editing
from bot.commands.editing import Watcher
from bot.replay.book.book import Book
from bot.replay.book.records import Records
from tests.support.places import TESTS
from tests.support.scripts import FLOW_FOLDERS, GOOD
from tests.support.watched import WatchedScripts

BAD = GOOD.replace("title: Good", "title: Bad").replace("level: emergency", "level: same_day")
LATER = "title: Later\nchat:\n  - auto: {}\n    until: result\nexpect: {level: self_care, because: [uncomplicated]}\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a copy of the small flow, and scripts of it: one that passes, one that fails, one that is broken."""
    shutil.copytree(TESTS / "flows" / "sprain", tmp_path / "flows" / "sprain")
    scripts = tmp_path / "scripts" / "sprain"
    scripts.mkdir(parents=True)
    (scripts / "good.yaml").write_text(GOOD)
    (scripts / "bad.yaml").write_text(BAD)
    (scripts / "later.yaml").write_text(LATER)
    (scripts / "broken.yaml").write_text("title: Broken\nchat: [{tapp: a}]\n")
    return tmp_path


@pytest.fixture
def watched(place: Path) -> Iterator[WatchedScripts]:
    with WatchedScripts(place, "scripts", flows=place / "flows") as process:
        yield process


def save(place: Path, name: str, text: str) -> None:
    """As editors save: beside, then moved into place."""
    beside = place / "scripts" / "sprain" / f".{name}.new"
    beside.write_text(text)
    beside.replace(place / "scripts" / "sprain" / name)


def test_what_is_edited_is_played_and_ctrl_c_ends(watched: WatchedScripts, place: Path) -> None:
    begun = watched.until("all:")
    assert begun[0] == "3 cases in 3 scripts, 0 known to pass as they are. Ctrl-C ends."
    assert any("broken.yaml:2:9  SCRIPT006" in line for line in begun)
    assert begun[-4:] == [
        "Failed:",
        "  scripts/sprain/bad.yaml:4  Bad",
        "  scripts/sprain/broken.yaml:2  cannot be read",
        "all: 2 passed, 1 FAILED, 1 cannot be read",
    ]
    failure = begun[begun.index("FAILED  Bad  (memory)") : begun.index("Failed:")]
    assert len([line for line in failure if line]) <= 10

    save(place, "bad.yaml", GOOD.replace("title: Good", "title: Bad"))
    came = watched.until("all:")
    assert "--- bad.yaml" in came
    assert any(line.startswith("played: 1 passed") for line in came)
    assert came[-1] == "all: 3 passed, 1 cannot be read"

    save(place, "broken.yaml", LATER.replace("Later", "Mended"))
    assert watched.until("all:")[-1] == "all: 4 passed"

    save(place, "good.yaml", GOOD + "tapp: 1\n")
    came = watched.until("all:")
    assert any("good.yaml:5:1  SCRIPT006" in line for line in came)
    assert came[-1] == "all: 3 passed, 1 cannot be read"

    (place / "scripts" / "sprain" / "good.yaml").unlink()
    assert watched.until("all:")[-1] == "all: 3 passed"

    assert watched.end() == 0
    assert watched.said[-1] == "Ended."
    assert not any("Traceback" in line for line in watched.said)


def test_of_an_edited_flow_what_visits_the_edit_comes_first_and_a_broken_one_is_not_played(
    watched: WatchedScripts, place: Path
) -> None:
    watched.until("all:")
    triage = place / "flows" / "sprain" / "triage.yaml"
    text = triage.read_text()
    assert text.count("rule: danger_sign") == 1
    at = text.index("level: emergency", text.index("rule: danger_sign"))
    triage.write_text(text[:at] + "level: emergncy" + text[at + len("level: emergency") :])
    came = watched.until("This flow cannot be used")
    assert any("triage.yaml" in line and "emergncy" in line for line in came)
    watched.until("all: 2 passed, 1 FAILED")
    words = place / "flows" / "sprain" / "texts.en.yaml"
    triage.write_text(text)
    watched.until("all:")
    told = words.read_text()
    words.write_text(told.replace("    short: For\n", "    short: About\n"))
    came = watched.until("all:")
    assert any("more to play" in line or line.startswith("played: ") for line in came)
    assert came[-1] == "all: 2 passed, 1 FAILED, 1 cannot be read"


def test_a_watch_begins_where_the_last_one_ended(place: Path) -> None:
    with WatchedScripts(place, "scripts", flows=place / "flows") as first:
        first.until("all:")
        assert first.end() == 0
    with WatchedScripts(place, "scripts", "-k", "later", flows=place / "flows") as second:
        begun = second.until("all:")
        assert begun[0] == "1 cases in 1 scripts, 1 known to pass as they are. Ctrl-C ends."
        assert begun[-1] == "all: 1 passed, 1 cannot be read"
        save(place, "good.yaml", GOOD + "# seen\n")
        save(place, "later.yaml", LATER + "# seen\n")
        assert any("later.yaml" in line for line in second.until("played: 1 passed"))


def test_a_table_and_a_fragment_are_watched_too(place: Path) -> None:
    scripts = place / "scripts" / "sprain"
    (scripts / "broken.yaml").unlink()
    (scripts / "table.yaml").write_text(
        "title: T\nchat: [{tap: $sign}]\nexpect: {level: emergency}\ncases: {file: signs.csv}\n"
    )
    (scripts / "signs.csv").write_text("sign\ncold_pale_foot\n")
    (scripts / "fragments.yaml").write_text("go:\n  - tap: cold_pale_foot\n")
    (scripts / "uses.yaml").write_text("title: U\nchat: [{use: go}]\nexpect: {level: emergency}\n")
    with WatchedScripts(
        place, "scripts", "--html", "page.html", "--junit", "page.xml", flows=place / "flows"
    ) as watched:
        watched.until("all: 4 passed, 1 FAILED")
        save(place, "signs.csv", "sign\ncold_pale_foot\nbone_through_skin\n")
        assert any(line.startswith("played: 1 passed") for line in watched.until("all: 5 passed, 1 FAILED"))
        save(place, "fragments.yaml", "go:\n  - tap: none_of_these\n")
        assert any("FAILED  U" in line for line in watched.until("all: 4 passed, 2 FAILED"))
        assert watched.end() == 0
    assert "4 passed, 2 failed" in (place / "page.html").read_text()
    assert 'tests="6" failures="2"' in (place / "page.xml").read_text()


def test_the_newest_edit_is_played_before_what_is_still_to_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "LOOK_EVERY", 0.0)
    folder = tmp_path / "sprain"
    shutil.copytree(TESTS / "conversations" / "sprain", folder)
    for name in ("x", "y"):
        (folder / f"{name}.yaml").write_text(GOOD.replace("title: Good", f"title: {name}"))
    said = io.StringIO()
    watcher = Watcher(Book([folder], FLOW_FOLDERS, Records(None)), "", False, None, None, said)
    watcher.begin(False)
    for name in ("x", "y"):
        (folder / f"{name}.yaml").write_text(BAD.replace("title: Bad", f"title: {name}"))
        watcher.go_on()
    while watcher.now or watcher.later:
        watcher.go_on()
    lines = said.getvalue().splitlines()
    failed = [line for line in lines if line.startswith("FAILED")]
    assert failed == ["FAILED  x  (memory)", "FAILED  y  (memory)"], "each is played once, the edited before the others"
    assert all("more to play" in line for line in lines if line.startswith("played:"))
    assert lines[-1].endswith("2 FAILED")
