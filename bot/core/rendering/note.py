"""The note for whoever examines the patient: one page, and one line to copy. Equal sessions make equal notes.

What decided comes first, in our words and in the patient's own; then what was answered, in clinical order as the flow has it; every
sign, with what was denied and how it was asked, and what was never asked; last what the rules rest on, and that nobody examined.
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
from bot.core.model.files.advice import Section
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Level

from .advice import because, line_params
from .answer_words import LIST
from .check_ins import trend_of, trend_points
from .drawing import Drawing
from .fixed_screens import emergency_told
from .message import Button, Message, Paper, PaperPart, PaperRow, Picture
from .questions import picture_of

A_SENTENCE = 3
"""Words from which on what was typed says more than the answer that it gave."""
BESIDE = " \u00b7 "
"""Between what was typed at one minute and at the next: a line for each made two pages of a talkative chat."""
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
    parts = [_why(d, judgement), _own_words(d), *_answers(d, told), _since(d), _signs(d, judgement)]
    parts.append(_sources(d, judgement.deciding(level)))
    signed = d.flow.signoff(d.words.lang, d.now.date())
    state = system("not_signed_off")
    if signed is not None:
        state = system("signed_off", reviewer=signed.reviewer, date=d.words.day(signed.date))
    return Paper(
        title=system("note_title"),
        lang=d.words.lang,
        level=system("note_level", level=d.words.texts.levels[level]),
        under=system("note_under", date=f"{d.words.day(d.now.date())} {d.now.year}", time=f"{d.now:%H:%M}"),
        parts=tuple(part for part in parts if part.rows),
        foot=" ".join([system("note_nobody"), state, system("note_content", version=d.flow.version)]),
        pictures=tuple(p for p in (_picture(d, told), trend_of(d)) if p is not None),
        written=d.now.timestamp(),
    )


def _why(d: Drawing, judgement: Judgement) -> PaperPart:
    """What decided, and what the patient was told to do, by when."""
    advice = judgement.advice(unplaced=d.s.unplaced)
    reasons = because(d, advice) if advice.level is not Level.emergency else [emergency_told(d)]
    if advice.unplaced:
        reasons = [*reasons, d.words.system("note_unplaced")]
    lines, params = {x.line: x for x in d.flow.advice.lines}, line_params(d, advice)
    told = [n for n in advice.lines if lines[n].section in (Section.do, Section.again)]
    said = " ".join(d.words.fill(d.words.texts.advice[n], **params) for n in told)
    rows = [PaperRow(d.words.system("note_why"), "\n".join(reasons)), PaperRow(d.words.system("note_told"), said)]
    return PaperPart("", tuple(row for row in rows if row.text))


def _own_words(d: Drawing) -> PaperPart:
    """What was typed that decided something, day by day, with its times; once, however many answers it gave."""
    said = {q.words: q.at for q in d.s.quotes if len(q.words.split()) >= A_SENTENCE}
    days: dict[str, dict[str, list[str]]] = {}
    for words, at in sorted(said.items(), key=lambda one: one[1]):
        when = datetime.fromtimestamp(at, d.now.tzinfo)
        days.setdefault(d.words.day(when.date()), {}).setdefault(f"{when:%H:%M}", []).append(f"\u201c{words}\u201d")
    rows = (
        PaperRow(day, BESIDE.join(" ".join([minute, *words]) for minute, words in minutes.items()))
        for day, minutes in days.items()
    )
    return PaperPart(d.words.system("note_own_words"), tuple(rows))


def _moment(d: Drawing, at: float) -> str:
    when = datetime.fromtimestamp(at, d.now.tzinfo)
    return f"{d.words.day(when.date())}, {when:%H:%M}"


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
    """An answer. Of a list of which nothing is so it is said what stood on it."""
    texts = d.words.texts.questions[question.ask]
    said = _said(d, question, kept)
    if isinstance(kept, Many) and not (kept.yes or kept.not_sure or kept.partial):
        shown = [texts.options[o].label for o in question.option_ids if o not in d.hidden]
        said = d.words.system("note_none", items=LIST.join(shown))
    return PaperRow(texts.short, said)


def _said(d: Drawing, question: Question, kept: Any) -> str:
    """An answer in words; a beginning as its day, which stays true however late the note is read."""
    return d.words.since(kept, d.now.date()) if isinstance(kept, Since) else d.words.told(d.s, question, kept, d.now)


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
            rows.append(PaperRow(short, "\n".join(_asked(d, question, kept, when.get(question.ask)))))
    if not_asked:
        key = "note_not_asked" if d.s.latch is None else "note_stopped"
        rows.append(PaperRow(d.words.system(key), LIST.join(not_asked)))
    return PaperPart(d.words.system("note_signs"), tuple(row for row in rows if row.text))


def _asked(d: Drawing, question: Question, kept: Any, at: float | None) -> Iterator[str]:
    """Of the signs of a question: what is so, what is not sure, what was denied, what was not asked."""
    if not isinstance(kept, Many):
        yield d.words.told(d.s, question, kept, d.now)
        return
    elsewhere = any(question.ask in part.questions for part in d.flow.advice.note)
    lines = [o.id for o in question.options if o.id not in d.hidden or o.id in kept.yes]
    signs = [o for o in lines if o in d.flow.signs or not elsewhere]
    rest = [o for o in signs if o not in {*kept.yes, *kept.not_sure, *d.s.unknown}]
    said = {"note_yes": kept.yes, "note_unsure": kept.not_sure, "note_no": () if kept.partial else rest}
    said["note_open"] = (*(rest if kept.partial else ()), *d.s.unknown)
    when = _moment(d, d.now.timestamp() if at is None else at)
    for key, found in said.items():
        items = LIST.join(d.words.option(question.ask, o) for o in signs if o in found)
        if items:
            yield d.words.system(key, items=items, when=when)


def _sources(d: Drawing, rules: tuple[CompiledRule, ...]) -> PaperPart:
    """The rules that decided, and what they rest on."""
    claims = {c.claim: c for c in d.flow.evidence.claims}
    read = {s.source: s.read for s in d.flow.evidence.sources}
    rows: list[PaperRow] = []
    for rule in rules:
        of: dict[str, None] = {}
        for claim in (claims[name] for name in rule.rule.because):
            place = (
                [f"{claim.document} {claim.section}"] if claim.document else [f"{s} ({read[s]})" for s in claim.sources]
            )
            of |= dict.fromkeys(place)
        rows.append(PaperRow(rule.rule.rule.replace("_", " "), LIST.join(of)))
    return PaperPart(d.words.system("note_sources"), tuple(rows))


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
            said = _said(d, d.flow.questions[name], told[name])
            parts.append(f"{d.words.texts.questions[name].short}: {said}.")
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
    if d.s.latch is not None:
        return f"{emergency_told(d)}."
    if found:
        return f"{LIST.join(found)}."
    return d.words.system("note_no_sign", asked=asked) if asked else d.words.system("note_unplaced")
