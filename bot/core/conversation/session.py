"""A session: one interview as a value. It is what is stored; everything else is derived from it and its flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from bot.core import fast_json
from bot.core.flow.answer_values import from_json, to_json
from bot.core.model.answers import Many

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


Note = tuple[str, Mapping[str, Any]]
"""A system text said together with a screen, with its parameters: words of the patient's, ids, lists of these."""


class Step(NamedTuple):
    """An answer given: at which turn, to which question, by which message of the patient's (None = by a tap), and when (seconds,
    UTC; None in sessions of earlier releases)."""

    turn: int
    question: str
    message: int | None = None
    at: float | None = None


class Quote(NamedTuple):
    """The patient's own words that answered a question, or told a sign of it, and when (seconds, UTC)."""

    question: str
    words: str
    at: float


class CheckIn(NamedTuple):
    """How it went on a day: so many days after the advice; pain 0 to 10; how the day was managed, as an id."""

    day: int
    pain: int
    managing: str = ""


class Checks(NamedTuple):
    """The patient wants to be asked how it goes. `begun`: when they said so (seconds, UTC); `days`: days after it that are still
    to come; `hour`: of the day, None until it is chosen; `asking`: what is asked just now, "" nothing; `day`: the day that is
    asked about; `rank`: of the level that stood then; `done`: what was answered; `acted`: what they did, once it was told."""

    begun: float
    days: tuple[int, ...]
    hour: int | None = None
    asking: str = ""
    day: int = 0
    rank: int = -1
    done: tuple[CheckIn, ...] = ()
    acted: str = ""


class Told(NamedTuple):
    """Lines of a list that a message of the patient's named, so that an edit of that message can take them back."""

    message: int
    question: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Session:
    """One interview. `at`: the state shown; `answers`: question -> kept answer (`values.py`), in the order given.

    `ticks`: ticked but not done; `opened`: the button whose group of choices is shown alone; `queue`, `found`: items still to
    be asked alone and what they gave; `signs`: typed signs not yet confirmed; `proposal`: an answer that an old keyboard would
    change, `proposed_choice` the button there, "" if it was typed; `first`: the question to be asked first;
    `asked`: at which turn which item was asked by itself; `notes`: the texts said together with the screen; `since`: the
    turn from which on it was shown, perhaps several times; `told`: lines named in messages; `help`: whether help was
    reached: "" not asked, "asked", "answered"; `rank_told`: the rank of the advice so far that was given already, -1 for none;
    `unknown`: emergency signs asked about by themselves whose answers were not understood; `asked_again`: they were asked
    once more before the result; `shown`: when the screen was first shown (seconds, UTC): words written before do not answer
    it; `album`: the last one that was answered, since its parts come one by one; `anew`: emergency screens that are asked
    although an emergency stands, since a change was told; `left`: how many questions were said to be left; `country`: where
    the patient is, by their own word, "" not asked yet; `phone`: the language of the phone, e.g. en-GB; `placing`: the list of
    countries was said last; `quotes`: what was typed that decided, for whoever examines them;
    `checks`: when they want to be asked how it goes; `feedback`:
    what felt wrong, ASKING while that is asked, and `feedback_words`: in the patient's words.
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
    opened: str = ""
    queue: tuple[str, ...] = ()
    found: Many | None = None
    signs: tuple[Heard, ...] = ()
    proposal: tuple[str, Any] | None = None
    proposed_choice: str = ""
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
    asked: tuple[tuple[int, str], ...] = ()
    notes: tuple[Note, ...] = ()
    since: int | None = None
    told: tuple[Told, ...] = ()
    help: str = ""
    rank_told: int = -1
    unknown: tuple[str, ...] = ()
    asked_again: bool = False
    shown: float | None = None
    album: str = ""
    anew: tuple[str, ...] = ()
    left: int | None = None
    country: str = ""
    phone: str = ""
    placing: bool = False
    quotes: tuple[Quote, ...] = ()
    checks: Checks | None = None
    feedback: str = ""
    feedback_words: str = ""

    def but(self, **changes: Any) -> Session:
        """The session with these fields changed. (`dataclasses.replace` takes sixteen times as long, several times a turn.)

        Raises TypeError for what is no field.
        """
        if not changes.keys() <= _FIELDS:
            raise TypeError(f"a session has no {sorted(changes.keys() - _FIELDS)}")
        new = object.__new__(Session)
        kept = new.__dict__
        kept.update(self.__dict__)
        kept.update(changes)
        return new

    def child_id(self) -> str:
        """The id of the session that follows from this one: no randomness in the core."""
        return blake2b(f"{self.id}:{self.turn}".encode(), digest_size=6).hexdigest()

    def to_json(self) -> str:
        """The session as text; `from_json` gives an equal one."""
        plain: dict[str, Any] = {"schema": SCHEMA, **self.__dict__}
        plain["started"], plain["seen"] = self.started.isoformat(), self.seen.isoformat()
        plain["answers"] = {q: to_json(a) for q, a in self.answers.items()}
        plain["heard"] = {q: to_json(a) for q, a in self.heard.items()}
        plain["found"] = None if self.found is None else to_json(self.found)
        if self.proposal is not None:
            plain["proposal"] = [self.proposal[0], to_json(self.proposal[1])]
        return fast_json.text(plain)

    @staticmethod
    def from_json(text: str) -> Session:
        """The session of a stored text, of this release or an older one: what that did not know has its default.

        Raises ValueError if it is none, or is of a newer release.
        """
        plain = fast_json.read(text)
        if not isinstance(plain, dict) or not isinstance(plain.get("schema"), int):
            raise ValueError("this is no stored session")
        if plain["schema"] > SCHEMA:
            raise ValueError("this session was stored by a newer release of symptom-bot: install that release")
        try:
            kept = {name: value for name, value in plain.items() if name in _FIELDS}
            for name, read in _READ.items():
                if name in kept:
                    kept[name] = read(kept[name])
            if len(kept) < len(_FIELDS):
                return Session(**kept)
            new = object.__new__(Session)  # as in `but`: a session is read each turn
            new.__dict__.update(kept)
            return new
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"this stored session is damaged: {type(error).__name__}") from None


def _answers(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {question: from_json(answer) for question, answer in plain.items()}


def _notes(plain: list[Any]) -> tuple[Note, ...]:
    return tuple(
        (key, {name: tuple(value) if isinstance(value, list) else value for name, value in params.items()})
        for key, params in plain
    )


def _checks(plain: list[Any] | None) -> Checks | None:
    if plain is None:
        return None
    begun, days, hour, asking, day, rank, done, acted = plain
    return Checks(begun, tuple(days), hour, asking, day, rank, tuple(CheckIn(*one) for one in done), acted)


def _latch(plain: list[Any] | None) -> Latch | None:
    return None if plain is None else Latch(plain[0], plain[1], tuple(plain[2]), *plain[3:])


_READ: Mapping[str, Callable[[Any], Any]] = {
    "started": datetime.fromisoformat,
    "seen": datetime.fromisoformat,
    "answers": _answers,
    "heard": _answers,
    "found": lambda plain: None if plain is None else from_json(plain),
    "ticks": tuple,
    "queue": tuple,
    "unknown": tuple,
    "anew": tuple,
    "signs": lambda plain: tuple(Heard(*sign) for sign in plain),
    "trail": lambda plain: tuple(Step(*step) for step in plain),
    "asked": lambda plain: tuple((turn, item) for turn, item in plain),
    "proposal": lambda plain: None if plain is None else (plain[0], from_json(plain[1])),
    "latch": _latch,
    "notes": _notes,
    "checks": _checks,
    "quotes": lambda plain: tuple(Quote(*quote) for quote in plain),
    "told": lambda plain: tuple(Told(message, question, tuple(lines)) for message, question, lines in plain),
}
"""Field -> what makes its value of plain JSON values."""

_FIELDS = frozenset(f.name for f in fields(Session))


def new_session(id: str, flow: str, version: str, lang: str, now: datetime, unsafe: bool = False) -> Session:
    """A session before its first word."""
    return Session(id, flow, version, lang, now, now, unsafe=unsafe)
