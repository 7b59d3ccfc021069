"""A flow whose folder is broken or unsafe at the start: its last good version serves, from the database (SEMANTICS 8d)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding, FlowError
from bot.service.versions import Versions, behind
from bot.store import Store

log = logging.getLogger("symptom_bot.flows")

MOST = 5
"""Versions, the newest first, that are tried: each costs a proof before anybody is served."""

IsSafe = Callable[[Flow], bool]
"""Whether a stored version is proved safe by the prover of today."""


def begin_with_stored(flows: Versions, store: Store, broken: Mapping[str, Sequence[Finding]]) -> None:
    """Take the newest stored version of each broken flow into its place, as one that is not proved yet. Raises FlowError if the
    default flow has none: it never served anybody."""
    for name, findings in broken.items():
        found = _stored(flows, store, name)
        if found:
            flows.current[name] = found[0]
            flows.unproved |= {found[0].version}
            _tell(name, "flow not served as it stands in its folder", findings)
        elif name == flows.default:
            raise FlowError(name, findings)


def leave_safe_ones(
    flows: Versions, store: Store, unsafe: Mapping[str, Sequence[Finding]], broken: Iterable[str], is_safe: IsSafe
) -> None:
    """Put the last good version in the place of each flow that is unsafe or broken; the default one stays without any, so that
    patients are told the emergencies at least. Raises FlowError if that is unsafe and never served anybody."""
    for name, findings in unsafe.items():
        _tell(name, "flow not served: a safety property fails (symptom-bot check)", findings)
    for name in [*unsafe, *(name for name in broken if name in flows.current)]:
        failed = flows.current[name].version if name in unsafe else None
        stored = [flow for flow in _stored(flows, store, name) if flow.version != failed]
        good = next((flow for flow in stored if is_safe(flow)), None)
        if good is not None:
            flows.replace({name: good})
            flows.behind[name] = behind(good, "it is not safe" if failed else "it has findings")
            log.error("last good version of the flow serves", extra={"flow": name, "version": good.version})
        elif name != flows.default:
            del flows.current[name]
        elif not stored:
            raise FlowError(name, unsafe.get(name, ()))
        else:
            flows.current[name] = stored[0]
            flows.unproved |= {stored[0].version}
            log.critical(
                "no version of the flow is proved: patients get the emergency list alone", extra={"flow": name}
            )


def _stored(flows: Versions, store: Store, name: str) -> list[Flow]:
    """The stored versions of a flow that this release can read and that are not withdrawn, the newest first."""
    found = (flows.version(version) for version in store.versions_of(name, MOST))
    return [flow for flow in found if flow is not None]


def _tell(name: str, event: str, findings: Sequence[Finding]) -> None:
    log.error(event, extra={"flow": name, "count": len(findings)})
    for finding in findings[:5]:
        log.error("finding", extra={"flow": name, "finding": str(finding)})
