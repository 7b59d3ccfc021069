"""The phone in a real browser: a whole conversation by taps and by words, with the mouse and by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bot.cli import main
from tests.support.operators_page import Operator
from tests.support.workbench import Opened

NONE = "None of these"


def to_the_review(operator: Operator) -> None:
    """An uncomplicated twisted ankle, partly tapped, partly typed."""
    operator.press("Me")
    operator.press(NONE)
    operator.press(NONE)
    operator.type("35")
    operator.press(NONE)
    operator.press("Today")
    operator.press("Seconds")
    operator.press("No")
    operator.press("Never")
    operator.type("3")
    operator.press("No difference")


def told(operator: Operator, heading: str) -> str:
    """What is told beside the phone under a heading."""
    section = operator.page.locator(".told .known", has=operator.page.get_by_role("heading", name=heading))
    return section.inner_text()


def test_a_whole_conversation_ends_in_advice_and_its_reasons(operator: Operator) -> None:
    operator.open("phone")
    assert "Everybody is asked this." in told(operator, "Why this question")
    to_the_review(operator)
    assert "they look at it once more" in told(operator, "Why this question")
    operator.press("As usual")
    assert "The patient has the advice." in told(operator, "Why this question")
    assert "Look after it yourself" in operator.chat()
    assert "self care" in told(operator, "Why this level")
    assert "Years 35" in told(operator, "What stands")
    assert operator.barriers() == []


def test_ticks_are_shown_and_the_focus_stays_on_the_list(operator: Operator) -> None:
    operator.open("phone")
    operator.press("Me")
    operator.press(NONE)
    operator.press("Fever")
    marked = operator.key("Fever")
    expect(marked).to_contain_text("\u2713")
    expect(marked).to_be_focused()
    operator.page.keyboard.press("Tab")
    operator.page.keyboard.press("Enter")
    ticked = operator.page.locator(".keys").last.locator(".key", has_text="\u2713")
    expect(ticked).to_have_count(2)
    operator.press("Done")
    expect(operator.page.locator(".keys").last.locator(".key").first).to_be_focused()
    assert "It is asked because fever is ticked." in told(operator, "Why this question")


def test_by_keyboard_alone_up_to_advice(operator: Operator) -> None:
    """After a key the first key of the next question has the focus; after words the field keeps it."""
    operator.open("phone")
    page = operator.page
    page.locator("#words").focus()
    for words in ("me", "none", "none", "35", "none"):
        with operator.answer():
            page.keyboard.type(words)
            page.keyboard.press("Enter")
        expect(page.locator("#words")).to_be_focused()
        expect(page.locator("#words")).to_have_value("")
    page.locator(".keys").last.locator(".key").first.focus()
    for tabs in (0, 0, 1, 0, 3, 2, 0):
        for _ in range(tabs):
            page.keyboard.press("Tab")
        with operator.answer():
            page.keyboard.press("Enter")
        page.locator("#screen :focus, #screen:focus").wait_for()
    assert "Look after it yourself" in operator.chat()
    page.locator("#screen :focus, #screen:focus").wait_for()


def test_an_emergency_is_told_with_what_made_it_one(operator: Operator) -> None:
    operator.open("phone")
    operator.press("Me")
    operator.press("Cold foot")
    level = told(operator, "Why this level")
    assert "emergency" in level
    assert "The foot is cold or pale" in level
    assert "cold_pale_foot is ticked" in level


def test_waiting_in_silence_brings_the_reminder_and_moves_the_clock(operator: Operator) -> None:
    operator.open("phone")
    page = operator.page
    page.fill("#begins", "2026-11-20T18:00")
    operator.do("New chat")
    expect(page.locator(".tools")).to_contain_text("Fri 20 Nov 2026, 18:00")
    operator.press("Me")
    page.fill("#time", "2 hours")
    operator.do("Wait in silence")
    expect(page.locator("#screen")).to_contain_text("Silence reminder")
    expect(page.locator(".tools")).to_contain_text("Fri 20 Nov 2026, 20:00")
    expect(page.locator("#begins")).to_have_value("2026-11-20T18:00")
    expect(page.locator("#time")).to_have_value("2 hours")
    expect(page.locator("#wait")).to_be_focused()
    operator.do("New chat")
    expect(page.locator(".tools")).to_contain_text("Fri 20 Nov 2026, 18:00")
    page.fill("#time", "a while")
    operator.do("Wait in silence")
    expect(page.locator("#outcome")).to_contain_text("is no time")


def test_what_stands_in_the_fields_outlives_a_turn_but_not_the_chat(operator: Operator) -> None:
    operator.open("phone")
    operator.page.fill("#title", "An ankle")
    operator.press("Me")
    expect(operator.page.locator("#title")).to_have_value("An ankle")
    operator.do("New chat")
    expect(operator.page.locator("#title")).to_have_value("")


def test_a_saved_script_passes_and_a_saved_person_is_accepted(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    operator.open("phone")
    to_the_review(operator)
    operator.press("As usual")
    operator.do("Save as script")
    expect(operator.page.locator("#outcome")).to_contain_text("Give it a title first")
    operator.page.fill("#title", "Twisted: an <ankle>, 35")
    operator.do("Save as script")
    expect(operator.page.locator("#outcome")).to_contain_text("Saved as")
    operator.do("Save as person")
    expect(operator.page.locator("#outcome")).to_contain_text("Saved as")
    folder = operator.bench.folder
    assert [path.name for path in folder.rglob("twisted*")] == ["twisted_an_ankle_35.yaml"] * 2
    monkeypatch.chdir(folder)
    assert main(["replay", "scripts"]) == 0
    assert "1 passed" in capsys.readouterr().out
    assert main(["crowd", "people"]) == 0
    assert "1 at the right level" in capsys.readouterr().out


def test_what_is_known_of_a_rule_opens_beside_the_phone_and_leads_back(operator: Operator) -> None:
    operator.open("phone")
    operator.press("Me")
    operator.press("Cold foot")
    rule = operator.page.locator(".told a", has_text="danger_sign").first
    rule.click()
    expect(operator.page.locator("#detail")).to_be_focused()
    expect(operator.page.locator("#detail")).to_contain_text("Fires when")
    operator.page.keyboard.press("Escape")
    expect(rule).to_be_focused()


def test_what_is_known_stands_in_the_address_and_opens_without_moving_the_page(operator: Operator) -> None:
    page = operator.open("phone").page
    operator.press("Me")
    page.locator(".told a", has_text="danger").first.click()
    expect(page.locator("#detail-name")).to_have_text("danger")
    assert page.evaluate("() => scrollY") == 0
    assert page.url.endswith("/phone?kind=question&name=danger")
    page.reload()
    expect(page.locator("#detail-name")).to_have_text("danger")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("#screen")).to_be_focused()
    assert page.url.endswith("/phone")
    page.go_back()
    expect(page.locator("#detail-name")).to_have_text("danger")


def test_the_text_box_is_near_by_keyboard(operator: Operator) -> None:
    page = operator.open("phone").page
    to_the_review(operator)
    page.locator("#screen").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#words")).to_be_focused()
    page.locator("#screen").focus()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="To the text box")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()


def test_the_page_ends_where_what_is_seen_ends_however_long_the_chat(operator: Operator) -> None:
    page = operator.open("phone").page
    for number in range(12):
        operator.type(f"zorgly {number}")
    assert page.locator("#screen .heard").count() > 10
    end = page.evaluate("() => document.querySelector('main').getBoundingClientRect().bottom + scrollY")
    assert page.evaluate("() => document.documentElement.scrollHeight") <= max(end, 900) + 1
    newest = page.locator("#screen [data-fresh]").bounding_box()
    screen = page.locator("#screen").bounding_box()
    assert newest is not None
    assert screen is not None
    assert screen["y"] <= newest["y"] < screen["y"] + screen["height"]


def test_the_bot_can_be_restarted_and_sent_a_sticker(operator: Operator) -> None:
    operator.open("phone")
    operator.do("Restart the bot")
    expect(operator.page.locator("#screen")).to_contain_text("the bot was restarted")
    expect(operator.page.locator("#restart")).to_be_focused()
    operator.do("Send it")
    expect(operator.page.locator("#screen")).to_contain_text("(sticker)")


def test_an_edit_on_disk_shows_at_once_and_the_chat_says_that_it_is_older(operator: Operator) -> None:
    operator.open("phone")
    operator.press("Me")
    file = operator.bench.folder / "flows" / "sprain" / "texts.en.yaml"
    whole = file.read_text()
    page = operator.page
    before = page.locator(".hash").inner_text()
    page.fill("#words", "half a sen")
    file.write_text(whole.replace("Who is this about?", "Whose ankle is it?"))
    expect(page.locator("#hint")).to_contain_text("The flow was edited")
    expect(page.locator(".hash")).not_to_have_text(before)
    expect(page.locator("#words")).to_have_value("half a sen")
    assert operator.barriers() == []
    file.write_text("questions: [")
    expect(page.locator("#hint")).to_contain_text("cannot be read now")
    expect(page.locator("#state")).to_contain_text("cannot be read")
    file.write_text(whole.replace("Who is this about?", "Whose ankle is it?"))
    expect(page.locator("#hint")).to_contain_text("The flow was edited")
    operator.do("Play it again")
    expect(page.locator("#screen")).to_contain_text("Is any of these so?")
    expect(page.locator("#screen")).to_contain_text("Whose ankle is it?")
    expect(page.locator("#outcome")).to_contain_text("Played again with the flow as it stands.")
    expect(page.locator("#hint")).not_to_contain_text("edited")
    file.write_text(whole.replace("Who is this about?", "Whose foot is it?"))
    expect(page.locator("#hint")).to_contain_text("The flow was edited")
    page.get_by_role("button", name="Begin anew").click()
    expect(page.locator("#screen")).to_contain_text("Whose foot is it?")
    expect(page.locator("#hint")).not_to_contain_text("edited")


def test_the_shipped_flow_is_talked_through_by_words_and_taps(browser: Browser, command: Opened) -> None:
    with Operator(browser, command) as expert:
        expert.let_in().open("phone")
        expert.press("Agree: it's for me")
        expert.type("I am 44, it began yesterday when I moved boxes")
        understood = expert.page.locator(".keys").first.locator(".key").first
        expect(understood).not_to_have_attribute("tabindex", "-1")
        for _ in range(60):
            if "The patient has the advice." in told(expert, "Why this question"):
                break
            screen = expert.page.locator(".keys").last
            labels = [label.removesuffix(" (tapped)") for label in screen.locator(".key").all_inner_texts()]
            wanted = ("None", "Nothing", "No,", "No", "As usual", "Looks right", "Show", "I can", "2", "Better")
            chosen = next((one for want in wanted for one in labels if one.startswith(want)), labels[0])
            expert.press(chosen)
        assert "The patient has the advice." in told(expert, "Why this question")
        assert "fires because" in told(expert, "Why this level")
        expect(understood).to_have_attribute("tabindex", "-1")
        expert.page.fill("#title", "Boxes")
        expert.do("Save as script")
        saved = list(Path(command.folder).glob("tests/conversations/back_spasm/boxes.yaml"))
        assert len(saved) == 1
        assert main(["replay", str(saved[0])]) == 0
        assert expert.barriers() == []
