"""The only place where parts are put together: settings, store, flows, readers, service.

The store and the service are imported by who opens them: many commands want the clock alone, and theirs take a fifth of a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding, FlowError
from bot.core.model.readings import Reader, Reading
from bot.core.rendering.answer_words import Places
from bot.library import flows_folder, from_stored, load_shelf, try_folder

if TYPE_CHECKING:
    import asyncio

    from bot.check.proof.own_process import ProofProcess
    from bot.replay.telegram.way import TelegramWay
    from bot.service.service import Service
    from bot.service.versions import Versions
    from bot.settings import Settings
    from bot.store import Store


LEASE = 5.0
"""Seconds for which a chat's deliveries stay with a worker that has died, on PostgreSQL."""


def equip(flow: Flow) -> Flow:
    """The flow with its reader of typed words, which is made when the first words come: a bot that serves asks it beforehand.
    It is made once, whoever asks meanwhile."""
    made: list[Reader] = []
    making = Lock()

    def read(text: str, now: datetime, lang: str, open_question: str | None) -> Reading:
        if not made:
            with making:
                if not made:
                    from bot.understanding import make_reader

                    made.append(make_reader(flow))
        return made[0](text, now, lang, open_question)

    return flow.with_reader(read)


def clock() -> float:
    """The time, in seconds UTC: the one clock of the running bot."""
    return time.time()  # noqa: TID251


def local_now(settings: Settings) -> datetime:
    """The patients' local time."""
    return datetime.fromtimestamp(clock(), settings.zone)


def open_service(
    settings: Settings,
    store: Store,
    now: Callable[[], float] = clock,
    folder: Path | None = None,
    unsafe: bool = False,
    broken: dict[str, Sequence[Finding]] | None = None,
    draft: bool = False,
) -> Service:
    """A service over a store, with all sound flows. `unsafe`: mark every message, since nobody proved them safe; `broken`: takes
    the flows with findings, whose stored versions then stand in their place as ones that are not proved yet; `draft`: with lines
    that are still to do, marked as well, and stored nowhere, so that no bot ever serves it.

    Raises FlowError if the default flow has findings (the others are left out).
    """
    from bot.service.service import Service
    from bot.service.versions import Versions
    from bot.service.what_changes import explain_changes
    from bot.store import FlowVersion

    ready = (lambda flow: replace(equip(flow), unsafe=True)) if unsafe or draft else equip
    shelf = load_shelf(folder or flows_folder(settings.flows_dir), ready, draft)
    if settings.flow in shelf.findings and broken is None:
        raise FlowError(settings.flow, shelf.findings[settings.flow])
    if settings.flow not in {*shelf.flows, *shelf.findings}:
        from bot.library import find_flow

        find_flow(settings.flow, folder or flows_folder(settings.flows_dir))

    def words_today(name: str) -> dict[str, dict[str, str]]:
        flow = shelf.flows.get(name) or shelf.flows.get(settings.flow) or next(iter(shelf.flows.values()), None)
        return {} if flow is None else flow.system_words

    def stored(version: str) -> Flow | None:
        kept = store.flow_version(version)
        if kept is None:
            return None
        try:
            return from_stored(kept.flow, kept.files, words_today(kept.flow), equip)
        except FlowError:
            return None

    flows = Versions(shelf.flows, settings.flow, stored)
    flows.withdrawn = store.withdrawn()
    if broken is not None:
        from bot.server.last_good import begin_with_stored

        broken.update(shelf.findings)
        begin_with_stored(flows, store, broken)
    for flow in () if draft else shelf.flows.values():
        store.store_flow_version(FlowVersion(flow.version, flow.name, dict(flow.files), now()))
    return Service(store, flows, settings.places, settings.zone, now, explain_changes)


def replay_service(store: Store, flow: Flow, now: Callable[[], float]) -> Service:
    """The service that replay runs scripts of this flow on: as when serving, but of one flow and without settings."""
    from bot.service.service import Service
    from bot.service.versions import Versions
    from bot.service.what_changes import explain_changes

    flows = Versions({flow.name: flow}, flow.name, lambda version: None)
    return Service(store, flows, Places(), UTC, now, explain_changes)


def telegram_way() -> TelegramWay:
    """The way to run scripts through Telegram by polling (entry point of the group `symptom_bot.ways`)."""
    from bot.replay.telegram.way import TelegramWay

    return TelegramWay(replay_service)


def webhook_way() -> TelegramWay:
    """The way to run scripts through Telegram by webhook."""
    from bot.replay.telegram.way import TelegramWay

    return TelegramWay(replay_service, webhook=True)


def serve(settings: Settings, token: str, url: str, folder: Path, proving: Mapping[str, ProofProcess] | None) -> None:
    """`symptom-bot run`: serve patients in Telegram until SIGTERM or SIGINT.

    `proving`: the proofs of the flows in the folder, on their way; None: serve them unproved and mark every message.
    Raises CannotStart, StoreError, FlowError or UnknownFlow, each with what to do; all is looked at before the first
    update is taken.
    """
    import asyncio

    from bot.server import logs
    from bot.store import open_store

    logs.set_up(settings.log_level)
    keys = settings.data_key_file
    with open_store(settings.database_url, purpose="symptom-bot run", lease=LEASE, keys=keys, now=clock()) as store:
        broken: dict[str, Sequence[Finding]] = {}
        service = open_service(
            settings, store, clock, folder, unsafe=proving is None, broken=None if proving is None else broken
        )
        from bot.channels.telegram.run import run

        prove = partial(prove_flows, service.flows, store, proving or {}, broken)
        with asyncio.Runner(loop_factory=fast_loop()) as runner:
            runner.run(run(settings, service, token, url, folder, prove, safe_flow))


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one (not on Windows), else asyncio's own loop."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def prove_flows(
    flows: Versions, store: Store, proving: Mapping[str, ProofProcess], broken: Mapping[str, Sequence[Finding]]
) -> None:
    """Wait for the proofs, and leave only what is safe in use: where a folder is not, the last good version. Raises FlowError if
    there is none of the default flow. Meanwhile the readers are made, or the first typed message would hold up everybody."""
    from bot.server.last_good import leave_safe_ones

    for name in proving.keys() - (flows.current.keys() - broken.keys()):
        proving[name].stop()
    _make_readers(flows)
    asked = [name for name in flows.current if name in proving and name not in broken]
    unsafe = {name: found for name in asked if (found := proving[name].findings())}
    if unsafe or broken:
        leave_safe_ones(flows, store, unsafe, broken, _is_safe)
        _make_readers(flows)


def _make_readers(flows: Versions) -> None:
    now = datetime.fromtimestamp(clock(), UTC)
    for flow in flows.current.values():
        flow.reader("", now, next(iter(flow.texts)), None)


def _is_safe(flow: Flow) -> bool:
    """Whether a stored version is proved safe by the prover of today."""
    from bot.check.proof.own_process import ProofProcess

    try:
        return not ProofProcess().prove_stored(flow).findings()
    except Exception:  # a version of long ago, or no memory for it: what is not proved is not safe
        return False


def safe_flow(folder: Path) -> tuple[Flow | None, Sequence[Finding]]:
    """The flow of a folder if it is sound and every safety property holds, and what is wrong with it otherwise."""
    flow, findings = try_folder(folder, equip)
    if flow is None:
        return None, findings
    from bot.check.proof.own_process import ProofProcess

    failed = ProofProcess().prove(folder).findings()
    return (None, failed) if failed else (flow, findings)
