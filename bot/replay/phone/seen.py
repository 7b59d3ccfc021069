"""A case played in memory, and everything that stood on the phone: what the bot sent, what was tapped, what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bot.core.conversation.events import Acknowledge
from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places
from bot.core.rendering.message import Block, Message
from bot.replay.playing.acts import Act, Open, Order, Press, Replace, Restart, Rewrite, Send, Shown, Wait, Write
from bot.replay.playing.memory import MemoryDriver
from bot.replay.playing.outcome import Played
from bot.replay.playing.ways import MEMORY, now_or_never, played
from bot.replay.script.model import Case

Who = Literal["bot", "patient", "between"]


@dataclass
class PhoneItem:
    """Something on the phone. `message`: of the bot's, as it was first shown; `text`: what the patient typed, or what stands
    between two messages (time that passes, a notice); `tapped`: the data of the buttons that were tapped on it."""

    who: Who
    text: str = ""
    message: Message | None = None
    tapped: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class SeenCase:
    """One case: what was seen in it, and how it came out."""

    case: Case
    flow: Flow
    seen: tuple[PhoneItem, ...]
    outcome: Played


class PhoneDriver(MemoryDriver):
    """The driver in memory, which takes down what it shows."""

    def __init__(self, flow: Flow, lang: str, now: datetime) -> None:
        super().__init__(flow, lang, now, Places())
        self.seen: list[PhoneItem] = []

    async def do(self, act: Act) -> tuple[Shown, ...]:
        """See `Driver`."""
        turns = len(self.turns)
        self._took(act)
        shown = await super().do(act)
        for turn in self.turns[turns:]:
            for effect in turn.turn.effects:
                if isinstance(effect, Acknowledge) and effect.key is not None:
                    said = turn.flow.text(turn.turn.session.lang).system[effect.key]
                    self.seen.append(PhoneItem("between", f"(for a moment) {said}"))
        return shown

    def _took(self, act: Act) -> None:
        """What the patient does, as it stands on the phone."""
        if isinstance(act, Press):
            of = next((s for s in reversed(self.seen) if act.data in _data(s)), None)
            if of is not None:
                of.tapped.add(act.data)
            return
        if isinstance(act, Open):
            return
        who: Who = "between" if isinstance(act, Wait | Restart | Replace) else "patient"
        self.seen.append(PhoneItem(who, _words(act)))

    def _show(self, message: Message, drawn_by: str) -> Shown:
        shown = super()._show(message, drawn_by)
        if not shown.edits:
            self.seen.append(PhoneItem("bot", message=message))
        return shown

    def _forgotten(self) -> Shown:
        shown = super()._forgotten()
        self.seen.append(PhoneItem("bot", message=Message((Block("text", shown.text),))))
        return shown


def _data(seen: PhoneItem) -> set[str]:
    return set() if seen.message is None else {b.data for row in seen.message.rows for b in row}


def _words(act: Act) -> str:
    if isinstance(act, Write):
        return act.text
    if isinstance(act, Rewrite):
        return f"(message {act.number}, edited) {act.text}"
    if isinstance(act, Order):
        return f"/{act.name} {act.argument}".strip()
    if isinstance(act, Send):
        return f"({act.kind})"
    if isinstance(act, Wait):
        unit, size = next((u, s) for u, s in TIME_UNITS if act.seconds >= 2 * s or s == 1)
        return f"{act.seconds / size:.3g} {unit} later"
    return "the bot was restarted" if isinstance(act, Restart) else "a new version of the flow"


TIME_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


def seen_case(case: Case, flow: Flow, versions: Mapping[str, Flow]) -> SeenCase:
    """Play the case; as far as it goes, if it goes another way than it should."""
    driver = PhoneDriver(flow, case.lang, case.now.replace(tzinfo=UTC))
    outcome = now_or_never(played(MEMORY, case, flow, versions, driver, UTC))
    return SeenCase(case, flow, tuple(driver.seen), outcome)
