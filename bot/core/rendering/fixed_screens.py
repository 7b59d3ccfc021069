"""The screens that are no questions, the review among them, and the buttons that results have."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.core.conversation import screens as sc
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, STOPPED
from bot.core.conversation.triage import answers_that_count
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.parts import Kind, Level

from .answer_words import LIST
from .drawing import Drawing
from .message import Button, Message
from .questions import columns, put_alone_title, three_ways


def _sign(d: Drawing) -> list[tuple[Button, ...]]:
    """A sign that the words said plainly is repeated; one that they may have meant is asked in its own question."""
    sign = d.s.signs[0] if d.s.signs else None
    if sign is None or sign.plain:
        d.put("title", d.words.system("sign_ask"))
    else:
        put_alone_title(d, d.flow.questions[d.flow.option_home[sign.option]], sign.option)
    return three_ways(d, SIGN)


def _exit(d: Drawing) -> list[tuple[Button, ...]]:
    d.put("title", d.words.system("exit_offer"))
    return columns([d.system_button(EXIT, sc.TELL), d.system_button(EXIT, sc.MORE)])


def lines_shown(d: Drawing) -> tuple[str, ...]:
    """The questions of which an answer is known, in their order."""
    told = answers_that_count(d.flow, d.s, d.now.date())
    return tuple(q.ask for q in d.flow.interview.questions if q.ask in told and not q.consent)


def review_list(d: Drawing) -> Message:
    """What was understood, line by line; one button opens the lines."""
    told = answers_that_count(d.flow, d.s, d.now.date())
    d.put("heading", d.words.system("review_title"))
    for i, name in enumerate(lines_shown(d), 1):
        answer = d.words.told(d.s, d.flow.questions[name], told[name], d.now)
        d.put("item", f"{i}. {d.words.texts.questions[name].short}: {answer}")
    return d.message([(d.system_button(sc.LINES, sc.OPEN_LINES),)])


def line_rows(d: Drawing, names: Iterable[str]) -> list[tuple[Button, ...]]:
    """A button for each line, to change it: two beside each other where both labels fit."""
    return columns([d.button(REVIEW, sc.CHANGE_PREFIX + n, d.words.texts.questions[n].short) for n in names])


def _review(d: Drawing) -> list[tuple[Button, ...]]:
    d.put("title", d.words.system("last_check"))
    return [
        (d.system_button(REVIEW, sc.AS_USUAL),),
        (d.system_button(REVIEW, sc.DIFFERENT), d.system_button(REVIEW, NOT_SURE, "ask_one_by_one")),
    ]


def _mistake(d: Drawing) -> list[tuple[Button, ...]]:
    latch = d.s.latch
    question = d.flow.questions.get(latch.question) if latch is not None else None
    if latch is not None and question is not None and question.kind is Kind.many and latch.option:
        put_alone_title(d, question, latch.option)
    elif question is not None and question.kind is Kind.yes_no:
        d.put("title", d.words.texts.questions[question.ask].text)
    elif question is not None and sc.is_numeric(question):
        answer = d.words.answer(question, d.s.answers.get(question.ask, NOT_SURE), d.now, d.s.answers)
        item = f"{d.words.texts.questions[question.ask].short}: {answer}"
        d.put("title", d.words.system("mistake_ask", item=item))
    else:
        d.put("title", d.words.system("mistake_ask", item=latched(d)))
    return three_ways(d, MISTAKE)


def latched(d: Drawing) -> str:
    latch = d.s.latch
    if latch is None:
        return ""
    asked = d.flow.questions.get(latch.question)
    if asked is not None and sc.is_numeric(asked) and latch.rules and latch.rules[0] in d.words.texts.rules:
        return d.words.texts.rules[latch.rules[0]].rstrip(".")  # a date or an age alone says nothing to a clinician
    if latch.option in ("", sc.YES, sc.NOT_SURE) or latch.question not in d.flow.questions:
        texts = d.words.texts.questions.get(latch.question)
        return texts.short if texts is not None else latch.option
    return d.words.option(latch.question, latch.option)


def emergency_told(d: Drawing) -> str:
    """What the emergency is about, as the patient said it: what could not be ruled out is told as that; signs that were told
    since it stands come behind it."""
    latch = d.s.latch
    if latch is None:
        return ""
    answer = latched(d)
    parts = [d.words.system("unsure_of", items=answer) if latch.unsure else answer]
    for name, value in answers_that_count(d.flow, d.s, d.now.date()).items():
        if isinstance(value, Many):
            signs = (o for o in d.flow.questions[name].option_ids if o in value.yes and o != latch.option)
            parts += [d.words.option(name, o) for o in signs if d.flow.signs.get(o) == Level.emergency.value]
    return LIST.join(parts)


def _change(d: Drawing) -> list[tuple[Button, ...]]:
    if d.s.proposal is not None:
        question = d.flow.questions[d.s.proposal[0]]
        answer = d.words.answer(question, d.s.proposal[1], d.now)
        if d.s.proposed_choice in {c.id for c in question.choices}:
            answer = d.words.item(question.ask, d.s.proposed_choice)  # its label tells what else it says
        d.put(
            "title",
            d.words.system("stale_would_change", question=d.words.texts.questions[question.ask].short, answer=answer),
        )
    return [(d.system_button(CHANGE, sc.CHANGE_IT), d.system_button(CHANGE, sc.LEAVE_IT))]


def _stopped(d: Drawing) -> list[tuple[Button, ...]]:
    d.say("stopped")
    return [(d.system_button(STOPPED, sc.AGAIN, "again_button"),)]


def advice_buttons(d: Drawing) -> list[tuple[Button, ...]]:
    ask = [d.system_button(ADVICE, sc.ASK)] if d.flow.topics else []
    check = [d.system_button(ADVICE, sc.CHECK_ON_ME)] if d.flow.advice.check_in is not None else []
    return [
        (
            d.system_button(ADVICE, sc.WHY, "why_button"),
            d.system_button(ADVICE, sc.WHAT_CHANGES, "what_changes_button"),
        ),
        (d.system_button(ADVICE, sc.NOTE), *check),
        (*ask, d.system_button(ADVICE, sc.MORE_THERE)),
    ]


def more_buttons(d: Drawing) -> list[tuple[Button, ...]]:
    """What is wanted less often, behind one button of the advice."""
    buttons = ((sc.AGAIN, "again_button"), (sc.FELT_WRONG, "felt_wrong"), (sc.FORGET, "erase_button"))
    return columns([d.system_button(ADVICE, choice, key) for choice, key in buttons])


def emergency_buttons(d: Drawing) -> list[tuple[Button, ...]]:
    return [(d.system_button(EMERGENCY, c),) for c in (sc.HELPED, sc.BY_MISTAKE, sc.CANT_GET_THERE, sc.NOTE)]


FIXED_SCREENS: dict[str, Callable[[Drawing], list[tuple[Button, ...]]]] = {
    SIGN: _sign,
    EXIT: _exit,
    REVIEW: _review,
    MISTAKE: _mistake,
    CHANGE: _change,
    STOPPED: _stopped,
    ADVICE: advice_buttons,
    EMERGENCY: emergency_buttons,
}
