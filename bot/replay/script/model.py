"""What a script is: a conversation to replay, written like a chat, and what is expected of it (pydantic models)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.core.model.files.parts import Kind, Level
from bot.core.model.findings import Place
from bot.core.model.quantities import BadQuantity, read_quantity
from bot.core.model.system_texts import COMMANDS

from .patient import Patient

NOW = dt.datetime.fromisoformat("2026-11-20T10:00")
"""The local time at which a script begins that names none: a fixed one, so that a script always says the same."""

DEFAULT_LANG = "en"
"""The patient's language where a script names none."""

ACTS = (
    *("bot", "tap", "me", "command", "edit", "old", "send", "double"),
    *("later", "restart", "version", "use", "answer", "auto"),
)
"""What a step can be: exactly one of these."""

KINDS = ("sticker", "voice", "photo", "video", "location", "contact", "poll", "document", "animation", "forwarded")
"""Things that can be sent and that the bot cannot read."""


RESULT = "result"
"""`until: result`: on to the advice, through the offered exit (a few more) and the last check (all as usual)."""


class StrictScript(BaseModel):
    """Base of the models here: unknown keys are findings, values are frozen, the patient's words stay as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _word(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _words(value: Any) -> Any:
    return [_word(v) for v in value] if isinstance(value, list) else [_word(value)]


def _seconds(value: str) -> str:
    try:
        if read_quantity(Kind.length, value) < 0:
            raise ValueError("time does not run backwards")
    except BadQuantity:
        raise ValueError(f'"{value}" is no length of time: write e.g. 20 minutes, 6 hours, 3 days') from None
    return value


_Said = str | int | float
"""What may stand in a file for a word."""
Word = Annotated[str, BeforeValidator(_word, json_schema_input_type=_Said)]
ScriptWords = Annotated[list[Word], BeforeValidator(_words, json_schema_input_type=_Said | list[_Said])]
ScriptQuantity = Annotated[str, BeforeValidator(_word, json_schema_input_type=_Said), AfterValidator(_seconds)]


class BotSays(StrictScript):
    """What the bot is expected to answer."""

    ask: str | None = Field(None, description="The screen shown: a question, `review`, `advice`, ... or a text's name.")
    says: ScriptWords = Field(default_factory=list, description="Words in that message, or names of texts in it.")
    not_said: ScriptWords = Field(
        default_factory=list, description="Words or names of texts that are not in that message."
    )
    buttons: int | ScriptWords | None = Field(None, description="How many buttons, or the labels or names among them.")

    @model_validator(mode="after")
    def _something(self) -> BotSays:
        if self.ask is None and not (self.says or self.not_said) and self.buttons in (None, []):
            raise ValueError("this says nothing of what the bot answers: give `ask`, `says`, `not_said` or `buttons`")
        return self


def _bot(value: Any) -> Any:
    return {"ask": value} if isinstance(value, str) else value


class Edit(StrictScript):
    """An earlier typed message is edited."""

    message: int | None = Field(None, ge=1, description="Which typed message, counted from 1; the last one if absent.")
    text: Word = Field(description="What it says now.")


def _edit(value: Any) -> Any:
    return {"text": value} if isinstance(value, str | int) else value


class Old(StrictScript):
    """A tap on a keyboard that is no longer the open one."""

    ask: str = Field(description="The screen of that keyboard.")
    tap: Word = Field(description="The button on it.")


class ScriptStep(StrictScript):
    """One line of the chat: exactly one of `ACTS`, and for some of them how."""

    bot: Annotated[BotSays, BeforeValidator(_bot, json_schema_input_type=str | BotSays)] | None = Field(
        None, description="The bot answers so."
    )
    tap: ScriptWords | None = Field(None, description="The patient taps this button (several: one after the other).")
    me: Word | None = Field(None, description="The patient types this.")
    command: Word | None = Field(None, description="The patient gives a command: back, review, language de, ...")
    edit: Annotated[Edit, BeforeValidator(_edit, json_schema_input_type=str | int | Edit)] | None = Field(
        None, description="The patient edits a message."
    )
    old: Old | None = Field(None, description="The patient taps a button of an old keyboard.")
    send: Literal[KINDS] | None = Field(None, description="The patient sends something that cannot be read.")  # type: ignore[valid-type]
    double: Literal[True] | None = Field(None, description="The last tap comes once more, as a double tap does.")
    later: ScriptQuantity | None = Field(
        None, description="So much time passes; due messages come, each at its moment."
    )
    restart: Literal[True] | None = Field(None, description="The bot is stopped and started again.")
    version: Word | None = Field(None, description="The folder of a new flow version that is put in place now.")
    use: str | None = Field(None, description="The steps of this fragment (`fragments.yaml`).")
    answer: dict[str, Any] | None = Field(
        None, description="Answers these questions when asked, until all are answered."
    )
    auto: dict[str, Any] | None = Field(
        None, description="Answers every question: with these answers, otherwise with the flow's usual one."
    )
    until: str | None = Field(None, description="`auto`: stop before this screen; `result`: go on to the advice.")
    with_: dict[str, Any] = Field(default_factory=dict, alias="with", description="`use`: values of its `$names`.")

    @model_validator(mode="after")
    def _one_act(self) -> ScriptStep:
        acts = [a for a in ACTS if getattr(self, a) is not None]
        if len(acts) != 1:
            said = " and ".join(acts) if acts else "nothing"
            raise ValueError(f"a step is exactly one of {', '.join(ACTS)} (found: {said})")
        if self.until is not None and self.auto is None:
            raise ValueError("`until` goes with `auto`")
        if self.with_ and self.use is None:
            raise ValueError("`with` goes with `use`")
        if (
            self.command is not None
            and self.command.split()[:1]
            and self.command.split()[0].lstrip("/") not in COMMANDS
        ):
            raise ValueError(f"there is no command {self.command!r}: there are {', '.join(COMMANDS)}")
        return self

    @property
    def act(self) -> str:
        """Which of `ACTS` the step is."""
        return next(a for a in ACTS if getattr(self, a) is not None)


class Turns(StrictScript):
    """A number of turns, at least and at most."""

    min: int = Field(0, description="At least so many.")
    max: int = Field(10**6, description="At most so many.")


def _turns(value: Any) -> Any:
    return {"min": value, "max": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Expect(StrictScript):
    """What must be so at the end. Lists name what must be among the things found; other things may be there too."""

    level: Level | None = Field(None, description="The level that stands.")
    at: str | None = Field(None, description="The screen on which the chat ends: a question, advice, review, ...")
    because: ScriptWords = Field(default_factory=list, description="Rules that fired.")
    not_because: ScriptWords = Field(default_factory=list, description="Rules that did not fire.")
    claims: ScriptWords = Field(
        default_factory=list, description="Claims behind the deciding rules and the lines said."
    )
    advice: ScriptWords = Field(default_factory=list, description="Lines of the advice that stands.")
    not_advice: ScriptWords = Field(default_factory=list, description="Lines that are not part of it.")
    only_advice: ScriptWords | None = Field(None, description="All lines of the advice that stands, and no others.")
    said: ScriptWords = Field(
        default_factory=list, description="Words, or names of texts, that the bot said in this chat."
    )
    not_said: ScriptWords = Field(default_factory=list, description="Words, or names of texts, that it never said.")
    answers: dict[str, Any] = Field(default_factory=dict, description="Answers as understood (question: value).")
    asked: ScriptWords = Field(default_factory=list, description="Questions that were asked.")
    not_asked: ScriptWords = Field(default_factory=list, description="Questions that were never asked.")
    turns: Annotated[Turns, BeforeValidator(_turns, json_schema_input_type=int | Turns)] | None = Field(
        None, description="How often the patient tapped, typed or sent something: a number, or {min, max}."
    )


class Script(StrictScript):
    """A conversation to replay."""

    title: str = Field(min_length=1, description="What happens, in a few words; no two scripts have the same.")
    about: str | None = Field(None, description="Why this case matters, for people.")
    flow: str | None = Field(
        None, description="The flow's name, or its folder seen from this file; absent: the name of the folder around."
    )
    lang: str = Field(DEFAULT_LANG, description="The patient's language.")
    phone: str = Field(
        "", description="The language of the patient's phone with its region, e.g. en-GB; absent: `lang`."
    )
    now: dt.datetime = Field(NOW, description="The patient's local time at the beginning.")
    tags: ScriptWords = Field(
        default_factory=list, description="Words by which `replay -k` finds it, beside its title."
    )
    chat: list[ScriptStep] = Field(min_length=1, description="The chat, line by line.")
    expect: Expect = Field(default_factory=Expect, description="What must be so at the end.")


class Table(StrictScript):
    """The part of a file that makes one script out of many: a column of values each, or a list of cases."""

    cases: list[dict[str, Any]] | dict[str, list[Any]]


class TableFile(StrictScript):
    """A table of cases that stands in a file of its own."""

    file: str = Field(min_length=1, description="The CSV file, seen from the script; its first line names the columns.")


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A step of a chat with the place where it stands; `used`: where its script uses the fragment that it came from."""

    step: ScriptStep
    place: Place
    used: Place | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One script as it is run: fragments put in, one row of its table chosen. `file`: as given on the command line;
    `patient`: who goes on talking after its lines; `known`: why it fails, as long as it does."""

    title: str
    file: str
    place: Place
    flow: str
    lang: str
    now: dt.datetime
    lines: tuple[ScriptLine, ...]
    expect: Expect
    expect_places: dict[str, Place]
    about: str = ""
    patient: Patient | None = None
    phone: str = ""
    known: str = ""
    tags: tuple[str, ...] = ()
