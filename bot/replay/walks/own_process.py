"""A walk in a process of its own, so that it goes on beside the proofs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from bot.check.report.report import WalkReport
from bot.core.flow.compiled import Flow
from bot.library import load_flow
from bot.replay.script.flows import with_reader

from .walking import as_script, explored

TAPS, TYPED = 10_000, 1_000
"""The budget of a walk: what is tapped, and what of it may be typed."""


def begin_walk(folder: Path, build: Path) -> Callable[[], WalkReport]:
    """Begin to walk through the flow of a folder; what is given back waits for it. Scripts of what breaks go into `build`."""
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    found = pool.submit(walk_through, folder, build)
    pool.shutdown(wait=False)
    return found.result


def walk_through(folder: Path, build: Path, taps: int = TAPS, typed: int = TYPED) -> WalkReport:
    """A walk through the flow of a folder."""
    return walk_flow(load_flow(folder), build, taps, typed)


def walk_flow(flow: Flow, build: Path, taps: int = TAPS, typed: int = TYPED) -> WalkReport:
    """The walk, from a seed that only the flow's content decides."""
    began = perf_counter()
    flow = with_reader(flow)
    walked = explored(flow, taps, typed, int(flow.version, 16))
    broken = []
    for number, one in enumerate(walked.broken, 1):
        build.mkdir(parents=True, exist_ok=True)
        script = build / f"walk-{flow.name}-{number}.yaml"
        script.write_text(as_script(flow, one, f"A walk through {flow.name}: {one.law}"), encoding="utf-8")
        broken.append((one.law, one.detail, str(script)))
    missed = (
        ("questions", tuple(name for name in flow.questions if name not in walked.asked)),
        ("rules", tuple(rule.rule.rule for rule in flow.rules if rule.rule.rule not in walked.fired)),
    )
    return WalkReport(
        walked.turns, walked.taps, walked.typed, flow.version, perf_counter() - began, missed, tuple(broken)
    )
