"""Every Bot API call that the bot makes, against Telegram's own description of its API; and how messages become calls."""

from __future__ import annotations

import json
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.messages import LONGEST, Call, answer_tap, calls, pieces, text_units
from bot.core.rendering.message import Paper
from bot.replay.double.server import TelegramDouble
from bot.service.payload import Payload
from tests.support.places import ROOT
from tests.support.telegram_bot import UNCOMPLICATED, Patient, eventually, quiet, serving
from tests.support.webhook_bot import server

DESCRIPTION = ROOT.parent / "shared" / "telegram" / "api.json"


@cache
def api() -> dict[str, Any]:
    """Telegram's description; it is not ours to copy, so without it these tests are passed over."""
    if not DESCRIPTION.is_file():
        pytest.skip(f"the description of the Bot API is not here ({DESCRIPTION.name})")
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return found


def problems(value: Any, kinds: list[str], where: str) -> list[str]:
    """What is wrong with a value that should be of one of these kinds."""
    found: list[str] = []
    for kind in kinds:
        found = _problems_as(value, kind, where)
        if not found:
            return []
    return found


def _problems_as(value: Any, kind: str, where: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{where} is no array"]
        inner = kind.removeprefix("Array of ")
        return [p for i, item in enumerate(value) for p in _problems_as(item, inner, f"{where}[{i}]")]
    simple = {"Integer": int, "String": str, "Boolean": bool, "Float": (int, float), "True": bool}
    if kind in simple:
        right = isinstance(value, simple[kind]) and not (kind == "Integer" and isinstance(value, bool))  # type: ignore[arg-type]
        return [] if right else [f"{where} is no {kind}"]
    if kind == "InputFile":
        return [] if isinstance(value, str) else [f"{where} is no file"]
    described = api()["types"][kind]
    if "subtypes" in described:
        return problems(value, described["subtypes"], where)
    if not isinstance(value, dict):
        return [f"{where} is no {kind}"]
    return _fields(value, described.get("fields", []), where)


def _fields(values: dict[str, Any], described: list[dict[str, Any]], where: str) -> list[str]:
    known = {f["name"]: f for f in described}
    found = [f"{where}: Telegram knows no {name}" for name in values if name not in known]
    found += [f"{where}: {name} is missing" for name, f in known.items() if f["required"] and name not in values]
    for name, value in values.items():
        if name in known:
            found += problems(value, known[name]["types"], f"{where}.{name}")
    return found


def check(method: str, values: dict[str, Any]) -> None:
    described = api()["methods"].get(method)
    assert described is not None, f"Telegram has no method {method}"
    assert _fields(values, described.get("fields", []), method) == []


async def test_every_call_of_a_long_day(sqlite_url: str, tmp_path: Path) -> None:
    api()
    async with TelegramDouble() as telegram:
        async with serving(telegram, sqlite_url) as bot:
            ann, group = Patient(telegram.user(1)), telegram.user(9, chat=-1009)
            await ann.start()
            await ann.walks(*UNCOMPLICATED[:2])
            await ann.toggles("Crooked shape")
            await ann.walks("Done", "Some more", *UNCOMPLICATED[3:10])
            await ann.toggles("1")
            await ann.walks("Done", "As usual")
            for words in ("/mydata", "/why", "/help", "/language", "/forget"):
                await ann.says(words)
            await ann.taps_on("Forget button")
            group.send("hello")
            await group.until(lambda: group.chat.left)
            await quiet(bot, telegram)
            await eventually(lambda: telegram.counts.get("setMyShortDescription", 0) >= 1)
        async with server(telegram, f"sqlite:///{tmp_path}/other.db"):
            await ann.consents()
        made = {call.method for call in telegram.calls}
        for call in telegram.calls:
            assert call.status == 200, call
            check(call.method, dict(call.values))
    assert made >= {
        "getMe", "getUpdates", "deleteWebhook", "setWebhook", "setMyCommands", "setMyDescription", "sendMessage",
        "setMyShortDescription", "editMessageText", "answerCallbackQuery", "sendDocument", "leaveChat",
        "sendPhoto", "editMessageMedia", "editMessageCaption",
    }  # fmt: skip


# Messages as calls


class Reader(HTMLParser):
    """What a reader sees of Telegram's HTML, and whether its tags are closed as they were opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert tag in ("b", "i", "blockquote")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader.text


kinds = st.sampled_from(["title", "text", "item", "heading", "note", "fold"])
styles = st.sampled_from(["", "primary", "danger"])
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60).map(lambda t: t * 40) | st.sampled_from(
    ["<b>", "&amp;", "a < b & c > d", "\U0001f600" * 3000, "x" * 9000, "One. Two. " * 900, "line\nline\n" * 600, " "]
)


@given(st.lists(st.tuples(kinds, words), max_size=6))
def test_texts_are_whole_escaped_and_short_enough(blocks: list[tuple[str, str]]) -> None:
    seen = [read(html) for html in pieces(blocks, LONGEST)]
    assert all(0 < text_units(text) <= LONGEST for text in seen)
    assert "".join("".join(seen).split()) == "".join("".join(text for _, text in blocks).split())


def test_a_long_message_is_split_between_paragraphs_and_its_keyboard_stands_under_the_last_part() -> None:
    payload = Payload(tuple(("text", str(n) * 1500) for n in range(6)), ((("Yes", "a.1.2.3", "primary"),),), ref="a.1")
    made = calls(5, payload, None)
    assert [len(c.values["text"]) for c in made] == [3002, 3002, 3002]
    assert ["reply_markup" in c.values for c in made] == [False, False, True]


def test_what_is_late_says_so_first() -> None:
    payload = Payload((("title", "Go now"),), written=1.0, late="You wrote this at 18:00.", urgent=True)
    late = payload.lateness(200.0, 120.0)
    assert calls(5, payload, None, late)[0].values["text"].startswith("You wrote this at 18:00.\n\n<b>Go now</b>")
    assert calls(5, payload, None)[0].values["text"] == "<b>Go now</b>"


def test_an_edit_of_a_message_that_nobody_knows_needs_no_call() -> None:
    assert calls(5, Payload((("text", "x"),), edits=True, ref="a.1"), None) == ()


def test_an_edit_without_words_only_takes_the_keyboard_away() -> None:
    assert calls(5, Payload(edits=True, ref="a.1"), 7) == (
        Call("editMessageReplyMarkup", {"chat_id": 5, "message_id": 7}),
    )


def test_links_show_no_preview() -> None:
    assert calls(5, Payload((("text", "see nhs.uk"),)), None)[0].values["link_preview_options"] == {"is_disabled": True}


def test_a_notice_fits() -> None:
    assert len(answer_tap("1", "x" * 500).values["text"]) == 200


@given(
    st.builds(
        Payload,
        blocks=st.lists(st.tuples(kinds, words)).map(tuple),
        rows=st.lists(st.lists(st.tuples(words, words, styles), min_size=1).map(tuple)).map(tuple),
        dates=st.lists(st.tuples(words, st.integers(0, 2**40))).map(tuple),
        ref=words,
        edits=st.booleans(),
        urgent=st.booleans(),
        file=st.none() | st.tuples(words, words),
        written=st.none() | st.floats(0, 1e9),
        late=words,
        late_day=words,
        midnight=st.none() | st.floats(0, 1e9),
        known=st.none() | st.integers(1),
        leave=st.booleans(),
        last=st.booleans(),
        paper=st.none() | st.builds(Paper, pictures=st.just(()), written=st.floats(0, 1e9)),
    )
)
def test_a_payload_survives_the_outbox(payload: Payload) -> None:
    assert Payload.from_json(payload.to_json()) == payload
