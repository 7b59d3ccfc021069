"""The advice, the date to look again, its end, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.core.conversation import screens as sc
from bot.core.conversation.events import Advise, Explain
from bot.core.conversation.judgement import Judgement
from bot.core.conversation.session import Session
from bot.core.flow.compiled import Flow
from bot.core.model.answers import Since
from bot.core.model.files.advice import Section
from bot.core.model.files.evidence import Claim
from bot.core.model.files.parts import Kind, Level, Quantity
from bot.core.model.quantities import read_quantity

from .answer_words import LIST, Words
from .drawing import Drawing
from .fixed_screens import advice_buttons, emergency_buttons, emergency_told, latched
from .message import Message


def draw_advice(d: Drawing, effect: Advise) -> tuple[Message, ...]:
    """The advice as cards: the level and what to do first, the level again at the end."""
    texts, parts = d.words.texts, _parts(d, effect)
    emergency = effect.level is Level.emergency
    if effect.unplaced:
        d.say("unplaced", level=texts.levels[effect.level])
    d.put("title", texts.levels[effect.level])
    if emergency:
        _emergency_words(d, effect)
    cards: list[Message] = []
    for number, (shown, folded) in enumerate(_cards(d.flow, parts)):
        if number:
            cards += d.messages(urgent=effect.urgent)
        for section in shown[:1]:
            _put_part(d, section, parts[section], alone=not number)
        for conflict in () if number else effect.conflicts:  # behind what to do first
            d.say("conflict", text=texts.conflicts[conflict])
        for section in shown[1:]:
            _put_part(d, section, parts[section], alone=False)
        for group in folded:
            d.put("fold", "\n".join(line for section in group for line in _headed(d, section, parts[section])))
    if cards:
        d.put("title", d.words.system("level_again", level=texts.levels[effect.level]))
    if effect.so_far:
        return (*cards, *d.messages(urgent=effect.urgent))
    rows = emergency_buttons(d) if emergency and d.s.latch is not None else advice_buttons(d)
    return (*cards, *d.messages(rows, turn=d.s.turn, urgent=effect.urgent))


Parts = dict[Section, list[str]]


def _parts(d: Drawing, effect: Advise) -> Parts:
    """What there is to say, part by part."""
    lines = {x.line: x for x in d.flow.advice.lines}
    params = line_params(d, effect)
    parts: Parts = {}
    if effect.level is not Level.emergency:
        parts[Section.because] = because(d, effect)
    for name in effect.lines:
        parts.setdefault(lines[name].section, []).append(d.words.fill(d.words.texts.advice[name], **params))
    parts.setdefault(Section.about, []).append(foot(d.flow, d.s, d.words, d.now))
    return {section: said for section, said in parts.items() if said}


def _cards(flow: Flow, parts: Parts) -> list[tuple[list[Section], list[list[Section]]]]:
    """The parts of each card that have something to say: those that are shown, and the groups of those that unfold."""
    cards: list[tuple[list[Section], list[list[Section]]]] = []
    for card in flow.advice.cards:
        shown = [section for section in card.shown if section in parts]
        groups = ([section for section in group if section in parts] for group in card.folded)
        folded = [group for group in groups if group]
        if shown or not cards:
            cards.append((shown, folded))
        else:
            cards[-1][1].extend(folded)
    return cards


def _put_part(d: Drawing, section: Section, said: list[str], alone: bool) -> None:
    """One part with its heading. What comes first of all (`alone`) is under the level, and needs none."""
    if not alone:
        d.put("heading", d.words.texts.sections.get(section, ""))
    for text in said:
        d.put("item" if len(said) > 1 else "text", f"\u2022 {text}" if len(said) > 1 else text)


def _headed(d: Drawing, section: Section, said: list[str]) -> list[str]:
    return [d.words.texts.sections.get(section, ""), *(f"\u2022 {text}" for text in said)]


def because(d: Drawing, effect: Advise) -> list[str]:
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


def line_params(d: Drawing, effect: Advise) -> dict[str, Any]:
    """What is filled into the lines of an advice."""
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
            params[key] = d.day(again)
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
    return words.system("foot", time=now.strftime("%H:%M"), date=words.day(now.date()), signoff=signoff)


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
    d.put("heading", d.words.system("why_title"))
    put_claims(d, first)
    return d.message([(d.system_button(sc.REASONS, sc.MORE_REASONS),)] if rest else ())


def put_claims(d: Drawing, names: Iterable[str]) -> None:
    """What is said rests on these claims: those of the documents, those of guidance, and where they stand; all of it unfolds."""
    claims = {c.claim: c for c in d.flow.evidence.claims}
    used = [claims[n] for n in dict.fromkeys(names)]
    numbers: dict[str, int] = {}
    _claims(d, "why_documents", [c for c in used if c.document], numbers)
    _claims(d, "why_guidance", [c for c in used if not c.document], numbers)
    titles = {x.document: f"{x.title}. {x.note}" for x in d.flow.evidence.documents}
    titles |= {x.source: f"{x.title}." for x in d.flow.evidence.sources}
    sources = [f"{number}: {titles[name]}" for name, number in numbers.items()]
    d.put("fold", "\n".join([d.words.system("why_sources"), *sources]) if sources else "")


def _claims(d: Drawing, heading: str, claims: list[Claim], numbers: dict[str, int]) -> None:
    """The claims with the numbers of what they rest on; they unfold. `numbers`: document or source -> its number, for the list
    below."""
    said = [d.words.system(heading)]
    for claim in claims:
        says = d.words.texts.claims.get(claim.claim, claim.says)
        of = [numbers.setdefault(n, len(numbers) + 1) for n in ([claim.document] if claim.document else claim.sources)]
        place = f", {claim.section}" if claim.document else ""
        said.append(f"\u2022 {says} [{', '.join(map(str, sorted(of)))}{place}]")
    d.put("fold", "\n".join(said) if claims else "")
