"""What one `step` on a tap costs, beside a machine that is one dict look-up. Run: python tests/benchmarks/step.py [FLOW]"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.core.conversation import screens
from bot.core.conversation.engine import start, step
from bot.core.conversation.events import Event, Started, Tapped
from bot.core.conversation.session import ENDED, EXIT, REVIEW, Session
from bot.core.flow.answer_values import choice_span
from bot.core.flow.compiled import Flow
from bot.core.rendering.answer_words import Places
from bot.core.rendering.render import render
from bot.library import find_flow, load_flow

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def reassuring(flow: Flow, session: Session) -> str:
    """The tap of an uncomplicated patient on the screen that is open."""
    if session.at in (REVIEW, EXIT):
        return screens.AS_USUAL if session.at == REVIEW else screens.MORE
    question = flow.questions[session.at]
    if question.none:
        if isinstance(question.usual, list) and question.usual and not session.ticks:
            return str(question.usual[0])
        return screens.DONE if session.ticks else question.none
    usual = str(question.usual)
    options = screens.answers_of(question)
    if usual in options:
        return usual
    number = flow.usual[question.ask].low
    spans = {c.id: choice_span(question, c) for c in question.choices}
    return next(name for name, span in spans.items() if span.low <= number <= span.high)


def interview(flow: Flow) -> tuple[list[float], list[float], int]:
    """One whole interview: microseconds of each step, of each step with its rendering, and the number of steps."""
    session = start(flow, "abcdef123456", "en", NOW)
    event: Event = Started()
    steps: list[float] = []
    drawn: list[float] = []
    while True:
        before = time.perf_counter()
        turn = step(flow, session, event, NOW)
        after = time.perf_counter()
        for effect in turn.effects:
            render(flow, turn.session, effect, Places(), NOW)
        steps.append((after - before) * 1e6)
        drawn.append((time.perf_counter() - before) * 1e6)
        session = turn.session
        if session.at in ENDED:
            return steps, drawn, len(steps)
        event = Tapped(session.id, session.turn, session.at, reassuring(flow, session))


def main() -> None:
    """Print the medians."""
    flow = load_flow(find_flow(sys.argv[1] if len(sys.argv) > 1 else "back_spasm"))
    interview(flow)
    steps: list[float] = []
    drawn: list[float] = []
    turns = 0
    for _ in range(200):
        one, two, turns = interview(flow)
        steps += one
        drawn += two
    table = {(f"q{i}", "next"): f"q{i + 1}" for i in range(40)}
    state, looks = "q0", []
    for _ in range(20_000):
        before = time.perf_counter()
        state = table.get((state, "next"), "q0")
        looks.append((time.perf_counter() - before) * 1e6)
    median, peer = statistics.median(steps), statistics.median(looks)
    p99 = statistics.quantiles(steps, n=100)[98]
    print(f"flow {flow.name}: {turns} taps in one interview")
    print(f"step            median {median:7.1f} us   p99 {p99:7.1f} us   (goal: median at most 150 us)")
    print(f"step + render   median {statistics.median(drawn):7.1f} us")
    print(f"dict look-up    median {peer:7.2f} us   ratio {median / peer:.0f}x")


if __name__ == "__main__":
    main()
