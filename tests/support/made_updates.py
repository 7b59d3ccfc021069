"""Updates made of real ones with parts lost, doubled and replaced, words of every kind, and data of buttons."""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from tests.support.real_words import names, phrases, screen_words
from tests.support.telegram_bot import Clock, Patient

JUNK: tuple[Any, ...] = (
    None, True, "", "x", -1, 0, 2**31, 2**63, 2**64, -(2**63), 1e300, [], [[]], {}, {"id": None}, [{}], "\x00", "\ud800", "0",
    "9" * 400, "\U0001f9cd\u200d\u2642\ufe0f", "\ufdfa" * 50, {"type": "private"}, [1, "a", None],
)  # fmt: skip
PICTURES = "😭🤕🙏🏽👍\u202e\u200b\ufdfa½\u0301ß٣"


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


def slowest(waited: Sequence[float]) -> str:
    """What a bystander waited for, in words."""
    middle = sorted(waited)[len(waited) // 2]
    return f"of {len(waited)} turns half took {middle:.3f} s, 99 in 100 {p99(waited):.3f}, all {max(waited):.3f}"


def p99(waited: Sequence[float]) -> float:
    """What 99 in 100 turns of a bystander took at most, in seconds."""
    return sorted(waited)[int(len(waited) * 0.99)]
