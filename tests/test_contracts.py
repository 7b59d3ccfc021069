"""Who may import what, to the module: finer than the contracts in pyproject.toml, which see packages."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import ROOT

ALLOWED = {
    "transitions": ("core/conversation/machine.py",),
    "z3": (
        "check/proof/*.py",
        "check/difference/formulas.py",
    ),
    "telegram": ("channels/telegram/*.py", "replay/double/*.py", "replay/telegram/*.py"),
    "sqlalchemy": ("store/*.py", "store/migrations/*.py", "store/migrations/versions/*.py"),
    "alembic": ("store/*.py", "store/migrations/*.py", "store/migrations/versions/*.py"),
    "pydantic_settings": ("settings.py",),
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


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def modules() -> list[Path]:
    return sorted((ROOT / "bot").rglob("*.py"))


@pytest.mark.parametrize("package", ALLOWED)
def test_only_these_modules_import(package: str) -> None:
    users = [p.relative_to(ROOT / "bot") for p in modules() if package in set(imports(p))]
    strays = [str(p) for p in users if not any(p.match(pattern) for pattern in ALLOWED[package])]
    assert users
    assert strays == []


def test_the_core_imports_no_io() -> None:
    for path in (ROOT / "bot" / "core").rglob("*.py"):
        assert not IMPURE & set(imports(path)), path.name


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
