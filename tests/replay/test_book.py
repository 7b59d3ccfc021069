"""The book of scripts: what it lists, what it keeps of what was played, what an edit touches, and its reports."""

from __future__ import annotations

import re
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from bot.replay.book.book import Book
from bot.replay.book.brief import MOST_LINES, brief_failure, failure_list, script_line
from bot.replay.book.entries import BookEntry
from bot.replay.book.junit import junit
from bot.replay.book.records import Records
from bot.replay.book.report import report
from bot.replay.book.touched import edited_names
from bot.replay.script.flows import FlowFolders, with_reader
from tests.support.flow_edits import SPRAIN, edited
from tests.support.places import TESTS
from tests.support.scripts import FLOW_FOLDERS, GOOD


def opened(folder: Path, flows: FlowFolders = FLOW_FOLDERS) -> Book:
    return Book([folder], flows, Records(folder.parent / "build"))


def entry(book: Book, title: str) -> BookEntry:
    (found,) = (e for e in book.entries if e.title == title)
    return found


def play_all(book: Book) -> list[bool]:
    return [outcome.passed for outcome in book.play(book.select())]


def test_a_broken_script_is_an_entry_and_keeps_no_other_from_being_played(folder: Path) -> None:
    (folder / "a_broken.yaml").write_text("title: Broken\nchat: [{tapp: a}]\n")
    (folder / "twice.yaml").write_text(GOOD)
    book = opened(folder)
    assert [(e.title, e.state) for e in book.entries] == [
        ("a_broken.yaml", "broken"),
        ("Bad", "new"),
        ("Good", "new"),
        ("Good", "broken"),
    ]
    assert [str(e.place).rpartition("/")[2] for e in book.broken] == ["a_broken.yaml:2:9", "twice.yaml:1:8"]
    assert play_all(book) == [False, True]
    assert [e.state for e in book.entries] == ["broken", "failed", "passed", "broken"]


def test_what_failed_is_known_the_next_time_with_the_line_at_which_it_did(folder: Path) -> None:
    book = opened(folder)
    play_all(book)
    book.save()
    again = opened(folder)
    assert [(e.title, e.state) for e in again.entries] == [("Bad", "failed"), ("Good", "passed")]
    last = entry(again, "Bad").last
    assert last is not None
    assert (str(last.where), last.expected, last.came) == (
        f"{folder / 'bad.yaml'}:5:17",
        "level self_care",
        "level see_soon (rules: context)",
    )
    assert "rule context" in last.visited
    assert [e.title for e in again.select(failed=True)] == ["Bad"]
    (folder / "bad.yaml").write_text((folder / "bad.yaml").read_text().replace("self_care", "see_soon"))
    (folder / "new.yaml").write_text(GOOD.replace("Good", "New"))
    later = opened(folder)
    assert [(e.title, e.state) for e in later.entries] == [("Bad", "outdated"), ("Good", "passed"), ("New", "new")]
    assert [e.title for e in later.select(failed=True)] == ["Bad", "New"]


def test_a_record_that_cannot_be_read_is_begun_anew(folder: Path) -> None:
    (folder.parent / "build").mkdir()
    for text in ("{", "[]", '{"form": 1, "cases": {"a": {"b": {}}}}', '{"form": 0, "cases": {}}'):
        (folder.parent / "build" / "replayed.json").write_text(text)
        book = opened(folder)
        assert {e.state for e in book.entries} == {"new"}
    play_all(book)
    book.save()
    assert opened(folder).failing


def test_words_are_looked_for_in_titles_tags_and_names_of_files(folder: Path) -> None:
    (folder / "good.yaml").write_text(GOOD + "tags: [cold, winter]\n")
    book = opened(folder)
    found = {words: [e.title for e in book.select(words)] for words in ("GOOD", "winter cold", "bad.yaml", "good bad")}
    assert found == {"GOOD": ["Good"], "winter cold": ["Good"], "bad.yaml": ["Bad"], "good bad": []}


def test_of_several_ways_the_one_that_failed_is_kept(folder: Path) -> None:
    from bot.replay.playing.ways import MemoryWay

    book = opened(folder)
    assert [o.passed for o in book.play(book.select(), [MemoryWay(), MemoryWay(reload=True)])] == [False, True] * 2
    last = entry(book, "Bad").last
    assert last is not None
    assert (last.passed, last.way) == (False, "memory")


def test_only_what_says_something_else_is_played_after_an_edit(folder: Path) -> None:
    (folder / "table.yaml").write_text(
        "title: T\nchat: [{tap: $sign}]\nexpect: {level: emergency}\ncases: {sign: [cold_pale_foot, bone_through_skin]}\n"
    )
    book = opened(folder)
    play_all(book)
    assert book.refresh() is None
    text = (folder / "table.yaml").read_text()
    (folder / "table.yaml").write_text(text.replace("bone_through_skin", "foot_wont_move"))
    changes = book.refresh()
    assert changes is not None
    assert [e.title for e in changes.first] == ["T: foot_wont_move"]
    assert (changes.rest, changes.broken, changes.flows) == ((), (), ())
    play_all(book)
    (folder / "table.yaml").write_text("# looked at\n" + (folder / "table.yaml").read_text())
    changes = book.refresh()
    assert changes is not None
    assert len(changes.first) == 2, "a script that is saved is played, also if it says what it said"
    assert {e.state for e in changes.first} == {"passed"}


def test_a_file_that_is_empty_is_believed_at_the_second_look(folder: Path) -> None:
    book = opened(folder)
    (folder / "good.yaml").write_text("")
    assert book.refresh() is None
    changes = book.refresh()
    assert changes is not None
    assert [e.findings[0].code for e in changes.broken] == ["SCRIPT002"]
    (folder / "good.yaml").write_text("")
    (folder / "good.yaml").write_text(GOOD)
    changes = book.refresh()
    assert changes is not None
    assert [e.title for e in changes.first] == ["Good"]


def test_an_edited_rule_touches_those_that_it_fired_for_first(tmp_path: Path) -> None:
    shutil.copytree(SPRAIN, tmp_path / "flows" / "sprain")
    folder = tmp_path / "sprain"
    shutil.copytree(TESTS / "conversations" / "sprain", folder)
    book = opened(folder, FlowFolders([tmp_path / "flows"], with_reader))
    assert all(play_all(book))
    triage = tmp_path / "flows" / "sprain" / "triage.yaml"
    text = triage.read_text()
    line = next(x for x in text.splitlines() if "rule: context" in x)
    at = text.index("when:", text.index(line))
    end = text.index("\n", at)
    triage.write_text(f"{text[:at]}when: ({text[at + 6 : end]}) or pain >= 10{text[end:]}")
    changes = book.refresh()
    assert changes is not None, "the flow is another"
    assert not changes.flows, [str(f) for f in changes.flows]
    assert changes.first
    assert changes.rest
    assert all("rule context" in e.last.visited for e in changes.first if e.last)
    assert not any("rule context" in e.last.visited for e in changes.rest if e.last)
    assert len(changes.first) + len(changes.rest) == len(book.select())
    triage.write_text("")
    triage.write_text(text[:40])
    changes = book.refresh()
    assert changes is not None
    assert changes.flows
    assert (changes.first, changes.rest) == ((), ())
    assert not book.broken


def test_what_is_edited_has_the_name_of_its_question_rule_or_line() -> None:
    flow = edited(SPRAIN)
    assert edited_names(flow, edited(SPRAIN)) == set()
    words = edited(SPRAIN, ("texts.en.yaml", "    short: For\n", "    short: About\n"))
    assert edited_names(flow, words) == {"question for_whom"}


def test_a_failure_is_ten_lines_at_most_and_shows_the_line_of_the_script(folder: Path) -> None:
    (folder / "good.yaml").write_text(
        GOOD.replace("tap: cold", "bot: {ask: danger, says: [Is any], buttons: 9}\n  - tap: cold")
    )
    book = opened(folder)
    for outcome in book.play(book.select()):
        lines = brief_failure(outcome).splitlines()
        assert len(lines) <= MOST_LINES
        assert all(len(line) <= 110 for line in lines)
        assert lines[0] == f"FAILED  {outcome.case.title}  (memory)"
        assert script_line(outcome.deviations[0].place) in lines[2]
    listed = failure_list(book.failing, book.broken).splitlines()
    assert listed == ["Failed:", f"  {folder / 'bad.yaml'}:5  Bad", f"  {folder / 'good.yaml'}:3  Good"]


@pytest.fixture
def told(folder: Path) -> tuple[str, str]:
    """The page and the XML of a book with a failure, a broken script, and a title that is markup."""
    (folder / "c.yaml").write_text(GOOD.replace("Good", '"<b>&amp; "'))
    (folder / "a_broken.yaml").write_text("title: <i>\nchat: [{tapp: a}]\n")
    book = opened(folder)
    outcomes = list(book.play(book.select()))
    return report(outcomes, book.broken, book.scripts), junit(outcomes, book.broken)


def test_the_page_shows_failures_first_beside_their_phones_and_loads_nothing(told: tuple[str, str]) -> None:
    page, _ = told
    assert page.index("Cannot be read:") < page.index("Failed:") < page.index("<h2>Passed</h2>")
    assert page.count('class="phones"') == 1
    assert "level see_soon (rules: context)" in page
    assert "<mark>   5  expect: {level: self_care}</mark>" in page
    assert "<b>&amp; " not in page
    assert not re.search(r"<script|<link|https?://|style=|\bon\w+=", page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.S)
    trusted = b64encode(sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert f"style-src &#x27;sha256-{trusted}&#x27;" in policy
    assert "unsafe" not in policy


def test_the_xml_counts_what_came_and_names_file_and_line(told: tuple[str, str]) -> None:
    suites = Xml.fromstring(told[1])
    assert {k: suites.get(k) for k in ("tests", "failures", "errors")} == {"tests": "4", "failures": "1", "errors": "1"}
    failed = next(c for c in suites.iter("testcase") if c.find("failure") is not None)
    assert (failed.get("name"), failed.get("line")) == ("Bad", "5")
    assert "expected level self_care" in str(failed.find("failure").get("message"))  # type: ignore[union-attr]
    (broken,) = suites.iter("error")
    assert "SCRIPT006" in str(broken.text)
