"""Steps of a script played as they are found, in memory: what one leads to is known before the next is chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Place
from bot.core.rendering.answer_words import Places
from bot.replay.playing.memory import MemoryDriver
from bot.replay.playing.play import Deviated, Play
from bot.replay.playing.ways import now_or_never
from bot.replay.script.model import NOW, Case, Expect
from bot.replay.script.model import Step as ScriptStep

from .record import Step

Holds = Callable[[Session], bool]


def moment() -> datetime:
    """When every telling begins."""
    return NOW.replace(tzinfo=UTC)


class Played:
    """Steps as they are played. `session`: after them."""

    def __init__(self, flow: Flow, lang: str) -> None:
        self.flow, self.lang = flow, lang
        self.steps: list[Step] = []
        self._fresh()

    def _fresh(self) -> None:
        self._driver = MemoryDriver(self.flow, self.lang, moment(), Places(), reload=False)
        case = Case("", "", Place(""), self.flow.name, self.lang, NOW, (), Expect(), {})
        self._play = Play(case, self.flow, {}, self._driver, UTC)

    @property
    def session(self) -> Session:
        """The session after all steps."""
        return self._driver.s

    def does(self, step: Step, holds: Holds = lambda session: True) -> bool:
        """Play a step and keep it; if it cannot be done, or what must hold then does not, everything is as before."""
        try:
            now_or_never(self._play.line(ScriptStep.model_validate(step)))
            if holds(self.session):
                self.steps.append(step)
                return True
        except Deviated:
            pass
        self.back_to(self.steps)
        return False

    def back_to(self, steps: list[Step]) -> None:
        """These steps and no others."""
        self._fresh()
        self.steps = steps
        for earlier in steps:
            now_or_never(self._play.line(ScriptStep.model_validate(earlier)))
