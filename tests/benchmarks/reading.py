"""What nasty texts cost to read, beside an ordinary message. Run: python tests/benchmarks/reading.py

CPU of this process, the least of several goes, with the ordinary message measured in between: on a busy machine the milliseconds
say little, the ratios do. "double" is what the text costs in halves of the whole: 2 is linear; "read" is the
part of its words that is read.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.understanding.language import load
from bot.understanding.scoring import read_cases
from tests.support.nasty_texts import CAP, nasty_texts
from tests.support.places import TESTS
from tests.support.understood import read

GOES = 5
SCREENS = (None, "nerves", "age")
LONG_STORY = (
    "my lower back is sore when I bend and it began on a monday after I moved a wardrobe, pain 4, no fever, walking is fine "
    "but getting up from the sofa takes me a while. "
)


def cpu(act: Callable[[], object]) -> float:
    """Milliseconds of the processor."""
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000


def ordinary() -> float:
    """The median over the labelled phrases."""
    texts = [case.text for case in read_cases(TESTS / "phrases")]
    return statistics.median(cpu(partial(read, text)) for text in texts[::7])


def dearest(text: str) -> float:
    """Of the screen where a text costs most, the least of several goes."""
    return max(min(cpu(partial(read, text, ask)) for _ in range(GOES)) for ask in SCREENS)


def main() -> None:
    ordinary()
    beside: list[float] = []
    language = load("en")
    assert language is not None
    rows: list[tuple[float, str]] = []
    for name, text in {**nasty_texts(), "a long story": (LONG_STORY * 99)[:CAP]}.items():
        beside.append(ordinary())
        whole, half = dearest(text), dearest(text[: CAP // 2])
        told = len(read(text, "nerves").account) / len(language.spelling.read(text).words or " ")
        rows.append((whole, f"{name:32}{whole:8.1f}{whole / beside[-1]:10.0f}{whole / half:9.1f}{told:9.0%}"))
    print(f"an ordinary message: {min(beside):.2f} to {max(beside):.2f} ms at the median")
    print(f"{'':32}{'ms':>8}{'ordinary':>10}{'double':>9}{'read':>9}")
    for _, row in sorted(rows, reverse=True):
        print(row)


if __name__ == "__main__":
    main()
