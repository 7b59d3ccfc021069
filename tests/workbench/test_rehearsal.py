"""Scripts and people on the workbench: listed, played, the deviating line marked, and what they meet shown on the spine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.flow_edits import SPRAIN, write
from tests.support.operators_page import Operator
from tests.support.places import TESTS
from tests.support.workbench import Opened, opened_in_thread, until_so

pytestmark = pytest.mark.ci
WRONG = "title: Fever is nothing\nchat:\n  - auto: {warning: [fever]}\n    until: result\nexpect:\n  level: self_care\n"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Opened]:
    """A workbench on the small flow, its scripts, one that is wrong and one that is broken."""
    write(SPRAIN, tmp_path / "flows")
    scripts = tmp_path / "scripts" / "sprain"
    shutil.copytree(TESTS / "conversations" / "sprain", scripts)
    (scripts / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    (scripts / "slip.yaml").write_text("title: A slip\nchatt: []\n", encoding="utf-8")
    people = "- person: 30, hobbles\n  facts: {age: 30}\n  says: {}\n  level: self_care\n"
    (tmp_path / "people" / "sprain").mkdir(parents=True)
    (tmp_path / "people" / "sprain" / "some.yaml").write_text(people, encoding="utf-8")
    with opened_in_thread(tmp_path, "sprain") as opened:
        assert opened.desk is not None
        until_so(lambda: opened.desk is not None and opened.desk.rehearsal is not None and opened.desk.rehearsal.read)
        yield opened


def played(bench: Opened, which: str) -> dict[str, int]:
    """Play these, until one of them is found to be wrong and nothing is being played; and how all of them stand then."""
    assert bench.desk is not None
    rehearsal = bench.desk.rehearsal
    assert rehearsal is not None
    bench.post("/tests/play", {"which": which})
    until_so(lambda: rehearsal.progress is None and "failed" in rehearsal.counts())
    return dict(rehearsal.counts())


def test_all_are_played_and_one_broken_script_does_not_stop_the_others(bench: Opened) -> None:
    counts = played(bench, "all")
    assert counts["failed"] == 1
    assert counts["broken"] == 1
    assert counts["passed"] >= 7
    listed = bench.get("/tests").text
    assert listed.index("Fever is nothing") < listed.index('mark good">passed')
    assert "chatt" in listed
    assert "expected" in bench.get("/tests?state=failed").text


def test_what_deviates_is_marked_in_the_script_and_on_the_phone(bench: Opened) -> None:
    played(bench, "all")
    assert bench.desk is not None
    assert bench.desk.rehearsal is not None
    (failed,) = bench.desk.rehearsal.listed("", "failed")
    said = bench.get(f"/tests/{failed.id}").text
    assert "<mark>" in said
    assert "level: self_care" in said.partition("<mark>")[2].partition("</mark>")[0]
    assert "Here the script says otherwise" in said
    assert bench.post(f"/tests/{failed.id}/phone").headers["Location"] == "/phone"
    assert bench.desk.phone is not None
    assert bench.desk.phone.title == "Fever is nothing"
    assert bench.get("/tests/nothing-of-the-kind").headers["Location"] == "/tests"


def test_a_script_that_is_saved_is_played_by_itself(bench: Opened) -> None:
    assert bench.desk is not None
    rehearsal = bench.desk.rehearsal
    assert rehearsal is not None
    file = bench.folder / "scripts" / "sprain" / "wrong.yaml"
    file.write_text(WRONG.replace("self_care", "same_day"), encoding="utf-8")
    until_so(lambda: any(r.title == "Fever is nothing" and r.state == "passed" for r in rehearsal.listed()))


def test_an_edit_of_the_flow_touches_scripts_and_leaves_the_others_for_later(bench: Opened) -> None:
    played(bench, "all")
    assert bench.desk is not None
    rehearsal = bench.desk.rehearsal
    assert rehearsal is not None
    rules = bench.folder / "flows" / "sprain" / "triage.yaml"
    rules.write_text(
        rules.read_text().replace("when: fever\n    level: same_day", "when: fever\n    level: see_soon", 1)
    )
    until_so(lambda: any(r.touched for r in rehearsal.listed()))
    touched = {r.title for r in rehearsal.listed() if r.touched}
    counts = played(bench, "touched")
    assert touched
    assert counts["failed"] >= 1


def test_what_meets_a_question_stands_beside_it_and_on_the_spine(bench: Opened) -> None:
    assert "run them on the Tests pane" in bench.get("/spine?colour=tests").text
    played(bench, "all")
    assert "met by" in bench.get("/spine?colour=tests").text
    assert "Scripts and people" in bench.get("/detail/question/warning").text
    table = bench.get("/people?source=script").text
    assert "went on" in table
    assert "nothing is hidden" in table
    assert "warning" in bench.get("/people?source=person").text


def test_an_operator_runs_filters_and_opens_one(bench: Opened, browser: object) -> None:
    from playwright.sync_api import Browser

    assert isinstance(browser, Browser)
    with Operator(browser, bench) as operator:
        page = operator.let_in().open("tests").page
        assert operator.barriers() == []
        page.get_by_role("button", name="Run all").click()
        page.wait_for_selector("text=1 failed", timeout=60_000)
        assert operator.barriers() == []
        page.select_option("#state-of", "failed")
        page.wait_for_function("() => document.querySelectorAll('tbody tr').length === 1")
        page.locator("tbody a").click()
        page.wait_for_selector("text=Here the script says otherwise")
        assert operator.barriers() == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert operator.wider_than_the_window() <= 0
        operator.open("people?source=script")
        assert operator.wider_than_the_window() <= 0
        assert operator.barriers() == []
