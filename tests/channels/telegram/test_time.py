"""What silence, night, age and editing do: due messages, the six hours, retention, new and withdrawn versions."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import safe_flow
from bot.replay.double.server import TelegramDouble
from bot.server.flow_reload import Reloading
from tests.support.telegram_bot import FLOWS, UNCOMPLICATED, Clock, Patient, Running, eventually, quiet, serving

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, database_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, database_url, clock=clock) as running:
        yield running


def said(ann: Patient) -> list[str]:
    return [m.text for m in ann.person.messages]


async def test_one_reminder_after_two_hours_and_no_second(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    await ann.consents()
    await bot.wait(2 * HOUR - 1)
    await quiet(bot, telegram)
    assert "Silence reminder" not in said(ann)
    await bot.wait(2)
    await ann.person.sees("Silence reminder")
    await bot.wait(12 * HOUR)
    await quiet(bot, telegram)
    assert said(ann).count("Silence reminder") == 1


async def test_none_at_night_unless_urgent(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    bot.clock.now = datetime(2026, 11, 20, 21, 0, tzinfo=UTC).timestamp()
    await ann.consents()
    await bot.wait(5 * HOUR)
    await quiet(bot, telegram)
    assert "Silence reminder" not in said(ann)
    await bot.wait(6 * HOUR)
    await ann.person.sees("Silence reminder")


async def test_after_an_emergency_help_is_asked_about_once_at_night_too(bot: Running, ann: Patient) -> None:
    bot.clock.now = datetime(2026, 11, 20, 23, 0, tzinfo=UTC).timestamp()
    await ann.consents()
    await ann.taps_on("Cold foot")
    await bot.wait(20 * MINUTE + 1)
    await ann.person.sees("Silence help")


async def test_with_a_sign_of_today_the_advice_so_far_is_given(bot: Running, ann: Patient) -> None:
    await ann.consents()
    await ann.taps_on("None of these")
    await ann.toggles("Crooked shape")
    await ann.taps_on("Done")
    await bot.wait(15 * MINUTE + 1)
    await ann.person.sees("See a clinician today")


async def test_the_patients_next_word_cancels_what_was_due(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    await ann.consents()
    await bot.wait(1.9 * HOUR)
    await ann.taps_on("None of these")
    await bot.wait(0.2 * HOUR)
    await quiet(bot, telegram)
    assert "Silence reminder" not in said(ann)


async def test_after_six_hours_the_emergency_screens_come_again(bot: Running, ann: Patient) -> None:
    await ann.start()
    await ann.walks(*UNCOMPLICATED[:5])
    bot.clock.now += 6 * HOUR + 60
    await ann.says("2 days ago")
    assert "Is any of these so?" in ann.last.text


async def test_finished_and_left_chats_are_erased_after_their_days(
    bot: Running, ann: Patient, telegram: TelegramDouble
) -> None:
    bob = Patient(telegram.user(2))
    await ann.start()
    await ann.walks(*UNCOMPLICATED)
    await bob.consents()
    await quiet(bot, telegram)
    bot.clock.now += 29 * DAY
    await bot.channel.chores.retention()
    assert bot.store.sessions_of("telegram:1")
    bot.clock.now += 2 * DAY
    await bot.channel.chores.retention()
    assert not bot.store.sessions_of("telegram:1")
    assert not bot.store.sessions_of("telegram:2")


# Versions


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FLOWS / "sprain", tmp_path / "flows" / "sprain")
    return tmp_path / "flows"


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / "sprain" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


async def test_an_edited_flow_is_for_new_chats_and_running_ones_end_as_they_began(
    telegram: TelegramDouble, clock: Clock, sqlite_url: str, folder: Path, ann: Patient
) -> None:
    bob = Patient(telegram.user(2))
    async with serving(telegram, sqlite_url, clock=clock, flows_dir=folder) as bot:
        reloading = Reloading(folder, bot.service, bot.channel.thread, safe_flow)
        await ann.consents()
        edit(folder, "texts.en.yaml", "And any of these?", "And now any of those?")
        await reloading.look()
        await bob.consents()
        await bob.taps_on("None of these")
        assert "And now any of those?" in bob.last.text
    async with serving(telegram, sqlite_url, clock=clock, flows_dir=folder):
        await ann.taps_on("None of these")
        assert "And any of these?" in ann.last.text


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("interview.yaml", "ask: swelling", "ask: swelling oops"),
        ("texts.en.yaml", "  danger:\n", "  dangerr:\n"),
        ("triage.yaml", "when: any of (cold_pale_foot, bone_through_skin, foot_wont_move)\n    level: emergency",
         "when: all of (cold_pale_foot, bone_through_skin, foot_wont_move)\n    level: emergency"),
    ],
    ids=["not a flow", "a text missing", "not safe"],
)  # fmt: skip
async def test_an_edit_that_does_not_check_clean_is_refused_and_the_old_version_stays(
    telegram: TelegramDouble,
    clock: Clock,
    sqlite_url: str,
    folder: Path,
    ann: Patient,
    caplog: pytest.LogCaptureFixture,
    file: str,
    old: str,
    new: str,
) -> None:
    async with serving(telegram, sqlite_url, clock=clock, flows_dir=folder) as bot:
        reloading = Reloading(folder, bot.service, bot.channel.thread, safe_flow)
        before = bot.service.flows.named(None).version
        edit(folder, file, old, new)
        await reloading.look()
        assert "edited flow refused" in caplog.text
        assert bot.service.flows.named(None).version == before
        await ann.consents()
        edit(folder, file, new, old)
        edit(folder, "texts.en.yaml", "And any of these?", "And now any of those?")
        await reloading.look()
        assert bot.service.flows.named(None).version != before


async def test_chats_of_a_withdrawn_version_move_on_at_their_next_word(
    telegram: TelegramDouble, clock: Clock, sqlite_url: str, folder: Path, ann: Patient
) -> None:
    async with serving(telegram, sqlite_url, clock=clock, flows_dir=folder) as bot:
        reloading = Reloading(folder, bot.service, bot.channel.thread, safe_flow)
        unsafe = bot.service.flows.named(None).version
        await ann.start()
        await ann.walks(*UNCOMPLICATED[:4])
        edit(folder, "texts.en.yaml", "Do any of these apply?", "Is any of these so with you?")
        await reloading.look()
        assert bot.store.withdraw(unsafe)
        await bot.channel.chores.withdrawn()
        message = ann.last
        before = len(said(ann))
        ann.person.press(message, message.button("None of these").data)
        await ann.person.until(lambda: len(said(ann)) > before)
        assert "Is any of these so with you?" in ann.last.text
        row = bot.store.load(["telegram:1"])["telegram:1"].session
        assert row is not None
        assert row.version == bot.service.flows.named(None).version
        await ann.taps_on("None of these")
        assert "When did you twist it?" in ann.last.text


async def test_while_the_current_version_is_withdrawn_everybody_is_told_and_nobody_is_asked(
    telegram: TelegramDouble,
    clock: Clock,
    sqlite_url: str,
    folder: Path,
    ann: Patient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(telegram, sqlite_url, clock=clock, flows_dir=folder) as bot:
        bob = Patient(telegram.user(2))
        reloading = Reloading(folder, bot.service, bot.channel.thread, safe_flow)
        await ann.consents()
        bot.store.withdraw(bot.service.flows.named(None).version)
        await bot.channel.chores.withdrawn()
        assert "nobody is asked anything until a corrected flow" in caplog.text
        assert (await ann.taps_on("None of these")).text == "Paused"
        await bob.start()
        assert bob.last.text == "Paused"
        edit(folder, "texts.en.yaml", "And any of these?", "And now any of those?")
        await reloading.look()
        await ann.says("hello")
        assert "Is any of these so?" in ann.last.text
        await bob.start()
        assert "Who is this about?" in bob.last.text


async def test_a_red_flag_on_a_keyboard_of_a_withdrawn_version_counts(
    telegram: TelegramDouble, clock: Clock, sqlite_url: str, folder: Path, ann: Patient
) -> None:
    async with serving(telegram, sqlite_url, clock=clock, flows_dir=folder) as bot:
        reloading = Reloading(folder, bot.service, bot.channel.thread, safe_flow)
        unsafe = bot.service.flows.named(None).version
        message = await ann.consents()
        edit(folder, "texts.en.yaml", "Is any of these so?", "Is any of the following so?")
        await reloading.look()
        bot.store.withdraw(unsafe)
        await bot.channel.chores.withdrawn()
        ann.person.press(message, message.button("Cold foot").data)
        await eventually(lambda: "a cold or pale foot" in ann.last.text)
