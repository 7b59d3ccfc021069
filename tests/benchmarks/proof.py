"""What the proofs cost: a shipped flow, and made-up flows of 20 to 160 questions. Run: python tests/benchmarks/proof.py [FLOW]

Each line: questions, rules, seconds of each part, whether conversations could be counted, memory at its highest (MB).
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.check.answers.player import NOON, Player
from bot.check.answers.space import Space
from bot.check.counting.what_would_change import changes_for_patient
from bot.check.difference.diff import compare
from bot.check.proof.prove import proofs
from bot.check.structure.structure import check_structure
from bot.core.flow.compiled import Flow
from bot.core.flow.reading import try_edited
from bot.core.model.files.texts import Texts
from bot.library import find_flow, load_flow
from tests.support.generated_flows import generated

SIZES = ((20, 30), (40, 80), (80, 150), (160, 300))


def megabytes() -> float:
    """Memory of this process at its highest so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(flow: Flow) -> str:
    """One line on one flow."""
    began = time.perf_counter()
    check_structure(flow)
    found = proofs(flow, walks=50)
    whole = time.perf_counter() - began
    began = time.perf_counter()
    proofs(flow, fast=True)
    fast = time.perf_counter() - began
    parts = " ".join(f"{name} {seconds:.2f}" for name, seconds in found.seconds.items())
    counted = "exact" if found.figures["conversations_exact"] else "bound"
    number = float(found.figures["conversations"])
    return (
        f"{len(flow.interview.questions):4} questions {len(flow.rules):4} rules  check {whole:6.2f} s  at load {fast:5.2f} s  "
        f"{number:.1e} conversations ({counted})  {megabytes():4.0f} MB   [{parts}]"
    )


def without_words(flow: Flow, rule: str) -> dict[str, Texts]:
    """The texts without those of a rule."""
    return {
        lang: t.model_copy(update={"rules": {k: v for k, v in t.rules.items() if k != rule}})
        for lang, t in flow.texts.items()
    }


def main(name: str) -> None:
    """Print the table."""
    flow = load_flow(find_flow(name))
    print(measured(flow))
    fewer = flow.triage.model_copy(update={"rules": flow.triage.rules[:-2] + flow.triage.rules[-1:]})
    edited, _ = try_edited(flow, triage=fewer, texts=without_words(flow, flow.triage.rules[-2].rule))
    if edited is not None:
        began = time.perf_counter()
        compare(flow, edited)
        print(f"  diff, counted: {time.perf_counter() - began:.2f} s")
    space = Space(flow)
    session = Player(space).play(space.usual).session
    changes_for_patient(flow, session, NOON)
    began = time.perf_counter()
    changes_for_patient(flow, session, NOON)
    print(f"  what would change it: {1000 * (time.perf_counter() - began):.1f} ms")
    for questions, rules in SIZES:
        print(measured(generated(questions, rules, seed=1, options=4)))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "back_spasm")
