"""Words that are no answer: what was understood is said, what is missing is asked; nothing here ends an interview, denies a
sign, or sets or lowers a level (SEMANTICS 5a). Questions back, thanks, fear and the like get a line of their own.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.core.conversation.chat_commands import command, why
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import CHANGE, MISTAKE, SIGN
from bot.core.conversation.taps import leave_item_open
from bot.core.conversation.turn import Making
from bot.core.model.answers import NOT_SURE, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.core.model.readings import Reading


def sign_screen(m: Making, question: Question) -> bool:
    """Whether a list is one of emergency or same-day signs: most of its options are, or a sign opened it."""
    if question.kind is not Kind.many:
        return False
    opened = any(o.opens == question.ask and o.sign for q in m.flow.interview.questions for o in q.options)
    return opened or 2 * sum(o.sign is not None for o in question.options) > len(question.options)


def unread(m: Making, reading: Reading) -> None:
    """No answer to the screen that is open."""
    if m.resumed and m.question is not None:
        m.again()
        return
    if express(m, reading):
        return
    question, tries = m.question, m.s.misread + 1
    m.set(misread=tries)
    if question is not None and m.s.at == alone(question.ask):
        _item_unread(m, question, tries, reading)
    elif question is not None and m.s.at == question.ask and sign_screen(m, question) and not reading.greeting:
        one_by_one(m, question, reading)
    elif question is not None and m.s.at == question.ask and (reading.polarity == NOT_SURE or reading.reply.unsure):
        m.set(misread=0)
        m.note("nearest")  # it offers no "not sure"
        m.again()
    elif tries == 1 and reading.greeting:
        m.note("greeting")
        m.again()
    elif tries == 1 and question is not None and m.s.at == question.ask and (reading.none_said or reading.reply.doubt):
        m.note("none_said" if question.none is not None else "unreadable_example", question=question.ask)
        m.again()
    elif tries == 1 and question is not None and m.s.at == question.ask and not question.consent and _ordinary(reading):
        m.note("nearest_to")
        m.again()
    elif tries == 1 and question is not None and m.s.at != which(question.ask):
        m.note("unreadable_example", question=question.ask)
        m.again()
    else:
        m.note("unreadable_choices")
        m.again(spell_out=True)


def _ordinary(reading: Reading) -> bool:
    """Whether most of its words are known, though not what they say to this screen."""
    words = [a for a in reading.account if a.word.isalnum()]
    return bool(words) and 2 * sum(a.role != "unknown" for a in words) > len(words)


def one_by_one(m: Making, question: Question, reading: Reading) -> None:
    """A screen of signs, item by item: what was understood of it stays."""
    reply = reading.reply
    found = Many(frozenset(m.s.ticks) | (frozenset(reply.yes) - frozenset(m.flow.signs)))
    items = tuple(o for o in question.option_ids if o not in found.yes and o not in reply.no)
    m.set(misread=0)
    m.note("one_by_one")
    m.ask_alone(question, items or question.option_ids, found)


def _item_unread(m: Making, question: Question, tries: int, reading: Reading) -> None:
    """The item once more, with the emergency list; after that it stays open, and the interview goes on."""
    if reading.greeting:
        m.set(misread=tries - 1)
        m.note("greeting")
        m.again()
        return
    if tries < 2:
        m.note("item_again")
        m.again()
        return
    m.note("item_left_open")
    leave_item_open(m, question)


def about_the_list(m: Making, question: Question, reading: Reading) -> bool:
    """What was understood of an answer to a list that is not yet one: names that change nothing, names that are not known, a
    "yes" without which, a denial in doubt. True if the list was asked again for it."""
    if question.kind is not Kind.many or m.s.at != question.ask or reading.request:
        return False
    reply, names = reading.reply, reading.names
    unknown = tuple(n.words for n in names if n.ask)
    plain = tuple(n.words for n in names if not n.ask and not n.means)
    if sign_screen(m, question):
        if not (reply.some or reply.doubt or reply.no):
            return False
        one_by_one(m, question, reading)
        return True
    if unknown and (plain or reply.doubt or len(unknown) <= 2) and not reply.some:
        strange = not all(n.known for n in names if n.ask)
        m.note("unknown_name" if strange else "ask_name", words=", ".join(unknown))
    elif plain:
        m.note("known_names", words=", ".join(plain))
    elif reply.some:
        m.note("which_of_them")
    elif reply.doubt or reply.no:
        m.note("none_said", question=question.ask)
    else:
        return False
    m.set(misread=0)
    m.again()
    return True


# --- what is no answer, and was understood ----------------------------------------------------------------------------


def _say(key: str, urgent: bool = False) -> Callable[[Making], None]:
    def said(m: Making) -> None:
        m.say(key, urgent=urgent)
        m.again()

    return said


def _why(m: Making) -> None:
    why(m)
    m.again()


_EXPRESSED: dict[str, Callable[[Making], None]] = {
    "overdose": _say("poison", urgent=True),
    "ambulance": _say("ask_ambulance", urgent=True),
    "human": _say("ask_human"),
    "delete": lambda m: command(m, "forget"),
    "private": _say("privacy"),
    "stop_medicine": _say("ask_stop_medicine"),
    "question_back": _why,
    "diagnosis": _say("ask_diagnosis"),
    "fear": _say("kind_fear"),
    "anger": _say("kind_anger"),
    "thanks": _say("kind_thanks"),
}
"""Request of the word lists -> what is done about it. None of them counts as an answer that was not understood."""

URGENT = ("overdose", "ambulance")


def express(m: Making, reading: Reading) -> bool:
    """A line of its own for what is no answer but was understood. True if there was one."""
    act = _EXPRESSED.get(reading.request)
    if act is None or (m.s.at in (SIGN, MISTAKE, CHANGE) and reading.request not in URGENT):
        return False
    act(m)
    return True
