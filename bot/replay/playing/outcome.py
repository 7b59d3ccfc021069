"""What a script came to: where it stands, the transcript, and the line at which it went another way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import Session
from bot.core.conversation.triage import verdict_of
from bot.core.flow.answer_values import to_json
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_ASKED
from bot.core.model.files.parts import Level
from bot.core.model.findings import Place
from bot.replay.script.model import Case
from bot.replay.script.patient import NOTHING_SAID, Talked

from .memory import MemoryTurn


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a session stands: everything that must be the same on every way. `answers`: as conditions read them."""

    level: Level | None
    at: str
    fired: tuple[str, ...]
    deciding: tuple[str, ...]
    lines: tuple[str, ...]
    claims: tuple[str, ...]
    answers: dict[str, Any]
    kept: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The standing as plain values, to be shown and compared."""
        return {
            "level": self.level, "at": self.at, "rules": sorted(self.fired), "deciding": sorted(self.deciding),
            "advice": list(self.lines), "claims": sorted(self.claims), "answers": self.kept,
        }  # fmt: skip


NOWHERE = Standing(None, "", (), (), (), (), {}, {})
"""The standing of a chat of which nothing is kept."""


def standing(flow: Flow, session: Session | None, now: datetime) -> Standing:
    """Where the session stands at that moment."""
    if session is None:
        return NOWHERE
    folded, verdict = verdict_of(flow, session, now.date())
    level, deciding, lines = verdict.level, (), ()  # type: tuple[Level | None, tuple[str, ...], tuple[str, ...]]
    if session.latch is not None or session.unplaced or level is not None:
        advice = Judgement(flow, session, now.date()).advice(unplaced=session.unplaced)
        level, deciding, lines = advice.level, advice.rules, advice.lines
    names = [c for r in deciding for c in flow.rules_by_id[r].rule.because]
    names += [c for x in flow.advice.lines if x.line in lines for c in x.claims]
    answers = {q: v for q, v in folded.env.items() if v is not NOT_ASKED}
    kept = {q: to_json(session.answers[q]) for q in sorted(answers) if q in session.answers}
    return Standing(
        level, session.at, tuple(r.rule.rule for r in verdict.fired), deciding, lines, tuple(dict.fromkeys(names)),
        answers, kept,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a transcript. `who`: you, bot or time. `buttons`: as the patient sees them."""

    who: str
    text: str
    buttons: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class OtherWords:
    """A message that is the one expected but for its wording: what it says, the labels of its buttons, and which words and
    buttons that the script names it does not have."""

    text: str
    labels: tuple[str, ...]
    unsaid: tuple[str, ...]
    unlabelled: tuple[str, ...]


class Deviated(Exception):
    """The chat went another way: what was expected, what came. `other`: if no more than its wording is another."""

    def __init__(self, expected: str, came: str, other: OtherWords | None = None) -> None:
        super().__init__(expected)
        self.expected, self.came, self.other = expected, came, other


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where and how a chat went another way than its script. `line`: index in the transcript that is marked.

    `used`: where the script uses the fragment in which `place` is; `other`: see `Deviated`.
    """

    place: Place
    expected: str
    came: str
    line: int
    used: Place | None = None
    other: OtherWords | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one case on one way. `handled`: every event, where the way can see them (in memory); `talked`: what the
    case's patient said."""

    case: Case
    way: str
    transcript: tuple[Said, ...]
    deviations: tuple[Deviation, ...]
    standing: Standing
    acts: int
    handled: tuple[MemoryTurn, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())
    talked: Talked = field(default=NOTHING_SAID)

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.deviations
