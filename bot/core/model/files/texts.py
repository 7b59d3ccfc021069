"""`texts.<lang>.yaml`: all words that patients see, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .advice import Section
from .parts import SCHEMA, Level, Strict


def _country_text(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class CountryText(Strict):
    """Words of one country. A bare string stands for `{name: string}`."""

    name: str = Field(description="As it stands behind `in`: the UK.")
    says: list[str] = Field(default_factory=list, description="Other names that mean it when typed.")


CountryTextEntry = Annotated[CountryText, BeforeValidator(_country_text, json_schema_input_type=str | CountryText)]


def _option_text(value: Any) -> Any:
    return {"label": value} if isinstance(value, str) else value


class OptionText(Strict):
    """Words of one option. A bare string stands for `{label: string}`."""

    label: str = Field(description="On the button: at most 18 characters in two columns, 30 in one.")
    text: str | None = Field(None, description="The full wording in the message above the buttons.")
    alone: str | None = Field(None, description="The plain question when the item is asked alone after `Not sure`.")
    answer: str | None = Field(None, description="As the patient's answer, in `You said: ...` and in emergency advice.")
    says: list[str] = Field(default_factory=list, description="Phrases that mean this option when typed.")


OptionTextEntry = Annotated[OptionText, BeforeValidator(_option_text, json_schema_input_type=str | OptionText)]


class QuestionText(Strict):
    """Words of one question."""

    text: str = Field(description="The question as asked.")
    short: str = Field(description="Its name in the review and in reports, e.g. `Began`.")
    why: str = Field(description="Why it is asked.")
    example: str | None = Field(None, description="An example of an answer that can be typed.")
    help: str | None = Field(None, description="One more line of explanation under the question.")
    picture: str | None = Field(None, description="What its picture shows, for who cannot see it.")
    none: str | None = Field(None, description="The label of `none of these`.")
    none_says: list[str] = Field(
        default_factory=list,
        description="Phrases that seem to say `none of these` (`no meds`): the list is asked again, with how to say so.",
    )
    unsure: str | None = Field(None, description="The label of `Not sure`, where it differs.")
    groups: dict[str, str] = Field(
        default_factory=dict, description="Labels of the buttons behind which several choices stand (`behind`)."
    )
    options: dict[str, OptionTextEntry] = Field(default_factory=dict, description="Words of options and choices.")


class TopicText(Strict):
    """Words of one topic that people ask about."""

    label: str = Field(description="On its button: at most 18 characters in two columns, 30 in one.")
    title: str = Field(description="Above what is told.")
    says: list[str] = Field(
        default_factory=list,
        description="Phrases that ask about it when typed; ` .. ` stands for a few words between: `can i .. drive`.",
    )
    lines: dict[str, str] = Field(description="Words of its lines, by line id.")


class OptionWording(Strict):
    """Other words of one option, where they differ for an audience."""

    label: str | None = Field(None, description="On the button.")
    text: str | None = Field(None, description="The full wording in the message above the buttons.")
    alone: str | None = Field(None, description="The plain question when the item is asked alone.")
    answer: str | None = Field(None, description="As the patient's answer.")


class QuestionWording(Strict):
    """Other words of one question, where they differ for an audience."""

    text: str | None = Field(None, description="The question as asked.")
    short: str | None = Field(None, description="Its name in the review and in reports.")
    why: str | None = Field(None, description="Why it is asked.")
    help: str | None = Field(None, description="One more line of explanation under the question.")
    options: dict[str, OptionWording] = Field(default_factory=dict, description="Words of options, where they differ.")


class Wording(Strict):
    """The words that differ for an audience; all others stay. Typed answers are read by the words of all others."""

    questions: dict[str, QuestionWording] = Field(default_factory=dict, description="Words of questions.")
    levels: dict[Level, str] = Field(default_factory=dict, description="Titles of the levels.")
    rules: dict[str, str] = Field(default_factory=dict, description="Why a rule fired.")
    advice: dict[str, str] = Field(default_factory=dict, description="Words of the advice lines.")
    sections: dict[Section, str] = Field(default_factory=dict, description="Headings of the parts of the advice.")
    conflicts: dict[str, str] = Field(default_factory=dict, description="Words of the contradictions.")
    system: dict[str, str] = Field(default_factory=dict, description="What else the bot says.")


Key = tuple[str, ...]
"""Where a text stands in its file."""
_NOT_SAID = frozenset({"says", "none_says", "schema_number", "language"})
"""What patients may type, and what is no text."""


def whoever_for(at: Key) -> Key:
    """Where a text stands, whoever it is for: its place without the audience."""
    return at[2:] if at[0] == "audiences" else at


class Texts(Strict):
    """`texts.<lang>.yaml`: all words that patients see, in one language."""

    schema_number: int = Field(SCHEMA, alias="schema", description="Schema number of the file.")
    language: str = Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="Language code, e.g. en.")
    name: str = Field(description="The language's own name.")
    questions: dict[str, QuestionText] = Field(description="Words of the questions, by question id.")
    levels: dict[Level, str] = Field(description="Titles of the levels.")
    rules: dict[str, str] = Field(description="Why a rule fired, as a patient reads it, by rule id.")
    advice: dict[str, str] = Field(description="Words of the advice lines, by line id.")
    sections: dict[Section, str] = Field(default_factory=dict, description="Headings of the parts of the advice.")
    conflicts: dict[str, str] = Field(default_factory=dict, description="Words of the contradictions.")
    claims: dict[str, str] = Field(default_factory=dict, description="Claims as a patient reads them, where needed.")
    system: dict[str, str] = Field(
        description="Everything else that the bot says (`bot/core/words.py` lists the keys)."
    )
    topics: dict[str, TopicText] = Field(
        default_factory=dict, description="Words of the topics of answers.yaml, by topic id."
    )
    topic_groups: dict[str, str] = Field(
        default_factory=dict, description="Labels of the buttons behind which topics stand (`behind`)."
    )
    note_parts: dict[str, str] = Field(
        default_factory=dict, description="Headings of the parts of the note for a clinician (`note` of advice.yaml)."
    )
    countries: dict[str, CountryTextEntry] = Field(
        default_factory=dict, description="Names of the countries of countries.yaml, by code."
    )
    audiences: dict[str, Wording] = Field(
        default_factory=dict, description="Words that differ for an audience of interview.yaml, by its name."
    )

    def spoken_to(self, audiences: tuple[str, ...]) -> Texts:
        """The same texts with the words that differ for these audiences; of two, the first one's words count."""
        said = self.model_dump(exclude={"audiences"})
        for name in reversed(audiences):
            if name in self.audiences:
                _overlaid(said, self.audiences[name].model_dump(exclude_none=True))
        said["schema"] = said.pop("schema_number")
        return Texts.model_validate(said)

    def said(self) -> Iterator[tuple[Key, str]]:
        """All words that patients read, those of audiences as well, with their places; what they may type is none of these."""
        yield from _said((), self.model_dump(mode="json", exclude_none=True))


def _said(at: Key, value: Any) -> Iterator[tuple[Key, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _NOT_SAID:
                yield from _said((*at, str(key)), inner)


def _overlaid(under: dict[Any, Any], over: dict[Any, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(under.get(key), dict):
            _overlaid(under[key], value)
        else:
            under[key] = value
