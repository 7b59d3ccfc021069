"""What came in (events, past tense), what must go out (effects, imperative) and one turn of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.core.model.files.parts import Level

from .session import Session

DueKind = Literal["help", "same_day", "reminder", "check_in"]


@dataclass(frozen=True, slots=True)
class Started:
    """The patient opened the chat or wrote /start."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button was tapped: the session, turn and screen that drew it, and the choice on it (`screens.py`).

    `ticked`: whether its line was shown ticked, so that a double tap is one tick; None if that is not known.
    """

    session: str
    turn: int
    screen: str
    choice: str
    ticked: bool | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Replied:
    """The message that a reply points at: its words, the data of a button under it, its number; `own`: the patient wrote it."""

    words: str = ""
    data: str = ""
    message: int | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """Words were typed. `message`: the channel's number of the message, so that an edit can be matched; `written`: when
    (seconds, UTC), if that is known; `reply_to`: the message that it answers, if it says which; `unseen`: the screen that is
    open may never have reached them."""

    text: str
    message: int | None = None
    written: float | None = None
    reply_to: Replied | None = None
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """An earlier message, `written` then, was edited, at `edited` (seconds, UTC)."""

    text: str
    message: int
    written: float | None = None
    edited: float | None = None


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command was given: back, review, restart, stop, help, why, language, mydata, forget, privacy."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """Something that is no typed answer came in: a sticker, a photo, forwarded words, a content that nobody knows yet.

    `words`: whatever stands in it, to be looked through for signs; `own`: the patient wrote them; `album`: several that were
    sent as one have the same; `written`: when (seconds, UTC), if that is known.
    """

    kind: str
    words: str = ""
    own: bool = False
    album: str = ""
    written: float | None = None


@dataclass(frozen=True, slots=True)
class Elapsed:
    """A scheduled moment came without a word of the patient: "help", "same_day", "reminder", or "check_in"."""

    due: DueKind


Event = Started | Tapped | Typed | Edited | Commanded | Received | Elapsed

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """Say a system text."""

    key: str
    params: Params = field(default_factory=dict)
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Show a screen: a question, or one of the other states. `notes`: system texts said with it, in the same message; `copy`:
    the same screen as before, once more."""

    screen: str
    notes: tuple[tuple[str, Params], ...] = ()
    spell_out: bool = False
    urgent: bool = False
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Redraw:
    """Draw the screen of this turn again in place (ticks changed)."""

    screen: str
    turn: int


@dataclass(frozen=True, slots=True)
class Settled:
    """The screen that `before` showed is done with: its own words stay, its buttons go. `choice`: what was tapped on it, to be
    said in their place ("" = what was typed; None = nothing was answered there, or its words are none of a screen's)."""

    before: Session
    choice: str | None = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """Say what was understood from typed words: these questions were answered, these options heard of."""

    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Offer the lines of the review, to change one."""


@dataclass(frozen=True, slots=True)
class Advise:
    """Give the advice. `rules`: those that fired at this level; `lines`: advice lines in order; `so_far`: not at an end."""

    level: Level
    rules: tuple[str, ...]
    lines: tuple[str, ...]
    conflicts: tuple[str, ...] = ()
    so_far: bool = False
    unplaced: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Explain:
    """Answer "Why this?": of the question on screen, or of the advice. `rules`: those that decided; `more`: what stands
    behind its `lines` instead."""

    screen: str
    rules: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """Offer what can be asked about: the groups of topics, or the topics of one `group`. `unknown`: because nothing is known
    about what was asked."""

    group: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Inform:
    """Tell what is known about a topic, in these lines."""

    topic: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """How it goes was answered: thanks, the trend, and when it is asked next."""


@dataclass(frozen=True, slots=True)
class GiveFeedback:
    """Keep what felt wrong, for the clinician who owns the flow. `reason`: an id; `words`: the patient's own; `share`: with the
    answers."""

    reason: str
    words: str
    share: bool


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Give the note for whoever examines the patient."""


@dataclass(frozen=True, slots=True)
class Compute:
    """Answer "What would change it?" (computed outside the core's fast path)."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Let the tap's spinner end; `key`: a short system text shown with it."""

    key: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Send `Elapsed(due)` after so many seconds, unless the patient says something (a check-in comes all the same); only `urgent`
    ones at night."""

    due: DueKind
    seconds: int
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase everything that is kept of this chat."""


@dataclass(frozen=True, slots=True)
class Export:
    """Send what is kept of this chat as a file."""


Effect = (
    Say
    | Ask
    | Redraw
    | Settled
    | Understood
    | Lines
    | Advise
    | Explain
    | Offer
    | Inform
    | WriteNote
    | CheckedIn
    | GiveFeedback
    | Compute
    | Acknowledge
    | Schedule
    | Erase
    | Export
)


@dataclass(frozen=True, slots=True)
class Trace:
    """Why: the states walked, the level, every rule that fired, and the question answered. `note`: what else this turn was, in one
    word: a crisis, a check-in that came, or how it goes."""

    path: tuple[str, ...]
    level: Level | None
    fired: tuple[str, ...]
    answered: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One event handled."""

    session: Session
    effects: tuple[Effect, ...]
    trace: Trace
