"""What a check gives back, as plain values: what holds, what fails and the conversation that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from bot.core.model.findings import Place


@dataclass(frozen=True)
class Example:
    """A conversation: the answers of the questions asked, as answer files write them, and what comes of them.

    `unusual`: the questions whose answer is not the usual one; `agrees`: whether `step` gave the same level and rules.
    """

    answers: Mapping[str, Any]
    unusual: tuple[str, ...]
    level: str | None
    fired: tuple[str, ...]
    agrees: bool = True
    note: str = ""


@dataclass(frozen=True)
class Failed:
    """Something that does not hold. `safety`: a flow in which it fails is not for patients. `other`: a second
    conversation, where two are compared (`example` is the one with the milder answers). `accepted`: the levels at which
    the conversation (the second, where there are two) would be right."""

    code: str
    name: str
    place: Place
    message: str
    remedy: str = ""
    safety: bool = True
    accepted: tuple[str, ...] = ()
    example: Example | None = None
    other: Example | None = None


@dataclass(frozen=True)
class Proofs:
    """All that was tried on one version of a flow. `limits`: bounds that were reached, in words (nothing is passed
    silently); `figures`: counts and lengths; `seconds` by part."""

    flow: str
    version: str
    held: tuple[str, ...]
    failed: tuple[Failed, ...]
    limits: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    fast: bool = False

    @property
    def safe(self) -> bool:
        """Whether no safety property fails."""
        return not any(f.safety for f in self.failed)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` gives an equal value."""
        return asdict(self)

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Proofs:
        """The inverse of `as_json`."""

        def example(entry: Any) -> Example | None:
            if entry is None:
                return None
            return Example(**{**entry, "unusual": tuple(entry["unusual"]), "fired": tuple(entry["fired"])})

        def failure(entry: Mapping[str, Any]) -> Failed:
            made = {"accepted": tuple(entry["accepted"]), "place": Place(**entry["place"])}
            return Failed(**{**entry, **made, "example": example(entry["example"]), "other": example(entry["other"])})

        failed = tuple(failure(f) for f in plain["failed"])
        return Proofs(**{**plain, "held": tuple(plain["held"]), "failed": failed, "limits": tuple(plain["limits"])})


class WalkReport(NamedTuple):
    """What random walks through the engine came to. `missed`: what they did not reach, by kind; `broken`: law, what happened, and
    the script that shows it."""

    turns: int
    taps: int
    typed: int
    seed: str
    seconds: float
    missed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    broken: tuple[tuple[str, str, str], ...] = ()
