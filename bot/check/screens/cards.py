"""The longest results: of all conversations those in which a card has most lines, found by the solver, then really held.

Theory of operation. What a line of advice, a reason or a contradiction adds to a card is what the renderer draws more with it
than without. The solver looks for the conversation in which these add up to most; its answers are played, and what is drawn at
its end is measured. So the sums only say where to look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from bot.check.answers.player import NOON, Player
from bot.check.proof.encoding import Formula, conj, disj, exactly, neg, way_said
from bot.check.proof.lengths import longest
from bot.check.proof.solver import Prover
from bot.core.conversation import screens as sc
from bot.core.conversation.engine import step
from bot.core.conversation.events import Advise, Ask, CheckedIn, Effect, Explain, Lines, Tapped, WriteNote
from bot.core.conversation.screens import ACTED, MANAGING
from bot.core.conversation.session import ADVICE, REVIEW, CheckIn, Checks, Session
from bot.core.conversation.triage import fold_session
from bot.core.flow.compiled import CompiledLine
from bot.core.model.answers import Many
from bot.core.model.files.advice import Section
from bot.core.model.files.parts import LEVELS, Level
from bot.core.rendering.phone_lines import screen_lines

from .drawn import ShownScreen, Sort, drawn_messages, text_place
from .measure import measured_text, word_count
from .said import TICKED
from .viewers import Viewer, Viewers, said_of


class CardPart(NamedTuple):
    """Something that a result may say: when it does, in which of its cards, and how many lines that makes. `group`: what
    shares a heading with it, `heading`: the lines of that."""

    said: Formula
    card: int
    lines: int
    group: str
    heading: int


Weights = list[tuple[Formula, int]]
"""What may be said, and how many lines it makes."""
Conversation = Mapping[str, Any]
"""The answers of one conversation, as the player takes them."""


class Results:
    """The results of a flow, drawn. Whatever it asks of the solver may raise NotProved."""

    def __init__(self, p: Prover, viewers: Viewers, width: int) -> None:
        self.p, self.flow, self.viewers, self.width = p, p.flow, viewers, width
        self.player = Player(p.space)

    def words(self, lang: str) -> int:
        """The words that an uncomplicated patient reads on the whole way to advice, and with it; no buttons. Where the flow asks
        for the country, they named theirs on the first screen."""
        begun, *turns = self.player.turns(self.p.space.usual, lang)
        country = next(iter(self.flow.countries), "")
        seen = [(begun, begun.session), *((turn, turn.session.but(country=country)) for turn in turns)]
        said = (m for turn, session in seen for e in turn.effects for m in drawn_messages(self.flow, session, e))
        return word_count(measured_text(m for m in said if not m.edits))

    def screens(self) -> Iterator[ShownScreen]:
        """What stands at the end of the usual conversation and of the longest ones."""
        for lang in self.flow.texts:
            played: dict[str, Conversation] = {"usual": self.p.space.usual}
            found = longest(self.p, told=False)
            if found is not None:
                played["longest"] = found.chosen
            for level in LEVELS:
                played |= self._worst(lang, level)
            played |= self._emergencies(lang)
            for name, chosen in played.items():
                yield from self._drawn(chosen, lang, usual=name == "usual")

    # --- where to look ------------------------------------------------------------------------------------------------

    def _worst(self, lang: str, level: Level) -> dict[str, Conversation]:
        """The conversations that end at this level with the longest cards, and with the most reasons, whoever has them."""
        found: dict[str, Conversation] = {}
        reasons = self._reasons(lang, level)
        most = [-1] * (len(self.flow.advice.cards) + len(reasons))
        for viewer in self.viewers.at_the_end(lang):
            is_so = conj([self._is(viewer), exactly(self.p.one, level.rank)])
            bare = self._lines(viewer.session, level)
            parts = list(self._parts(viewer.session, level, bare))
            cards = [_weights([part for part in parts if part.card == n]) for n in range(len(self.flow.advice.cards))]
            for number, weights in enumerate((*cards, *reasons)):
                model = self.p.most(is_so, weights, most[number] - bare)
                if model is not None:
                    most[number] = bare + self.p.weight(model, weights)
                    found[f"{level} {number}"] = self.p.one.chosen(model)
        return found

    def _reasons(self, lang: str, level: Level) -> tuple[Weights, Weights]:
        """How many lines each rule adds to the reasons of a result of this level, and each line of advice to those behind it."""
        session = self.viewers.at_the_end(lang)[0].session.but(at=ADVICE)

        def told(effect: Explain) -> int:
            return sum(screen_lines(m, self.width) for m in drawn_messages(self.flow, session, effect))

        rules = [r.rule.rule for r in self.flow.rules if r.rule.level is level]
        lines = [x for x in self.flow.lines if level in x.line.levels]
        return (
            [(self.p.one.fires[r], told(Explain(ADVICE, rules=(r,)))) for r in rules],
            [(self._said(x, level), told(Explain(ADVICE, lines=(x.line.line,), more=True))) for x in lines],
        )

    def _said(self, compiled: CompiledLine, level: Level) -> Formula:
        """That a line of advice is said at this level."""
        said = [] if compiled.node is None else [self.p.one.true(compiled.node)]
        how = compiled.line.how
        return conj(said if how is None else [*said, way_said(self.p.one, level, how)])

    def _emergencies(self, lang: str) -> dict[str, Conversation]:
        """Each emergency sign of its own, and those together that take most words: its result says what was told."""
        found: dict[str, Conversation] = {}
        for number, viewer in enumerate(self.viewers.at_the_end(lang)):
            model = self.p.least(self._is(viewer), self.p.one.unusual())
            if model is None:
                continue
            usual = {**self.p.space.usual, **self.p.one.chosen(model)}
            for name, signs in self._signs(viewer):
                texts = self.flow.text(lang, viewer.audiences).questions[name].options
                long = sorted(signs, key=lambda o: -len(texts[o].answer or texts[o].label))[:TICKED]
                for told in (*((sign,) for sign in signs), tuple(long)):
                    found[f"{number} {told}"] = {**usual, name: Many(frozenset(told))}
        return found

    def _signs(self, viewer: Viewer) -> Iterator[tuple[str, list[str]]]:
        """The screens of emergency signs, and those of them that are shown to this viewer."""
        for question in self.flow.interview.questions:
            signs = [o for o in question.option_ids if self.flow.signs.get(o) == Level.emergency]
            if question.tap == "first" and signs:
                yield question.ask, [o for o in signs if o not in viewer.hidden]

    def _is(self, viewer: Viewer) -> Formula:
        """That the answers make somebody who is spoken to like this viewer."""
        audiences = [
            self.p.one.true(node) if name in viewer.audiences else neg(self.p.one.true(node))
            for name, node, _ in self.flow.audiences
        ]
        consent = self.flow.interview.questions[0].ask
        others = [self.p.one.case[consent, o] for o in sorted(self.flow.others) if (consent, o) in self.p.one.case]
        return conj([*audiences, disj(others) if viewer.other else neg(disj(others))])

    def _parts(self, session: Session, level: Level, bare: int) -> Iterator[CardPart]:
        """What a result of this level may say at once; what unfolds makes no line."""
        one = self.p.one
        card = {section: i for i, card in enumerate(self.flow.advice.cards) for section in card.shown}
        for compiled in self.flow.lines:
            line = compiled.line
            if level in line.levels and line.section in card:
                yield self._part(
                    self._said(compiled, level),
                    session,
                    level,
                    bare,
                    card[line.section],
                    line.section,
                    lines=(line.line,),
                )
        for rule in self.flow.rules:
            if rule.rule.level is level and Section.because in card:
                said_if, name = one.fires[rule.rule.rule], rule.rule.rule
                yield self._part(said_if, session, level, bare, card[Section.because], Section.because, rules=(name,))
        for name, node, _ in self.flow.conflicts:
            yield self._part(one.true(node), session, level, bare, 0, "conflicts", conflicts=(name,))

    def _part(
        self, said: Formula, session: Session, level: Level, bare: int, card: int, group: str, **what: tuple[str, ...]
    ) -> CardPart:
        once = self._lines(session, level, **what)
        twice = self._lines(session, level, **{key: names * 2 for key, names in what.items()})
        return CardPart(said, card, twice - once, group, max(0, 2 * once - bare - twice))

    def _lines(self, session: Session, level: Level, **what: Any) -> int:
        """The lines of a result that says no more than this, before what unfolds."""
        effect = Advise(level, what.get("rules", ()), what.get("lines", ()), what.get("conflicts", ()))
        return sum(screen_lines(m, self.width) for m in drawn_messages(self.flow, session.but(at=ADVICE), effect))

    # --- what is drawn there --------------------------------------------------------------------------------------------

    def _drawn(self, chosen: Conversation, lang: str, usual: bool) -> Iterator[ShownScreen]:
        *_, before, turn = self.player.turns(chosen, lang)
        if turn.session.at == ADVICE:
            lines = step(self.flow, before.session, _tap(before.session, sc.LINES, sc.OPEN_LINES), NOON)
            for seen in (before, lines):
                yield from self._of(seen.session, seen.effects, usual)
        yield from self._of(turn.session, turn.effects, usual)
        yield from self._of(turn.session, (WriteNote(),), usual)
        plan = self.flow.advice.check_in
        if plan is not None:
            yield from self._of(_checked(turn.session, plan.days), (CheckedIn(),), usual)
        for screen, choice in ((ADVICE, sc.WHY), (sc.REASONS, sc.MORE_REASONS)):
            turn = step(self.flow, turn.session, _tap(turn.session, screen, choice), NOON)
            yield from self._of(turn.session, turn.effects, usual)

    def _of(self, session: Session, effects: tuple[Effect, ...], usual: bool) -> Iterator[ShownScreen]:
        lang = session.lang
        audiences = self.flow.spoken_to(fold_session(self.flow, session, NOON.date()).env)
        for effect in effects:
            told = _TOLD.get(type(effect))
            if told is None or (isinstance(effect, Ask) and effect.screen != REVIEW):
                continue
            for number, message in enumerate(drawn_messages(self.flow, session, effect)):
                sort, name, path = told(effect, number)
                if sort == "review" and not usual:
                    sort = "list"
                place = text_place(self.flow, lang, audiences, path)
                yield ShownScreen(sort, name, lang, said_of(audiences), place, message)


def _checked(session: Session, days: list[int]) -> Session:
    """The session after check-ins on these days, of which the last was the last."""
    done = tuple(CheckIn(day, 10, MANAGING[-1]) for day in days)
    return session.but(checks=Checks(NOON.timestamp(), (), 9, done=done, rank=0, acted=ACTED[0]))


def _tap(session: Session, screen: str, choice: str) -> Tapped:
    return Tapped(session.id, session.turn, screen, choice)


Told = tuple[Sort, str, tuple[str, ...]]
"""What a message is, its name, and where its words stand."""


def _result(effect: Advise, number: int) -> Told:
    return "card", f"result {effect.level}, card {number + 1}", ("levels", effect.level)


def _explained(effect: Explain, number: int) -> Told:
    return "card", "more reasons" if effect.more else "reasons", ("system", "why_title")


def _review(effect: Ask, number: int) -> Told:
    """The list of what was understood; the last check, which asks."""
    return (
        ("question", "last check", ("system", "last_check"))
        if number
        else ("review", "review", ("system", "review_title"))
    )


def _which_line(effect: Lines, number: int) -> Told:
    return "question", "which line", ("system", "which_line")


def _noted(effect: WriteNote, number: int) -> Told:
    return "card", "note for a clinician", ("system", "note_caption")


def _went(effect: CheckedIn, number: int) -> Told:
    return "card", "how it went", ("system", "trend_day")


_TOLD: Mapping[type, Callable[[Any, int], Told]] = {
    Advise: _result,
    Explain: _explained,
    WriteNote: _noted,
    CheckedIn: _went,
    Ask: _review,
    Lines: _which_line,
}


def _weights(parts: list[CardPart]) -> Weights:
    """What to add up: the parts, and the heading of each group of which something is said."""
    groups: dict[str, list[CardPart]] = {}
    for part in parts:
        groups.setdefault(part.group, []).append(part)
    found = [(part.said, part.lines) for part in parts if part.lines]
    for grouped in groups.values():
        heading = max(part.heading for part in grouped)
        if heading:
            found.append((disj(part.said for part in grouped), heading))
    return found
