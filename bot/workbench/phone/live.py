"""The phone as it stands now: what the bot edits changes in place, as it does in a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.conversation import screens as sc
from bot.core.flow.compiled import Flow
from bot.core.rendering.message import Message
from bot.replay.phone.seen import PhoneDriver, PhoneItem
from bot.replay.playing.acts import Act, Shown


class LivePhone(PhoneDriver):
    """The driver whose phone shows ticks, and buttons that went. `acts`: everything done, with how many turns were before it;
    `fresh`: how much stood on the phone before what was done last."""

    def __init__(self, flow: Flow, lang: str, now: datetime) -> None:
        super().__init__(flow, lang, now)
        self.acts: list[tuple[int, Act]] = []
        self.fresh = 0
        self._by_number: dict[int, PhoneItem] = {}

    async def do(self, act: Act) -> tuple[Shown, ...]:
        """See `Driver`."""
        self.acts.append((len(self.turns), act))
        self.fresh = len(self.seen)
        return await super().do(act)

    def _show(self, message: Message, drawn_by: str) -> Shown:
        shown = super()._show(message, drawn_by)
        if not shown.edits:
            self._by_number[shown.message] = self.seen[-1]
            return shown
        item = self._by_number.get(shown.message)
        if item is not None and item.message is not None:
            item.message = replace(
                message, blocks=message.blocks or item.message.blocks, picture=message.picture or item.message.picture
            )
            item.tapped.clear()
        return shown

    @property
    def open_from(self) -> int:
        """The first item whose buttons are up to date: of the open screen, or of what the last turn brought."""
        shown = (number for number, item in enumerate(self.seen) if self._shows_the_open_screen(item))
        return min(max(shown, default=0), self.fresh)

    def _shows_the_open_screen(self, item: PhoneItem) -> bool:
        rows = () if item.message is None else item.message.rows
        taps = (sc.decode(self.flow, button.data) for row in rows for button in row)
        return any(tap is not None and (tap.session, tap.screen) == (self.s.id, self.s.at) for tap in taps)
