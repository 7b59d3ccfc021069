"""How well the labelled phrases are understood, beside plain baselines. Run: python tests/benchmarks/understanding.py [FLOW]"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.app import equip
from bot.library import find_flow, load_flow
from tests.support.baselines import compared
from tests.support.places import ROOT, TESTS


def main() -> None:
    flow = equip(load_flow(find_flow(sys.argv[1] if len(sys.argv) > 1 else "back_spasm", ROOT / "flows")))
    print(compared(TESTS / "phrases", flow.reader, flow.interview))


if __name__ == "__main__":
    main()
