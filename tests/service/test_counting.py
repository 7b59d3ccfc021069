"""What is counted of a chat: where people came, went on, went back, fell silent or were not understood; never what they said."""

from __future__ import annotations

from bot.core.conversation.events import Commanded, Started, Typed
from bot.service.service import Service
from tests.support.service_chat import Chat
from tests.support.telegram_bot import UNCOMPLICATED, Clock


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
