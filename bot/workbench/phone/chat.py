"""One chat on the phone of the workbench: taps, typed words, time that passes; and what it came to as a script or a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.core.conversation.events import Typed
from bot.core.conversation.session import Session
from bot.core.flow.answer_values import as_read
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.replay.phone.seen import TIME_UNITS, PhoneItem
from bot.replay.playing.acts import Act, Open, Order, Press, Restart, Send, Shown, Wait, Write
from bot.replay.playing.memory import MemoryTurn
from bot.replay.playing.outcome import Played, standing
from bot.replay.playing.ways import MEMORY, now_or_never, played
from bot.replay.recording.record import Recording, plain_answer
from bot.replay.script.flows import Only
from bot.replay.script.model import Case
from bot.replay.script.reading import Scripts, read_text

from .live import LivePhone

Typing = tuple[str, str]
"""The screen on which something was typed, and the words."""


class PhoneChat:
    """A chat in memory with one version of a flow. `title`: what it began from; `begins`: when, if that was chosen; `outcome`: how
    the script went that it began with, if one was played."""

    def __init__(self, flow: Flow, lang: str, now: datetime, title: str = "", begins: datetime | None = None) -> None:
        self.flow, self.lang, self.title, self.begins = flow, lang, title, begins
        self.driver = LivePhone(flow, lang, now)
        self.recording = Recording(flow, now, keep_words=True, lang=lang)
        self.outcome: Played | None = None
        self._told = 0
        self._done = 0

    def begin(self) -> PhoneChat:
        """Open the chat."""
        self._do(Open())
        return self

    @classmethod
    def of_case(cls, case: Case, flow: Flow, versions: Mapping[str, Flow]) -> PhoneChat:
        """The chat as a script leaves it, to go on from there."""
        chat = cls(flow, case.lang, case.now.replace(tzinfo=UTC), case.title)
        chat.outcome = now_or_never(played(MEMORY, case, flow, versions, chat.driver, UTC))
        chat._tell()
        return chat

    def again(self, flow: Flow) -> PhoneChat:
        """The same lines with another version of the flow, as far as they lead anywhere there; `outcome` says how far."""
        steps = self.recording.steps  # the first says that consent is on screen, which a script gives by itself else
        lines = replace(self.recording, steps=[*steps[:1], *(step for step in steps[1:] if "bot" not in step)])
        found = Scripts()
        text = self._written(lines, self.title or "Once more")
        read_text(text, Path("again.yaml"), Only(flow), found)
        if not found.cases:
            return PhoneChat(flow, self.lang, self._begun, self.title, self.begins).begin()
        chat = PhoneChat.of_case(found.cases[0], flow, {})
        chat.title, chat.begins = self.title, self.begins
        return chat

    # --- what an operator does --------------------------------------------------------------------------------------

    def press(self, data: str) -> None:
        """Press the button with this data, on whichever message it stands."""
        self._do(Press(data, 0))

    def write(self, text: str) -> None:
        """Type words."""
        numbers = (turn.event.message or 0 for turn in self.driver.turns if isinstance(turn.event, Typed))
        self._do(Write(text, 1 + max(numbers, default=0)))

    def order(self, name: str) -> None:
        """Give a command, e.g. "back" or "language de"."""
        word, _, argument = name.strip().removeprefix("/").partition(" ")
        self._do(Order(word, argument.strip()))

    def send(self, kind: str) -> None:
        """Send something that is no text."""
        self._do(Send(kind))

    def restart(self) -> None:
        """Stop the bot and start it again."""
        self._do(Restart())

    def wait(self, seconds: float) -> None:
        """Let time pass in silence; what is due on the way comes."""
        self._do(Wait(seconds))

    def _do(self, act: Act) -> tuple[Shown, ...]:
        shown = now_or_never(self.driver.do(act))
        self._tell()
        return shown

    def _tell(self) -> None:
        """Take down in the recording what was done since, and what came of it, in the order in which it happened."""
        for turns, act in self.driver.acts[self._done :]:
            self._tell_turns(turns)
            if isinstance(act, Wait):
                self.recording.steps.append({"later": _time_words(act.seconds)})
            elif isinstance(act, Restart):
                self.recording.steps.append({"restart": True})
        self._done = len(self.driver.acts)
        self._tell_turns(len(self.driver.turns))

    def _tell_turns(self, until: int) -> None:
        for turn in self.driver.turns[self._told : until]:
            self.recording.turn(turn.event, turn.turn.session)
        self._told = max(self._told, until)

    # --- what it shows ----------------------------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The chat as the bot keeps it."""
        return self.driver.s

    @property
    def now(self) -> datetime:
        """The time in the chat."""
        return self.driver.now

    @property
    def items(self) -> list[PhoneItem]:
        """Everything on the phone, oldest first."""
        return self.driver.seen

    @property
    def typed(self) -> list[Typing]:
        """All that was typed."""
        return [(turn.before.at, turn.event.text) for turn in self.driver.turns if isinstance(turn.event, Typed)]

    @property
    def last(self) -> MemoryTurn | None:
        """The turn that was handled last."""
        return self.driver.turns[-1] if self.driver.turns else None

    # --- what becomes of it -----------------------------------------------------------------------------------------

    def script(self, title: str) -> str:
        """The chat as a script that expects what came of it."""
        return self._written(self.recording, title)

    @property
    def _begun(self) -> datetime:
        return self.driver.turns[0].now if self.driver.turns else self.now

    def _written(self, recording: Recording, title: str) -> str:
        text = replace(recording, now=self.now).script(title)
        return text.replace(f"\nnow: {_minutes(self.now)}\n", f"\nnow: {_minutes(self._begun)}\n", 1)

    def person(self, title: str) -> str:
        """The chat as a person of the crowd: the facts that were understood, the words in which they were told."""
        session, flow = self.session, self.flow
        facts: dict[str, Any] = {}
        for name, kept in session.answers.items():
            question = flow.questions[name]
            if not question.consent:
                read = as_read(question, kept, session.seen.date())
                if read != flow.usual[name] or (isinstance(read, Many) and read.yes):
                    facts[name] = plain_answer(question, read, kept)
        says: dict[str, list[str]] = {}
        opens: list[str] = []
        for screen, words in self.typed:
            name = screen.partition("/")[0]
            if name in flow.questions and not flow.questions[name].consent:
                says.setdefault(name, []).append(words)
            else:
                opens.append(words)
        one: dict[str, Any] = {"person": title, "flow": flow.name, "facts": facts}
        one |= {key: value for key, value in (("opens_with", opens), ("says", says)) if value}
        level = standing(flow, session, self.now).level
        if level is not None:
            one["level"] = level.value
        return yaml.safe_dump([one], sort_keys=False, allow_unicode=True, width=110)


def _time_words(seconds: float) -> str:
    """A time as a script writes it."""
    unit, size = next((u, s) for u, s in TIME_UNITS if seconds % s == 0 or s == 1)
    return f"{seconds / size:g} {unit}"


def _minutes(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="minutes")


def typed_last(chat: PhoneChat) -> tuple[str, str] | None:
    """The words that were typed last, and the screen that was open; None if the last thing was no typed message."""
    turn = chat.last
    if turn is None or not isinstance(turn.event, Typed):
        return None
    return turn.before.at, turn.event.text
