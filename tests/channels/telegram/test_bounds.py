"""One person cannot cost the others anything, and what is said of the chat is true: bounds of exports, edits, and of a block."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.replay.double.faults import Fault
from bot.replay.double.server import TelegramDouble
from bot.service.payload import LONGEST_FILE, LONGEST_TEXT, Payload
from tests.support.telegram_bot import UNCOMPLICATED, Clock, Patient, Running, quiet, serving


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, database_url: str) -> AsyncIterator[Running]:
    async with serving(telegram, database_url, clock=clock) as running:
        yield running


async def test_exports_that_wait_are_in_no_export(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    await ann.start()
    await ann.walks(*UNCOMPLICATED[:4])
    first = (await ann.says("/mydata")).file
    assert first is not None
    telegram.fail("sendDocument", Fault("too_many", retry_after=2))
    for _ in range(16):
        ann.person.send("/mydata")
    await ann.says("/help")
    await quiet(bot, telegram)
    files = [m.file for m in ann.person.messages if m.file is not None]
    assert len(files) == 2, "one at a time"
    assert len(files[1][1]) < 3 * len(first[1])
    assert (await ann.says("/mydata")).file is not None, "the next one is made once the last one has come"


@pytest.mark.parametrize(
    ("payload", "most"),
    [
        (Payload((("text", "a" * 10**6), ("text", "b"))), LONGEST_TEXT + 1000),
        (Payload(tuple(("text", "word") for _ in range(10**5))), 30 * LONGEST_TEXT),
        (Payload(file=("name", "a" * 10**7)), LONGEST_FILE + 1000),
    ],
)
def test_every_payload_has_a_limit(payload: Payload, most: int) -> None:
    kept = payload.within_limits()
    assert len(kept.to_json()) <= most
    assert kept.within_limits().to_json() == kept.to_json() or kept.file is not None
    assert Payload((("text", "short"),)).within_limits() == Payload((("text", "short"),))


async def test_a_file_of_many_sessions_is_bounded_and_says_what_it_leaves_out(bot: Running, ann: Patient) -> None:
    from dataclasses import replace

    from bot.store import Batch

    await ann.consents()
    row = bot.store.sessions_of("telegram:1")[0]
    many = [replace(row, id=f"s{n}", json=row.json + " " * 20_000, started=row.started - n) for n in range(300)]
    bot.store.commit(Batch(now=bot.clock.now, sessions=tuple(many)))
    file = (await ann.says("/mydata")).file
    assert file is not None
    assert len(file[1]) <= LONGEST_FILE
    assert b"too much for one file" in file[1]


async def test_a_double_tap_on_a_list_is_one_edit(bot: Running, ann: Patient, telegram: TelegramDouble) -> None:
    await ann.consents()
    await ann.walks("None of these")
    await quiet(bot, telegram)
    before, edits, message = len(telegram.refused), telegram.counts.get("editMessageText", 0), ann.last
    taps = [ann.person.tap("Crooked shape", message) for _ in range(2)]
    for tap in taps:
        await ann.person.answered(tap)
    await quiet(bot, telegram)
    assert telegram.counts.get("editMessageText", 0) - edits == 1
    assert len(telegram.refused) == before, "an edit that changes nothing is refused"
    await ann.toggles("\u2713 Crooked shape")
    await ann.toggles("Crooked shape")


@pytest.mark.parametrize("silently", [False, True], ids=["said", "found out"])
async def test_after_an_unblock_the_question_comes_before_an_answer_to_it_counts(
    bot: Running, ann: Patient, telegram: TelegramDouble, silently: bool
) -> None:
    """What was said last may have been dropped: who types "no" has not seen what it would deny."""
    await ann.consents()
    await quiet(bot, telegram)
    ann.person.chat.blocked = True
    ann.person.send("none of these")  # answers the screen that is open; the next one cannot be shown
    await quiet(bot, telegram)
    ann.person.chat.blocked = False
    if not silently:
        ann.person.unblock()
        await ann.person.sees("And any of these?")
    before = len(ann.person.messages)
    if silently:
        await ann.says("none of these")
        assert "And any of these?" in ann.last.text
    assert len(ann.person.messages) == before + silently
    bot.clock.now += 5
    await ann.says("none of these")
    assert "How old" in ann.last.text
