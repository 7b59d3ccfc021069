"""Whether every screen keeps to the flow's budget (`screens:` of interview.yaml): what is too much, by how much, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter

from bot.check.answers.player import plain_flow
from bot.check.proof.solver import NotProved, Prover
from bot.core.flow.compiled import Flow
from bot.core.flow.per_flow import per_flow
from bot.core.model.files.interview import Screens
from bot.core.model.findings import Finding, Place
from bot.core.rendering.message import Message
from bot.core.rendering.phone_lines import screen_lines

from .cards import Results
from .drawn import ANY_WORDS, ShownScreen, Sort, asking_screens, fixed_screens
from .measure import FORMULAS, choices_of, grade_of, measured_text
from .said import said_screens
from .told import told_screens
from .viewers import Viewers

SCALE = 11
"""The choices of a scale from 0 to 10."""


@dataclass(frozen=True)
class Excess:
    """A screen that is more than it may be."""

    code: str
    screen: ShownScreen
    place: Place
    had: float
    most: float


@dataclass(frozen=True)
class Fit:
    """How the screens of a flow fit a phone. `had`: figure -> the most that any screen has of it, and which; `words`: language ->
    words to advice; `limits`: what could not be measured."""

    screens: int
    had: dict[str, tuple[float, str]]
    words: dict[str, int]
    excess: tuple[Excess, ...]
    findings: tuple[Finding, ...]
    limits: tuple[str, ...]
    seconds: float

    def as_json(self) -> dict[str, object]:
        """The figures as plain JSON values."""
        most = {name: {"most": value, "screen": screen} for name, (value, screen) in self.had.items()}
        return {"drawn": self.screens, "most": most, "words": self.words, "limits": list(self.limits)}


def fit_words(flow: Flow, found: Fit) -> str:
    """How they fit, in a line: the most of each figure, and what it may be."""
    budget = flow.interview.screens
    may = {name: getattr(budget, field) for name, _, field in _LINES.values()}
    may |= {"choices": budget.choices, "grade": budget.grade}
    said = [
        f"{name} {found.had[name][0]:g} of {may[name]:g} ({found.had[name][1]})"
        for name in ("lines", "emergency", "card", "review", "above", "choices", "grade")
        if name in found.had
    ]
    said += [f"words to advice {count} of {budget.words} ({lang})" for lang, count in found.words.items()]
    return ", ".join(said)


def check_screens(flow: Flow) -> tuple[Finding, ...]:
    """What does not fit, in the order of files and lines."""
    return fit(flow).findings


@per_flow
def fit(flow: Flow) -> Fit:
    """Every screen of the flow, drawn and measured; worked out once per flow version."""
    began = perf_counter()
    budget = flow.interview.screens
    limits = [f"the reading grade is not measured in {lang}" for lang in flow.texts if lang[:2] not in FORMULAS]
    screens: list[ShownScreen] = []
    words: dict[str, int] = {}
    unknown: tuple[Finding, ...] = ()
    try:
        prover = Prover(plain_flow(flow))
        viewers = Viewers(prover.space)
        screens += [*asking_screens(prover.space, viewers), *fixed_screens(flow, viewers), *said_screens(flow, viewers)]
        results = Results(prover, viewers, budget.width)
        words = {lang: results.words(lang) for lang in flow.texts}
        screens += [*results.screens(), *told_screens(results)]
    except NotProved as reason:
        unknown = (_not_found(flow, reason),)
    excess, had = _measured(flow, screens)
    findings = {_finding(budget, worst) for worst in _worst(excess)}
    findings.update(unknown, _too_many_words(flow, words))
    return Fit(
        len(screens), had, words, tuple(excess), tuple(sorted(findings)), tuple(limits), perf_counter() - began
    )  # fmt: skip


def _not_found(flow: Flow, reason: NotProved) -> Finding:
    return Finding(
        flow.place("interview.yaml", ("screens",)), "FLOW062", f"NOT PROVED: the longest results were not found: {reason}.",
        "Nobody knows whether they fit. Check it on a faster or less busy machine, or make the conditions simpler.",
    )  # fmt: skip


def _measured(flow: Flow, screens: Iterable[ShownScreen]) -> tuple[list[Excess], dict[str, tuple[float, str]]]:
    """What is over the budget, and the most of each figure."""
    excess: list[Excess] = []
    had: dict[str, tuple[float, str]] = {}
    for screen in screens:
        for figure, code, value, most in _figures(flow, screen):
            if value > had.get(figure, (0.0, ""))[0]:
                had[figure] = value, screen.name
            if value > most:
                lists = code == "FLOW042" and screen.question
                place = flow.question_place(screen.question) if lists else screen.place
                excess.append(Excess(code, screen, place, value, most))
    return excess, had


def _figures(flow: Flow, screen: ShownScreen) -> Iterator[tuple[str, str, float, float]]:
    """Name, code, value and limit of what is measured of a screen."""
    budget = flow.interview.screens
    if screen.sort in _LINES:
        figure, code, most = _LINES[screen.sort]
        yield figure, code, screen_lines(screen.message, budget.width), getattr(budget, most)
    choices = choices_of(flow, screen.message)
    if screen.scale:
        yield "scale", "FLOW042", choices, SCALE
    else:
        yield "choices", "FLOW042", choices, budget.choices
    said = measured_text((_graded(budget, screen),)).replace(
        ANY_WORDS, ""
    )  # a patient's words are not ours to simplify
    grade = grade_of(said, screen.lang)
    if grade is not None:
        yield "grade", "FLOW047", round(grade, 1), budget.grade


def _graded(budget: Screens, screen: ShownScreen) -> Message:
    """The message without lines that are names."""
    if screen.question not in budget.names:
        return screen.message
    return replace(screen.message, blocks=tuple(b for b in screen.message.blocks if b.kind != "item"))


def _worst(excess: Iterable[Excess]) -> Iterable[Excess]:
    """Of what is wrong with the same words the worst."""
    worst: dict[tuple[str, Place], Excess] = {}
    for one in excess:
        key = one.code, one.place
        if key not in worst or one.had > worst[key].had:
            worst[key] = one
    return worst.values()


def _finding(budget: Screens, one: Excess) -> Finding:
    what, remedy = _SAID[one.code]
    screen, over = one.screen, one.had - one.most
    said = what.format(had=f"{one.had:g}", most=f"{one.most:g}", width=budget.width, sort=_SORTS[screen.sort])
    message = f'"{screen.name}" {said}, {over:.3g} too {"hard" if one.code == "FLOW047" else "many"} (shown to: {screen.who}).'
    return Finding(one.place, one.code, message, remedy)


def _too_many_words(flow: Flow, words: dict[str, int]) -> Iterator[Finding]:
    most = flow.interview.screens.words
    for lang, count in words.items():
        if count > most:
            yield Finding(
                flow.place(f"texts.{lang}.yaml", ("questions",)), "FLOW046",
                f"An uncomplicated patient reads {count} words up to the advice, {count - most} more than the {most} stated.",
                "Shorten what everybody reads, let reasons unfold, or ask fewer questions of everybody.",
            )  # fmt: skip


_LINES: dict[Sort, tuple[str, str, str]] = {
    "question": ("lines", "FLOW041", "lines"),
    "emergency": ("emergency", "FLOW041", "emergency_lines"),
    "card": ("card", "FLOW043", "card_lines"),
    "note": ("above", "FLOW044", "above_lines"),
    "review": ("review", "FLOW043", "review_lines"),
}
"""Sort of a screen -> its figure, its finding and its limit in `Screens`."""

_SORTS: dict[Sort, str] = {
    "question": "a screen that asks",
    "emergency": "a screen about emergencies",
    "card": "a card before it unfolds",
    "note": "what is said above a question",
    "review": "the review of an uncomplicated patient",
}

_SAID: dict[str, tuple[str, str]] = {
    "FLOW041": (
        "has {had} lines of {width} characters; {sort} may have {most}",
        "Shorten its words, take a line out of its list, or ask it in two screens.",
    ),
    "FLOW042": (
        "has {had} buttons to choose from; a screen may have {most}",
        "Join choices that no rule tells apart, put some behind one button (`behind:`), or ask in two screens.",
    ),
    "FLOW043": (
        "has {had} lines of {width} characters; {sort} may have {most}",
        "Shorten its words, say less at once, or let it unfold.",
    ),
    "FLOW044": (
        "has {had} lines of {width} characters; {sort} may have {most}",
        "Shorten it, so that the question stays in view.",
    ),
    "FLOW047": (
        "can be read from school year {had} on; stated is {most}",
        "Use shorter sentences and commoner words; if a list's lines are names, name the list under `screens: names`.",
    ),
}  # fmt: skip
"""Code -> what is wrong, and what to do."""
