"""What is counted of a chat: where people came, went on, went back, fell silent or were not understood; never what they said."""

from __future__ import annotations

import pytest

from bot.core.conversation.events import Commanded, Started, Typed
from bot.service.counting import SECONDS, TOOK, took
from bot.service.service import Service
from tests.service.test_check_ins import advised, wanting
from tests.support.service_chat import ANN, Chat
from tests.support.telegram_bot import UNCOMPLICATED, Clock

DAY = 86400.0


def counts(service: Service) -> dict[tuple[str, str], int]:
    return {(c.question, c.what): n for c, n in service.store.statistics().items()}


def walk(chat: Chat, *labels: str) -> None:
    last = chat.does(Started())
    for label in labels:
        last = chat.taps(last, label)


def test_a_walk_to_the_advice(service: Service) -> None:
    walk(Chat(service), *UNCOMPLICATED)
    ben = Chat(service, "telegram:2")
    ben.number = 100
    walk(ben, *UNCOMPLICATED[:1])
    found = counts(service)
    flow = service.flows.named(None)
    first, second = (q.ask for q in flow.interview.questions[:2])
    assert found[first, "reached"] == found[first, "continued"] == 2
    assert (found[second, "reached"], found[second, "continued"]) == (2, 1)
    assert sum(n for (_, what), n in found.items() if what == "level_self_care") == 1
    assert {c.version for c in service.store.statistics()} == {flow.version}
    assert not any(what in ("back", "back_at_once", "left", "not_read") for _, what in found)


def test_going_back_at_once_and_later(service: Service) -> None:
    ann = Chat(service)
    walk(ann, *UNCOMPLICATED[:3])
    second, third = (q.ask for q in service.flows.named(None).interview.questions[1:3])
    ann.does(Commanded("back"))
    found = counts(service)
    assert (found[third, "back"], found[third, "back_at_once"]) == (1, 1)
    ann.does(Commanded("back"))
    found = counts(service)
    assert found[second, "back"] == 1
    assert (second, "back_at_once") not in found


def test_silence_and_what_was_not_read(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    walk(ann, *UNCOMPLICATED[:3])
    assert ann.session is not None
    question = ann.session.at
    ann.does(Typed("xyzzy plugh", 9))
    assert counts(service)[question, "not_read"] == 1
    clock.now += 3 * 3600
    service.handle(service.due())
    assert counts(service)[question, "left"] == 1


def test_erasing_a_chat_keeps_the_counts(service: Service) -> None:
    ann = Chat(service)
    walk(ann, *UNCOMPLICATED[:2])
    before = counts(service)
    service.store.erase_chat(ann.name, 1.0)
    assert counts(service) == before


def test_how_long_a_question_stood_until_it_was_answered(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    asked = ann.does(Started())
    clock.now += 4
    asked = ann.taps(asked, "Me")
    clock.now += 11
    asked = ann.taps(asked, "None of these")
    clock.now += 25
    asked = ann.taps(asked, "Crooked shape")  # a tick is no answer
    clock.now += 25
    ann.does(Commanded("why"))  # nor is a question of theirs
    clock.now += 25
    ann.taps(asked, "Done")
    first, second, third = (q.ask for q in service.flows.named(None).interview.questions[:3])
    assert {place: n for place, n in counts(service).items() if place[1] in TOOK} == {
        (first, "within_5"): 1,
        (second, "within_20"): 1,
        (third, "within_120"): 1,
    }


def test_lines_that_are_cleared_up_one_by_one_are_not_timed(service: Service, clock: Clock) -> None:
    ann = Chat(service)
    asked = ann.taps(ann.does(Started()), "Me")
    clock.now += 40
    asked = ann.taps(asked, "Not sure")
    asked = ann.taps(ann.taps(asked, "Cold foot"), "Done")
    ann.taps(asked, "No")
    second = service.flows.named(None).interview.questions[1].ask
    found = counts(service)
    assert found[second, "continued"] == 1
    assert not [what for question, what in found if question == second and what in TOOK]


@pytest.mark.parametrize(
    ("seconds", "counter"), [(0, "within_5"), (5, "within_5"), (5.1, "within_10"), (3601, "longer")]
)
def test_each_time_has_one_counter(seconds: float, counter: str) -> None:
    assert took(seconds) == counter
    assert {took(second) for second in range(0, 2 * SECONDS[-1])} == set(TOOK)


def test_who_begins_again_is_counted_again(service: Service) -> None:
    ann, turn = advised(service, ANN)
    first = service.flows.named(None).interview.questions[0].ask
    assert counts(service)[first, "reached"] == 1
    ann.taps(ann.taps(turn, "More there"), "Again button")
    assert counts(service)[first, "reached"] == 2
    assert counts(service)[first, "continued"] == 1


@pytest.mark.parametrize(
    ("labels", "went"),
    [
        (("Nothing new", "4", "Managing some"), "same"),
        (("Nothing new", "2", "Managing hardly"), "better"),
        (("Nothing new", "6", "Managing as usual"), "worse"),
        (("Something new",), "something_new"),
        (("Nothing new", "4"), ""),
    ],
)
def test_how_it_goes_is_counted_by_one_word(service: Service, clock: Clock, labels: tuple[str, ...], went: str) -> None:
    ann = wanting(service)
    clock.now += DAY
    (came,), _ = service.handle(service.due())
    for label in labels:
        came = ann.taps(came, label)
    found = {
        what.removeprefix("check_in_"): n for (_, what), n in counts(service).items() if what.startswith("check_in")
    }
    assert found == {"came": 1, **({went: 1} if went else {})}


def test_a_day_held_against_the_one_before(service: Service, clock: Clock) -> None:
    ann = wanting(service)
    for days, labels in ((1, ("4", "Managing some", "Did home")), (2, ("4", "Managing as usual"))):
        clock.now += days * DAY
        (came,), _ = service.handle(service.due())
        came = ann.taps(came, "Nothing new")
        for label in labels:
            came = ann.taps(came, label)
    found = {what: n for (_, what), n in counts(service).items() if what.startswith("check_in")}
    assert found == {"check_in_came": 2, "check_in_same": 1, "check_in_better": 1}


def test_nobody_left_or_went_back_because_a_check_in_opened_the_questions_again(service: Service, clock: Clock) -> None:
    ann = wanting(service)
    clock.now += DAY
    (came,), _ = service.handle(service.due())
    ann.taps(came, "Something new")
    assert not [what for _, what in counts(service) if what in ("left", "back", "back_at_once")]
