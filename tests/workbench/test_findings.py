"""Findings on save: what is there at once and what follows, whom an edit moves on both phones, and that the newest edit wins."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing import Pipe
from pathlib import Path

import pytest

from bot.core.flow.reading import content_hash
from bot.library import read_files
from bot.workbench.checking.bases import AT_THE_START, HELD_LAST
from bot.workbench.checking.results import Base, Checked, Job
from bot.workbench.checking.stages import READY, Work, _serve
from tests.support.flow_edits import SPRAIN, write
from tests.support.operators_page import Operator
from tests.support.workbench import Opened, opened_in_thread, until_so

pytestmark = pytest.mark.ci


def checked_of(bench: Opened) -> Checked:
    """What is known of the newest save."""
    assert bench.desk is not None
    return bench.desk.checked


def on_disk(bench: Opened) -> str:
    """The hash of what stands on the disk."""
    assert bench.desk is not None
    return content_hash(read_files(bench.desk.flow_folder)[0])


def at_once(bench: Opened) -> Checked:
    """Wait for what is there at once, of what stands on the disk now."""
    version = on_disk(bench)
    until_so(
        lambda: (
            checked_of(bench).version == version
            and not set(checked_of(bench).running) & {"structure", "safety", "moved"}
        )
    )
    return checked_of(bench)


def whole(bench: Opened) -> Checked:
    """Wait for everything."""
    until_so(lambda: checked_of(bench).version == on_disk(bench) and not checked_of(bench).running, 180)
    return checked_of(bench)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Opened]:
    """A workbench in a thread, on a copy of the small flow, that checks what is saved."""
    write(SPRAIN, tmp_path / "flows")
    with opened_in_thread(tmp_path, "sprain", checks=True) as opened:
        yield opened


@pytest.fixture
def edited(bench: Opened) -> tuple[Opened, Path]:
    """A workbench whose flow was checked once, and its rules."""
    at_once(bench)
    return bench, bench.folder / "flows" / "sprain" / "triage.yaml"


def swap(file: Path, old: str, new: str) -> None:
    """One edit, as an editor saves it."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def lower_the_fever(rules: Path) -> None:
    swap(rules, "when: fever\n    level: same_day", "when: fever\n    level: see_soon")


def test_a_sound_flow_holds_and_becomes_what_held_last(edited: tuple[Opened, Path]) -> None:
    bench, _ = edited
    found = whole(bench)
    assert found.broken == {}
    assert found.walk is not None
    assert found.walk.broken == ()
    assert bench.desk is not None
    flow = bench.desk.look().flow
    state = found.state(flow)
    assert state == ("good", "all holds"), bench.get("/findings").text
    until_so(lambda: bench.desk is not None and bench.desk.bases.held is not None)
    assert bench.desk.bases.choose(HELD_LAST).files == read_files(bench.desk.flow_folder)[0]
    assert "all holds" in bench.get("/state").text


def test_an_edit_says_whom_it_moves_and_what_is_not_safe_any_more(edited: tuple[Opened, Path]) -> None:
    bench, rules = edited
    lower_the_fever(rules)
    found = at_once(bench)
    assert found.moved is not None
    assert found.moved.found is not None
    assert [(m.old, m.new) for m in found.moved.found.moves] == [("same_day", "see_soon")]
    said = bench.get("/findings").text
    assert "LOWERED" in said
    assert "how it stood when the workbench began" in said
    assert "triage.yaml:" in said


def test_both_phones_of_who_is_moved_end_otherwise(edited: tuple[Opened, Path]) -> None:
    bench, rules = edited
    lower_the_fever(rules)
    at_once(bench)
    before, _, now = bench.get("/findings/phones/moved/0").text.partition("as it stands now")
    assert before.count("<p") > 5
    last = [part.rpartition('class="title"')[2] for part in (before, now)]
    assert last[0] != last[1]
    assert "no longer among" in bench.get("/findings/phones/moved/7").text


def test_the_phone_starts_from_a_patient_that_was_found(edited: tuple[Opened, Path]) -> None:
    bench, rules = edited
    lower_the_fever(rules)
    at_once(bench)
    assert bench.post("/findings/start/moved/0").headers["Location"] == "/phone"
    assert bench.desk is not None
    assert bench.desk.phone is not None
    assert bench.desk.phone.session.at == "ADVICE"
    assert bench.post("/findings/start/moved/99").headers["Location"] == "/findings"


def test_other_words_move_nobody_and_stand_side_by_side(edited: tuple[Opened, Path]) -> None:
    bench, rules = edited
    texts = rules.with_name("texts.en.yaml")
    swap(texts, "    why: ", "    why: Because. ")
    found = at_once(bench)
    assert found.safety is not None
    assert found.safety.version == on_disk(bench)
    assert found.moved is not None
    assert found.moved.found is not None
    assert found.moved.found.moves == ()
    assert len(found.moved.found.words) == 1
    assert "Because." in bench.get("/findings").text


def test_what_may_still_say_a_number_that_moved_stands_below_its_rule(edited: tuple[Opened, Path]) -> None:
    bench, rules = edited
    swap(rules, "when: times_before >= 3", "when: times_before >= 4")
    swap(rules, "times_before < 3", "times_before < 4")
    choices = rules.with_name("interview.yaml")
    swap(choices, "min: 1, max: 2}", "min: 1, max: 3}")
    swap(choices, "{id: often, min: 3}", "{id: often, min: 4}")
    swap(rules.with_name("texts.en.yaml"), "Once or twice", "Once to three times")
    swap(rules.with_name("evidence.yaml"), "Some signs need", "From 3 times on some signs need")
    found = at_once(bench)
    assert found.moved is not None
    said = bench.get("/findings").text
    assert "rule comes_back: times_before 3 -&gt; 4" in said
    assert "From 3 times on some" in said.partition("may still say the old one")[2].partition("Other words")[0]


def test_a_slip_keeps_the_page_and_says_where_it_is(edited: tuple[Opened, Path]) -> None:
    bench, rules = edited
    swap(rules, "when: fever\n", "when: fevr\n")
    until_so(lambda: "Did you mean" in bench.get("/findings").text)
    assert "danger_sign" in bench.get("/rules").text
    swap(rules, "when: fevr\n", "when: fever\n")
    until_so(lambda: "Did you mean" not in bench.get("/findings").text)


def test_the_newest_edit_wins(edited: tuple[Opened, Path]) -> None:
    bench, rules = edited
    for level in ("see_soon", "emergency", "see_soon", "emergency"):
        text = rules.read_text(encoding="utf-8")
        head, _, rest = text.partition("  - rule: bent_shape\n    when: surely crooked\n    level: ")
        rules.write_text(
            f"{head}  - rule: bent_shape\n    when: surely crooked\n    level: {level}\n{rest.partition(chr(10))[2]}"
        )
        until_so(lambda: checked_of(bench).version == on_disk(bench))
    found = at_once(bench)
    assert found.moved is not None
    assert found.moved.found is not None
    assert ("same_day", "emergency") in {(m.old, m.new) for m in found.moved.found.moves}


def test_a_process_at_work_stops_at_a_sign_and_then_listens_for_the_newer_job() -> None:
    """It tells more than fits into the line, while we tell it something: neither waits for the other for ever."""
    here, there = Pipe()
    begun, goes_on = threading.Event(), threading.Event()

    def much() -> str:
        begun.set()
        goes_on.wait(30)
        return "x" * 5_000_000

    def stages(job: Job) -> Iterator[Work]:
        yield from ((f"{job.number}", much), ("never", much))

    job = Job(1, "flows/sprain", {}, Base("", None), "")
    process = threading.Thread(target=_serve, args=(there, stages), daemon=True)
    try:
        process.start()
        assert here.recv().name == READY
        here.send(job)
        assert begun.wait(30)
        here.send(None)
        goes_on.set()
        assert (here.recv().name, here.recv().name) == ("1", READY)
        here.send(job._replace(number=2))
        assert here.recv().name == "2"
    finally:
        here.close()
        process.join(30)
        gc.enable()
    assert not process.is_alive()


def test_a_process_that_dies_is_told_and_begun_anew(edited: tuple[Opened, Path]) -> None:
    bench, rules = edited
    assert bench.desk is not None
    assert bench.desk.checker is not None
    for process in bench.desk.checker.processes():
        os.kill(process, signal.SIGKILL)
    lower_the_fever(rules)
    until_so(
        lambda: checked_of(bench).version == on_disk(bench) and not set(checked_of(bench).running) & {"safety", "moved"}
    )
    if checked_of(bench).broken:
        assert "ended" in bench.get("/findings").text
        swap(rules, "# end", "# end") if "# end" in rules.read_text() else rules.write_text(
            rules.read_text() + "# once more\n"
        )
        assert at_once(bench).broken == {}


def test_a_base_that_is_not_there_is_told(edited: tuple[Opened, Path]) -> None:
    bench, _ = edited
    bench.post("/findings/base", {"revision": "no-such-branch"})
    at_once(bench)
    said = bench.get("/findings").text
    assert "git" in said
    bench.post("/findings/base", {"base": AT_THE_START})
    at_once(bench)
    assert "Nothing differs." in bench.get("/findings").text


def test_an_operator_edits_and_sees_it_without_reloading(operator: Operator, bench: Opened) -> None:
    page = operator.open("findings").page
    page.wait_for_selector(".stages li.done >> nth=2", timeout=60_000)
    assert operator.barriers() == []
    lower_the_fever(bench.folder / "flows" / "sprain" / "triage.yaml")
    page.wait_for_selector("text=LOWERED", timeout=60_000)
    page.get_by_role("button", name="Both phones").click()
    page.wait_for_selector(".two-phones .screen")
    assert operator.barriers() == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert operator.wider_than_the_window() <= 0
    operator.open("spine?colour=difference")
    assert page.locator(".marked.changed").count() >= 1
    assert operator.barriers() == []
