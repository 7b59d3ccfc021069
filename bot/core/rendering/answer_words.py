"""Values in words: options, answers, dates and lengths as a patient reads them. All words come from the flow's texts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from bot.core.conversation.session import Session
from bot.core.flow.answer_values import choice_span, keep
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.answers import NOT_SURE, Many, Since, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind

LIST = "; "
"""Between the lines of a list: their words have commas of their own."""
YEAR_TOLD_FROM = 300
"""Days after which a past date is told with its year."""


@dataclass(frozen=True, slots=True)
class Places:
    """Words that depend on the place: settings; where they name none, those of the `country` that the patient named; else the
    text says so in general words. `days`: retention."""

    emergency_number: str | None = None
    urgent_line: str | None = None
    crisis_line: str | None = None
    days: int = 30
    country: str = ""

    def at(self, country: str) -> Places:
        """The same for a patient in this country."""
        if country == self.country:
            return self
        return Places(self.emergency_number, self.urgent_line, self.crisis_line, self.days, country)

    def asks(self, flow: Flow) -> bool:
        """Whether patients are asked for their country: the settings name no number, and the flow knows some."""
        return self.emergency_number is None and bool(flow.countries)


class _Kept(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


class Words:
    """The words of one flow in one language, with the places filled in."""

    def __init__(self, flow: Flow, lang: str, places: Places, audiences: tuple[str, ...] = ()) -> None:
        self.flow, self.texts = flow, flow.text(lang, audiences)
        self.lang = self.texts.language
        self.memo: dict[Any, Any] = {}
        system, there = self.texts.system, flow.countries.get(places.country) if places.asks(flow) else None
        rest = "unset" if there is None else "here"
        urgent, crisis = (None, None) if there is None else (there.urgent, there.crisis)
        self.places = {
            "emergency_number": places.emergency_number
            or (system["emergency_number_unset"] if there is None else there.emergency.call),
            "urgent_line": places.urgent_line or (urgent.call if urgent else system[f"urgent_line_{rest}"]),
            "crisis_line": places.crisis_line or (crisis.call if crisis else system[f"crisis_line_{rest}"]),
            "days": places.days,
            "version": flow.version[:8],
        }

    def system(self, key: str, /, **params: Any) -> str:
        """A system text, filled in."""
        return self.fill(self.texts.system[key], **params)

    def fill(self, words: str, /, **params: Any) -> str:
        """The text with its placeholders filled; one that nothing fills stays visible."""
        if "{" not in words and "}" not in words:
            return words
        return words.format_map(_Kept(self.places | params))

    def country(self, code: str) -> str:
        """A country by its name."""
        entry = self.texts.countries.get(code)
        return code if entry is None else entry.name

    def option(self, question: str, option: str) -> str:
        """An option as the patient's answer."""
        q = self.flow.questions[question]
        words = self.texts.questions[question]
        entry = words.options.get(option)
        if entry is not None:
            return entry.answer or entry.label
        if option == q.none:
            return self.none_of(question)
        if option == NOT_SURE:
            return words.unsure or self.system("not_sure")
        return self.texts.system.get(option, option)

    def none_of(self, question: str) -> str:
        """That nothing of a list is so, as the button says it."""
        return self.texts.questions[question].none or self.system("none_of_these")

    def item(self, question: str, option: str) -> str:
        """An option in its full wording."""
        entry = self.texts.questions[question].options.get(option)
        return self.option(question, option) if entry is None else entry.text or entry.label

    def answer(
        self, question: Question, kept: Any, now: datetime, beside: Mapping[str, Any] = MappingProxyType({})
    ) -> str:
        """A kept answer in words. `beside`: the other answers; of several buttons for one number, the one that says no
        other than they do."""
        if isinstance(kept, Many):
            return self._many(question, kept) or self.none_of(question.ask)
        if kept == NOT_SURE or isinstance(kept, str):
            return self.option(question.ask, str(kept))
        same = [c for c in question.choices if keep(question, choice_span(question, c), now.date()) == kept]
        if same:
            fitting = (c for c in same if c.also and all(beside.get(q) == raw for q, raw in c.also.items()))
            return self.option(question.ask, next(fitting, same[0]).id)
        if isinstance(kept, Since):
            return self.since(kept, now.date())
        return self._number(question, kept) if isinstance(kept, Span) else str(kept)

    def told(self, session: Session, question: Question, kept: Any, now: datetime, none: str = "") -> str:
        """An answer as it counts, in words: what was left open of a list was not denied, and says so. `none`: that nothing of a
        list is so, in other words than beside the name of the question."""
        if not isinstance(kept, Many):
            return self.answer(question, kept, now, session.answers)
        left = [o for o in question.option_ids if o in session.unknown]
        opened = self.system("left_open", items=LIST.join(self.option(question.ask, o) for o in left)) if left else ""
        return LIST.join(filter(None, (self._many(question, kept), opened))) or none or self.system("none")

    def _many(self, question: Question, kept: Many) -> str:
        named = [self.option(question.ask, o) for o in question.option_ids if o in kept.yes]
        unsure = [self.option(question.ask, o) for o in question.option_ids if o in kept.not_sure]
        if unsure:
            named.append(self.system("unsure_of", items=LIST.join(unsure)))
        return LIST.join(named)

    def since(self, kept: Since, today: date) -> str:
        """A beginning as a date, or two."""
        if kept.first is None:
            return self.system("since_before", last=self.past_day(kept.last, today))
        if kept.first == kept.last:
            return self.system("since", date=self.past_day(kept.last, today))
        first, last = self.past_day(kept.first, today), self.past_day(kept.last, today)
        return self.system("since_between", first=first, last=last)

    def _number(self, question: Question, span: Span) -> str:
        low = self._unit(question, span.low)
        if question.kind in (Kind.scale, Kind.age) and span.low < span.high < math.inf:
            numbers = self.system("between", low=f"{span.low:g}", high=f"{span.high:g}")
            return self.system("out_of_ten" if question.kind is Kind.scale else "years", n=numbers)
        if span.low == span.high:
            return low
        if span.high == math.inf:
            return self.system("or_more", low=low)
        return self.system("between", low=low, high=self._unit(question, span.high))

    def _unit(self, question: Question, number: float) -> str:
        if question.kind is Kind.scale:
            return self.system("out_of_ten", n=f"{number:g}")
        if question.kind is Kind.age:
            return self.system("years", n=f"{number:g}")
        if question.kind is Kind.length:
            for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
                if number >= size:
                    return self.system(unit, n=f"{number / size:.3g}")
            return self.system("seconds", n=f"{number:g}")
        return f"{number:g}"

    def day(self, day: date) -> str:
        """A date as people say it, e.g. 15 December."""
        names = self.texts.system["months"].split(",")
        return self.system("day", day=day.day, month=names[day.month - 1].strip())

    def past_day(self, day: date, today: date) -> str:
        """A date in the past: with its year where the day and month alone could be taken for this year's."""
        return self.day(day) if (today - day).days < YEAR_TOLD_FROM else f"{self.day(day)} {day.year}"


@per_flow
def words_for(flow: Flow, lang: str, places: Places, audiences: tuple[str, ...] = ()) -> Words:
    """The words of a flow in a language, for these audiences (remembered: they are the same for every such chat)."""
    return Words(flow, lang, places, audiences)
