"""What a message is drawn on: the words of the flow, the blocks so far, and the buttons of a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.session import Session
from bot.core.conversation.triage import TO_ALL, fold_session, shown_to
from bot.core.flow.compiled import Flow

from .answer_words import Places, Words, words_for
from .message import Block, BlockKind, Button, Message, Style
from .phone_lines import phone_cards

_STYLES: dict[str, Style] = {
    **dict.fromkeys((sc.DONE, sc.AS_USUAL, sc.CARRY_ON, sc.HELPED, sc.TELL), "primary"),
    **dict.fromkeys((sc.STOP_HERE, sc.CANT_GET_THERE), "danger"),
}
"""The way on, and the ways to what is urgent."""

COLUMN = 19
"""Labels up to this length stand in two columns."""


class Drawing:
    def __init__(self, flow: Flow, session: Session, places: Places, now: datetime) -> None:
        places = places.at(session.country)
        self.flow, self.s, self.now, self.places = flow, session, now, places
        shown = shown_to(flow, fold_session(flow, session, now.date())) if flow.audiences or flow.offered else TO_ALL
        self.words: Words = words_for(flow, session.lang, places, shown.audiences)
        self.hidden = shown.hidden
        self.blocks: list[Block] = []
        self.dates: dict[str, int] = {}

    def put(self, kind: BlockKind, text: str) -> None:
        if text:
            self.blocks.append(Block(kind, text))

    def say(self, key: str, /, **params: Any) -> None:
        self.put("text", self.words.system(key, **params))

    def day(self, moment: datetime) -> str:
        """A day in words; a channel may show it as the date that it is."""
        said = self.words.day(moment.date())
        self.dates[said] = int(moment.timestamp())
        return said

    def button(self, screen: str, choice: str, label: str, ticked: bool = False) -> Button:
        return self.buttons_of(screen)(choice, label, ticked)

    def buttons_of(self, screen: str) -> Callable[[str, str, bool], Button]:
        """What makes the buttons of a screen from choice, label and whether its line is ticked."""
        data = sc.encoder(self.flow, self.s.id, self.s.turn, screen)

        def button(choice: str, label: str, ticked: bool) -> Button:
            marked = f"\u2713 {label}" if ticked else label
            return Button(marked, data(choice, ticked), choice, _STYLES.get(choice, ""))

        return button

    def system_button(self, screen: str, choice: str, key: str | None = None) -> Button:
        return self.button(screen, choice, self.words.system(key or choice))

    def messages(
        self, rows: Iterable[tuple[Button, ...]] = (), turn: int | None = None, urgent: bool = False
    ) -> list[Message]:
        """The blocks so far as cards that a phone shows whole; the buttons stand under the last."""
        screens = self.flow.interview.screens
        self.blocks, *others = phone_cards(self.blocks, screens.card_lines, screens.width)
        first = self.message(urgent=urgent)
        made = [first, *(replace(first, blocks=tuple(card)) for card in others)]
        return [*made[:-1], replace(made[-1], rows=tuple(rows), turn=turn)]

    def message(self, rows: Iterable[tuple[Button, ...]] = (), **more: Any) -> Message:
        marked = (Block("note", self.words.system("unsafe_version")),) if self.s.unsafe and self.blocks else ()
        dates = tuple(self.dates.items())
        message = Message((*marked, *self.blocks), tuple(rows), dates=dates, **more)
        self.blocks, self.dates = [], {}
        return message
