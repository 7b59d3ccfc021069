"""What a choice does on the screen that is open, screen by screen: tapped, or said in words that mean the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.core.flow.answer_values import keep, read_value
from bot.core.model.answers import NOT_SURE, NOTHING_SAID, Many
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind, Level

from . import screens as sc
from .afterwards.check_ins import offer_checks
from .afterwards.feedback import ask_feedback
from .afterwards.topics import offer
from .chat_commands import afresh, forget, fresh_session, why
from .events import Compute, Redraw, WriteNote
from .machine import alone, which
from .session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, START, STOPPED, Latch
from .turn import Making


def tap(m: Making, choice: str) -> None:
    """A choice on the screen that is open (by button, or by words that say the same)."""
    handler = _SCREENS.get(m.s.at)
    if handler is not None:
        handler(m, choice)
        return
    question = m.question
    if question is None:
        m.again()
    elif choice in question.groups:
        m.set(opened="" if choice == m.s.opened else choice)
        m.effects.append(Redraw(m.s.at, m.s.turn))
    elif m.s.at == which(question.ask):
        _which_tapped(m, question, choice)
    elif m.s.at == alone(question.ask):
        _alone_tapped(m, question, choice)
    else:
        _question_tapped(m, question, choice)


def _question_tapped(m: Making, question: Question, choice: str) -> None:
    if choice == sc.STOP_HERE and m.judgement.verdict.rank < Level.same_day.rank:
        m.again()
    elif choice == sc.STOP_HERE:
        m.settled(choice)
        m.set(enough=True, exit_offered=True)
        m.onward()
    elif question.kind is Kind.many:
        _list_tapped(m, question, choice)
    elif question.consent:
        _consented(m, question, choice)
    else:
        m.settled(choice)
        answer(
            m, question, keep(question, read_value(question, tapped_value(question, choice)), m.today), choice=choice
        )


def tapped_value(question: Question, choice: str) -> Any:
    return int(choice) if question.kind is Kind.scale and choice.isdecimal() else choice


def answer(
    m: Making, question: Question, value: Any, message: int | None = None, choice: str = "", by_items: bool = False
) -> None:
    """An answer to a question: into the session, then onward. `by_items`: a list that was asked item by item; answered as a
    whole, none of its signs stays unknown."""
    revisited = question.ask in m.s.answers
    if m.s.unknown and not by_items:
        m.set(unknown=tuple(o for o in m.s.unknown if m.flow.option_home[o] != question.ask))
    doubted = m.s.doubt and value == Many(frozenset()) and sc.has_signs(question)
    m.give(question.ask, value, message)
    m.give_also(question, choice)
    if doubted:
        m.set(doubt=False)
        _ask_signs_alone(m)
        return
    m.onward(replay=revisited)


def _consented(m: Making, question: Question, choice: str) -> None:
    option = next(o for o in question.options if o.id == choice)
    m.settled(choice)
    if option.declines:
        m.set(
            answers={}, heard={}, signs=(), at=STOPPED, turn=m.s.turn + 1, notes=(), since=m.s.turn + 1, country=""
        )  # fmt: skip
        m.path.append(STOPPED)
        m.say("declined")
        return
    m.set(consented=True)
    answer(m, question, choice)


def _list_tapped(m: Making, question: Question, choice: str) -> None:
    if choice == question.none:
        known = m.judgement.env.get(question.ask)
        as_opened = isinstance(known, Many) and known.yes == frozenset(m.s.ticks)
        if m.s.ticks and not as_opened:
            m.set(ticks=())
            m.effects.append(Redraw(m.s.at, m.s.turn))
            return
        m.settled(choice)
        _take_back_heard(m, question)
        answer(m, question, NOTHING_SAID)
    elif choice == NOT_SURE:
        m.settled(choice)
        m.clear_up(question)
    elif choice == sc.DONE:
        heard = m.s.heard.get(question.ask)
        if not m.s.ticks and (heard is None or not heard.yes):
            m.note("which_none")
            m.again()
            return
        m.settled(choice)
        answer(m, question, _whole_list(m, question))
    elif sc.toggles(question):
        ticks = tuple(t for t in m.s.ticks if t != choice) if choice in m.s.ticks else (*m.s.ticks, choice)
        m.set(ticks=ticks)
        m.effects.append(Redraw(m.s.at, m.s.turn))
    else:
        m.settled(choice)
        known = m.s.answers.get(question.ask)
        if m.s.doubt and isinstance(known, Many):  # "something differs" adds to what was said before
            answer(m, question, Many(known.yes | {choice}, known.not_sure - {choice}))
        else:
            answer(m, question, Many(frozenset({choice})))


def _which_tapped(m: Making, question: Question, choice: str) -> None:
    if choice == sc.ALL or (choice == sc.DONE and not m.s.ticks):
        found = m.s.found or Many(frozenset())
        m.settled(choice)
        items = tuple(o for o in question.option_ids if o not in found.yes and o not in m.hidden)
        if items:
            m.ask_alone(question, items, found)
        else:  # everything was ticked before "not sure": nothing is left to be unsure of
            answer(m, question, found)
    elif choice == sc.DONE:
        m.settled(choice)
        m.ask_alone(question, m.s.ticks, m.s.found or Many(frozenset()))
    else:
        ticks = tuple(t for t in m.s.ticks if t != choice) if choice in m.s.ticks else (*m.s.ticks, choice)
        m.set(ticks=ticks)
        m.effects.append(Redraw(m.s.at, m.s.turn))


def _alone_tapped(m: Making, question: Question, choice: str) -> None:
    item, rest = m.s.queue[0], m.s.queue[1:]
    before = m.s.found or Many(frozenset())
    found = Many(before.yes - {item}, before.not_sure - {item})  # the answer to the item alone decides about it
    if choice == sc.YES:
        found = Many(found.yes | {item}, found.not_sure)
    elif choice == sc.NOT_SURE:
        found = Many(found.yes, found.not_sure | {item})
    m.settled(choice)
    m.set(misread=0, unknown=tuple(o for o in m.s.unknown if o != item))
    if choice != sc.NO and m.judgement.with_heard(question.ask, found).verdict.level is Level.emergency:
        rest = ()
    _next_item(m, question, rest, found)


def _next_item(m: Making, question: Question, rest: tuple[str, ...], found: Many) -> None:
    if rest:
        m.set(queue=rest, found=found)
        m.ask(alone(question.ask))
        return
    m.set(doubt=False, heard={q: h for q, h in m.s.heard.items() if q != question.ask})  # it is in `found`
    answer(m, question, found, by_items=True)


def leave_item_open(m: Making, question: Question) -> None:
    """The item that is asked alone was not understood twice: an emergency sign stays unknown, any other one is not sure."""
    item, rest = m.s.queue[0], m.s.queue[1:]
    found = m.s.found or Many(frozenset())
    m.settled(None)
    if m.flow.signs.get(item) == Level.emergency.value:
        m.set(unknown=tuple(dict.fromkeys((*m.s.unknown, item))), misread=0)
    else:
        m.set(misread=0)
        found = Many(found.yes - {item}, found.not_sure | {item})
    _next_item(m, question, rest, found)


# --- other screens ----------------------------------------------------------------------------------------------------


def _exit_tapped(m: Making, choice: str) -> None:
    m.settled(choice)
    m.set(enough=choice == sc.TELL)
    m.onward()


def _review_tapped(m: Making, choice: str) -> None:
    m.settled(choice)
    if choice == sc.AS_USUAL:
        m.set(checked=True)
        m.onward()
    elif choice == sc.DIFFERENT:
        m.set(doubt=True)
        m.ask(_signs_home(m).ask)
    elif choice == NOT_SURE:
        _ask_signs_alone(m)
    else:
        open_to_change(m, m.flow.questions[choice.removeprefix(sc.CHANGE_PREFIX)])


def open_to_change(m: Making, question: Question) -> None:
    """A list shows what was said of it, ticked: what is unticked there is taken back, what was not sure stays that."""
    known = m.judgement.env.get(question.ask)
    said = known.yes if isinstance(known, Many) and sc.toggles(question) else frozenset()
    first = question.ask if said and question.ask not in m.s.answers else m.s.first
    m.set(ticks=tuple(o for o in question.option_ids if o in said), queue=(), found=None, checked=False, first=first)
    m.ask(question.ask)


def _whole_list(m: Making, question: Question) -> Many:
    """What is ticked when a list is done. One that was opened to be changed showed all that was known of it."""
    ticks, known = frozenset(m.s.ticks), m.judgement.env.get(question.ask)
    opened = _take_back_heard(m, question) or question.ask in m.s.answers
    return Many(ticks, known.not_sure - ticks) if opened and isinstance(known, Many) else Many(ticks)


def _take_back_heard(m: Making, question: Question) -> bool:
    """What was heard of a list that was opened to be changed: it was shown ticked. True if it was opened so."""
    if m.s.first != question.ask:
        return False
    m.set(heard={q: h for q, h in m.s.heard.items() if q != question.ask})
    return True


def _signs_home(m: Making) -> Question:
    signs = m.flow.interview.emergency_signs
    return m.flow.questions[m.flow.option_home[signs[0]]] if signs else m.flow.interview.questions[0]


def _ask_signs_alone(m: Making) -> None:
    home = _signs_home(m)
    items = tuple(s for s in m.flow.interview.emergency_signs if m.flow.option_home[s] == home.ask)
    known = m.s.answers.get(home.ask)
    m.ask_alone(home, items or home.option_ids, known if isinstance(known, Many) else Many(frozenset()))


def _sign_tapped(m: Making, choice: str) -> None:
    sign, rest = m.s.signs[0], m.s.signs[1:]
    m.settled(choice)
    m.set(signs=rest)
    if choice == sc.NO:
        m.set(quotes=tuple(q for q in m.s.quotes if q.question != m.flow.option_home[sign.option]))
        m.note("sign_removed")
    else:
        m.hear(sign.option, unsure=choice == NOT_SURE)
        if m.flow.signs.get(sign.option) == "emergency" and m.s.latch is None:
            rules = tuple(r.rule.rule for r in m.judgement.verdict.fired if r.rule.level is Level.emergency)
            home = m.flow.option_home[sign.option]
            m.set(latch=Latch(home, sign.option, rules, choice == NOT_SURE))
    if m.s.latch is None and not rest and m.s.queue:  # a list was being asked item by item
        m.ask(alone(m.flow.option_home[m.s.queue[0]]))
        return
    m.onward(replay=True)


def tap_in_emergency(m: Making, choice: str) -> None:
    """The buttons of an emergency; those about help answer however old they are."""
    if choice == sc.NOTE:
        m.effects.append(WriteNote())
    elif choice == sc.BY_MISTAKE and m.s.latch is not None:
        m.settled(None)  # the advice itself stands
        m.note("answered", answer=choice)
        m.ask(MISTAKE)
    elif choice == sc.HELPED:
        m.say("getting_help_text")
        m.set(help="answered")
    else:
        m.say("cant_get_there_text", urgent=True)
        m.set(help=m.s.help and "answered")
        m.watch()


def _mistake_tapped(m: Making, choice: str) -> None:
    m.settled(choice)
    latch = m.s.latch
    if choice != sc.NO or latch is None:
        m.emergency()
        return
    old = m.s
    asked_afresh = {q.ask for q in m.flow.interview.questions if q.tap == "first" or q.expires is not None}
    asked_afresh.add(latch.question)
    kept = {q: a for q, a in old.answers.items() if q not in asked_afresh}
    heard = {q: h for q, h in old.heard.items() if q not in asked_afresh}
    m.s = fresh_session(m).but(
        answers=kept, heard=heard, consented=old.consented, first=latch.question, signs=old.signs
    )  # fmt: skip
    m.path.append(START)
    m.note("mistake_new")
    m.begin()


def _change_tapped(m: Making, choice: str) -> None:
    proposal, by, ticks = m.s.proposal, m.s.proposed_choice, m.s.ticks
    m.settled(choice)
    m.set(proposal=None, proposed_choice="")
    if choice == sc.CHANGE_IT and proposal is not None:
        m.give(proposal[0], proposal[1])
        m.give_also(m.flow.questions[proposal[0]], by)
    m.onward(replay=True)
    if m.question is not None and m.s.at == m.question.ask and set(ticks) <= set(m.question.option_ids):
        m.set(ticks=ticks)


def _advice_tapped(m: Making, choice: str) -> None:
    _AFTER_ADVICE[choice](m)


def _stopped_tapped(m: Making, choice: str) -> None:
    afresh(m)


_AFTER_ADVICE: dict[str, Callable[[Making], object]] = {
    sc.WHY: why,
    sc.WHAT_CHANGES: lambda m: m.effects.append(Compute()),
    sc.AGAIN: afresh,
    sc.FORGET: forget,
    sc.ASK: offer,
    sc.NOTE: lambda m: m.effects.append(WriteNote()),
    sc.MORE_THERE: lambda m: m.say("more_offers"),
    sc.CHECK_ON_ME: offer_checks,
    sc.FELT_WRONG: ask_feedback,
}
"""Each button under the advice, as `screens.choices` names them -> what it does."""

_SCREENS: dict[str, Callable[[Making, str], None]] = {
    SIGN: _sign_tapped,
    EXIT: _exit_tapped,
    REVIEW: _review_tapped,
    EMERGENCY: tap_in_emergency,
    MISTAKE: _mistake_tapped,
    CHANGE: _change_tapped,
    ADVICE: _advice_tapped,
    STOPPED: _stopped_tapped,
}
