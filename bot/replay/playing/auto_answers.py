"""Answering by itself: the steps `answer` and `auto` choose for each screen what is pressed or typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import ADVICE, EMERGENCY, STOPPED
from bot.core.flow.answer_values import choice_span, read_value
from bot.core.flow.compiled import usual_value
from bot.core.model.answers import NOT_SURE, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import NUMERIC, Kind
from bot.replay.script.model import RESULT, ScriptStep
from bot.replay.script.names import NONE, screen_named

from .chat import SeenChat, screen_name
from .outcome import Deviated

LONGEST_AUTO = 80
"""`auto` and `answer` give up after so many screens."""

_RESULTS: tuple[str | None, ...] = (ADVICE, EMERGENCY, STOPPED)

_UNITS = {Kind.ago: " days", Kind.length: " seconds"}
"""What is typed behind a bare number of an answer file, which a person would not leave out."""

Do = Callable[[str], Awaitable[None]]


class AutoAnswers:
    """The patient's hands in one chat. `press`: taps the button of that name; `write`: types words. All raise Deviated."""

    def __init__(self, chat: SeenChat, press: Do, write: Do) -> None:
        self.chat, self._press, self._write = chat, press, write

    async def answer(self, step: ScriptStep) -> None:
        """Answer what the step says, in the order in which it is asked."""
        left = dict(step.answer or {})
        for _ in range(LONGEST_AUTO):
            name = self._answerable(left)
            if not left or name is None:
                break
            value = left.pop(name)
            for other in await self.give(name, value, others=left):
                left.pop(other, None)
        if left:
            raise Deviated(f"that these were asked: {', '.join(left)}", f'the screen "{screen_name(self.chat.at)}"')

    async def auto(self, step: ScriptStep) -> None:
        """Answer every screen until the one that the step names (or a result): as it says, else as is usual."""
        given = dict(step.auto or {})
        until = _RESULTS if step.until == RESULT else (screen_named(self.chat.flow, step.until or ""),)
        if until == _RESULTS:
            given = {"exit": sc.MORE, "review": sc.AS_USUAL, **given}
        used = {"exit", "review"}
        for _ in range(LONGEST_AUTO):
            at = self.chat.at
            if at is None or at in until:
                break
            name = self._answerable(given)
            if name is not None:
                used.add(name)
                used.update(await self.give(name, given[name], others=given))
                continue
            question = self.chat.flow.questions.get(at)
            if question is None:
                break
            await self.give(at, usual_value(question), exact=False)
        else:
            raise Deviated("an end of the questions", f"{LONGEST_AUTO} screens")
        unused = [n for n in given if n not in used]
        if unused:
            raise Deviated(f"that these were asked: {', '.join(unused)}", f'the screen "{screen_name(self.chat.at)}"')
        if step.until is not None and self.chat.at not in until:
            raise Deviated(f'the screen "{step.until}"', f'the screen "{screen_name(self.chat.at)}"')

    def _answerable(self, given: dict[str, Any]) -> str | None:
        """The name under which the open screen is answered, if it is."""
        at = self.chat.at
        return None if at is None else next((n for n in (at, at.lower()) if n in given), None)

    async def give(
        self, name: str, value: Any, exact: bool = True, others: Mapping[str, Any] = MappingProxyType({})
    ) -> frozenset[str]:
        """Answer the open screen by taps, or by typing where no button says it; the questions that the tap answered as well.
        `exact`: a number is given as it is; `others`: what else will be answered, which no tap may contradict."""
        question = self.chat.flow.questions.get(name)
        if question is None or value == NOT_SURE:
            await self._press(str(value))
        elif question.kind is Kind.many:
            await self._give_list(question, value)
        elif question.kind in NUMERIC and question.kind is not Kind.scale:
            return await self._give_number(question, value, exact, others)
        elif isinstance(value, bool):
            await self._press("yes" if value else "no")
        else:
            await self._press(f"{value:g}" if isinstance(value, float) else str(value))
        return frozenset()

    async def _give_list(self, question: Question, value: Any) -> None:
        many = read_value(question, None if value in (NONE, question.none) else value)
        assert isinstance(many, Many)
        order = question.option_ids
        if not many.yes and not many.not_sure:
            await self._press(NONE)
            return
        if sc.toggles(question):
            for option in sorted(many.yes, key=order.index):
                if self.chat.find(option) is None:  # not shown to this person, but heard of who says it
                    await self._write(self.chat.flow.text(self.chat.lang).questions[question.ask].options[option].label)
                else:
                    await self._press(option)
            if not many.not_sure:
                await self._press(sc.DONE)
                return
        elif len(many.yes) == 1 and not many.not_sure:
            await self._press(*many.yes)
            return
        await self._clear_up(question, many)

    async def _clear_up(self, question: Question, many: Many) -> None:
        """Through "not sure": which ones, then each alone. On a list whose first tap answers also what is sure."""
        order = question.option_ids
        items = many.not_sure if sc.toggles(question) else many.yes | many.not_sure
        left = sorted(items, key=order.index)
        await self._press(NOT_SURE)
        if len(order) - (len(many.yes) if sc.toggles(question) else 0) > len(left):
            for option in left:
                await self._press(option)
            await self._press(sc.DONE)
        elif self.chat.at == which(question.ask):
            await self._press(sc.ALL)
        while self.chat.at == alone(question.ask) and left:
            await self._press(sc.YES if left.pop(0) in many.yes else NOT_SURE)

    async def _give_number(
        self, question: Question, value: Any, exact: bool, others: Mapping[str, Any]
    ) -> frozenset[str]:
        named = next((c for c in question.choices if c.id == value), None)
        wanted = read_value(question, value) if named is None else choice_span(question, named)
        assert isinstance(wanted, Span)
        fitting = [c for c in question.choices if _fits(choice_span(question, c), wanted, exact or named is not None)]
        agreeing = [c for c in fitting if not c.says_otherwise(others)]
        tapped = named if named in agreeing else next(iter(agreeing), named)
        if tapped is not None:
            await self._press(tapped.id)
            return frozenset(tapped.also)
        unit = _UNITS.get(question.kind, "") if isinstance(value, int | float) else ""
        await self._write(f"{value}{unit}")
        if self.chat.at == question.ask and value != NOT_SURE:
            raise Deviated(f'that "{value}{unit}" answers "{question.ask}"', self.chat.brief(self.chat.fresh[-1]))
        return frozenset()


def _fits(span: Span, wanted: Span, exact: bool) -> bool:
    return span == wanted or (not exact and span.low <= wanted.low and wanted.high <= span.high)
