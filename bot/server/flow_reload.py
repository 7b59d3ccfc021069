"""Edited flows are taken into use without a restart, if they check clean; else the old version stays and the log says why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding
from bot.library import Stamp, flow_names, folder_hash, stamp_of
from bot.service.service import Service
from bot.service.versions import behind
from bot.store import FlowVersion, StoreThread

log = logging.getLogger("symptom_bot.flows")

LoadFlow = Callable[[Path], tuple[Flow | None, Sequence[Finding]]]
"""A folder -> its flow if it is sound and safe, and its findings. Slow: it may prove the flow's safety."""


class Reloading:
    """Watches the folder of the flows. `load`: runs in a thread of its own."""

    def __init__(self, folder: Path, service: Service, thread: StoreThread, load: LoadFlow) -> None:
        self._folder, self._service, self._thread, self._load = folder, service, thread, load
        self._stamps: dict[str, Stamp] = {name: stamp_of(folder / name) for name in flow_names(folder)}

    async def look(self) -> None:
        """Look once whether something was edited, and take it into use if it may be."""
        for name in await asyncio.to_thread(flow_names, self._folder):
            stamp = stamp_of(self._folder / name)
            if stamp == self._stamps.get(name):
                continue
            self._stamps[name] = stamp
            await self._one(name)

    async def _one(self, name: str) -> None:
        current = self._service.flows.current.get(name)
        flows = self._service.flows
        if current is not None and await asyncio.to_thread(folder_hash, self._folder / name) == current.version:
            flows.behind.pop(name, None)
            return
        flow, findings = await asyncio.to_thread(self._load, self._folder / name)
        if flow is None:
            log.error("edited flow refused, the old version stays", extra={"flow": name, "count": len(findings)})
            for finding in findings[:5]:
                log.error("finding", extra={"flow": name, "finding": str(finding)})
            self._behind(name, "it has findings or is not safe")
            return
        if flow.version in flows.withdrawn:
            log.error("edited flow refused: this version was withdrawn", extra={"flow": name, "version": flow.version})
            self._behind(name, "it was withdrawn")
            return
        version = FlowVersion(flow.version, flow.name, dict(flow.files), self._service.clock())
        await self._thread(lambda store: store.store_flow_version(version))
        self._service.flows.replace({flow.name: flow})
        log.info("flow taken into use; running chats end as they began", extra={"flow": name, "version": flow.version})

    def _behind(self, name: str, why: str) -> None:
        current = self._service.flows.current.get(name)
        if current is not None:
            self._service.flows.behind[name] = behind(current, why)
