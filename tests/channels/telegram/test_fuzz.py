"""Whatever arrives: updates made of real ones with parts lost, doubled and replaced, words of every kind, callback data, beside
somebody who goes on talking. Nothing crashes, only what is no update any more is set aside, and the bystander is answered.

A few thousand here; in the slow lane about an hour of them, with the bystander's times.
"""

from __future__ import annotations

import random
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.replay.double.server import TelegramDouble
from tests.support.real_words import names, phrases, screen_words
from tests.support.telegram_bot import Clock, Patient, serving

JUNK: tuple[Any, ...] = (
    None, True, "", "x", -1, 0, 2**31, 2**63, 2**64, -(2**63), 1e300, [], [[]], {}, {"id": None}, [{}], "\x00", "\ud800", "0",
    "9" * 400, "\U0001f9cd\u200d\u2642\ufe0f", "\ufdfa" * 50, {"type": "private"}, [1, "a", None],
)  # fmt: skip
PICTURES = "😭🤕🙏🏽👍\u202e\u200b\ufdfa½\u0301ß٣"
_TURN_EVERY = 25
HANGS = 60.0


class Maker:
    """Makes updates of these people by a seed; the data of the buttons that they are shown may come back otherwise."""

    def __init__(self, seed: int, people: list[Patient], clock: Clock) -> None:
        self.rng, self.people, self.clock = random.Random(seed), people, clock
        self._words = (*phrases()[:2000], *screen_words()[:500], *names()[:300])

    def text(self) -> str:
        rng = self.rng
        kind = rng.randrange(6)
        if kind == 0:
            return "/" + rng.choice(
                ("start", "stop", "back", "review", "why", "help", "mydata", "forget", "privacy", "x")
            )
        if kind == 1:
            return "".join(chr(rng.randrange(1, 0x2FFF)) for _ in range(rng.randrange(1, 60)))
        if kind == 2:
            return (rng.choice(self._words) + rng.choice((", ", " no ", " ", "\n"))) * rng.randrange(1, 40)
        if kind == 3:
            return "".join(rng.choice(PICTURES) for _ in range(rng.randrange(1, 30)))
        return " ".join(rng.choice(self._words) for _ in range(rng.randrange(1, 4)))

    def data(self, person: Patient) -> str:
        rng, shown = self.rng, person.person.messages[-1:]
        known = [b.data for message in shown for row in message.buttons for b in row if b.data]
        if not known or rng.random() < 0.3:
            return self.text()[:64]
        data = list(rng.choice(known))
        for _ in range(rng.randrange(3)):
            data[rng.randrange(len(data))] = rng.choice("abcxyz0189:.-_/")
        return "".join(data)

    def update(self) -> dict[str, Any]:
        rng = self.rng
        who = rng.choice(self.people)
        chat = {**who.person.chat.body, **({"type": "group"} if rng.random() < 0.05 else {})}
        person = {**who.person.body, "language_code": rng.choice(("en", "de", "xx"))}
        message: dict[str, Any] = {
            "message_id": rng.randrange(1, 10**6), "date": int(self.clock()), "chat": chat, "from": person,
        }  # fmt: skip
        what = rng.randrange(8)
        if what < 4:
            message["text"] = self.text()
        elif what == 4:
            message["caption"], message["photo"] = self.text(), [{"file_id": "f", "width": 1, "height": 1}]
        elif what == 5:
            message |= {"forward_origin": {"type": "user"}, "text": self.text(), "quote": {"text": self.text()}}
        update: dict[str, Any] = {"message": message}
        if what == 6:
            update = {"edited_message": {**message, "text": self.text(), "edit_date": message["date"]}}
        elif what == 7:
            shown = {**message, "text": "shown"}
            update = {
                "callback_query": {"id": str(rng.random()), "from": person, "message": shown, "data": self.data(who)}
            }
        return self._broken(update) if rng.random() < 0.4 else update

    def _broken(self, update: dict[str, Any]) -> dict[str, Any]:
        """The update with a few of its parts lost or replaced, wherever they stand."""
        update = deepcopy(update)
        for _ in range(self.rng.randrange(1, 4)):
            places = list(_places(update))
            holder, key = self.rng.choice(places)
            if self.rng.random() < 0.4 and isinstance(holder, dict):
                holder.pop(key, None)
            else:
                holder[key] = deepcopy(self.rng.choice(JUNK))
            if not update:
                return {}
        return update


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place within a value where something may be put instead."""
    inner: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        inner.append((value, key))
        inner += _places(part)
    return inner


@pytest.mark.parametrize(("many", "seed"), [(1_500, 1), pytest.param(150_000, 2, marks=pytest.mark.slow)])
async def test_whatever_arrives_is_survived_and_a_bystander_is_answered(
    many: int, seed: int, tmp_path: Path, telegram: TelegramDouble, clock: Clock
) -> None:
    bystander, waited = Patient(telegram.user(1)), []

    maker = Maker(seed, [Patient(telegram.user(number)) for number in range(2, 42)], clock)
    async with serving(
        telegram, f"sqlite:///{tmp_path}/bot.db", clock, flow="back_spasm", flows_dir=Path("flows")
    ) as running:
        for number in range(many):
            for kind, body in maker.update().items():
                telegram.updates.add(kind, body)
            if number % _TURN_EVERY == 0:
                begun = time.perf_counter()
                answered = len(bystander.person.messages)
                bystander.person.send("/start")
                await bystander.person.until(lambda n=answered: len(bystander.person.messages) > n, HANGS)
                waited.append(time.perf_counter() - begun)
                clock.now += 1
        await telegram.settled(HANGS)
        assert not running.task.done(), "polling has ended"
        reasons = {aside.reason for aside in running.store.set_aside()}
        assert reasons <= {"Unreadable", "UnreadableUpdate"}, "an update that can be read was set aside"
    waited.sort()
    if many > 10_000:
        assert waited[int(len(waited) * 0.99)] < 1.0, (
            f"99 in 100 turns of a bystander: {waited[int(len(waited) * 0.99)]:.2f} s"
        )
