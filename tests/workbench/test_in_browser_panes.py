"""The panes in a real browser: what an operator sees, light and dark, large and small, by keyboard, and without JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.flow_edits import SPRAIN, write
from tests.support.operators_page import Operator
from tests.support.workbench import Opened, opened_in_thread

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
LONG = "donaudampfschifffahrtsgesellschaftskapitaensmuetze" * 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_is_no_barrier_on_any_page(operator: Operator, scheme: str) -> None:
    page = operator.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found: dict[str, list[str]] = {}
    for pane in ("spine", "spine?q=no_such_word", "spine?kind=question&name=danger", "spine?kind=question&name=gone", "rules",
                 "rules?kind=rule&name=danger_sign", "phone", "no_such_pane"):  # fmt: skip
        found[pane] = operator.open(pane).barriers()
    operator.open("phone")
    operator.press("Me")
    operator.type("my foot is cold")
    found["typed"] = operator.barriers()
    page.set_viewport_size({"width": 390, "height": 800})
    for pane in ("spine", "rules", "phone"):
        found[f"{pane}, narrow"] = operator.open(pane).barriers()
    (operator.bench.folder / "flows" / "sprain" / "triage.yaml").write_text("rules: 1")
    expect(page.locator("#state")).to_contain_text("cannot be read")
    found["broken"] = operator.barriers()
    assert {where: barriers for where, barriers in found.items() if barriers} == {}


@pytest.mark.parametrize(("width", "height"), [(390, 800), (640, 450), (320, 640)])
def test_no_page_is_scrolled_sideways(browser: Browser, tmp_path: Path, width: int, height: int) -> None:
    """390: a phone; 640: a window of 1280 at 200 %; 320: one at 400 %. Long words are of the flow and of the patient."""
    write(SPRAIN, tmp_path / "flows", ("texts.en.yaml", "Who is this about?", f"Who? {LONG}"),
          ("texts.en.yaml", "label: Cold foot", f"label: {LONG[:60]}"))  # fmt: skip
    with opened_in_thread(tmp_path, "sprain") as bench, Operator(browser, bench) as operator:
        operator.let_in()
        operator.page.set_viewport_size({"width": width, "height": height})
        wide = {}
        for pane in ("spine", "spine?kind=question&name=for_whom", "rules", "phone", "no_such_pane"):
            wide[pane] = operator.open(pane).wider_than_the_window()
        operator.open("phone")
        operator.press("Me")
        operator.type(LONG)
        wide["typed"] = operator.wider_than_the_window()
        assert wide == dict.fromkeys(wide, 0)


def test_by_keyboard_from_the_top_to_a_question_and_back(operator: Operator) -> None:
    page = operator.page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(3):  # the filter, the colouring, the first question
        page.keyboard.press("Tab")
    first = page.locator(".question").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_focused()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#detail").get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(first).to_be_focused()
    expect(page.locator("#detail")).to_contain_text("Choose a question or a rule")


def test_every_part_of_the_head_is_reached_in_the_order_that_is_seen(operator: Operator) -> None:
    operator.page.keyboard.press("Tab")
    seen = []
    for _ in range(9):
        operator.page.keyboard.press("Tab")
        seen.append(operator.page.evaluate("() => document.activeElement.textContent.trim().split('\\n')[0]"))
    assert seen == ["sprain", "Open", "Spine", "Rules", "Phone", "Findings", "People", "Tests", "Review"]


def test_the_rules_lead_to_what_they_read_and_are_found_by_words(operator: Operator) -> None:
    page = operator.open("rules").page
    page.fill("#q", "fever")
    expect(page.locator("#rules tbody tr")).to_have_count(2)
    expect(page.locator("#q")).to_be_focused()
    assert page.url.endswith("/rules?q=fever")
    page.click("#rule-fever_at_all")
    expect(page.locator("#detail")).to_contain_text("Fires when")
    page.locator("#detail a", has_text="warning").first.click()
    expect(page.locator("#detail-name")).to_have_text("warning")
    expect(page.locator("#detail")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#question-warning")).to_be_focused()
    page.fill("#q", "zorgly")
    expect(page.locator("#rules")).to_contain_text("No rule has all of these words.")


def test_an_edit_on_disk_reaches_the_spine_its_detail_and_the_head_by_itself(operator: Operator) -> None:
    page = operator.page
    page.click("#question-danger")
    expect(page.locator("#detail")).to_contain_text("Is any of these so?")
    page.locator("#detail summary", has_text="Words").click()
    page.locator("#question-danger").focus()
    folder = operator.bench.folder / "flows" / "sprain"
    before = page.locator(".hash").inner_text()
    texts = folder / "texts.en.yaml"
    texts.write_text(
        texts.read_text().replace("Is any of these so?", "Is it bad?").replace("short: Danger", "short: Perils")
    )
    expect(page.locator("#detail")).to_contain_text("Is it bad?")
    expect(page.locator("#detail details[open] summary")).to_contain_text("Words")
    expect(page.locator("#spine")).to_contain_text("Perils")
    expect(page.locator(".hash")).not_to_have_text(before)
    expect(page.locator("#question-danger")).to_be_focused()
    page.locator("#close").focus()
    texts.write_text(texts.read_text().replace("Is it bad?", "How bad is it?"))
    expect(page.locator("#detail")).to_contain_text("How bad is it?")
    expect(page.locator("#close")).to_be_focused()


def test_a_flow_that_cannot_be_read_shows_where_and_mends_itself(operator: Operator) -> None:
    page = operator.page
    triage = operator.bench.folder / "flows" / "sprain" / "triage.yaml"
    whole = triage.read_text()
    triage.write_text(whole.replace("when: fever\n", "when: feverr\n", 1))
    expect(page.locator("#state")).to_contain_text("cannot be read: 1 finding")
    expect(page.locator("#spine")).to_contain_text("danger")  # as it could be read last
    triage.write_text(whole)
    expect(page.locator("#state")).not_to_contain_text("cannot be read")


def test_a_flow_that_was_never_readable_shows_its_findings_with_places(browser: Browser, tmp_path: Path) -> None:
    folder = write(SPRAIN, tmp_path / "flows")
    whole = (folder / "triage.yaml").read_text()
    (folder / "triage.yaml").write_text(whole.replace("when: fever\n", "when: feverr\n", 1))
    with opened_in_thread(tmp_path, "sprain") as bench, Operator(browser, bench) as operator:
        page = operator.let_in().page
        for pane in ("spine", "rules", "phone"):
            operator.open(pane)
            expect(page.locator(".findings li")).to_have_count(1)
            expect(page.locator(".findings")).to_contain_text("triage.yaml:")
            expect(page.locator(".findings")).to_contain_text("fever")
            assert operator.barriers() == []
        operator.open("spine")
        (folder / "triage.yaml").write_text(whole)
        expect(page.locator("#spine")).to_contain_text("danger")


def test_scripts_in_a_flow_and_in_a_chat_are_words(browser: Browser, tmp_path: Path) -> None:
    """No dialog, no complaint of the policy, no other host: the operator sees the words as they are."""
    quoted = EVIL.replace('"', "'")
    write(SPRAIN, tmp_path / "flows", ("texts.en.yaml", "text: Is any of these so?", f'text: "So? {quoted}"'),
          ("texts.en.yaml", "label: Cold foot", f'label: "{quoted}"'), ("texts.en.yaml", "short: Danger", f'short: "{quoted}"'),
          ("texts.en.yaml", "danger_sign: There is a danger sign.", f'danger_sign: "{quoted}"'))  # fmt: skip
    with opened_in_thread(tmp_path, "sprain") as bench, Operator(browser, bench) as operator:
        page = operator.let_in().page
        for pane in ("spine", "spine?kind=question&name=danger", f"spine?q={EVIL}", f"spine?kind=question&name={EVIL}",
                     "rules?kind=rule&name=danger_sign", f"rules?q={EVIL}", EVIL):  # fmt: skip
            operator.open(pane)
            assert page.locator("main script, main img[src=x], aside script").count() == 0
        assert EVIL in operator.open("spine?kind=question&name=danger").page.locator("main").inner_text()
        operator.open("phone")
        operator.press("Me")
        assert EVIL in operator.chat()
        operator.type(f"my foot {EVIL}")
        operator.page.fill("#title", EVIL)
        operator.do("Save as person")
        operator.page.fill("#time", EVIL)
        operator.do("Wait in silence")
        expect(page.locator("#outcome")).to_contain_text(EVIL)
        assert page.locator("#phone script, #phone img[src=x]").count() == 0


def test_a_workbench_that_ended_is_told_of(operator: Operator) -> None:
    page = operator.open("phone").page
    operator.context.clear_cookies()
    operator.page.locator(".key").first.click()
    expect(page.locator("#copied")).to_contain_text("open the address that it printed")


def test_all_works_without_javascript(browser: Browser, bench: Opened) -> None:
    with Operator(browser, bench, java_script_enabled=False) as operator:
        page = operator.let_in().page
        page.fill("#q", "ill")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".spine li")).to_have_count(1)
        page.click("#question-fever_more")
        expect(page.locator("#detail")).to_contain_text("\u201cFever\u201d is ticked or unsure")
        page.get_by_role("link", name="Phone").click()
        operator.key("Me").click()
        operator.key("None of these").click()
        page.fill("#words", "none")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("#screen")).to_contain_text("How old are you?")
        page.get_by_role("button", name="Wait in silence").click()
        expect(page.locator("#screen")).to_contain_text("20 minutes later")
        page.fill("#title", "Plain")
        page.get_by_role("button", name="Save as person").click()
        expect(page.locator("#outcome")).to_contain_text("Saved as")
        page.fill("#begins", "2026-11-20T18:00")
        page.get_by_role("button", name="New chat").click()
        expect(page.locator(".tools")).to_contain_text("Fri 20 Nov 2026, 18:00")
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("heading", name="Questions of sprain")).to_be_visible()
    assert [path.parent.name for path in bench.folder.rglob("plain.yaml")] == ["people"]


def test_a_page_that_is_not_looked_at_lets_go_and_catches_up(operator: Operator) -> None:
    """A browser keeps six connections to a host: with as many pages open, a seventh would wait for ever."""
    page = operator.page
    page.wait_for_load_state()
    looked_at = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    before = page.locator(".hash").inner_text()
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/news")):
        page.evaluate(looked_at, True)
    texts = operator.bench.folder / "flows" / "sprain" / "texts.en.yaml"
    texts.write_text(texts.read_text().replace("short: Danger", "short: Perils"))
    page.evaluate(looked_at, False)
    expect(page.locator("#spine")).to_contain_text("Perils")
    expect(page.locator(".hash")).not_to_have_text(before)
