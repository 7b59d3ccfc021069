"""The wheels of every pinned version, by name, as an index lists them: `python -m tests.support.wheels` asks, and writes
`tests/wheels.txt`. The test asks that list only, so it needs no network."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

from tests.support.places import ROOT, TESTS

LISTED = TESTS / "wheels.txt"
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
PLATFORMS = ("manylinux2014", "manylinux_2_17", "manylinux_2_28")


def found(python: str, machine: str) -> set[str]:
    """The names of the wheels that an installation of all pins takes there; the command fails where one has none."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--no-deps", "--only-binary=:all:",
             *(f"--platform={p}_{machine}" for p in PLATFORMS), f"--python-version={python}", f"--target={folder}",
             "-r", str(ROOT / "constraints.txt"), "--report", str(report)],
            check=True,
        )  # fmt: skip
        told = json.loads(report.read_text(encoding="utf-8"))
    return {unquote(one["download_info"]["url"]).rpartition("/")[2] for one in told["install"]}


if __name__ == "__main__":
    names = set[str]().union(*(found(p, m) for p in PYTHONS for m in MACHINES))
    LISTED.write_text("".join(f"{name}\n" for name in sorted(names, key=str.lower)), encoding="utf-8")
