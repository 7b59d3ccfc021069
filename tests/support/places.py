"""Where the checkout is, and what lies in it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOWS = ROOT / "flows"
TESTS = ROOT / "tests"
