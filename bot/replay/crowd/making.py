"""People made from the answers that can be given and from the words for them, the same ones for the same seed.

The facts are drawn first, then words that mean them. Slips of the finger make another person of somebody: they are marked, and
scored apart, since no reader can tell every slip.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.check.answers.space import Axis, Space, Ticks
from bot.check.cases import BadCase, counted, given_answers
from bot.core.conversation import screens as sc
from bot.core.flow.answer_values import read_value
from bot.core.flow.compiled import Flow, usual_value
from bot.core.model.answers import NOT_ASKED, NOT_SURE, Many, Span
from bot.core.model.files.interview import Question
from bot.core.model.files.parts import Kind
from bot.replay.script.model import NOW
from bot.replay.script.writing import in_line

from .people import Person
from .sayings import Sayings
from .slips import with_case, with_filler, with_hedge, with_slip

OTHERWISE, A_SIGN, UNSURE = 0.25, 0.1, 0.04
"""How likely an answer is not the usual one; a line of a list of signs is so; "not sure" where it can be said."""
TYPED, FILLED, HEDGED, CASED, SLIPPED, STORY, BOTH = 0.8, 0.2, 0.08, 0.1, 0.5, 0.25, 0.08
"""How likely words are typed; have a filler, a hedge, capitals; slip (of those who slip); begin with a story; say two things."""
WHO_SLIPS = 0.25
"""How many of the people slip now and then."""
CARRIED = {
    Kind.age: "I am {}", Kind.ago: "it began {} days ago", Kind.length: "one spasm lasts {}",
    Kind.scale: "pain {} out of 10",
}  # fmt: skip
"""How a number is told beside something else, and where nobody has other words for it."""
EVENING = NOW.replace(hour=18)
"""When made people chat: at the hour at which the labelled phrases were said, so that "this afternoon" is past."""
UNSURE_WORDS = ("not sure", "i don't know", "no idea")
OPENINGS = ("my back has gone into spasm", "hello", "back pain", "hi my back seized up", "my lower back is in spasm")


LENGTHS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def carried(kind: Kind, value: float) -> str:
    """A number as somebody tells it who has no other words for it."""
    if kind is not Kind.length:
        return CARRIED.get(kind, "{}").format(f"{value:g}")
    size, unit = next((size, unit) for size, unit in LENGTHS if value >= size or size == 1)
    number = f"{value / size:.2g}"
    return CARRIED[kind].format(f"{number} {unit}" + ("s" if number != "1" else ""))


@dataclass
class _Maker:
    flow: Flow
    space: Space
    words: Sayings
    rng: random.Random

    # --- facts --------------------------------------------------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        """Answers, as an answer file has them, to some of the questions that this person is asked; the others are as usual."""
        found: dict[str, Any] = {}
        env: dict[str, Any] = {}
        for question, _, check in self.flow.asking:
            if check is not None and not check(env):
                env[question.ask] = NOT_ASKED
                continue
            axis = self.space.axes[question.ask]
            unseen = question.option_ids if self.flow.heard_only(question.ask, env) else self.flow.hidden(env)
            shown = [o for o in question.option_ids if o not in unseen]
            value = self._list(axis, shown) if isinstance(axis, Ticks) else self._one(axis)
            if value is not None and not question.consent:
                found[question.ask] = value
            env[question.ask] = counted(question, read_value(question, found.get(question.ask, usual_value(question))))
        return found

    def _list(self, axis: Ticks, shown: list[str]) -> Any:
        share = A_SIGN if sc.has_signs(axis.question) else OTHERWISE
        if self.rng.random() >= share or not shown:
            return None
        picked = self.rng.sample(shown, min(len(shown), self.rng.choice((1, 1, 1, 2))))
        if axis.unsure and self.rng.random() < UNSURE:
            return {"yes": [], "not_sure": picked}
        return [option for option in axis.options if option in picked]

    def _one(self, axis: Axis) -> Any:
        numeric = bool(axis.ends)
        if not numeric and self.rng.random() >= OTHERWISE:
            return None
        case = self.rng.choice(axis.cases)
        if case.unsure:
            return NOT_SURE if self.rng.random() < UNSURE else None
        if not numeric:
            return case.raw
        near = self.words.within(axis.question.ask, *axis.ends[case.key])
        return self.rng.choice(near).means if near else case.raw

    # --- words --------------------------------------------------------------------------------------------------------

    def said(self, question: Question, value: Any) -> str | None:
        """Words for the answer to a question; None if there are none."""
        if value == NOT_SURE or (isinstance(value, Many) and value.not_sure):
            return self.rng.choice(UNSURE_WORDS)
        if isinstance(value, Many):
            lines = [o for o in question.option_ids if o in value.yes]
            parts = [self._word(question, line) for line in lines or (None,)]
            return None if None in parts else " and ".join(part for part in parts if part)
        if isinstance(value, Span):
            told = self.words.within(question.ask, *value)
            return self.rng.choice([s.text for s in told] or [carried(question.kind, value.low)])
        return self._word(question, value)

    def _word(self, question: Question, means: Any) -> str | None:
        texts = self.words.of(question.ask, means)
        return self.rng.choice(texts) if texts else None

    def typed(self, text: str, slips: bool, hedges: bool) -> str:
        """The words as somebody types them."""
        rng = self.rng
        for likely, change in ((HEDGED * hedges, with_hedge), (FILLED, with_filler), (CASED, with_case)):
            if rng.random() < likely:
                text = change(text, rng)
        return with_slip(text, rng) if slips and rng.random() < SLIPPED else text

    def beside(self, facts: dict[str, Any], but: str) -> str | None:
        """Something of another question, told on the way."""
        numbers = [q for q in self.flow.interview.questions if q.kind in CARRIED and q.ask != but and q.ask in facts]
        numbers = [q for q in numbers if isinstance(facts[q.ask], int | float)]
        if not numbers:
            return None
        question = self.rng.choice(numbers)
        return carried(question.kind, facts[question.ask])

    def person(self, number: int, now: datetime) -> Person:
        """Somebody. Raises BadCase if the answers do not go together."""
        rng, facts = self.rng, self.facts()
        values = given_answers(self.flow, {"answers": facts, "facts": {}})
        slips = rng.random() < WHO_SLIPS
        says: dict[str, list[str]] = {}
        for question in self.flow.interview.questions:
            text = self.said(question, values[question.ask]) if rng.random() < TYPED else None
            if text is None:
                continue
            more = self.beside(facts, question.ask) if rng.random() < BOTH else None
            hedges = question.kind in (Kind.many, *CARRIED)  # elsewhere it is an answer of its own: "not sure"
            says[question.ask] = [self.typed(text if more is None else f"{text}, {more}", slips, hedges)]
        opening = []
        if rng.random() < STORY:
            more = self.beside(facts, "")
            opening = [rng.choice(OPENINGS) + (f", {more}" if more else "")]
        return Person(person=f"made {number}", facts=facts, opens_with=opening, says=says, typos=slips, now=now)


def made_people(flow: Flow, words: Sayings, count: int, seed: int, now: datetime = EVENING) -> Iterator[Person]:
    """So many people."""
    maker = _Maker(flow, Space(flow), words, random.Random(seed))
    made = 0
    while made < count:
        try:
            person = maker.person(made + 1, now)
        except BadCase:
            continue
        made += 1
        yield person


def people_text(people: Sequence[Person]) -> str:
    """People as a file of people."""
    return "\n".join(_text(person) for person in people)


def _text(person: Person) -> str:
    raw = person.model_dump(mode="json", exclude_defaults=True)
    lines = [f"- person: {in_line(person.person)}", f"  facts: {in_line(person.facts)}"]
    lines += [f"  {key}: {in_line(value)}" for key, value in raw.items() if key not in ("person", "facts", "says")]
    lines += ["  says:"] * bool(person.says)
    lines += [f"    {question}: {in_line(typed)}" for question, typed in person.says.items()]
    return "\n".join(lines) + "\n"
