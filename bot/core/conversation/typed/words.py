"""Typed words in any state: the red-flag look first, then yes and no, answers to the open screen, and facts for others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.afterwards.check_ins import said_to_check
from bot.core.conversation.afterwards.feedback import ASKING, take_feedback
from bot.core.conversation.afterwards.topics import offer, tell_about
from bot.core.conversation.chat_commands import command, why
from bot.core.conversation.countries import place_said
from bot.core.conversation.events import Erase, Lines, Received, Typed
from bot.core.conversation.machine import alone
from bot.core.conversation.session import (
    ADVICE,
    CHANGE,
    EMERGENCY,
    ENDED,
    EXIT,
    MISTAKE,
    REVIEW,
    SIGN,
    START,
    STOPPED,
    Heard,
    Quote,
    Session,
)
from bot.core.conversation.taps import tap
from bot.core.conversation.triage import answers_that_count
from bot.core.conversation.turn import Making
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.core.model.readings import Reading, Sign
from bot.core.model.system_texts import COMMANDS

from .answers import on_question, take_facts
from .changes import come_back
from .elsewhere import facts_beside, received, to_other_screen
from .matching import clean, folded_words, plain_word, said_of_the_patient
from .not_understood import URGENT, express, unread
from .which_screen import OtherScreen, screen_of

LONGEST_QUOTE = 120
"""Characters of what was typed that are kept beside an answer."""
A_QUESTION = 6
"""Words from which on a question is about something, not about what the bot just said ("what do you mean?")."""
OF_THE_INTERVIEW = ("question_back", "diagnosis")
"""Requests whose replies speak of the question on screen: after the advice they are questions like others."""


@dataclass(frozen=True, slots=True)
class _Message:
    """A typed message, cleaned and read; `word`: "yes", "no" or "not_sure" if it says just that; `elsewhere`: the screen that
    it is for, if it is not the open one; `question`: the open one, None if it is for another."""

    event: Typed
    text: str
    reading: Reading
    question: Question | None
    word: str | None
    elsewhere: OtherScreen | None


def typed(m: Making, event: Typed) -> None:
    """Handle a typed message: the first step that takes it ends it. Nothing discards it before its signs were looked for."""
    elsewhere = screen_of(m, event)
    question = m.question if elsewhere is None else None
    asked = elsewhere.question if elsewhere is not None else question
    screen = asked.ask if asked is not None else None if elsewhere is not None else m.s.at
    text, reading = _read(m, event.text, screen)
    if asked is not None and _chosen(m) in m.flow.others:
        reading = said_of_the_patient(asked, reading)
    word = plain_word(m.flow, m.s.lang, text, reading)
    message = _Message(event, text, reading, question, word, elsewhere)
    before = m.s
    next(step for step in _STEPS if step(m, message))
    _quote(m, before, text)


def _quote(m: Making, before: Session, text: str) -> None:
    """Keep the words by which something was answered, heard, or told as a sign."""
    s = m.s
    if s.id != before.id or not s.consented:
        return
    said = [q for q, a in s.answers.items() if before.answers.get(q) != a and not m.flow.questions[q].consent]
    said += [q for q, h in s.heard.items() if before.heard.get(q) != h]
    said += [m.flow.option_home[h.option] for h in s.signs if h not in before.signs]
    said += [m.question.ask] if m.question is not None and s.ticks != before.ticks and s.at == before.at else []
    if said:
        words = text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1].rstrip()}\u2026"
        kept = (q for q in s.quotes if q.question not in said)
        m.set(quotes=(*kept, *(Quote(q, words, m.now.timestamp()) for q in dict.fromkeys(said))))


def _read(m: Making, words: str, screen: str | None) -> tuple[str, Reading]:
    """Words, cleaned and read. A wish to die is answered whatever else they say."""
    text = clean(words)
    reading = m.flow.reader(text, m.when, m.s.lang, screen)
    if reading.crisis:
        m.say("crisis", urgent=True)
        m.remark = "crisis"
    return text, reading


def received_any(m: Making, event: Received) -> None:
    """Something that is no typed answer: its words are looked through for signs and calls for help before anything is said."""
    m.written(event.written)
    text, reading = _read(m, event.words, None)
    message = _Message(Typed(event.words), text, reading, None, None, OtherScreen())
    signs = any(step(m, message) for step in (_sign, _crisis, _help_wanted))
    if not signs and event.own and m.s.latch is None and m.s.at not in ENDED:
        facts_beside(m, text, reading)
    received(m, event, signs)


def _sign(m: Making, message: _Message) -> bool:
    return _sign_confirmed(m, message) or signs_in(m, message.reading, message.question)


def _sign_confirmed(m: Making, message: _Message) -> bool:
    """A yes to the sign that is asked about, in its own words ("yes, her foot is weak"): it counts, and others are asked next."""
    reading = message.reading
    if m.s.at != SIGN or not m.s.signs or reading.said != "yes" or reading.crisis or message.elsewhere is not None:
        return False
    named = _signs_read(m, reading)
    if not named:  # a bare yes, or one with a call for help: dealt with where that is
        return False
    _let_wait(m, named)
    tap(m, "yes")
    return True


def _crisis(m: Making, message: _Message) -> bool:
    """Its text was said; an emergency that stands is said again beside it."""
    if message.reading.crisis and m.s.latch is not None:
        m.emergency()
    return message.reading.crisis


def _command_typed(m: Making, message: _Message) -> bool:
    return _command(m, message.text)


def _nothing_asked_yet(m: Making, message: _Message) -> bool:
    if m.s.at != START:
        return False
    m.begin()
    return True


def _country_said(m: Making, message: _Message) -> bool:
    """A country by its name, where one is asked for: on the first screen, and after the list."""
    first = message.question is not None and message.question.consent
    return (first or m.before.placing) and message.elsewhere is None and place_said(m, message.text)


def _help_wanted(m: Making, message: _Message) -> bool:
    """Who asks for an ambulance, or says that they took too much, is answered before anything is asked."""
    return message.reading.request in URGENT and m.s.latch is None and express(m, message.reading)


def _for_another_screen(m: Making, message: _Message) -> bool:
    if message.elsewhere is None or m.s.latch is not None:
        return False
    to_other_screen(m, message.elsewhere, message.event, message.text, message.reading, message.word)
    return True


def _three_ways_asked(m: Making, message: _Message) -> bool:
    return message.elsewhere is None and _three_way(m, message.word, message.reading)


def _in_emergency(m: Making, message: _Message) -> bool:
    """Once an emergency stands only its own buttons, said in words, are answers; and a change told later opens the emergency
    screens beside it."""
    if m.s.latch is None or (m.question is not None and m.question.ask in m.s.anew):
        return False
    text, open_screen = message.text, message.elsewhere is None
    if open_screen and (_fixed_label(m, text) or _by_number(m, text) or _help_reached(m, text, message.word)):
        return True
    if m.s.at == EMERGENCY:
        if not come_back(m, message.reading):
            m.again()
    else:
        m.emergency()
    return True


def _on_fixed_screen(m: Making, message: _Message) -> bool:
    return _fixed_screen(m, message.text, message.word, message.reading)


def _on_question(m: Making, message: _Message) -> bool:
    if message.question is None:
        m.again()
    else:
        on_question(m, message.question, message.text, message.reading, message.event)
    return True


_STEPS: tuple[Callable[[Making, _Message], bool], ...] = (
    _sign,
    _crisis,
    _command_typed,
    _nothing_asked_yet,
    _help_wanted,
    _country_said,
    _for_another_screen,
    _three_ways_asked,
    _in_emergency,
    _on_fixed_screen,
    _on_question,
)
"""Tried in this order; each says whether the message is dealt with. The last one always is."""


def signs_in(m: Making, reading: Reading, question: Question | None) -> bool:
    """Red flags in the words: counted and asked about at once. True if one is now on screen."""
    found = _signs_read(m, reading)
    if all(_answers_open(m, s, question) for s in found):
        return False
    new = [Heard(s.option, s.words, s.plain) for s in found]
    if not new or (m.s.latch is not None and not any(m.flow.signs.get(h.option) == "emergency" for h in new)):
        return False
    if m.s.latch is not None:
        for heard in new:
            if heard.plain:
                m.hear(heard.option)  # it may need another way than the first one
        m.emergency()
        return True
    if not m.s.consented:
        for heard in m.by_urgency(new)[:3]:
            m.note_sign(heard)
        m.begin()
        return True
    _let_wait(m, found)
    m.set(misread=0)
    take_facts(m, reading, None)
    m.show_sign()
    return True


def _signs_read(m: Making, reading: Reading) -> list[Sign]:
    """The signs of the patient in the words that do not count yet."""
    read = (*reading.signs, *_of_the_patient(m, reading))
    return [s for s in read if s.option in m.flow.option_home and not _known(m, s)]


def _let_wait(m: Making, signs: Iterable[Sign]) -> None:
    """To be asked about, each once."""
    waiting = {heard.option for heard in m.s.signs}
    fresh = (Heard(s.option, s.words, s.plain) for s in signs if s.option not in waiting)
    m.set(signs=(*m.s.signs, *fresh))


def _chosen(m: Making) -> Any:
    """For whom the chat is, as it was answered; None before that."""
    return m.s.answers.get(m.flow.interview.questions[0].ask) if m.s.consented else None


def _of_the_patient(m: Making, reading: Reading) -> tuple[Sign, ...]:
    """Signs of another person than the one who types: the patient's own, if the patient is that other person.

    Before anybody said for whom it is they are possible ones: better asked once too often than missed.
    """
    chosen = _chosen(m)
    if chosen is not None and chosen not in m.flow.others:
        return ()
    said = {s.option for s in reading.signs}
    return tuple(
        Sign(r.about, r.words, plain=chosen is not None)
        for r in reading.rejected
        if r.why == "other_person" and r.about in m.flow.signs and r.about not in said
    )


def _known(m: Making, sign: Sign) -> bool:
    home = m.flow.option_home[sign.option]
    heard, value = m.s.heard.get(home), m.s.answers.get(home)
    return (
        (heard is not None and sign.option in heard.yes)
        or (isinstance(value, Many) and sign.option in value.yes)
        or value == sign.option
    )


def _answers_open(m: Making, sign: Sign, question: Question | None) -> bool:
    """A same-day sign typed on its own screen is an answer to it, not an interruption."""
    return (
        question is not None
        and m.s.at == question.ask
        and sign.plain
        and m.flow.option_home[sign.option] == question.ask
        and m.flow.signs.get(sign.option) == "same_day"
    )


def _command(m: Making, text: str) -> bool:
    """A command typed as a word ("back", "stop"), or the words of a button that every screen has."""
    said = folded_words(text)
    system = m.flow.text(m.s.lang).system
    if m.before.forgetting and said == folded_words(system[sc.DO_FORGET]):
        m.effects.append(Erase())
        return True
    if m.before.forgetting and said == folded_words(system[sc.KEEP]):
        m.again()
        return True
    if m.s.at == m.path[0] and m.s.at in (ADVICE, STOPPED) and said == folded_words(system["again_button"]):
        tap(m, sc.AGAIN)
        return True
    if m.question is not None and sc.may_stop(m.flow, m.question) and said == folded_words(system["stop_what_do_i_do"]):
        tap(m, sc.STOP_HERE)
        return True
    if m.s.at in (ADVICE, EMERGENCY) and said == folded_words(system[sc.MORE_REASONS]):
        why(m, more=True)
        return True
    if m.s.at == REVIEW and said in (folded_words(system[sc.OPEN_LINES]), folded_words(system["ask_one_by_one"])):
        if said == folded_words(system[sc.OPEN_LINES]):
            m.effects.append(Lines())
        else:
            tap(m, NOT_SURE)
        return True
    if m.question is not None and said == folded_words(system[sc.CARRY_ON]):
        m.again()
        return True
    said = said.rstrip("?") or said
    for name in COMMANDS:
        if said in (f"/{name}", name) or said == folded_words(system.get(name, f"/{name}")):
            command(m, name)
            return True
    return False


def _three_way(m: Making, word: str | None, reading: Reading) -> bool:
    """Yes, no or not sure where exactly that is asked. A sign that counts already is taken back by a bare no alone."""
    asked_alone = m.question is not None and m.s.at == alone(m.question.ask)
    if m.s.at not in (SIGN, MISTAKE) and not asked_alone:
        return False
    counts = m.s.at == MISTAKE or (m.s.at == SIGN and bool(m.s.signs) and m.s.signs[0].plain)
    said = word or reading.said
    if counts and said == "no" and (word is None or reading.request):
        said = None
    if said is None and asked_alone and reading.reply.unsure:
        said = NOT_SURE
    if said is not None:
        tap(m, said)
        return True
    if m.s.latch is not None:
        return False
    unread(m, reading)
    return True


def _fixed_screen(m: Making, text: str, word: str | None, reading: Reading) -> bool:
    """Words on the screens that are no questions: the labels of their buttons, or yes and no."""
    said = folded_words(text)
    meanings: dict[str, dict[str, str]] = {
        REVIEW: {"yes": sc.AS_USUAL, "no": sc.DIFFERENT, NOT_SURE: NOT_SURE},
        EXIT: {"yes": sc.TELL, "no": sc.MORE},
        CHANGE: {"yes": sc.CHANGE_IT, "no": sc.LEAVE_IT},
        EMERGENCY: {},
        ADVICE: {},
        STOPPED: {},
    }
    known = meanings.get(m.s.at)
    if known is None:
        return False
    if m.s.at in (ADVICE, STOPPED) and said_to_check(m, text, word, reading):
        return True
    if _fixed_label(m, text):
        return True
    if m.s.at == REVIEW and _review_line(m, said):
        return True
    if _by_number(m, text):
        return True
    chosen = next(iter(reading.reply.yes), None) if m.s.at in (REVIEW, EXIT) else None
    if chosen is not None or (word is not None and word in known):
        tap(m, chosen or known[word or ""])
        return True
    if m.s.at in (ADVICE, STOPPED):
        _after_an_end(m, text, reading)
    else:
        unread(m, reading)
    return True


def _after_an_end(m: Making, text: str, reading: Reading) -> None:
    """What is asked about is told; a change that is told with it opens the interview again."""
    if m.s.feedback == ASKING and reading.request != "change" and take_feedback(m, text):
        return
    told = m.s.at == ADVICE and bool(reading.topics)
    if told:
        tell_about(m, reading.topics)
    if come_back(m, reading) or told:
        return
    long = len(reading.account) >= A_QUESTION
    asked = m.s.at == ADVICE and (long or reading.asks or reading.request in OF_THE_INTERVIEW)
    about_us = not long or reading.request not in (*OF_THE_INTERVIEW, "")
    if (about_us and express(m, reading)) or (asked and offer(m, unknown=True)):
        return
    m.again()


def _fixed_label(m: Making, text: str) -> bool:
    """The label of a button of the screen, typed."""
    if m.question is not None:
        return False
    system, said = m.flow.text(m.s.lang).system, folded_words(text)
    for choice in sc.choices(m.flow, m.s.at):
        label = system.get(_LABEL_KEYS.get(choice, choice))
        if label is not None and _bare(said) in (_bare(folded_words(label)), choice.replace("_", " ")):
            tap(m, choice)
            return True
    return False


def _help_reached(m: Making, text: str, word: str | None) -> bool:
    """A yes or a no to the question whether help was reached; whatever begins with no is one."""
    if m.s.at != EMERGENCY or m.s.help != "asked":
        return False
    no = folded_words(m.flow.text(m.s.lang).system["no"])
    if word == "yes":
        tap(m, sc.HELPED)
    elif word is not None or folded_words(text).replace(",", " ").split()[:1] == [no]:
        tap(m, sc.CANT_GET_THERE)
    else:
        return False
    return True


def _bare(words: str) -> str:
    return words.replace("'", "")


def _by_number(m: Making, text: str) -> bool:
    """The number of a button of a screen that is no question; on the review numbers are lines."""
    said, known = folded_words(text), sc.choices(m.flow, m.s.at)
    if m.question is not None or m.s.at in (REVIEW, SIGN, MISTAKE):
        return False
    if not (said.isdecimal() and len(said) < 3 and 1 <= int(said) <= len(known)):
        return False
    tap(m, known[int(said) - 1])
    return True


_LABEL_KEYS = {
    sc.WHY: "why_button",
    sc.WHAT_CHANGES: "what_changes_button",
    sc.AGAIN: "again_button",
    sc.FORGET: "erase_button",
}


def _review_line(m: Making, said: str) -> bool:
    """A line of the review by its number or its name."""
    lines = review_order(m)
    if said.isdecimal() and len(said) < 4 and 1 <= int(said) <= len(lines):
        tap(m, sc.CHANGE_PREFIX + lines[int(said) - 1])
        return True
    words = m.flow.text(m.s.lang).questions
    for name in lines:
        if said in (name, folded_words(words[name].short)):
            tap(m, sc.CHANGE_PREFIX + name)
            return True
    return False


def review_order(m: Making) -> list[str]:
    """The questions whose answers the review lists, in the order of the interview."""
    return [q for q in answers_that_count(m.flow, m.s, m.today) if not m.flow.questions[q].consent]
