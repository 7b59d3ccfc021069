"""Conversations drawn as a phone shows them: every message is there, in order, as words and never as code."""

from __future__ import annotations

import io
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.cli import main
from bot.core.rendering.message import Block, Button, Message, Picture, PictureMark
from bot.core.rendering.phone_lines import wrapped
from bot.replay.phone import draw as drawing
from bot.replay.phone.draw import NO_CHROMIUM, draw_scripts
from bot.replay.phone.page import phone_page, pictures
from bot.replay.phone.picture import NoPicture, draw_picture, find_chromium
from bot.replay.phone.seen import PhoneItem, SeenCase, seen_case
from bot.replay.script.reading import Scripts, read_scripts
from tests.support.flow_edits import SPRAIN
from tests.support.scripts import FLOW_FOLDERS, GOOD, script, write

CHAT = """  - auto: {health: [diabetes]}
    until: result
  - command: /forget
  - tap: forget_button
  - later: 2 days"""
NASTY = "<script>alert('x')</script> & \"quoted\" <img src=//evil.example/x>"
VOID = {"meta", "br", "img", "link", "input"}


class Parsed(HTMLParser):
    """A page read by a parser of the standard library: elements by class with their text, and whatever must not be there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.found: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(html)
        self.close()
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.links += [str(v) for k, v in attrs if k in ("src", "href", "action", "onclick", "onload", "srcset")]
        if tag not in VOID:
            self.stack.append(tag)
        self.found.append((given.get("class") or tag, ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.found:
            kind, text = self.found[-1]
            self.found[-1] = kind, text + data

    def texts(self, kind: str) -> list[str]:
        """What stands in the elements of this class, in order."""
        return [" ".join(text.split()) for found, text in self.found if found.split()[:1] == [kind]]


def _scripts(*paths: Path) -> Scripts:
    scripts = read_scripts(paths, FLOW_FOLDERS)
    assert scripts.findings == []
    return scripts


@pytest.fixture
def case(tmp_path: Path) -> SeenCase:
    """A conversation of the small flow up to its advice, after which all is erased and time passes."""
    return _one(write(tmp_path, script(CHAT)))


def _of(case: SeenCase, *seen: PhoneItem) -> SeenCase:
    return SeenCase(case.case, case.flow, seen, case.outcome)


def test_every_message_of_a_script_is_drawn_in_order(case: SeenCase) -> None:
    said = [s.text for s in case.outcome.transcript if s.who == "bot"]
    assert [s.message.plain() for s in case.seen if s.message is not None] == said
    drawn = Parsed(phone_page([case], ["light"]))
    width = case.flow.interview.screens.width
    shown = [" ".join(b.text.split()) for s in case.seen if s.message is not None for b in s.message.blocks]
    kinds = {"block", "fold"}
    assert [text for found, text in drawn.found if found.split()[0] in kinds] != []
    blocks = [" ".join(text.split()) for found, text in drawn.found if found.split()[0] == "block"]
    assert blocks == [t for t, b in zip(shown, _blocks(case), strict=True) if b.kind != "fold"]
    assert all(len(line) <= width for text in shown for line in wrapped(text, width))
    labels = [b.label for s in case.seen if s.message is not None for row in s.message.rows for b in row]
    assert [k.removeprefix("\u261d ") for k in drawn.texts("key")] == labels


def _blocks(case: SeenCase) -> list[Block]:
    return [b for s in case.seen if s.message is not None for b in s.message.blocks]


def test_what_was_tapped_is_marked_on_its_message(case: SeenCase) -> None:
    taps = [s.text.strip("[]") for s in case.outcome.transcript if s.who == "you"]
    tapped = [
        k.removeprefix("\u261d ") for k in Parsed(phone_page([case], ["dark"])).texts("key") if k.startswith("\u261d")
    ]
    assert len(tapped) >= 10
    assert set(tapped) <= set(taps)


def test_typed_words_are_bubbles_of_the_patients_and_are_never_code(case: SeenCase) -> None:
    keys = ((Button(NASTY, "x.1.1.1", "a"),),)
    message = Message((Block("title", NASTY), Block("fold", f"{NASTY}\n{NASTY}")), keys)
    drawn = Parsed(
        phone_page(
            [_of(case, PhoneItem("patient", NASTY), PhoneItem("bot", message=message), PhoneItem("between", NASTY))]
        )
    )
    assert drawn.tags & {"script", "img", "a", "link", "iframe"} == set()
    assert drawn.links == []
    assert drawn.texts("bubble")[0] == " ".join(NASTY.split())
    assert drawn.texts("key") == [NASTY, NASTY]
    assert NASTY in drawn.texts("said")[-1]


def test_a_typed_script_is_shown_as_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "find_chromium", lambda: None)
    text = script('  - tap: me\n  - me: "<script>alert(1)</script>"').replace("A case", "A <b>case</b>")
    draw_scripts(_scripts(write(tmp_path, text, "typed.yaml")), tmp_path / "out", io.StringIO())
    drawn = Parsed((tmp_path / "out" / "typed.html").read_text(encoding="utf-8"))
    assert "script" not in drawn.tags
    assert "<script>alert(1)</script>" in drawn.texts("bubble")
    assert drawn.texts("h1")[0].startswith("A <b>case</b>")


def test_the_page_asks_nothing_of_any_server(case: SeenCase) -> None:
    html = phone_page([case])
    assert "default-src 'none'" in html
    assert [word for word in ("url(", "@import", "http:", "https:", "<link", "<script") if word in html] == []
    assert [x for x in Parsed(html).links if not x.startswith("data:image/png;base64,")] == []


def test_what_unfolds_is_shown_folded_and_buttons_have_their_styles(case: SeenCase) -> None:
    message = Message(
        (Block("text", "Go now."), Block("fold", "Why\nBecause.")), ((Button("Go", "d", "c", "danger"),),)
    )
    html = phone_page([_of(case, PhoneItem("bot", message=message))], ["light"])
    drawn = Parsed(html)
    assert '<details class="fold"><summary>Why</summary>Because.</details>' in html
    assert [found for found, _ in drawn.found if found.startswith("key ")] == ["key danger"]


def test_a_picture_stands_in_the_page_itself(case: SeenCase) -> None:
    picture = Picture("trunk", (PictureMark("1", ("low_back",), True),), f"A back. {NASTY}")
    message = Message((Block("title", "Where?"),), picture=picture)
    drawn = Parsed(phone_page([_of(case, PhoneItem("bot", message=message))], ["light"]))
    (source,) = drawn.links
    assert b64decode(source.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    assert drawn.tags & {"script"} == set()


def test_one_page_a_script_with_all_its_cases_and_no_two_of_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "find_chromium", lambda: None)
    first, second = (write(tmp_path, script("  - tap: me"), f"{name}.yaml") for name in ("one", "two"))
    other = tmp_path / "other" / "one.yaml"
    other.parent.mkdir()
    other.write_text(f"flow: sprain\n{script('  - tap: me').replace('A case', 'Other')}", encoding="utf-8")
    second.write_text(second.read_text(encoding="utf-8").replace("A case", "Second"), encoding="utf-8")
    out = io.StringIO()
    draw_scripts(_scripts(first, second, other), tmp_path / "out", out)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["other-one.html", "sprain-one.html", "two.html"]
    assert NO_CHROMIUM in out.getvalue()


def test_a_script_that_goes_another_way_is_drawn_as_far_as_it_goes(tmp_path: Path) -> None:
    case = _one(write(tmp_path, script("  - tap: me\n  - tap: as_usual")))
    assert not case.outcome.passed
    assert len(case.seen) >= 2
    assert "goes another way" in Parsed(phone_page([case], ["light"])).texts("h1")[0]


def _one(path: Path) -> SeenCase:
    scripts = _scripts(path)
    return seen_case(scripts.cases[0], scripts.flow(scripts.cases[0]), {})


def test_silence_and_erasing_stand_on_the_phone_too(case: SeenCase) -> None:
    assert [s.text for s in case.seen if s.who == "between"] == ["2 days later"]
    assert [s.text for s in case.seen if s.who == "patient"] == ["/forget"]


def test_the_command_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(drawing, "find_chromium", lambda: None)
    path = write(tmp_path, f"flow: {SPRAIN}\n{GOOD}", "good.yaml")
    assert main(["replay", str(path), "--phone", str(tmp_path / "phone")]) == 0
    assert f"drawn: {tmp_path / 'phone' / 'good.html'}" in capsys.readouterr().out


@pytest.mark.slow
def test_a_picture_is_a_picture(tmp_path: Path, case: SeenCase) -> None:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium on this machine: pictures are not looked at")
    html, width, height = next(pictures(case, "dark"))
    draw_picture(chromium, html, width, height, tmp_path / "a.png")
    head = (tmp_path / "a.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")) == (width, height)


def test_a_chromium_that_breaks_leaves_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(NoPicture, match="ended with 3"):
        draw_picture(str(broken), "<html></html>", 100, 100, tmp_path / "a.png")
    monkeypatch.setattr(drawing, "find_chromium", lambda: str(broken))
    out = io.StringIO()
    draw_scripts(_scripts(write(tmp_path, GOOD, "good.yaml")), tmp_path / "out", out)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["good.html"]
    assert "The page good.html is whole" in out.getvalue()
