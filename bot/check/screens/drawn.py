"""Every screen that asks, drawn by the renderer itself: in each language, for each kind of people who can come to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from bot.check.answers.player import NOON
from bot.check.answers.space import Space
from bot.core.conversation import screens as sc
from bot.core.conversation.events import Ask, Effect
from bot.core.conversation.machine import alone, which
from bot.core.conversation.session import CHANGE, EXIT, MISTAKE, SIGN, Heard, Latch, Note, Session
from bot.core.flow.answer_values import choice_span, keep
from bot.core.flow.compiled import Flow
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind, Level
from bot.core.model.findings import Place
from bot.core.rendering.answer_words import Places
from bot.core.rendering.message import Message
from bot.core.rendering.questions import lists_emergencies
from bot.core.rendering.render import render

from .viewers import Viewer, Viewers

Sort = Literal["question", "emergency", "card", "note", "review", "list"]
"""What a screen is, and so how long it may be: it asks, it asks about emergencies, it tells, it is said above a question, it lists
what an uncomplicated patient answered, or what somebody else did, which may be as long as it is."""

LEFT = 14
"""How many questions are left, on a screen that says so."""
ANY_WORDS = "it has been like that since the weekend, on and off, and it is a bit worse now"
"""What somebody typed, as long as it is ever repeated."""


class ShownScreen(NamedTuple):
    """A message on a screen. `name`: what it is, for a finding; `place`: where its words stand; `who`: to whom it is shown;
    `question`: the one that it asks; `scale`: its choices are a scale's."""

    sort: Sort
    name: str
    lang: str
    who: str
    place: Place
    message: Message
    question: str = ""
    scale: bool = False


def drawn_messages(flow: Flow, session: Session, effect: Effect) -> tuple[Message, ...]:
    """The messages of an effect, drawn as every channel draws them, where no setting names a number to call."""
    return render(flow, session, effect, Places(), NOON)


def text_place(flow: Flow, lang: str, audiences: tuple[str, ...], path: tuple[str | int, ...]) -> Place:
    """Where words stand: in those of the audience, if it has its own."""
    for audience in audiences:
        at = flow.texts[lang].audiences.get(audience)
        table = getattr(at, str(path[0]), {})
        entry = table.get(path[1]) if len(path) > 1 else None
        if entry is not None and (len(path) < 3 or getattr(entry, str(path[2]), entry) is not None):
            return flow.place(f"texts.{lang}.yaml", ("audiences", audience, *path))
    return flow.place(f"texts.{lang}.yaml", path)


def asking_screens(space: Space, viewers: Viewers) -> Iterator[ShownScreen]:
    """The screens of questions: as they are first shown, with every line ticked, spelled out, and cleared up."""
    for lang in space.flow.texts:
        for question in space.flow.interview.questions:
            for viewer in viewers.on(question.ask, lang):
                yield from _of_question(space.flow, question, viewer, lang)


def _of_question(flow: Flow, question: Question, viewer: Viewer, lang: str) -> Iterator[ShownScreen]:
    name = question.ask
    sort: Sort = "emergency" if lists_emergencies(flow.texts[lang], question) else "question"
    place = text_place(flow, lang, viewer.audiences, ("questions", name, "text"))
    visible = tuple(o for o in question.option_ids if o not in viewer.hidden)
    session = viewer.session.but(at=name, left=LEFT)
    states = [(name, name, session, False)]
    if sc.toggles(question):
        states.append((name, f"{name}, all ticked", session.but(ticks=visible), False))
    if not question.consent and question.kind is not Kind.scale:
        states.append((name, f"{name}, spelled out", session.but(misread=2), True))
    if question.consent:
        states += [(name, f"{name}, in {code}", session.but(country=code), False) for code in flow.countries]
    if question.kind is Kind.many:
        if sc.offers_unsure(question):
            screen = which(name)
            states.append((screen, screen, session.but(at=screen), False))
        for option in visible:
            screen = alone(name)
            states.append((screen, f"{screen} {option}", session.but(at=screen, queue=(option,)), False))
    for screen, said, shown, spell_out in states:
        for message in drawn_messages(flow, shown, Ask(screen, (), spell_out)):
            yield ShownScreen(sort, said, lang, viewer.named, place, message, name, question.kind is Kind.scale)


def fixed_screens(flow: Flow, viewers: Viewers) -> Iterator[ShownScreen]:
    """The screens that ask about what was said: a sign that was typed, a tap by mistake, a changed answer, the way out."""
    for lang in flow.texts:
        for viewer in viewers.at_the_end(lang):
            session = viewer.session
            for option, sign in flow.signs.items():
                yield from _about_a_sign(flow, session, viewer, lang, option, sign == Level.emergency.value)
            yield from _drawn(flow, "question", EXIT, lang, viewer, session, "exit_offer", (("exit_same_day", {}),))
            for question in flow.interview.questions:
                yield from _changes(flow, session, viewer, lang, question)


def _about_a_sign(
    flow: Flow, session: Session, viewer: Viewer, lang: str, option: str, emergency: bool
) -> Iterator[ShownScreen]:
    for key in ("sign_plain", "sign_possible"):
        heard = session.but(signs=(Heard(option, ANY_WORDS, key == "sign_plain"),))
        note = (key, {"words": ANY_WORDS, "answer": option})
        yield from _drawn(flow, "emergency", SIGN, lang, viewer, heard, key, (note,), option)
    if emergency:
        latched = session.but(latch=Latch(flow.option_home[option], option, ()))
        yield from _drawn(flow, "emergency", MISTAKE, lang, viewer, latched, "mistake_ask", (), option)


def _changes(flow: Flow, session: Session, viewer: Viewer, lang: str, question: Question) -> Iterator[ShownScreen]:
    if question.consent or question.kind in (Kind.scale, Kind.many):
        return
    for option in sc.answers_of(question):
        choice = next((c for c in question.choices if c.id == option), None)
        kept = option if choice is None else keep(question, choice_span(question, choice), NOON.date())
        proposed = session.but(proposal=(question.ask, kept), proposed_choice=option if choice else "")
        yield from _drawn(flow, "question", CHANGE, lang, viewer, proposed, "stale_would_change", (), question.ask)


def _drawn(
    flow: Flow, sort: Sort, screen: str, lang: str, viewer: Viewer, session: Session, key: str,
    notes: tuple[Note, ...] = (), about: str = "",
) -> Iterator[ShownScreen]:  # fmt: skip
    place = text_place(flow, lang, viewer.audiences, ("system", key))
    for message in drawn_messages(flow, session.but(at=screen, notes=notes), Ask(screen, notes)):
        yield ShownScreen(sort, f"{key} {about}".strip(), lang, viewer.named, place, message)
