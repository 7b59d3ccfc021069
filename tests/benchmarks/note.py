"""What the note of a talkative patient costs as PDF, beside an empty page by the same typesetter.

Run: python tests/benchmarks/note.py [PEOPLE]
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pypdf import PdfReader

from bot.channels.telegram.pictures import paper_file
from bot.core.rendering.message import Paper
from bot.papers.pdf import pdf_of
from tests.support.notes import notes_of_a_crowd
from tests.support.talking import listening

LONGEST = 30
WRITTEN = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def main() -> None:
    """Print the pages and the medians of the longest notes of a made crowd."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    papers = notes_of_a_crowd(listening(), people, 7)[:LONGEST]
    paper_file(papers[-1])
    notes, empty, pages = [], [], []
    for number, paper in enumerate(papers):
        before = time.perf_counter()
        _, made = paper_file(paper)
        between = time.perf_counter()
        pdf_of(Paper(f"Empty {number}", paper.lang, "", "", (), ""), WRITTEN)
        empty.append((time.perf_counter() - between) * 1e3)
        notes.append((between - before) * 1e3)
        pages.append(len(PdfReader(io.BytesIO(made)).pages))
    print(
        f"the {len(papers)} longest notes of {people} people: {len(papers[0].plain())} to {len(papers[-1].plain())} characters"
    )
    print(f"pages: {sorted(set(pages))}")
    print(f"note: median {statistics.median(notes):.0f} ms, slowest {max(notes):.0f} ms")
    print(f"times an empty page: {statistics.median(notes) / statistics.median(empty):.1f}")


if __name__ == "__main__":
    main()
