"""Which screen a message answers: by when it was written, and what it replies to. Through the Bot API's double."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram.clocks import TwoClocks
from bot.core.model.answers import Many, Since
from bot.replay.double.server import TelegramDouble
from tests.support.telegram_bot import Clock, Patient, Running, quiet
from tests.support.written import backlog, begun, hears, listening_bot, reply_to, screen, session

HOUR = 3600.0


@pytest.fixture
async def bot(telegram: TelegramDouble, clock: Clock, sqlite_url: str) -> AsyncIterator[Running]:
    async with listening_bot(telegram, sqlite_url, clock) as running:
        yield running


# --- by when it was written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["none", "none!!", "no", "0", "none of these", "nope all fine"])
async def test_words_written_before_a_screen_was_shown_do_not_answer_it(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, again: str
) -> None:
    await begun(ann, clock)
    asked = clock.now
    clock.now += 600
    await backlog(bot, telegram, ann, (asked + 10, "none of these"), (asked + 60, again), (asked + 120, again))
    now = session(bot)
    assert now.at == "danger"
    assert set(now.answers) == {"for_whom", "age", "nerves"}
    assert "chest pain" in ann.last.text.lower()
    clock.now += 20
    await ann.says("none of these")
    assert session(bot).at == "warning"


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("i cant pee", "bladder_or_bowel_change"),
        ("numb between my legs", "saddle_numbness"),
        ("chest pain now", "chest_pain_or_breathless"),
        ("passed out this morning", "collapse_or_fainting"),
        ("fever of 39", "fever"),
    ],
)
async def test_a_red_flag_in_them_counts(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, words: str, sign: str
) -> None:
    await begun(ann, clock)
    asked = clock.now
    clock.now += 600
    await backlog(bot, telegram, ann, (asked + 10, "none of these"), (asked + 60, words))
    assert [s.option for s in session(bot).signs] == [sign]


async def test_a_no_written_before_a_sign_was_asked_about_does_not_take_it_back(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    asked = clock.now
    clock.now += 600
    await backlog(bot, telegram, ann, (asked + 10, "i cant pee"), (asked + 12, "no"), (asked + 13, "nope"))
    assert [s.option for s in session(bot).signs] == ["bladder_or_bowel_change"]
    assert session(bot).at == "SIGN"


async def test_a_message_sent_twice_answers_once(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    clock.now += 0.4
    before = len(ann.person.messages)
    await backlog(bot, telegram, ann, (clock.now, "none of these"), (clock.now, "none of these"))
    assert session(bot).at == "danger"
    assert len(ann.person.messages) == before + 1, "the second of the two is passed over without a word"


async def test_facts_in_them_are_kept_for_their_own_questions(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    asked = clock.now
    clock.now += 600
    story = "it began 3 days ago when I lifted a box"
    await backlog(bot, telegram, ann, (asked + 10, "none of these"), (asked + 40, story))
    assert session(bot).at == "danger"
    assert "onset" in session(bot).answers
    assert "danger" not in session(bot).answers


async def test_a_second_number_asks_whether_to_change_the_first(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await ann.start()
    clock.now += 20
    await ann.says("me")
    asked = clock.now
    clock.now += 600
    await backlog(bot, telegram, ann, (asked + 10, "44"), (asked + 20, "54"))
    assert session(bot).at == "CHANGE"
    assert "nerves" not in session(bot).answers


async def test_an_edit_of_an_earlier_message_does_not_answer_a_later_screen(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await ann.start()
    clock.now += 20
    await ann.says("me")
    clock.now += 20
    early = ann.person.send("blubb")
    await quiet(bot, telegram)
    clock.now += 20
    await ann.says("44")
    clock.now += 20
    ann.person.edit("none of these", early)
    await quiet(bot, telegram)
    assert "nerves" not in session(bot).answers


async def test_days_count_from_when_it_was_written(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    today = bot.service.local(clock.now).date()
    wrote = clock.now
    clock.now += 20 * HOUR
    assert bot.service.local(clock.now).date() != today
    await backlog(bot, telegram, ann, (wrote, "it started today, lifting a box"))
    assert session(bot).answers["onset"] == Since(today, today)


async def test_an_urgent_answer_that_comes_a_day_late_names_the_day(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    wrote = clock.now
    clock.now += 600
    await backlog(bot, telegram, ann, (wrote, "i cant pee"))
    assert any(m.text.startswith("You wrote this at 1") for m in ann.person.messages)
    await ann.says("no")
    clock.now += 20 * HOUR
    await backlog(bot, telegram, ann, (wrote + 700, "chest pain"))
    assert any("You wrote this on 20 November at 1" in m.text for m in ann.person.messages)


def test_a_clock_that_is_wrong_is_found_out_by_what_was_sent() -> None:
    right, fast, slow = TwoClocks(), TwoClocks(), TwoClocks()
    for at in (1000.2, 1030.9, 1055.5):
        right.sent(at, at + 0.3, int(at + 0.2))
        fast.sent(at + 400, at + 400.3, int(at + 0.2))
        slow.sent(at - 400, at - 399.7, int(at + 0.2))
    assert right.ahead == 0
    assert 399 <= fast.ahead <= 400.2
    assert -400.2 <= slow.ahead <= -399
    fast.sent(2000.2, 2000.4, 2000)  # it was set right
    assert fast.ahead == 0


async def test_answers_count_though_the_bots_clock_is_fast(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    telegram.account.clock = lambda: clock.now - 500
    await begun(ann, clock, "none of these")
    assert session(bot).at == "danger"


# --- by what it replies to ----------------------------------------------------------------------------------------------

AT_MEDICINES = ("none", "none", "none")


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("2", "saddle_numbness"),
        ("the first one", "bladder_or_bowel_change"),
        ("number 4", "leg_weakness_progressive"),
        ("numb there", "saddle_numbness"),
        ("both legs tingling", "bilateral_leg_symptoms"),
    ],
)
async def test_a_reply_is_read_on_the_question_that_it_replies_to(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, words: str, sign: str
) -> None:
    await begun(ann, clock, *AT_MEDICINES)
    assert session(bot).at == "medicines"
    await hears(bot, telegram, ann, words, **reply_to(screen(ann, "any of these NEW")))
    now = session(bot)
    assert now.ticks == ()
    assert now.signs[0].option == sign


@pytest.mark.parametrize("words", ["none", "no", "0", "none of these", "all fine"])
async def test_a_reply_takes_nothing_back(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, words: str
) -> None:
    await begun(ann, clock, *AT_MEDICINES)
    await ann.says("warfarin")
    await ann.taps_on("Done")
    assert session(bot).at == "health"
    clock.now += 20
    await hears(bot, telegram, ann, words, **reply_to(screen(ann, "Do or did you have")))
    now = session(bot)
    assert now.answers["medicines"] == Many(frozenset({"anticoagulant"}))
    assert "health" not in now.answers


async def test_a_reply_with_another_number_asks_whether_to_change(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    await hears(bot, telegram, ann, "54", **reply_to(screen(ann, "How old are you")))
    assert session(bot).at == "CHANGE"
    await ann.taps_on("Change it")
    assert session(bot).answers["age"].low == 54
    assert session(bot).at == "nerves"


async def test_a_reply_to_the_open_question_answers_it(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock)
    await hears(bot, telegram, ann, "none of these", **reply_to(screen(ann, "any of these NEW")))
    assert session(bot).at == "danger"


@pytest.mark.parametrize("words", ["2", "none", "yes", "no", "blubb"])
async def test_a_reply_to_nobody_knows_what_is_asked_about(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock, words: str
) -> None:
    await begun(ann, clock, *AT_MEDICINES)
    other = {"message_id": 1, "date": 1, "chat": ann.person.chat.body, "from": {"id": 99, "is_bot": True}}
    await hears(bot, telegram, ann, words, reply_to_message={**other, "text": "Something else that the bot said"})
    now = session(bot)
    assert now.at == "medicines"
    assert now.ticks == ()
    assert "medicines" not in now.answers
    assert ann.last.text.startswith(("Test version", "I can't tell which question"))


async def test_a_quote_of_the_bots_own_list_is_no_sign(
    bot: Running, ann: Patient, telegram: TelegramDouble, clock: Clock
) -> None:
    await begun(ann, clock, *AT_MEDICINES)
    quote = {"text": "Numb, tingly or just different between the legs", "position": 1}
    await hears(bot, telegram, ann, "thanks", **reply_to(screen(ann, "any of these NEW"), quote=quote))
    assert session(bot).signs == ()
