"""The advice, the date to look again, its end, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Advise, Explain
from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Since
from bot.core.model.flow_files import Claim, Kind, Level, Quantity, Section
from bot.core.model.quantities import read_quantity

from .answer_words import LIST, Words
from .drawing import Drawing
from .fixed_screens import advice_buttons, emergency_buttons, emergency_told, latched
from .message import Message


def draw_advice(d: Drawing, effect: Advise) -> Message:
    texts = d.words.texts
    if effect.unplaced:
        d.say("unplaced", level=texts.levels[effect.level])
    d.put("title", texts.levels[effect.level])
    if effect.level is Level.emergency:
        _emergency_words(d, effect)
    for conflict in effect.conflicts:
        d.say("conflict", text=texts.conflicts[conflict])
    because = _because(d, effect)
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
    rows = emergency_buttons(d) if effect.level is Level.emergency and d.s.latch is not None else advice_buttons(d)
    return d.message(rows, turn=d.s.turn, urgent=effect.urgent)


def _because(d: Drawing, effect: Advise) -> list[str]:
    """Why, rule by rule. What only came from "not sure" is told as that: no sentence says more than the patient did."""
    judgement = Judgement(d.flow, d.s, d.now.date())
    said: list[str] = []
    doubted: dict[str, None] = {}
    for name in effect.rules:
        doubts = judgement.in_doubt(d.flow.rules_by_id[name])
        for question, option in doubts:
            doubted[d.words.option(question, option) if option else d.words.texts.questions[question].short] = None
        if not doubts:
            said.append(d.words.texts.rules[name])
    return [*said, d.words.system("because_unsure", items=LIST.join(doubted))] if doubted else said


def _emergency_words(d: Drawing, effect: Advise) -> None:
    answer = emergency_told(d)
    ways = d.flow.advice.way_of(d.flow.rules_by_id[r].rule for r in effect.rules)
    way = next((w for w in ("ambulance", "go", "maternity") if w in ways), "go")
    d.say(f"emergency_{way}", answer=answer)
    unsure = d.s.latch is not None and d.s.latch.unsure
    d.say("emergency_from_unsure" if unsure else "emergency_why", answer=latched(d))


def _line_params(d: Drawing, effect: Advise) -> dict[str, Any]:
    params: dict[str, Any] = {
        "level": d.words.texts.levels[effect.level],
        "answer": emergency_told(d),
        "documents": "; ".join(f"{x.document}: {x.title}" for x in d.flow.evidence.documents),
        "date": d.words.day(d.now.date()),
        "time": d.now.strftime("%H:%M"),
        "version": d.flow.version[:8],
    }
    advice = d.flow.advice
    ways = advice.way_of(d.flow.rules_by_id[r].rule for r in effect.rules)
    by_way = next((advice.recheck_by_way[w] for w in sorted(ways) if w in advice.recheck_by_way), None)
    for key, quantity in (
        ("recheck", by_way or advice.recheck.get(effect.level)),
        ("recheck_first", advice.recheck_first.get(effect.level)),
    ):
        again = recheck(d.flow, d.s, effect.level, d.now, quantity)
        if again is not None and quantity is not None:
            params[key] = d.words.day(again.date())
    return params


def recheck(
    flow: Flow, session: Session, level: Level, now: datetime, quantity: Quantity | None = None
) -> datetime | None:
    """When to look again: so long after now, or after what the flow counts from (`recheck_from`); never before tomorrow."""
    quantity = flow.advice.recheck.get(level) if quantity is None else quantity
    if quantity is None:
        return None
    days = timedelta(days=read_quantity(Kind.ago, quantity))
    began = session.answers.get(flow.advice.recheck_from.get(level, ""))
    if isinstance(began, Since):
        first = began.first or began.last
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


def draw_reasons(d: Drawing, effect: Explain) -> Message:
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


def _claims(d: Drawing, heading: str, claims: list[Claim], numbers: dict[str, int]) -> None:
    """The claims with the numbers of what they rest on. `numbers`: document or source -> its number, for the list below."""
    if not claims:
        return
    d.put("heading", d.words.system(heading))
    for claim in claims:
        says = d.words.texts.claims.get(claim.claim, claim.says)
        of = [numbers.setdefault(n, len(numbers) + 1) for n in ([claim.document] if claim.document else claim.sources)]
        place = f", {claim.section}" if claim.document else ""
        d.put("item", f"\u2022 {says} [{', '.join(map(str, sorted(of)))}{place}]")
