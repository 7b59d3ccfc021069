"""The note for whoever examines the patient: one page, and one line to copy. Equal sessions make equal notes.

In clinical order, as the flow has it: what was answered, in the patient's own words where these decided; every sign that was
asked, with what was denied and what was not asked; the level, its rules and what they rest on; that nobody examined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.conversation.events import WriteNote
from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import Session
from bot.core.conversation.triage import answers_that_count
from bot.core.flow.compiled import CompiledRule
from bot.core.model.answers import NOT_ASKED, Many, Since
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Level

from .answer_words import LIST
from .check_ins import trend_points
from .drawing import Drawing
from .fixed_screens import emergency_told
from .message import Button, Message, Paper, PaperPart, PaperRow, Picture
from .questions import picture_of

A_SENTENCE = 3
"""Words from which on what was typed says more than the answer that it gave."""
LONGEST_LINE = 256
"""Characters that a button can copy."""


def draw_note(d: Drawing, effect: WriteNote) -> Message:
    """The note, with its line on a button that copies it."""
    made = Drawing(d.flow, d.s, d.places, _last_said(d.s, d.now))
    paper, line = _paper(made), _line(made)
    d.put("title", d.words.system("note_title"))
    d.put("text", line)
    d.put("note", d.words.system("note_caption"))
    copies = Button(d.words.system("note_copy"), line, "", "copy")
    return replace(d.message([(copies,)]), paper=paper)


def _last_said(session: Session, now: datetime) -> datetime:
    """When the last answer was given: the moment for which the note holds."""
    known = [step.at for step in session.trail if step.at is not None] + [quote.at for quote in session.quotes]
    return datetime.fromtimestamp(max(known), now.tzinfo) if known else session.started


def _paper(d: Drawing) -> Paper:
    system, judgement = d.words.system, Judgement(d.flow, d.s, d.now.date())
    level = judgement.level_to_say(d.s.unplaced)[0]
    told = answers_that_count(d.flow, d.s, d.now.date())
    parts = [*_answers(d, told), _since(d), _signs(d, judgement), _reasons(d, judgement, level)]
    signed = d.flow.signoff(d.words.lang, d.now.date())
    state = system("not_signed_off")
    if signed is not None:
        state = system("signed_off", reviewer=signed.reviewer, date=d.words.day(signed.date))
    return Paper(
        title=system("note_title"),
        lang=d.words.lang,
        level=d.words.texts.levels[level],
        under=system("note_under", date=f"{d.words.day(d.now.date())} {d.now.year}", time=f"{d.now:%H:%M}"),
        parts=tuple(part for part in parts if part.rows),
        foot=" ".join([system("note_nobody"), state, system("note_content", version=d.flow.version)]),
        picture=_picture(d, told),
        written=d.now.timestamp(),
    )


def _answers(d: Drawing, told: dict[str, Any]) -> Iterator[PaperPart]:
    """The answers, part by part; those of questions that no part names behind them. Lists of signs have a part of their own."""
    left = [n for n in told if not d.flow.questions[n].consent and not _sign_list(d.flow.questions[n])]
    for part in d.flow.advice.note:
        named = [n for n in part.questions if n in told]
        left = [n for n in left if n not in named]
        rows = tuple(_answer(d, d.flow.questions[n], told[n]) for n in named)
        yield PaperPart(d.words.texts.note_parts[part.part], rows)
    rest = tuple(_answer(d, d.flow.questions[n], told[n]) for n in left)
    yield PaperPart(d.words.system("note_rest"), rest)


def _answer(d: Drawing, question: Question, kept: Any) -> PaperRow:
    said = d.words.since(kept, d.now.date()) if isinstance(kept, Since) else d.words.told(d.s, question, kept, d.now)
    return PaperRow(d.words.texts.questions[question.ask].short, f"{said}{_quoted(d, question)}")


def _quoted(d: Drawing, question: Question) -> str:
    """The patient's own words, where they are more than the answer itself."""
    quote = next((q.words for q in d.s.quotes if q.question == question.ask), "")
    return f" {d.words.system('note_said', words=quote)}" if len(quote.split()) >= A_SENTENCE else ""


def _since(d: Drawing) -> PaperPart:
    """How it went on the days on which that was asked."""
    checks = d.s.checks
    rows = (
        [PaperRow(d.words.system("note_trend"), points)]
        if (points := trend_points(d)) and checks and checks.done
        else []
    )
    if checks is not None and checks.acted:
        rows.append(PaperRow(d.words.system("note_acted"), d.words.system(checks.acted)))
    return PaperPart(d.words.system("note_since"), tuple(rows))


def _sign_list(question: Question) -> bool:
    return any(option.sign for option in question.options)


def _signs(d: Drawing, judgement: Judgement) -> PaperPart:
    """Each list with signs: what is so, what was not sure, what was denied and when; then what was never asked."""
    when = {step.question: step.at for step in d.s.trail}
    rows: list[PaperRow] = []
    not_asked: list[str] = []
    for question in d.flow.interview.questions:
        if not _sign_list(question):
            continue
        kept = judgement.env.get(question.ask)
        short = d.words.texts.questions[question.ask].short
        if kept is None:
            not_asked.append(short)
        elif kept is not NOT_ASKED:
            said = " ".join(_asked(d, question, kept, when.get(question.ask)))
            rows.append(PaperRow(short, f"{said}{_quoted(d, question)}"))
            if isinstance(kept, Many) and kept.partial:
                not_asked.append(short)
    if not_asked:
        rows.append(PaperRow(d.words.system("note_not_asked"), LIST.join(not_asked)))
    return PaperPart(d.words.system("note_signs"), tuple(rows))


def _asked(d: Drawing, question: Question, kept: Any, at: float | None) -> Iterator[str]:
    """Of the signs of a question: what is so, what is not sure, what was denied."""
    if not isinstance(kept, Many):
        yield d.words.told(d.s, question, kept, d.now)
        return
    elsewhere = any(question.ask in part.questions for part in d.flow.advice.note)
    lines = [o.id for o in question.options if o.id not in d.hidden or o.id in kept.yes]
    signs = [o for o in lines if o in d.flow.signs or not elsewhere]
    denied = [] if kept.partial else [o for o in signs if o not in {*kept.yes, *kept.not_sure, *d.s.unknown}]
    moment = d.now if at is None else datetime.fromtimestamp(at, d.now.tzinfo)
    date, time = d.words.day(moment.date()), f"{moment:%H:%M}"
    found = (("note_yes", kept.yes), ("note_unsure", kept.not_sure), ("note_no", denied))
    for key, said in found:
        items = LIST.join(d.words.option(question.ask, o) for o in signs if o in said)
        if items:
            yield d.words.system(key, items=items, date=date, time=time)


def _reasons(d: Drawing, judgement: Judgement, level: Level) -> PaperPart:
    """The rules that decided, each with what it rests on."""
    rows = [PaperRow(d.words.system("note_rule"), _rule(d, rule)) for rule in judgement.deciding(level)]
    if d.s.latch is not None:
        rows.insert(0, PaperRow(d.words.system("note_why"), emergency_told(d)))
    return PaperPart(d.words.system("note_why"), tuple(rows))


def _rule(d: Drawing, rule: CompiledRule) -> str:
    claims = {c.claim: c for c in d.flow.evidence.claims}
    read = {s.source: s.read for s in d.flow.evidence.sources}
    of: dict[str, None] = {}
    for claim in (claims[name] for name in rule.rule.because):
        place = [f"{claim.document} {claim.section}"] if claim.document else [f"{s} ({read[s]})" for s in claim.sources]
        of |= dict.fromkeys(place)
    return f"{d.words.texts.rules[rule.rule.rule]} {rule.rule.rule} [{'; '.join(of)}]"


def _picture(d: Drawing, told: dict[str, Any]) -> Picture | None:
    """Where it is, drawn."""
    for name, kept in told.items():
        marked = kept.yes if isinstance(kept, Many) else {kept} if isinstance(kept, str) else ()
        picture = picture_of(d, d.flow.questions[name], marked)
        if picture is not None and any(mark.marked for mark in picture.marks):
            return picture
    return None


def _line(d: Drawing) -> str:
    """The level, the signs and what matters most, as long as a button can copy."""
    judgement = Judgement(d.flow, d.s, d.now.date())
    level = judgement.level_to_say(d.s.unplaced)[0]
    told = answers_that_count(d.flow, d.s, d.now.date())
    parts = [f"{d.words.texts.levels[level]}.", _signs_told(d, judgement)]
    for name in d.flow.advice.note_line:
        if name in told:
            short = d.words.texts.questions[name].short
            parts.append(f"{short}: {d.words.told(d.s, d.flow.questions[name], told[name], d.now)}.")
    line = ""
    for part in parts:
        longer = f"{line} {part}".strip()
        if len(longer.encode("utf-16-le")) // 2 <= LONGEST_LINE:
            line = longer
    return line


def _signs_told(d: Drawing, judgement: Judgement) -> str:
    found: list[str] = []
    asked = 0
    for question in d.flow.interview.questions:
        kept = judgement.env.get(question.ask)
        signs = [o.id for o in question.options if o.sign and o.id not in d.hidden]
        if isinstance(kept, Many):
            asked += 0 if kept.partial else len(signs)
            found += [
                d.words.texts.questions[question.ask].options[o].label for o in signs if o in kept.yes | kept.not_sure
            ]
    if d.s.latch is not None and not found:
        return emergency_told(d)
    return f"{LIST.join(found)}." if found else d.words.system("note_no_sign", asked=asked)
