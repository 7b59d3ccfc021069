"""A session: one interview as a value. It is what is stored; everything else is derived from it and its flow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from .evaluation import Many
from .values import from_json, to_json

SCHEMA = 1
"""Schema number of stored sessions; every release reads older ones."""

START, SIGN, EXIT, REVIEW, ADVICE, EMERGENCY, MISTAKE, CHANGE, STOPPED = (
    "START", "SIGN", "EXIT", "REVIEW", "ADVICE", "EMERGENCY", "MISTAKE", "CHANGE", "STOPPED",
)  # fmt: skip
"""States beside the questions; `<question>/which` and `<question>/alone` clear up "not sure" on a list."""

ENDED = frozenset({ADVICE, EMERGENCY, STOPPED})


class Latch(NamedTuple):
    """The emergency that stands: the answer that made it. `unsure`: it came from "not sure"."""

    question: str
    option: str
    rules: tuple[str, ...]
    unsure: bool = False


class Heard(NamedTuple):
    """A sign read from typed words that waits for yes, no or not sure. `plain`: its advice went out at once."""

    option: str
    words: str
    plain: bool


class Step(NamedTuple):
    """An answer given: at which turn, to which question, by which message of the patient's (None = by a tap)."""

    turn: int
    question: str
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One interview. `at`: the state shown; `answers`: question -> kept answer (`values.py`), in the order given.

    `ticks`: ticked but not done; `queue`, `found`: items still to be asked alone and what they gave; `signs`: typed signs
    not yet confirmed; `proposal`: an answer that an old keyboard would change; `first`: the question to be asked first.
    """

    id: str
    flow: str
    version: str
    lang: str
    started: datetime
    seen: datetime
    at: str = START
    turn: int = 0
    answers: Mapping[str, Any] = field(default_factory=dict)
    heard: Mapping[str, Many] = field(default_factory=dict)
    ticks: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    found: Many | None = None
    signs: tuple[Heard, ...] = ()
    proposal: tuple[str, Any] | None = None
    latch: Latch | None = None
    trail: tuple[Step, ...] = ()
    misread: int = 0
    exit_offered: bool = False
    enough: bool = False
    checked: bool = False
    doubt: bool = False
    unplaced: bool = False
    same_day_said: bool = False
    first: str | None = None
    unsafe: bool = False
    consented: bool = False
    forgetting: bool = False

    def but(self, **changes: Any) -> Session:
        """The session with these fields changed."""
        return replace(self, **changes)

    def child_id(self) -> str:
        """The id of the session that follows from this one: no randomness in the core."""
        return blake2b(f"{self.id}:{self.turn}".encode(), digest_size=6).hexdigest()

    def to_json(self) -> str:
        """The session as text; `from_json` gives an equal one."""
        plain: dict[str, Any] = {"schema": SCHEMA}
        for name in _NAMES:
            plain[name] = getattr(self, name)
        plain["started"], plain["seen"] = self.started.isoformat(), self.seen.isoformat()
        plain["answers"] = {q: to_json(a) for q, a in self.answers.items()}
        plain["heard"] = {q: to_json(a) for q, a in self.heard.items()}
        plain["found"] = None if self.found is None else to_json(self.found)
        if self.proposal is not None:
            plain["proposal"] = [self.proposal[0], to_json(self.proposal[1])]
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Session:
        """The session of a stored text. Raises ValueError if it is none, or is of a newer release."""
        plain = json.loads(text)
        if not isinstance(plain, dict) or "schema" not in plain:
            raise ValueError("this is no stored session")
        if plain.pop("schema") > SCHEMA:
            raise ValueError("this session was stored by a newer release of symptom-bot: install that release")
        plain = {name: value for name, value in plain.items() if name in _NAMES}  # fields of later releases: defaults
        plain["started"] = datetime.fromisoformat(plain["started"])
        plain["seen"] = datetime.fromisoformat(plain["seen"])
        plain["answers"] = {q: from_json(a) for q, a in plain["answers"].items()}
        plain["heard"] = {q: from_json(a) for q, a in plain["heard"].items()}
        plain["found"] = None if plain["found"] is None else from_json(plain["found"])
        plain["ticks"], plain["queue"] = tuple(plain["ticks"]), tuple(plain["queue"])
        plain["signs"] = tuple(Heard(*s) for s in plain["signs"])
        plain["trail"] = tuple(Step(*s) for s in plain["trail"])
        if plain["proposal"] is not None:
            plain["proposal"] = (plain["proposal"][0], from_json(plain["proposal"][1]))
        if plain["latch"] is not None:
            question, option, rules, unsure = plain["latch"]
            plain["latch"] = Latch(question, option, tuple(rules), unsure)
        return Session(**plain)


_NAMES = tuple(f.name for f in fields(Session))


def new_session(id: str, flow: str, version: str, lang: str, now: datetime, unsafe: bool = False) -> Session:
    """A session before its first word."""
    return Session(id, flow, version, lang, now, now, unsafe=unsafe)
