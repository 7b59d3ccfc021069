"""How it gets onto machines: pins with wheels everywhere, the container's files, the systemd unit. No container is built."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import ClientSession
from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename

from bot.replay.double.server import TelegramDouble
from bot.settings import SECRETS, Settings
from tests.support.places import ROOT
from tests.support.telegram_bot import Patient
from tests.support.webhook_bot import server
from tests.support.wheels import LISTED, MACHINES, PYTHONS

PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split())
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")
UNIT = ROOT / "bot" / "deploy" / "symptom-bot.service"
NAMES = {name.upper() for name in Settings.model_fields} | {f"{name.upper()}_FILE" for name in SECRETS}


def fits(tag: Tag, python: str, machine: str) -> bool:
    """Whether a wheel of this tag installs there, with a C library no newer than 2.28."""
    number = python.replace(".", "")
    version = tag.interpreter[2:]
    spoken = version in ("3", number) if tag.interpreter.startswith("py") else (
        version == number or (tag.abi == "abi3" and int(version[1:]) <= int(number[1:]))
    )  # fmt: skip
    manylinux = re.fullmatch(r"manylinux(?:2014|1|2010|_2_(\d+))_(\w+)", tag.platform)
    placed = tag.platform == "any" or (
        manylinux is not None and manylinux[2] == machine and int(manylinux[1] or 17) <= 28
    )
    return spoken and placed


def test_every_pin_has_a_wheel_on_every_machine_for_every_python() -> None:
    wheels: dict[tuple[str, str], set[Tag]] = {}
    for line in LISTED.read_text(encoding="utf-8").split():
        name, version, _, tags = parse_wheel_filename(line)
        wheels.setdefault((name, str(version)), set()).update(tags)
    missing = [
        f"{name}=={version} for Python {python} on {machine}"
        for name, version in PINS.items()
        for python in PYTHONS
        for machine in MACHINES
        if not any(fits(tag, python, machine) for tag in wheels.get((canonicalize_name(name), version), ()))
    ]
    assert not missing, f"no wheel is known (python -m tests.support.wheels lists them anew): {missing}"


def test_the_containerfile_has_no_fault_that_its_linter_knows() -> None:
    linter = Path(sysconfig.get_path("scripts"), "hadolint")
    linted = subprocess.run([linter, ROOT / "Containerfile"], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_container_runs_as_nobody_in_particular_and_copies_what_there_is() -> None:
    last = CONTAINERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER [1-9]\d*$", last, re.MULTILINE)
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists()
            assert f"!{source}" in ignored
    assert set(re.findall(r"^(?:ENV)?\s+([A-Z_]+)=", last, re.MULTILINE)) - NAMES == {"PATH", "PYTHONDONTWRITEBYTECODE"}


@pytest.mark.parametrize(
    "files", [["compose.yaml"], ["compose.yaml", "compose.webhook.yaml"]], ids=["polling", "webhook"]
)
def test_what_compose_wires_together_is_there(files: list[str]) -> None:
    merged: dict[str, Any] = {}
    for name in files:
        for part, entries in yaml.safe_load((ROOT / name).read_text(encoding="utf-8")).items():
            if isinstance(entries, dict):
                for key, entry in entries.items():
                    known = merged.setdefault(part, {}).setdefault(key, {})
                    known.update(
                        {**entry, "environment": {**known.get("environment", {}), **entry.get("environment", {})}}
                    )
    bot = merged["services"]["bot"]
    assert set(bot["environment"]) <= NAMES
    assert bot["read_only"]
    assert bot["cap_drop"] == ["ALL"]
    for service in merged["services"].values():
        assert set(service.get("secrets", [])) <= set(merged["secrets"])
        assert {v.partition(":")[0] for v in service.get("volumes", [])} <= set(merged["volumes"])
        assert set(service.get("depends_on", [])) <= set(merged["services"])
        for value in service.get("environment", {}).values():
            if str(value).startswith("/run/secrets/"):
                assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_only_what_telegram_calls_is_passed_on() -> None:
    caddy = yaml.safe_load((ROOT / "compose.webhook.yaml").read_text(encoding="utf-8"))["configs"]["caddyfile"][
        "content"
    ]
    assert "handle /telegram {" in caddy
    assert caddy.index("respond 404") > caddy.index("reverse_proxy")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_the_unit_is_sound_and_shut_in(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(
        UNIT.read_text(encoding="utf-8").replace("/opt/symptom-bot/bin/symptom-bot", sys.executable), encoding="utf-8"
    )
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout


def test_the_unit_sets_only_what_is_a_setting() -> None:
    for line in re.findall(r"^Environment=(.+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE):
        assert {part.partition("=")[0] for part in line.split()} <= NAMES


def figures(told: str) -> dict[str, set[str]]:
    """What /metrics tells: name -> the names of its labels, with those of a histogram's parts."""
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)", told, re.MULTILINE))
    found = {name: set[str]() for name in kinds if not name.endswith("_created")}
    for name, labels in re.findall(r"^(\w+)(\{.*\})? \S+$", told, re.MULTILINE):
        found.setdefault(name, set()).update(re.findall(r"(\w+)=", labels))
    return {
        name: labels
        for name, labels in found.items()
        if not name.endswith("_created") and kinds.get(name) != "histogram"
    }


async def real_figures(url: str) -> dict[str, set[str]]:
    """Of a bot that serves, through its own web server, after something of each kind happened."""
    async with TelegramDouble() as telegram, server(telegram, url) as bot, ClientSession() as web:
        ann = Patient(telegram.user(1))
        await ann.consents()
        await ann.walks("None of these")
        await ann.says("/help")
        async with web.post(bot.hook, data=b"{}") as refused:
            assert refused.status == 401
        async with web.get(f"{bot.url}/metrics") as answer:
            return figures(await answer.text())


ASKED_BY = re.compile(r"sum by \(([^)]*)\)|\{([^}]*)\}")


async def test_alerts_and_board_ask_for_the_figures_that_there_are_and_for_all(sqlite_url: str) -> None:
    there = await real_figures(sqlite_url)
    rules = yaml.safe_load((ROOT / "bot/deploy/alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    board = json.loads((ROOT / "bot/deploy/dashboard.json").read_text(encoding="utf-8"))
    alerting = [rule["expr"] for rule in rules]
    shown = [t["expr"] for p in board["panels"] for t in p["targets"]]
    for expression in (*alerting, *shown):
        names = re.findall(r"symptom_bot_\w+", expression)
        assert set(names) <= set(there), f"{expression}: there is no such figure"
        known = {"le", "job", "instance", *NOT_YET}.union(*(there[name] for name in names))
        for by, where in ASKED_BY.findall(expression):
            assert set(re.findall(r"\w+", by) or re.findall(r"(\w+)\s*[=!]", where)) <= known, expression
    seen = {re.sub(r"_(bucket|count|sum)$", "", name) for e in shown for name in re.findall(r"symptom_bot_\w+", e)}
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in there if "symptom_bot" in name} - seen <= NOT_SHOWN
    assert all({"summary", "todo"} <= set(rule["annotations"]) for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)
    assert sorted(p["id"] for p in board["panels"]) == list(range(1, len(board["panels"]) + 1))
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(set(places)) == len(places), "two panels at one place"


NOT_YET = {"level", "question"}
"""Labels of figures of which there are none before somebody comes to the end, or leaves."""
NOT_SHOWN = {f"symptom_bot_process_{name}" for name in ("virtual_memory_bytes", "start_time_seconds")}
"""Figures that come with those of the process and say nothing to anybody."""


BOUND = re.compile(r"^\| [^|]+ \| ([\d,]+) \| [^|]+ \| `(\S+)\.py` `([\w.]+)` \|$", re.MULTILINE)


def test_the_bounds_in_the_manual_are_those_of_the_code() -> None:
    manual = (ROOT / "bot/deploy/README.md").read_text(encoding="utf-8")
    section = manual.split("## What is bounded")[1].split("## ")[0]
    rows = BOUND.findall(section)
    assert len(rows) == section.count("\n| ") - 1 >= 20
    for said, module, name in rows:
        value: Any = import_module(f"bot.{module.replace('/', '.')}")
        for part in name.split("."):
            value = getattr(value, part)
            value = value() if isinstance(value, type) else value
        assert f"{int(value):,}" == said, f"{module} {name} is {value}"


@pytest.mark.slow
def test_the_steps_of_the_containerfile_end_in_a_bot_that_answers(tmp_path: Path) -> None:
    """Outside a container: /src and /opt are folders of the test."""
    source, target = tmp_path / "src", tmp_path / "opt"
    source.mkdir()
    build = CONTAINERFILE.split("FROM ")[1]
    for sources, to in re.findall(r"^COPY (?!--from)(.+) (\S+)$", build, re.MULTILINE):
        for name in sources.split():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / to / (name if to == "./" else ""))  # type: ignore[operator]
    for step in re.findall(r"^RUN (.+)$", build, re.MULTILINE):
        subprocess.run(["bash", "-ec", step.replace("/opt/", f"{target}/")], cwd=source, check=True)
    shown = subprocess.run(
        [target / "symptom-bot/bin/symptom-bot", "chat", "--new"], cwd=tmp_path, input="1\n", capture_output=True, text=True,
        env={"DATABASE_URL": f"sqlite:///{tmp_path}/chat.db", "PATH": "/usr/bin:/bin"}, check=True,
    )  # fmt: skip
    assert "Who is this for?" in shown.stdout
