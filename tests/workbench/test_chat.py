"""A chat on the phone as it is saved, opened from a script, and played again with a flow that was edited."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.app import equip
from bot.replay.playing.run import run_all
from bot.replay.playing.ways import MemoryWay
from bot.replay.script.flows import Only
from bot.replay.script.reading import Scripts, read_text
from bot.workbench.phone.chat import PhoneChat
from tests.support.flow_edits import BACK_SPASM, SPRAIN, edited, flow_at
from tests.support.workbench import NOON

FLOW = equip(flow_at(SPRAIN))


def talked() -> PhoneChat:
    """A chat with words, a tap, silence, and a bot that was restarted."""
    chat = PhoneChat(FLOW, "en", NOON, "An ankle").begin()
    chat.write("me")
    chat.wait(20 * 60)
    keys = [b for item in chat.items if item.message for row in item.message.rows for b in row]
    chat.press(next(key.data for key in keys if key.label == "None of these"))
    chat.restart()
    chat.wait(90)
    chat.write("i have a fever")
    chat.write("done")
    return chat


def read(text: str) -> Scripts:
    found = Scripts()
    read_text(text, Path("one.yaml"), Only(FLOW), found)
    assert found.findings == []
    return found


def test_a_chat_is_saved_with_all_that_was_done_in_its_order() -> None:
    steps = yaml.safe_load(talked().script("An ankle"))["chat"]
    done = [step for step in steps if "bot" not in step]
    assert done == [
        {"me": "me"}, {"later": "20 minutes"}, {"tap": "no_danger"}, {"restart": True}, {"later": "90 seconds"},
        {"me": "i have a fever"}, {"me": "done"},
    ]  # fmt: skip


def test_a_saved_chat_passes_as_a_script() -> None:
    outcomes = list(run_all(read(talked().script("An ankle")), [MemoryWay()]))
    assert [outcome.passed for outcome in outcomes] == [True]


def test_a_script_that_is_opened_goes_on_and_is_saved_whole() -> None:
    text = talked().script("An ankle")
    case = read(text).cases[0]
    chat = PhoneChat.of_case(case, FLOW, {})
    assert chat.outcome is not None
    assert chat.outcome.passed
    assert chat.script("An ankle") == text
    chat.write("35")
    assert chat.script("An ankle").count("later:") == 2
    assert {"me": "me"} in yaml.safe_load(chat.script("An ankle"))["chat"]
    assert [words for _, words in chat.typed] == ["me", "i have a fever", "done", "35"]
    numbers = [turn.event.message for turn in chat.driver.turns if hasattr(turn.event, "message")]
    assert len(numbers) == len(set(numbers))


def test_a_chat_is_played_again_with_the_flow_as_it_is_now() -> None:
    other = equip(edited(SPRAIN, ("texts.en.yaml", "How ill do you feel?", "How bad is the fever?")))
    again = talked().again(other)
    assert again.flow is other
    assert again.session.at == "fever_more"
    assert again.outcome is not None
    assert again.outcome.passed
    shown = [block.text for item in again.items if item.message for block in item.message.blocks]
    assert "How bad is the fever?" in shown
    assert again.now == talked().now


def test_a_chat_that_leads_elsewhere_now_says_where() -> None:
    other = equip(
        edited(SPRAIN, ("triage.yaml", "when: fever\n    level: same_day", "when: fever\n    level: see_soon"))
    )
    again = talked().again(other)
    assert again.outcome is not None
    assert not again.outcome.passed
    assert again.outcome.deviations[0].expected


@pytest.mark.parametrize("seconds", [1, 59, 60, 90, 3600, 5400, 86400, 7 * 86400])
def test_a_time_is_written_as_it_is_read(seconds: int) -> None:
    chat = PhoneChat(FLOW, "en", NOON).begin()
    chat.write("me")
    chat.wait(seconds)
    again = chat.again(FLOW)
    assert again.now == chat.now


def test_old_keys_are_told_from_those_of_the_open_screen_and_of_what_stands_over_it() -> None:
    chat = PhoneChat(equip(flow_at(BACK_SPASM)), "en", NOON).begin()

    def kept() -> dict[str, bool]:
        """The first key of each message that has some -> whether it is up to date."""
        rows = {number: item.message.rows for number, item in enumerate(chat.items) if item.message}
        return {first[0][0].label: number >= chat.driver.open_from for number, first in rows.items() if first}

    chat.write("me")
    chat.write("44, I have pain in my low back since lifting")
    assert kept() == {"Where": True, "Pee or poo": True}
    chat.write("none")
    assert kept() == {"Where": False, "Chest or breath": True}
    chat.order("/why")
    assert kept() == {"Where": False, "Chest or breath": True}
