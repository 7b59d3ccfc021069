"""What is remembered of one version changes no verdict of the next: proofs of edits on end are those from nothing."""

from __future__ import annotations

from itertools import islice

import pytest

from bot.check.answers.results import Proofs
from bot.check.faults.all import all_mutations
from bot.check.proof.memory import ProofMemory
from bot.check.proof.prove import proofs
from bot.check.proof.solver import Prover
from bot.core.flow.compiled import Flow
from bot.core.flow.reading import try_flow
from bot.library import read_files
from tests.support.flow_edits import BACK_SPASM, SPRAIN, flow_at


def verdicts(found: Proofs) -> tuple[list[str], list[str]]:
    """What holds, and what fails. Which of several patients shows a failure may differ: that hangs on what z3 met before."""
    return sorted(found.held), sorted(failed.name for failed in found.failed)


def on_end(flow: Flow, mutants: list[Flow]) -> None:
    memory = ProofMemory()
    for one in (flow, *(version for mutant in mutants for version in (mutant, flow))):
        assert verdicts(proofs(one, fast=True, walks=0, memory=memory)) == verdicts(proofs(one, fast=True, walks=0))


def mutants_of(flow: Flow, apart: int, most: int) -> list[Flow]:
    """Edits of all kinds, those that can be read; none that takes away a line that a safety rule names, which a file could not."""
    planted = (mutation for mutation in list(all_mutations(flow))[::apart] if mutation.kind != "remove_flag")
    made = (mutation.make()[0] for mutation in planted)
    return list(islice((mutant for mutant in made if mutant is not None), most))


def test_edits_on_end_come_to_what_they_come_to_alone() -> None:
    flow = flow_at(SPRAIN)
    on_end(flow, mutants_of(flow, 7, 25))


def test_what_is_asked_together_comes_to_what_it_comes_to_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = flow_at(SPRAIN)
    versions = [flow, *mutants_of(flow, 5, 30)]
    together = [verdicts(proofs(one, fast=True, walks=0)) for one in versions]
    monkeypatch.setattr(Prover, "foresee", lambda self, proofs: None)
    assert together == [verdicts(proofs(one, fast=True, walks=0)) for one in versions]
    assert any(failed for _, failed in together)


@pytest.mark.ci
@pytest.mark.parametrize(("apart", "most"), [(499, 3), pytest.param(211, 8, marks=pytest.mark.slow)])
def test_edits_of_the_shipped_flow_on_end(apart: int, most: int) -> None:
    flow = flow_at(BACK_SPASM)
    on_end(flow, mutants_of(flow, apart, most))


def test_what_is_plainly_not_so_is_no_proof_for_those_without_it() -> None:
    memory = ProofMemory()
    import z3

    some, wanted = (z3.Bool(name, memory.context) for name in ("some", "wanted"))
    memory.found_none(memory.given([some, False]), wanted)
    assert memory.has_none(memory.given([some, False]), wanted)
    assert not memory.has_none(memory.given([some]), wanted)


def test_a_version_of_other_words_has_the_proofs_of_the_first() -> None:
    files = dict(read_files(SPRAIN)[0])
    flow = flow_at(SPRAIN)
    key = next(iter(flow.texts))
    other = {**files, f"texts.{key}.yaml": files[f"texts.{key}.yaml"].replace("why: ", "why: Because. ", 1)}
    new, findings = try_flow("sprain", other)
    assert new is not None, findings
    known = proofs(flow, fast=True)
    found = proofs(new, fast=True, known=known)
    assert verdicts(found) == verdicts(proofs(new, fast=True))
    assert found.version == new.version != known.version


def test_words_that_break_a_rule_of_words_are_found_though_the_rest_is_known() -> None:
    files = dict(read_files(BACK_SPASM)[0])
    flow = flow_at(BACK_SPASM)
    known = proofs(flow, fast=True, walks=0)
    said = flow.text("en").advice[
        "rest_it" if "rest_it" in flow.text("en").advice else next(iter(flow.text("en").advice))
    ]
    other = {**files, "texts.en.yaml": files["texts.en.yaml"].replace(said, f"{said} Take 400 mg of ibuprofen.", 1)}
    new, findings = try_flow("back_spasm", other)
    assert new is not None, findings
    assert (
        [f.code for f in proofs(new, fast=True, known=known).failed]
        == [f.code for f in proofs(new, fast=True).failed]
        != []
    )
