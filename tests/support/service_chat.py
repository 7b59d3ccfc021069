"""One chat with a service, event by event: what tests of the service share."""

from __future__ import annotations

from typing import Any

from bot.core.conversation.session import Session
from bot.service.incoming import Handled, Incoming, Pressed
from bot.service.service import Service

ANN, BOB = "telegram:1", "telegram:2"


class Chat:
    """One chat that hands in events one by one and keeps what came."""

    def __init__(self, service: Service, name: str = ANN) -> None:
        self.service, self.name, self.number = service, name, 0

    def does(self, event: Any, **more: Any) -> Handled:
        self.number += 1
        handled, _ = self.service.handle([Incoming(self.name, event, update=more.pop("update", self.number), **more)])
        return handled[0]

    def button(self, handled: Handled, label: str) -> str:
        return next(data for m in handled.messages for row in m.rows for text, data, _ in row if text == label)

    def taps(self, handled: Handled, label: str) -> Handled:
        return self.does(Pressed(self.button(handled, label), 77))

    @property
    def session(self) -> Session | None:
        row = self.service.store.load([self.name])[self.name].session
        return None if row is None else Session.from_json(row.json)


def words(handled: Handled) -> str:
    return "\n".join(m.plain() for m in handled.messages)
