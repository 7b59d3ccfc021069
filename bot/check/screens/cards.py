"""The longest results: of all conversations those in which a card has most lines, found by the solver, then really held.

Theory of operation. What a line of advice, a reason or a contradiction adds to a card is what the renderer draws more with it
than without. The solver looks for the conversation in which these add up to most; its answers are played, and what is drawn at
its end is measured. So the sums only say where to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bot.check.answers.player import NOON, Player
from bot.check.proof.encoding import Formula, conj, disj, exactly, neg, way_said
from bot.check.proof.lengths import longest
from bot.check.proof.solver import Prover
from bot.core.conversation import screens as sc
from bot.core.conversation.engine import step
from bot.core.conversation.events import Advise, Ask, Effect, Explain, Tapped
from bot.core.conversation.session import ADVICE, REVIEW, Session
from bot.core.conversation.triage import fold_session
from bot.core.model.flow_files import LEVELS, Level

from .drawn import ShownScreen, drawn_messages, text_place
from .measure import measured_text, screen_lines, word_count
from .viewers import Viewer, Viewers, said_of


class CardPart(NamedTuple):
    """Something that a result may say: when it does, in which of its cards, and how many lines that makes. `group`: what
    shares a heading with it, and the heading's lines."""

    said: Formula
    card: int
    lines: int
    group: str
    heading: int


Conversation = Mapping[str, Any]
"""The answers of one conversation, as the player takes them."""


class Results:
    """The results of a flow, drawn. Whatever it asks of the solver may raise NotProved."""

    def __init__(self, p: Prover, viewers: Viewers, width: int) -> None:
        self.p, self.flow, self.viewers, self.width = p, p.flow, viewers, width
        self.player = Player(p.space)

    def words(self, lang: str) -> int:
        """The words that an uncomplicated patient reads on the whole way to advice, and with it; no buttons."""
        turns = self.player.turns(self.p.space.usual, lang)
        said = (m for turn in turns for e in turn.effects for m in drawn_messages(self.flow, turn.session, e))
        return word_count(measured_text(m for m in said if not m.edits))

    def screens(self, most: int) -> Iterator[ShownScreen]:
        """What stands at the end of the longest conversations. `most`: lines that a card may have."""
        for lang in self.flow.texts:
            played: dict[str, Conversation] = {"usual": self.p.space.usual}
            found = longest(self.p)
            if found is not None:
                played["longest"] = found.chosen
            for viewer in self.viewers.at_the_end(lang):
                for level in LEVELS:
                    for number, chosen in enumerate(self._worst(viewer, level, most)):
                        played[f"{viewer.named} {level} {number}"] = chosen
            for chosen in {repr(sorted(c.items(), key=str)): c for c in played.values()}.values():
                yield from self._drawn(chosen, lang)

    # --- where to look ------------------------------------------------------------------------------------------------

    def _worst(self, viewer: Viewer, level: Level, most: int) -> Iterator[Conversation]:
        """The conversations of such people that end at this level with the longest cards."""
        is_so = conj([self._is(viewer), exactly(self.p.one, level.rank)])
        bare = self._cards(viewer.session, level)
        parts = list(self._parts(viewer.session, level, bare))
        for card in range(len(bare)):
            weights = _weights([part for part in parts if part.card == card], is_so)
            missing = [(neg(f), w) for f, w in weights if not isinstance(f, bool)]
            if not missing:
                model = self.p.least(is_so, self.p.one.unusual()) if not card else None
            else:
                model = self.p.least(is_so, missing)
            if model is not None:
                yield self.p.one.chosen(model)

    def _is(self, viewer: Viewer) -> Formula:
        """That the answers make somebody who is spoken to like this viewer."""
        audiences = [
            self.p.one.true(node) if name in viewer.audiences else neg(self.p.one.true(node))
            for name, node, _ in self.flow.audiences
        ]
        consent = self.flow.interview.questions[0].ask
        others = [self.p.one.case[consent, o] for o in self.flow.others if (consent, o) in self.p.one.case]
        return conj([*audiences, disj(others) if viewer.other else neg(disj(others))])

    def _parts(self, session: Session, level: Level, bare: list[int]) -> Iterator[CardPart]:
        one = self.p.one
        for compiled in self.flow.lines:
            line = compiled.line
            if level in line.levels:
                said = [] if compiled.node is None else [one.true(compiled.node)]
                said += [] if line.how is None else [way_said(one, level, line.how)]
                yield from self._part(conj(said), session, level, bare, line.section, lines=(line.line,))
        for rule in self.flow.rules:
            if rule.rule.level is level:
                yield from self._part(
                    one.fires[rule.rule.rule], session, level, bare, "because", rules=(rule.rule.rule,)
                )
        for name, node, _ in self.flow.conflicts:
            yield from self._part(one.true(node), session, level, bare, "conflicts", conflicts=(name,))

    def _part(
        self, said: Formula, session: Session, level: Level, bare: list[int], group: str, **what: tuple[str, ...]
    ) -> Iterator[CardPart]:
        if said is False:
            return
        once = self._cards(session, level, **what)
        twice = self._cards(session, level, **{key: names * 2 for key, names in what.items()})
        for card, (none, one, two) in enumerate(zip(bare, once, twice, strict=True)):
            if one > none:
                yield CardPart(said, card, min(two - one, one - none), group, max(0, 2 * one - none - two))

    def _cards(self, session: Session, level: Level, **what: Any) -> list[int]:
        """The lines of each card of a result that says no more than this."""
        effect = Advise(level, what.get("rules", ()), what.get("lines", ()), what.get("conflicts", ()))
        return [screen_lines(m, self.width) for m in drawn_messages(self.flow, session.but(at=ADVICE), effect)]

    # --- what is drawn there --------------------------------------------------------------------------------------------

    def _drawn(self, chosen: Conversation, lang: str) -> Iterator[ShownScreen]:
        *_, before, turn = self.player.turns(chosen, lang)
        yield from self._of(before.session, before.effects)
        yield from self._of(turn.session, turn.effects)
        for choice in (sc.WHY, sc.MORE_REASONS):
            screen = ADVICE if choice == sc.WHY else sc.REASONS
            turn = step(self.flow, turn.session, Tapped(turn.session.id, turn.session.turn, screen, choice), NOON)
            yield from self._of(turn.session, turn.effects)

    def _of(self, session: Session, effects: tuple[Effect, ...]) -> Iterator[ShownScreen]:
        lang = session.lang
        audiences = self.flow.spoken_to(fold_session(self.flow, session, NOON.date()).env)
        who = said_of(audiences)
        for effect in effects:
            told = _name(effect)
            if told is None:
                continue
            name, path = told
            place = text_place(self.flow, lang, audiences, path)
            for number, message in enumerate(drawn_messages(self.flow, session, effect), 1):
                yield ShownScreen("card", f"{name}, card {number}", lang, who, place, message)


def _name(effect: Effect) -> tuple[str, tuple[str, ...]] | None:
    if isinstance(effect, Advise):
        return f"result {effect.level}", ("levels", effect.level)
    if isinstance(effect, Explain):
        return "more reasons" if effect.more else "reasons", ("system", "why_title")
    if isinstance(effect, Ask) and effect.screen == REVIEW:
        return "review", ("system", "review_title")
    return None


def _weights(parts: list[CardPart], is_so: Formula) -> list[tuple[Formula, int]]:
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
