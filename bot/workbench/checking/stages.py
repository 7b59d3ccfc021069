"""The stages: the quick ones in a process that stays warm, the long ones in one that ends with the job.

Both get a job as text of files, so that what is checked is what was on disk at one moment.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.core.flow.reading import read_stored, try_flow
from bot.core.model.findings import FlowError

from .results import MOVED, SAFETY, SCREENS, STRUCTURE, WALK, WHOLE, Job, Moved, Stage


def serve_quick(line: Connection) -> None:
    """Do the quick stages of each job that comes, the newest only, until the line is closed."""
    gc.disable()  # tens of thousands of formulas; they are collected between two jobs
    from bot.check.proof.prove import get_ready

    get_ready()
    _send(line, Stage(0, "ready", None, 0.0))
    while (job := _newest(line)) is not None:
        for name, work in _quick(job):
            if not _do(line, job, name, work) or line.poll():
                break
        gc.collect()


def serve_long(line: Connection, job: Job) -> None:
    """Do the long stages of one job."""
    os.nice(5)
    for name, work in _long(job):
        if not _do(line, job, name, work):
            return
    line.close()


def _newest(line: Connection) -> Job | None:
    try:
        job: Job = line.recv()
        while line.poll():
            job = line.recv()
    except (EOFError, OSError):
        return None
    return job


def _do(line: Connection, job: Job, name: str, work: Callable[[], Any]) -> bool:
    """One stage done and told; whether anybody still listens."""
    began = perf_counter()
    try:
        came = work()
    except Exception as error:  # one stage that breaks must not keep the others from being told
        came = RuntimeError(f"{type(error).__name__}: {error}")
    return _send(line, Stage(job.number, name, came, perf_counter() - began))


def _send(line: Connection, stage: Stage) -> bool:
    try:
        line.send(stage)
    except (BrokenPipeError, OSError):
        return False
    return True


def _quick(job: Job) -> Iterator[tuple[str, Callable[[], Any]]]:
    from bot.check.difference.diff import compare
    from bot.check.proof.prove import proofs
    from bot.check.report.report import missing_files
    from bot.check.structure.structure import check_structure

    flow, findings = try_flow(job.name, job.files)
    if flow is None:
        yield STRUCTURE, lambda: tuple(findings)
        return
    yield STRUCTURE, lambda: (*check_structure(flow), *missing_files(flow, Path(job.folder)))
    yield SAFETY, lambda: proofs(flow, fast=True)

    def moved() -> Moved:
        if job.base.files is None:
            return Moved(None, job.base.why)
        words = {lang: dict(texts.system) for lang, texts in flow.texts.items()}
        try:
            old = read_stored(job.name, job.base.files, words)
        except FlowError as error:
            return Moved(None, f"{job.base.name} cannot be read by this release: {error.findings[0]}")
        return Moved(compare(old, flow, count=False))

    yield MOVED, moved


def _long(job: Job) -> Iterator[tuple[str, Callable[[], Any]]]:
    from bot.check.proof.prove import proofs
    from bot.check.screens.budget import fit
    from bot.replay.walks.own_process import walk_flow

    flow, _ = try_flow(job.name, job.files)
    if flow is None:
        return
    yield WHOLE, lambda: proofs(flow)
    yield SCREENS, lambda: fit(flow)
    yield WALK, lambda: walk_flow(flow, Path(job.build))
