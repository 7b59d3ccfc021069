"""Typed words in any state: the red-flag look first, then yes and no, answers to the open screen, and facts for others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import screens as sc
from .answers import Got, Which, clean, folded_words, kept_answer, labels, plain_word, read_answer, read_items
from .evaluation import Many, Span
from .events import Edited, Erase, Settled, Typed, Understood
from .flow import Kind, Level, Question
from .machine import alone, which
from .making import Making
from .reader import Reading, Sign
from .session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, START, STOPPED, Heard
from .values import NOT_SURE, BadAnswer, keep, read_value
from .words import COMMANDS

MOST_WORDS_OF_CONSENT = 8
Tap = Callable[[Making, str], None]
Answer = Callable[[Making, Question, Any, int | None], None]


def typed(m: Making, event: Typed, tap: Tap, answer: Answer) -> None:
    """Handle a typed message. Nothing discards it before its signs were looked for."""
    text = clean(event.text)
    question = m.question
    reading = m.flow.reader(text, m.now, m.s.lang, None if question is None else question.ask)
    if reading.crisis:
        m.say("crisis", urgent=True)
        m.remark = "crisis"
    if _signs(m, reading, question):
        return
    if reading.crisis:
        if m.s.latch is not None:
            m.emergency()
        return
    if _command(m, text, tap):
        return
    if m.s.at == START:
        m.begin()
        return
    word = plain_word(m.flow, m.s.lang, text, reading)
    if _three_way(m, word, tap):
        return
    if m.s.latch is not None and (_fixed_label(m, text, tap) or _by_number(m, text, tap)):
        return
    if m.s.latch is not None:
        if m.s.at == EMERGENCY:
            m.again()
        else:
            m.emergency()
        return
    if _fixed_screen(m, text, word, tap):
        return
    if question is None:
        m.again()
        m.remind()
        return
    _on_question(m, question, text, reading, event, tap, answer)


def _signs(m: Making, reading: Reading, question: Question | None) -> bool:
    """Red flags in the words: counted and asked about at once. True if one is now on screen."""
    found = [s for s in reading.signs if s.option in m.flow.option_home and not _known(m, s)]
    if all(_answers_open(m, s, question) for s in found):
        return False
    new = [Heard(s.option, s.words, s.plain) for s in found]
    if not new or (m.s.latch is not None and not any(m.flow.signs.get(h.option) == "emergency" for h in new)):
        return False
    if m.s.latch is not None:
        m.emergency()
        return True
    if not m.s.consented:
        for heard in m.by_urgency(new)[:3]:
            m.note_sign(heard)
        m.begin()
        return True
    fresh = tuple(h for h in new if all(h.option != x.option for x in m.s.signs))
    m.set(signs=(*m.s.signs, *fresh), misread=0)
    _facts(m, reading, None)
    m.show_sign()
    return True


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


def _command(m: Making, text: str, tap: Tap) -> bool:
    """A command typed as a word ("back", "stop"), or the words of a button that every screen has."""
    from .engine import command

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
    if m.question is not None and said == folded_words(system[sc.CARRY_ON]):
        m.again()
        m.remind()
        return True
    said = said.rstrip("?") or said
    for name in COMMANDS:
        if said in (f"/{name}", name) or said == folded_words(system.get(name, f"/{name}")):
            command(m, name)
            return True
    return False


def _three_way(m: Making, word: str | None, tap: Tap) -> bool:
    """Yes, no or not sure where exactly that is asked."""
    asked_alone = m.question is not None and m.s.at == alone(m.question.ask)
    if m.s.at not in (SIGN, MISTAKE) and not asked_alone:
        return False
    if word is not None:
        tap(m, word)
        return True
    if m.s.latch is not None:
        return False
    _unread(m)
    return True


def _fixed_screen(m: Making, text: str, word: str | None, tap: Tap) -> bool:
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
    if _fixed_label(m, text, tap):
        return True
    if m.s.at == REVIEW and _review_line(m, said, tap):
        return True
    if _by_number(m, text, tap):
        return True
    if word is not None and word in known:
        tap(m, known[word])
        return True
    if m.s.at in (ADVICE, STOPPED):
        m.again()
    else:
        _unread(m)
    return True


def _fixed_label(m: Making, text: str, tap: Tap) -> bool:
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


def _bare(words: str) -> str:
    return words.replace("'", "")


def _by_number(m: Making, text: str, tap: Tap) -> bool:
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


def _review_line(m: Making, said: str, tap: Tap) -> bool:
    """A line of the review by its number or its name."""
    lines = [q for q in m.s.answers if not m.flow.questions[q].consent]
    if said.isdecimal() and len(said) < 4 and 1 <= int(said) <= len(lines):
        tap(m, sc.CHANGE_PREFIX + review_order(m)[int(said) - 1])
        return True
    words = m.flow.text(m.s.lang).questions
    for name in lines:
        if said in (name, folded_words(words[name].short)):
            tap(m, sc.CHANGE_PREFIX + name)
            return True
    return False


def review_order(m: Making) -> list[str]:
    """The questions whose answers the review lists, in the order of the interview."""
    env = m.judged()[0].env
    return [q.ask for q in m.flow.interview.questions if q.ask in m.s.answers and q.ask in env and not q.consent]


def _on_question(
    m: Making, question: Question, text: str, reading: Reading, event: Typed, tap: Tap, answer: Answer
) -> None:
    if m.s.at == which(question.ask):
        items = read_items(m.flow, m.s.lang, m.s.at, text, reading)
        if items is None:
            _unread(m)
            return
        for item in items[:-1]:
            if item not in m.s.ticks:
                tap(m, item)
        tap(m, items[-1])
        return
    if question.consent:
        _consent(m, question, text, reading, tap)
        return
    if sc.toggles(question) and folded_words(text) == folded_words(m.flow.text(m.s.lang).system["done"]):
        tap(m, sc.DONE)
        return
    got = read_answer(m.flow, m.s.lang, question, text, reading, m.today)
    named = folded_words(text) in labels(m.flow, m.s.lang, question)
    others = False if named else _facts(m, reading, question.ask)
    if isinstance(got, Got) and got.ticks:
        _ticked(m, question, got.ticks, event, answer)
    elif isinstance(got, Got):
        if got.value == NOT_SURE and not sc.offers_unsure(question):
            _unread(m)
            return
        if got.value == Many(frozenset()) and m.s.ticks and m.s.at == question.ask:
            tap(m, sc.DONE)  # "no" after "I ticked: ..." means no others; what was ticked is not taken back
            return
        if m.s.at == question.ask:
            m.effects.append(Settled(m.before.at, m.before.turn))
        answer(m, question, _with_ticks(m, question, got.value), event.message)
    elif got == NOT_SURE:
        tap(m, NOT_SURE)
    elif isinstance(got, Which):
        m.note("unclear", words=got.words, candidates=got.candidates)
        m.again()
        m.remind()
    elif others:
        m.set(misread=0)
        m.again()
        m.remind()
    elif not _correction(m, reading, question.ask):
        _unread(m)


def _correction(m: Making, reading: Reading, open_question: str) -> bool:
    """Words about what was answered already: whether to change it is asked, never done unasked."""
    for fact in reading.facts:
        question = m.flow.questions.get(fact.question)
        if question is None or question.consent or not fact.sure or question.ask == open_question:
            continue
        value = _corrected(m, question, fact.value) if question.ask in m.s.answers else None
        if value is not None:
            m.set(proposal=(question.ask, value), misread=0)
            m.ask(CHANGE)
            m.remind()
            return True
    for unclear in reading.unclear:
        if unclear.candidates and unclear.question in m.s.answers and unclear.question != open_question:
            m.set(misread=0)
            m.note("unclear", words=unclear.words, candidates=unclear.candidates)
            m.ask(unclear.question)
            m.remind()
            return True
    return False


def _corrected(m: Making, question: Question, raw: Any) -> Any:
    """The answer after the correction; None if it would be the same. On a list lines are only added."""
    kept = m.s.answers[question.ask]
    if isinstance(kept, Many):
        new = frozenset(o for o in raw if o in question.option_ids) - kept.yes
        return Many(kept.yes | new, kept.not_sure - new) if new else None
    try:
        value = read_value(question, raw)
    except BadAnswer:
        return None
    if isinstance(value, Span) and m.flow.separates(question.ask, value):
        return None
    changed = keep(question, value, m.today)
    return None if changed == kept else changed


def _consent(m: Making, question: Question, text: str, reading: Reading, tap: Tap) -> None:
    """Consent is said on purpose: in few words, or as on a button. A story told before it is not kept, and says so."""
    system, said = m.flow.text(m.s.lang).system, folded_words(text)
    named = labels(m.flow, m.s.lang, question).get(said)
    if named is None and (
        len(said.split()) > MOST_WORDS_OF_CONSENT or any(f.question != question.ask for f in reading.facts)
    ):
        m.set(misread=1)
        m.note("agree_first")
        m.again()
        return
    got = read_answer(m.flow, m.s.lang, question, text, reading, m.today)
    if isinstance(got, Got) and isinstance(got.value, str) and got.value != NOT_SURE:
        tap(m, got.value)
    elif reading.polarity == "yes":
        tap(m, question.option_ids[0])
    elif said == folded_words(system["no"]):
        declining = [o.id for o in question.options if o.declines]
        tap(m, declining[0]) if declining else _unread(m)
    else:
        _unread(m)


def _with_ticks(m: Making, question: Question, value: Any) -> Any:
    """Lines named by number come to those that are ticked already."""
    if m.s.at != question.ask or not isinstance(value, Many):
        return value
    return Many(value.yes.union(m.s.ticks), value.not_sure.difference(m.s.ticks))


def _ticked(m: Making, question: Question, ticks: tuple[str, ...], event: Typed, answer: Answer) -> None:
    """Options named in words. The others are not taken as absent where they count: the list stays open."""
    if sc.toggles(question) and not question.describes and m.s.at == question.ask:
        m.set(ticks=tuple(dict.fromkeys((*m.s.ticks, *ticks))), misread=0)
        m.note("ticked", question=question.ask, options=m.s.ticks)
        m.again()
        m.remind()
        return
    m.effects.append(Settled(m.before.at, m.before.turn))
    answer(m, question, Many(frozenset((*m.s.ticks, *ticks))), event.message)


def _facts(m: Making, reading: Reading, open_question: str | None) -> bool:
    """Facts for other questions: kept where nothing was answered yet, and shown. A fact not mentioned stays unknown."""
    if not m.s.consented:
        return False
    taken: list[str] = []
    for fact in reading.facts:
        question = m.flow.questions.get(fact.question)
        if question is None or not fact.sure or question.consent or fact.question == open_question:
            continue
        if fact.question in m.s.answers:
            continue
        if question.kind is Kind.many:
            if _hear_options(m, question, fact.value):
                taken.append(question.ask)
            continue
        got = kept_answer(m.flow, question, fact.value, fact.words, m.today)
        if isinstance(got, Got):
            m.set(answers={**m.s.answers, question.ask: got.value}, checked=False)
            taken.append(question.ask)
    if taken:
        m.effects.append(Understood(tuple(taken)))
    return bool(taken)


def _hear_options(m: Making, question: Question, options: Any) -> bool:
    signs = m.flow.signs
    known = m.s.heard.get(question.ask, Many(frozenset(), frozenset(), True))
    new = frozenset(o for o in options if o in question.option_ids and o not in signs) - known.yes
    if not new:
        return False
    m.set(heard={**m.s.heard, question.ask: Many(known.yes | new, known.not_sure, True)}, checked=False)
    return True


def _unread(m: Making) -> None:
    """Not understood: again with an example, then with the choices spelled out, then the safe advice."""
    if m.resumed and m.question is not None:
        m.again()
        return
    tries = m.s.misread + 1
    m.set(misread=tries)
    question = m.question
    if tries >= 3 and m.s.at != SIGN and m.s.consented:
        m.remark = "unplaced"
        m.s = m.unfinished()
        level = m.judged()[1].level
        m.advise(unplaced=level is not Level.emergency)
        return
    if tries == 1 and question is not None:
        m.note("unreadable_example", question=question.ask)
        m.again()
    else:
        m.note("unreadable_choices")
        m.again(spell_out=True)
    m.remind()


def edited(m: Making, event: Edited, typed: Callable[[Making, Typed], None]) -> None:
    """An edited message corrects the answer that it gave; one that gave none is read like a new one."""
    given = next((t for t in m.s.trail if t.message == event.message), None)
    question = None if given is None else m.flow.questions.get(given.question)
    if question is None or m.s.latch is not None or m.s.signs or m.s.at in (STOPPED, ADVICE, MISTAKE):
        typed(m, Typed(event.text, event.message))
        return
    text = clean(event.text)
    reading = m.flow.reader(text, m.now, m.s.lang, question.ask)
    if reading.crisis:
        m.say("crisis", urgent=True)
    if _signs(m, reading, question) or reading.crisis:
        return
    got = read_answer(m.flow, m.s.lang, question, text, reading, m.today)
    unsure = got == NOT_SURE or (isinstance(got, Got) and got.value == NOT_SURE)
    if unsure and not sc.offers_unsure(question):
        got = None
    if got == NOT_SURE:
        m.note("edit_noted", question=question.ask)
        m.set(ticks=())
        m.clear_up(question)
    elif isinstance(got, Got) and (got.value is not None or got.ticks):
        value = got.value if got.value is not None else Many(frozenset(got.ticks))
        m.give(question.ask, value, event.message)
        m.note("edit_noted", question=question.ask)
        m.onward(replay=True)
    else:
        m.note("unreadable_example", question=question.ask)
        m.again()
        m.remind()
