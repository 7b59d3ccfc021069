"""The pytest plugin: collects scripts and people from configured folders, one test item for each case and way.

Configured by the ini options `conversations`, `crowds`, `conversation_flows` and `conversation_ways`; other folders are left
alone. A person who is `known` to come to another level is expected to fail, and fails once they don't.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.flow.compiled import Flow
from bot.replay.playing.outcome import Played
from bot.replay.playing.run import Plain, failure, versions_of
from bot.replay.playing.ways import ManyWay, Way, known_ways, run_case, run_cases
from bot.replay.script.flows import FlowFolders, with_reader
from bot.replay.script.model import Case
from bot.replay.script.reading import BESIDE, Scripts, read_scripts

_FLOWS = pytest.StashKey[FlowFolders]()
_WAYS = pytest.StashKey[dict[str, Way]]()
_PLAYED = pytest.StashKey["PlayedItems"]()
_TITLES = pytest.StashKey[dict[str, Case]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini options and the command-line option."""
    parser.addini("conversations", "folders with conversation scripts", type="args", default=["tests/conversations"])
    parser.addini("crowds", "folders with people", type="args", default=["tests/crowd"])
    parser.addini("conversation_flows", "folders with flows", type="args", default=["flows", "tests/flows"])
    parser.addini("conversation_ways", "ways to run each script", type="args", default=["memory", "reload"])
    group = parser.getgroup("symptom-bot")
    group.addoption("--through", action="append", metavar="WAY", help="ways to run scripts (memory, reload, telegram)")
    group.addoption("--fault-seed", action="append", type=int, metavar="SEED", help="seeds of faults for such ways")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file of scripts or people in a configured folder becomes a collector."""
    if file_path.suffix != ".yaml" or file_path.name in BESIDE:
        return None
    for option, collector in (("conversations", ScriptFile), ("crowds", PeopleFile)):
        folders = [(parent.config.rootpath / folder).resolve() for folder in parent.config.getini(option)]
        if any(folder in file_path.resolve().parents for folder in folders):
            return collector.from_parent(parent, path=file_path)
    return None


def _shipped() -> list[Path]:
    """Where a repository without flows of its own finds them: in the folder of FLOWS_DIR, else with the package."""
    from bot.library import UnknownFlow, flows_folder
    from bot.settings import SettingsError, read_settings

    try:
        return [flows_folder(read_settings().flows_dir)]
    except (UnknownFlow, SettingsError) as error:
        raise pytest.UsageError(f"{error} The ini option conversation_flows says where flows are.") from None


def _default_flow() -> str:
    """The flow of people that no folder around is named after."""
    from bot.settings import SettingsError, read_settings

    try:
        return read_settings().flow
    except SettingsError as error:
        raise pytest.UsageError(str(error)) from None


def _flows(config: pytest.Config) -> FlowFolders:
    if _FLOWS not in config.stash:
        folders = [config.rootpath / folder for folder in config.getini("conversation_flows")]
        own = FlowFolders(folders, with_reader)
        config.stash[_FLOWS] = own if own.names() else FlowFolders(_shipped(), with_reader)
    return config.stash[_FLOWS]


def _ways(config: pytest.Config) -> dict[str, Way]:
    if _WAYS not in config.stash:
        known = known_ways()
        names = config.getoption("--through") or config.getini("conversation_ways")
        unknown = [n for n in names if n not in known]
        if unknown:
            raise pytest.UsageError(f"there is no way {unknown[0]!r} to run a script: there are {', '.join(known)}")
        config.stash[_WAYS] = {name: known[name]() for name in names}
    return config.stash[_WAYS]


class ScriptFile(pytest.File):
    """A file of one script or of a table of them."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each case and way; findings are one item that fails."""
        try:
            shown = self.path.relative_to(self.config.rootpath)
        except ValueError:
            shown = self.path
        scripts = self._read()
        for finding in self._titles(scripts):
            yield BrokenScript.from_parent(self, name=f"{shown.name}: findings", text=finding)
        for case in scripts.cases if not scripts.findings else ():
            for name, way in _ways(self.config).items():
                seeds = self.config.getoption("--fault-seed") if name not in ("memory", "reload") else None
                for seed in seeds or [None]:
                    label = f"{case.title} [{name}]" if seed is None else f"{case.title} [{name}, faults {seed}]"
                    item = ScriptItem.from_parent(self, name=label, scripts=scripts, case=case, way=way, seed=seed)
                    if case.known:
                        item.add_marker(pytest.mark.xfail(reason=case.known, strict=True))
                    yield item

    def _read(self) -> Scripts:
        return read_scripts([self.path], _flows(self.config))

    def _titles(self, scripts: Scripts) -> list[str]:
        known = self.config.stash.setdefault(_TITLES, {})
        found = [str(f) for f in scripts.findings]
        for case in scripts.cases:
            other = known.setdefault(case.title, case)
            if other.file != case.file:
                found.append(
                    f'{case.place}  SCRIPT021  The title "{case.title}" stands twice (first at {other.place}).'
                )
        return ["\n".join(found)] if found else []


class PeopleFile(ScriptFile):
    """A file of people."""

    def _read(self) -> Scripts:
        from bot.replay.crowd.reading import read_people

        return read_people([self.path], _flows(self.config), _default_flow())


class ScriptItem(pytest.Item):
    """One case on one way."""

    def __init__(self, *, scripts: Scripts, case: Case, way: Way, seed: int | None, **more: Any) -> None:
        super().__init__(**more)
        self.scripts, self.case, self.way, self.seed = scripts, case, way, seed

    def runtest(self) -> None:
        """Play the case; a deviation fails it with the transcript."""
        outcome = self.config.stash.setdefault(_PLAYED, PlayedItems()).outcome(self)
        if not outcome.passed:
            raise AssertionError(failure(outcome))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The transcript instead of a traceback, unless the bot itself broke."""
        if isinstance(excinfo.value, AssertionError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands: in its file, or in the table beside it."""
        return Path(self.case.place.file), self.case.place.line - 1, self.name


class PlayedItems:
    """What came of the items; those of a way that runs many cases at a time are played together, with the first of them."""

    def __init__(self) -> None:
        self._plain = Plain()
        self._together: dict[tuple[str, int | None, Path | None], dict[ScriptItem, Played]] = {}

    def outcome(self, item: ScriptItem) -> Played:
        """The outcome of this item, compared with memory's."""
        key = _together_with(item)
        if isinstance(item.way, ManyWay) and key not in self._together:
            self._together[key] = {}
            items = [i for i in item.session.items if isinstance(i, ScriptItem) and _together_with(i) == key]
            outcomes = run_cases(item.way, [_to_play(i) for i in items], item.seed)
            self._together[key] = dict(zip(items, outcomes, strict=True))
        outcome = self._together.get(key, {}).get(item)
        if outcome is None:
            outcome = run_case(item.way, *_to_play(item), item.seed)
        return self._plain.compared(outcome, item.scripts)


def _together_with(item: ScriptItem) -> tuple[str, int | None, Path | None]:
    """What the items of a way that are played together have in common: everything, or with pytest-xdist a file, since each
    worker collects all items but is given a part of them, mostly whole files."""
    worker = hasattr(item.config, "workerinput")
    return item.way.name, item.seed, item.path if worker else None


def _to_play(item: ScriptItem) -> tuple[Case, Flow, dict[str, Flow]]:
    return item.case, item.scripts.flow(item.case), versions_of(item.scripts, item.case)


class BrokenScript(pytest.Item):
    """A script that cannot be run: its findings."""

    def __init__(self, *, text: str, **more: Any) -> None:
        super().__init__(**more)
        self.text = text

    def runtest(self) -> None:
        """Fails with the findings."""
        raise AssertionError(self.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings, without a traceback."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file."""
        return self.path, 0, self.name
