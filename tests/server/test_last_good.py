"""A flow that is broken or unsafe at a restart: its last good version serves, loudly, else the emergency list alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.app import open_service, prove_flows
from bot.check.proof.own_process import unsafe_findings
from bot.core.conversation.events import Started
from bot.core.flow.compiled import Flow
from bot.core.model.findings import Finding, FlowError
from bot.replay.double.server import TelegramDouble
from bot.server.flow_reload import Reloading
from bot.server.health import Health
from bot.service.service import Service
from bot.store import Store, StoreThread, open_store
from tests.support.flow_edits import SPRAIN, Edit, edited_files
from tests.support.service_chat import Chat, words
from tests.support.telegram_bot import Clock, Patient, by_webhook, log_lines, process, settings

BROKEN: Edit = ("interview.yaml", "ask: swelling", "ask: swelling oops")
UNSAFE: Edit = (
    "triage.yaml",
    "when: any of (cold_pale_foot, bone_through_skin, foot_wont_move)\n    level: emergency",
    "when: all of (cold_pale_foot, bone_through_skin, foot_wont_move)\n    level: emergency",
)
OTHER: Edit = ("texts.en.yaml", "And any of these?", "And now any of those?")


_verdicts: dict[str, tuple[Finding, ...]] = {}


def proved(flow: Flow) -> tuple[Finding, ...]:
    """The proofs of a content, once."""
    if flow.version not in _verdicts:
        _verdicts[flow.version] = unsafe_findings(flow)
    return _verdicts[flow.version]


class Proof:
    """What `ProofProcess` is, in this process."""

    def __init__(self, service: Service, name: str) -> None:
        self.service, self.name = service, name

    def findings(self) -> tuple[Finding, ...]:
        return proved(self.service.flows.current[self.name])

    def stop(self) -> None: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SPRAIN, tmp_path / "flows" / "sprain")
    return tmp_path / "flows"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    with open_store(sqlite_url) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


def write(folder: Path, *edits: Edit) -> None:
    for file, text in edited_files(SPRAIN, *edits).items():
        (folder / "sprain" / file).write_text(text, encoding="utf-8")


def begin(store: Store, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """As `serve` does, with the proofs in this process."""
    clock.now += 60
    monkeypatch.setattr("bot.app._is_safe", lambda flow: not proved(flow))
    broken: dict[str, Any] = {}
    service = open_service(settings(flows_dir=folder), store, clock, broken=broken)
    proofs: Any = {name: Proof(service, name) for name in [p.name for p in folder.iterdir()]}
    prove_flows(service.flows, store, proofs, broken)
    return service


@pytest.mark.parametrize("slip", [BROKEN, UNSAFE], ids=["broken", "unsafe"])
def test_the_version_that_served_last_goes_on(
    store: Store,
    clock: Clock,
    folder: Path,
    slip: Edit,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = begin(store, clock, folder, monkeypatch).flows.named(None).version
    write(folder, OTHER)
    assert begin(store, clock, folder, monkeypatch).flows.named(None).version != first
    write(folder)
    assert begin(store, clock, folder, monkeypatch).flows.named(None).version == first
    write(folder, slip)
    for _ in range(2):
        service = begin(store, clock, folder, monkeypatch)
        assert service.flows.named(None).version == first
        assert "Who is this about?" in words(Chat(service).does(Started(), update=None))
        assert first in service.flows.behind["sprain"]
        assert "last good version of the flow serves" in caplog.text
        assert not service.flows.unusable(first)
    write(folder)
    assert not begin(store, clock, folder, monkeypatch).flows.behind


def test_what_is_withdrawn_or_not_proved_does_not_serve_but_the_emergencies_are_said(
    store: Store, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(store, clock, folder, monkeypatch).flows.named(None).version
    write(folder, OTHER)
    second = begin(store, clock, folder, monkeypatch).flows.named(None).version
    store.withdraw(second)
    write(folder, BROKEN)
    assert begin(store, clock, folder, monkeypatch).flows.named(None).version == first
    monkeypatch.setattr("tests.server.test_last_good.proved", lambda flow: ("not proved",))
    service = begin(store, clock, folder, monkeypatch)
    said = words(Chat(service).does(Started(), update=None))
    assert "Who is this about?" not in said
    assert said == words(Chat(service, "telegram:2").does(Started(), update=None))
    health = Health(service.flows, Any, Any)  # type: ignore[arg-type]
    assert "patients get the emergency list alone" in health.trouble
    assert not health.alive()[0]


@pytest.mark.parametrize("slip", [BROKEN, UNSAFE], ids=["broken", "unsafe"])
def test_a_flow_that_never_served_stops_the_start(
    store: Store, clock: Clock, folder: Path, slip: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, slip)
    with pytest.raises(FlowError):
        begin(store, clock, folder, monkeypatch)


def test_a_withdrawn_flow_says_the_emergencies_after_a_restart_too(
    store: Store, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.withdraw(begin(store, clock, folder, monkeypatch).flows.named(None).version)
    service = begin(store, clock, folder, monkeypatch)
    assert "Who is this about?" not in words(Chat(service).does(Started(), update=None))


async def test_the_mended_flow_is_taken_into_use_without_a_restart(
    sqlite_url: str, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(sqlite_url)
    first = begin(store, clock, folder, monkeypatch).flows.named(None)
    write(folder, BROKEN)
    service, thread = begin(store, clock, folder, monkeypatch), StoreThread(store)
    mended: list[Any] = [(None, ["a finding"]), (first, [])]
    reloading = Reloading(folder, service, thread, lambda _: mended.pop(0))
    write(folder, BROKEN, OTHER)
    await reloading.look()
    assert "it has findings or is not safe" in service.flows.behind["sprain"]
    write(folder)
    await reloading.look()
    assert not service.flows.behind
    await thread.close()


@pytest.mark.slow
async def test_a_bot_that_starts_on_a_broken_flow_serves_and_says_so(sqlite_url: str, folder: Path) -> None:
    where = {**by_webhook(), "FLOWS_DIR": str(folder)}
    async with TelegramDouble() as telegram, ClientSession() as web:
        ann = Patient(telegram.user(1))
        async with process(telegram, sqlite_url, **where) as bot:
            await telegram.until(lambda: telegram.updates.webhook is not None, 20)
            await ann.start()
            bot.terminate()
            await bot.wait()
        write(folder, BROKEN)
        async with process(telegram, sqlite_url, **where) as bot:
            ann.person.send("Me")
            await ann.person.sees("Is any of these so?", 20)
            for page in ("healthz", "readyz"):
                async with web.get(f"http://{where['LISTEN']}/{page}") as answer:
                    assert answer.status == 200
                    assert "last good version" in await answer.text()
            bot.terminate()
            _, told = await bot.communicate()
            events = [line["event"] for line in log_lines(told.decode())]
            assert "last good version of the flow serves" in events
