"""One chat on the phone of the workbench: taps, typed words, time that passes; and what it came to as a script or a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from bot.core.conversation.events import Typed
from bot.core.conversation.session import ENDED, Session
from bot.core.flow.answer_values import as_read
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Many
from bot.replay.phone.seen import PhoneItem
from bot.replay.playing.acts import Act, Open, Order, Press, Restart, Send, Shown, Wait, Write
from bot.replay.playing.memory import MemoryTurn
from bot.replay.playing.outcome import Played, standing
from bot.replay.playing.ways import MEMORY, now_or_never, played
from bot.replay.recording.record import Recording, plain_answer
from bot.replay.script.model import Case

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
        self.typed: list[Typing] = []
        self.outcome: Played | None = None
        self._numbers = 0
        self._told = 0

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

    # --- what an operator does --------------------------------------------------------------------------------------

    def press(self, data: str) -> None:
        """Press the button with this data, on whichever message it stands."""
        self._do(Press(data, 0))

    def write(self, text: str) -> None:
        """Type words."""
        self._numbers += 1
        self.typed.append((self.session.at, text))
        self._do(Write(text, self._numbers))

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
        self.recording.steps.append({"restart": True})

    def wait(self, seconds: float, words: str) -> None:
        """Let time pass in silence; what is due on the way comes. `words`: the time as a script writes it."""
        self.recording.steps.append({"later": words})
        self._do(Wait(seconds))

    def _do(self, act: Act) -> tuple[Shown, ...]:
        shown = now_or_never(self.driver.do(act))
        self._tell()
        return shown

    def _tell(self) -> None:
        """Take down in the recording what happened since."""
        for turn in self.driver.turns[self._told :]:
            self.recording.turn(turn.event, turn.turn.session)
        self._told = len(self.driver.turns)

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
    def last(self) -> MemoryTurn | None:
        """The turn that was handled last."""
        return self.driver.turns[-1] if self.driver.turns else None

    @property
    def ended(self) -> bool:
        """Whether advice was given, or the chat stopped."""
        return self.session.at in ENDED

    # --- what becomes of it -----------------------------------------------------------------------------------------

    def script(self, title: str) -> str:
        """The chat as a script that expects what came of it."""
        self.recording.now = self.now
        begun = self.driver.turns[0].now if self.driver.turns else self.now
        text = self.recording.script(title)
        return text.replace(f"now: {_minutes(self.now)}", f"now: {_minutes(begun)}", 1)

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


def _minutes(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="minutes")


def typed_last(chat: PhoneChat) -> tuple[str, str] | None:
    """The words that were typed last, and the screen that was open; None if the last thing was no typed message."""
    turn = chat.last
    if turn is None or not isinstance(turn.event, Typed):
        return None
    return turn.before.at, turn.event.text
