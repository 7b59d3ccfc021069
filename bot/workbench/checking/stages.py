"""The stages: the quick ones in processes that stay warm, the long ones in one that ends with the job.

All get a job as text of files, so that what is checked is what was on disk at one moment. A warm process remembers what it read
and proved last: of an edit only what changed is done anew.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.core.flow.compiled import Flow
from bot.core.flow.reading import content_hash, read_stored, try_flow
from bot.core.model.findings import FlowError

from .results import AFTERWARDS, MOVED, SAFETY, SCREENS, STRUCTURE, WALK, WHOLE, Job, Moved, Stage

READY = "ready"
"""What a process says when it listens for a job."""
IDLE = 1.0
"""Seconds without a job after which a warm process looks for garbage, so that the next save need not wait for that."""
Work = tuple[str, Callable[[], Any]]
"""A stage, and what does it."""
_DECIDING = ("interview.yaml", "triage.yaml", "advice.yaml", "answers.yaml", "safety.yaml")
"""The files that proofs with the solver read; the others hold words."""


def serve_proving(line: Connection) -> None:
    """Structure and proofs of each job that comes, the newest only, until the line is closed."""
    _serve(line, Proving().stages)


def serve_comparing(line: Connection) -> None:
    """Whom the edit of each job moves, likewise."""
    _serve(line, Comparing().stages)


def serve_long(line: Connection) -> None:
    """The long stages of one job that comes."""
    os.nice(5)
    _send(line, Stage(0, READY, None, 0.0))
    job = _next(line)
    if job is None:
        return
    for name, work in _long(job):
        if not _do(line, job, name, work):
            return
    line.close()


class NotLookedAt(Exception):
    """The flow cannot be read; the message says so in a word or two."""


def _not_looked_at() -> None:
    raise NotLookedAt("not looked at: the flow cannot be read")


def _serve(line: Connection, stages: Callable[[Job], Iterator[Work]]) -> None:
    gc.disable()  # tens of thousands of formulas; they are collected between two jobs
    from bot.check.proof.prove import get_ready

    get_ready()
    while _send(line, Stage(0, READY, None, 0.0)):
        if not line.poll(IDLE):
            gc.collect()
        job = _next(line)
        if job is None:
            return
        for name, work in stages(job):
            if not _do(line, job, name, work) or line.poll():
                break


def _next(line: Connection) -> Job | None:
    """The next job; None once the line is closed. What comes before it are signs to stop with the one before."""
    job: Job | None = None
    try:
        while job is None:
            job = line.recv()
    except (EOFError, OSError):
        return None
    return job


def _do(line: Connection, job: Job, name: str, work: Callable[[], Any]) -> bool:
    """One stage done and told; whether anybody still listens."""
    began = perf_counter()
    try:
        came = work()
    except NotLookedAt as reason:
        came = RuntimeError(str(reason))
    except Exception as error:  # one stage that breaks must not keep the others from being told
        came = RuntimeError(f"{type(error).__name__}: {error}")
    return _send(line, Stage(job.number, name, came, perf_counter() - began))


def _send(line: Connection, stage: Stage) -> bool:
    try:
        line.send(stage)
    except (BrokenPipeError, OSError):
        return False
    return True


class Proving:
    """Structure and proofs. What the solver proved of the same conditions stands, whatever became of the words."""

    def __init__(self) -> None:
        self._of: Mapping[str, str] = {}
        self._proved: Any = None
        self._memory: Any = None

    def stages(self, job: Job) -> Iterator[Work]:
        """The stages of a job; of files that are no flow the first alone, with what is wrong."""
        from bot.check.report.report import missing_files
        from bot.check.structure.structure import check_structure

        flow, findings = try_flow(job.name, job.files)
        if flow is None:
            yield STRUCTURE, lambda: tuple(findings)
            yield SAFETY, _not_looked_at
            return
        yield STRUCTURE, lambda: (*check_structure(flow), *missing_files(flow, Path(job.folder)))
        yield SAFETY, lambda: self._prove(job, flow)

    def _prove(self, job: Job, flow: Flow) -> Any:
        from bot.check.proof.memory import ProofMemory
        from bot.check.proof.prove import proofs

        self._memory = self._memory or ProofMemory()
        deciding = {name: job.files.get(name, "") for name in _DECIDING}
        known = self._proved if deciding == self._of else None
        self._of, self._proved = deciding, proofs(flow, fast=True, known=known, memory=self._memory)
        return self._proved


class Comparing:
    """Whom an edit moves. The base is read once."""

    def __init__(self) -> None:
        self._base: tuple[str, Flow] | None = None

    def stages(self, job: Job) -> Iterator[Work]:
        """The one stage of a job."""
        flow, _ = try_flow(job.name, job.files)
        yield MOVED, _not_looked_at if flow is None else lambda: self._moved(job, flow)

    def _moved(self, job: Job, flow: Flow) -> Moved:
        from bot.check.difference.diff import compare

        if job.base.files is None:
            return Moved(None, job.base.why)
        version = content_hash(job.base.files)
        if self._base is None or self._base[0] != version:
            try:
                self._base = version, read_stored(job.name, job.base.files, flow.system_words)
            except FlowError as error:
                return Moved(None, f"{job.base.name} cannot be read by this release: {error.findings[0]}")
        return Moved(compare(self._base[1], flow, count=False))


def _long(job: Job) -> Iterator[Work]:
    from bot.check.proof.prove import proofs
    from bot.check.screens.budget import fit
    from bot.replay.script.flows import with_reader
    from bot.replay.walks.together import walk_through

    flow, _ = try_flow(job.name, job.files)
    if flow is None:
        for name in AFTERWARDS:
            yield name, _not_looked_at
        return
    yield WHOLE, lambda: proofs(flow)
    yield SCREENS, lambda: fit(flow)
    yield WALK, lambda: walk_through(with_reader(flow), Path(job.build))
