"""How long from saving a script to its printed result: `python -m tests.benchmarks.watching [--edits 30]`.

`symptom-bot replay --watch` as shipped, on a copy of all shipped scripts, once it has nothing left to play: a script is
saved, now right and now wrong, and the time is taken until the line that says what came of it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from tests.support.places import FLOWS, TESTS
from tests.support.watched import WatchedScripts

SCRIPT = "back_spasm/boxes.yaml"


def edits(
    count: int, *, script: str = SCRIPT, of: Path = TESTS / "conversations", longest: float = 600.0
) -> list[float]:
    """Seconds from each save to its result. `of`: the scripts that are watched."""
    with tempfile.TemporaryDirectory() as space:
        folder = Path(space) / "conversations"
        shutil.copytree(of, folder)
        (Path(space) / "tests").mkdir()
        (Path(space) / "tests" / "flows").symlink_to(TESTS / "flows")
        file = folder / script
        right = file.read_text(encoding="utf-8")
        wrong = right.replace("level: self_care", "level: same_day")
        assert wrong != right, "the script is another: choose one that expects self-care"
        took: list[float] = []
        with WatchedScripts(Path(space), "conversations", flows=FLOWS) as watched:
            watched.until("all:", longest)
            for number in range(count):
                began = perf_counter()
                file.write_text(right if number % 2 else wrong, encoding="utf-8")
                watched.until("played: 1 passed" if number % 2 else "FAILED  ")
                took.append(perf_counter() - began)
                watched.until("all:")
            assert watched.end() == 0
        return took


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description="From saving a script to its result, in a warm process.")
    parser.add_argument("--edits", type=int, default=30)
    args = parser.parse_args()
    took = sorted(edits(args.edits))
    print(f"load of the machine   {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(
        f"saved to printed      {statistics.median(took):.3f} s median, {took[-1]:.3f} s at most, of {len(took)} edits"
    )


if __name__ == "__main__":
    main()
