"""Effects and texts -> channel-neutral messages: blocks of text and rows of buttons. The only place where ids become words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Advise, Ask, Effect, Explain, Redraw, Say, Settled, Understood
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import ADVICE, CHANGE, EMERGENCY, EXIT, MISTAKE, REVIEW, SIGN, STOPPED, Note, Session
from bot.core.conversation.triage import answered_count, fold_session, verdict_of
from bot.core.flow.compiled import Flow
from bot.core.model.answers import NOT_SURE, Many, Since
from bot.core.model.flow_files import Claim, Kind, Level, Question, Section
from bot.core.model.quantities import read_quantity

from .answer_words import LIST, Places, Words, words_for

BlockKind = Literal["title", "text", "item", "heading", "note"]
COLUMN = 18
"""Labels up to this length stand in two columns."""


class Block(NamedTuple):
    """A paragraph. `item`: a line of a list; `note`: small print; `heading`: above items."""

    kind: BlockKind
    text: str


class Button(NamedTuple):
    """`data`: what comes back when it is tapped (at most 64 bytes); `choice`: the choice it stands for."""

    label: str
    data: str
    choice: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `turn`: the turn whose screen it shows; `edits`: it replaces the message of `turn` instead of following it."""

    blocks: tuple[Block, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
    turn: int | None = None
    edits: bool = False
    urgent: bool = False

    def plain(self) -> str:
        """The blocks as plain text, a paragraph each, items on lines of their own."""
        lines: list[str] = []
        for i, block in enumerate(self.blocks):
            if i and block.kind != "item":
                lines.append("")
            lines.append(block.text)
        return "\n".join(lines)


class _Drawing:
    def __init__(self, flow: Flow, session: Session, places: Places, now: datetime) -> None:
        self.flow, self.s, self.now, self.places = flow, session, now, places
        self.words: Words = words_for(flow, session.lang, places)
        self.blocks: list[Block] = []

    def put(self, kind: BlockKind, text: str) -> None:
        if text:
            self.blocks.append(Block(kind, text))

    def say(self, key: str, /, **params: Any) -> None:
        self.put("text", self.words.system(key, **params))

    def button(self, screen: str, choice: str, label: str, ticked: bool = False) -> Button:
        return self.buttons_of(screen)(choice, label, ticked)

    def buttons_of(self, screen: str) -> Callable[[str, str, bool], Button]:
        """What makes the buttons of a screen from choice, label and whether its line is ticked."""
        data = sc.encoder(self.flow, self.s.id, self.s.turn, screen)

        def button(choice: str, label: str, ticked: bool) -> Button:
            return Button(f"\u2713 {label}" if ticked else label, data(choice, ticked), choice)

        return button

    def system_button(self, screen: str, choice: str, key: str | None = None) -> Button:
        return self.button(screen, choice, self.words.system(key or choice))

    def message(self, rows: Iterable[tuple[Button, ...]] = (), **more: Any) -> Message:
        marked = (Block("note", self.words.system("unsafe_version")),) if self.s.unsafe and self.blocks else ()
        return Message((*marked, *self.blocks), tuple(rows), **more)


def render(flow: Flow, session: Session, effect: Effect, places: Places, now: datetime) -> Message | None:
    """The message of an effect, in words; None for effects that are not messages. `session`: as it is after the turn."""
    drawing = _Drawing(flow, session, places, now)
    draw = _DRAWINGS.get(type(effect))
    return None if draw is None else draw(drawing, effect)


# --- screens ----------------------------------------------------------------------------------------------------------


def _ask(d: _Drawing, effect: Ask) -> Message:
    _notes(d, effect.notes)
    return _screen(d, effect.screen, effect.spell_out, urgent=effect.urgent)


def _redraw(d: _Drawing, effect: Redraw) -> Message:
    _notes(d, d.s.notes)  # what was said with the screen stays above it
    return _screen(d, effect.screen, edits=True)


def _notes(d: _Drawing, notes: Iterable[Note]) -> None:
    for key, params in notes:
        _note(d, key, dict(params))


def _screen(d: _Drawing, screen: str, spell_out: bool = False, edits: bool = False, urgent: bool = False) -> Message:
    question = sc.question_of(d.flow, screen)
    if question is None:
        rows = _FIXED_SCREENS[screen](d)
    elif screen == which(question.ask):
        rows = _which(d, question)
    elif screen == alone(question.ask):
        rows = _alone(d, question)
    else:
        rows = _question(d, question, spell_out)
    return d.message(rows, turn=d.s.turn, edits=edits, urgent=urgent)


def _note(d: _Drawing, key: str, params: dict[str, Any]) -> None:
    """A system text in the message of the screen that it belongs to; ids in its parameters become words."""
    if key == "unreadable_example":
        example = d.words.texts.questions[params["question"]].example
        if example is None:
            d.say("unreadable_choices")
        else:
            d.say(key, example=example)
    elif key == "none_said":
        d.say(key, none=d.words.texts.questions[params["question"]].none or d.words.system("none_of_these"))
    elif key == "unclear":
        if params["candidates"]:
            d.say("unclear_which", words=params["words"], candidates=" / ".join(params["candidates"]))
        else:
            d.say(key, words=params["words"])
    elif key in ("ticked", "told_already"):
        d.say(key, answer=LIST.join(d.words.option(params["question"], o) for o in params["options"]))
    elif key == "answered":
        d.say(key, answer=d.words.system(params["answer"]))
    elif key == "conflict":
        d.say(key, text=d.words.texts.conflicts[params["conflict"]])
    elif key == "edit_noted":
        d.say(key, question=d.words.texts.questions[params["question"]].short)
    elif key in ("sign_plain", "sign_possible"):
        option = str(params["answer"])
        if d.flow.signs.get(option) != "emergency":
            key = "sign_plain_today"
        words = d.words.option(d.flow.option_home[option], option)
        said = words if params["words"] == option else params["words"]
        d.say(key, words=_short(str(said)), answer=words)
    else:
        d.say(key, **params)


def _short(words: str, most: int = 80) -> str:
    words = " ".join(words.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "\u2026"


def _progress(d: _Drawing, question: Question) -> None:
    if question.consent:
        return
    done, total = answered_count(d.flow, fold_session(d.flow, d.s, d.now.date()))
    started = 1 if d.flow.interview.questions[0].consent else 0
    last = max(1, total - started)
    d.put("note", d.words.system("progress", n=min(max(1, done - started + 1), last), total=last))


def _question(d: _Drawing, question: Question, spell_out: bool) -> list[tuple[Button, ...]]:
    _beginning(d, question)
    _progress(d, question)
    _question_words(d, question, spell_out, d.s.ticks)
    return _answer_rows(d, question)


def _beginning(d: _Drawing, question: Question) -> None:
    """What is said above consent, the first time."""
    if question.consent and not d.s.misread:
        if d.flow.signoff(d.words.lang, d.now.date()) is None:
            d.say("start_test_version")
        d.say("start")


def _question_words(d: _Drawing, question: Question, spell_out: bool, ticked: Collection[str]) -> None:
    texts = d.words.texts.questions[question.ask]
    d.put("title", texts.text)
    numbered = question.options and any(o.text for o in texts.options.values())
    if numbered or (spell_out and question.kind is not Kind.scale):
        items = _items(d.words, question)
        d.blocks += [marked if option in ticked else plain for option, plain, marked in items]
    if texts.help:
        d.put("note", texts.help)
    if d.s.answers.get(d.flow.interview.questions[0].ask) in d.flow.others and question.kind is not Kind.scale:
        d.put("note", d.words.system("start_for_other"))


Items = tuple[tuple[str, Block, Block], ...]


def _items(words: Words, question: Question) -> Items:
    """The answers of a question as lines, without and with a tick (remembered like `_labels`)."""
    known: dict[str, Items] = words.__dict__.setdefault("_items", {})
    found = known.get(question.ask)
    if found is None:
        lines = []
        for i, option in enumerate(sc.answers_of(question), 1):
            place = "\u2022" if sc.is_numeric(question) else f"{i}."  # a number typed there is a number, not a line
            said = words.item(question.ask, option)
            lines.append((option, Block("item", f"{place} {said}"), Block("item", f"{place} \u2713 {said}")))
        found = known[question.ask] = tuple(lines)
    return found


def _answer_rows(d: _Drawing, question: Question) -> list[tuple[Button, ...]]:
    ticks = d.s.ticks
    button = d.buttons_of(question.ask)
    rows = [tuple([button(c, label, c in ticks) for c, label in row]) for row in _labels(d.words, question)]
    if _stop_is_offered(d, question):
        rows.append((d.system_button(question.ask, sc.STOP_HERE),))
    return rows


Labels = tuple[tuple[tuple[str, str], ...], ...]


def _labels(words: Words, question: Question) -> Labels:
    """The choices of a question and their labels, row by row (remembered with the words: they are always the same)."""
    known: dict[str, Labels] = words.__dict__.setdefault("_labels", {})
    found = known.get(question.ask)
    if found is None:
        found = known[question.ask] = tuple(_rows(words, question))
    return found


def _rows(words: Words, question: Question) -> Iterable[tuple[tuple[str, str], ...]]:
    texts = words.texts.questions[question.ask]
    answers: list[tuple[str, str]] = []
    for choice in sc.answers_of(question):
        entry = texts.options.get(choice)
        answers.append((choice, entry.label if entry is not None else words.texts.system.get(choice, choice)))
    across = 6 if question.kind is Kind.scale else 2 if all(len(label) <= COLUMN + 2 for _, label in answers) else 1
    for i in range(0, len(answers), across):
        yield tuple(answers[i : i + across])
    last: list[tuple[str, str]] = []
    if question.none:
        last.append((question.none, texts.none or words.system("none_of_these")))
    if sc.offers_unsure(question):
        last.append((sc.NOT_SURE, texts.unsure or words.system("not_sure")))
    if last:
        yield tuple(last)
    if sc.toggles(question):
        yield ((sc.DONE, words.system(sc.DONE)),)


def _stop_is_offered(d: _Drawing, question: Question) -> bool:
    """Once a same-day sign stands the patient may stop; not on a follow-up, whose answer may make it sooner."""
    if not sc.may_stop(d.flow, question) or not d.s.same_day_said:
        return False
    return verdict_of(d.flow, d.s, d.now.date())[1].rank >= Level.same_day.rank


def _which(d: _Drawing, question: Question) -> list[tuple[Button, ...]]:
    d.put("title", d.words.system("which_ones"))
    screen = which(question.ask)
    rows = []
    for i, option in enumerate(question.option_ids, 1):
        mark = "\u2713 " if option in d.s.ticks else ""
        d.put("item", f"{i}. {mark}{d.words.item(question.ask, option)}")
        label = d.words.texts.questions[question.ask].options[option].label
        rows.append((d.button(screen, option, label, option in d.s.ticks),))
    paired = [tuple(b for row in rows[i : i + 2] for b in row) for i in range(0, len(rows), 2)]
    return [*paired, (d.system_button(screen, sc.ALL), d.system_button(screen, sc.DONE))]


def _alone(d: _Drawing, question: Question) -> list[tuple[Button, ...]]:
    _progress(d, question)
    _alone_title(d, question, d.s.queue[0])
    return _three(d, alone(question.ask))


def _alone_title(d: _Drawing, question: Question, option: str) -> None:
    entry = d.words.texts.questions[question.ask].options[option]
    d.put("title", entry.alone or d.words.system("alone", item=entry.text or entry.label))


def _three(d: _Drawing, screen: str) -> list[tuple[Button, ...]]:
    return [
        (d.system_button(screen, sc.YES), d.system_button(screen, sc.NO)),
        (d.system_button(screen, sc.NOT_SURE),),
    ]


def _sign(d: _Drawing) -> list[tuple[Button, ...]]:
    d.put("title", d.words.system("sign_ask"))
    return _three(d, SIGN)


def _exit(d: _Drawing) -> list[tuple[Button, ...]]:
    d.put("title", d.words.system("exit_offer"))
    return [(d.system_button(EXIT, sc.TELL), d.system_button(EXIT, sc.MORE))]


def _review(d: _Drawing) -> list[tuple[Button, ...]]:
    env = fold_session(d.flow, d.s, d.now.date()).env
    shown = [q for q in d.flow.interview.questions if q.ask in d.s.answers and q.ask in env and not q.consent]
    d.put("heading", d.words.system("review_title"))
    texts = d.words.texts.questions
    for i, question in enumerate(shown, 1):
        kept = d.s.answers[question.ask]
        if question.ask in d.s.heard and isinstance(kept, Many):
            kept = env[question.ask]
        d.put("item", f"{i}. {texts[question.ask].short}: {d.words.answer(question, kept, d.now)}")
    d.put("note", d.words.system("review_change"))
    d.put("title", d.words.system("last_check"))
    changes = [d.button(REVIEW, sc.CHANGE_PREFIX + q.ask, texts[q.ask].short) for q in shown]
    return [
        (d.system_button(REVIEW, sc.AS_USUAL),),
        (d.system_button(REVIEW, sc.DIFFERENT), d.system_button(REVIEW, sc.NOT_SURE)),
        *(tuple(changes[i : i + 2]) for i in range(0, len(changes), 2)),
    ]


def _mistake(d: _Drawing) -> list[tuple[Button, ...]]:
    latch = d.s.latch
    question = d.flow.questions.get(latch.question) if latch is not None else None
    if latch is not None and question is not None and question.kind is Kind.many and latch.option:
        _alone_title(d, question, latch.option)
    elif question is not None and question.kind is Kind.yes_no:
        d.put("title", d.words.texts.questions[question.ask].text)
    elif question is not None and sc.is_numeric(question):
        answer = d.words.answer(question, d.s.answers.get(question.ask, NOT_SURE), d.now)
        item = f"{d.words.texts.questions[question.ask].short}: {answer}"
        d.put("title", d.words.system("mistake_ask", item=item))
    else:
        d.put("title", d.words.system("mistake_ask", item=_latched(d)))
    return _three(d, MISTAKE)


def _latched(d: _Drawing) -> str:
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


def _change(d: _Drawing) -> list[tuple[Button, ...]]:
    if d.s.proposal is not None:
        question = d.flow.questions[d.s.proposal[0]]
        answer = d.words.answer(question, d.s.proposal[1], d.now)
        d.put(
            "title",
            d.words.system("stale_would_change", question=d.words.texts.questions[question.ask].short, answer=answer),
        )
    return [(d.system_button(CHANGE, sc.CHANGE_IT), d.system_button(CHANGE, sc.LEAVE_IT))]


def _stopped(d: _Drawing) -> list[tuple[Button, ...]]:
    d.say("stopped")
    return [(d.system_button(STOPPED, sc.AGAIN, "again_button"),)]


def _advice_buttons(d: _Drawing) -> list[tuple[Button, ...]]:
    return [
        (
            d.system_button(ADVICE, sc.WHY, "why_button"),
            d.system_button(ADVICE, sc.WHAT_CHANGES, "what_changes_button"),
        ),
        (d.system_button(ADVICE, sc.AGAIN, "again_button"), d.system_button(ADVICE, sc.FORGET, "erase_button")),
    ]


def _emergency_buttons(d: _Drawing) -> list[tuple[Button, ...]]:
    return [(d.system_button(EMERGENCY, c),) for c in (sc.HELPED, sc.BY_MISTAKE, sc.CANT_GET_THERE)]


# --- messages ---------------------------------------------------------------------------------------------------------


def _say(d: _Drawing, effect: Say) -> Message:
    params = dict(effect.params)
    if effect.key in ("emergency_stands", "sign_stands"):
        option = str(params["answer"])
        home = d.flow.option_home.get(option)
        short = d.words.texts.questions.get(str(params.get("question")))
        params["answer"] = d.words.option(home, option) if home else short.short if short is not None else _latched(d)
    if effect.key in ("sign_plain", "sign_possible"):
        _note(d, effect.key, params)
    else:
        d.say(effect.key, **params)
    rows: list[tuple[Button, ...]] = []
    if effect.key == "crisis":
        rows = [(d.system_button(sc.CRISIS, sc.CARRY_ON), d.system_button(sc.CRISIS, sc.STOP))]
    elif effect.key == "forget_confirm":
        rows = [(d.system_button(sc.FORGETTING, sc.DO_FORGET), d.system_button(sc.FORGETTING, sc.KEEP))]
    elif effect.key == "language_ask":
        rows = [(d.button(sc.LANGUAGE, lang, texts.name),) for lang, texts in d.flow.texts.items()]
    elif effect.key in ("emergency_stands", "silence_help") and d.s.latch is not None:
        rows = _emergency_buttons(d)
    elif effect.key in ("stopped", "declined"):
        rows = [(d.system_button(STOPPED, sc.AGAIN, "again_button"),)]
        return d.message(rows, turn=d.s.turn, urgent=effect.urgent)
    return d.message(rows, urgent=effect.urgent)


def _settled(d: _Drawing, effect: Settled) -> Message:
    """The screen as it stood, without its buttons and its place in the interview, and what was answered on it."""
    before, choice = effect.before, effect.choice
    if choice is None:
        return Message((), turn=before.turn, edits=True)
    was = _Drawing(d.flow, before, d.places, d.now)
    _notes(was, before.notes)
    question, said = sc.question_of(d.flow, before.at), ""
    if question is None:
        _FIXED_SCREENS[before.at](was)
    elif before.at == which(question.ask):
        _which(was, question)
        if choice == sc.DONE and before.ticks:
            said = LIST.join(d.words.option(question.ask, o) for o in question.option_ids if o in before.ticks)
        elif choice == sc.DONE:
            choice = sc.ALL
    elif before.at == alone(question.ask):
        _alone_title(was, question, before.queue[0])
    else:
        kept = None if choice in (sc.NOT_SURE, sc.STOP_HERE) else d.s.answers.get(question.ask)
        _beginning(was, question)
        spelled_out = any(key == "unreadable_choices" for key, _ in before.notes)
        _question_words(was, question, spelled_out, kept.yes if isinstance(kept, Many) else before.ticks)
        if kept is not None:
            said = d.words.answer(question, kept, d.now)
    said = said or (_choice_words(d, question, choice) if choice else "")
    if said:
        was.put("text", d.words.system("answered", answer=said))
    return was.message((), turn=before.turn, edits=True)


def _choice_words(d: _Drawing, question: Question | None, choice: str) -> str:
    if choice.startswith(sc.CHANGE_PREFIX):
        return d.words.texts.questions[choice.removeprefix(sc.CHANGE_PREFIX)].short
    if question is not None and choice in (*question.option_ids, question.none):
        return d.words.option(question.ask, choice)
    return d.words.texts.system.get(choice, "")


def _understood(d: _Drawing, effect: Understood) -> Message:
    d.put("heading", d.words.system("understood_title"))
    env = fold_session(d.flow, d.s, d.now.date()).env
    for name in effect.questions:
        question = d.flow.questions[name]
        kept = d.s.answers.get(name, env.get(name, d.s.heard.get(name)))
        d.put("item", f"\u2022 {d.words.texts.questions[name].short}: {d.words.answer(question, kept, d.now)}")
    rows = [(d.button(REVIEW, sc.CHANGE_PREFIX + n, d.words.texts.questions[n].short),) for n in effect.questions]
    return d.message(rows)


def _advise(d: _Drawing, effect: Advise) -> Message:
    texts = d.words.texts
    if effect.unplaced:
        d.say("unplaced", level=texts.levels[effect.level])
    d.put("title", texts.levels[effect.level])
    if effect.level is Level.emergency:
        _emergency_words(d, effect)
    for conflict in effect.conflicts:
        d.say("conflict", text=texts.conflicts[conflict])
    because = [texts.rules[r] for r in effect.rules]
    lines = {x.line: x for x in d.flow.advice.lines}
    for section in Section:
        said = [
            d.words.fill(texts.advice[n], **_line_params(d, effect))
            for n in effect.lines
            if lines[n].section is section
        ]
        if section is Section.say and because and effect.level is not Level.emergency:
            d.put("heading", d.words.system("because"))
            for reason in because:
                d.put("item", f"\u2022 {reason}")
        if said:
            d.put("heading", texts.sections.get(section, ""))
            for text in said:
                d.put("item" if len(said) > 1 else "text", f"\u2022 {text}" if len(said) > 1 else text)
    d.put("note", foot(d.flow, d.s, d.words, d.now))
    if effect.so_far:
        return d.message((), urgent=effect.urgent)
    rows = _emergency_buttons(d) if effect.level is Level.emergency and d.s.latch is not None else _advice_buttons(d)
    return d.message(rows, turn=d.s.turn, urgent=effect.urgent)


def _emergency_words(d: _Drawing, effect: Advise) -> None:
    answer = _latched(d)
    ways = {d.flow.rules_by_id[r].rule.how for r in effect.rules}
    way = next((w for w in ("ambulance", "go", "maternity") if w in ways), "go")
    d.say(f"emergency_{way}", answer=answer)
    unsure = d.s.latch is not None and d.s.latch.unsure
    d.say("emergency_from_unsure" if unsure else "emergency_why", answer=answer)


def _line_params(d: _Drawing, effect: Advise) -> dict[str, Any]:
    params: dict[str, Any] = {
        "level": d.words.texts.levels[effect.level],
        "answer": _latched(d),
        "documents": "; ".join(f"{x.document}: {x.title}" for x in d.flow.evidence.documents),
        "date": d.words.day(d.now.date()),
        "time": d.now.strftime("%H:%M"),
        "version": d.flow.version[:8],
    }
    again = recheck(d.flow, d.s, effect.level, d.now)
    if again is not None:
        params["recheck"] = d.words.day(again.date())
    return params


def recheck(flow: Flow, session: Session, level: Level, now: datetime) -> datetime | None:
    """When to look again: so long after the bout began (self_care) or after now; never before tomorrow."""
    quantity = flow.advice.recheck.get(level)
    if quantity is None:
        return None
    days = timedelta(days=read_quantity(Kind.ago, quantity))
    onset = session.answers.get("onset")
    if level is Level.self_care and isinstance(onset, Since):
        first = onset.first or onset.last
        after = now - timedelta(days=(now.date() - first).days) + days
        return max(after, now + timedelta(days=1))
    return now + days


def foot(flow: Flow, session: Session, words: Words, now: datetime) -> str:
    """The end of every advice: for when it holds, of which content, signed off by whom (SEMANTICS 13, 14)."""
    signed = flow.signoff(words.lang, now.date())
    signoff = words.system("not_signed_off")
    if signed is not None:
        signoff = words.system("signed_off", reviewer=signed.reviewer, date=words.day(signed.date))
    return words.system(
        "foot", time=now.strftime("%H:%M"), date=words.day(now.date()), version=flow.version[:8], signoff=signoff
    )


def _explain(d: _Drawing, effect: Explain) -> Message:
    question = sc.question_of(d.flow, effect.screen)
    if question is not None:
        d.put("text", d.words.texts.questions[question.ask].why)
        return d.message()
    lines = {x.line: x for x in d.flow.advice.lines}
    first = [c for r in effect.rules for c in d.flow.rules_by_id[r].rule.because]
    rest = [c for n in effect.lines for c in lines[n].claims if c not in first]
    if not first or effect.more:
        first, rest = rest, []
    claims = {c.claim: c for c in d.flow.evidence.claims}
    used = [claims[n] for n in dict.fromkeys(first)]
    d.put("heading", d.words.system("why_title"))
    numbers: dict[str, int] = {}
    _claims(d, "why_documents", [c for c in used if c.document], numbers)
    _claims(d, "why_guidance", [c for c in used if not c.document], numbers)
    titles = {x.document: f"{x.title}. {x.note}" for x in d.flow.evidence.documents}
    titles |= {x.source: f"{x.title}." for x in d.flow.evidence.sources}
    for name, number in numbers.items():
        d.put("note", f"{number}: {titles[name]}")
    return d.message([(d.system_button(sc.REASONS, sc.MORE_REASONS),)] if rest else ())


def _claims(d: _Drawing, heading: str, claims: list[Claim], numbers: dict[str, int]) -> None:
    """The claims with the numbers of what they rest on. `numbers`: document or source -> its number, for the list below."""
    if not claims:
        return
    d.put("heading", d.words.system(heading))
    for claim in claims:
        says = d.words.texts.claims.get(claim.claim, claim.says)
        of = [numbers.setdefault(n, len(numbers) + 1) for n in ([claim.document] if claim.document else claim.sources)]
        place = f", {claim.section}" if claim.document else ""
        d.put("item", f"\u2022 {says} [{', '.join(map(str, sorted(of)))}{place}]")


_FIXED_SCREENS: dict[str, Callable[[_Drawing], list[tuple[Button, ...]]]] = {
    SIGN: _sign,
    EXIT: _exit,
    REVIEW: _review,
    MISTAKE: _mistake,
    CHANGE: _change,
    STOPPED: _stopped,
    ADVICE: _advice_buttons,
    EMERGENCY: _emergency_buttons,
}

_DRAWINGS: dict[type, Callable[[_Drawing, Any], Message | None]] = {
    Ask: _ask,
    Redraw: _redraw,
    Say: _say,
    Settled: _settled,
    Understood: _understood,
    Advise: _advise,
    Explain: _explain,
}
