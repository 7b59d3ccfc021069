"""Check-ins in the database: they come once, whatever is said before, and go with everything else that is known of a chat."""

from __future__ import annotations

from typing import Any

from bot.core.conversation.events import Commanded, Elapsed, Started, Typed
from bot.core.conversation.session import ADVICE
from bot.service.incoming import Handled
from bot.service.service import Service
from tests.support.service_chat import ANN, BOB, Chat, words
from tests.support.telegram_bot import UNCOMPLICATED, Clock

DAY = 86400.0


def advised(service: Service, name: str) -> tuple[Chat, Handled]:
    """A chat that has come to its advice, and the turn of it."""
    ann = Chat(service, name)
    ann.number = 1000 * (name == BOB)
    turn = ann.does(Started())
    for label in UNCOMPLICATED:
        turn = ann.taps(turn, label)
    assert ann.session is not None
    assert ann.session.at == ADVICE
    return ann, turn


def wanting(service: Service, name: str = ANN) -> Chat:
    ann, turn = advised(service, name)
    turn = ann.taps(ann.taps(turn, "Check on me"), "Checks all 1, 3")
    ann.taps(turn, "Checks at 9")
    return ann


def come(service: Service) -> list[str]:
    """What is due by now, said."""
    return [words(h) for h in service.handle(service.due())[0] if words(h)]


def test_it_comes_once_on_each_day_whoever_finds_it(service: Service, clock: Clock) -> None:
    ann = wanting(service)
    clock.now += DAY
    found = service.due()
    assert [i.event for i in found] == [Elapsed("check_in")]
    assert [words(h) for h in service.handle(found)[0]] == ["Check new"]
    assert [words(h) for h in service.handle(found)[0]] == [""], "found by two, it is said by one"
    assert come(service) == []
    clock.now += 2 * DAY
    assert come(service) == ["Check new"]
    clock.now += 30 * DAY
    assert come(service) == []
    assert ann.session is not None


def test_words_before_do_not_put_it_off(service: Service, clock: Clock) -> None:
    ann = wanting(service)
    ann.does(Typed("thanks"))
    ann.does(Started())
    clock.now += DAY
    ann.does(Commanded("stop"))
    assert come(service) == []
    bob = wanting(service, BOB)
    bob.does(Typed("thanks"))
    clock.now += DAY
    assert come(service) == ["Check new"]


def test_nothing_comes_after_everything_was_erased(service: Service, clock: Clock) -> None:
    ann = wanting(service)
    ann.does(Commanded("forget"))
    ann.taps(ann.does(Commanded("forget")), "Forget button")
    clock.now += DAY
    assert service.due() == []
    assert service.store.sessions_of(ANN) == []


def test_nothing_comes_after_the_last_word_to_it(service: Service, clock: Clock) -> None:
    ann = wanting(service)
    clock.now += DAY
    (asked,) = [h for h in service.handle(service.due())[0] if words(h)]
    ann.taps(asked, "Stop checks")
    clock.now += 10 * DAY
    assert service.due() == []


def test_what_was_said_is_kept_until_the_last_one_for_who_wants_it_and_no_longer(
    service: Service, clock: Clock
) -> None:
    ann = wanting(service)
    before = clock.now
    kept: Any = service.store.load([ANN])[ANN].session
    assert kept is not None
    assert before + 2 * DAY < kept.finished < before + 3 * DAY
    ann.does(Commanded("stop"))
    kept = service.store.load([ANN])[ANN].session
    assert kept is not None
    assert kept.finished == clock.now
