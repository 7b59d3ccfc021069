"""What a reader of typed words gives back: facts, signs, what is unclear and what was seen but rejected.

`step` calls the flow's reader before anything else on any text; `bot.understanding` supplies it (SEMANTICS 19).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

AFTER_ADVICE = "ADVICE"
"""The screen on which words may ask about a topic (`answers.yaml`)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer found in words.

    `value` is in the units of answer files: `one` option id; `many` a tuple of option ids that were affirmed;
    `yes_no` "yes" | "no" | "not_sure"; numeric kinds a number or a `(min, max)` tuple (days, seconds, 0-10, years).
    `denied`: `many` only, option ids that were plainly denied. `words`: the part of the text it came from.
    """

    question: str
    value: Any
    words: str
    sure: bool = True
    denied: tuple[str, ...] = ()
    places: tuple[int, int] = (0, 0)
    """The first of its words in the text, and one past the last, where that is one stretch."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A red flag in typed words. `plain`: stated plainly (counts at once); otherwise possible (asked about at once)."""

    option: str
    words: str
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words about a question that allow several values: `candidates` (labels and values) or none if only vague."""

    question: str
    words: str
    candidates: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something seen and not taken: `about` an option or question id; `why`: negated, other_person, past, hypothetical."""

    about: str
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class Accounted:
    """What one word of a message is. `role`: fact, sign, denial, filler, harmless, telling (it can turn a denial round) or
    unknown; `about`: the option or question that it speaks of, if it speaks of one."""

    word: str
    role: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A medicine or an illness known by its name. `means`: options of the open list that it means, none if it changes
    nothing there; `ask`: which of them it is must be asked (without any: it is of an unknown kind)."""

    words: str
    means: tuple[str, ...] = ()
    ask: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message says to the screen that is open.

    `yes`: options stated (of a single choice: the one); `perhaps`: options that it may mean; `no`: options plainly denied;
    `none`: all of a list is denied, with no telling word beside it; `some`: "yes" to a list, without which; `doubt`: a denial
    beside a telling word, which denies nothing; `unsure`: "not sure"; `closes`: says that this is all.
    """

    yes: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    none: bool = False
    some: bool = False
    doubt: bool = False
    unsure: bool = False
    closes: bool = False
    by_place: bool = False
    """Lines were named by their number: nothing else was said."""


NO_REPLY = Reply()


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read in one text. `crisis`: a wish to die or to harm oneself."""

    facts: tuple[Fact, ...] = ()
    signs: tuple[Sign, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    crisis: bool = False
    polarity: str | None = field(default=None)
    """The whole text is a plain "yes", "no" (also "none", "all fine") or "not_sure"; None otherwise."""
    greeting: bool = False
    """The whole text is a greeting: "hi", "good morning doctor"."""
    none_said: bool = False
    """The whole text seems to say "none" to the open list in words of its own (`none_says`): "no meds"."""
    reply: Reply = NO_REPLY
    """What it says to the screen that is open."""
    said: str | None = None
    """"yes", "no" or "not_sure" as the answer to a yes-or-no question, reasons and all; no denial beside a telling word."""
    request: str = ""
    """What the writer asks for or expresses, if it is no answer: a name of the word lists' `requests`."""
    topics: tuple[str, ...] = ()
    """What is asked about after the advice: topics of the flow, in the order of the words; those words tell no change."""
    asks: bool = False
    """It is a question, whatever it asks about."""
    names: tuple[Name, ...] = ()
    """Medicines and illnesses known by name, and unknown ones, where the open list asks for such."""
    account: tuple[Accounted, ...] = ()
    """What each word is, in order."""


Reader = Callable[[str, datetime, str, str | None], Reading]
"""(text, now, language, id of the open question or None) -> Reading. Pure; never raises; any text."""


def read_nothing(text: str, now: datetime, lang: str, open_question: str | None) -> Reading:
    """The reader of a flow that was compiled without one: finds nothing."""
    return Reading()
